/* One entry under "auths", as docker reads it (docker/cli, config/configfile). */
#include "src/credentials/docker_auth.h"

#include <string.h>

#include "src/base/crypto.h"
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/credentials/go_json.h"

enum { AUTH_MAX_BYTES = 64 * 1024 };

#define IDENTITY_USER "<token>"

/* The members that hold credentials. */
static const char *const secret_members[] = { "auth", "username", "password", "identitytoken", "registrytoken" };

static bool has_text (const char *text)
{
    return text && text[0];
}

/* "auth" is base64 of user:secret, with line ends anywhere; the first colon divides, and docker cuts NUL bytes at both
 * ends of the secret. */
static int decode_auth (const char *auth, struct credential *ret_credential)
{
    AUTO (buffer) digits;
    AUTO (buffer) text;
    buffer_init (&digits, 2 * AUTH_MAX_BYTES);
    buffer_init (&text, AUTH_MAX_BYTES);
    for (const char *at = auth; *at; at++)
        if (*at != '\r' && *at != '\n')
            buffer_append (&digits, at, 1);
    if (digits.failed || crypto_base64_decode (&text, buffer_text (&digits), digits.len) != 0 || text.failed)
        return -1;
    const char *colon = memchr (buffer_text (&text), ':', text.len);
    size_t user_len = colon ? (size_t)(colon - text.data) : 0;
    if (user_len == 0 || memchr (text.data, '\0', user_len))
        return -1;
    const char *secret = colon + 1;
    size_t len = text.len - user_len - 1;
    for (; len > 0 && secret[len - 1] == '\0'; len--)
        ;
    for (; len > 0 && secret[0] == '\0'; len--)
        secret++;
    ret_credential->user = xstrndup (text.data, user_len);
    secret_set (&ret_credential->secret, secret, len);
    return 0;
}

/* Something that is nobody's user and secret. */
static bool is_something_else (struct credential *ret_credential)
{
    ret_credential->user = xstrdup ("");
    return true;
}

static bool is_pair (struct credential *ret_credential, const char *user, const char *secret)
{
    ret_credential->user = xstrdup (user);
    secret_set (&ret_credential->secret, secret, strlen (secret));
    return true;
}

bool docker_auth_read (json_t *entry, struct credential *ret_credential)
{
    if (entry == NULL || json_is_null (entry))
        return false;
    const char *auth = go_get_string (entry, "auth");
    const char *user = go_get_string (entry, "username");
    const char *password = go_get_string (entry, "password");
    const char *identity = go_get_string (entry, "identitytoken");
    if (has_text (go_get_string (entry, "registrytoken")))
        return is_something_else (ret_credential);
    if (has_text (identity))
        return is_pair (ret_credential, IDENTITY_USER, identity);
    if (has_text (auth))
        return decode_auth (auth, ret_credential) == 0 || is_something_else (ret_credential);
    if (has_text (user) && has_text (password))
        return is_pair (ret_credential, user, password);
    bool holds_anything = has_text (user) || has_text (password) || docker_auth_find_fault (entry);
    return holds_anything && is_something_else (ret_credential);
}

/* Beside an identity token the password is empty; containers/image does not look at the token without this. */
static void encode_auth (struct buffer *auth, const struct credential *credential, bool is_identity)
{
    AUTO (buffer) text;
    buffer_init (&text, AUTH_MAX_BYTES);
    buffer_puts (&text, credential->user);
    buffer_puts (&text, ":");
    if (!is_identity)
        buffer_append (&text, credential->secret.data, credential->secret.len);
    crypto_base64 (auth, buffer_text (&text), text.len);
}

/* Whether it is a member that docker wants to be a string, and is not. */
static bool is_of_another_kind (const char *key, const json_t *value)
{
    static const char *const others[] = { "email", "serveraddress" };
    bool is_known = false;
    for (size_t i = 0; i < ARRAY_SIZE (secret_members); i++)
        is_known = is_known || go_is_name (key, secret_members[i]);
    for (size_t i = 0; i < ARRAY_SIZE (others); i++)
        is_known = is_known || go_is_name (key, others[i]);
    return is_known && !json_is_string (value) && !json_is_null (value);
}

/* Take out what held a credential, and what would keep docker from reading the entry. */
static void clear (json_t *entry)
{
    const char *key;
    json_t *value;
    void *next;
    for (size_t i = 0; i < ARRAY_SIZE (secret_members); i++)
        go_remove (entry, secret_members[i]);
    json_object_foreach_safe (entry, next, key, value)
    {
        if (is_of_another_kind (key, value))
            json_object_del (entry, key);
    }
}

void docker_auth_write (json_t *entry, const struct credential *credential)
{
    AUTO (buffer) auth;
    buffer_init (&auth, 2 * AUTH_MAX_BYTES);
    bool is_identity = strcmp (credential->user, IDENTITY_USER) == 0;
    encode_auth (&auth, credential, is_identity);
    clear (entry);
    json_set (entry, "auth", json_stringn (buffer_text (&auth), auth.len));
    if (is_identity)
        json_set (entry, "identitytoken", json_stringn (credential->secret.data, credential->secret.len));
}

const char *docker_auth_find_fault (json_t *entry)
{
    AUTO (credential) held = { .user = NULL };
    const char *key;
    json_t *value;
    if (entry == NULL || json_is_null (entry))
        return NULL;
    if (!json_is_object (entry))
        return "is not an object";
    json_object_foreach (entry, key, value)
    {
        if (is_of_another_kind (key, value))
            return "has a member that is not a string";
    }
    const char *auth = go_get_string (entry, "auth");
    return has_text (auth) && decode_auth (auth, &held) != 0 ? "has an \"auth\" that is not base64 of user:secret"
                                                             : NULL;
}
