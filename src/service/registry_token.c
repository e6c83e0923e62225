/* Making registry tokens, and the keys they are signed with. */
#include "src/service/registry_token.h"

#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/clock.h"
#include "src/base/crypto.h"
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/base/time.h"
#include "src/service/embedded_private.h"
#include "src/service/key_change.h"
#include "src/service/registry.h"

/* How long before its issue a token is good, for clocks that differ; how long certificates say they last, which no
 * registry looks at; and how often the key file is looked at. */
enum { EARLIER_S = 10, CERTIFICATE_S = 10 * 365 * TIME_DAY, LOOK_US = 1000000, JTI_BYTES = 16 };

enum { TOKEN_MAX_BYTES = 64 * 1024, KEYS_MAX_BYTES = 16 * 1024 };

static bool is_same_file (const struct stat *left, const struct stat *right)
{
    return left->st_ino == right->st_ino && left->st_mtim.tv_sec == right->st_mtim.tv_sec
           && left->st_mtim.tv_nsec == right->st_mtim.tv_nsec;
}

/* Another process may have rotated the keys, because one is known to others: what cannot be read now is no reason to
 * sign on with what was there before. */
static int look_for_new_keys (struct embedded *embedded, struct error *err)
{
    struct stat st;
    AUTO (keys) keys = { .id = "" };
    int64_t now_us = clock_now_us ();
    if (now_us - embedded->keys_looked_us < LOOK_US && now_us >= embedded->keys_looked_us)
        return 0;
    if (stat (embedded->key_path, &st) != 0 || !is_same_file (&st, &embedded->key_stat)) {
        if (keys_read (embedded->key_path, &keys, err) != 0)
            return -1;
        if (strcmp (keys.id, embedded->keys.id) != 0)
            return error_set (err, ERROR_KEY_INVALID, "the key file %s is another one now", embedded->key_path);
        embedded->keys = keys;
        embedded->key_stat = st;
    }
    embedded->keys_looked_us = now_us;
    return 0;
}

static void append_json (struct buffer *out, const json_t *value)
{
    AUTO (buffer) text;
    buffer_init (&text, TOKEN_MAX_BYTES);
    json_write (&text, value);
    if (text.failed)
        out->failed = true;
    crypto_base64url (out, buffer_text (&text), text.len);
}

/* "HEADER." of all tokens that a key signs. Owned. */
static char *make_head (const struct signing_key *signer)
{
    AUTO (buffer) text;
    json_auto_t *header = json_object ();
    json_set_string (header, "typ", "JWT");
    json_set_string (header, "alg", "ES256");
    json_set_string (header, "kid", signing_key_id (signer));
    buffer_init (&text, TOKEN_MAX_BYTES);
    append_json (&text, header);
    buffer_puts (&text, ".");
    return xstrdup (buffer_text (&text));
}

/* The key that signs now, held ready. */
static int find_signer (struct embedded *embedded, int64_t now, struct error *err)
{
    if (look_for_new_keys (embedded, err) != 0)
        return -1;
    const struct registry_key *key = keys_signing (&embedded->keys, now);
    if (key == NULL) {
        error_set (err, ERROR_KEY_INVALID, "the key file %s has no key for registry tokens", embedded->key_path);
        return error_hint (err, "make one: dpat registry config --out DIR --url URL");
    }
    if (embedded->signer && key->len == embedded->signer_key.len
        && crypto_equal (key->der, embedded->signer_key.der, key->len))
        return 0;
    signing_key_free (embedded->signer);
    memory_cleanup_free (&embedded->signer_head);
    embedded->signer = signing_key_new (key->der, key->len, err);
    embedded->signer_key = *key;
    if (embedded->signer == NULL)
        return -1;
    embedded->signer_head = make_head (embedded->signer);
    return 0;
}

/* The audience is a plain string and all times are integers: older registries read nothing else. */
static json_t *make_payload (const struct registry_claims *claims, const char *jti)
{
    json_t *payload = json_object ();
    json_set_string (payload, "iss", REGISTRY_ISSUER);
    json_set_string (payload, "sub", claims->subject);
    json_set_string (payload, "aud", claims->audience);
    json_set (payload, "exp", json_integer (claims->issued_at + claims->life_s));
    json_set (payload, "nbf", json_integer (claims->issued_at - EARLIER_S));
    json_set (payload, "iat", json_integer (claims->issued_at));
    json_set_string (payload, "jti", jti);
    json_set (payload, "access", access_list_to_json (claims->access));
    return payload;
}

int registry_token_make (struct embedded *embedded, const struct registry_claims *claims, struct secret *ret_token,
                         struct error *err)
{
    unsigned char random[JTI_BYTES];
    char jti[2 * JTI_BYTES + 1];
    unsigned char signature[SIGNING_KEY_SIGNATURE_SIZE];
    AUTO (buffer) token;
    buffer_init (&token, TOKEN_MAX_BYTES);
    if (find_signer (embedded, claims->issued_at, err) != 0 || crypto_random (random, sizeof (random), err) != 0)
        return -1;
    crypto_hex (jti, random, sizeof (random));
    json_auto_t *payload = make_payload (claims, jti);
    buffer_puts (&token, embedded->signer_head);
    append_json (&token, payload);
    if (signing_key_sign (embedded->signer, buffer_text (&token), token.len, signature, err) != 0)
        return -1;
    buffer_puts (&token, ".");
    crypto_base64url (&token, signature, sizeof (signature));
    if (token.failed)
        return error_set (err, ERROR_INTERNAL, "a registry token would grow too long");
    secret_set (ret_token, token.data, token.len);
    return 0;
}

int registry_prepare (struct embedded *embedded, int64_t life_s, struct error *err)
{
    if (key_change_make_first (embedded->key_path, clock_now_us () / 1000000, &embedded->keys, err) != 0)
        return -1;
    return life_s ? store_set_registry_life (embedded->store, life_s, err) : 0;
}

int registry_afterlife (struct embedded *embedded, int64_t *ret_seconds, struct error *err)
{
    if (store_registry_life (embedded->store, ret_seconds, err) != 0)
        return -1;
    *ret_seconds += *ret_seconds ? REGISTRY_LEEWAY_S : 0;
    return 0;
}

int registry_key_id (struct embedded *embedded, char ret_id[SIGNING_KEY_ID_SIZE], struct error *err)
{
    ret_id[0] = '\0';
    if (embedded->keys.registry_count == 0)
        return 0;
    if (find_signer (embedded, clock_now_us () / 1000000, err) != 0)
        return -1;
    memcpy (ret_id, signing_key_id (embedded->signer), SIGNING_KEY_ID_SIZE);
    return 0;
}

json_t *registry_keys_to_json (struct embedded *embedded, struct error *err)
{
    const struct keys *keys = &embedded->keys;
    int64_t now = clock_now_us () / 1000000;
    const struct registry_key *signing = keys_signing (keys, now);
    json_auto_t *list = json_array ();
    for (size_t i = 0; i < keys->registry_count; i++) {
        const struct registry_key *key = &keys->registry[i];
        AUTOPTR (signing_key) held = signing_key_new (key->der, key->len, err);
        if (held == NULL)
            return NULL;
        json_t *object = json_object ();
        json_set_string (object, "id", signing_key_id (held));
        json_set_time (object, "signs_from", key->signs_from);
        json_set_time (object, "signs_until", i + 1 < keys->registry_count ? key[1].signs_from : 0);
        json_set_string (object, "state", key == signing ? "signing" : key < signing ? "former" : "next");
        json_add (list, object);
    }
    return json_incref (list);
}

int registry_write_keys (struct embedded *embedded, struct buffer *certificates, struct buffer *jwks, struct error *err)
{
    const struct keys *keys = &embedded->keys;
    json_auto_t *set = json_object ();
    json_t *list = json_array ();
    json_set (set, "keys", list);
    buffer_init (certificates, KEYS_MAX_BYTES);
    buffer_init (jwks, KEYS_MAX_BYTES);
    for (size_t i = 0; i < keys->registry_count; i++) {
        const struct registry_key *key = &keys->registry[i];
        AUTOPTR (signing_key) held = signing_key_new (key->der, key->len, err);
        if (held == NULL
            || signing_key_write_certificate (held, REGISTRY_ISSUER, key->signs_from - TIME_DAY,
                                              key->signs_from + CERTIFICATE_S, certificates, err)
                   != 0)
            return -1;
        json_add (list, signing_key_to_jwk (held));
    }
    json_write_tabs (jwks, set);
    buffer_puts (jwks, "\n");
    return certificates->failed || jwks->failed ? error_set (err, ERROR_INTERNAL, "too many keys for one file") : 0;
}
