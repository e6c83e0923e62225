/* Growing byte strings with a ceiling, secrets, and redaction of debug lines. */
#include "tests/support/support.h"

#include <string.h>
#include <unistd.h>

#include "src/base/buffer.h"
#include "src/base/log.h"

static void grows_up_to_its_ceiling (void **state)
{
    (void)state;
    AUTO (buffer) buffer;
    buffer_init (&buffer, 8);
    buffer_puts (&buffer, "12345");
    buffer_printf (&buffer, "%d", 678);
    assert_false (buffer.failed);
    assert_string_equal (buffer_text (&buffer), "12345678");
    buffer_puts (&buffer, "9");
    assert_true (buffer.failed);
    assert_string_equal (buffer_text (&buffer), "12345678");
    buffer_puts (&buffer, "");
    assert_true (buffer.failed);
}

static void empty_buffer_is_empty_text (void **state)
{
    (void)state;
    AUTO (buffer) buffer;
    buffer_init (&buffer, 8);
    assert_string_equal (buffer_text (&buffer), "");
}

static int pipe_with (const void *data, size_t len)
{
    int ends[2];
    assert_int_equal (pipe (ends), 0);
    assert_int_equal (write (ends[1], data, len), len);
    close (ends[1]);
    return ends[0];
}

static void refuses_secret_above_maximum (void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    AUTO (secret) secret = SECRET_INIT;
    AUTOCLOSE int good = pipe_with ("12345678", 8);
    assert_ok (secret_read (&secret, good, 8, "the password", &err), &err);
    assert_int_equal (secret.len, 8);
    AUTOCLOSE int bad = pipe_with ("123456789", 9);
    assert_int_equal (secret_read (&secret, bad, 8, "the password", &err), -1);
    assert_code (&err, ERROR_USAGE);
    assert_null (strstr (err.text, "12345"));
}

static void chomps_one_line_end (void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        { "a\n", "a" }, { "a\r\n", "a" }, { "a\n\n", "a\n" }, { "a", "a" }, { "\n", "" }
    };
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        AUTO (secret) secret = support_secret (rows[i][0]);
        secret_chomp (&secret);
        assert_string_equal (secret_text (&secret), rows[i][1]);
    }
}

static void compares_secrets (void **state)
{
    (void)state;
    AUTO (secret) a = support_secret ("abc");
    AUTO (secret) b = support_secret ("abc");
    AUTO (secret) c = support_secret ("abd");
    AUTO (secret) empty = SECRET_INIT;
    assert_true (secret_equal (&a, &b));
    assert_false (secret_equal (&a, &c));
    assert_false (secret_equal (&a, &empty));
}

static void redacts_what_looks_like_a_secret (void **state)
{
    (void)state;
    static const char *const secrets[] = { "dpat_0123456789012345678901234567890123456789", "dckr_pat_abcdefghijklmnop",
                                           "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N" };
    for (size_t i = 0; i < ARRAY_SIZE (secrets); i++) {
        AUTO (buffer) out;
        buffer_init (&out, 4096);
        AUTOFREE char *line = xasprintf ("sent \"%s\" to it", secrets[i]);
        log_redact (&out, line);
        assert_null (strstr (buffer_text (&out), secrets[i] + 10));
        assert_non_null (strstr (buffer_text (&out), "redacted"));
        assert_non_null (strstr (buffer_text (&out), "to it"));
    }
    AUTO (buffer) plain;
    buffer_init (&plain, 4096);
    log_redact (&plain, "opened /home/a/.local/share/dpat/service.db");
    assert_string_equal (buffer_text (&plain), "opened /home/a/.local/share/dpat/service.db");
}

int main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (grows_up_to_its_ceiling),
        cmocka_unit_test (empty_buffer_is_empty_text),
        cmocka_unit_test (refuses_secret_above_maximum),
        cmocka_unit_test (chomps_one_line_end),
        cmocka_unit_test (compares_secrets),
        cmocka_unit_test (redacts_what_looks_like_a_secret),
    };
    return cmocka_run_group_tests (tests, NULL, NULL);
}
