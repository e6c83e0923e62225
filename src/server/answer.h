/* Replies as libmicrohttpd sends them, within bounds of memory. */
#ifndef DPAT_SERVER_ANSWER_H
#define DPAT_SERVER_ANSWER_H

#include "src/server/exchange.h"
#include "src/server/mhd.h"

/* The response to an exchange that has its reply, whose parts it takes; is_last says that the connection ends with it.
 * Owned by the caller: destroy_response. NULL when there is no memory, or long answers that clients are slow to read
 * have taken what all of them may. */
struct MHD_Response *answer_make (struct exchange *exchange, bool is_last);

/* The refusal for want of memory (503, which the caller queues it with, and the end of the connection), made before it
 * is needed. Owned: destroy_response. NULL when there is no memory now. */
struct MHD_Response *answer_make_refusal (const struct mhd *mhd);

#endif
