/* The rows of the store, its schema, and what becomes of files that are none. */
#include "tests/support/support.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/store/store.h"

#define ALICE "aaaaaaaa-0000-4000-8000-000000000001"
#define BOB "bbbbbbbb-0000-4000-8000-000000000002"

static struct store *open_store (void **state)
{
    AUTOFREE char *path = support_path (state, "s.db");
    struct store *store = NULL;
    struct error err = ERROR_INIT;
    assert_ok (store_open (path, STORE_CREATE, 1000, &store, &err), &err);
    return store;
}

static void add_account (struct store *store, const char *id, const char *name)
{
    struct account_row row = { .password_phc = (char[]){ "x" }, .created_us = 5, .password_us = 5 };
    struct error err = ERROR_INIT;
    memcpy (row.id, id, sizeof (row.id));
    memcpy (row.name, name, strlen (name) + 1);
    assert_ok (store_account_insert (store, &row, &err), &err);
}

/* number tells its id, MAC and time of creation. */
static void add_token (struct store *store, const char *account_id, const char *name, int number)
{
    AUTOFREE char *copy = xstrdup (name);
    struct token_row row = { .token = { .name = copy, .active = true, .created_us = 1000 + number } };
    struct error err = ERROR_INIT;
    snprintf (row.token.id, sizeof (row.token.id), "%08x-0000-4000-8000-00000000000a", 0xabcd0000U + (unsigned)number);
    memcpy (row.account_id, account_id, sizeof (row.account_id));
    memset (row.mac, number, sizeof (row.mac));
    memcpy (row.last4, "last", 5);
    scopes_add (&row.token.scopes, SCOPE_WRITE);
    scopes_add (&row.token.scopes, SCOPE_READ);
    assert_ok (store_token_insert (store, &row, &err), &err);
}

static void what_is_put_in_comes_out (void **state)
{
    struct store *store = open_store (state);
    struct error err = ERROR_INIT;
    AUTO (token_list) list = { .items = NULL };
    AUTO (account_row) account = { .password_phc = NULL };
    bool found;
    add_account (store, ALICE, "alice");
    add_account (store, BOB, "bob");
    add_token (store, ALICE, "c\xc3\xbc", 1);
    add_token (store, ALICE, "b", 2);
    add_token (store, BOB, "b", 3);
    assert_ok (store_account_by_name (store, "alice", &account, &found, &err), &err);
    assert_true (found);
    assert_string_equal (account.id, ALICE);
    assert_ok (store_token_list (store, ALICE, &list, &err), &err);
    assert_int_equal (list.count, 2);
    assert_string_equal (list.items[0].name, "c\xc3\xbc");
    assert_int_equal (list.items[0].scopes.count, 2);
    assert_int_equal (list.items[0].scopes.list[0], SCOPE_WRITE);
    assert_int_equal (list.items[0].expires_us, 0);
    assert_true (list.items[0].active);
    assert_null (list.items[0].creator.ip);
    store_close (store);
}

static void tokens_are_found_by_name_before_id (void **state)
{
    struct store *store = open_store (state);
    struct error err = ERROR_INIT;
    add_account (store, ALICE, "alice");
    add_account (store, BOB, "bob");
    add_token (store, ALICE, "one", 1);
    add_token (store, ALICE, "abcd0001", 2); /* named as the other's id begins */
    add_token (store, BOB, "one", 3);
    static const struct {
        const char *text;
        size_t count;
    } rows[] = { { "one", 1 }, { "abcd0001", 1 }, { "abcd00", 2 }, { "ABCD0001-", 1 }, { "abcd0003", 0 },
                 { "abc", 0 }, { "%", 0 },        { "____", 0 },   { "abcd%", 0 },     { "'; DROP TABLE token", 0 } };
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        AUTO (token_list) list = { .items = NULL };
        assert_ok (store_token_find (store, ALICE, rows[i].text, &list, &err), &err);
        if (list.count != rows[i].count)
            fail_msg ("\"%s\" found %zu", rows[i].text, list.count);
    }
    store_close (store);
}

static void ids_and_macs_are_of_their_account (void **state)
{
    struct store *store = open_store (state);
    struct error err = ERROR_INIT;
    AUTO (token_row) row = { .place = NULL };
    unsigned char mac[CRYPTO_MAC_SIZE];
    bool found;
    add_account (store, ALICE, "alice");
    add_account (store, BOB, "bob");
    add_token (store, ALICE, "one", 1);
    assert_ok (store_token_by_id (store, BOB, "abcd0001-0000-4000-8000-00000000000a", &row, &found, &err), &err);
    assert_false (found);
    memset (mac, 2, sizeof (mac));
    assert_ok (store_token_by_mac (store, mac, &row, &found, &err), &err);
    assert_false (found);
    memset (mac, 1, sizeof (mac));
    assert_ok (store_token_by_mac (store, mac, &row, &found, &err), &err);
    assert_true (found);
    assert_string_equal (row.account_id, ALICE);
    store_close (store);
}

static void active_names_know_state_and_expiry (void **state)
{
    struct store *store = open_store (state);
    struct error err = ERROR_INIT;
    char id[TOKEN_ID_SIZE];
    bool found, deleted;
    add_account (store, ALICE, "alice");
    add_token (store, ALICE, "one", 1);
    assert_ok (store_token_active_name (store, ALICE, "one", 5000, id, &found, &err), &err);
    assert_true (found);
    assert_ok (store_token_set_active (store, id, false, &err), &err);
    assert_ok (store_token_active_name (store, ALICE, "one", 5000, id, &found, &err), &err);
    assert_false (found);
    assert_ok (store_token_delete (store, "abcd0001-0000-4000-8000-00000000000a", &deleted, &err), &err);
    assert_true (deleted);
    assert_ok (store_token_delete (store, "abcd0001-0000-4000-8000-00000000000a", &deleted, &err), &err);
    assert_false (deleted);
    store_close (store);
}

static void an_account_goes_with_its_tokens_but_not_its_trail (void **state)
{
    struct store *store = open_store (state);
    struct error err = ERROR_INIT;
    AUTO (token_list) list = { .items = NULL };
    struct audit_row line = { .at_us = 7, .account_id = ALICE, .actor = "owner", .action = "token_created" };
    bool found;
    AUTO (account_row) account = { .password_phc = NULL };
    add_account (store, ALICE, "alice");
    add_token (store, ALICE, "one", 1);
    assert_ok (store_audit_add (store, &line, &err), &err);
    assert_ok (store_account_delete (store, ALICE, &err), &err);
    assert_ok (store_account_by_id (store, ALICE, &account, &found, &err), &err);
    assert_false (found);
    assert_ok (store_token_list (store, ALICE, &list, &err), &err);
    assert_int_equal (list.count, 0);
    store_close (store);
}

static int count_line (void *context, const struct audit_row *row)
{
    assert_string_equal (row->action, "token_created");
    ++*(int *)context;
    return 0;
}

static void the_trail_is_walked_in_order (void **state)
{
    struct store *store = open_store (state);
    struct error err = ERROR_INIT;
    int lines = 0;
    struct audit_row line = { .at_us = 7, .account_id = ALICE, .actor = "owner", .action = "token_created" };
    assert_ok (store_audit_add (store, &line, &err), &err);
    line.account_id = NULL;
    assert_ok (store_audit_add (store, &line, &err), &err);
    assert_ok (store_audit_walk (store, &(struct audit_query){ .account_id = ALICE }, count_line, &lines, &err), &err);
    assert_int_equal (lines, 1);
    assert_ok (store_audit_walk (store, &(struct audit_query){ .account_id = NULL }, count_line, &lines, &err), &err);
    assert_int_equal (lines, 3);
    store_close (store);
}

static int collect_action (void *context, const struct audit_row *row)
{
    buffer_printf (context, "%s ", row->action);
    return 0;
}

static void assert_trail (struct store *store, const struct audit_query *query, const char *expected)
{
    struct error err = ERROR_INIT;
    AUTO (buffer) text;
    buffer_init (&text, 1024);
    assert_ok (store_audit_walk (store, query, collect_action, &text, &err), &err);
    assert_string_equal (buffer_text (&text), expected);
}

static void the_trail_of_a_token_survives_rename_and_deletion (void **state)
{
    struct store *store = open_store (state);
    struct error err = ERROR_INIT;
    const char *id = "3f2a0000-0000-4000-8000-000000000001";
    struct audit_row line = {
        .at_us = 1, .account_id = ALICE, .actor = "owner", .action = "made", .token_id = id, .token_name = "ci"
    };
    assert_ok (store_audit_add (store, &line, &err), &err);
    line.at_us = 2;
    line.action = "renamed";
    assert_ok (store_audit_add (store, &line, &err), &err);
    line.at_us = 3;
    line.action = "deleted";
    line.token_name = "release";
    assert_ok (store_audit_add (store, &line, &err), &err);
    line = (struct audit_row){ .at_us = 4, .account_id = BOB, .actor = "owner", .action = "other", .token_name = "ci" };
    assert_ok (store_audit_add (store, &line, &err), &err);
    assert_trail (store, &(struct audit_query){ .account_id = ALICE, .token = "ci" }, "made renamed deleted ");
    assert_trail (store, &(struct audit_query){ .account_id = ALICE, .token = "release" }, "made renamed deleted ");
    assert_trail (store, &(struct audit_query){ .account_id = ALICE, .token = "3F2A" }, "made renamed deleted ");
    assert_trail (store, &(struct audit_query){ .account_id = ALICE, .token = "3f2" }, "");
    assert_trail (store, &(struct audit_query){ .account_id = BOB, .token = "3f2a" }, "");
    assert_trail (store, &(struct audit_query){ .account_id = ALICE, .since_us = 2 }, "renamed deleted ");
    assert_trail (store, &(struct audit_query){ .limit = 2 }, "deleted other ");
    assert_trail (store, &(struct audit_query){ .account_id = NULL }, "made renamed deleted other ");
    store_close (store);
}

static void assert_right (struct store *store, const char *account, const char *namespace, enum namespace_right right)
{
    struct error err = ERROR_INIT;
    enum namespace_right found;
    assert_ok (store_grant_right (store, account, namespace, &found, &err), &err);
    assert_int_equal (found, right);
}

static void grant (struct store *store, const char *account, const char *namespace, enum namespace_right right)
{
    struct error err = ERROR_INIT;
    struct grant_row row = { .right = right, .created_us = 1 };
    memcpy (row.account_id, account, sizeof (row.account_id));
    memcpy (row.namespace, namespace, strlen (namespace) + 1);
    bool changed = false;
    assert_ok (store_grant_put (store, &row, &changed, &err), &err);
    assert_true (changed);
    assert_ok (store_grant_put (store, &row, &changed, &err), &err);
    assert_false (changed);
}

static void grants_are_of_an_account_and_a_namespace (void **state)
{
    struct store *store = open_store (state);
    struct error err = ERROR_INIT;
    bool deleted;
    add_account (store, ALICE, "alice");
    add_account (store, BOB, "bob");
    grant (store, ALICE, "team", RIGHT_READ);
    grant (store, ALICE, "team", RIGHT_WRITE);
    grant (store, BOB, "*", RIGHT_READ);
    grant (store, BOB, "team", RIGHT_ADMIN);
    assert_right (store, ALICE, "team", RIGHT_WRITE);
    assert_right (store, ALICE, "other", RIGHT_NONE);
    assert_right (store, BOB, "other", RIGHT_READ);
    assert_right (store, BOB, "team", RIGHT_ADMIN);
    AUTO (grant_row_list) all = { .items = NULL };
    assert_ok (store_grant_list (store, NULL, &all, &err), &err);
    assert_int_equal (all.count, 3);
    assert_string_equal (all.items[0].account_name, "alice");
    assert_string_equal (all.items[1].namespace, "*");
    AUTO (grant_row_list) of_alice = { .items = NULL };
    assert_ok (store_grant_list (store, ALICE, &of_alice, &err), &err);
    assert_int_equal (of_alice.count, 1);
    assert_ok (store_grant_delete (store, ALICE, "team", &deleted, &err), &err);
    assert_true (deleted);
    assert_ok (store_grant_delete (store, ALICE, "team", &deleted, &err), &err);
    assert_false (deleted);
    assert_right (store, ALICE, "team", RIGHT_NONE);
    assert_ok (store_account_delete (store, BOB, &err), &err);
    assert_right (store, BOB, "team", RIGHT_NONE);
    store_close (store);
}

static void repositories_are_public_or_not (void **state)
{
    struct store *store = open_store (state);
    struct error err = ERROR_INIT;
    bool changed, public;
    assert_ok (store_public_set (store, "alice/app", true, 1, &changed, &err), &err);
    assert_true (changed);
    assert_ok (store_public_set (store, "alice/app", true, 2, &changed, &err), &err);
    assert_false (changed);
    assert_ok (store_public_has (store, "alice/app", &public, &err), &err);
    assert_true (public);
    assert_ok (store_public_has (store, "alice/ap", &public, &err), &err);
    assert_false (public);
    AUTO (repository_list) all = { .names = NULL };
    assert_ok (store_public_list (store, &all, &err), &err);
    assert_int_equal (all.count, 1);
    assert_string_equal (all.names[0], "alice/app");
    assert_ok (store_public_set (store, "alice/app", false, 3, &changed, &err), &err);
    assert_true (changed);
    assert_ok (store_public_has (store, "alice/app", &public, &err), &err);
    assert_false (public);
    store_close (store);
}

static void an_address_is_new_once (void **state)
{
    struct store *store = open_store (state);
    struct error err = ERROR_INIT;
    bool new;
    add_account (store, ALICE, "alice");
    struct token_row row = {
        .token = { .id = "3f2a0000-0000-4000-8000-000000000001", .name = (char[]){ "ci" }, .created_us = 1 },
        .account_id = ALICE
    };
    assert_ok (store_token_insert (store, &row, &err), &err);
    assert_ok (store_token_address_add (store, row.token.id, "192.0.2.1", 1, &new, &err), &err);
    assert_true (new);
    assert_ok (store_token_address_add (store, row.token.id, "192.0.2.1", 2, &new, &err), &err);
    assert_false (new);
    assert_ok (store_token_address_add (store, row.token.id, "192.0.2.2", 2, &new, &err), &err);
    assert_true (new);
    assert_ok (store_token_address_add (store, "3f2a0000-0000-4000-8000-000000000009", "192.0.2.2", 2, &new, &err),
               &err);
    assert_false (new); /* a token that is gone */
    store_close (store);
}

static void a_life_of_registry_tokens_is_remembered (void **state)
{
    struct store *store = open_store (state);
    struct error err = ERROR_INIT;
    int64_t life_s = -1;
    assert_ok (store_registry_life (store, &life_s, &err), &err);
    assert_int_equal (life_s, 0);
    assert_ok (store_set_registry_life (store, 300, &err), &err);
    assert_ok (store_set_registry_life (store, 900, &err), &err);
    assert_ok (store_registry_life (store, &life_s, &err), &err);
    assert_int_equal (life_s, 900);
    store_close (store);
}

static void rollback_leaves_nothing (void **state)
{
    struct store *store = open_store (state);
    struct error err = ERROR_INIT;
    AUTO (account_row_list) list = { .items = NULL };
    assert_ok (store_begin (store, &err), &err);
    add_account (store, ALICE, "alice");
    store_rollback (store);
    store_rollback (store);
    assert_ok (store_account_list (store, &list, &err), &err);
    assert_int_equal (list.count, 0);
    assert_ok (store_begin (store, &err), &err);
    add_account (store, ALICE, "alice");
    assert_ok (store_commit (store, &err), &err);
    assert_ok (store_account_list (store, &list, &err), &err);
    assert_int_equal (list.count, 1);
    store_close (store);
}

static void two_accounts_of_one_name_are_refused (void **state)
{
    struct store *store = open_store (state);
    struct account_row row = { .id = BOB, .name = "alice", .password_phc = (char[]){ "x" } };
    struct error err = ERROR_INIT;
    add_account (store, ALICE, "alice");
    assert_int_equal (store_account_insert (store, &row, &err), -1);
    assert_code (&err, ERROR_ACCOUNT_EXISTS);
    store_close (store);
}

static void nothing_is_made_unless_asked (void **state)
{
    AUTOFREE char *path = support_path (state, "deep/s.db");
    AUTOFREE char *folder = support_path (state, "deep");
    struct store *store = NULL;
    struct error err = ERROR_INIT;
    struct stat info;
    assert_int_equal (store_open (path, STORE_EXISTING, 100, &store, &err), -1);
    assert_code (&err, ERROR_STORE_MISSING);
    assert_int_equal (stat (folder, &info), -1);
    assert_ok (store_open (path, STORE_CREATE, 100, &store, &err), &err);
    store_close (store);
    assert_int_equal (stat (path, &info), 0);
    assert_int_equal (info.st_mode & 07777, 0600);
    assert_int_equal (stat (folder, &info), 0);
    assert_int_equal (info.st_mode & 07777, 0700);
}

static void run_sql (void **state, const char *sql)
{
    AUTOFREE char *path = support_path (state, "s.db");
    sqlite3 *db;
    assert_int_equal (sqlite3_open (path, &db), SQLITE_OK);
    assert_int_equal (sqlite3_exec (db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close (db);
}

static void files_that_are_no_store_are_refused_and_kept (void **state)
{
    AUTOFREE char *path = support_path (state, "s.db");
    struct store *store = NULL;
    struct error err = ERROR_INIT;
    store_close (open_store (state));
    run_sql (state, "PRAGMA user_version = 1000");
    assert_int_equal (store_open (path, STORE_EXISTING, 100, &store, &err), -1);
    assert_code (&err, ERROR_STORE_NEWER);
    assert_int_equal (store_open (path, STORE_CREATE, 100, &store, &err), -1);
    assert_code (&err, ERROR_STORE_NEWER);
    assert_int_equal (unlink (path), 0);
    run_sql (state, "CREATE TABLE recipe (name)");
    assert_int_equal (store_open (path, STORE_CREATE, 100, &store, &err), -1);
    assert_code (&err, ERROR_STORE_CORRUPT);
    support_write (path, "this is a letter to my aunt, not a database; it is longer than a header", 0600);
    assert_int_equal (store_open (path, STORE_CREATE, 100, &store, &err), -1);
    assert_code (&err, ERROR_STORE_CORRUPT);
    AUTOFREE char *letter = support_read (path);
    assert_non_null (strstr (letter, "my aunt"));
}

static void a_writer_that_stays_is_told_as_locked (void **state)
{
    struct store *one = open_store (state);
    struct store *two = NULL;
    AUTOFREE char *path = support_path (state, "s.db");
    struct error err = ERROR_INIT;
    assert_ok (store_open (path, STORE_EXISTING, 50, &two, &err), &err);
    assert_ok (store_begin (one, &err), &err);
    assert_int_equal (store_begin (two, &err), -1);
    assert_code (&err, ERROR_STORE_LOCKED);
    store_rollback (one);
    assert_ok (store_begin (two, &err), &err);
    store_close (two);
    store_close (one);
}

int main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, support_make_folder, support_remove_folder)
    const struct CMUnitTest tests[] = {
        TEST (what_is_put_in_comes_out),
        TEST (tokens_are_found_by_name_before_id),
        TEST (ids_and_macs_are_of_their_account),
        TEST (active_names_know_state_and_expiry),
        TEST (an_account_goes_with_its_tokens_but_not_its_trail),
        TEST (the_trail_is_walked_in_order),
        TEST (the_trail_of_a_token_survives_rename_and_deletion),
        TEST (grants_are_of_an_account_and_a_namespace),
        TEST (repositories_are_public_or_not),
        TEST (an_address_is_new_once),
        TEST (a_life_of_registry_tokens_is_remembered),
        TEST (rollback_leaves_nothing),
        TEST (two_accounts_of_one_name_are_refused),
        TEST (nothing_is_made_unless_asked),
        TEST (files_that_are_no_store_are_refused_and_kept),
        TEST (a_writer_that_stays_is_told_as_locked),
    };
    return cmocka_run_group_tests (tests, NULL, NULL);
}
