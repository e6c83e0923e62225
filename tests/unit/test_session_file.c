/* dpat's own file of sessions and of what it wrote for docker. */
#include "tests/support/clock.h"
#include "tests/support/support.h"

#include <string.h>
#include <sys/stat.h>

#include "src/base/json.h"
#include "src/credentials/records.h"

#define SERVICE "local:/srv/service.db"

static void keep (void **state, const char *user, const char *bearer)
{
    AUTOPTR (session_file) file = NULL;
    struct error err = ERROR_INIT;
    AUTO (kept_session)
    session = { .service = xstrdup (SERVICE),
                .user = xstrdup (user),
                .bearer = support_secret (bearer),
                .expires_at = CLOCK_SOME_DAY };
    assert_ok (session_file_edit (*state, &file, &err), &err);
    session_file_put (file, &session);
    assert_ok (session_file_save (file, &err), &err);
}

static void assert_kept (void **state, const char *user, const char *bearer)
{
    AUTOPTR (session_file) file = NULL;
    AUTO (kept_session) session = { .service = NULL };
    struct error err = ERROR_INIT;
    bool found = false;
    assert_ok (session_file_open (*state, &file, &err), &err);
    session_file_get (file, SERVICE, user, &session, &found);
    assert_int_equal (found, bearer != NULL);
    if (bearer) {
        assert_string_equal (secret_text (&session.bearer), bearer);
        assert_int_equal (session.expires_at, CLOCK_SOME_DAY);
        assert_false (session.in_keystore);
    }
}

static void sessions_are_kept_by_service_and_user (void **state)
{
    assert_kept (state, "alice", NULL);
    keep (state, "alice", "one");
    keep (state, "bob", "two");
    keep (state, "alice", "three");
    assert_kept (state, "alice", "three");
    assert_kept (state, "bob", "two");
    assert_kept (state, "carol", NULL);
    AUTOPTR (session_file) file = NULL;
    struct error err = ERROR_INIT;
    bool removed;
    assert_ok (session_file_edit (*state, &file, &err), &err);
    session_file_remove (file, SERVICE, "alice", &removed);
    assert_true (removed);
    session_file_remove (file, SERVICE, "alice", &removed);
    assert_false (removed);
    assert_ok (session_file_save (file, &err), &err);
    assert_kept (state, "alice", NULL);
    assert_kept (state, "bob", "two");
}

static void what_is_not_saved_is_lost (void **state)
{
    keep (state, "alice", "one");
    AUTOPTR (session_file) file = NULL;
    struct error err = ERROR_INIT;
    assert_ok (session_file_edit (*state, &file, &err), &err);
    session_file_remove (file, SERVICE, "alice", NULL);
    session_file_free (take (&file));
    assert_kept (state, "alice", "one");
}

static void the_file_is_private (void **state)
{
    AUTOFREE char *path = support_path (state, "sessions.json");
    struct stat info;
    keep (state, "alice", "one");
    assert_int_equal (stat (path, &info), 0);
    assert_int_equal (info.st_mode & 07777, 0600);
}

static void a_damaged_file_is_refused_and_kept (void **state)
{
    AUTOFREE char *path = support_path (state, "sessions.json");
    static const char *const bad[] = { "{", "[]", "{\"version\":99}", "\x01\x02" };
    for (size_t i = 0; i < ARRAY_SIZE (bad); i++) {
        AUTOPTR (session_file) file = NULL;
        struct error err = ERROR_INIT;
        support_write (path, bad[i], 0600);
        assert_int_equal (session_file_edit (*state, &file, &err), -1);
        assert_code (&err, ERROR_STATE);
        assert_int_equal (session_file_open (*state, &file, &err), -1);
        AUTOFREE char *content = support_read (path);
        assert_string_equal (content, bad[i]);
    }
}

static void a_folder_others_may_write_is_refused (void **state)
{
    AUTOPTR (session_file) file = NULL;
    struct error err = ERROR_INIT;
    assert_int_equal (chmod (*state, 0777), 0);
    assert_int_equal (session_file_open (*state, &file, &err), -1);
    assert_code (&err, ERROR_STATE);
}

#define AT_HOME "/home/a/.docker/config.json"

static struct docker_record make_record (const char *path, const char *format)
{
    return (struct docker_record){ .registry = xstrdup ("r.example"),
                                   .path = xstrdup (path),
                                   .format = xstrdup (format),
                                   .service = xstrdup (SERVICE),
                                   .user = xstrdup ("alice"),
                                   .expires_at = CLOCK_SOME_DAY,
                                   .automatic = true };
}

static void of_a_secret_only_a_hash_is_remembered (void **state)
{
    AUTO (credential) written = { .user = xstrdup ("alice"), .secret = support_secret ("dpat_verysecret") };
    AUTO (credential) other = { .user = xstrdup ("alice"), .secret = support_secret ("dpat_othersecret") };
    AUTO (credential) stranger = { .user = xstrdup ("bob"), .secret = support_secret ("dpat_verysecret") };
    AUTO (docker_record) record = make_record (AT_HOME, "docker");
    AUTOPTR (session_file) file = NULL;
    AUTO (docker_record_list) list = { .items = NULL };
    struct error err = ERROR_INIT;
    assert_ok (session_file_edit (*state, &file, &err), &err);
    assert_ok (session_file_put_docker (file, &record, &written, &err), &err);
    assert_ok (session_file_put_docker (file, &record, &written, &err), &err);
    assert_ok (session_file_save (file, &err), &err);
    session_file_list_docker (file, &list);
    assert_int_equal (list.count, 1);
    assert_true (list.items[0].automatic);
    assert_null (list.items[0].token_id);
    assert_string_equal (list.items[0].path, AT_HOME);
    assert_true (session_file_is_ours (file, AT_HOME, "r.example", &written));
    assert_false (session_file_is_ours (file, AT_HOME, "r.example", &other));
    assert_false (session_file_is_ours (file, AT_HOME, "r.example", &stranger));
    assert_false (session_file_is_ours (file, "/home/b/.docker/config.json", "r.example", &written));
    AUTOFREE char *path = support_path (state, "sessions.json");
    AUTOFREE char *content = support_read (path);
    assert_null (strstr (content, "verysecret"));
    session_file_remove_docker (file, &list.items[0]);
    assert_false (session_file_is_ours (file, AT_HOME, "r.example", &written));
}

static void entries_of_two_formats_are_apart (void **state)
{
    AUTO (credential) dockers = { .user = xstrdup ("alice"), .secret = support_secret ("dpat_one") };
    AUTO (credential) podmans = { .user = xstrdup ("alice"), .secret = support_secret ("dpat_two") };
    AUTO (docker_record) docker = make_record ("/shared/config.json", "docker");
    AUTO (docker_record) podman = make_record ("/shared/config.json", "podman");
    AUTOPTR (session_file) file = NULL;
    AUTO (docker_record_list) list = { .items = NULL };
    struct error err = ERROR_INIT;
    assert_ok (session_file_edit (*state, &file, &err), &err);
    assert_ok (session_file_put_docker (file, &docker, &dockers, &err), &err);
    assert_ok (session_file_put_docker (file, &podman, &podmans, &err), &err);
    assert_false (session_file_settle_docker (file, &docker));
    assert_false (session_file_settle_docker (file, &podman));
    session_file_list_docker (file, &list);
    assert_int_equal (list.count, 2);
    assert_true (session_file_matches (file, &list.items[1], &podmans));
    assert_false (session_file_matches (file, &list.items[0], &podmans));
    assert_true (session_file_is_ours (file, "/shared/config.json", "r.example", &dockers));
    assert_true (session_file_is_ours (file, "/shared/config.json", "r.example", &podmans));
    assert_false (session_file_is_ours (file, "/shared/auth.json", "r.example", &podmans));
    /* even when they hold the same */
    assert_ok (session_file_put_docker (file, &docker, &podmans, &err), &err);
    assert_true (session_file_settle_docker (file, &docker));
    docker_record_list_release (&list);
    session_file_list_docker (file, &list);
    assert_int_equal (list.count, 2);
    session_file_remove_docker (file, &list.items[1]);
    docker_record_list_release (&list);
    session_file_list_docker (file, &list);
    assert_int_equal (list.count, 1);
    assert_string_equal (list.items[0].format, "podman");
}

/* Records of old had neither "file" nor "format". */
static void a_record_without_a_format_is_dockers (void **state)
{
    AUTOFREE char *path = support_path (state, "sessions.json");
    AUTOPTR (session_file) file = NULL;
    AUTO (docker_record_list) list = { .items = NULL };
    struct error err = ERROR_INIT;
    AUTOFREE char *key = xstrdup ("0000000000000000000000000000000000000000000000000000000000000000");
    AUTOFREE char *text = xasprintf (
        "{\"version\":1,\"install_id\":\"x\",\"hash_key\":\"%s\",\"sessions\":[],\"docker\":[{\"registry\":"
        "\"r.example\",\"folder\":\"/home/a/.docker\",\"service\":\"s\",\"user\":\"alice\",\"token_id\":null,"
        "\"automatic\":false,\"expires_at\":0,\"hash\":\"\"}]}",
        key);
    support_write (path, text, 0600);
    assert_ok (session_file_open (*state, &file, &err), &err);
    session_file_list_docker (file, &list);
    assert_int_equal (list.count, 1);
    assert_string_equal (list.items[0].path, AT_HOME);
    assert_string_equal (list.items[0].format, "docker");
    /* the next one of the same file takes its place */
    AUTO (credential) written = { .user = xstrdup ("alice"), .secret = support_secret ("dpat_newer") };
    AUTO (docker_record) newer = make_record (AT_HOME, "docker");
    session_file_free (take (&file));
    assert_ok (session_file_edit (*state, &file, &err), &err);
    assert_ok (session_file_put_docker (file, &newer, &written, &err), &err);
    assert_true (session_file_settle_docker (file, &newer));
    session_file_remove_docker (file, &list.items[0]);
    assert_true (session_file_is_ours (file, AT_HOME, "r.example", &written));
    assert_false (session_file_settle_docker (file, &newer));
}

static void an_older_record_stays_until_the_newer_entry_is_there (void **state)
{
    AUTO (credential) older = { .user = xstrdup ("alice"), .secret = support_secret ("dpat_older") };
    AUTO (credential) newer = { .user = xstrdup ("alice"), .secret = support_secret ("dpat_newer") };
    AUTO (docker_record) record = make_record (AT_HOME, "docker");
    AUTO (docker_record) elsewhere = make_record ("/home/b/.docker/config.json", "docker");
    AUTOPTR (session_file) file = NULL;
    struct error err = ERROR_INIT;
    assert_ok (session_file_edit (*state, &file, &err), &err);
    assert_ok (session_file_put_docker (file, &record, &older, &err), &err);
    assert_false (session_file_settle_docker (file, &record));
    assert_ok (session_file_save (file, &err), &err);
    session_file_free (take (&file));
    assert_ok (session_file_edit (*state, &file, &err), &err);
    assert_ok (session_file_put_docker (file, &record, &newer, &err), &err);
    assert_true (session_file_is_ours (file, AT_HOME, "r.example", &older));
    assert_true (session_file_is_ours (file, AT_HOME, "r.example", &newer));
    session_file_revert (file);
    assert_true (session_file_is_ours (file, AT_HOME, "r.example", &older));
    assert_false (session_file_is_ours (file, AT_HOME, "r.example", &newer));
    assert_ok (session_file_put_docker (file, &record, &newer, &err), &err);
    assert_false (session_file_settle_docker (file, &elsewhere));
    assert_true (session_file_settle_docker (file, &record));
    assert_false (session_file_is_ours (file, AT_HOME, "r.example", &older));
    assert_true (session_file_is_ours (file, AT_HOME, "r.example", &newer));
}

int main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, support_make_folder, support_remove_folder)
    const struct CMUnitTest tests[] = {
        TEST (sessions_are_kept_by_service_and_user),
        TEST (what_is_not_saved_is_lost),
        TEST (the_file_is_private),
        TEST (a_damaged_file_is_refused_and_kept),
        TEST (a_folder_others_may_write_is_refused),
        TEST (of_a_secret_only_a_hash_is_remembered),
        TEST (an_older_record_stays_until_the_newer_entry_is_there),
        TEST (entries_of_two_formats_are_apart),
        TEST (a_record_without_a_format_is_dockers),
    };
    json_start ();
    return cmocka_run_group_tests (tests, NULL, NULL);
}
