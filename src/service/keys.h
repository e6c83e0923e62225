/* The key file: the one secret of the embedded service that never enters its store. */
#ifndef DPAT_SERVICE_KEYS_H
#define DPAT_SERVICE_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/crypto.h"
#include "src/base/error.h"
#include "src/store/store.h"

/* Bytes of a private key in DER at most, and keys at most: the one that signs, its successor, and those before it whose
 * tokens may still live. */
#define REGISTRY_KEY_MAX_BYTES 192
#define REGISTRY_KEYS_MAX 4

/* What a registry token lives at most, and what registries add to that for clocks that differ; in seconds. So long a
 * key that signs no more must still be known to registries. */
#define REGISTRY_LIFE_MAX_S 3600
#define REGISTRY_LEEWAY_S 60

/* What a key file is at most, how it begins without and with keys for registry tokens, and how a line with one does. */
#define KEYS_FILE_MAX_BYTES 4096
#define KEYS_FIRST_LINE "dpat-key 1\n"
#define KEYS_FIRST_LINE_WITH_REGISTRY "dpat-key 2\n"
#define KEYS_REGISTRY_LABEL "registry "

/* A key that signs registry tokens, from an instant on (seconds UTC) until the next one's. */
struct registry_key {
    unsigned char der[REGISTRY_KEY_MAX_BYTES]; /* see signing_key.h */
    size_t len;
    int64_t signs_from;
};

/* What the key file gives. Wipe with keys_release. */
struct keys {
    char id[STORE_KEY_ID_SIZE];
    unsigned char token_key[CRYPTO_KEY_SIZE];        /* of the MACs of token secrets */
    unsigned char bearer_key[CRYPTO_KEY_SIZE];       /* of session bearers */
    unsigned char seal_key[CRYPTO_KEY_SIZE];         /* of the secrets of second factors */
    struct registry_key registry[REGISTRY_KEYS_MAX]; /* by signs_from */
    size_t registry_count;
};

/* All that touch the file do so with the rights of its place's owner when we are root, see owner.h. */

/* Read a key file: text of three lines, "dpat-key 1", "id HEX" and "key HEX"; with keys for registry tokens it begins
 * with "dpat-key 2", and behind the three stands "registry SECONDS HEX" for each. ERROR_KEY_MISSING when it is not
 * there, ERROR_KEY_INVALID when it is malformed, another user's, or others may read it. */
int keys_read (const char *path, struct keys *ret_keys, struct error *err);

/* Make a key file with a new key (0600, its folder 0700) unless there is one, and read it. Of two processes at once one
 * makes it and both read the same. */
int keys_make (const char *path, struct keys *ret_keys, struct error *err);

/* The key that signs now, or NULL. Borrowed from keys. */
const struct registry_key *keys_signing (const struct keys *keys, int64_t now);

/* Wipe. */
void keys_release (struct keys *keys);

#endif
