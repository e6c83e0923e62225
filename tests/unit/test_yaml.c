/* YAML as JSON: what plain words mean to a registry, and what is refused in time. */
#include "tests/support/support.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "src/base/bounded.h"
#include "src/base/json.h"
#include "src/base/yaml.h"

static void plain_words_mean_what_they_mean_to_a_registry (void **state)
{
    /* seen of docker-registry 2.8 with each of them as auth.token.service */
    static const char *const not_text[] = { "yes",  "no",   "on",    "off",  "y",    "n",  "null", "~",    "0x10",
                                            "1e3",  "010",  "1_000", ".5",   "5.",   "+5", "-0",   "0b11", "0o17",
                                            "true", ".inf", "",      "1e+3", "-1.5", "NO", "Y" };
    static const char *const text[] = { "1:30", "2020-01-01", "=",     "5x",        "_1",   "0x", "1.2.3",
                                        "yess", "\"yes\"",    "'0x1'", "!!str yes", "!x n", "e3", "." };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE (not_text) + ARRAY_SIZE (text); i++) {
        bool is_text = i >= ARRAY_SIZE (not_text);
        const char *word = is_text ? text[i - ARRAY_SIZE (not_text)] : not_text[i];
        AUTOFREE char *yaml = xasprintf ("a: %s\n", word);
        struct error err = ERROR_INIT;
        json_auto_t *value = yaml_parse (yaml, strlen (yaml), "x", &err);
        if (!json_is_object (value) || json_is_string (json_object_get (value, "a")) != is_text)
            fail_msg ("%s is%s text; %s", word, is_text ? " no" : "", err.text);
    }
}

static void values_are_kept (void **state)
{
    static const char yaml[] = "version: 0.1\nn: 0x10\nl: [1, two, {three: }]\nm: &m {x: z}\nk: *m\n1: one\n";
    AUTO (buffer) text;
    (void)state;
    buffer_init (&text, 1024);
    json_auto_t *value = yaml_parse (yaml, strlen (yaml), "x", NULL);
    assert_non_null (value);
    json_write (&text, value);
    assert_string_equal (buffer_text (&text),
                         "{\"version\":0.10000000000000001,\"n\":16,\"l\":[1,\"two\",{\"three\":null}],"
                         "\"m\":{\"x\":\"z\"},\"k\":{\"x\":\"z\"},\"1\":\"one\"}");
}

static void what_is_not_text_is_refused_where_it_is (void **state)
{
    struct error err = ERROR_INIT;
    (void)state;
    assert_null (yaml_parse ("% \xe6", 3, "x", &err));
    assert_string_equal (err.text, "x is not valid YAML: it is not UTF-8 (line 1, column 3)");
    assert_null (yaml_parse ("a: b\n%c\xff", 8, "x", &err));
    assert_string_equal (err.text, "x is not valid YAML: it is not UTF-8 (line 2, column 3)");
    assert_null (yaml_parse ("a: \0", 4, "x", &err));
    assert_string_equal (err.text, "x is not valid YAML: there is a NUL character in it (line 1, column 4)");
}

static void what_json_cannot_say_is_refused (void **state)
{
    static const char *const texts[] = { "? {a: b}\n: c\n", "a: \"b\\0c\"\n", "\"a\\0\": b\n" };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE (texts); i++) {
        struct error err = ERROR_INIT;
        assert_null (yaml_parse (texts[i], strlen (texts[i]), "x", &err));
        assert_code (&err, ERROR_CONFIG);
    }
}

static void take_for_ever (const void *context, struct buffer *out)
{
    (void)context;
    (void)out;
    for (;;)
        (void)nanosleep (&(struct timespec){ .tv_sec = 1 }, NULL);
}

static void crash (const void *context, struct buffer *out)
{
    (void)context;
    (void)out;
    _exit (3);
}

static void grow (const void *context, struct buffer *out)
{
    (void)context;
    for (int i = 0; i < 1 << 20; i++)
        buffer_append (out, "0123456789abcdef", 16);
}

static void answer (const void *context, struct buffer *out)
{
    buffer_puts (out, context);
}

static void work_that_does_not_end_well_is_told (void **state)
{
    bounded_work *const bad[] = { take_for_ever, crash, grow };
    struct error err = ERROR_INIT;
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE (bad); i++) {
        AUTO (buffer) out;
        bool done = true;
        buffer_init (&out, 1024);
        assert_ok (bounded_run (bad[i], NULL, 200, 64 << 20, &out, &done, &err), &err);
        assert_false (done);
    }
    AUTO (buffer) out;
    bool done = false;
    buffer_init (&out, 1024);
    assert_ok (bounded_run (answer, "42", 10000, 64 << 20, &out, &done, &err), &err);
    assert_true (done);
    assert_string_equal (buffer_text (&out), "42");
}

int main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (plain_words_mean_what_they_mean_to_a_registry),
        cmocka_unit_test (values_are_kept),
        cmocka_unit_test (what_is_not_text_is_refused_where_it_is),
        cmocka_unit_test (what_json_cannot_say_is_refused),
        cmocka_unit_test (work_that_does_not_end_well_is_told),
    };
    json_start ();
    return cmocka_run_group_tests (tests, NULL, NULL);
}
