/* Account passwords by libargon2. */
#include "src/service/password.h"

#include <argon2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/base/crypto.h"
#include "src/base/memory.h"
#include "src/base/text.h"

enum { MEMORY_KIB = 19456, PASSES = 2, LANES = 1, SALT_SIZE = 16, TAG_SIZE = 32 };

/* What a stored string may ask for at most: who can write the store must not make us spend all memory. */
enum { MEMORY_KIB_MAX = 1 << 20, PASSES_MAX = 64, LANES_MAX = 16 };

/* Of a password nobody knows: verified for unknown users, so that they take as long as known ones. */
static const char dummy_phc[] = "$argon2id$v=19$m=19456,t=2,p=1$"
                                "AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

struct parameters {
    unsigned long memory_kib;
    unsigned long passes;
    unsigned long lanes;
};

static bool read_parameters (const char *phc, struct parameters *ret)
{
    int end = 0;
    return sscanf (phc, "$argon2id$v=19$m=%9lu,t=%9lu,p=%9lu$%n", &ret->memory_kib, &ret->passes, &ret->lanes, &end)
               == 3
           && end > 0;
}

int password_check (const struct secret *password, struct error *err)
{
    if (password->len < PASSWORD_MIN_BYTES)
        return error_set (err, ERROR_INVALID_PASSWORD, "the password is shorter than %d bytes", PASSWORD_MIN_BYTES);
    if (password->len > PASSWORD_MAX_BYTES)
        return error_set (err, ERROR_INVALID_PASSWORD, "the password is longer than %d bytes", PASSWORD_MAX_BYTES);
    if (text_has_control (password->data, password->len))
        return error_set (err, ERROR_INVALID_PASSWORD, "the password has control characters or is not valid UTF-8");
    return 0;
}

int password_hash (const struct secret *password, char **ret_phc, struct error *err)
{
    unsigned char salt[SALT_SIZE];
    if (crypto_random (salt, sizeof (salt), err) != 0)
        return -1;
    size_t size = argon2_encodedlen (PASSES, MEMORY_KIB, LANES, SALT_SIZE, TAG_SIZE, Argon2_id);
    AUTOFREE char *phc = xmalloc (size);
    int code = argon2id_hash_encoded (PASSES, MEMORY_KIB, LANES, secret_text (password), password->len, salt,
                                      sizeof (salt), TAG_SIZE, phc, size);
    if (code == ARGON2_MEMORY_ALLOCATION_ERROR)
        return error_no_memory (err);
    if (code != ARGON2_OK)
        return error_set (err, ERROR_INTERNAL, "the password cannot be hashed: %s", argon2_error_message (code));
    *ret_phc = take (&phc);
    return 0;
}

int password_verify (const char *phc, const struct secret *password, bool *ret_right, struct error *err)
{
    struct parameters asked;
    const char *stored = phc ? phc : dummy_phc;
    if (!read_parameters (stored, &asked) || asked.memory_kib > MEMORY_KIB_MAX || asked.passes > PASSES_MAX
        || asked.lanes > LANES_MAX)
        return error_set (err, ERROR_STORE_CORRUPT, "the stored password hash is damaged");
    int code = argon2id_verify (stored, secret_text (password), password->len);
    if (code == ARGON2_MEMORY_ALLOCATION_ERROR)
        return error_no_memory (err);
    if (code != ARGON2_OK && code != ARGON2_VERIFY_MISMATCH)
        return error_set (err, ERROR_STORE_CORRUPT, "the stored password hash is damaged: %s",
                          argon2_error_message (code));
    *ret_right = code == ARGON2_OK && phc != NULL;
    return 0;
}

bool password_is_outdated (const char *phc)
{
    struct parameters made;
    return !read_parameters (phc, &made) || made.memory_kib < MEMORY_KIB || made.passes < PASSES;
}
