/* The table of codes, the sentences of errors, and JSON that comes from elsewhere. */
#include "tests/support/support.h"

#include <string.h>

#include "src/base/json.h"

static void every_code_has_its_own_name_and_a_known_exit (void **state)
{
    (void)state;
    for (int a = ERROR_NONE + 1; a < ERROR_CODE_COUNT; a++) {
        const struct error_kind *kind = error_kind ((enum error_code)a);
        assert_in_range (kind->exit_status, 1, 14);
        assert_in_range (kind->http_status, 200, 599);
        assert_true (strlen (kind->sentence) > 10);
        for (int b = a + 1; b < ERROR_CODE_COUNT; b++)
            assert_string_not_equal (kind->name, error_kind ((enum error_code)b)->name);
    }
}

static void sentences_cannot_drive_a_terminal (void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    assert_int_equal (error_set (&err, ERROR_USAGE, "no \x1b[31m\xff\n%s", "x"), -1);
    assert_string_equal (err.text, "no ?[31m??x");
    assert_int_equal (error_prefix (&err, "reading %s", "f"), -1);
    assert_string_equal (err.text, "reading f: no ?[31m??x");
}

static void long_sentences_end_at_a_whole_character (void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    char name[1200];
    for (size_t i = 0; i < sizeof (name) - 1; i++)
        name[i] = i % 2 ? '\xbc' : '\xc3';
    name[sizeof (name) - 1] = '\0';
    error_set (&err, ERROR_USAGE, "x%s", name);
    assert_true (strlen (err.text) < sizeof (err.text));
    json_auto_t *value = json_string (err.text);
    assert_non_null (value); /* jansson refuses broken UTF-8 */
}

static void a_new_error_forgets_the_old_one (void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    error_set (&err, ERROR_AMBIGUOUS, "two");
    error_hint (&err, "write more");
    error_detail_append (&err, "ids", "a");
    error_detail_append (&err, "ids", "b");
    assert_int_equal (err.detail_count, 1);
    assert_string_equal (err.details[0].text, "a\nb");
    error_set (&err, ERROR_USAGE, "one");
    assert_string_equal (err.hint, "");
    assert_int_equal (err.detail_count, 0);
    error_detail (&err, "a", ERROR_DETAIL_BOOL, "true");
    error_detail (&err, "b", ERROR_DETAIL_BOOL, "true");
    error_detail (&err, "c", ERROR_DETAIL_BOOL, "true");
    error_detail (&err, "d", ERROR_DETAIL_BOOL, "true");
    assert_int_equal (err.detail_count, 3);
}

static void null_error_is_fine (void **state)
{
    (void)state;
    assert_int_equal (error_set (NULL, ERROR_USAGE, "x"), -1);
    assert_int_equal (error_prefix (NULL, "x"), -1);
    assert_int_equal (error_hint (NULL, "x"), -1);
    assert_int_equal (error_detail (NULL, "x", ERROR_DETAIL_TEXT, "y"), -1);
    error_detail_append (NULL, "x", "y");
}

static void json_refuses_what_it_could_not_keep (void **state)
{
    (void)state;
    static const char *const bad[] = {
        "{\"a\":1,\"a\":2}", "{} x", "{", "", "\xef\xbb\xbf{}", "{\"a\":\"\\u0000\"}", "{\"a\":99999999999999999999}",
        "{\"a\":\"\xff\"}"
    };
    for (size_t i = 0; i < ARRAY_SIZE (bad); i++) {
        struct error err = ERROR_INIT;
        json_auto_t *value = json_parse (bad[i], strlen (bad[i]), "the file", ERROR_CONFIG, &err);
        if (value)
            fail_msg ("%s was taken", bad[i]);
        assert_code (&err, ERROR_CONFIG);
        assert_non_null (strstr (err.text, "the file"));
    }
}

static void json_keeps_order_and_numbers (void **state)
{
    (void)state;
    const char *text = "{\"z\":9007199254740993,\"a\":[true,null,1.5],\"\xc3\xbc\":\"/\\\"\"}";
    AUTO (buffer) out;
    buffer_init (&out, 1000);
    json_auto_t *value = json_parse (text, strlen (text), "it", ERROR_CONFIG, NULL);
    assert_non_null (value);
    json_write (&out, value);
    assert_string_equal (buffer_text (&out), text);
}

static void json_strings_from_elsewhere_are_made_valid (void **state)
{
    (void)state;
    json_auto_t *object = json_object ();
    json_set_string (object, "a", "x\xffy");
    json_set_string (object, "b", NULL);
    json_set_time (object, "c", 0);
    json_set_time (object, "d", 1800000000);
    assert_string_equal (json_get_string (object, "a"), "x?y");
    assert_true (json_is_null (json_object_get (object, "b")));
    assert_true (json_is_null (json_object_get (object, "c")));
    assert_string_equal (json_get_string (object, "d"), "2027-01-15T08:00:00Z");
    assert_null (json_get_string (object, "absent"));
    assert_int_equal (json_get_integer (object, "a"), 0);
}

int main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (every_code_has_its_own_name_and_a_known_exit),
        cmocka_unit_test (sentences_cannot_drive_a_terminal),
        cmocka_unit_test (long_sentences_end_at_a_whole_character),
        cmocka_unit_test (a_new_error_forgets_the_old_one),
        cmocka_unit_test (null_error_is_fine),
        cmocka_unit_test (json_refuses_what_it_could_not_keep),
        cmocka_unit_test (json_keeps_order_and_numbers),
        cmocka_unit_test (json_strings_from_elsewhere_are_made_valid),
    };
    json_start ();
    return cmocka_run_group_tests (tests, NULL, NULL);
}
