/* The threads that hash passwords: as many as there are cores, with a short queue before them. */
#ifndef DPAT_SERVER_WORKERS_H
#define DPAT_SERVER_WORKERS_H

#include <stdbool.h>

#include "src/base/error.h"
#include "src/server/exchange.h"

struct workers;

/* Does an exchange, in a worker's thread. */
typedef void work_function (void *context, struct exchange *exchange);

/* Start a thread per core. Owned: workers_stop. ERROR_INTERNAL when threads cannot be had. */
struct workers *workers_start (work_function *work, void *context, struct error *err);

/* How many threads there are. */
unsigned workers_count (void);

/* Queue an exchange, which the work function gets. Returns false when the queue is full, or closed. */
bool workers_take (struct workers *workers, struct exchange *exchange);

/* Take no more, do what is queued, and end the threads. NULL is fine. */
void workers_stop (struct workers *workers);

#endif
