/* docs/formats.md: its test vectors, which another implementation made, are what dpat writes and reads. */
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buffer.h"
#include "src/base/crypto.h"
#include "src/base/json.h"
#include "src/credentials/seal.h"
#include "src/service/bearer.h"
#include "src/service/keys.h"
#include "src/token/token_secret.h"

/* What stands behind name in the page's vectors, its lines joined by between. Owned. */
static char *vector (const char *name, const char *between)
{
    const char *folder = getenv ("TOP_SRCDIR");
    AUTOFREE char *path = xasprintf ("%s/docs/formats.md", folder ? folder : ".");
    AUTOFREE char *page = support_read (path);
    AUTO (buffer) found;
    buffer_init (&found, 1 << 16);
    bool inside = false;
    assert_non_null (page);
    for (char *at = page, *line; (line = strsep (&at, "\n")) != NULL;) {
        inside = strncmp (line, "```", 3) == 0 ? strcmp (line, "```vector") == 0 : inside;
        size_t len = strlen (name);
        if (!inside || strncmp (line, name, len) != 0 || line[len] != ' ')
            continue;
        buffer_printf (&found, "%s%s", found.len > 0 ? between : "", line + len + 1);
    }
    if (found.len == 0)
        fail_msg ("%s has no vector %s", path, name);
    return xstrdup (buffer_text (&found));
}

static void assert_hex (const unsigned char *bytes, size_t len, const char *name)
{
    AUTOFREE char *expected = vector (name, "");
    AUTOFREE char *hex = xmalloc (2 * len + 1);
    crypto_hex (hex, bytes, len);
    assert_string_equal (hex, expected);
}

static void read_keys (void **state, struct keys *ret_keys)
{
    AUTOFREE char *lines = vector ("key_file", "\n");
    AUTOFREE char *text = xasprintf ("%s\n", lines);
    AUTOFREE char *path = support_path (state, "key");
    struct error err = ERROR_INIT;
    support_write (path, text, 0600);
    assert_ok (keys_read (path, ret_keys, &err), &err);
}

static void the_secret_has_its_checksum (void **state)
{
    (void)state;
    AUTOFREE char *text = vector ("secret", "");
    assert_true (token_secret_is_valid (text, strlen (text)));
    for (size_t i = 5; text[i]; i++) {
        char good = text[i];
        text[i] = good == 'x' ? 'y' : 'x';
        assert_false (token_secret_is_valid (text, strlen (text)));
        text[i] = good;
    }
}

static void the_key_file_gives_its_keys (void **state)
{
    AUTOFREE char *secret = vector ("secret", "");
    unsigned char mac[CRYPTO_MAC_SIZE];
    struct error err = ERROR_INIT;
    AUTO (keys) keys;
    read_keys (state, &keys);
    assert_hex (keys.token_key, sizeof (keys.token_key), "token_key");
    assert_hex (keys.bearer_key, sizeof (keys.bearer_key), "bearer_key");
    assert_hex (keys.seal_key, sizeof (keys.seal_key), "seal_key");
    assert_ok (crypto_hmac (keys.token_key, sizeof (keys.token_key), secret, strlen (secret), mac, &err), &err);
    assert_hex (mac, sizeof (mac), "secret_mac");
}

static void a_bearer_is_made_and_read (void **state)
{
    AUTOFREE char *expected = vector ("bearer", "");
    AUTOFREE char *payload = vector ("bearer_payload", "");
    AUTO (secret) bearer = SECRET_INIT;
    AUTO (keys) keys;
    struct bearer_claims claims;
    struct error err = ERROR_INIT;
    read_keys (state, &keys);
    json_auto_t *json = json_parse (payload, strlen (payload), "the vector", ERROR_INTERNAL, &err);
    assert_non_null (json);
    AUTO (secret) shown = support_secret (expected);
    assert_ok (bearer_read (keys.bearer_key, &shown, BEARER_SESSION, &claims, &err), &err);
    assert_string_equal (claims.account_id, json_get_string (json, "sub"));
    assert_string_equal (claims.session_id, json_get_string (json, "jti"));
    assert_int_equal (claims.expires_at, json_get_integer (json, "exp"));
    claims.user = "alice";
    claims.token_id = "";
    assert_ok (bearer_make (keys.bearer_key, &claims, &bearer, &err), &err);
    assert_string_equal (secret_text (&bearer), expected);
}

static void the_keystore_opens (void **state)
{
    (void)state;
    AUTOFREE char *hex = vector ("keystore", "");
    AUTOFREE char *content = vector ("keystore_content", "");
    AUTOFREE char *text = vector ("keystore_passphrase", "");
    AUTO (secret) passphrase = support_secret (text);
    AUTO (secret) opened = SECRET_INIT;
    size_t len = strlen (hex) / 2;
    AUTOFREE unsigned char *bytes = xmalloc (len);
    unsigned char key[CRYPTO_KEY_SIZE];
    struct seal_header header;
    struct error err = ERROR_INIT;
    assert_int_equal (crypto_hex_decode (bytes, len, hex), 0);
    assert_ok (seal_read_header ("vector", bytes, len, &header, &err), &err);
    assert_ok (seal_derive (&header, &passphrase, key, &err), &err);
    assert_true (seal_key_fits (&header, key));
    assert_ok (seal_open ("vector", bytes, len, key, &opened, &err), &err);
    assert_string_equal (secret_text (&opened), content);
}

int main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, support_make_folder, support_remove_folder)
    const struct CMUnitTest tests[] = {
        TEST (the_secret_has_its_checksum),
        TEST (the_key_file_gives_its_keys),
        TEST (a_bearer_is_made_and_read),
        TEST (the_keystore_opens),
    };
    json_start ();
    return cmocka_run_group_tests (tests, NULL, NULL);
}
