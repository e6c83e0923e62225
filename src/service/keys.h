/* The key file: the one secret of the embedded service that never enters its store. */
#ifndef DPAT_SERVICE_KEYS_H
#define DPAT_SERVICE_KEYS_H

#include <stdbool.h>

#include "src/base/crypto.h"
#include "src/base/error.h"
#include "src/store/store.h"

/* What the key file gives. Wipe with keys_release. */
struct keys {
    char id[STORE_KEY_ID_SIZE];
    unsigned char token_key[CRYPTO_KEY_SIZE];  /* of the MACs of token secrets */
    unsigned char bearer_key[CRYPTO_KEY_SIZE]; /* of session bearers */
    unsigned char seal_key[CRYPTO_KEY_SIZE];   /* of the secrets of second factors */
};

/* Read a key file: text of three lines, "dpat-key 1", "id HEX" and "key HEX". ERROR_KEY_MISSING when it is not there,
 * ERROR_KEY_INVALID when it is malformed, another user's, or others may read it. */
int keys_read (const char *path, struct keys *ret_keys, struct error *err);

/* Make a key file with a new key (0600, its folder 0700) unless there is one, and read it. Of two processes at once one
 * makes it and both read the same. */
int keys_make (const char *path, struct keys *ret_keys, struct error *err);

/* Wipe. */
void keys_release (struct keys *keys);

#endif
