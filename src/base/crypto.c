/* Randomness from the kernel, HMAC and encodings by OpenSSL's libcrypto. */
#include "src/base/crypto.h"

#include <ctype.h>
#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>
#include <sys/random.h>

#include "src/base/memory.h"

int crypto_random (void *out, size_t len, struct error *err)
{
    unsigned char *at = out;
    while (len > 0) {
        ssize_t n = getrandom (at, len, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return error_set (err, ERROR_INTERNAL, "the kernel gives no random bytes: %s", strerror (errno));
        at += n;
        len -= (size_t)n;
    }
    return 0;
}

int crypto_uuid (char out[CRYPTO_UUID_SIZE], struct error *err)
{
    unsigned char b[16];
    if (crypto_random (b, sizeof (b), err) != 0)
        return -1;
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    char *at = out;
    for (size_t i = 0; i < sizeof (b); i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *at++ = '-';
        crypto_hex (at, b + i, 1);
        at += 2;
    }
    return 0;
}

int crypto_start (struct error *err)
{
    /* Without the system's openssl.cnf: reading it costs a millisecond and may load engines into this process. Where
     * there is no memory for its default context, libcrypto's own functions would use it all the same. */
    if (OPENSSL_init_crypto (OPENSSL_INIT_NO_LOAD_CONFIG, NULL) == 1 && OSSL_LIB_CTX_get0_global_default () != NULL)
        return 0;
    return error_set (err, ERROR_INTERNAL, "libcrypto cannot be started; is there memory left?");
}

int crypto_hmac (const void *key, size_t key_len, const void *data, size_t len, unsigned char out[CRYPTO_MAC_SIZE],
                 struct error *err)
{
    if (crypto_start (err) != 0)
        return -1;
    unsigned size = CRYPTO_MAC_SIZE;
    if (HMAC (EVP_sha256 (), key, (int)key_len, data, len, out, &size) == NULL || size != CRYPTO_MAC_SIZE)
        return error_set (err, ERROR_INTERNAL, "libcrypto cannot compute HMAC-SHA-256");
    return 0;
}

struct crypto_mac {
    EVP_MAC *algorithm;
    EVP_MAC_CTX *context;
};

void crypto_mac_free (struct crypto_mac *mac)
{
    if (mac == NULL)
        return;
    EVP_MAC_CTX_free (mac->context);
    EVP_MAC_free (mac->algorithm);
    memory_cleanup_free (&mac);
}

struct crypto_mac *crypto_mac_new (const void *key, size_t key_len, struct error *err)
{
    char digest[] = "SHA256";
    const OSSL_PARAM parameters[] = { OSSL_PARAM_construct_utf8_string (OSSL_MAC_PARAM_DIGEST, digest, 0),
                                      OSSL_PARAM_construct_end () };
    if (crypto_start (err) != 0)
        return NULL;
    struct crypto_mac *mac = xcalloc (1, sizeof (*mac));
    mac->algorithm = EVP_MAC_fetch (NULL, "HMAC", NULL);
    mac->context = mac->algorithm ? EVP_MAC_CTX_new (mac->algorithm) : NULL;
    if (mac->context && EVP_MAC_init (mac->context, key, key_len, parameters) == 1)
        return mac;
    crypto_mac_free (mac);
    error_set (err, ERROR_INTERNAL, "libcrypto cannot hold a key for HMAC-SHA-256 ready");
    return NULL;
}

int crypto_mac_make (struct crypto_mac *mac, const void *data, size_t len, unsigned char out[CRYPTO_MAC_SIZE],
                     struct error *err)
{
    size_t size = 0;
    if (EVP_MAC_init (mac->context, NULL, 0, NULL) == 1 && EVP_MAC_update (mac->context, data, len) == 1
        && EVP_MAC_final (mac->context, out, &size, CRYPTO_MAC_SIZE) == 1 && size == CRYPTO_MAC_SIZE)
        return 0;
    return error_set (err, ERROR_INTERNAL, "libcrypto cannot compute HMAC-SHA-256");
}

int crypto_derive (const unsigned char master[CRYPTO_KEY_SIZE], const char *label, unsigned char out[CRYPTO_KEY_SIZE],
                   struct error *err)
{
    return crypto_hmac (master, CRYPTO_KEY_SIZE, label, strlen (label), out, err);
}

enum { SALT_SIZE = 32, TAG_SIZE = 16, NONCE_SIZE = 12 };

static const unsigned char no_nonce[NONCE_SIZE]; /* each subkey seals one text, so the nonce may be the same */

/* Encrypt (or decrypt) in to out under the subkey of salt; the tag is written (or checked). Returns whether that
 * went well. */
static bool run_gcm (const unsigned char key[CRYPTO_KEY_SIZE], const unsigned char *salt, const char *context,
                     const unsigned char *in, size_t len, unsigned char *out, unsigned char *tag, bool seal)
{
    unsigned char subkey[CRYPTO_MAC_SIZE];
    int n = 0;
    if (crypto_hmac (key, CRYPTO_KEY_SIZE, salt, SALT_SIZE, subkey, NULL) != 0)
        return false;
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new ();
    bool good = cipher && EVP_CipherInit_ex (cipher, EVP_aes_256_gcm (), NULL, subkey, no_nonce, seal) == 1
                && EVP_CipherUpdate (cipher, NULL, &n, (const unsigned char *)context, (int)strlen (context)) == 1
                && EVP_CipherUpdate (cipher, out, &n, in, (int)len) == 1
                && (seal || EVP_CIPHER_CTX_ctrl (cipher, EVP_CTRL_AEAD_SET_TAG, TAG_SIZE, tag) == 1)
                && EVP_CipherFinal_ex (cipher, out + n, &n) == 1
                && (!seal || EVP_CIPHER_CTX_ctrl (cipher, EVP_CTRL_AEAD_GET_TAG, TAG_SIZE, tag) == 1);
    EVP_CIPHER_CTX_free (cipher);
    secret_wipe (subkey, sizeof (subkey));
    return good;
}

int crypto_seal (const unsigned char key[CRYPTO_KEY_SIZE], const char *context, const void *plain, size_t len,
                 unsigned char *out, struct error *err)
{
    if (crypto_random (out, SALT_SIZE, err) != 0)
        return -1;
    if (!run_gcm (key, out, context, plain, len, out + SALT_SIZE, out + SALT_SIZE + len, true))
        return error_set (err, ERROR_INTERNAL, "libcrypto cannot encrypt");
    return 0;
}

int crypto_open (const unsigned char key[CRYPTO_KEY_SIZE], const char *context, const unsigned char *sealed, size_t len,
                 struct secret *ret_plain, struct error *err)
{
    static const char text[] = "what was sealed with the key file cannot be opened";
    if (len < CRYPTO_SEAL_OVERHEAD)
        return error_set (err, ERROR_STORE_CORRUPT, "%s: it is too short", text);
    size_t plain_len = len - CRYPTO_SEAL_OVERHEAD;
    unsigned char tag[TAG_SIZE];
    unsigned char *plain = xmalloc (plain_len + 1);
    memcpy (tag, sealed + SALT_SIZE + plain_len, TAG_SIZE);
    bool good = run_gcm (key, sealed, context, sealed + SALT_SIZE, plain_len, plain, tag, false);
    if (good)
        secret_set (ret_plain, plain, plain_len);
    secret_wipe (plain, plain_len);
    memory_cleanup_free (&plain);
    return good ? 0 : error_set (err, ERROR_STORE_CORRUPT, "%s: it was changed, or sealed with another key", text);
}

int crypto_equal (const void *a, const void *b, size_t len)
{
    return CRYPTO_memcmp (a, b, len) == 0;
}

void crypto_base64 (struct buffer *out, const void *data, size_t len)
{
    size_t size = (len + 2) / 3 * 4 + 1;
    unsigned char *text = xmalloc (size);
    int n = EVP_EncodeBlock (text, data, (int)len);
    buffer_append (out, text, n > 0 ? (size_t)n : 0);
    explicit_bzero (text, size);
    memory_cleanup_free (&text);
}

int crypto_base64_decode (struct buffer *out, const char *s, size_t len)
{
    if (len % 4 != 0)
        return -1;
    if (len == 0)
        return 0;
    for (size_t i = 0; i < len; i++) {
        bool digit = isalnum ((unsigned char)s[i]) || s[i] == '+' || s[i] == '/';
        if (!digit && !(s[i] == '=' && (i == len - 1 || (i == len - 2 && s[len - 1] == '='))))
            return -1;
    }
    unsigned char *bytes = xmalloc (len);
    int n = EVP_DecodeBlock (bytes, (const unsigned char *)s, (int)len);
    if (n >= 0)
        buffer_append (out, bytes, (size_t)n - (s[len - 1] == '=') - (s[len - 2] == '='));
    explicit_bzero (bytes, len);
    memory_cleanup_free (&bytes);
    return n >= 0 ? 0 : -1;
}

void crypto_base64url (struct buffer *out, const void *data, size_t len)
{
    size_t start = out->len;
    crypto_base64 (out, data, len);
    if (out->failed)
        return;
    while (out->len > start && out->data[out->len - 1] == '=')
        out->data[--out->len] = '\0';
    for (size_t i = start; i < out->len; i++)
        out->data[i] = out->data[i] == '+' ? '-' : out->data[i] == '/' ? '_' : out->data[i];
}

int crypto_base64url_decode (struct buffer *out, const char *s, size_t len)
{
    AUTO (buffer) padded;
    buffer_init (&padded, len + 3);
    for (size_t i = 0; i < len; i++) {
        if (!isalnum ((unsigned char)s[i]) && s[i] != '-' && s[i] != '_')
            return -1;
        char c = s[i] == '-' ? '+' : s[i];
        c = c == '_' ? '/' : c;
        buffer_append (&padded, &c, 1);
    }
    buffer_append (&padded, "===", (4 - len % 4) % 4);
    return crypto_base64_decode (out, buffer_text (&padded), padded.len);
}

void crypto_hex (char *out, const void *data, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *bytes = data;
    for (size_t i = 0; i < len; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 0x0f];
    }
    *out = '\0';
}

int crypto_hex_decode (void *out, size_t len, const char *s)
{
    unsigned char *bytes = out;
    if (strlen (s) != 2 * len)
        return -1;
    for (size_t i = 0; i < len; i++) {
        int high = OPENSSL_hexchar2int ((unsigned char)s[2 * i]);
        int low = OPENSSL_hexchar2int ((unsigned char)s[2 * i + 1]);
        if (high < 0 || low < 0)
            return -1;
        bytes[i] = (unsigned char)(high << 4 | low);
    }
    return 0;
}
