/* Codes of the second factor by the vectors of RFC 6238, appendix B, cut to six digits. */
#include "tests/support/support.h"

#include <string.h>

#include "src/service/totp.h"

static void the_vectors_of_the_rfc (void **state)
{
    (void)state;
    static const struct {
        int64_t at_s;
        const char *code;
    } rows[] = { { 59, "287082" },         { 1111111109, "081804" }, { 1111111111, "050471" },
                 { 1234567890, "005924" }, { 2000000000, "279037" }, { 20000000000, "353130" } };
    AUTO (secret) secret = support_secret ("12345678901234567890");
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        AUTO (secret) code = support_secret (rows[i].code);
        struct error err = ERROR_INIT;
        int64_t step;
        assert_ok (totp_match (&secret, &code, rows[i].at_s, 0, &step, &err), &err);
        assert_int_equal (step, rows[i].at_s / 30);
        assert_ok (totp_match (&secret, &code, rows[i].at_s, step, &step, &err), &err);
        assert_int_equal (step, 0); /* used */
    }
}

static void what_is_no_code_matches_nothing (void **state)
{
    (void)state;
    static const char *const rows[] = { "", "28708", "2870820", "287083", "28708x", "      " };
    AUTO (secret) secret = support_secret ("12345678901234567890");
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        AUTO (secret) code = support_secret (rows[i]);
        struct error err = ERROR_INIT;
        int64_t step;
        assert_ok (totp_match (&secret, &code, 59, 0, &step, &err), &err);
        assert_int_equal (step, 0);
    }
}

static void the_address_has_all_that_an_app_needs (void **state)
{
    (void)state;
    AUTO (secret) secret = support_secret ("12345678901234567890");
    AUTO (secret) uri = SECRET_INIT;
    struct error err = ERROR_INIT;
    assert_ok (totp_uri (&secret, "alice", &uri, &err), &err);
    assert_string_equal (secret_text (&uri), "otpauth://totp/dpat:alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
                                             "&issuer=dpat&algorithm=SHA1&digits=6&period=30");
}

int main (void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test (the_vectors_of_the_rfc),
                                        cmocka_unit_test (what_is_no_code_matches_nothing),
                                        cmocka_unit_test (the_address_has_all_that_an_app_needs) };
    return cmocka_run_group_tests (tests, NULL, NULL);
}
