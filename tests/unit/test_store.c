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
    assert_ok (store_audit_walk (store, ALICE, count_line, &lines, &err), &err);
    assert_int_equal (lines, 1);
    assert_ok (store_audit_walk (store, NULL, count_line, &lines, &err), &err);
    assert_int_equal (lines, 3);
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
        TEST (rollback_leaves_nothing),
        TEST (two_accounts_of_one_name_are_refused),
        TEST (nothing_is_made_unless_asked),
        TEST (files_that_are_no_store_are_refused_and_kept),
        TEST (a_writer_that_stays_is_told_as_locked),
    };
    return cmocka_run_group_tests (tests, NULL, NULL);
}
