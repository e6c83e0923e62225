/* WHEN: how a person writes an expiry or a span of time on the command line. */
#ifndef DPAT_TOKEN_EXPIRY_H
#define DPAT_TOKEN_EXPIRY_H

#include <stdint.h>

#include "src/base/error.h"

/* What expiry_parse gives for "never". */
#define EXPIRY_NEVER ((int64_t)0)

/* Read "30d", "12h", "4w", "90m", "1y" from now, "2027-01-31" (the end of that day UTC), RFC 3339, or "never" (0).
 * Seconds UTC. Anything else, an overflow, or an instant not after now is ERROR_INVALID_TIME. */
int expiry_parse (const char *text, int64_t now, int64_t *ret_seconds, struct error *err);

/* Read a span "14d"; option names it in the sentence. Seconds. ERROR_INVALID_TIME. */
int duration_parse (const char *text, const char *option, int64_t *ret_seconds, struct error *err);

#endif
