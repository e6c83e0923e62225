/* What clients of registries ask for, and what of it is granted. */
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/json.h"
#include "src/token/access.h"

static void assert_parsed (const char *scope, const char *expected)
{
    AUTO (access_list) list = { .items = NULL };
    AUTO (buffer) text;
    buffer_init (&text, 65536);
    access_list_parse (&list, scope);
    access_list_format (&list, &text);
    assert_string_equal (buffer_text (&text), expected);
}

static void scopes_are_read (void **state)
{
    (void)state;
    assert_parsed ("", "");
    assert_parsed ("repository:team/app:pull", "repository:team/app:pull");
    assert_parsed ("repository:team/app:push,pull", "repository:team/app:pull,push");
    assert_parsed ("repository:team/app:*", "repository:team/app:pull,push,delete");
    assert_parsed ("repository(plugin):team/app:pull", "repository:team/app:pull");
    assert_parsed ("registry:catalog:*", "registry:catalog:*");
    assert_parsed ("repository:a/b:pull repository:c/d:push", "repository:a/b:pull repository:c/d:push");
}

static void the_same_resource_is_one (void **state)
{
    (void)state;
    assert_parsed ("repository:a/b:pull repository:c/d:pull repository:a/b:push",
                   "repository:a/b:pull,push repository:c/d:pull");
    assert_parsed ("repository:a/b:pull repository:a/b:pull", "repository:a/b:pull");
}

static void what_is_unknown_asks_for_nothing (void **state)
{
    (void)state;
    static const char *const nothing[] = { "repository",
                                           "repository:a/b",
                                           "repository::pull",
                                           "repository:a/b:",
                                           "repository:a/b:fly",
                                           "registry:catalog:",
                                           "registry:catalog:pull",
                                           "registry:other:*",
                                           "chart:a/b:pull",
                                           "repository:A/b:pull",
                                           "repository:a//b:pull",
                                           "repository:/a:pull",
                                           "repository:a/:pull",
                                           "repository:../a:pull",
                                           "repository:a b:pull",
                                           "repository:a/b%:pull",
                                           ":::",
                                           "repository:host:5000/a:pull",
                                           "   ",
                                           "repository:a/\xc3\xbc:pull" };
    for (size_t i = 0; i < ARRAY_SIZE (nothing); i++)
        assert_parsed (nothing[i], "");
}

static void there_is_a_ceiling (void **state)
{
    (void)state;
    AUTO (access_list) list = { .items = NULL };
    AUTO (buffer) text;
    buffer_init (&text, 1 << 20);
    for (int i = 0; i < 1000; i++)
        buffer_printf (&text, "repository:a/b%d:pull ", i);
    access_list_parse (&list, buffer_text (&text));
    assert_int_equal (list.count, ACCESS_MAX);
}

static void names_have_their_grammar (void **state)
{
    (void)state;
    static const char *const good[] = { "a", "a/b", "a.b/c_d/e__f/g-h", "a---b", "0/1", "alice/app/x/y/z" };
    static const char *const bad[] = { "",      "/",  "a/", "/a",   "a//b", "A",   "a..b",
                                       "a___b", "-a", "a-", "a.-b", "a b",  "a:b", "a\n" };
    for (size_t i = 0; i < ARRAY_SIZE (good); i++)
        assert_true (repository_name_is_valid (good[i]));
    for (size_t i = 0; i < ARRAY_SIZE (bad); i++)
        assert_false (repository_name_is_valid (bad[i]));
    char name[REPOSITORY_NAME_SIZE + 1];
    memset (name, 'a', sizeof (name));
    name[100] = '/';
    name[REPOSITORY_NAME_SIZE] = '\0';
    assert_false (repository_name_is_valid (name));
    name[REPOSITORY_NAME_SIZE - 1] = '\0';
    assert_true (repository_name_is_valid (name));
    assert_true (namespace_is_valid ("team"));
    assert_false (namespace_is_valid ("team/app"));
    assert_false (namespace_is_valid (""));
    char space[NAMESPACE_SIZE];
    assert_string_equal (namespace_of ("team/app/x", space), "team");
    assert_string_equal (namespace_of ("top", space), "top");
}

#define ALL (ACCESS_PULL | ACCESS_PUSH | ACCESS_DELETE)

/* Every scope × every right × public or not. */
static void the_grant_is_the_intersection (void **state)
{
    (void)state;
    static const unsigned table[SCOPE_COUNT][RIGHT_ADMIN + 1] = {
        [SCOPE_PUBLIC_READ] = { 0, 0, 0, 0 },
        [SCOPE_READ] = { 0, ACCESS_PULL, ACCESS_PULL, ACCESS_PULL },
        [SCOPE_WRITE] = { 0, ACCESS_PULL, ACCESS_PULL | ACCESS_PUSH, ACCESS_PULL | ACCESS_PUSH },
        [SCOPE_ADMIN] = { 0, ACCESS_PULL, ACCESS_PULL | ACCESS_PUSH, ALL },
    };
    for (enum scope scope = SCOPE_PUBLIC_READ; scope < SCOPE_COUNT; scope++)
        for (enum namespace_right right = RIGHT_NONE; right <= RIGHT_ADMIN; right++) {
            struct scopes scopes = { .list = { scope }, .count = 1 };
            assert_int_equal (access_cut (ALL, right, &scopes, false), table[scope][right]);
            assert_int_equal (access_cut (ALL, right, &scopes, true), table[scope][right] | ACCESS_PULL);
            assert_int_equal (access_cut (ACCESS_PULL, right, &scopes, false), table[scope][right] & ACCESS_PULL);
        }
    struct scopes none = { .count = 0 };
    assert_int_equal (access_cut (ALL, RIGHT_ADMIN, &none, true), 0);
    assert_int_equal (access_cut (ALL, RIGHT_NONE, NULL, true), ACCESS_PULL);
    assert_int_equal (access_cut (ALL, RIGHT_NONE, NULL, false), 0);
}

static void claims_have_only_what_is_granted (void **state)
{
    (void)state;
    AUTO (access_list) list = { .items = NULL };
    access_list_parse (&list, "repository:a/b:pull,push repository:c/d:pull registry:catalog:*");
    list.items[1].actions = 0;
    json_auto_t *claim = access_list_to_json (&list);
    AUTO (buffer) text;
    buffer_init (&text, 4096);
    json_write (&text, claim);
    assert_string_equal (buffer_text (&text),
                         "[{\"type\":\"repository\",\"name\":\"a/b\",\"actions\":[\"pull\",\"push\"]},"
                         "{\"type\":\"registry\",\"name\":\"catalog\",\"actions\":[\"*\"]}]");
}

static void rights_have_names (void **state)
{
    (void)state;
    for (enum namespace_right right = RIGHT_READ; right <= RIGHT_ADMIN; right++)
        assert_int_equal (namespace_right_parse (namespace_right_name (right)), right);
    assert_int_equal (namespace_right_parse ("none"), RIGHT_NONE);
    assert_int_equal (namespace_right_parse ("owner"), RIGHT_NONE);
}

int main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (scopes_are_read),
        cmocka_unit_test (the_same_resource_is_one),
        cmocka_unit_test (what_is_unknown_asks_for_nothing),
        cmocka_unit_test (there_is_a_ceiling),
        cmocka_unit_test (names_have_their_grammar),
        cmocka_unit_test (the_grant_is_the_intersection),
        cmocka_unit_test (claims_have_only_what_is_granted),
        cmocka_unit_test (rights_have_names),
    };
    json_start ();
    return cmocka_run_group_tests (tests, NULL, NULL);
}
