/* Where bearers rest: moved, kept and taken away in steps each of which may be the last. */
#include "tests/support/clock.h"
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/json.h"
#include "src/credentials/bearers.h"

#define SERVICE "local:/srv/service.db"
#define NOW (CLOCK_SOME_DAY - 100)

/* A place in memory whose operation number dies_at is its last: not done, or done and not told. */
struct vault {
    struct credentials credentials;
    json_t *held;
    int operations;
    int dies_at;
    bool dies_after;
    enum error_code code;
};

static bool dies (struct vault *vault, bool after)
{
    if (!after)
        vault->operations++;
    return vault->dies_at && vault->operations >= vault->dies_at
           && (vault->operations > vault->dies_at || vault->dies_after == after);
}

static int vault_get (struct credentials *credentials, const char *key, struct credential *ret_credential,
                      bool *ret_found, struct error *err)
{
    struct vault *vault = (struct vault *)credentials;
    if (dies (vault, false) || dies (vault, true))
        return error_set (err, vault->code, "the vault died");
    const char *secret = json_get_string (vault->held, key);
    *ret_found = secret != NULL;
    if (secret) {
        ret_credential->user = xstrdup ("somebody");
        secret_set (&ret_credential->secret, secret, strlen (secret));
    }
    return 0;
}

static int vault_put (struct credentials *credentials, const char *key, const struct credential *credential,
                      struct error *err)
{
    struct vault *vault = (struct vault *)credentials;
    if (dies (vault, false))
        return error_set (err, vault->code, "the vault died");
    json_set_string (vault->held, key, secret_text (&credential->secret));
    return dies (vault, true) ? error_set (err, vault->code, "the vault died") : 0;
}

static int vault_erase (struct credentials *credentials, const char *key, struct error *err)
{
    struct vault *vault = (struct vault *)credentials;
    if (dies (vault, false))
        return error_set (err, vault->code, "the vault died");
    json_object_del (vault->held, key);
    return dies (vault, true) ? error_set (err, vault->code, "the vault died") : 0;
}

static const struct credentials_ops vault_ops = { .get = vault_get, .put = vault_put, .erase = vault_erase };

static struct vault vault;

static int open_vault (void **state)
{
    vault = (struct vault){ .credentials.ops = &vault_ops, .held = json_object (), .code = ERROR_KEYSTORE };
    return support_make_folder (state);
}

static int close_vault (void **state)
{
    json_decref (vault.held);
    return support_remove_folder (state);
}

static int keep (void **state, const char *user, const char *bearer, int64_t expires_at, struct error *err)
{
    AUTOPTR (session_file) file = NULL;
    AUTO (kept_session)
    session = { .service = xstrdup (SERVICE),
                .user = xstrdup (user),
                .bearer = support_secret (bearer),
                .expires_at = expires_at };
    assert_ok (session_file_edit (*state, &file, err), err);
    return bearers_keep (file, &vault.credentials, &session, err);
}

static int move (void **state, bool to_keystore)
{
    return bearers_move (*state, &vault.credentials, to_keystore, NOW, NULL);
}

static int settle (void **state, int64_t now)
{
    return bearers_settle (*state, &vault.credentials, now, NULL);
}

static void get (void **state, const char *user, struct kept_session *ret_session)
{
    AUTOPTR (session_file) file = NULL;
    struct error err = ERROR_INIT;
    bool found;
    assert_ok (session_file_open (*state, &file, &err), &err);
    session_file_get (file, SERVICE, user, ret_session, &found);
    assert_true (found);
}

/* The bearer of user, "" where there is none. */
static void assert_bearer (void **state, const char *user, const char *bearer)
{
    AUTO (kept_session) session = { .service = NULL };
    struct error err = ERROR_INIT;
    get (state, user, &session);
    if (bearers_read (&vault.credentials, &session, &err) != 0)
        assert_code (&err, ERROR_NOT_SIGNED_IN);
    assert_string_equal (secret_text (&session.bearer), bearer);
}

/* How often the bearer rests in the file, and in the vault. */
static void assert_rests (void **state, const char *bearer, int in_file, size_t in_vault)
{
    AUTOFREE char *path = support_path (state, "sessions.json");
    AUTOFREE char *content = support_read (path);
    assert_int_equal (strstr (content, bearer) != NULL, in_file);
    assert_int_equal (json_object_size (vault.held), in_vault);
}

static void are_kept_where_they_are_wanted (void **state)
{
    struct error err = ERROR_INIT;
    assert_ok (keep (state, "alice", "one", CLOCK_SOME_DAY, &err), &err);
    assert_rests (state, "one", 1, 0);
    assert_int_equal (vault.operations, 0);
    assert_ok (move (state, true), &err);
    assert_rests (state, "one", 0, 1);
    assert_bearer (state, "alice", "one");
    assert_ok (keep (state, "alice", "two", CLOCK_SOME_DAY, &err), &err);
    assert_ok (keep (state, "bob", "three", CLOCK_SOME_DAY, &err), &err);
    assert_rests (state, "two", 0, 2);
    assert_bearer (state, "alice", "two");
    assert_bearer (state, "bob", "three");
    assert_ok (move (state, false), &err);
    assert_rests (state, "two", 1, 0);
    assert_bearer (state, "bob", "three");
}

static void users_and_services_are_told_apart (void **state)
{
    AUTOPTR (session_file) file = NULL;
    struct error err = ERROR_INIT;
    static const char *const names[][2] = { { "https://a", "b/c" }, { "https://a/b", "c" }, { "https://a/b/c", "" } };
    assert_ok (move (state, true), &err);
    assert_ok (session_file_edit (*state, &file, &err), &err);
    for (size_t i = 0; i < ARRAY_SIZE (names); i++) {
        AUTO (kept_session)
        session = { .service = xstrdup (names[i][0]),
                    .user = xstrdup (names[i][1]),
                    .bearer = support_secret (names[i][0]),
                    .expires_at = CLOCK_SOME_DAY };
        assert_ok (bearers_keep (file, &vault.credentials, &session, &err), &err);
    }
    assert_int_equal (json_object_size (vault.held), ARRAY_SIZE (names));
}

static void a_vault_that_fails_keeps_the_session_before (void **state)
{
    struct error err = ERROR_INIT;
    assert_ok (move (state, true), &err);
    assert_ok (keep (state, "alice", "one", CLOCK_SOME_DAY - 50, &err), &err);
    vault.operations = 0;
    vault.dies_at = 1;
    assert_int_equal (keep (state, "alice", "two", CLOCK_SOME_DAY, &err), -1);
    vault.dies_at = 0;
    AUTO (kept_session) session = { .service = NULL };
    get (state, "alice", &session);
    assert_int_equal (session.expires_at, CLOCK_SOME_DAY - 50);
    assert_bearer (state, "alice", "one");
}

/* Whatever was the last step of a move: the session works, and the next run ends it. */
static void assert_survives (void **state, bool to_keystore)
{
    int dead = 0;
    struct error err = ERROR_INIT;
    for (int step = 1; step < 20; step++)
        for (int after = 0; after < 2; after++) {
            vault.dies_at = 0;
            assert_ok (move (state, !to_keystore), &err);
            vault.operations = 0;
            vault.dies_at = step;
            vault.dies_after = after;
            dead += move (state, to_keystore) != 0;
            vault.dies_at = 0;
            assert_bearer (state, "alice", "one");
            assert_bearer (state, "bob", "two");
            assert_ok (settle (state, NOW), &err);
            assert_rests (state, "one", !to_keystore, to_keystore ? 2 : 0);
            assert_bearer (state, "alice", "one");
            assert_bearer (state, "bob", "two");
        }
    assert_true (dead >= 4);
}

static void a_move_that_dies_is_ended_by_the_next_run (void **state)
{
    struct error err = ERROR_INIT;
    assert_ok (keep (state, "alice", "one", CLOCK_SOME_DAY, &err), &err);
    assert_ok (keep (state, "bob", "two", CLOCK_SOME_DAY, &err), &err);
    assert_survives (state, true);
    assert_survives (state, false);
}

/* A logout right after it leaves nothing in the vault that nobody knows of. */
static void a_move_that_dies_leaves_nothing_unknown (void **state)
{
    struct error err = ERROR_INIT;
    for (int step = 1; step < 4; step++)
        for (int to_keystore = 0; to_keystore < 2; to_keystore++)
            for (int after = 0; after < 2; after++) {
                AUTOPTR (session_file) file = NULL;
                vault.dies_at = 0;
                assert_ok (move (state, !to_keystore), &err);
                assert_ok (keep (state, "alice", "one", CLOCK_SOME_DAY, &err), &err);
                vault.operations = 0;
                vault.dies_at = step;
                vault.dies_after = after;
                (void)move (state, to_keystore);
                vault.dies_at = 0;
                assert_ok (session_file_edit (*state, &file, &err), &err);
                assert_ok (bearers_forget (file, &vault.credentials, SERVICE, "alice", &err), &err);
                assert_int_equal (json_object_size (vault.held), 0);
            }
}

static void what_is_over_is_taken_away (void **state)
{
    struct error err = ERROR_INIT;
    assert_ok (keep (state, "alice", "one", CLOCK_SOME_DAY, &err), &err);
    assert_ok (settle (state, CLOCK_SOME_DAY - 1), &err);
    assert_bearer (state, "alice", "one");
    assert_ok (settle (state, CLOCK_SOME_DAY), &err);
    assert_rests (state, "one", 0, 0);
    assert_ok (move (state, true), &err);
    assert_ok (keep (state, "alice", "two", CLOCK_SOME_DAY, &err), &err);
    vault.operations = 0;
    vault.dies_at = 1;
    assert_int_equal (settle (state, CLOCK_SOME_DAY), -1);
    vault.dies_at = 0;
    assert_rests (state, "two", 0, 1);
    assert_ok (settle (state, CLOCK_SOME_DAY), &err);
    assert_rests (state, "two", 0, 0);
    int before = vault.operations;
    assert_ok (settle (state, CLOCK_SOME_DAY), &err);
    assert_int_equal (vault.operations, before);
    assert_bearer (state, "alice", "");
}

static void forgets_the_bearer_first (void **state)
{
    AUTOPTR (session_file) file = NULL;
    struct error err = ERROR_INIT;
    assert_ok (move (state, true), &err);
    assert_ok (keep (state, "alice", "one", CLOCK_SOME_DAY, &err), &err);
    assert_ok (session_file_edit (*state, &file, &err), &err);
    vault.operations = 0;
    vault.dies_at = 1;
    assert_int_equal (bearers_forget (file, &vault.credentials, SERVICE, "alice", &err), -1);
    vault.dies_at = 0;
    assert_bearer (state, "alice", "one");
    assert_ok (bearers_forget (file, &vault.credentials, SERVICE, "alice", &err), &err);
    assert_ok (bearers_forget (file, &vault.credentials, SERVICE, "alice", &err), &err);
    assert_int_equal (json_object_size (vault.held), 0);
}

static void a_keystore_that_cannot_be_used_is_explained (void **state)
{
    AUTO (kept_session) session = { .service = NULL };
    AUTOPTR (session_file) file = NULL;
    struct error err = ERROR_INIT;
    assert_ok (move (state, true), &err);
    assert_ok (keep (state, "alice", "one", CLOCK_SOME_DAY, &err), &err);
    get (state, "alice", &session);
    vault.dies_at = 1;
    assert_int_equal (bearers_read (&vault.credentials, &session, &err), -1);
    assert_code (&err, ERROR_KEYSTORE);
    assert_non_null (strstr (err.hint, "dpat login alice"));
    assert_ok (session_file_open (*state, &file, &err), &err);
    assert_int_equal (bearers_check (file, &vault.credentials, "alice", &err), -1);
    assert_non_null (strstr (err.hint, "dpat keystore release"));
    vault.code = ERROR_KEYSTORE_LOCKED;
    assert_int_equal (bearers_check (file, &vault.credentials, "alice", &err), -1);
    assert_code (&err, ERROR_KEYSTORE_LOCKED);
    assert_string_equal (err.text, "the vault died");
}

int main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, open_vault, close_vault)
    const struct CMUnitTest tests[] = {
        TEST (are_kept_where_they_are_wanted),
        TEST (users_and_services_are_told_apart),
        TEST (a_vault_that_fails_keeps_the_session_before),
        TEST (a_move_that_dies_is_ended_by_the_next_run),
        TEST (a_move_that_dies_leaves_nothing_unknown),
        TEST (what_is_over_is_taken_away),
        TEST (forgets_the_bearer_first),
        TEST (a_keystore_that_cannot_be_used_is_explained),
    };
    json_start ();
    return cmocka_run_group_tests (tests, NULL, NULL);
}
