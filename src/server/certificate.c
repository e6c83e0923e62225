/* The server's certificate and key, by OpenSSL. */
#include "src/server/certificate.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "src/base/clock.h"
#include "src/base/crypto.h"
#include "src/base/file.h"

static int read_pem (const char *path, const char *what, struct buffer *out, struct error *err)
{
    struct error why = ERROR_INIT;
    if (file_check_trusted (path, ERROR_CONFIG, err) != 0)
        return error_prefix (err, "the %s is not used", what);
    if (file_read (path, out, &why) != 0)
        return error_set (err, ERROR_CONFIG, "the %s cannot be used: %s", what, why.text);
    return 0;
}

static int check (const char *certificate_path, const char *key_path, X509 *certificate, EVP_PKEY *key,
                  struct error *err)
{
    if (certificate == NULL)
        return error_set (err, ERROR_CONFIG, "%s has no PEM certificate that can be read", certificate_path);
    if (key == NULL)
        return error_set (err, ERROR_CONFIG, "%s has no PEM key that can be read without a passphrase", key_path);
    if (X509_check_private_key (certificate, key) != 1)
        return error_set (err, ERROR_CONFIG, "the key in %s is not that of the certificate in %s", key_path,
                          certificate_path);
    time_t now = (time_t)(clock_now_us () / 1000000);
    if (X509_cmp_time (X509_get0_notAfter (certificate), &now) <= 0)
        return error_set (err, ERROR_CONFIG, "the certificate in %s has expired", certificate_path);
    return 0;
}

int certificate_read (const char *certificate_path, const char *key_path, struct buffer *certificate,
                      struct buffer *key, struct error *err)
{
    if (crypto_start (err) != 0 || read_pem (certificate_path, "TLS certificate", certificate, err) != 0
        || read_pem (key_path, "TLS key", key, err) != 0)
        return -1;
    BIO *certificate_bio = BIO_new_mem_buf (buffer_text (certificate), (int)certificate->len);
    BIO *key_bio = BIO_new_mem_buf (buffer_text (key), (int)key->len);
    char no_passphrase[] = "";
    X509 *parsed_certificate = certificate_bio ? PEM_read_bio_X509 (certificate_bio, NULL, NULL, NULL) : NULL;
    EVP_PKEY *parsed_key = key_bio ? PEM_read_bio_PrivateKey (key_bio, NULL, NULL, no_passphrase) : NULL;
    int status = check (certificate_path, key_path, parsed_certificate, parsed_key, err);
    EVP_PKEY_free (parsed_key);
    X509_free (parsed_certificate);
    BIO_free (key_bio);
    BIO_free (certificate_bio);
    return status;
}
