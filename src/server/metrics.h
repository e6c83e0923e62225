/* What is counted of a server's work, and how Prometheus reads it. Counting is safe from several threads. */
#ifndef DPAT_SERVER_METRICS_H
#define DPAT_SERVER_METRICS_H

#include <stdatomic.h>
#include <stdint.h>

#include "src/base/buffer.h"
#include "src/base/error.h"
#include "src/service/accounts.h"

enum { METRICS_ROUTES_MAX = 64 };

/* Requests by route and hundreds of the status, the last route standing for none; sign-ins by error code, ERROR_NONE
 * for those that went well. */
struct metrics {
    _Atomic uint64_t requests[METRICS_ROUTES_MAX + 1][6];
    _Atomic uint64_t sign_ins[ERROR_CODE_COUNT];
};

struct route;

/* Count a request that was answered; route may be NULL. */
void metrics_request (struct metrics *metrics, const struct route *route, int status);

/* Count a sign-in; ERROR_NONE is one that went well. */
void metrics_sign_in (struct metrics *metrics, enum error_code outcome);

/* Append it all in Prometheus' text format, version 0.0.4. */
void metrics_write (struct metrics *metrics, const struct token_counts *tokens, struct buffer *out);

#endif
