/* Text from elsewhere: UTF-8, control characters, distance between words. */
#include "tests/support/support.h"

#include <string.h>

#include "src/base/text.h"

static void counts_characters_of_valid_utf8_only (void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
        long count;
    } rows[] = { { "", 0, 0 },
                 { "abc", 3, 3 },
                 { "gr\xc3\xbc\xc3\x9f", 6, 4 },
                 { "\xf0\x9f\x90\xb3", 4, 1 },
                 { "\xc0\x80", 2, -1 },         /* overlong NUL */
                 { "\xed\xa0\x80", 3, -1 },     /* surrogate */
                 { "\xf4\x90\x80\x80", 4, -1 }, /* above U+10FFFF */
                 { "a\xc3", 2, -1 },            /* cut short */
                 { "\x80", 1, -1 } };
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++)
        assert_int_equal (text_count (rows[i].text, rows[i].len), rows[i].count);
}

static void knows_what_drives_a_terminal (void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\x1b[31m", "a\nb", "a\rb", "\x7f", "\xc2\x9b", "\xe2\x80\xae" /* U+202E */, "\xe2\x80\xa8" /* U+2028 */, "\xff"
    };
    for (size_t i = 0; i < ARRAY_SIZE (bad); i++)
        assert_true (text_has_control (bad[i], strlen (bad[i])));
    assert_false (text_has_control ("gr\xc3\xbc\xc3\x9f \xf0\x9f\x90\xb3", 11));
}

static void cleans_to_question_marks (void **state)
{
    (void)state;
    char text[] = "a\x1b[1m\xff\xe2\x80\xae\xc3\xbc";
    text_clean_in_place (text);
    assert_string_equal (text, "a?[1m??\xc3\xbc");
}

static void what_nobody_sees_is_shown_by_number (void **state)
{
    (void)state;
    static const struct {
        const char *text, *shown;
    } rows[] = { { "ci", "ci" },
                 { "c\xe2\x80\x8bi", "c<U+200B>i" },
                 { "\xef\xbb\xbf"
                   "ci\xc2\xad",
                   "<U+FEFF>ci<U+00AD>" },
                 { "\xf3\xa0\x81\xa1", "<U+E0061>" },
                 { "a\x1b\xe2\x80\x8b\xff"
                   "b",
                   "a?<U+200B>?b" },
                 { "\xe2\x9d\xa4\xef\xb8\x8f\xef\xb8\x8f", "\xe2\x9d\xa4\xef\xb8\x8f<U+FE0F>" },
                 { "", "" } };
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        AUTO (buffer) out;
        buffer_init (&out, 1000);
        text_append_clean (&out, rows[i].text, strlen (rows[i].text));
        assert_string_equal (buffer_text (&out), rows[i].shown);
    }
}

static void measures_distance (void **state)
{
    (void)state;
    assert_int_equal (text_distance ("list", "list"), 0);
    assert_int_equal (text_distance ("lsit", "list"), 1);
    assert_int_equal (text_distance ("delte", "delete"), 1);
    assert_int_equal (text_distance ("", "abc"), 3);
    assert_int_equal (text_distance ("0123456789012345678901234567890123456789", "x"), 32);
}

int main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (counts_characters_of_valid_utf8_only),
        cmocka_unit_test (what_nobody_sees_is_shown_by_number),
        cmocka_unit_test (knows_what_drives_a_terminal),
        cmocka_unit_test (cleans_to_question_marks),
        cmocka_unit_test (measures_distance),
    };
    return cmocka_run_group_tests (tests, NULL, NULL);
}
