/* Keys in the kernel's keyring of this user: no process has to stay, and they go by themselves after a while. */
#ifndef DPAT_CREDENTIALS_KEYRING_H
#define DPAT_CREDENTIALS_KEYRING_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/crypto.h"
#include "src/base/error.h"

/* Keep a key under name for so many seconds, in place of one there; other sessions of the same user may read it.
 * ERROR_UNSUPPORTED where the kernel has no keyring for us (many containers), or libkeyutils is not there. */
int keyring_put (const char *name, const unsigned char key[CRYPTO_KEY_SIZE], unsigned life_s, struct error *err);

/* The key under name; *ret_found tells whether there is one that can be read. Where there is no keyring, there is
 * none. */
void keyring_get (const char *name, unsigned char key[CRYPTO_KEY_SIZE], bool *ret_found);

/* Forget the key under name. Returns whether there was one. */
bool keyring_remove (const char *name);

#endif
