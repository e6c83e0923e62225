/* Why JSON and YAML are refused: what, why and where, and nothing of what they hold. */
#include "tests/support/support.h"

#include <string.h>

#include "src/base/json.h"
#include "src/base/yaml.h"

/* A text that is refused, and how the sentence begins; the column is the library's to choose. */
struct refusal {
    const char *text;
    size_t len;
    const char *sentence;
};

#define TEXT(literal) literal, sizeof (literal) - 1

static void assert_begins (const struct error *err, const char *sentence)
{
    AUTOFREE char *begin = xstrndup (err->text, strlen (sentence));
    assert_string_equal (begin, sentence);
    assert_int_equal (strspn (err->text + strlen (sentence), "0123456789)"), strlen (err->text) - strlen (sentence));
}

static void what_is_wrong_with_json_is_said_without_quoting_it (void **state)
{
    static const struct refusal refusals[] = {
        { TEXT (""), "x is not valid JSON: it ends too early (line 1, column " },
        { TEXT ("{\"a\":\"hunter2"), "x is not valid JSON: it ends too early (line 1, column " },
        { TEXT ("{\n\"a\":\"hunter2\\q\"}"), "x is not valid JSON: wrong syntax (line 2, column " },
        { TEXT ("{\"a\":\"hunter2\xff\"}"), "x is not valid JSON: it is not UTF-8 (line 1, column " },
        { TEXT ("{\"a\":\"hunter2\\u0000\"}"), "x is not valid JSON: a string has a NUL character (line 1, column " },
        { TEXT ("{\"a\":\"b\"}hunter2"), "x is not valid JSON: something follows its end (line 1, column " },
        { TEXT ("{\"hunter2\":1,\"hunter2\":2}"),
          "x is not valid JSON: a key occurs twice in one object (line 1, column " },
        { TEXT ("{\"a\":1e999}"), "x is not valid JSON: a number is too large (line 1, column " },
        { TEXT ("\"hunter2\""), "x is not valid JSON: wrong syntax (line 1, column " },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE (refusals); i++) {
        struct error err = ERROR_INIT;
        assert_null (json_parse (refusals[i].text, refusals[i].len, "x", ERROR_CONFIG, &err));
        assert_code (&err, ERROR_CONFIG);
        assert_begins (&err, refusals[i].sentence);
    }
}

static void a_text_of_any_kind_is_read_where_that_is_wanted (void **state)
{
    (void)state;
    json_auto_t *value = json_parse_value (TEXT ("\"a\""), "x", ERROR_CONFIG, NULL);
    assert_string_equal (json_string_value (value), "a");
    assert_null (json_parse_value (TEXT ("\"a\"b"), "x", ERROR_CONFIG, NULL));
}

static void what_is_wrong_with_yaml_is_said_without_quoting_it (void **state)
{
    static const struct refusal refusals[] = {
        { TEXT ("a: \"hunter2"), "x is not valid YAML (line 1, column " },
        { TEXT ("a: 1\nb: \"hunter2\\q\"\n"), "x is not valid YAML (line 2, column " },
        { TEXT ("a: *hunter2\n"), "x is not valid YAML (line 1, column " },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE (refusals); i++) {
        struct error err = ERROR_INIT;
        assert_null (yaml_parse (refusals[i].text, refusals[i].len, "x", &err));
        assert_code (&err, ERROR_CONFIG);
        assert_begins (&err, refusals[i].sentence);
    }
}

static void values_and_levels_are_counted_before_parsing (void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t values, levels;
    } rows[] = { { "1", 1, 0 },
                 { "{}", 2, 1 },
                 { "[1,2,3]", 4, 1 },
                 { "{\"a\":[{},{}],\"b\":\"[{,\"}", 7, 3 },
                 { "[\"\\\"[[[\",\"\\\\\",[]]", 5, 2 },
                 { "[[[[", 5, 4 },
                 { "]]]]", 1, 0 },
                 { "\"\\", 1, 0 } };
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        size_t len = strlen (rows[i].text);
        assert_true (json_is_small (rows[i].text, len, rows[i].values, rows[i].levels));
        assert_false (json_is_small (rows[i].text, len, rows[i].values - 1, rows[i].levels));
        if (rows[i].levels > 0)
            assert_false (json_is_small (rows[i].text, len, rows[i].values, rows[i].levels - 1));
    }
    assert_true (json_is_small (NULL, 0, 1, 0));
}

int main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (values_and_levels_are_counted_before_parsing),

        cmocka_unit_test (what_is_wrong_with_json_is_said_without_quoting_it),
        cmocka_unit_test (a_text_of_any_kind_is_read_where_that_is_wanted),
        cmocka_unit_test (what_is_wrong_with_yaml_is_said_without_quoting_it),
    };
    json_start ();
    return cmocka_run_group_tests (tests, NULL, NULL);
}
