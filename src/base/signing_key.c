/* Signing by ES256, with OpenSSL's libcrypto. */
#include "src/base/signing_key.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/crypto.h"
#include "src/base/json.h"

enum { COORDINATE_SIZE = 32, POINT_SIZE = 65, ID_BYTES = 30, DER_MAX = 512 };

struct signing_key {
    EVP_PKEY *pkey;
    EVP_MD_CTX *ready;  /* begun with the key; each signature begins with a copy of it */
    EVP_MD_CTX *signer; /* of the signature being made */
    unsigned char point[POINT_SIZE];
    char id[SIGNING_KEY_ID_SIZE];
};

#define CLEANUP(type, function) __attribute__ ((cleanup (function))) type

static void free_pkey (EVP_PKEY **pkey)
{
    EVP_PKEY_free (*pkey);
}

static void free_x509 (X509 **certificate)
{
    X509_free (*certificate);
}

static void free_bio (BIO **bio)
{
    BIO_free (*bio);
}

static int fail (const char *what, struct error *err)
{
    ERR_clear_error ();
    return error_set (err, ERROR_INTERNAL, "libcrypto cannot %s", what);
}

int signing_key_generate (struct secret *ret_der, struct error *err)
{
    if (crypto_start (err) != 0)
        return -1;
    CLEANUP (EVP_PKEY *, free_pkey) pkey = EVP_EC_gen ("P-256");
    unsigned char *der = NULL;
    int len = pkey ? i2d_PrivateKey (pkey, &der) : -1;
    if (len <= 0)
        return fail ("make a key on P-256", err);
    secret_set (ret_der, der, (size_t)len);
    OPENSSL_clear_free (der, (size_t)len);
    return 0;
}

/* RFC 4648 base32, in groups of four with a colon between them. */
static void write_id (const unsigned char digest[ID_BYTES], char ret_id[SIGNING_KEY_ID_SIZE])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    char *at = ret_id;
    for (unsigned i = 0; i < ID_BYTES * 8 / 5; i++) {
        unsigned bit = i * 5;
        unsigned pair = (unsigned)digest[bit / 8] << 8 | (bit / 8 + 1 < ID_BYTES ? digest[bit / 8 + 1] : 0);
        if (i > 0 && i % 4 == 0)
            *at++ = ':';
        *at++ = digits[pair >> (11 - bit % 8) & 31];
    }
    *at = '\0';
}

static int id_of (EVP_PKEY *pkey, char ret_id[SIGNING_KEY_ID_SIZE])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned char *der = NULL;
    int len = i2d_PUBKEY (pkey, &der);
    bool good = len > 0 && EVP_Digest (der, (size_t)len, digest, NULL, EVP_sha256 (), NULL) == 1;
    OPENSSL_free (der);
    if (good)
        write_id (digest, ret_id);
    return good ? 0 : -1;
}

static bool is_on_p256 (EVP_PKEY *pkey, unsigned char ret_point[POINT_SIZE])
{
    char group[32] = "";
    size_t len = 0;
    return EVP_PKEY_get_group_name (pkey, group, sizeof (group), NULL) == 1 && strcmp (group, "prime256v1") == 0
           && EVP_PKEY_get_octet_string_param (pkey, OSSL_PKEY_PARAM_PUB_KEY, ret_point, POINT_SIZE, &len) == 1
           && len == POINT_SIZE;
}

struct signing_key *signing_key_new (const void *der, size_t len, struct error *err)
{
    if (crypto_start (err) != 0)
        return NULL;
    AUTOPTR (signing_key) key = xcalloc (1, sizeof (*key));
    const unsigned char *at = der;
    key->pkey = d2i_PrivateKey (EVP_PKEY_EC, NULL, &at, (long)len);
    key->ready = EVP_MD_CTX_new ();
    key->signer = EVP_MD_CTX_new ();
    if (key->pkey == NULL || !is_on_p256 (key->pkey, key->point)) {
        ERR_clear_error ();
        error_set (err, ERROR_KEY_INVALID, "a signing key is no private key on P-256");
        return NULL;
    }
    if (key->ready == NULL || key->signer == NULL || id_of (key->pkey, key->id) != 0
        || EVP_DigestSignInit (key->ready, NULL, EVP_sha256 (), NULL, key->pkey) != 1) {
        fail ("hold a signing key ready", err);
        return NULL;
    }
    return take (&key);
}

void signing_key_free (struct signing_key *key)
{
    if (key == NULL)
        return;
    EVP_MD_CTX_free (key->ready);
    EVP_MD_CTX_free (key->signer);
    EVP_PKEY_free (key->pkey);
    free (key);
}

const char *signing_key_id (const struct signing_key *key)
{
    return key->id;
}

/* DER's SEQUENCE of two numbers → r and s of 32 bytes each, as JWS has them. */
static bool to_raw (const unsigned char *der, size_t len, unsigned char ret_signature[SIGNING_KEY_SIGNATURE_SIZE])
{
    ECDSA_SIG *numbers = d2i_ECDSA_SIG (NULL, &der, (long)len);
    bool good = numbers && BN_bn2binpad (ECDSA_SIG_get0_r (numbers), ret_signature, COORDINATE_SIZE) == COORDINATE_SIZE
                && BN_bn2binpad (ECDSA_SIG_get0_s (numbers), ret_signature + COORDINATE_SIZE, COORDINATE_SIZE)
                       == COORDINATE_SIZE;
    ECDSA_SIG_free (numbers);
    return good;
}

int signing_key_sign (const struct signing_key *key, const void *data, size_t len,
                      unsigned char ret_signature[SIGNING_KEY_SIGNATURE_SIZE], struct error *err)
{
    unsigned char der[DER_MAX];
    size_t der_len = sizeof (der);
    if (EVP_MD_CTX_copy_ex (key->signer, key->ready) == 1 && EVP_DigestSign (key->signer, der, &der_len, data, len) == 1
        && to_raw (der, der_len, ret_signature))
        return 0;
    return fail ("sign", err);
}

static void set_coordinate (json_t *object, const char *name, const unsigned char *bytes)
{
    AUTO (buffer) text;
    buffer_init (&text, 2 * COORDINATE_SIZE);
    crypto_base64url (&text, bytes, COORDINATE_SIZE);
    json_set_string (object, name, buffer_text (&text));
}

json_t *signing_key_to_jwk (const struct signing_key *key)
{
    json_t *object = json_object ();
    json_set_string (object, "kty", "EC");
    json_set_string (object, "crv", "P-256");
    set_coordinate (object, "x", key->point + 1);
    set_coordinate (object, "y", key->point + 1 + COORDINATE_SIZE);
    json_set_string (object, "kid", key->id);
    json_set_string (object, "use", "sig");
    json_set_string (object, "alg", "ES256");
    return object;
}

static bool fill_certificate (X509 *certificate, const struct signing_key *key, const char *common_name, int64_t from,
                              int64_t until)
{
    unsigned char serial[16];
    if (crypto_random (serial, sizeof (serial), NULL) != 0)
        return false;
    serial[0] =
        (serial[0] & 0x3f) | 0x40; /* positive (RFC 5280 section 4.1.2.2), and no zeros in front (X.690, 8.3.2) */
    X509_NAME *name = X509_get_subject_name (certificate);
    return X509_set_version (certificate, X509_VERSION_3) == 1
           && ASN1_STRING_set (X509_get_serialNumber (certificate), serial, sizeof (serial)) == 1
           && X509_time_adj (X509_getm_notBefore (certificate), 0, &(time_t){ from })
           && X509_time_adj (X509_getm_notAfter (certificate), 0, &(time_t){ until })
           && X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1, 0) == 1
           && X509_set_issuer_name (certificate, name) == 1 && X509_set_pubkey (certificate, key->pkey) == 1
           && X509_sign (certificate, key->pkey, EVP_sha256 ()) > 0;
}

int signing_key_write_certificate (const struct signing_key *key, const char *common_name, int64_t from, int64_t until,
                                   struct buffer *out, struct error *err)
{
    CLEANUP (X509 *, free_x509) certificate = X509_new ();
    CLEANUP (BIO *, free_bio) bio = BIO_new (BIO_s_mem ());
    char *text = NULL;
    if (certificate == NULL || bio == NULL || !fill_certificate (certificate, key, common_name, from, until)
        || PEM_write_bio_X509 (bio, certificate) != 1)
        return fail ("make a certificate", err);
    long len = BIO_get_mem_data (bio, &text);
    buffer_append (out, text, (size_t)len);
    return 0;
}

/* There is nothing secret in a certificate to ask a pass phrase for. */
static int no_pass_phrase (char *out, int size, int for_writing, void *context)
{
    (void)out, (void)size, (void)for_writing, (void)context;
    return -1;
}

int signing_key_list_certificates (const char *pem, size_t len, struct buffer *out, struct error *err)
{
    if (crypto_start (err) != 0)
        return -1;
    CLEANUP (BIO *, free_bio) bio = BIO_new_mem_buf (pem, (int)len);
    int count = 0;
    while (bio) {
        char id[SIGNING_KEY_ID_SIZE];
        CLEANUP (X509 *, free_x509) certificate = PEM_read_bio_X509 (bio, NULL, no_pass_phrase, NULL);
        if (certificate == NULL)
            break;
        if (id_of (X509_get0_pubkey (certificate), id) != 0)
            return error_set (err, ERROR_CONFIG, "certificate %d has no key that can be read", count + 1);
        buffer_printf (out, "%s\n", id);
        count++;
    }
    unsigned long code = ERR_peek_last_error ();
    bool at_end = ERR_GET_LIB (code) == ERR_LIB_PEM && ERR_GET_REASON (code) == PEM_R_NO_START_LINE;
    ERR_clear_error ();
    return at_end ? count : error_set (err, ERROR_CONFIG, "certificate %d cannot be read", count + 1);
}

/* The bytes of one coordinate, padded in front to 32. */
static int take_coordinate (const char *text, unsigned char out[COORDINATE_SIZE])
{
    AUTO (buffer) bytes;
    buffer_init (&bytes, COORDINATE_SIZE);
    if (crypto_base64url_decode (&bytes, text, strlen (text)) != 0 || bytes.failed || bytes.len == 0)
        return -1;
    memset (out, 0, COORDINATE_SIZE);
    memcpy (out + COORDINATE_SIZE - bytes.len, bytes.data, bytes.len);
    return 0;
}

int signing_key_id_of_point (const char *x, const char *y, char ret_id[SIGNING_KEY_ID_SIZE])
{
    unsigned char point[POINT_SIZE] = { POINT_CONVERSION_UNCOMPRESSED };
    if (crypto_start (NULL) != 0 || take_coordinate (x, point + 1) != 0
        || take_coordinate (y, point + 1 + COORDINATE_SIZE) != 0)
        return -1;
    CLEANUP (EVP_PKEY *, free_pkey) pkey = NULL;
    char group[] = "prime256v1";
    OSSL_PARAM parameters[] = { OSSL_PARAM_construct_utf8_string (OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
                                OSSL_PARAM_construct_octet_string (OSSL_PKEY_PARAM_PUB_KEY, point, sizeof (point)),
                                OSSL_PARAM_construct_end () };
    EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name (NULL, "EC", NULL);
    bool good = maker && EVP_PKEY_fromdata_init (maker) == 1
                && EVP_PKEY_fromdata (maker, &pkey, EVP_PKEY_PUBLIC_KEY, parameters) == 1;
    EVP_PKEY_CTX_free (maker);
    ERR_clear_error ();
    return good ? id_of (pkey, ret_id) : -1;
}
