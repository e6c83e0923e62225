/* Where the keystore's passphrase comes from: the file in DPAT_PASSPHRASE_FILE, else a person. */
#ifndef DPAT_CLI_KEYSTORE_INPUT_H
#define DPAT_CLI_KEYSTORE_INPUT_H

#include <stdbool.h>

#include "src/base/error.h"
#include "src/base/secret.h"
#include "src/credentials/keystore.h"

/* How to ask. */
struct passphrase_input {
    bool no_input;
};

/* That way as a source for the keystore; input is borrowed. Where nobody can be asked it is ERROR_NO_INPUT, at once. */
struct passphrase_source keystore_passphrase_source (struct passphrase_input *input);

/* See that it is long enough: ERROR_INVALID_PASSWORD when it has less than 8 bytes. */
int keystore_check_passphrase (const struct secret *passphrase, struct error *err);

/* A new passphrase, long enough: of the file, else asked for twice. */
int keystore_new_passphrase (bool no_input, struct secret *ret_passphrase, struct error *err);

#endif
