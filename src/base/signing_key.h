/* A key that signs by ES256: ECDSA over P-256 with SHA-256 (RFC 7518 section 3.4), held ready for many signatures.
 *
 * One signing_key is of one thread at a time. */
#ifndef DPAT_BASE_SIGNING_KEY_H
#define DPAT_BASE_SIGNING_KEY_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/buffer.h"
#include "src/base/error.h"
#include "src/base/memory.h"
#include "src/base/secret.h"

/* "ABCD:EFGH:…", twelve groups of four, and a NUL. */
#define SIGNING_KEY_ID_SIZE 60

/* Bytes of a signature: r and s, big-endian. */
#define SIGNING_KEY_SIGNATURE_SIZE 64

struct signing_key;

/* Make a new private key; its SEC 1 structure in DER (RFC 5915) goes to ret_der, owned. */
int signing_key_generate (struct secret *ret_der, struct error *err);

/* Hold a private key ready. Owned: signing_key_free. NULL with ERROR_KEY_INVALID when der is no private key on
 * P-256. */
struct signing_key *signing_key_new (const void *der, size_t len, struct error *err);

/* Wipe and free. NULL is fine. */
void signing_key_free (struct signing_key *key);
DEFINE_AUTOPTR (signing_key)

/* The key's id as docker's libtrust makes it, which registries look for: SHA-256 of the public key's
 * SubjectPublicKeyInfo, its first 30 bytes in base32, in groups of four. Borrowed. */
const char *signing_key_id (const struct signing_key *key);

/* Sign len bytes of data. */
int signing_key_sign (const struct signing_key *key, const void *data, size_t len,
                      unsigned char ret_signature[SIGNING_KEY_SIGNATURE_SIZE], struct error *err);

/* The public key as a JSON Web Key (RFC 7517) with "kid", "use" and "alg". Owned. */
json_t *signing_key_to_jwk (const struct signing_key *key);

/* Append a certificate of the public key, signed by itself, in PEM: what registries of distribution 2 read the key
 * from. It says nothing of the key's life, which registries do not look at; from and until are seconds UTC. */
int signing_key_write_certificate (const struct signing_key *key, const char *common_name, int64_t from, int64_t until,
                                   struct buffer *out, struct error *err);

/* The ids of the public keys of all certificates in a PEM text, one a line, appended to out; other keys than those on
 * P-256 count as well. Returns how many certificates there were, or -1 with ERROR_CONFIG when one cannot be read. */
int signing_key_list_certificates (const char *pem, size_t len, struct buffer *out, struct error *err);

/* The id of a public key on P-256 by its coordinates in base64url, as in a JSON Web Key. -1 when they are none. */
int signing_key_id_of_point (const char *x, const char *y, char ret_id[SIGNING_KEY_ID_SIZE]);

#endif
