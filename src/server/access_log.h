/* The access log: a line of JSON for each request. */
#ifndef DPAT_SERVER_ACCESS_LOG_H
#define DPAT_SERVER_ACCESS_LOG_H

#include "src/server/exchange.h"

/* Write the line of a request that has ended: {"time","client","method","path","status","ms","user","agent"}, where
 * there are any "granted" and "error", and no secret. A status of 0 is a request whose head never came whole. */
void access_log_write (const struct server *server, const struct exchange *exchange);

#endif
