/* Making a token so that its secret is either delivered or the token is gone again. */
#ifndef DPAT_CORE_CREATION_H
#define DPAT_CORE_CREATION_H

#include <stdbool.h>

#include "src/base/error.h"
#include "src/core/deliveries.h"
#include "src/core/sink.h"
#include "src/service/service.h"

/* What came of it. Release with creation_release. */
struct creation {
    struct token token; /* the new one */
    struct token evicted;
    struct error unnoted;     /* why no note could be kept of the delivery while it was under way; ERROR_NONE: it was */
    struct error unconfirmed; /* why the service could not be told that the secret arrived; ERROR_NONE: it was */
    char last_words[320];     /* what is said where memory ends in between */
};

/* Free what it owns. */
void creation_release (struct creation *creation);

/* Make the token wish describes and hand its secret to sink, which was opened before. From the moment the service is
 * asked until the secret is delivered, the service or a note (see deliveries.h) remembers it, so that a later run knows
 * of the token whatever ends this one. When the delivery fails, or a signal comes before it is done, the token is
 * deleted again: ERROR_UNDELIVERED with `id` and `undone` in the details. Else the errors of service_create. */
int creation_run (const struct delivery_place *place, const struct token_wish *wish, struct sink *sink,
                  struct creation *ret_creation, struct error *err);

#endif
