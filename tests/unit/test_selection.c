/* Which tokens are meant, in which order, and how many there are. */
#include "tests/support/clock.h"
#include "tests/support/support.h"

#include <string.h>

#include "src/base/time.h"
#include "src/core/selection.h"

#define NOW_US (CLOCK_SOME_DAY * 1000000)
#define DAYS(n) ((int64_t)(n)*TIME_DAY * 1000000)

static void add (struct token_list *list, const char *name, const struct token *like)
{
    struct token *token = token_list_add (list);
    *token = *like;
    token->name = xstrdup (name);
}

/* Five tokens: active and used, inactive, expired, automatic, new and never used. */
static void fill (struct token_list *list)
{
    add (list, "ci-used",
         &(struct token){ .active = true,
                          .created_us = NOW_US - DAYS (200),
                          .expires_us = NOW_US + DAYS (5),
                          .last_used_us = NOW_US - DAYS (1),
                          .scopes = { .list = { SCOPE_WRITE }, .count = 1 } });
    add (list, "ci-off",
         &(struct token){ .created_us = NOW_US - DAYS (100),
                          .last_used_us = NOW_US - DAYS (95),
                          .scopes = { .list = { SCOPE_READ }, .count = 1 } });
    add (list, "old",
         &(struct token){ .active = true,
                          .created_us = NOW_US - DAYS (50),
                          .expires_us = NOW_US,
                          .scopes = { .list = { SCOPE_READ }, .count = 1 } });
    add (list, "desk",
         &(struct token){ .active = true,
                          .source = TOKEN_AUTO,
                          .created_us = NOW_US - DAYS (10),
                          .expires_us = NOW_US + DAYS (20),
                          .scopes = { .list = { SCOPE_ADMIN }, .count = 1 } });
    add (list, "new",
         &(struct token){ .active = true, .created_us = NOW_US, .scopes = { .list = { SCOPE_READ }, .count = 1 } });
}

/* The names that are left, with a blank between. */
static char *names_of (const struct token_list *list)
{
    char *names = xstrdup ("");
    for (size_t i = 0; i < list->count; i++) {
        AUTOFREE char *before = names;
        names = xasprintf ("%s%s%s", before, i ? " " : "", list->items[i].name);
    }
    return names;
}

static void all_conditions_must_hold (void **state)
{
    (void)state;
    static const struct {
        struct selector selector;
        const char *names;
    } rows[] = {
        { { 0 }, "ci-used ci-off old desk new" },
        { { .has_state = true, .state = TOKEN_ACTIVE }, "ci-used desk new" },
        { { .has_state = true, .state = TOKEN_INACTIVE }, "ci-off" },
        { { .has_state = true, .state = TOKEN_EXPIRED }, "old" },
        { { .has_source = true, .source = TOKEN_AUTO }, "desk" },
        { { .has_source = true, .source = TOKEN_MANUAL }, "ci-used ci-off old new" },
        { { .has_scope = true, .scope = SCOPE_READ }, "ci-off old new" },
        { { .never_used = true }, "old desk new" },
        { { .expiring_s = 5 * TIME_DAY }, "ci-used" },
        { { .expiring_s = 5 * TIME_DAY - 1 }, "" },
        { { .unused_s = 90 * TIME_DAY }, "ci-off" },
        { { .unused_s = 50 * TIME_DAY }, "ci-off old" },
        { { .older_s = 100 * TIME_DAY }, "ci-used ci-off" },
        { { .match = "ci-*" }, "ci-used ci-off" },
        { { .match = "ci" }, "" },
        { { .match = "[no]*" }, "old new" },
        { { .match = "ci-*", .has_state = true, .state = TOKEN_ACTIVE }, "ci-used" },
    };
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        AUTO (token_list) list = { .items = NULL };
        fill (&list);
        assert_int_equal (selector_is_empty (&rows[i].selector), i == 0);
        selection_filter (&list, &rows[i].selector, NOW_US);
        AUTOFREE char *names = names_of (&list);
        if (strcmp (names, rows[i].names) != 0)
            fail_msg ("row %zu gave \"%s\"", i, names);
    }
}

static void sorts_absent_times_last (void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        { "name", "ci-off ci-used desk new old" },      { "name:desc", "old new desk ci-used ci-off" },
        { "created", "ci-used ci-off old desk new" },   { "created:desc", "new desk old ci-off ci-used" },
        { "expires", "old ci-used desk ci-off new" },   { "expires:desc", "desk ci-used old ci-off new" },
        { "last-used", "ci-off ci-used old desk new" }, { "last-used:desc", "ci-used ci-off old desk new" },
        { "state", "ci-used desk new ci-off old" },     { "source:desc", "desk ci-used ci-off old new" },
    };
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        AUTO (token_list) list = { .items = NULL };
        struct error err = ERROR_INIT;
        fill (&list);
        assert_ok (selection_sort (&list, rows[i][0], NOW_US, &err), &err);
        AUTOFREE char *names = names_of (&list);
        if (strcmp (names, rows[i][1]) != 0)
            fail_msg ("%s gave \"%s\"", rows[i][0], names);
    }
}

static void refuses_unknown_keys (void **state)
{
    (void)state;
    static const char *const bad[] = { "", "size", "name:up", ":desc", "name:" };
    for (size_t i = 0; i < ARRAY_SIZE (bad); i++) {
        struct error err = ERROR_INIT;
        assert_int_equal (selection_check_sort (bad[i], &err), -1);
        assert_code (&err, ERROR_USAGE);
    }
    for (const char *const *key = selection_sort_keys (); *key; key++)
        assert_int_equal (selection_check_sort (*key, NULL), 0);
}

static void counts_and_limits (void **state)
{
    (void)state;
    AUTO (token_list) list = { .items = NULL };
    struct token_counts counts;
    fill (&list);
    selection_count (&list, NOW_US, &counts);
    assert_int_equal (counts.all, 5);
    assert_int_equal (counts.active, 3);
    assert_int_equal (counts.inactive, 1);
    assert_int_equal (counts.expired, 1);
    selection_limit (&list, 9);
    assert_int_equal (list.count, 5);
    selection_limit (&list, 2);
    assert_int_equal (list.count, 2);
    assert_string_equal (list.items[1].name, "ci-off");
}

int main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (all_conditions_must_hold),
        cmocka_unit_test (sorts_absent_times_last),
        cmocka_unit_test (refuses_unknown_keys),
        cmocka_unit_test (counts_and_limits),
    };
    return cmocka_run_group_tests (tests, NULL, NULL);
}
