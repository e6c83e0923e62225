/* Keys in the kernel's keyring of this user, by libkeyutils. */
#include "src/credentials/keyring.h"

#include <errno.h>
#include <keyutils.h>
#include <string.h>

#include "src/base/library.h"
#include "src/base/memory.h"

struct keyutils_functions {
    __typeof__ (add_key) *add;
    __typeof__ (keyctl_search) *search;
    __typeof__ (keyctl_read) *read;
    __typeof__ (keyctl_set_timeout) *set_timeout;
    __typeof__ (keyctl_setperm) *setperm;
    __typeof__ (keyctl_unlink) *unlink;
};

static int load (struct keyutils_functions *keyutils, struct error *err)
{
    static const struct library_symbol symbols[] = {
        { "add_key", offsetof (struct keyutils_functions, add) },
        { "keyctl_search", offsetof (struct keyutils_functions, search) },
        { "keyctl_read", offsetof (struct keyutils_functions, read) },
        { "keyctl_set_timeout", offsetof (struct keyutils_functions, set_timeout) },
        { "keyctl_setperm", offsetof (struct keyutils_functions, setperm) },
        { "keyctl_unlink", offsetof (struct keyutils_functions, unlink) },
        { .name = NULL }
    };
    return library_load ("libkeyutils.so.1", "libkeyutils1", symbols, keyutils, err);
}

static char *describe (const char *name)
{
    return xasprintf ("dpat-keystore:%s", name);
}

static int fail (struct error *err)
{
    error_set (err, ERROR_UNSUPPORTED, "the kernel keeps no keys for this user here: %s", strerror (errno));
    return error_hint (err, "without that each command asks for the passphrase, or reads it from "
                            "DPAT_PASSPHRASE_FILE");
}

int keyring_put (const char *name, const unsigned char key[CRYPTO_KEY_SIZE], unsigned life_s, struct error *err)
{
    struct keyutils_functions keyutils;
    AUTOFREE char *description = describe (name);
    if (load (&keyutils, err) != 0)
        return -1;
    key_serial_t serial = keyutils.add ("user", description, key, CRYPTO_KEY_SIZE, KEY_SPEC_USER_KEYRING);
    if (serial < 0)
        return fail (err);
    /* Another session of this user does not possess the key, and reads it by these rights alone. */
    if (keyutils.setperm (serial, KEY_POS_ALL | KEY_USR_VIEW | KEY_USR_READ | KEY_USR_SEARCH | KEY_USR_WRITE) == 0
        && keyutils.set_timeout (serial, life_s) == 0)
        return 0;
    fail (err);
    (void)keyutils.unlink (serial, KEY_SPEC_USER_KEYRING);
    return -1;
}

static key_serial_t find (const struct keyutils_functions *keyutils, const char *name)
{
    AUTOFREE char *description = describe (name);
    return (key_serial_t)keyutils->search (KEY_SPEC_USER_KEYRING, "user", description, 0);
}

void keyring_get (const char *name, unsigned char key[CRYPTO_KEY_SIZE], bool *ret_found)
{
    struct keyutils_functions keyutils;
    char bytes[CRYPTO_KEY_SIZE];
    *ret_found = false;
    if (load (&keyutils, NULL) != 0)
        return;
    key_serial_t serial = find (&keyutils, name);
    *ret_found = serial >= 0 && keyutils.read (serial, bytes, sizeof (bytes)) == CRYPTO_KEY_SIZE;
    if (*ret_found)
        memcpy (key, bytes, CRYPTO_KEY_SIZE);
    secret_wipe (bytes, sizeof (bytes));
}

bool keyring_remove (const char *name)
{
    struct keyutils_functions keyutils;
    if (load (&keyutils, NULL) != 0)
        return false;
    key_serial_t serial = find (&keyutils, name);
    return serial >= 0 && keyutils.unlink (serial, KEY_SPEC_USER_KEYRING) == 0;
}
