/* Uses of tokens, and refused ones: how each is recorded, and how a server gathers them in memory so that a use costs
 * no transaction of its own. */
#ifndef DPAT_SERVICE_USAGE_H
#define DPAT_SERVICE_USAGE_H

#include <stddef.h>
#include <stdint.h>

#include "src/base/error.h"
#include "src/store/store.h"

struct usage;

/* One use of a token. Strings are copied where a use is kept. */
struct token_use {
    char *token_id;     /* NULL: a password, or a secret that nobody knows */
    char *token_name;   /* NULL with token_id */
    char *account_id;   /* NULL: a secret that nobody knows */
    char *account_name; /* likewise */
    char *ip;           /* NULL where not known */
    char *user_agent;   /* NULL where not known */
    int64_t at_us;
    enum error_code refused; /* why it did not work; ERROR_NONE: it did */
};

/* Write a use: when, from where and by what the token was last used, and an audit line when it never was used from that
 * address before (of IPv6 the /64 counts), is gone by now, or was refused. Of a password there is only the audit line.
 * Inside a transaction or outside. */
int usage_record (struct store *store, const struct token_use *use, struct error *err);

/* Nothing gathered yet. Owned: usage_free. NULL with ERROR_INTERNAL when there is no randomness. */
struct usage *usage_new (struct error *err);

/* Free it; what was not written is lost. NULL is fine. */
void usage_free (struct usage *usage);

/* Gather a use; a later one of the same token from the same address (of IPv6 the /64 counts), refused for the same
 * reason or not at all, replaces it. The same refusal, or use of a password, is gathered once in ten minutes. Memory is
 * bounded: what is too much at once is not gathered. Safe to use from several threads. */
void usage_add (struct usage *usage, const struct token_use *use);

/* Write all that was gathered in one transaction. What could not be written is kept for the next time. */
int usage_write (struct usage *usage, struct store *store, struct error *err);

#endif
