/* Which tokens of a list are meant, in which order, and how many of what there are. */
#ifndef DPAT_CORE_SELECTION_H
#define DPAT_CORE_SELECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/error.h"
#include "src/token/token.h"

/* Conditions that must all hold; unset ones are false, 0 or NULL. Spans are seconds. Strings are borrowed. */
struct selector {
    bool has_state;
    enum token_state state;
    bool has_source;
    enum token_source source;
    bool has_scope;
    enum scope scope; /* the token has exactly this one among its scopes */
    bool never_used;
    int64_t expiring_s; /* still to expire, and within that span */
    int64_t unused_s;   /* not used for that long; a token never used counts from its creation */
    int64_t older_s;    /* made that long ago or more */
    const char *match;  /* glob(7) over the whole name */
};

/* Whether no condition is set. */
bool selector_is_empty (const struct selector *selector);

/* Whether all conditions hold for token at that instant. */
bool selector_matches (const struct selector *selector, const struct token *token, int64_t now_us);

/* Keep in list, in their order, only the tokens that match. */
void selection_filter (struct token_list *list, const struct selector *selector, int64_t now_us);

/* Sort by key "name", "id", "state", "source", "last-used", "expires" or "created", with ":desc" behind it for the
 * other direction. Absent times come last in either direction ("never expires", "never used"); equals keep their order.
 * ERROR_USAGE names the keys. */
int selection_sort (struct token_list *list, const char *key, int64_t now_us, struct error *err);

/* See whether selection_sort knows key. */
int selection_check_sort (const char *key, struct error *err);

/* The names of the keys, ending with NULL. Borrowed for ever. */
const char *const *selection_sort_keys (void);

/* Drop all but the first limit tokens. */
void selection_limit (struct token_list *list, size_t limit);

/* Count by state at that instant. */
void selection_count (const struct token_list *list, int64_t now_us, struct token_counts *ret_counts);

#endif
