/* The owner's device in tests, by liboath. */
#include "tests/support/otp.h"

#include <liboath/oath.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/library.h"
#include "tests/support/support.h"

struct oath_functions {
    __typeof__ (oath_totp_generate) *totp_generate;
    __typeof__ (oath_base32_decode) *base32_decode;
};

struct secret otp_code (const struct secret *uri, int64_t now_s)
{
    static const struct library_symbol symbols[] = {
        { "oath_totp_generate", offsetof (struct oath_functions, totp_generate) },
        { "oath_base32_decode", offsetof (struct oath_functions, base32_decode) },
        { .name = NULL }
    };
    struct oath_functions oath;
    struct error err = ERROR_INIT;
    struct secret code = SECRET_INIT;
    char digits[7];
    char *bytes = NULL;
    size_t len;
    assert_ok (library_load ("liboath.so.0", "liboath0", symbols, &oath, &err), &err);
    const char *base32 = strstr (secret_text (uri), "secret=");
    assert_non_null (base32);
    base32 += strlen ("secret=");
    assert_int_equal (oath.base32_decode (base32, strcspn (base32, "&"), &bytes, &len), OATH_OK);
    assert_int_equal (oath.totp_generate (bytes, len, (time_t)now_s, 30, 0, 6, digits), OATH_OK);
    free (bytes);
    secret_set (&code, digits, 6);
    return code;
}
