/* Registry tokens of the embedded service, without a server: what they say, and what they are never good for. */
#include "tests/contract/service_world.h"

#include <string.h>

#include "src/base/json.h"
#include "src/base/time.h"
#include "src/service/grants.h"
#include "src/service/registry.h"

static const struct caller stranger = { .ip = "192.0.2.7", .user_agent = "test/2" };

static int begin (void **state)
{
    struct error err = ERROR_INIT;
    if (open_embedded (state) != 0)
        return -1;
    assert_ok (registry_prepare (world.embedded, 300, &err), &err);
    return 0;
}

/* The claims of a token whose signature is not looked at here. Owned. */
static json_t *claims_of (const struct secret *token)
{
    AUTO (buffer) text;
    buffer_init (&text, 65536);
    const char *first = strchr (secret_text (token), '.');
    assert_non_null (first);
    const char *second = strchr (first + 1, '.');
    assert_non_null (second);
    assert_int_equal (crypto_base64url_decode (&text, first + 1, (size_t)(second - first - 1)), 0);
    json_t *claims = json_loadb (buffer_text (&text), text.len, 0, NULL);
    assert_non_null (claims);
    return claims;
}

static int ask (const char *user, const struct secret *secret, const char *scope, struct registry_grant *grant,
                struct error *err)
{
    const struct registry_request request = {
        .user = user, .secret = secret, .audience = "registry.example", .scope = scope, .life_s = 300
    };
    return registry_authorise (world.embedded, &stranger, &request, grant, err);
}

static void claims_are_what_registries_read (void **state)
{
    (void)state;
    AUTO (token) token = { .name = NULL };
    AUTO (secret) secret = SECRET_INIT;
    AUTO (registry_grant) grant = { .scope = NULL };
    struct error err = ERROR_INIT;
    make ("ci", 0, &token, &secret);
    assert_ok (ask ("alice", &secret, "repository:alice/app:push,pull", &grant, &err), &err);
    json_auto_t *claims = claims_of (&grant.token);
    int64_t now = clock_now_us () / 1000000;
    assert_string_equal (json_get_string (claims, "aud"), "registry.example"); /* a plain string */
    assert_string_equal (json_get_string (claims, "iss"), "dpat");
    assert_string_equal (json_get_string (claims, "sub"), "alice");
    assert_int_equal (json_get_integer (claims, "iat"), now);
    assert_int_equal (json_get_integer (claims, "exp"), now + 300);
    assert_true (json_get_integer (claims, "nbf") <= now && json_get_integer (claims, "nbf") > now - 60);
    assert_int_equal (strlen (json_get_string (claims, "jti")), 32);
    assert_string_equal (grant.scope, "repository:alice/app:pull,push");
    assert_int_equal (grant.life_s, 300);
    assert_string_equal (grant.user, "alice");
    AUTO (registry_grant) again = { .scope = NULL };
    assert_ok (ask ("alice", &secret, "", &again, &err), &err);
    json_auto_t *others = claims_of (&again.token);
    assert_string_not_equal (json_get_string (claims, "jti"), json_get_string (others, "jti"));
    assert_int_equal (json_array_size (json_object_get (others, "access")), 0);
}

static void it_lives_no_longer_than_its_token (void **state)
{
    (void)state;
    AUTO (token) token = { .name = NULL };
    AUTO (secret) secret = SECRET_INIT;
    struct error err = ERROR_INIT;
    make ("ci", 301, &token, &secret);
    static const int64_t lives[][2] = { { 0, 300 }, { 2, 299 }, { 298, 1 } };
    for (size_t i = 0; i < ARRAY_SIZE (lives); i++) {
        AUTO (registry_grant) grant = { .scope = NULL };
        clock_advance_s (lives[i][0]);
        assert_ok (ask ("alice", &secret, "", &grant, &err), &err);
        assert_int_equal (grant.life_s, lives[i][1]);
    }
    AUTO (registry_grant) grant = { .scope = NULL };
    clock_advance_s (1);
    assert_int_equal (ask ("alice", &secret, "", &grant, &err), -1);
    assert_code (&err, ERROR_TOKEN_EXPIRED);
}

static void nobody_gets_what_is_public (void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    bool changed;
    assert_ok (grants_set_public (world.embedded, &stranger, "alice/app", true, &changed, &err), &err);
    AUTO (registry_grant) grant = { .scope = NULL };
    assert_ok (
        ask (NULL, NULL, "repository:alice/app:pull,push repository:alice/other:pull registry:catalog:*", &grant, &err),
        &err);
    assert_string_equal (grant.scope, "repository:alice/app:pull");
    assert_string_equal (grant.user, "");
}

static void refused_secrets_are_told_only_to_their_owner (void **state)
{
    (void)state;
    AUTO (token) token = { .name = NULL };
    AUTO (secret) secret = SECRET_INIT;
    struct error first = ERROR_INIT;
    make ("ci", 0, &token, &secret);
    AUTO (secret) wrong = support_secret ("not the password");
    AUTO (secret) empty = support_secret ("");
    const struct {
        const char *user;
        const struct secret *secret;
    } rows[] = { { "alice", &wrong }, { "nobody", &wrong }, { "bob", &secret }, { "nobody", &secret },
                 { "", &secret },     { "alice", &empty },  { "", &empty } };
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        AUTO (registry_grant) grant = { .scope = NULL };
        struct error err = ERROR_INIT;
        assert_int_equal (ask (rows[i].user, rows[i].secret, "", &grant, &err), -1);
        assert_code (&err, ERROR_WRONG_CREDENTIALS);
        if (i == 0)
            first = err;
        assert_string_equal (err.text, first.text);
    }
    set_active (token.id, false);
    AUTO (registry_grant) grant = { .scope = NULL };
    struct error err = ERROR_INIT;
    assert_int_equal (ask ("alice", &secret, "", &grant, &err), -1);
    assert_code (&err, ERROR_TOKEN_INACTIVE);
    assert_int_equal (ask ("bob", &secret, "", &grant, &err), -1);
    assert_code (&err, ERROR_WRONG_CREDENTIALS);
}

static void a_registry_token_opens_nothing_here (void **state)
{
    (void)state;
    AUTO (token) token = { .name = NULL };
    AUTO (secret) secret = SECRET_INIT;
    AUTO (registry_grant) grant = { .scope = NULL };
    AUTO (session) session = { .bearer = SECRET_INIT };
    struct error err = ERROR_INIT;
    make ("ci", 0, &token, &secret);
    const struct registry_request request = {
        .user = "alice", .secret = &secret, .audience = "r", .scope = "", .life_s = 300, .wants_refresh = true
    };
    assert_ok (registry_authorise (world.embedded, &stranger, &request, &grant, &err), &err);
    assert_int_not_equal (grant.refresh.len, 0);
    const struct secret *const shown[] = { &grant.token, &grant.refresh };
    for (size_t i = 0; i < ARRAY_SIZE (shown); i++) {
        const struct caller caller = { .bearer = shown[i], .ip = "192.0.2.7" };
        assert_int_equal (service_whoami (world.service, &caller, &session, &err), -1);
        assert_code (&err, ERROR_NOT_SIGNED_IN);
        assert_refused ("alice", secret_text (shown[i]), ERROR_WRONG_CREDENTIALS);
    }
    /* and a session is no refresh token */
    AUTO (registry_grant) none = { .scope = NULL };
    const struct registry_request by_session = {
        .refresh = &world.session.bearer, .audience = "r", .scope = "", .life_s = 300
    };
    assert_int_equal (registry_authorise (world.embedded, &stranger, &by_session, &none, &err), -1);
    assert_code (&err, ERROR_WRONG_CREDENTIALS);
    AUTO (registry_grant) refreshed = { .scope = NULL };
    const struct registry_request by_refresh = {
        .refresh = &grant.refresh, .audience = "r", .scope = "", .life_s = 300
    };
    assert_ok (registry_authorise (world.embedded, &stranger, &by_refresh, &refreshed, &err), &err);
    assert_string_equal (refreshed.user, "alice");
    clock_advance_s (90 * TIME_DAY);
    assert_int_equal (registry_authorise (world.embedded, &stranger, &by_refresh, &refreshed, &err), -1);
    assert_code (&err, ERROR_WRONG_CREDENTIALS);
}

static void a_use_is_recorded_and_a_password_is_none (void **state)
{
    (void)state;
    AUTO (token) token = { .name = NULL };
    AUTO (token) after = { .name = NULL };
    AUTO (secret) secret = SECRET_INIT;
    AUTO (secret) password = support_secret (ALICE_PASSWORD);
    AUTO (registry_grant) grant = { .scope = NULL };
    AUTO (registry_grant) by_password = { .scope = NULL };
    struct error err = ERROR_INIT;
    bool found;
    make ("ci", 0, &token, &secret);
    assert_ok (ask ("alice", &secret, "", &grant, &err), &err);
    get (token.id, &after, &found);
    assert_int_equal (after.last_used_us, clock_now_us ());
    assert_string_equal (after.last_used_from.ip, "192.0.2.7");
    assert_ok (ask ("alice", &password, "repository:alice/app:*", &by_password, &err), &err);
    assert_string_equal (by_password.scope, "repository:alice/app:pull,push,delete");
    assert_int_equal (by_password.refresh.len, 0);
}

static void keys_take_their_turns (void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    char first[SIGNING_KEY_ID_SIZE], second[SIGNING_KEY_ID_SIZE];
    int64_t now = clock_now_us () / 1000000;
    assert_ok (registry_key_id (world.embedded, first, &err), &err);
    assert_ok (registry_rotate (world.embedded, &stranger, now + 60, false, &err), &err);
    assert_ok (registry_key_id (world.embedded, second, &err), &err);
    assert_string_equal (first, second);
    clock_advance_s (60);
    assert_ok (registry_key_id (world.embedded, second, &err), &err);
    assert_string_not_equal (first, second);
    AUTO (buffer) certificates;
    AUTO (buffer) jwks;
    AUTO (buffer) ids;
    buffer_init (&ids, 4096);
    assert_ok (registry_write_keys (world.embedded, &certificates, &jwks, &err), &err);
    assert_int_equal (signing_key_list_certificates (buffer_text (&certificates), certificates.len, &ids, &err), 2);
    assert_non_null (strstr (buffer_text (&ids), first));
    assert_non_null (strstr (buffer_text (&ids), second));
    assert_non_null (strstr (buffer_text (&jwks), first));
}

int main (void)
{
#define TEST(promise) cmocka_unit_test_setup_teardown (promise, begin, close_world)
    const struct CMUnitTest tests[] = { TEST (claims_are_what_registries_read),
                                        TEST (it_lives_no_longer_than_its_token),
                                        TEST (nobody_gets_what_is_public),
                                        TEST (refused_secrets_are_told_only_to_their_owner),
                                        TEST (a_registry_token_opens_nothing_here),
                                        TEST (a_use_is_recorded_and_a_password_is_none),
                                        TEST (keys_take_their_turns) };
    json_start ();
    return cmocka_run_group_tests (tests, NULL, NULL);
}
