/* The form of secrets: making, checking, suspecting. */
#include "src/token/token_secret.h"

#include <ctype.h>
#include <string.h>
#include <zlib.h>

#include "src/base/crypto.h"
#include "src/base/memory.h"

static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
static const char own_prefix[] = "dpat_";

enum { BASE = 62, PREFIX_LENGTH = 5, RANDOM_LENGTH = 32, CHECK_LENGTH = 6 };

static void write_checksum (const char *text, char out[CHECK_LENGTH])
{
    unsigned long crc = crc32 (0, (const unsigned char *)text, PREFIX_LENGTH + RANDOM_LENGTH);
    for (int i = CHECK_LENGTH - 1; i >= 0; i--) {
        out[i] = digits[crc % BASE];
        crc /= BASE;
    }
}

int token_secret_generate (struct secret *secret, struct error *err)
{
    const unsigned unbiased = 256 / BASE * BASE; /* larger bytes would favour the first digits */
    char text[TOKEN_SECRET_LENGTH];
    unsigned char random[RANDOM_LENGTH];
    memcpy (text, own_prefix, PREFIX_LENGTH);
    size_t filled = 0;
    int status = 0;
    while (filled < RANDOM_LENGTH && status == 0) {
        status = crypto_random (random, sizeof (random), err);
        for (size_t i = 0; i < sizeof (random) && filled < RANDOM_LENGTH && status == 0; i++)
            if (random[i] < unbiased)
                text[PREFIX_LENGTH + filled++] = digits[random[i] % BASE];
    }
    if (status == 0) {
        write_checksum (text, text + PREFIX_LENGTH + RANDOM_LENGTH);
        secret_set (secret, text, sizeof (text));
    }
    secret_wipe (random, sizeof (random));
    secret_wipe (text, sizeof (text));
    return status;
}

bool token_secret_is_valid (const char *text, size_t len)
{
    if (len != TOKEN_SECRET_LENGTH || memcmp (text, own_prefix, PREFIX_LENGTH) != 0)
        return false;
    for (size_t i = PREFIX_LENGTH; i < len; i++)
        if (text[i] == '\0' || strchr (digits, text[i]) == NULL)
            return false;
    char check[CHECK_LENGTH];
    write_checksum (text, check);
    return memcmp (check, text + PREFIX_LENGTH + RANDOM_LENGTH, CHECK_LENGTH) == 0;
}

bool token_secret_is_pat (const char *text)
{
    return strncmp (text, "dpat_", 5) == 0 || strncmp (text, "dckr_pat_", 9) == 0;
}

static bool is_jwt (const char *text)
{
    int dots = 0;
    for (const char *at = text; *at; at++) {
        if (*at == '.')
            dots++;
        else if (!isalnum ((unsigned char)*at) && *at != '-' && *at != '_')
            return false;
    }
    return dots == 2 && strncmp (text, "eyJ", 3) == 0 && strlen (text) >= 40;
}

bool token_secret_is_suspect (const char *text)
{
    static const struct {
        const char *prefix;
        size_t least; /* characters after it; fewer may be part of an ordinary name */
    } known[] = { { "dpat_", 20 }, { "dckr_pat_", 10 }, { "dckr_oat_", 10 } };
    for (size_t i = 0; i < ARRAY_SIZE (known); i++) {
        size_t len = strlen (known[i].prefix);
        if (strncmp (text, known[i].prefix, len) != 0)
            continue;
        size_t rest = strlen (text + len);
        if (rest >= known[i].least
            && strspn (text + len, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-") == rest)
            return true;
    }
    return is_jwt (text);
}
