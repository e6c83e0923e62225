/* The URL of a service, in the one form in which two are compared. */
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/url.h"

static void urls_of_services_have_one_form (void **state)
{
    (void)state;
    static const char *const rows[][2] = { { "https://tokens.example", "https://tokens.example" },
                                           { "HTTPS://Tokens.Example/", "https://tokens.example" },
                                           { "https://tokens.example:443//", "https://tokens.example" },
                                           { "https://tokens.example:8443", "https://tokens.example:8443" },
                                           { "https://tokens.example:80", "https://tokens.example:80" },
                                           { "Http://LOCALHOST:80/", "http://localhost" },
                                           { "http://127.0.0.1:443", "http://127.0.0.1:443" },
                                           { "https://[2001:DB8::1]:443/x/", "https://[2001:db8::1]/x" },
                                           { "https://[::443]", "https://[::443]" },
                                           { "https://dpat_server:8443", "https://dpat_server:8443" },
                                           { "https://proxy.example/Team/Tokens/",
                                             "https://proxy.example/Team/Tokens" } };
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        struct error err = ERROR_INIT;
        AUTOFREE char *url = url_normalise (rows[i][0], &err);
        if (url == NULL)
            fail_msg ("%s is refused: %s", rows[i][0], err.text);
        assert_string_equal (url, rows[i][1]);
        AUTOFREE char *again = url_normalise (url, &err);
        assert_string_equal (again, url);
    }
}

static void what_is_not_the_url_of_a_service_is_refused (void **state)
{
    (void)state;
    static const char *const bad[] = { "",
                                       "tokens.example",
                                       "https://",
                                       "https:///x",
                                       "https:/tokens.example",
                                       "ftp://tokens.example",
                                       "https://:443",
                                       "https://h:",
                                       "https://h:0",
                                       "https://h:65536",
                                       "https://h:99999",
                                       "https://h:x",
                                       "https://..",
                                       "https://-x",
                                       "https://h..x",
                                       "https://$SERVICE",
                                       "https://<service>",
                                       "https://h?x",
                                       "https://h#x",
                                       "https://h/x?y",
                                       "https://h/x y",
                                       "https://h/\n",
                                       "https://h\t",
                                       "https://::1",
                                       "https://[::1",
                                       "https://[::1]x",
                                       "https://h/\xc3\xa4",
                                       "https://https://h" };
    for (size_t i = 0; i < ARRAY_SIZE (bad); i++) {
        struct error err = ERROR_INIT;
        AUTOFREE char *url = url_normalise (bad[i], &err);
        if (url)
            fail_msg ("%s is taken, as %s", bad[i], url);
        assert_code (&err, ERROR_USAGE);
        assert_true (err.hint[0] != '\0');
    }
}

static void a_user_in_a_url_is_refused_and_not_repeated (void **state)
{
    (void)state;
    static const char *const bad[] = { "https://alice:s3cret@h", "HTTP://s3cret@localhost/x" };
    for (size_t i = 0; i < ARRAY_SIZE (bad); i++) {
        struct error err = ERROR_INIT;
        assert_null (url_normalise (bad[i], &err));
        assert_code (&err, ERROR_USAGE);
        assert_null (strstr (err.text, "s3cret"));
        assert_null (strstr (err.hint, "s3cret"));
    }
}

int main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (urls_of_services_have_one_form),
        cmocka_unit_test (what_is_not_the_url_of_a_service_is_refused),
        cmocka_unit_test (a_user_in_a_url_is_refused_and_not_repeated),
    };
    return cmocka_run_group_tests (tests, NULL, NULL);
}
