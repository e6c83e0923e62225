/* A service in tests, for the contract of service.h. */
#include "tests/contract/service_world.h"

#include <stdlib.h>
#include <string.h>

#include "src/hub/hub.h"

struct world world;

struct caller as (const struct session *session)
{
    return (struct caller){ .bearer = &session->bearer, .ip = "192.0.2.7", .user_agent = "test/1" };
}

int sign_in (const char *user, const char *text, struct session *ret_session, struct error *err)
{
    AUTO (secret) secret = support_secret (text);
    const struct caller caller = { .ip = "192.0.2.7", .user_agent = "test/1" };
    const struct sign_in sign_in = { .user = user, .secret = &secret };
    return service_sign_in (world.service, &caller, &sign_in, ret_session, err);
}

void add_account (const char *name, const char *text)
{
    AUTO (secret) password = support_secret (text);
    struct error err = ERROR_INIT;
    assert_ok (accounts_add (world.embedded, &(struct caller){ .ip = NULL }, name, &password, NULL, &err), &err);
}

/* The operator's side of a fresh store, at some day's time. */
static int open_store (void **state)
{
    if (support_make_folder (state) != 0)
        return -1;
    world = (struct world){ .store_path = support_path (state, "service.db") };
    const struct embedded_place place = { .store_path = world.store_path, .create = true };
    struct error err = ERROR_INIT;
    clock_set_us (CLOCK_SOME_DAY * 1000000);
    assert_ok (embedded_open (&place, &world.embedded, &err), &err);
    add_account ("alice", ALICE_PASSWORD);
    add_account ("bob", BOB_PASSWORD);
    return 0;
}

int open_embedded (void **state)
{
    struct error err = ERROR_INIT;
    if (open_store (state) != 0)
        return -1;
    world.service = embedded_service (world.embedded);
    world.ip = "192.0.2.7";
    assert_ok (sign_in ("alice", ALICE_PASSWORD, &world.session, &err), &err);
    return 0;
}

static int open_again (void *context, struct usage *usage, struct embedded **ret_embedded, struct error *err)
{
    const struct embedded_place place = { .store_path = world.store_path, .usage = usage };
    (void)context;
    return embedded_open (&place, ret_embedded, err);
}

int open_hub (void **state)
{
    const struct server_config config = { .open = open_again, .listen = "127.0.0.1:0" };
    struct error err = ERROR_INIT;
    if (open_store (state) != 0)
        return -1;
    assert_ok (server_start (&config, &world.server, &err), &err);
    AUTOFREE char *url = xasprintf ("http://127.0.0.1:%u", server_port (world.server));
    const struct hub_place place = { .url = url };
    assert_ok (hub_open (&place, &world.service, &err), &err);
    world.ip = "127.0.0.1";
    assert_ok (sign_in ("alice", ALICE_PASSWORD, &world.session, &err), &err);
    return 0;
}

int close_world (void **state)
{
    session_release (&world.session);
    struct error err = ERROR_INIT;
    service_free (world.service);
    if (world.server) {
        assert_ok (server_stop (world.server, 2000, &err), &err);
        service_free (embedded_service (world.embedded));
    }
    free (world.store_path);
    clock_set_us (0);
    return support_remove_folder (state);
}

void make (const char *name, int64_t life_s, struct token *ret_token, struct secret *ret_secret)
{
    struct token_wish wish = { .name = name, .expires_us = life_s ? clock_now_us () + life_s * 1000000 : 0 };
    AUTO (token_made) made = { .secret = SECRET_INIT };
    const struct caller caller = as (&world.session);
    struct error err = ERROR_INIT;
    scopes_add (&wish.scopes, SCOPE_WRITE);
    scopes_add (&wish.scopes, SCOPE_READ);
    assert_ok (service_create (world.service, &caller, &wish, &made, &err), &err);
    if (ret_token)
        token_copy (ret_token, &made.token);
    if (ret_secret)
        secret_move (ret_secret, &made.secret);
}

int make_auto (const char *place, const struct session *session, struct token_made *ret_made, struct error *err)
{
    struct token_wish wish = { .name = "docker login", .source = TOKEN_AUTO, .place = place, .allow_duplicate = true };
    const struct caller caller = as (session);
    scopes_add (&wish.scopes, SCOPE_ADMIN);
    return service_create (world.service, &caller, &wish, ret_made, err);
}

size_t count_tokens (void)
{
    AUTO (token_list) list = { .items = NULL };
    const struct caller caller = as (&world.session);
    struct error err = ERROR_INIT;
    assert_ok (service_list (world.service, &caller, &list, &err), &err);
    return list.count;
}

void get (const char *id, struct token *ret_token, bool *ret_found)
{
    AUTO (token_list) list = { .items = NULL };
    const struct caller caller = as (&world.session);
    struct error err = ERROR_INIT;
    if (world.server)
        server_tick (world.server); /* so that uses of tokens are written */
    assert_ok (service_find (world.service, &caller, id, &list, &err), &err);
    *ret_found = list.count == 1;
    if (*ret_found && ret_token)
        token_copy (ret_token, &list.items[0]);
}

void set_active (const char *id, bool active)
{
    const struct caller caller = as (&world.session);
    const struct token_change change = { .active = &active };
    struct error err = ERROR_INIT;
    assert_ok (service_update (world.service, &caller, id, &change, NULL, &err), &err);
}

void assert_refused (const char *user, const char *text, enum error_code code)
{
    struct error err = ERROR_INIT;
    AUTO (session) session = { .bearer = SECRET_INIT };
    assert_int_equal (sign_in (user, text, &session, &err), -1);
    assert_code (&err, code);
    assert_null (strstr (err.text, text[0] ? text : "\x01"));
}
