/* Making a token so that its secret is either delivered or the token is gone again. */
#ifndef DPAT_CORE_CREATION_H
#define DPAT_CORE_CREATION_H

#include <stdbool.h>

#include "src/base/error.h"
#include "src/core/sink.h"
#include "src/service/service.h"

/* What came of it. Release with creation_release. */
struct creation {
    bool created;       /* false: an active token of that name was there (if_absent) */
    struct token token; /* the new one, or the one that was there */
    struct token evicted;
};

/* Free what it owns. */
void creation_release (struct creation *creation);

/* Make the token wish describes and hand its secret to sink, which was opened before. When the delivery fails, or a
 * signal comes before it is done, the token is deleted again: ERROR_UNDELIVERED with `id` and `undone` in the details.
 * With if_absent, ERROR_NAME_TAKEN is no error and nothing is made. Else the errors of service_create. */
int creation_run (struct service *service, const struct caller *caller, const struct token_wish *wish, bool if_absent,
                  struct sink *sink, struct creation *ret_creation, struct error *err);

#endif
