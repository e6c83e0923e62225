/* The contract of service.h about the audit trail and registries, run on every adapter. */
#include "tests/contract/service_world.h"

#include <string.h>

#include "src/base/json.h"
#include "src/base/time.h"
#include "src/service/registry.h"

/* The trail that wish is about, an action a line. */
static void read_trail (const struct audit_wish *wish, struct audit_list *list)
{
    struct error err = ERROR_INIT;
    const struct caller caller = as (&world.session);
    assert_ok (service_audit_trail (world.service, &caller, wish, list, &err), &err);
}

static void assert_actions (const struct audit_wish *wish, const char *expected)
{
    AUTO (audit_list) list = { .items = NULL };
    AUTO (buffer) text;
    buffer_init (&text, 4096);
    read_trail (wish, &list);
    for (size_t i = 0; i < list.count; i++)
        buffer_printf (&text, "%s ", list.items[i].action);
    assert_string_equal (buffer_text (&text), expected);
}

static void rename_to (const char *id, const char *name)
{
    struct error err = ERROR_INIT;
    const struct caller caller = as (&world.session);
    const struct token_change change = { .name = name };
    assert_ok (service_update (world.service, &caller, id, &change, NULL, &err), &err);
}

static void delete (const char *id)
{
    struct error err = ERROR_INIT;
    const struct caller caller = as (&world.session);
    assert_ok (service_delete (world.service, &caller, id, &err), &err);
}

static void the_trail_tells_the_life_of_a_token (void **state)
{
    (void)state;
    AUTO (token) token = { .name = NULL };
    AUTO (secret) secret = SECRET_INIT;
    AUTO (session) session = { .bearer = SECRET_INIT };
    struct error err = ERROR_INIT;
    make ("c i & more", 0, &token, &secret);
    clock_advance_s (1);
    assert_ok (sign_in ("alice", secret_text (&secret), &session, &err), &err);
    clock_advance_s (1);
    set_active (token.id, false);
    clock_advance_s (1);
    assert_refused ("alice", secret_text (&secret), ERROR_TOKEN_INACTIVE);
    clock_advance_s (1);
    set_active (token.id, true);
    clock_advance_s (1);
    rename_to (token.id, "release");
    clock_advance_s (1);
    delete (token.id);
    static const char life[] =
        "token_created token_used_from_new_address token_deactivated token_refused token_activated "
        "token_renamed token_deleted ";
    assert_actions (&(struct audit_wish){ .token = "release" }, life);
    assert_actions (&(struct audit_wish){ .token = "c i & more" }, life);
    char prefix[9] = { 0 };
    memcpy (prefix, token.id, 8);
    assert_actions (&(struct audit_wish){ .token = prefix }, life);
    assert_actions (&(struct audit_wish){ .token = "nothing" }, "");
    AUTO (audit_list) list = { .items = NULL };
    read_trail (&(struct audit_wish){ .token = "release" }, &list);
    const struct audit_entry *first = &list.items[0];
    assert_string_equal (first->user, "alice");
    assert_string_equal (first->actor, "owner");
    assert_string_equal (first->token_id, token.id);
    assert_string_equal (first->token_name, "c i & more");
    assert_string_equal (first->ip, world.ip);
    assert_string_equal (first->user_agent, "test/1");
    assert_int_equal (first->at_us, clock_now_us () - 6000000);
    assert_string_equal (list.items[3].note, "token_inactive");
    assert_string_equal (list.items[3].actor, "pat");
    assert_string_equal (list.items[5].note, "release");
}

static void the_trail_can_be_cut (void **state)
{
    (void)state;
    AUTO (token) token = { .name = NULL };
    int64_t before_us = clock_now_us ();
    clock_advance_s (60);
    make ("one", 0, &token, NULL);
    clock_advance_s (60);
    rename_to (token.id, "two");
    assert_actions (&(struct audit_wish){ .since_us = before_us + 1 }, "token_created token_renamed ");
    assert_actions (&(struct audit_wish){ .since_us = clock_now_us () }, "token_renamed ");
    assert_actions (&(struct audit_wish){ .since_us = clock_now_us () + 1 }, "");
    assert_actions (&(struct audit_wish){ .limit = 1 }, "token_renamed ");
}

static void accounts_see_their_own_trail (void **state)
{
    (void)state;
    AUTO (token) token = { .name = NULL };
    AUTO (session) bob = { .bearer = SECRET_INIT };
    AUTO (audit_list) list = { .items = NULL };
    struct error err = ERROR_INIT;
    make ("alices", 0, &token, NULL);
    assert_ok (sign_in ("bob", BOB_PASSWORD, &bob, &err), &err);
    const struct caller caller = as (&bob);
    assert_ok (service_audit_trail (world.service, &caller, &(struct audit_wish){ .limit = 100 }, &list, &err), &err);
    assert_int_not_equal (list.count, 0);
    for (size_t i = 0; i < list.count; i++)
        assert_string_equal (list.items[i].user, "bob");
    AUTO (audit_list) none = { .items = NULL };
    assert_ok (service_audit_trail (world.service, &caller, &(struct audit_wish){ .token = token.id }, &none, &err),
               &err);
    assert_int_equal (none.count, 0);
}

static void a_token_sees_no_trail (void **state)
{
    (void)state;
    AUTO (token) token = { .name = NULL };
    AUTO (secret) secret = SECRET_INIT;
    AUTO (session) session = { .bearer = SECRET_INIT };
    AUTO (audit_list) list = { .items = NULL };
    struct error err = ERROR_INIT;
    make ("ci", 0, &token, &secret);
    assert_ok (sign_in ("alice", secret_text (&secret), &session, &err), &err);
    const struct caller caller = as (&session);
    assert_int_equal (service_audit_trail (world.service, &caller, &(struct audit_wish){ .limit = 1 }, &list, &err),
                      -1);
    assert_code (&err, ERROR_PAT_CANNOT_MANAGE);
    const struct caller nobody = { .ip = "127.0.0.1" };
    assert_int_equal (service_audit_trail (world.service, &nobody, &(struct audit_wish){ .limit = 1 }, &list, &err),
                      -1);
    assert_code (&err, ERROR_NOT_SIGNED_IN);
}

static void how_long_registries_go_on_is_told (void **state)
{
    (void)state;
    int64_t seconds = -1;
    struct error err = ERROR_INIT;
    const struct caller caller = as (&world.session);
    assert_ok (service_registry_afterlife (world.service, &caller, &seconds, &err), &err);
    assert_int_equal (seconds, 0);
    assert_ok (registry_prepare (world.embedded, 600, &err), &err);
    assert_ok (service_registry_afterlife (world.service, &caller, &seconds, &err), &err);
    assert_int_equal (seconds, 660);
}

int main (void)
{
#define TEST(promise, adapter)                                                                                         \
    {                                                                                                                  \
#adapter ": " #promise, promise, open_##adapter, close_world, NULL                                             \
    }
#define EACH(adapter)                                                                                                  \
    TEST (the_trail_tells_the_life_of_a_token, adapter), TEST (the_trail_can_be_cut, adapter),                         \
        TEST (accounts_see_their_own_trail, adapter), TEST (a_token_sees_no_trail, adapter),                           \
        TEST (how_long_registries_go_on_is_told, adapter)
    const struct CMUnitTest tests[] = { EACH (embedded), EACH (hub) };
    json_start ();
    return cmocka_run_group_tests (tests, NULL, NULL);
}
