/* Docker's config.json and podman's auth.json: what is kept, what is refused, and which helper has what. */
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/json.h"
#include "src/credentials/docker_config.h"

#define REGISTRY "registry.example:5000"

static struct docker_config *open_as (void **state, const struct docker_rules *rules)
{
    struct docker_config *config = NULL;
    struct error err = ERROR_INIT;
    AUTOFREE char *path = support_path (state, "config.json");
    assert_ok (docker_config_open (rules, path, &config, &err), &err);
    return config;
}

static struct docker_config *open_config (void **state)
{
    return open_as (state, &rules_docker);
}

static int put_as (void **state, const struct docker_rules *rules, const char *key, const char *user, const char *text,
                   struct error *err)
{
    AUTOPTR (docker_config) config = NULL;
    AUTO (credential) credential = { .user = xstrdup (user), .secret = support_secret (text) };
    AUTOFREE char *path = support_path (state, "config.json");
    if (docker_config_open (rules, path, &config, err) != 0)
        return -1;
    return docker_config_put (config, key, &credential, err);
}

static int put (void **state, const char *key, const char *user, const char *text, struct error *err)
{
    return put_as (state, &rules_docker, key, user, text, err);
}

static void unknown_keys_and_their_order_are_kept (void **state)
{
    struct error err = ERROR_INIT;
    AUTOFREE char *path = support_path (state, "config.json");
    support_write (path,
                   "{\n\t\"psFormat\": \"table {{.ID}}\",\n\t\"auths\": {\n\t\t\"z.example\": {\n\t\t\t\"auth\": "
                   "\"YTpi\",\n\t\t\t\"email\": \"a@b\"\n\t\t}\n\t},\n\t\"big\": 9007199254740993,\n\t\"a\": []\n}\n",
                   0640);
    assert_ok (put (state, REGISTRY, "alice", "s3cret", &err), &err);
    AUTOFREE char *content = support_read (path);
    assert_string_equal (content,
                         "{\n\t\"psFormat\": \"table {{.ID}}\",\n\t\"auths\": {\n\t\t\"z.example\": {\n\t\t\t\"auth\": "
                         "\"YTpi\",\n\t\t\t\"email\": \"a@b\"\n\t\t},\n\t\t\"" REGISTRY "\": {\n\t\t\t\"auth\": "
                         "\"YWxpY2U6czNjcmV0\"\n\t\t}\n\t},\n\t\"big\": 9007199254740993,\n\t\"a\": []\n}\n");
    struct stat info;
    assert_int_equal (stat (path, &info), 0);
    assert_int_equal (info.st_mode & 07777, 0640);
}

static void a_new_file_is_private (void **state)
{
    struct error err = ERROR_INIT;
    AUTOFREE char *path = support_path (state, "config.json");
    struct stat info;
    assert_ok (put (state, REGISTRY, "alice", "s3cret", &err), &err);
    assert_int_equal (stat (path, &info), 0);
    assert_int_equal (info.st_mode & 07777, 0600);
}

static void a_link_is_followed_and_kept (void **state)
{
    struct error err = ERROR_INIT;
    AUTOFREE char *path = support_path (state, "config.json");
    AUTOFREE char *target = support_path (state, "dotfiles.json");
    struct stat info;
    support_write (target, "{}", 0600);
    assert_int_equal (symlink ("dotfiles.json", path), 0);
    assert_ok (put (state, REGISTRY, "alice", "s3cret", &err), &err);
    assert_int_equal (lstat (path, &info), 0);
    assert_true (S_ISLNK (info.st_mode));
    AUTOFREE char *content = support_read (target);
    assert_non_null (strstr (content, "YWxpY2U6czNjcmV0"));
}

static void what_cannot_be_kept_is_refused_and_left_alone (void **state)
{
    static const char *const bad[] = { "{",
                                       "[]",
                                       "\"x\"",
                                       "\xef\xbb\xbf{}",
                                       "{\"a\":1,\"a\":2}",
                                       "{\"auths\":[]}",
                                       "{\"auths\":{},\"credsStore\":5}",
                                       "{\"credHelpers\":[]}",
                                       "{\"a\":1e999}",
                                       "{\"a\":123456789012345678901234567890}",
                                       "{} trailing" };
    AUTOFREE char *path = support_path (state, "config.json");
    for (size_t i = 0; i < ARRAY_SIZE (bad); i++) {
        struct error err = ERROR_INIT;
        support_write (path, bad[i], 0600);
        if (put (state, REGISTRY, "alice", "s3cret", &err) == 0)
            fail_msg ("%s was taken", bad[i]);
        assert_code (&err, ERROR_CREDENTIALS_FILE);
        assert_non_null (strstr (err.text, path));
        AUTOFREE char *content = support_read (path);
        assert_string_equal (content, bad[i]);
    }
}

static void an_empty_file_is_an_empty_object (void **state)
{
    static const char *const empty[] = { "", " \n", "{}", "{\"auths\":null}" };
    AUTOFREE char *path = support_path (state, "config.json");
    for (size_t i = 0; i < ARRAY_SIZE (empty); i++) {
        struct error err = ERROR_INIT;
        support_write (path, empty[i], 0600);
        assert_ok (put (state, REGISTRY, "alice", "s3cret", &err), &err);
        AUTOFREE char *content = support_read (path);
        assert_non_null (strstr (content, "YWxpY2U6czNjcmV0"));
    }
}

static bool never (void *context, const struct credential *credential)
{
    (void)context;
    assert_string_equal (credential->user, "alice");
    return false;
}

static void erase_takes_only_what_matches (void **state)
{
    struct error err = ERROR_INIT;
    AUTO (credential) held = { .user = NULL };
    bool erased = true, found;
    assert_ok (put (state, REGISTRY, "alice", "s3cret", &err), &err);
    AUTOPTR (docker_config) config = open_config (state);
    assert_ok (docker_config_erase (config, REGISTRY, never, NULL, &erased, &err), &err);
    assert_false (erased);
    assert_ok (docker_config_get (config, REGISTRY, &held, &found, &err), &err);
    assert_true (found);
    assert_string_equal (secret_text (&held.secret), "s3cret");
    assert_ok (docker_config_erase (config, REGISTRY, NULL, NULL, &erased, &err), &err);
    assert_true (erased);
    assert_ok (docker_config_erase (config, REGISTRY, NULL, NULL, &erased, &err), &err);
    assert_false (erased);
}

/* A helper that keeps what it gets in files beside itself. */
static void make_helper (void **state, const char *name)
{
    AUTOFREE char *file = xasprintf ("docker-credential-%s", name);
    AUTOFREE char *path = support_path (state, file);
    AUTOFREE char *text =
        xasprintf ("#!/bin/sh\nread -r x\ncase $1 in store) echo \"$x\" >'%s/held' ;;\n"
                   "get) cat '%s/held' 2>/dev/null || { echo credentials not found in native keychain; exit 1; } ;;\n"
                   "erase) rm -f '%s/held' ;; esac\n",
                   (char *)*state, (char *)*state, (char *)*state);
    support_write (path, text, 0700);
    AUTOFREE char *search = xasprintf ("%s:/usr/bin:/bin", (char *)*state);
    assert_int_equal (setenv ("PATH", search, 1), 0);
}

static void a_named_helper_is_used (void **state)
{
    static const char *const configs[] = { "{\"credsStore\":\"memo\"}",
                                           "{\"credsStore\":\"absent\",\"credHelpers\":{\"" REGISTRY "\":\"memo\"}}" };
    AUTOFREE char *path = support_path (state, "config.json");
    AUTOFREE char *held = support_path (state, "held");
    make_helper (state, "memo");
    for (size_t i = 0; i < ARRAY_SIZE (configs); i++) {
        struct error err = ERROR_INIT;
        support_write (path, configs[i], 0600);
        AUTOPTR (docker_config) config = open_config (state);
        assert_string_equal (docker_config_stored_in (config, REGISTRY), "docker-credential-memo");
        assert_false (docker_config_is_plain (config, REGISTRY));
        assert_ok (docker_config_check (config, REGISTRY, &err), &err);
        assert_ok (put (state, REGISTRY, "alice", "s3cret", &err), &err);
        AUTOFREE char *got = support_read (held);
        assert_string_equal (got, "{\"ServerURL\":\"" REGISTRY "\",\"Username\":\"alice\",\"Secret\":\"s3cret\"}\n");
        AUTOFREE char *content = support_read (path);
        assert_non_null (strstr (content, "\"" REGISTRY "\": {}"));
        assert_null (strstr (content, "s3cret"));
        assert_null (strstr (content, "YWxpY2U6czNjcmV0"));
        bool erased;
        assert_ok (docker_config_erase (config, REGISTRY, NULL, NULL, &erased, &err), &err);
        assert_true (erased);
        assert_int_equal (access (held, F_OK), -1);
    }
}

static void a_helper_that_is_not_there_is_told_before (void **state)
{
    struct error err = ERROR_INIT;
    AUTOFREE char *path = support_path (state, "config.json");
    support_write (path, "{\"credsStore\":\"absent\"}", 0600);
    AUTOPTR (docker_config) config = open_config (state);
    assert_int_equal (docker_config_check (config, REGISTRY, &err), -1);
    assert_code (&err, ERROR_CREDENTIAL_HELPER);
}

static void podman_does_not_ask_the_default_helper (void **state)
{
    struct error err = ERROR_INIT;
    AUTOFREE char *path = support_path (state, "config.json");
    AUTOFREE char *held = support_path (state, "held");
    make_helper (state, "memo");
    support_write (path, "{\"credsStore\":\"memo\"}", 0600);
    AUTOPTR (docker_config) config = open_as (state, &rules_podman);
    assert_true (docker_config_is_plain (config, REGISTRY));
    assert_ok (put_as (state, &rules_podman, REGISTRY, "alice", "s3cret", &err), &err);
    assert_int_equal (access (held, F_OK), -1);
    AUTOFREE char *content = support_read (path);
    assert_non_null (strstr (content, "YWxpY2U6czNjcmV0"));
    assert_non_null (strstr (content, "\"credsStore\": \"memo\""));
}

static void podmans_helper_has_no_mark_in_the_file (void **state)
{
    static const char *const text = "{\"credHelpers\":{\"" REGISTRY "\":\"memo\"},\"auths\":{\"" REGISTRY "\":{}}}";
    struct error err = ERROR_INIT;
    AUTOFREE char *path = support_path (state, "config.json");
    AUTOFREE char *held = support_path (state, "held");
    make_helper (state, "memo");
    support_write (path, text, 0600);
    AUTOPTR (docker_config) config = open_as (state, &rules_podman);
    assert_ok (docker_config_check (config, REGISTRY, &err), &err);
    assert_ok (put_as (state, &rules_podman, REGISTRY, "alice", "s3cret", &err), &err);
    AUTOFREE char *content = support_read (path);
    assert_string_equal (content, text);
    AUTOFREE char *got = support_read (held);
    assert_non_null (strstr (got, "s3cret"));
    bool erased = false;
    assert_ok (docker_config_erase (config, REGISTRY, NULL, NULL, &erased, &err), &err);
    assert_true (erased);
    assert_int_equal (access (held, F_OK), -1);
    /* the mark that docker left there is docker's */
    AUTOFREE char *left = support_read (path);
    assert_string_equal (left, text);
}

static void a_helper_keeps_no_repository (void **state)
{
    struct error err = ERROR_INIT;
    AUTOFREE char *path = support_path (state, "config.json");
    make_helper (state, "memo");
    support_write (path, "{\"credHelpers\":{\"" REGISTRY "\":\"memo\",\"empty.example\":\"\"}}", 0600);
    AUTOPTR (docker_config) config = open_as (state, &rules_podman);
    assert_int_equal (docker_config_check (config, REGISTRY "/team", &err), -1);
    assert_code (&err, ERROR_CREDENTIAL_HELPER);
    assert_non_null (strstr (err.text, "hosts only"));
    assert_ok (docker_config_check (config, "other.example/team", &err), &err);
    /* docker goes to the file where the name is empty; podman runs "docker-credential-" */
    assert_int_equal (docker_config_check (config, "empty.example", &err), -1);
    assert_code (&err, ERROR_CREDENTIAL_HELPER);
    AUTOPTR (docker_config) docker = open_config (state);
    assert_ok (docker_config_check (docker, "empty.example", &err), &err);
    assert_true (docker_config_is_plain (docker, "empty.example"));
}

static void podman_finds_its_very_key (void **state)
{
    struct error err = ERROR_INIT;
    AUTOFREE char *path = support_path (state, "config.json");
    AUTO (credential) held = { .user = NULL };
    bool found;
    support_write (path, "{\"auths\":{\"" REGISTRY "\":{\"auth\":\"Ym9iOmI=\"}}}", 0600);
    AUTOPTR (docker_config) config = open_as (state, &rules_podman);
    assert_ok (docker_config_get (config, REGISTRY "/team", &held, &found, &err), &err);
    assert_false (found);
    assert_ok (put_as (state, &rules_podman, REGISTRY "/team", "alice", "s3cret", &err), &err);
    AUTOFREE char *content = support_read (path);
    assert_non_null (strstr (content, "Ym9iOmI="));
    assert_non_null (strstr (content, "\"" REGISTRY "/team\""));
    assert_ok (docker_config_get (config, REGISTRY, &held, &found, &err), &err);
    assert_true (found);
    assert_string_equal (held.user, "bob");
}

static bool is_secret (void *context, const struct credential *held)
{
    return strcmp (secret_text (&held->secret), context) == 0;
}

static void what_a_helper_does_not_have_stays_in_the_file (void **state)
{
    struct error err = ERROR_INIT;
    AUTOFREE char *path = support_path (state, "config.json");
    AUTOFREE char *held = support_path (state, "held");
    char dockers[] = "s3cret";
    char podmans[] = "other";
    bool erased;
    make_helper (state, "memo");
    support_write (path, "{\"credsStore\":\"memo\"}", 0600);
    assert_ok (put (state, REGISTRY, "alice", "s3cret", &err), &err);
    assert_ok (put_as (state, &rules_podman, REGISTRY, "alice", "other", &err), &err);
    AUTOPTR (docker_config) config = open_config (state);
    assert_string_equal (docker_config_found_in (config, REGISTRY, is_secret, dockers), "docker-credential-memo");
    assert_string_equal (docker_config_found_in (config, REGISTRY, is_secret, podmans), docker_config_path (config));
    assert_ok (docker_config_erase (config, REGISTRY, is_secret, dockers, &erased, &err), &err);
    assert_true (erased);
    assert_int_equal (access (held, F_OK), -1);
    AUTOFREE char *content = support_read (path);
    assert_non_null (strstr (content, "YWxpY2U6b3RoZXI="));
    /* nor does podman take what docker wrote to the file before it named a helper */
    AUTOPTR (docker_config) podman = open_as (state, &rules_podman);
    assert_ok (docker_config_erase (podman, REGISTRY, is_secret, dockers, &erased, &err), &err);
    assert_false (erased);
    assert_ok (docker_config_erase (podman, REGISTRY, is_secret, podmans, &erased, &err), &err);
    assert_true (erased);
    AUTOFREE char *left = support_read (path);
    assert_null (strstr (left, REGISTRY));
}

static void an_identity_token_stands_beside_an_auth (void **state)
{
    struct error err = ERROR_INIT;
    AUTOFREE char *path = support_path (state, "config.json");
    AUTO (credential) held = { .user = NULL };
    bool found;
    assert_ok (put_as (state, &rules_podman, REGISTRY, "<token>", "refresh", &err), &err);
    AUTOFREE char *content = support_read (path);
    assert_non_null (strstr (content, "\"auth\": \"PHRva2VuPjo=\"")); /* "<token>:" */
    assert_non_null (strstr (content, "\"identitytoken\": \"refresh\""));
    AUTOPTR (docker_config) config = open_as (state, &rules_podman);
    assert_ok (docker_config_get (config, REGISTRY, &held, &found, &err), &err);
    assert_string_equal (held.user, "<token>");
    assert_string_equal (secret_text (&held.secret), "refresh");
}

static void of_an_absent_file_nothing_is_made (void **state)
{
    struct error err = ERROR_INIT;
    struct docker_config *opened = NULL;
    AUTOFREE char *path = support_path (state, "gone/containers/auth.json");
    AUTOFREE char *folder = support_path (state, "gone");
    bool erased = true;
    assert_ok (docker_config_open (&rules_podman, path, &opened, &err), &err);
    AUTOPTR (docker_config) config = opened;
    assert_ok (docker_config_erase (config, REGISTRY, NULL, NULL, &erased, &err), &err);
    assert_false (erased);
    assert_int_equal (access (folder, F_OK), -1);
}

int main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, support_make_folder, support_remove_folder)
    const struct CMUnitTest tests[] = {
        TEST (unknown_keys_and_their_order_are_kept),
        TEST (a_new_file_is_private),
        TEST (a_link_is_followed_and_kept),
        TEST (what_cannot_be_kept_is_refused_and_left_alone),
        TEST (an_empty_file_is_an_empty_object),
        TEST (erase_takes_only_what_matches),
        TEST (a_named_helper_is_used),
        TEST (a_helper_that_is_not_there_is_told_before),
        TEST (podman_does_not_ask_the_default_helper),
        TEST (podmans_helper_has_no_mark_in_the_file),
        TEST (a_helper_keeps_no_repository),
        TEST (podman_finds_its_very_key),
        TEST (what_a_helper_does_not_have_stays_in_the_file),
        TEST (an_identity_token_stands_beside_an_auth),
        TEST (of_an_absent_file_nothing_is_made),
    };
    json_start ();
    return cmocka_run_group_tests (tests, NULL, NULL);
}
