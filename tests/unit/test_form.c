/* Form fields of queries and bodies, well-formed and not. */
#include "tests/support/support.h"

#include <string.h>

#include "src/base/buffer.h"
#include "src/base/clock.h"
#include "src/base/form.h"
#include "src/base/json.h"

static json_t *parse (const char *text)
{
    struct error err = ERROR_INIT;
    json_t *form = form_parse (text, strlen (text), "scope", &err);
    assert_ok (form ? 0 : -1, &err);
    return form;
}

static void assert_field (const char *text, const char *key, const char *value)
{
    json_auto_t *form = parse (text);
    const char *found = json_get_string (form, key);
    if (value == NULL)
        assert_null (found);
    else {
        assert_non_null (found);
        assert_string_equal (found, value);
    }
}

static void fields_are_decoded (void **state)
{
    (void)state;
    assert_field ("", "a", NULL);
    assert_field ("a=1&b=2", "b", "2");
    assert_field ("a=b%20c+d", "a", "b c d");
    assert_field ("a=%e2%82%ac&b", "a", "\xe2\x82\xac");
    assert_field ("a=%E2%82%AC&b", "b", "");
    assert_field ("a=b=c", "a", "b=c");
    assert_field ("%61=1", "a", "1");
    assert_field ("&&a=1&&", "a", "1");
    assert_field ("=1", "", NULL);
}

static void the_repeatable_one_is_joined (void **state)
{
    (void)state;
    assert_field ("scope=a:b:c&x=1&scope=d:e:f", "scope", "a:b:c d:e:f");
    assert_field ("scope=a%20b", "scope", "a b");
}

/* A body holds thousands of them, and each may not cost as much as all before it. */
static void many_repeats_take_no_longer_than_a_long_value (void **state)
{
    (void)state;
    AUTO (buffer) text;
    AUTO (buffer) joined;
    struct error err = ERROR_INIT;
    enum { REPEATS = 100000 };
    buffer_init (&text, (size_t)REPEATS * 16);
    buffer_init (&joined, (size_t)REPEATS * 16);
    for (int i = 0; i < REPEATS; i++) {
        buffer_puts (&text, i > 0 ? "&scope=a:b:c" : "scope=a:b:c");
        buffer_puts (&joined, i > 0 ? " a:b:c" : "a:b:c");
    }
    int64_t before = clock_now_us ();
    json_auto_t *form = form_parse (text.data, text.len, "scope", &err);
    int64_t passed = clock_now_us () - before;
    assert_non_null (form);
    assert_string_equal (json_get_string (form, "scope"), buffer_text (&joined));
    assert_true (passed < 10000000); /* what grew with the square took minutes */
}

static void the_malformed_is_refused (void **state)
{
    (void)state;
    static const char *const bad[] = { "a=1&a=2", "a=%",   "a=%2",      "a=%zz", "a=%00",
                                       "a=%ff",   "%ff=1", "a=1&%61=2", "a=%+1" };
    for (size_t i = 0; i < ARRAY_SIZE (bad); i++) {
        struct error err = ERROR_INIT;
        assert_null (form_parse (bad[i], strlen (bad[i]), "scope", &err));
        assert_code (&err, ERROR_USAGE);
        assert_null (strstr (err.text, "%")); /* what was sent may be a secret */
    }
    struct error err = ERROR_INIT;
    assert_null (form_parse ("a=\0b", 4, "scope", &err));
}

static void fields_are_bounded (void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    AUTO (buffer) text;
    buffer_init (&text, 100000);
    for (unsigned i = 0; i < FORM_FIELDS_MAX; i++)
        buffer_printf (&text, "a%u=&", i);
    json_auto_t *fields = form_parse (buffer_text (&text), text.len, "scope", &err);
    assert_int_equal (json_object_size (fields), FORM_FIELDS_MAX);
    buffer_puts (&text, "one=more");
    assert_null (form_parse (buffer_text (&text), text.len, "scope", &err));
    assert_code (&err, ERROR_USAGE);
}

int main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (fields_are_bounded),
        cmocka_unit_test (fields_are_decoded),
        cmocka_unit_test (the_repeatable_one_is_joined),
        cmocka_unit_test (many_repeats_take_no_longer_than_a_long_value),
        cmocka_unit_test (the_malformed_is_refused),
    };
    json_start ();
    return cmocka_run_group_tests (tests, NULL, NULL);
}
