/* Objects read as Go's encoding/json reads them. What docker makes of each was seen with the client itself:
 * tests/cli/docker-situations.bats. */
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/json.h"
#include "src/credentials/docker_auth.h"
#include "src/credentials/docker_fault.h"
#include "src/credentials/go_json.h"

static json_t *parse (const char *text)
{
    struct error err = ERROR_INIT;
    json_t *value = json_parse_value (text, strlen (text), "the test", ERROR_INTERNAL, &err);
    if (value == NULL)
        fail_msg ("%s: %s", text, err.text);
    return value;
}

static void assert_text (const json_t *value, const char *expected)
{
    AUTO (buffer) text;
    buffer_init (&text, 1000);
    json_write (&text, value);
    assert_string_equal (buffer_text (&text), expected);
}

static void names_match_in_any_case (void **state)
{
    (void)state;
    static const char *const names[] = { "credsStore", "CREDSSTORE", "credsstore",
                                         "cred\xc5\xbf"
                                         "Store",
                                         "creds\xc5\xbftore" };
    static const char *const others[] = {
        "", "credsStor", "credsStores", " credsStore", "creds-Store", "cred\xc3\x9ftore", "\xc5"
    };
    for (size_t i = 0; i < ARRAY_SIZE (names); i++)
        assert_true (go_is_name (names[i], "credsStore"));
    for (size_t i = 0; i < ARRAY_SIZE (others); i++)
        assert_false (go_is_name (others[i], "credsStore"));
    assert_true (go_is_name ("identityto\xe2\x84\xaa"
                             "en",
                             "identitytoken"));
    assert_false (go_is_name ("\xe2\x84", "k"));
}

static void the_last_string_counts (void **state)
{
    (void)state;
    static const char *const rows[][2] = { { "{\"auth\":\"a\"}", "a" },
                                           { "{\"auth\":\"a\",\"AUTH\":\"b\"}", "b" },
                                           { "{\"AUTH\":\"b\",\"auth\":\"a\"}", "a" },
                                           { "{\"auth\":\"a\",\"AUTH\":null}", "a" },
                                           { "{\"auth\":\"a\",\"AUTH\":\"\"}", "" },
                                           { "{\"auth\":\"a\",\"AUTH\":5}", NULL },
                                           { "{\"auth\":null}", NULL },
                                           { "{}", NULL } };
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        json_auto_t *object = parse (rows[i][0]);
        const char *text = go_get_string (object, "auth");
        if (rows[i][1] == NULL)
            assert_null (text);
        else
            assert_string_equal (text, rows[i][1]);
    }
}

static void members_of_one_name_become_one (void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        { "{\"x\":1,\"auths\":{\"a\":{}}}", "{\"x\":1,\"auths\":{\"a\":{}}}" },
        { "{\"Auths\":{\"a\":1},\"x\":1,\"auths\":{\"b\":2}}", "{\"Auths\":{\"a\":1,\"b\":2},\"x\":1}" },
        { "{\"auths\":{\"a\":1,\"c\":3},\"AUTHS\":{\"a\":2}}", "{\"auths\":{\"c\":3,\"a\":2}}" },
        { "{\"auths\":{\"a\":1},\"AUTHS\":null,\"Auths\":{\"b\":2}}", "{\"auths\":{\"b\":2}}" },
        { "{\"auths\":{\"a\":1},\"AUTHS\":null}", "{\"auths\":{}}" },
        { "{\"auths\":\"a\",\"AUTHS\":null}", "{\"auths\":\"a\"}" },
        { "{\"auths\":\"a\",\"AUTHS\":\"b\"}", "{\"auths\":\"b\"}" },
        { "{\"auths\":null,\"AUTHS\":\"b\"}", "{\"auths\":\"b\"}" },
        { "{\"auths\":null}", "{\"auths\":null}" },
    };
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        json_auto_t *object = parse (rows[i][0]);
        go_collapse (object, "auths");
        assert_text (object, rows[i][1]);
    }
}

static void entries_hold_what_docker_reads (void **state)
{
    (void)state;
    static const struct {
        const char *entry, *user, *secret;
    } rows[] = { { "{\"auth\":\"YWxpY2U6czM=\"}", "alice", "s3" },
                 { "{\"AUTH\":\"YWxp\\r\\nY2U6\\nczM=\\n\"}", "alice", "s3" },
                 { "{\"auth\":\"YWxpY2U6AHMzAA==\"}", "alice", "s3" },
                 { "{\"auth\":\"YWxpY2U6\"}", "alice", "" },
                 { "{\"auth\":\"YTpiOmM=\"}", "a", "b:c" },
                 { "{\"username\":\"a\",\"PASSWORD\":\"b\"}", "a", "b" },
                 { "{\"auth\":\"YWxpY2U6czM=\",\"username\":\"a\",\"password\":\"b\"}", "alice", "s3" },
                 { "{\"auth\":\"Ym9iOg==\",\"IdentityToken\":\"i\"}", "<token>", "i" },
                 /* something that is nobody's user and secret */
                 { "{\"auth\":\"YWxpY2U6czM=\",\"registryToken\":\"r\"}", "", "" },
                 { "{\"registrytoken\":\"r\"}", "", "" },
                 { "{\"password\":\"p\"}", "", "" },
                 { "{\"username\":\"u\"}", "", "" },
                 { "{\"auth\":\"!!\"}", "", "" },
                 { "{\"auth\":\"YWxpY2U\"}", "", "" },
                 { "{\"auth\":\"YWxpY2U=\"}", "", "" },
                 { "{\"auth\":\"OnMz\"}", "", "" },
                 { "{\"auth\":\"YQBiOmM=\"}", "", "" },
                 { "{\"auth\":5}", "", "" },
                 { "\"plain\"", "", "" },
                 { "[]", "", "" },
                 { "7", "", "" },
                 /* nothing */
                 { "{}", NULL, NULL },
                 { "null", NULL, NULL },
                 { "{\"auth\":\"\",\"registrytoken\":\"\",\"own\":5}", NULL, NULL } };
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        AUTO (credential) held = { .user = NULL };
        json_auto_t *entry = parse (rows[i].entry);
        bool found = docker_auth_read (entry, &held);
        if (found != (rows[i].user != NULL))
            fail_msg ("%s: %d", rows[i].entry, found);
        if (!found)
            continue;
        assert_string_equal (held.user, rows[i].user);
        assert_int_equal (held.secret.len, strlen (rows[i].secret));
        assert_memory_equal (held.secret.data ? held.secret.data : "", rows[i].secret, held.secret.len);
    }
}

static void what_is_written_replaces_all_that_counted (void **state)
{
    (void)state;
    json_auto_t *entry = parse ("{\"Auth\":\"x\",\"own\":1,\"Email\":5,\"serverAddress\":{},\"REGISTRYTOKEN\":\"r\","
                                "\"IdentityToken\":\"i\",\"userName\":\"u\","
                                "\"Pa\\u017f\\u017fword\":\"p\",\"auth\":5}");
    AUTO (credential) alice = { .user = xstrdup ("alice"), .secret = support_secret ("s3") };
    docker_auth_write (entry, &alice);
    assert_text (entry, "{\"own\":1,\"auth\":\"YWxpY2U6czM=\"}");
}

static void faults_are_told_by_name (void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    json_auto_t *root =
        parse ("{\"AUTHS\":{\"good.example\":{\"auth\":\"YWxpY2U6czM=\"},\"bad.example\":{\"auth\":\"!!\"}}}");
    assert_int_equal (docker_fault_check (root, "/the/file", NULL, &err), -1);
    assert_code (&err, ERROR_CREDENTIALS_FILE);
    assert_non_null (strstr (err.text, "/the/file"));
    assert_non_null (strstr (err.text, "bad.example"));
    assert_non_null (strstr (err.hint, "bad.example"));
    assert_int_equal (docker_fault_check (root, "/the/file", "good.example", NULL), -1);
    assert_ok (docker_fault_check (root, "/the/file", "bad.example", &err), &err);
}

int main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (names_match_in_any_case),
        cmocka_unit_test (the_last_string_counts),
        cmocka_unit_test (members_of_one_name_become_one),
        cmocka_unit_test (entries_hold_what_docker_reads),
        cmocka_unit_test (what_is_written_replaces_all_that_counted),
        cmocka_unit_test (faults_are_told_by_name),
    };
    json_start ();
    return cmocka_run_group_tests (tests, NULL, NULL);
}
