/* Bearers of sessions: making and checking. */
#include "src/service/bearer.h"

#include <stdio.h>
#include <string.h>

#include "src/base/json.h"
#include "src/base/memory.h"

enum { BEARER_MAX_BYTES = 2048 };

static const char *const audiences[] = {
    [BEARER_SESSION] = "dpat-api", [BEARER_CODE] = "dpat-code", [BEARER_REFRESH] = "dpat-refresh"
};

static const char header[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";

static int append_signature (const unsigned char key[CRYPTO_KEY_SIZE], struct buffer *bearer, struct error *err)
{
    unsigned char mac[CRYPTO_MAC_SIZE];
    if (crypto_hmac (key, CRYPTO_KEY_SIZE, buffer_text (bearer), bearer->len, mac, err) != 0)
        return -1;
    buffer_puts (bearer, ".");
    crypto_base64url (bearer, mac, sizeof (mac));
    secret_wipe (mac, sizeof (mac));
    return 0;
}

/* What Docker Hub puts into its bearers under its own name. */
static json_t *hub_claims (const struct bearer_claims *claims)
{
    json_t *object = json_object ();
    AUTOFREE char *source = xasprintf ("docker_pat|%s", claims->token_id);
    json_set_string (object, "username", claims->user);
    json_set_string (object, "uuid", claims->account_id);
    json_set_string (object, "session_id", claims->session_id);
    json_set_string (object, "source", claims->token_id[0] ? source : "docker_password");
    return object;
}

int bearer_make (const unsigned char key[CRYPTO_KEY_SIZE], const struct bearer_claims *claims,
                 struct secret *ret_bearer, struct error *err)
{
    json_auto_t *payload = json_object ();
    json_set_string (payload, "iss", "dpat");
    json_set_string (payload, "aud", audiences[claims->use]);
    json_set_string (payload, "sub", claims->account_id);
    json_set_string (payload, "jti", claims->session_id);
    json_set (payload, "iat", json_integer (claims->issued_at));
    json_set (payload, "exp", json_integer (claims->expires_at));
    json_set (payload, "https://hub.docker.com", hub_claims (claims));
    AUTO (buffer) text;
    AUTO (buffer) bearer;
    buffer_init (&text, BEARER_MAX_BYTES);
    buffer_init (&bearer, BEARER_MAX_BYTES);
    json_write (&text, payload);
    crypto_base64url (&bearer, header, strlen (header));
    buffer_puts (&bearer, ".");
    crypto_base64url (&bearer, buffer_text (&text), text.len);
    if (append_signature (key, &bearer, err) != 0)
        return -1;
    if (text.failed || bearer.failed)
        return error_set (err, ERROR_INTERNAL, "a bearer would grow too long");
    secret_set (ret_bearer, bearer.data, bearer.len);
    return 0;
}

static int fail (struct error *err)
{
    return error_set (err, ERROR_NOT_SIGNED_IN, "the session's bearer is not one of this service");
}

/* Whether the bearer is what we would have signed: header.payload with its MAC behind the last dot. */
static int check_signature (const unsigned char key[CRYPTO_KEY_SIZE], const struct secret *bearer, size_t signed_len,
                            struct error *err)
{
    AUTO (buffer) expected;
    buffer_init (&expected, BEARER_MAX_BYTES + 64);
    buffer_append (&expected, bearer->data, signed_len);
    if (append_signature (key, &expected, err) != 0)
        return -1;
    bool same =
        !expected.failed && expected.len == bearer->len && crypto_equal (expected.data, bearer->data, bearer->len);
    return same ? 0 : fail (err);
}

static int read_claims (const json_t *payload, enum bearer_use use, struct bearer_claims *ret_claims, struct error *err)
{
    const char *audience = json_get_string (payload, "aud");
    const char *account_id = json_get_string (payload, "sub");
    const char *session_id = json_get_string (payload, "jti");
    if (audience == NULL || strcmp (audience, audiences[use]) != 0 || account_id == NULL || session_id == NULL)
        return fail (err);
    struct bearer_claims claims = { .use = use,
                                    .issued_at = json_get_integer (payload, "iat"),
                                    .expires_at = json_get_integer (payload, "exp") };
    snprintf (claims.account_id, sizeof (claims.account_id), "%s", account_id);
    snprintf (claims.session_id, sizeof (claims.session_id), "%s", session_id);
    *ret_claims = claims;
    return 0;
}

int bearer_read (const unsigned char key[CRYPTO_KEY_SIZE], const struct secret *bearer, enum bearer_use use,
                 struct bearer_claims *ret_claims, struct error *err)
{
    AUTO (buffer) front;
    AUTO (buffer) text;
    buffer_init (&front, BEARER_MAX_BYTES);
    buffer_init (&text, BEARER_MAX_BYTES);
    crypto_base64url (&front, header, strlen (header));
    buffer_puts (&front, ".");
    if (bearer->len > BEARER_MAX_BYTES || bearer->len <= front.len || memcmp (bearer->data, front.data, front.len) != 0)
        return fail (err);
    const char *dot = memrchr (bearer->data, '.', bearer->len);
    if (dot < bearer->data + front.len)
        return fail (err);
    size_t signed_len = (size_t)(dot - bearer->data);
    if (check_signature (key, bearer, signed_len, err) != 0)
        return -1;
    if (crypto_base64url_decode (&text, bearer->data + front.len, signed_len - front.len) != 0)
        return fail (err);
    json_auto_t *payload = json_parse (buffer_text (&text), text.len, "the bearer", ERROR_NOT_SIGNED_IN, err);
    return payload ? read_claims (payload, use, ret_claims, err) : -1;
}
