/* Selectors, sorting and counting of tokens. */
#include "src/core/selection.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/memory.h"

bool selector_is_empty (const struct selector *selector)
{
    return !selector->has_state && !selector->has_source && !selector->has_scope && !selector->never_used
           && selector->expiring_s == 0 && selector->unused_s == 0 && selector->older_s == 0 && selector->match == NULL;
}

static int64_t span_us (int64_t seconds)
{
    return seconds * 1000000;
}

static bool is_expiring (const struct token *token, int64_t span_s, int64_t now_us)
{
    return token->expires_us > now_us && token->expires_us - now_us <= span_us (span_s);
}

static bool is_unused (const struct token *token, int64_t span_s, int64_t now_us)
{
    int64_t since = token->last_used_us ? token->last_used_us : token->created_us;
    return now_us - since >= span_us (span_s);
}

bool selector_matches (const struct selector *selector, const struct token *token, int64_t now_us)
{
    return (!selector->has_state || token_state_at (token, now_us) == selector->state)
           && (!selector->has_source || token->source == selector->source)
           && (!selector->has_scope || scopes_have (&token->scopes, selector->scope))
           && (!selector->never_used || token->last_used_us == 0)
           && (selector->expiring_s == 0 || is_expiring (token, selector->expiring_s, now_us))
           && (selector->unused_s == 0 || is_unused (token, selector->unused_s, now_us))
           && (selector->older_s == 0 || now_us - token->created_us >= span_us (selector->older_s))
           && (selector->match == NULL || fnmatch (selector->match, token->name, 0) == 0);
}

void selection_filter (struct token_list *list, const struct selector *selector, int64_t now_us)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++)
        if (selector_matches (selector, &list->items[i], now_us))
            list->items[kept++] = list->items[i];
        else
            token_release (&list->items[i]);
    list->count = kept;
}

void selection_limit (struct token_list *list, size_t limit)
{
    while (list->count > limit)
        token_release (&list->items[--list->count]);
}

void selection_count (const struct token_list *list, int64_t now_us, struct token_counts *ret_counts)
{
    size_t by_state[3] = { 0 };
    for (size_t i = 0; i < list->count; i++)
        by_state[token_state_at (&list->items[i], now_us)]++;
    *ret_counts = (struct token_counts){ .all = list->count,
                                         .active = by_state[TOKEN_ACTIVE],
                                         .inactive = by_state[TOKEN_INACTIVE],
                                         .expired = by_state[TOKEN_EXPIRED] };
}

enum sort_key { SORT_NAME, SORT_ID, SORT_STATE, SORT_SOURCE, SORT_LAST_USED, SORT_EXPIRES, SORT_CREATED };

static const char *const sort_names[] = { "name", "id", "state", "source", "last-used", "expires", "created", NULL };

/* How to order; and, so that equal tokens keep their places under qsort(3), where each stood. */
struct sort_plan {
    enum sort_key key;
    bool descending;
    int64_t now_us;
};

struct sort_item {
    struct token token;
    size_t place;
};

const char *const *selection_sort_keys (void)
{
    return sort_names;
}

static int parse_sort (const char *text, struct sort_plan *ret_plan, struct error *err)
{
    size_t len = strcspn (text, ":");
    bool descending = strcmp (text + len, ":desc") == 0;
    bool ascending = text[len] == '\0' || strcmp (text + len, ":asc") == 0;
    for (size_t i = 0; sort_names[i] != NULL && (ascending || descending); i++)
        if (strlen (sort_names[i]) == len && strncmp (text, sort_names[i], len) == 0) {
            ret_plan->key = (enum sort_key)i;
            ret_plan->descending = descending;
            return 0;
        }
    error_set (err, ERROR_USAGE, "\"%.40s\" is no sort key", text);
    return error_hint (err, "sort keys are name, id, state, source, last-used, expires and created, with \":desc\" "
                            "for the other direction");
}

int selection_check_sort (const char *key, struct error *err)
{
    struct sort_plan plan;
    return parse_sort (key, &plan, err);
}

static int compare_numbers (int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int64_t sort_time (const struct token *token, enum sort_key key)
{
    switch (key) {
    case SORT_LAST_USED:
        return token->last_used_us;
    case SORT_EXPIRES:
        return token->expires_us;
    default:
        return token->created_us;
    }
}

static int compare_tokens (const void *left, const void *right, void *context)
{
    const struct sort_plan *plan = context;
    const struct sort_item *a = left;
    const struct sort_item *b = right;
    int order = 0;
    if (plan->key == SORT_NAME)
        order = strcoll (a->token.name, b->token.name);
    else if (plan->key == SORT_ID)
        order = strcmp (a->token.id, b->token.id);
    else if (plan->key == SORT_STATE)
        order = compare_numbers (token_state_at (&a->token, plan->now_us), token_state_at (&b->token, plan->now_us));
    else if (plan->key == SORT_SOURCE)
        order = compare_numbers (a->token.source, b->token.source);
    else {
        int64_t x = sort_time (&a->token, plan->key);
        int64_t y = sort_time (&b->token, plan->key);
        if ((x == 0) != (y == 0))
            return x == 0 ? 1 : -1;
        order = compare_numbers (x, y);
    }
    if (order != 0)
        return plan->descending ? -order : order;
    return compare_numbers ((int64_t)a->place, (int64_t)b->place);
}

int selection_sort (struct token_list *list, const char *key, int64_t now_us, struct error *err)
{
    struct sort_plan plan = { .now_us = now_us };
    if (parse_sort (key, &plan, err) != 0)
        return -1;
    AUTOFREE struct sort_item *items = xcalloc (list->count, sizeof (*items));
    for (size_t i = 0; i < list->count; i++)
        items[i] = (struct sort_item){ .token = list->items[i], .place = i };
    qsort_r (items, list->count, sizeof (*items), compare_tokens, &plan);
    for (size_t i = 0; i < list->count; i++)
        list->items[i] = items[i].token;
    return 0;
}
