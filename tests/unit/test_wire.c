/* Tokens as the HTTP API writes them: what is written is read back, and what others send is read with care. */
#include "tests/support/clock.h"
#include "tests/support/support.h"

#include <string.h>

#include "src/base/json.h"
#include "src/token/wire.h"

#define ID "3f2504e0-4f89-41d3-9a0c-0305e82c3301"

static json_t *parse (const char *text)
{
    struct error err = ERROR_INIT;
    json_t *value = json_parse (text, strlen (text), "a test", ERROR_INTERNAL, &err);
    assert_non_null (value);
    return value;
}

static void what_is_written_is_read_back (void **state)
{
    (void)state;
    AUTO (token)
    token = { .id = ID,
              .name = xstrdup ("c\xc3\xbc"),
              .scopes = { { SCOPE_WRITE, SCOPE_READ }, 2 },
              .active = true,
              .source = TOKEN_AUTO,
              .created_us = CLOCK_SOME_DAY * 1000000 + 7,
              .expires_us = CLOCK_SOME_DAY * 1000000 + 120000,
              .expires_digits = 2,
              .last_used_us = CLOCK_SOME_DAY * 1000000 + 1,
              .creator = { xstrdup ("192.0.2.7"), xstrdup ("test/1") },
              .last_used_from = { xstrdup ("192.0.2.8"), NULL } };
    AUTO (token) back = { .name = NULL };
    AUTO (secret) secret = support_secret ("dpat_secret");
    AUTO (secret) secret_back = SECRET_INIT;
    struct error err = ERROR_INIT;
    json_auto_t *object = wire_token (&token, &secret);
    assert_string_equal (json_get_string (object, "expires_at"), "2027-01-15T08:00:00.12Z");
    assert_string_equal (json_get_string (object, "created_at"), "2027-01-15T08:00:00.000007Z");
    assert_ok (wire_read_token (object, &back, &secret_back, &err), &err);
    assert_string_equal (back.id, token.id);
    assert_string_equal (back.name, token.name);
    assert_int_equal (back.scopes.count, 2);
    assert_int_equal (back.scopes.list[0], SCOPE_WRITE);
    assert_true (back.active);
    assert_int_equal (back.source, TOKEN_AUTO);
    assert_int_equal (back.created_us, token.created_us);
    assert_int_equal (back.expires_us, token.expires_us);
    assert_int_equal (back.expires_digits, 2);
    assert_int_equal (back.last_used_us, token.last_used_us);
    assert_string_equal (back.creator.ip, "192.0.2.7");
    assert_string_equal (back.last_used_from.ip, "192.0.2.8");
    assert_null (back.last_used_from.user_agent);
    assert_true (secret_equal (&secret, &secret_back));
    json_auto_t *without = wire_token (&token, NULL);
    assert_string_equal (json_get_string (without, "token"), "");
}

static void what_is_absent_null_or_empty_is_none (void **state)
{
    (void)state;
    static const char *const rows[] = {
        "{\"uuid\":\"" ID "\",\"token_label\":\"x\"}",
        "{\"uuid\":\"" ID "\",\"token_label\":\"x\",\"scopes\":null,\"expires_at\":null,\"last_used\":null}",
        "{\"uuid\":\"" ID
        "\",\"token_label\":\"x\",\"scopes\":[],\"expires_at\":\"\",\"last_used\":\"\",\"token\":\"\"}",
        "{\"uuid\":\"" ID "\",\"token_label\":\"x\",\"scopes\":[\"repo:new\",7],\"new\":{},\"generated_by\":\"\"}",
    };
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        AUTO (token) token = { .name = NULL };
        AUTO (secret) secret = SECRET_INIT;
        struct error err = ERROR_INIT;
        json_auto_t *object = parse (rows[i]);
        assert_ok (wire_read_token (object, &token, &secret, &err), &err);
        assert_int_equal (token.scopes.count, 0);
        assert_int_equal (token.expires_us, 0);
        assert_int_equal (token.last_used_us, 0);
        assert_int_equal (token.source, TOKEN_MANUAL);
        assert_int_equal (secret.len, 0);
    }
}

static void nonsense_is_refused (void **state)
{
    (void)state;
    static const char *const rows[] = { "[]",
                                        "{}",
                                        "{\"uuid\":\"" ID "\"}",
                                        "{\"uuid\":7,\"token_label\":\"x\"}",
                                        "{\"uuid\":\"../../etc/passwd\",\"token_label\":\"x\"}",
                                        "{\"uuid\":\"" ID "\",\"token_label\":[\"x\"]}",
                                        "{\"uuid\":\"" ID "\",\"token_label\":\"x\",\"created_at\":\"yesterday\"}",
                                        "{\"uuid\":\"" ID
                                        "\",\"token_label\":\"x\",\"expires_at\":\"2027-02-30T00:00:00Z\"}" };
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        AUTO (token) token = { .name = NULL };
        struct error err = ERROR_INIT;
        json_auto_t *object = parse (rows[i]);
        assert_int_equal (wire_read_token (object, &token, NULL, &err), -1);
        assert_code (&err, ERROR_SERVICE_FAILED);
        assert_null (token.name);
    }
}

static void scopes_keep_their_order_and_lose_duplicates (void **state)
{
    (void)state;
    struct scopes scopes;
    struct error err = ERROR_INIT;
    json_auto_t *list = parse ("[\"repo:read\",\"repo:admin\",\"repo:read\"]");
    json_auto_t *unknown = parse ("[\"repo:everything\"]");
    json_auto_t *brief = parse ("[\"read\"]"); /* the command line's way, not the API's */
    json_auto_t *number = parse ("[5]");
    assert_ok (wire_read_scopes (list, &scopes, &err), &err);
    assert_int_equal (scopes.count, 2);
    assert_int_equal (scopes.list[0], SCOPE_READ);
    assert_int_equal (scopes.list[1], SCOPE_ADMIN);
    assert_int_equal (wire_read_scopes (unknown, &scopes, &err), -1);
    assert_code (&err, ERROR_INVALID_SCOPE);
    assert_int_equal (wire_read_scopes (brief, &scopes, &err), -1);
    assert_int_equal (wire_read_scopes (number, &scopes, &err), -1);
}

int main (void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test (what_is_written_is_read_back),
                                        cmocka_unit_test (what_is_absent_null_or_empty_is_none),
                                        cmocka_unit_test (nonsense_is_refused),
                                        cmocka_unit_test (scopes_keep_their_order_and_lose_duplicates) };
    json_start ();
    return cmocka_run_group_tests (tests, NULL, NULL);
}
