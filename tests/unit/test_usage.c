/* Uses of tokens: gathered, written together, kept when they cannot be written. */
#include "tests/support/clock.h"
#include "tests/support/support.h"

#include <string.h>

#include "src/service/usage.h"

/* A store with an account and tokens t0 to t9, and nothing gathered. */
struct world {
    struct store *store;
    struct usage *usage;
};

static struct world world;

static const char account_id[] = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";

static void token_id (int i, char out[TOKEN_ID_SIZE])
{
    memcpy (out, "00000000-0000-4000-8000-000000000000", TOKEN_ID_SIZE);
    out[0] = (char)('0' + i);
}

static int begin (void **state)
{
    struct error err = ERROR_INIT;
    if (support_make_folder (state) != 0)
        return -1;
    AUTOFREE char *path = support_path (state, "service.db");
    struct account_row account = { .name = "alice", .password_phc = xstrdup ("x"), .created_us = 1 };
    memcpy (account.id, account_id, sizeof (account_id));
    assert_ok (store_open (path, STORE_CREATE, 1000, &world.store, &err), &err);
    assert_ok (store_account_insert (world.store, &account, &err), &err);
    account_row_release (&account);
    for (int i = 0; i < 10; i++) {
        AUTO (token_row) row = { .mac = { (unsigned char)i } };
        row.token = (struct token){ .name = xstrdup ("t"), .active = true, .created_us = 1 };
        token_id (i, row.token.id);
        memcpy (row.account_id, account_id, sizeof (account_id));
        assert_ok (store_token_insert (world.store, &row, &err), &err);
    }
    world.usage = usage_new (&err);
    assert_non_null (world.usage);
    return 0;
}

static int end (void **state)
{
    usage_free (world.usage);
    store_close (world.store);
    return support_remove_folder (state);
}

static int64_t last_used (int i)
{
    AUTO (token_row) row = { .place = NULL };
    char id[TOKEN_ID_SIZE];
    struct error err = ERROR_INIT;
    bool found;
    token_id (i, id);
    assert_ok (store_token_by_id (world.store, account_id, id, &row, &found, &err), &err);
    assert_true (found);
    return row.token.last_used_us;
}

static void use_from (int i, int64_t at_us, const char *ip, enum error_code refused)
{
    char id[TOKEN_ID_SIZE];
    char account[CRYPTO_UUID_SIZE];
    AUTOFREE char *address = xstrdup (ip);
    token_id (i, id);
    memcpy (account, account_id, sizeof (account));
    const struct token_use use = { .token_id = id,
                                   .token_name = (char[]){ "t" },
                                   .account_id = account,
                                   .account_name = (char[]){ "alice" },
                                   .at_us = at_us,
                                   .ip = address,
                                   .refused = refused };
    usage_add (world.usage, &use);
}

static void use (int i, int64_t at_us)
{
    use_from (i, at_us, "192.0.2.7", ERROR_NONE);
}

static int collect_line (void *context, const struct audit_row *row)
{
    buffer_printf (context, "%s %s %s\n", row->action, row->ip ? row->ip : "-", row->note ? row->note : "-");
    return 0;
}

/* The audit trail so far, an action, address and note a line. */
static void assert_trail (const char *expected)
{
    struct error err = ERROR_INIT;
    AUTO (buffer) text;
    buffer_init (&text, 1 << 16);
    assert_ok (store_audit_walk (world.store, &(struct audit_query){ .limit = 0 }, collect_line, &text, &err), &err);
    assert_string_equal (buffer_text (&text), expected);
}

static void uses_are_written_together (void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    for (int i = 9; i >= 0; i--)
        use (i, 100 + i);
    assert_int_equal (last_used (3), 0);
    assert_ok (usage_write (world.usage, world.store, &err), &err);
    for (int i = 0; i < 10; i++)
        assert_int_equal (last_used (i), 100 + i);
    assert_ok (usage_write (world.usage, world.store, &err), &err); /* nothing left, and that is fine */
}

static void the_latest_use_of_a_token_counts (void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    use (1, 200);
    use (1, 300);
    use (1, 250);
    assert_ok (usage_write (world.usage, world.store, &err), &err);
    assert_int_equal (last_used (1), 300);
}

static void a_token_that_is_gone_is_no_error (void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    const struct token_use gone = { .token_id = (char[]){ "ffffffff-0000-4000-8000-000000000000" }, .at_us = 1 };
    usage_add (world.usage, &gone);
    use (2, 400);
    assert_ok (usage_write (world.usage, world.store, &err), &err);
    assert_int_equal (last_used (2), 400);
    assert_trail ("token_used_from_new_address - -\n"
                  "token_used_from_new_address 192.0.2.7 -\n");
}

static void what_cannot_be_written_is_kept (void **state)
{
    struct error err = ERROR_INIT;
    struct store *other = NULL;
    AUTOFREE char *path = support_path (state, "service.db");
    assert_ok (store_open (path, STORE_EXISTING, 10, &other, &err), &err);
    assert_ok (store_begin (world.store, &err), &err); /* it holds the writer's lock */
    use (1, 100);
    use (2, 100);
    assert_int_equal (usage_write (world.usage, other, &err), -1);
    assert_code (&err, ERROR_STORE_LOCKED);
    use (2, 200);
    store_rollback (world.store);
    assert_ok (usage_write (world.usage, other, &err), &err);
    assert_int_equal (last_used (1), 100);
    assert_int_equal (last_used (2), 200);
    store_close (other);
}

static void a_new_address_is_written_down_once (void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    use_from (1, 300, "192.0.2.1", ERROR_NONE);
    use_from (1, 100, "192.0.2.2", ERROR_NONE); /* both, though one is the last use */
    assert_ok (usage_write (world.usage, world.store, &err), &err);
    assert_int_equal (last_used (1), 300);
    use_from (1, 400, "192.0.2.1", ERROR_NONE);
    use_from (1, 500, "2001:db8:1:2::3", ERROR_NONE);
    assert_ok (usage_write (world.usage, world.store, &err), &err);
    use_from (1, 600, "2001:db8:1:2:ffff::4", ERROR_NONE); /* the same /64 */
    assert_ok (usage_write (world.usage, world.store, &err), &err);
    assert_int_equal (last_used (1), 600);
    assert_trail ("token_used_from_new_address 192.0.2.2 -\n"
                  "token_used_from_new_address 192.0.2.1 -\n"
                  "token_used_from_new_address 2001:db8:1:2::3 -\n");
}

static void a_refusal_is_written_down_and_is_no_use (void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    const int64_t minute = 60000000;
    for (int i = 0; i < 100; i++)
        use_from (1, i * minute / 20, "192.0.2.1", ERROR_TOKEN_EXPIRED);
    use_from (1, 6 * minute, "192.0.2.1", ERROR_TOKEN_INACTIVE);
    use_from (1, 7 * minute, "192.0.2.2", ERROR_TOKEN_EXPIRED);
    assert_ok (usage_write (world.usage, world.store, &err), &err);
    use_from (1, 9 * minute, "192.0.2.1", ERROR_TOKEN_EXPIRED);
    use_from (1, 11 * minute, "192.0.2.1", ERROR_TOKEN_EXPIRED);
    const struct token_use unknown = { .ip = (char[]){ "192.0.2.9" },
                                       .at_us = 12 * minute,
                                       .refused = ERROR_WRONG_CREDENTIALS };
    usage_add (world.usage, &unknown);
    usage_add (world.usage, &unknown);
    assert_ok (usage_write (world.usage, world.store, &err), &err);
    assert_int_equal (last_used (1), 0);
    assert_trail ("token_refused 192.0.2.1 token_expired\n"
                  "token_refused 192.0.2.1 token_inactive\n"
                  "token_refused 192.0.2.2 token_expired\n"
                  "token_refused 192.0.2.1 token_expired\n"
                  "sign_in_failed 192.0.2.9 unknown token\n");
}

/* Who has a whole /64 has 2^64 addresses to be refused at. */
static void a_refusal_is_written_down_once_for_a_neighbourhood (void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    for (int i = 1; i <= 100; i++) {
        AUTOFREE char *ip = xasprintf ("2001:db8:1:1::%x", i);
        const struct token_use unknown = { .ip = ip, .at_us = 3 * i, .refused = ERROR_WRONG_CREDENTIALS };
        usage_add (world.usage, &unknown);
        use_from (1, 3 * i + 1, ip, ERROR_TOKEN_INACTIVE);
        use_from (2, 3 * i + 2, ip, ERROR_NONE);
    }
    assert_ok (usage_write (world.usage, world.store, &err), &err);
    assert_int_equal (last_used (2), 302);
    assert_trail ("sign_in_failed 2001:db8:1:1::1 unknown token\n"
                  "token_refused 2001:db8:1:1::1 token_inactive\n"
                  "token_used_from_new_address 2001:db8:1:1::64 -\n");
}

/* A registry's client that signs in with the password does so for every layer. */
static void a_password_is_written_down_once (void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    char account[CRYPTO_UUID_SIZE];
    memcpy (account, account_id, sizeof (account));
    struct token_use use = { .account_id = account,
                             .account_name = (char[]){ "alice" },
                             .ip = (char[]){ "192.0.2.1" } };
    for (int i = 1; i <= 10; i++) {
        use.at_us = i;
        use.refused = i % 2 ? ERROR_NONE : ERROR_PAT_NEEDED;
        usage_add (world.usage, &use);
    }
    assert_ok (usage_write (world.usage, world.store, &err), &err);
    assert_trail ("signed_in 192.0.2.1 to a registry, with the password\n"
                  "sign_in_failed 192.0.2.1 right password, but a token is needed\n");
}

int main (void)
{
#define TEST(promise) cmocka_unit_test_setup_teardown (promise, begin, end)
    const struct CMUnitTest tests[] = { TEST (uses_are_written_together),
                                        TEST (the_latest_use_of_a_token_counts),
                                        TEST (a_token_that_is_gone_is_no_error),
                                        TEST (what_cannot_be_written_is_kept),
                                        TEST (a_new_address_is_written_down_once),
                                        TEST (a_refusal_is_written_down_and_is_no_use),
                                        TEST (a_refusal_is_written_down_once_for_a_neighbourhood),
                                        TEST (a_password_is_written_down_once) };
    return cmocka_run_group_tests (tests, NULL, NULL);
}
