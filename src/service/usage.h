/* Uses of tokens, gathered in memory and written together: a use costs no transaction of its own. Safe to use from
 * several threads. */
#ifndef DPAT_SERVICE_USAGE_H
#define DPAT_SERVICE_USAGE_H

#include <stddef.h>
#include <stdint.h>

#include "src/base/error.h"
#include "src/store/store.h"

struct usage;

/* Nothing gathered yet. Owned: usage_free. */
struct usage *usage_new (void);

/* Free it; what was not written is lost. NULL is fine. */
void usage_free (struct usage *usage);

/* Gather a use of the token; a later one of the same token replaces it. ip and user_agent may be NULL. */
void usage_add (struct usage *usage, const char *token_id, int64_t at_us, const char *ip, const char *user_agent);

/* Write all that was gathered in one transaction. What could not be written is kept for the next time. */
int usage_write (struct usage *usage, struct store *store, struct error *err);

#endif
