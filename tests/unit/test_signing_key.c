/* ES256: ids and signatures as registries expect them. */
#include "tests/support/support.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

#include "src/base/crypto.h"
#include "src/base/json.h"
#include "src/base/signing_key.h"

/* A token that a registry accepted, its signature checked by openssl as well. The key was thrown away. */
static const char vector_signed[] =
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiIsImtpZCI6IlpERzM6NTRRRjpYRk1COlA3Rks6TTc3SjpRVkVHOlZNS1k6MkNRVzpRSlZROk1CS0I6"
    "MlhENTo1NlU3In0.eyJpc3MiOiJkcGF0Iiwic3ViIjoiYWxpY2UiLCJhdWQiOiJkcGF0LXJlZ2lzdHJ5IiwiZXhwIjoxNzk1NDUxNzAzLCJuYmYi"
    "OjE3OTU0NTE0MDMsImlhdCI6MTc5NTQ1MTQwMywianRpIjoiZWVmZDkzY2FhN2I4NGY1ZmEzZDc2Njg3ODMwNGM2NzIiLCJhY2Nlc3MiOlt7InR5"
    "cGUiOiJyZXBvc2l0b3J5IiwibmFtZSI6InRlYW0vYXBwIiwiYWN0aW9ucyI6WyJwdWxsIl19XX0";
static const char vector_signature[] =
    "2RoRxeY0akCz_eODGIrqwzRbkIy7LxdTgIluFVkYK4UrAH4F-Do9_OkHUZxxct9Gm1xZq7hBtlMBLAP43gFJZg";
static const char vector_x[] = "UrbRubvok_gxQO2hweUmZvc2MsbgN3CmopdCsw4_EWY";
static const char vector_y[] = "xyqBHtcQ2FTlAUrbOfSoZGw7GGd1-yvU16gaLlqmZq4";

static struct signing_key *new_key (void)
{
    AUTO (secret) der = SECRET_INIT;
    struct error err = ERROR_INIT;
    assert_ok (signing_key_generate (&der, &err), &err);
    struct signing_key *key = signing_key_new (der.data, der.len, &err);
    assert_ok (key ? 0 : -1, &err);
    return key;
}

/* Verify raw r and s by the public key of a certificate or of coordinates, with OpenSSL alone. */
static bool verifies (const unsigned char point[65], const char *data, const unsigned char signature[64])
{
    unsigned char *der = NULL;
    ECDSA_SIG *numbers = ECDSA_SIG_new ();
    ECDSA_SIG_set0 (numbers, BN_bin2bn (signature, 32, NULL), BN_bin2bn (signature + 32, 32, NULL));
    int len = i2d_ECDSA_SIG (numbers, &der);
    EVP_PKEY *pkey = EVP_PKEY_new ();
    char group[] = "prime256v1";
    OSSL_PARAM parameters[] = { OSSL_PARAM_construct_utf8_string ("group", group, 0),
                                OSSL_PARAM_construct_octet_string ("pub", (void *)(uintptr_t)point, 65),
                                OSSL_PARAM_construct_end () };
    EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name (NULL, "EC", NULL);
    EVP_MD_CTX *context = EVP_MD_CTX_new ();
    bool good = EVP_PKEY_fromdata_init (maker) == 1
                && EVP_PKEY_fromdata (maker, &pkey, EVP_PKEY_PUBLIC_KEY, parameters) == 1
                && EVP_DigestVerifyInit (context, NULL, EVP_sha256 (), NULL, pkey) == 1
                && EVP_DigestVerify (context, der, (size_t)len, (const unsigned char *)data, strlen (data)) == 1;
    EVP_MD_CTX_free (context);
    EVP_PKEY_CTX_free (maker);
    EVP_PKEY_free (pkey);
    ECDSA_SIG_free (numbers);
    OPENSSL_free (der);
    return good;
}

static void point_of (const char *x, const char *y, unsigned char point[65])
{
    AUTO (buffer) bytes;
    buffer_init (&bytes, 64);
    assert_int_equal (crypto_base64url_decode (&bytes, x, strlen (x)), 0);
    assert_int_equal (crypto_base64url_decode (&bytes, y, strlen (y)), 0);
    assert_int_equal (bytes.len, 64);
    point[0] = 4;
    memcpy (point + 1, bytes.data, 64);
}

static void ids_are_libtrusts (void **state)
{
    (void)state;
    char id[SIGNING_KEY_ID_SIZE];
    /* the key of distribution's specification of registry tokens */
    assert_int_equal (signing_key_id_of_point ("m7zUpx3b-zmVE5cymSs64POG9QcyEpJaYCD82-549_Q",
                                               "dU3biz8sZ_8GPB-odm8Wxz3lNDr1xcAQQPQaOcr1fmc", id),
                      0);
    assert_string_equal (id, "PYYO:TEWU:V7JH:26JV:AQTZ:LJC3:SXVJ:XGHA:34F2:2LAQ:ZRMK:Z7Q6");
    assert_int_equal (signing_key_id_of_point (vector_x, vector_y, id), 0);
    assert_string_equal (id, "ZDG3:54QF:XFMB:P7FK:M77J:QVEG:VMKY:2CQW:QJVQ:MBKB:2XD5:56U7");
    assert_int_equal (signing_key_id_of_point (vector_x, vector_x, id), -1); /* not on the curve */
    assert_int_equal (signing_key_id_of_point ("", "", id), -1);
    assert_int_equal (signing_key_id_of_point ("!", vector_y, id), -1);
}

static void the_recorded_token_verifies (void **state)
{
    (void)state;
    unsigned char point[65];
    AUTO (buffer) signature;
    buffer_init (&signature, 64);
    point_of (vector_x, vector_y, point);
    assert_int_equal (crypto_base64url_decode (&signature, vector_signature, strlen (vector_signature)), 0);
    assert_true (verifies (point, vector_signed, (unsigned char *)signature.data));
    signature.data[63] ^= 1;
    assert_false (verifies (point, vector_signed, (unsigned char *)signature.data));
}

static void what_is_signed_verifies (void **state)
{
    (void)state;
    AUTOPTR (signing_key) key = new_key ();
    json_auto_t *jwk = signing_key_to_jwk (key);
    unsigned char point[65];
    struct error err = ERROR_INIT;
    assert_string_equal (json_get_string (jwk, "kid"), signing_key_id (key));
    assert_string_equal (json_get_string (jwk, "alg"), "ES256");
    char id[SIGNING_KEY_ID_SIZE];
    assert_int_equal (signing_key_id_of_point (json_get_string (jwk, "x"), json_get_string (jwk, "y"), id), 0);
    assert_string_equal (id, signing_key_id (key));
    point_of (json_get_string (jwk, "x"), json_get_string (jwk, "y"), point);
    for (int i = 0; i < 300; i++) { /* now and then a number has a leading zero */
        unsigned char signature[SIGNING_KEY_SIGNATURE_SIZE];
        AUTOFREE char *text = xasprintf ("header.payload%d", i);
        assert_ok (signing_key_sign (key, text, strlen (text), signature, &err), &err);
        assert_true (verifies (point, text, signature));
        assert_false (verifies (point, "header.payload", signature));
    }
}

static void certificates_carry_the_key (void **state)
{
    (void)state;
    AUTOPTR (signing_key) one = new_key ();
    AUTOPTR (signing_key) two = new_key ();
    AUTO (buffer) pem;
    AUTO (buffer) ids;
    struct error err = ERROR_INIT;
    buffer_init (&pem, 8192);
    buffer_init (&ids, 1024);
    assert_ok (signing_key_write_certificate (one, "dpat", 1764000000, 1795536000, &pem, &err), &err);
    assert_ok (signing_key_write_certificate (two, "dpat", 1764000000, 1795536000, &pem, &err), &err);
    assert_int_equal (signing_key_list_certificates (buffer_text (&pem), pem.len, &ids, &err), 2);
    AUTOFREE char *expected = xasprintf ("%s\n%s\n", signing_key_id (one), signing_key_id (two));
    assert_string_equal (buffer_text (&ids), expected);
    assert_int_equal (signing_key_list_certificates ("nothing", 7, &ids, &err), 0);
    memset (pem.data + 40, '!', 8);
    assert_int_equal (signing_key_list_certificates (buffer_text (&pem), pem.len, &ids, &err), -1);
    assert_code (&err, ERROR_CONFIG);
}

/* Its serial number is random, and DER has one way only to write a number. */
static void every_certificate_can_be_read (void **state)
{
    (void)state;
    AUTOPTR (signing_key) key = new_key ();
    struct error err = ERROR_INIT;
    for (int i = 0; i < 3000; i++) {
        AUTO (buffer) pem;
        AUTO (buffer) ids;
        buffer_init (&pem, 8192);
        buffer_init (&ids, 1024);
        assert_ok (signing_key_write_certificate (key, "dpat", 1764000000, 1795536000, &pem, &err), &err);
        assert_int_equal (signing_key_list_certificates (buffer_text (&pem), pem.len, &ids, &err), 1);
    }
}

static void what_is_no_key_is_refused (void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    assert_null (signing_key_new ("", 0, &err));
    assert_code (&err, ERROR_KEY_INVALID);
    assert_null (signing_key_new ("not DER at all", 14, &err));
    EVP_PKEY *other = EVP_EC_gen ("P-384");
    unsigned char *der = NULL;
    int len = i2d_PrivateKey (other, &der);
    assert_null (signing_key_new (der, (size_t)len, &err));
    assert_code (&err, ERROR_KEY_INVALID);
    OPENSSL_free (der);
    EVP_PKEY_free (other);
}

int main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (ids_are_libtrusts),
        cmocka_unit_test (the_recorded_token_verifies),
        cmocka_unit_test (what_is_signed_verifies),
        cmocka_unit_test (certificates_carry_the_key),
        cmocka_unit_test (every_certificate_can_be_read),
        cmocka_unit_test (what_is_no_key_is_refused),
    };
    json_start ();
    return cmocka_run_group_tests (tests, NULL, NULL);
}
