/* Option tables: order, "--", abbreviations, numbers, and the nearest name. */
#include "tests/support/support.h"

#include <string.h>

#include "src/cli/option.h"

struct values {
    bool flag;
    const char *text;
    struct string_list list;
    long number;
};

static const struct option_spec specs[] = {
    { "flag", 'f', OPTION_FLAG, offsetof (struct values, flag), NULL, "a flag", 0 },
    { "text", 't', OPTION_TEXT, offsetof (struct values, text), "TEXT", "a text", 0 },
    { "list", 'l', OPTION_LIST, offsetof (struct values, list), "ITEM", "a list", 0 },
    { "number", 0, OPTION_NUMBER, offsetof (struct values, number), "N", "a number", 0 },
    { .name = NULL },
};

/* Parse a line of words with a blank between; the arguments left are joined again. */
static char *parse (const char *line, struct values *values, bool stop, struct error *err)
{
    AUTOFREE char *copy = xasprintf ("cmd %s", line);
    char *argv[20];
    int argc = 0, count = 0;
    for (char *at = copy, *word; (word = strsep (&at, " ")) != NULL;)
        if (word[0])
            argv[argc++] = word[0] == '_' ? word + 1 : word; /* "_" alone is an empty argument */
    argv[argc] = NULL;
    const struct option_target targets[] = { { specs, values }, { .specs = NULL } };
    if (option_parse (targets, "dpat cmd", stop, argv, argc, &count, err) != 0)
        return NULL;
    char *rest = xstrdup ("");
    for (int i = 1; i <= count; i++) {
        AUTOFREE char *before = rest;
        rest = xasprintf ("%s%s%s", before, i > 1 ? " " : "", argv[i]);
    }
    values->text = values->text ? (strcmp (values->text, "x") == 0 ? "x" : "other") : NULL;
    string_list_release (&values->list);
    return rest;
}

static void options_stand_anywhere (void **state)
{
    (void)state;
    static const char *const lines[] = { "a b -f -t x", "-f a --text x b", "--text=x a -f b",
                                         "-ftx a b",    "a -tx -- b",      "a b -t other -f -t x" };
    for (size_t i = 0; i < ARRAY_SIZE (lines); i++) {
        struct values values = { .flag = false };
        struct error err = ERROR_INIT;
        AUTOFREE char *rest = parse (lines[i], &values, false, &err);
        assert_non_null (rest);
        assert_string_equal (rest, "a b");
        assert_string_equal (values.text, "x");
    }
}

static void two_hyphens_end_options (void **state)
{
    (void)state;
    struct values values = { .flag = false };
    AUTOFREE char *rest = parse ("-- -f - --text", &values, false, NULL);
    assert_string_equal (rest, "-f - --text");
    assert_false (values.flag);
}

static void one_hyphen_is_an_argument (void **state)
{
    (void)state;
    struct values values = { .flag = false };
    AUTOFREE char *rest = parse ("- _ -f", &values, false, NULL);
    assert_string_equal (rest, "- ");
    assert_true (values.flag);
}

static void stops_at_the_first_argument_when_asked (void **state)
{
    (void)state;
    struct values values = { .flag = false };
    AUTOFREE char *rest = parse ("-f list -t x", &values, true, NULL);
    assert_string_equal (rest, "list -t x");
    assert_true (values.flag);
    assert_null (values.text);
}

static void bad_options_are_told (void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *text;
        const char *hint;
    } rows[] = { { "--flga", "no option --flga", "--flag" },
                 { "--fla", "no option --fla", "--flag" },
                 { "--zzzzzzzz", "no option --zzzzzzzz", "--help" },
                 { "-z", "no option -z", "--help" },
                 { "--text", "--text needs an argument", "" },
                 { "-t", "--text needs an argument", "" },
                 { "--flag=x", "--flag takes no argument", "" },
                 { "--tex=secret", "no option --tex", "--text" },
                 { "--number 0", "no number", "" },
                 { "--number 1x", "no number", "" },
                 { "--number 99999999999999999999", "no number", "" } };
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        struct values values = { .flag = false };
        struct error err = ERROR_INIT;
        AUTOFREE char *rest = parse (rows[i].line, &values, false, &err);
        assert_null (rest);
        assert_code (&err, ERROR_USAGE);
        if (strstr (err.text, rows[i].text) == NULL || strstr (err.hint, rows[i].hint) == NULL)
            fail_msg ("%s: %s (%s)", rows[i].line, err.text, err.hint);
        assert_null (strstr (err.text, "secret"));
    }
}

static void guesses_only_what_is_near (void **state)
{
    (void)state;
    static const char *const words[] = { "list", "login", "logout", "delete", "ls" };
    assert_string_equal (option_nearest ("lst", words, ARRAY_SIZE (words)), "list");
    assert_string_equal (option_nearest ("delte", words, ARRAY_SIZE (words)), "delete");
    assert_string_equal (option_nearest ("logo", words, ARRAY_SIZE (words)), "logout");
    assert_null (option_nearest ("xyzzy", words, ARRAY_SIZE (words)));
}

int main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (options_stand_anywhere),    cmocka_unit_test (two_hyphens_end_options),
        cmocka_unit_test (one_hyphen_is_an_argument), cmocka_unit_test (stops_at_the_first_argument_when_asked),
        cmocka_unit_test (bad_options_are_told),      cmocka_unit_test (guesses_only_what_is_near),
    };
    return cmocka_run_group_tests (tests, NULL, NULL);
}
