/* Time-based one-time passwords by liboath. */
#include "src/service/totp.h"

#include <liboath/oath.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buffer.h"
#include "src/base/crypto.h"
#include "src/base/library.h"
#include "src/base/memory.h"

struct oath_functions {
    __typeof__ (oath_totp_generate) *totp_generate;
    __typeof__ (oath_base32_encode) *base32_encode;
};

static int load (struct oath_functions *oath, struct error *err)
{
    static const struct library_symbol symbols[] = {
        { "oath_totp_generate", offsetof (struct oath_functions, totp_generate) },
        { "oath_base32_encode", offsetof (struct oath_functions, base32_encode) },
        { .name = NULL }
    };
    return library_load ("liboath.so.0", "liboath0", symbols, oath, err);
}

int totp_match (const struct secret *secret, const struct secret *code, int64_t now_s, int64_t last_step,
                int64_t *ret_step, struct error *err)
{
    struct oath_functions oath;
    int64_t now_step = now_s / TOTP_STEP_S;
    int64_t matched = 0;
    if (load (&oath, err) != 0)
        return -1;
    for (int64_t step = now_step - 1; step <= now_step + 1; step++) {
        char expected[TOTP_DIGITS + 1];
        int code_of_oath = oath.totp_generate (secret->data, secret->len, (time_t)(step * TOTP_STEP_S), TOTP_STEP_S, 0,
                                               TOTP_DIGITS, expected);
        if (code_of_oath != OATH_OK)
            return error_set (err, ERROR_INTERNAL, "liboath cannot make a code (%d)", code_of_oath);
        bool same = code->len == TOTP_DIGITS && crypto_equal (expected, code->data, TOTP_DIGITS);
        if (same && step > last_step && matched == 0)
            matched = step;
        secret_wipe (expected, sizeof (expected));
    }
    *ret_step = matched;
    return 0;
}

int totp_uri (const struct secret *secret, const char *account, struct secret *ret_uri, struct error *err)
{
    struct oath_functions oath;
    char *base32 = NULL;
    size_t base32_len = 0;
    if (load (&oath, err) != 0)
        return -1;
    if (oath.base32_encode (secret->data, secret->len, &base32, &base32_len) != OATH_OK)
        return error_set (err, ERROR_INTERNAL, "liboath cannot encode a secret");
    AUTO (buffer) uri;
    buffer_init (&uri, 512);
    buffer_printf (&uri, "otpauth://totp/dpat:%s?secret=", account);
    buffer_append (&uri, base32, base32_len);
    buffer_printf (&uri, "&issuer=dpat&algorithm=SHA1&digits=%d&period=%d", TOTP_DIGITS, TOTP_STEP_S);
    secret_wipe (base32, base32_len);
    free (base32);
    secret_set (ret_uri, buffer_text (&uri), uri.len);
    return 0;
}
