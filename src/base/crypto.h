/* Randomness, HMAC and the encodings that secrets travel in. */
#ifndef DPAT_BASE_CRYPTO_H
#define DPAT_BASE_CRYPTO_H

#include <stddef.h>

#include "src/base/buffer.h"
#include "src/base/error.h"
#include "src/base/secret.h"

#define CRYPTO_MAC_SIZE 32
#define CRYPTO_KEY_SIZE 32

/* "xxxxxxxx-xxxx-4xxx-xxxx-xxxxxxxxxxxx" and a NUL. */
#define CRYPTO_UUID_SIZE 37

/* Make libcrypto ready; before anything else is asked of it. ERROR_INTERNAL when it cannot be. */
int crypto_start (struct error *err);

/* len bytes of the kernel's CSPRNG (getrandom(2)). ERROR_INTERNAL when there are none. */
int crypto_random (void *out, size_t len, struct error *err);

/* A random UUID, version 4 (RFC 9562 section 5.4), in lower case. */
int crypto_uuid (char out[CRYPTO_UUID_SIZE], struct error *err);

/* HMAC-SHA-256 (RFC 2104) of data under key. */
int crypto_hmac (const void *key, size_t key_len, const void *data, size_t len, unsigned char out[CRYPTO_MAC_SIZE],
                 struct error *err);

struct crypto_mac;

/* The same with the key held ready: for many MACs under one key, at a fraction of the time. One crypto_mac is of one
 * thread at a time. Owned: crypto_mac_free. NULL with ERROR_INTERNAL. */
struct crypto_mac *crypto_mac_new (const void *key, size_t key_len, struct error *err);

/* The MAC of data. */
int crypto_mac_make (struct crypto_mac *mac, const void *data, size_t len, unsigned char out[CRYPTO_MAC_SIZE],
                     struct error *err);

/* Wipe and free. NULL is fine. */
void crypto_mac_free (struct crypto_mac *mac);

/* A key for one purpose, derived from a master key: HMAC-SHA-256 of the label. Different labels give independent
 * keys. */
int crypto_derive (const unsigned char master[CRYPTO_KEY_SIZE], const char *label, unsigned char out[CRYPTO_KEY_SIZE],
                   struct error *err);

/* What crypto_seal adds to a text: a salt and a tag. */
#define CRYPTO_SEAL_OVERHEAD 48

/* Seal len bytes of plain under key: AES-256-GCM (NIST SP 800-38D) with a fresh subkey from a random 32-byte salt, so
 * that no nonce can repeat. context says what is sealed and for whom; it must be the same when it is opened. out gets
 * len + CRYPTO_SEAL_OVERHEAD bytes: salt, ciphertext, tag. */
int crypto_seal (const unsigned char key[CRYPTO_KEY_SIZE], const char *context, const void *plain, size_t len,
                 unsigned char *out, struct error *err);

/* Open what crypto_seal made; *ret_plain is owned. -1 with ERROR_STORE_CORRUPT when key or context are others, or a
 * byte was changed. */
int crypto_open (const unsigned char key[CRYPTO_KEY_SIZE], const char *context, const unsigned char *sealed, size_t len,
                 struct secret *ret_plain, struct error *err);

/* Whether len bytes are equal, in constant time. */
int crypto_equal (const void *a, const void *b, size_t len);

/* Append base64url without padding (RFC 4648 section 5). */
void crypto_base64url (struct buffer *out, const void *data, size_t len);

/* Append the bytes of base64url without padding; -1 when s is none. */
int crypto_base64url_decode (struct buffer *out, const char *s, size_t len);

/* Append base64 with padding (RFC 4648 section 4). */
void crypto_base64 (struct buffer *out, const void *data, size_t len);

/* Append the bytes of base64 with padding; -1 when s is none. */
int crypto_base64_decode (struct buffer *out, const char *s, size_t len);

/* Write 2 × len lower-case hex digits and a NUL to out. */
void crypto_hex (char *out, const void *data, size_t len);

/* Read exactly 2 × len hex digits; -1 when s is none. */
int crypto_hex_decode (void *out, size_t len, const char *s);

#endif
