/* Sealing a small file under a passphrase: Argon2id for the key, AES-256-GCM for the text, the whole header
 * authenticated.
 *
 * Layout, integers big-endian: "DPATSEAL", version (1), key derivation (1 = Argon2id), memory in KiB (4 bytes), passes
 * (4), lanes (4), salt (16), commitment (32), CRC-32 of all before it (4), then what crypto_seal makes of the text. The
 * commitment, an HMAC under the key, tells a wrong passphrase from damage, and binds the file to one key. */
#ifndef DPAT_CREDENTIALS_SEAL_H
#define DPAT_CREDENTIALS_SEAL_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/buffer.h"
#include "src/base/crypto.h"
#include "src/base/error.h"
#include "src/base/secret.h"

#define SEAL_HEADER_SIZE 74
#define SEAL_SALT_SIZE 16

/* The header of a sealed file, and with it what the key is derived by. */
struct seal_header {
    unsigned char bytes[SEAL_HEADER_SIZE];
};

/* Whether a sealed file was read as far as to know how its key is derived. ERROR_KEYSTORE names file, by which the file
 * is called in the sentence, and what is wrong: no such file at all, cut short, damaged, another version, parameters
 * beyond all sense. */
int seal_read_header (const char *file, const void *data, size_t len, struct seal_header *ret_header,
                      struct error *err);

/* Set the header's checksum to what its other bytes give. */
void seal_checksum (struct seal_header *header);

/* The salt of a header in hex: it names the key, and changes with the passphrase. out holds 2 × SEAL_SALT_SIZE + 1. */
void seal_name (const struct seal_header *header, char *out);

/* Derive the key of a passphrase by the parameters of a header: 64 MiB and three passes for what we make. */
int seal_derive (const struct seal_header *header, const struct secret *passphrase, unsigned char key[CRYPTO_KEY_SIZE],
                 struct error *err);

/* A header for a new passphrase, and its key. */
int seal_new (const struct secret *passphrase, struct seal_header *ret_header, unsigned char key[CRYPTO_KEY_SIZE],
              struct error *err);

/* Whether key is the one that the header commits to. */
bool seal_key_fits (const struct seal_header *header, const unsigned char key[CRYPTO_KEY_SIZE]);

/* Open a sealed file whose header was read and whose key fits. ERROR_KEYSTORE when its text is damaged. *ret_text is
 * owned. */
int seal_open (const char *file, const void *data, size_t len, const unsigned char key[CRYPTO_KEY_SIZE],
               struct secret *ret_text, struct error *err);

/* Append a sealed file of this header and text. */
int seal_make (const struct seal_header *header, const unsigned char key[CRYPTO_KEY_SIZE], const void *text, size_t len,
               struct buffer *out, struct error *err);

#endif
