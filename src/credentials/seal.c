/* Sealing a small file under a passphrase. */
#include "src/credentials/seal.h"

#include <argon2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "src/base/memory.h"

#define MAGIC "DPATSEAL"

/* Where the parts of the header stand. */
enum { AT_VERSION = 8, AT_KDF = 9, AT_MEMORY = 10, AT_PASSES = 14, AT_LANES = 18, AT_SALT = 22 };
enum { AT_COMMITMENT = AT_SALT + SEAL_SALT_SIZE, AT_CHECKSUM = AT_COMMITMENT + CRYPTO_MAC_SIZE };

_Static_assert(AT_CHECKSUM + 4 == SEAL_HEADER_SIZE, "the parts make the header");

enum { VERSION = 1, ARGON2ID = 1 };

/* What we make (RFC 9106 section 4, second choice), and what is the most that we read: a file must not make us spend
 * all memory or time. */
enum { MEMORY_KIB = 65536, PASSES = 3, LANES = 1, MEMORY_KIB_MAX = 1 << 20, PASSES_MAX = 16, LANES_MAX = 16 };

static const char commitment_label[] = "dpat keystore commitment";

static void put_number (unsigned char *at, uint32_t number)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(number >> (24 - 8 * i));
}

static uint32_t get_number (const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint32_t checksum (const struct seal_header *header)
{
    return (uint32_t)crc32 (0, header->bytes, AT_CHECKSUM);
}

static int fail (const char *file, const char *why, struct error *err)
{
    error_set (err, ERROR_KEYSTORE, "the keystore %s cannot be used: %s", file, why);
    return error_hint (err, "put it back from a backup; dpat has left it as it is");
}

int seal_read_header (const char *file, const void *data, size_t len, struct seal_header *ret_header, struct error *err)
{
    const unsigned char *bytes = data;
    if (len < strlen (MAGIC) + 1 || !crypto_equal (bytes, MAGIC, strlen (MAGIC)))
        return fail (file, "it is no keystore, or its beginning is damaged", err);
    if (bytes[AT_VERSION] != VERSION)
        return fail (file, "it was written by another version of dpat, or is damaged", err);
    if (len < SEAL_HEADER_SIZE + CRYPTO_SEAL_OVERHEAD)
        return fail (file, "it is cut short", err);
    memcpy (ret_header->bytes, bytes, SEAL_HEADER_SIZE);
    if (get_number (bytes + AT_CHECKSUM) != checksum (ret_header))
        return fail (file, "its header is damaged", err);
    uint32_t memory = get_number (bytes + AT_MEMORY);
    uint32_t passes = get_number (bytes + AT_PASSES);
    uint32_t lanes = get_number (bytes + AT_LANES);
    if (bytes[AT_KDF] != ARGON2ID || passes < 1 || passes > PASSES_MAX || lanes < 1 || lanes > LANES_MAX
        || memory < 8 * lanes || memory > MEMORY_KIB_MAX)
        return fail (file, "it asks for a key derivation beyond all sense", err);
    return 0;
}

void seal_name (const struct seal_header *header, char *out)
{
    crypto_hex (out, header->bytes + AT_SALT, SEAL_SALT_SIZE);
}

void seal_checksum (struct seal_header *header)
{
    put_number (header->bytes + AT_CHECKSUM, checksum (header));
}

int seal_derive (const struct seal_header *header, const struct secret *passphrase, unsigned char key[CRYPTO_KEY_SIZE],
                 struct error *err)
{
    const unsigned char *bytes = header->bytes;
    int code = argon2id_hash_raw (get_number (bytes + AT_PASSES), get_number (bytes + AT_MEMORY),
                                  get_number (bytes + AT_LANES), secret_text (passphrase), passphrase->len,
                                  bytes + AT_SALT, SEAL_SALT_SIZE, key, CRYPTO_KEY_SIZE);
    if (code != ARGON2_OK)
        return error_set (err, ERROR_INTERNAL, "the key of the passphrase cannot be derived: %s",
                          argon2_error_message (code));
    return 0;
}

int seal_new (const struct secret *passphrase, struct seal_header *ret_header, unsigned char key[CRYPTO_KEY_SIZE],
              struct error *err)
{
    unsigned char *bytes = ret_header->bytes;
    memcpy (bytes, MAGIC, strlen (MAGIC));
    bytes[AT_VERSION] = VERSION;
    bytes[AT_KDF] = ARGON2ID;
    put_number (bytes + AT_MEMORY, MEMORY_KIB);
    put_number (bytes + AT_PASSES, PASSES);
    put_number (bytes + AT_LANES, LANES);
    if (crypto_random (bytes + AT_SALT, SEAL_SALT_SIZE, err) != 0 || seal_derive (ret_header, passphrase, key, err) != 0
        || crypto_derive (key, commitment_label, bytes + AT_COMMITMENT, err) != 0)
        return -1;
    seal_checksum (ret_header);
    return 0;
}

bool seal_key_fits (const struct seal_header *header, const unsigned char key[CRYPTO_KEY_SIZE])
{
    unsigned char commitment[CRYPTO_KEY_SIZE];
    bool fits = crypto_derive (key, commitment_label, commitment, NULL) == 0
                && crypto_equal (commitment, header->bytes + AT_COMMITMENT, sizeof (commitment));
    secret_wipe (commitment, sizeof (commitment));
    return fits;
}

/* The header as what the text is bound to. Owned. */
static char *context_of (const void *header)
{
    char *hex = xmalloc (2 * SEAL_HEADER_SIZE + 1);
    crypto_hex (hex, header, SEAL_HEADER_SIZE);
    return hex;
}

int seal_open (const char *file, const void *data, size_t len, const unsigned char key[CRYPTO_KEY_SIZE],
               struct secret *ret_text, struct error *err)
{
    AUTOFREE char *context = context_of (data);
    const unsigned char *sealed = (const unsigned char *)data + SEAL_HEADER_SIZE;
    if (crypto_open (key, context, sealed, len - SEAL_HEADER_SIZE, ret_text, NULL) != 0)
        return fail (file, "it is damaged", err);
    return 0;
}

int seal_make (const struct seal_header *header, const unsigned char key[CRYPTO_KEY_SIZE], const void *text, size_t len,
               struct buffer *out, struct error *err)
{
    AUTOFREE char *context = context_of (header->bytes);
    unsigned char *sealed = xmalloc (len + CRYPTO_SEAL_OVERHEAD);
    int status = crypto_seal (key, context, text, len, sealed, err);
    if (status == 0) {
        buffer_append (out, header->bytes, SEAL_HEADER_SIZE);
        buffer_append (out, sealed, len + CRYPTO_SEAL_OVERHEAD);
    }
    free (sealed);
    return status;
}
