/* The contract of service.h, run on every adapter: the rules of the token service as its users meet them. */
#include "tests/contract/service_world.h"

#include <string.h>

#include "src/base/json.h"
#include "src/base/time.h"

/* Rule 1, 3 */
static void a_token_has_what_was_wished_and_who_made_it (void **state)
{
    (void)state;
    AUTO (token) token = { .name = NULL };
    make ("c\xc3\xbc", TIME_DAY, &token, NULL);
    assert_true (token_id_is_whole (token.id));
    assert_string_equal (token.name, "c\xc3\xbc");
    assert_int_equal (token.scopes.count, 2);
    assert_int_equal (token.scopes.list[0], SCOPE_WRITE);
    assert_int_equal (token.scopes.list[1], SCOPE_READ);
    assert_int_equal (token.source, TOKEN_MANUAL);
    assert_int_equal (token.created_us, clock_now_us ());
    assert_int_equal (token.expires_us, clock_now_us () + TIME_DAY * 1000000);
    assert_string_equal (token.creator.ip, world.ip);
    assert_string_equal (token.creator.user_agent, "test/1");
    assert_int_equal (token.last_used_us, 0);
    assert_int_equal (token_state_at (&token, clock_now_us ()), TOKEN_ACTIVE);
}

static void a_use_is_recorded (void **state)
{
    (void)state;
    AUTO (token) token = { .name = NULL };
    AUTO (token) after = { .name = NULL };
    AUTO (secret) secret = SECRET_INIT;
    AUTO (session) session = { .bearer = SECRET_INIT };
    struct error err = ERROR_INIT;
    bool found;
    make ("ci", 0, &token, &secret);
    clock_advance_s (60);
    assert_ok (sign_in ("alice", secret_text (&secret), &session, &err), &err);
    assert_int_equal (session.kind, SIGNED_IN_WITH_PAT);
    assert_string_equal (session.token_id, token.id);
    get (token.id, &after, &found);
    assert_true (found);
    assert_int_equal (after.last_used_us, clock_now_us ());
    assert_string_equal (after.last_used_from.ip, world.ip);
    assert_string_equal (after.last_used_from.user_agent, "test/1");
}

static void bad_wishes_make_nothing (void **state)
{
    (void)state;
    char long_name[102];
    memset (long_name, 'x', 101);
    long_name[101] = '\0';
    struct scopes read = { .list = { SCOPE_READ }, .count = 1 };
    const struct {
        struct token_wish wish;
        enum error_code code;
    } rows[] = { { { .name = "", .scopes = read }, ERROR_INVALID_NAME },
                 { { .name = long_name, .scopes = read }, ERROR_INVALID_NAME },
                 { { .name = "a\nb", .scopes = read }, ERROR_INVALID_NAME },
                 { { .name = "\xff", .scopes = read }, ERROR_INVALID_NAME },
                 { { .name = "ok" }, ERROR_INVALID_SCOPE },
                 { { .name = "ok", .scopes = read, .expires_us = CLOCK_SOME_DAY * 1000000 }, ERROR_INVALID_TIME },
                 { { .name = "ok", .scopes = read, .expires_us = 1 }, ERROR_INVALID_TIME } };
    const struct caller caller = as (&world.session);
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        AUTO (token_made) made = { .secret = SECRET_INIT };
        struct error err = ERROR_INIT;
        assert_int_equal (service_create (world.service, &caller, &rows[i].wish, &made, &err), -1);
        assert_code (&err, rows[i].code);
    }
    assert_int_equal (count_tokens (), 0);
}

/* Make a token by a request of that id, which differs in its last digit. */
static int ask_for (const char *name, char digit, struct token_made *ret_made, struct error *err)
{
    char id[] = "0b57f5f6-5d5c-4d0b-9a3c-3f1f5a1f0a00";
    id[sizeof (id) - 2] = digit;
    const struct token_request request = { .id = id, .maker = "boot:1:2:3", .sink = "file" };
    const struct token_wish wish = { .name = name,
                                     .scopes = { .list = { SCOPE_READ }, .count = 1 },
                                     .request = &request };
    const struct caller caller = as (&world.session);
    return service_create (world.service, &caller, &wish, ret_made, err);
}

/* How many are undelivered; the first goes to ret_first, which may be NULL. */
static size_t count_undelivered (struct undelivered *ret_first)
{
    AUTO (undelivered_list) list = { .items = NULL };
    const struct caller caller = as (&world.session);
    struct error err = ERROR_INIT;
    if (world.server)
        server_tick (world.server); /* so that uses of tokens are written */
    assert_ok (service_undelivered (world.service, &caller, &list, &err), &err);
    if (list.count > 0 && ret_first) {
        *ret_first = list.items[0];
        list.items[0].token = (struct token){ .name = NULL }; /* handed over */
    }
    return list.count;
}

static void set_delivery (const char *id, enum delivery_step step)
{
    const struct token_change change = { .delivery = &step };
    const struct caller caller = as (&world.session);
    struct error err = ERROR_INIT;
    assert_ok (service_update (world.service, &caller, id, &change, NULL, &err), &err);
}

static void a_request_is_remembered_until_its_secret_is_delivered (void **state)
{
    (void)state;
    AUTO (token_made) made = { .secret = SECRET_INIT };
    struct error err = ERROR_INIT;
    struct undelivered first = { .step = DELIVERY_DONE };
    make ("without a request", 0, NULL, NULL);
    assert_int_equal (count_undelivered (NULL), 0);
    assert_ok (ask_for ("ci", '1', &made, &err), &err);
    clock_advance_s (7);
    assert_int_equal (count_undelivered (&first), 1);
    assert_string_equal (first.token.id, made.token.id);
    assert_string_equal (first.request_id, "0b57f5f6-5d5c-4d0b-9a3c-3f1f5a1f0a01");
    assert_string_equal (first.maker, "boot:1:2:3");
    assert_string_equal (first.sink, "file");
    assert_int_equal (first.step, DELIVERY_MADE);
    assert_int_equal (first.age_s, 7);
    token_release (&first.token);
    set_delivery (made.token.id, DELIVERY_BEGUN);
    assert_int_equal (count_undelivered (&first), 1);
    assert_int_equal (first.step, DELIVERY_BEGUN);
    token_release (&first.token);
    set_delivery (made.token.id, DELIVERY_DONE);
    set_delivery (made.token.id, DELIVERY_BEGUN); /* what is done stays done */
    assert_int_equal (count_undelivered (NULL), 0);
}

static void who_uses_or_activates_a_token_has_its_secret (void **state)
{
    (void)state;
    AUTO (token_made) used = { .secret = SECRET_INIT };
    AUTO (token_made) activated = { .secret = SECRET_INIT };
    AUTO (token_made) deleted = { .secret = SECRET_INIT };
    AUTO (session) session = { .bearer = SECRET_INIT };
    const struct caller caller = as (&world.session);
    struct error err = ERROR_INIT;
    assert_ok (ask_for ("used", '1', &used, &err), &err);
    assert_ok (ask_for ("activated", '2', &activated, &err), &err);
    assert_ok (ask_for ("deleted", '3', &deleted, &err), &err);
    assert_int_equal (count_undelivered (NULL), 3);
    clock_advance_s (60);
    assert_ok (sign_in ("alice", secret_text (&used.secret), &session, &err), &err);
    assert_int_equal (count_undelivered (NULL), 2);
    set_active (activated.token.id, false); /* it opens nothing */
    assert_int_equal (count_undelivered (NULL), 1);
    set_active (activated.token.id, true);
    assert_int_equal (count_undelivered (NULL), 1);
    assert_ok (service_delete (world.service, &caller, deleted.token.id, &err), &err);
    assert_int_equal (count_undelivered (NULL), 0);
}

static void a_request_never_makes_a_second_token (void **state)
{
    (void)state;
    AUTO (token_made) made = { .secret = SECRET_INIT };
    AUTO (token_made) again = { .secret = SECRET_INIT };
    const struct caller caller = as (&world.session);
    struct error err = ERROR_INIT;
    assert_ok (ask_for ("ci", '1', &made, &err), &err);
    for (int i = 0; i < 3; i++) {
        struct error why = ERROR_INIT;
        assert_int_equal (ask_for (i == 0 ? "ci" : "other", '1', &again, &why), -1);
        assert_code (&why, ERROR_REQUEST_REPEATED);
        assert_string_equal (why.details[0].text, made.token.id);
        if (i == 1) /* nor when it is gone, for a day */
            assert_ok (service_delete (world.service, &caller, made.token.id, &err), &err);
    }
    assert_int_equal (count_tokens (), 0);
    if (world.server)
        return; /* by then the session is over, and its server's clock is another */
    clock_advance_s (11 * 3600);
    struct error why = ERROR_INIT;
    assert_int_equal (ask_for ("other", '1', &again, &why), -1);
}

static void an_active_name_is_taken_once (void **state)
{
    (void)state;
    AUTO (token) first = { .name = NULL };
    struct token_wish wish = { .name = "ci", .scopes = { .list = { SCOPE_READ }, .count = 1 } };
    const struct caller caller = as (&world.session);
    struct error err = ERROR_INIT;
    make ("ci", 0, &first, NULL);
    {
        AUTO (token_made) made = { .secret = SECRET_INIT };
        assert_int_equal (service_create (world.service, &caller, &wish, &made, &err), -1);
        assert_code (&err, ERROR_NAME_TAKEN);
        assert_non_null (strstr (err.details[0].text, first.id));
    }
    wish.allow_duplicate = true;
    {
        AUTO (token_made) made = { .secret = SECRET_INIT };
        assert_ok (service_create (world.service, &caller, &wish, &made, &err), &err);
    }
    assert_int_equal (count_tokens (), 2);
}

static void a_name_is_free_when_its_token_is_not_active (void **state)
{
    (void)state;
    AUTO (token) off = { .name = NULL };
    make ("off", 0, &off, NULL);
    set_active (off.id, false);
    make ("off", 0, NULL, NULL);
    make ("short", 60, NULL, NULL);
    clock_advance_s (60);
    make ("short", 60, NULL, NULL);
}

/* Rule 4 */
static void only_name_and_state_change (void **state)
{
    (void)state;
    AUTO (token) token = { .name = NULL };
    AUTO (token) after = { .name = NULL };
    AUTO (secret) secret = SECRET_INIT;
    AUTO (session) session = { .bearer = SECRET_INIT };
    const struct caller caller = as (&world.session);
    const struct token_change change = { .name = "new" };
    struct error err = ERROR_INIT;
    make ("old", TIME_DAY, &token, &secret);
    assert_ok (service_update (world.service, &caller, token.id, &change, &after, &err), &err);
    assert_string_equal (after.name, "new");
    assert_string_equal (after.id, token.id);
    assert_int_equal (after.expires_us, token.expires_us);
    assert_int_equal (after.created_us, token.created_us);
    assert_int_equal (after.scopes.count, token.scopes.count);
    assert_true (after.active);
    assert_ok (sign_in ("alice", secret_text (&secret), &session, &err), &err);
}

static void a_rename_takes_no_active_name (void **state)
{
    (void)state;
    AUTO (token) token = { .name = NULL };
    const struct caller caller = as (&world.session);
    struct token_change change = { .name = "taken" };
    struct error err = ERROR_INIT;
    make ("taken", 0, NULL, NULL);
    make ("mine", 0, &token, NULL);
    assert_int_equal (service_update (world.service, &caller, token.id, &change, NULL, &err), -1);
    assert_code (&err, ERROR_NAME_TAKEN);
    change.name = "mine";
    assert_ok (service_update (world.service, &caller, token.id, &change, NULL, &err), &err);
    change.name = "";
    assert_int_equal (service_update (world.service, &caller, token.id, &change, NULL, &err), -1);
    assert_code (&err, ERROR_INVALID_NAME);
}

static void a_token_that_is_not_active_authenticates_nothing_at_once (void **state)
{
    (void)state;
    AUTO (token) token = { .name = NULL };
    AUTO (secret) secret = SECRET_INIT;
    AUTO (session) session = { .bearer = SECRET_INIT };
    AUTO (session) who = { .bearer = SECRET_INIT };
    struct error err = ERROR_INIT;
    make ("ci", 0, &token, &secret);
    assert_ok (sign_in ("alice", secret_text (&secret), &session, &err), &err);
    const struct caller caller = as (&session);
    assert_ok (service_whoami (world.service, &caller, &who, &err), &err);
    set_active (token.id, false);
    assert_int_equal (service_whoami (world.service, &caller, &who, &err), -1);
    assert_code (&err, ERROR_SESSION_EXPIRED);
    assert_refused ("alice", secret_text (&secret), ERROR_TOKEN_INACTIVE);
    set_active (token.id, true);
    AUTO (session) again = { .bearer = SECRET_INIT };
    assert_ok (sign_in ("alice", secret_text (&secret), &again, &err), &err);
    assert_int_equal (service_whoami (world.service, &caller, &who, &err), -1); /* the old one stays ended */
}

static void an_expired_token_can_only_be_deleted (void **state)
{
    (void)state;
    AUTO (token) token = { .name = NULL };
    AUTO (secret) secret = SECRET_INIT;
    AUTO (session) session = { .bearer = SECRET_INIT };
    const struct caller owner = as (&world.session);
    const bool off = false, on = true;
    struct error err = ERROR_INIT;
    bool found;
    make ("ci", 60, &token, &secret);
    assert_ok (sign_in ("alice", secret_text (&secret), &session, &err), &err);
    clock_advance_s (60);
    const struct caller caller = as (&session);
    AUTO (session) who = { .bearer = SECRET_INIT };
    assert_int_equal (service_whoami (world.service, &caller, &who, &err), -1);
    assert_code (&err, ERROR_SESSION_EXPIRED);
    assert_refused ("alice", secret_text (&secret), ERROR_TOKEN_EXPIRED);
    assert_int_equal (
        service_update (world.service, &owner, token.id, &(struct token_change){ .active = &off }, NULL, &err), -1);
    assert_code (&err, ERROR_STATE_CONFLICT);
    assert_int_equal (
        service_update (world.service, &owner, token.id, &(struct token_change){ .active = &on }, NULL, &err), -1);
    assert_code (&err, ERROR_STATE_CONFLICT);
    assert_ok (service_delete (world.service, &owner, token.id, &err), &err);
    get (token.id, NULL, &found);
    assert_false (found);
    assert_refused ("alice", secret_text (&secret), ERROR_WRONG_CREDENTIALS);
}

/* Rule 5 */
static void deleting_ends_it_and_nothing_else (void **state)
{
    (void)state;
    AUTO (token) one = { .name = NULL };
    AUTO (secret) secret_one = SECRET_INIT;
    AUTO (secret) secret_two = SECRET_INIT;
    AUTO (session) session_one = { .bearer = SECRET_INIT };
    AUTO (session) session_two = { .bearer = SECRET_INIT };
    AUTO (session) who = { .bearer = SECRET_INIT };
    const struct caller owner = as (&world.session);
    struct error err = ERROR_INIT;
    make ("one", 0, &one, &secret_one);
    make ("two", 0, NULL, &secret_two);
    assert_ok (sign_in ("alice", secret_text (&secret_one), &session_one, &err), &err);
    assert_ok (sign_in ("alice", secret_text (&secret_two), &session_two, &err), &err);
    assert_ok (service_delete (world.service, &owner, one.id, &err), &err);
    const struct caller caller_one = as (&session_one), caller_two = as (&session_two);
    assert_int_equal (service_whoami (world.service, &caller_one, &who, &err), -1);
    assert_ok (service_whoami (world.service, &caller_two, &who, &err), &err);
    assert_int_equal (service_delete (world.service, &owner, one.id, &err), -1);
    assert_code (&err, ERROR_TOKEN_NOT_FOUND);
    assert_int_equal (service_delete (world.service, &owner, "nonsense", &err), -1);
    assert_code (&err, ERROR_INVALID_TOKEN_ID);
    assert_int_equal (count_tokens (), 1);
}

static void accounts_do_not_see_each_other (void **state)
{
    (void)state;
    AUTO (token) token = { .name = NULL };
    AUTO (session) bob = { .bearer = SECRET_INIT };
    AUTO (token_list) list = { .items = NULL };
    AUTO (secret) secret = SECRET_INIT;
    const bool off = false;
    struct error err = ERROR_INIT;
    make ("ci", 0, &token, &secret);
    assert_ok (sign_in ("bob", BOB_PASSWORD, &bob, &err), &err);
    const struct caller caller = as (&bob);
    assert_ok (service_list (world.service, &caller, &list, &err), &err);
    assert_int_equal (list.count, 0);
    assert_ok (service_find (world.service, &caller, token.id, &list, &err), &err);
    assert_int_equal (list.count, 0);
    assert_int_equal (service_delete (world.service, &caller, token.id, &err), -1);
    assert_code (&err, ERROR_TOKEN_NOT_FOUND);
    assert_int_equal (
        service_update (world.service, &caller, token.id, &(struct token_change){ .active = &off }, NULL, &err), -1);
    assert_code (&err, ERROR_TOKEN_NOT_FOUND);
    assert_refused ("bob", secret_text (&secret), ERROR_WRONG_CREDENTIALS);
}

static void names_and_ids_find_tokens (void **state)
{
    (void)state;
    AUTO (token) one = { .name = NULL };
    const struct caller caller = as (&world.session);
    struct error err = ERROR_INIT;
    make ("one", 0, &one, NULL);
    make ("two", 0, NULL, NULL);
    char prefix[9];
    memcpy (prefix, one.id, 8);
    prefix[8] = '\0';
    const char *const texts[] = { "one", one.id, prefix };
    for (size_t i = 0; i < ARRAY_SIZE (texts); i++) {
        AUTO (token_list) list = { .items = NULL };
        assert_ok (service_find (world.service, &caller, texts[i], &list, &err), &err);
        assert_int_equal (list.count, 1);
        assert_string_equal (list.items[0].id, one.id);
    }
    AUTO (token_list) none = { .items = NULL };
    assert_ok (service_find (world.service, &caller, "on", &none, &err), &err);
    assert_int_equal (none.count, 0);
}

/* Rule 6 */
static void a_token_manages_nothing (void **state)
{
    (void)state;
    AUTO (token) token = { .name = NULL };
    AUTO (secret) secret = SECRET_INIT;
    AUTO (secret) password = support_secret (ALICE_PASSWORD);
    AUTO (secret) new_password = support_secret ("another password");
    AUTO (session) session = { .bearer = SECRET_INIT };
    AUTO (session) who = { .bearer = SECRET_INIT };
    AUTO (token_list) list = { .items = NULL };
    AUTO (token_made) made = { .secret = SECRET_INIT };
    struct token_wish wish = { .name = "x", .scopes = { .list = { SCOPE_READ }, .count = 1 } };
    const bool off = false;
    const struct token_change change = { .active = &off };
    make ("admin", 0, &token, &secret);
    assert_int_equal (sign_in ("alice", secret_text (&secret), &session, NULL), 0);
    const struct caller caller = as (&session);
    struct error err = ERROR_INIT;
#define FORBIDDEN(call)                                                                                                \
    assert_int_equal (call, -1);                                                                                       \
    assert_code (&err, ERROR_PAT_CANNOT_MANAGE);                                                                       \
    err.code = ERROR_NONE
    FORBIDDEN (service_list (world.service, &caller, &list, &err));
    FORBIDDEN (service_find (world.service, &caller, "admin", &list, &err));
    FORBIDDEN (service_create (world.service, &caller, &wish, &made, &err));
    FORBIDDEN (service_update (world.service, &caller, token.id, &change, NULL, &err));
    FORBIDDEN (service_delete (world.service, &caller, token.id, &err));
    FORBIDDEN (service_set_password (world.service, &caller, &password, &new_password, &err));
    assert_int_equal (service_whoami (world.service, &caller, &who, NULL), 0);
    assert_int_equal (count_tokens (), 1);
}

/* Rule 8 */
static void the_sixth_automatic_token_pushes_out_the_least_used (void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    char ids[5][TOKEN_ID_SIZE];
    AUTO (secret) first_secret = SECRET_INIT;
    for (int i = 0; i < 5; i++) {
        AUTO (token_made) made = { .secret = SECRET_INIT };
        AUTOFREE char *place = xasprintf ("place %d", i);
        assert_ok (make_auto (place, &world.session, &made, &err), &err);
        assert_string_equal (made.evicted.id, "");
        assert_int_equal (made.token.source, TOKEN_AUTO);
        assert_int_equal (made.token.expires_us / 1000000, world.session.expires_us / 1000000);
        memcpy (ids[i], made.token.id, TOKEN_ID_SIZE);
        if (i == 0)
            secret_move (&first_secret, &made.secret);
        clock_advance_s (10);
    }
    AUTO (session) used = { .bearer = SECRET_INIT };
    assert_ok (sign_in ("alice", secret_text (&first_secret), &used, &err), &err); /* the oldest is now the last used */
    clock_advance_s (10);
    AUTO (token_made) sixth = { .secret = SECRET_INIT };
    assert_ok (make_auto ("place 5", &world.session, &sixth, &err), &err);
    assert_string_equal (sixth.evicted.id, ids[1]);
    assert_int_equal (count_tokens (), 5);
}

static void signing_in_again_from_one_place_replaces (void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    bool found;
    AUTO (token_made) one = { .secret = SECRET_INIT };
    AUTO (token_made) two = { .secret = SECRET_INIT };
    make ("by hand", 0, NULL, NULL);
    assert_ok (make_auto ("here", &world.session, &one, &err), &err);
    assert_ok (make_auto ("here", &world.session, &two, &err), &err);
    assert_int_equal (count_tokens (), 2);
    get (one.token.id, NULL, &found);
    assert_false (found);
    assert_refused ("alice", secret_text (&one.secret), ERROR_WRONG_CREDENTIALS);
}

static void signing_out_ends_the_session_and_its_automatic_tokens (void **state)
{
    (void)state;
    AUTO (session) session = { .bearer = SECRET_INIT };
    AUTO (token_made) mine = { .secret = SECRET_INIT };
    AUTO (token_made) others = { .secret = SECRET_INIT };
    AUTO (token_list) list = { .items = NULL };
    struct error err = ERROR_INIT;
    assert_ok (sign_in ("alice", ALICE_PASSWORD, &session, &err), &err);
    assert_ok (make_auto ("mine", &session, &mine, &err), &err);
    assert_ok (make_auto ("other", &world.session, &others, &err), &err);
    make ("by hand", 0, NULL, NULL);
    const struct caller caller = as (&session);
    assert_ok (service_sign_out (world.service, &caller, false, &err), &err);
    assert_int_equal (service_list (world.service, &caller, &list, &err), -1);
    assert_code (&err, ERROR_SESSION_EXPIRED);
    assert_refused ("alice", secret_text (&mine.secret), ERROR_WRONG_CREDENTIALS);
    assert_int_equal (count_tokens (), 2);
}

static void signing_out_everywhere_ends_all_sessions_of_the_account (void **state)
{
    (void)state;
    AUTO (session) other = { .bearer = SECRET_INIT };
    AUTO (session) bob = { .bearer = SECRET_INIT };
    AUTO (session) pat = { .bearer = SECRET_INIT };
    AUTO (session) who = { .bearer = SECRET_INIT };
    AUTO (token_made) automatic = { .secret = SECRET_INIT };
    AUTO (secret) secret = SECRET_INIT;
    struct error err = ERROR_INIT;
    make ("by hand", 0, NULL, &secret);
    assert_ok (sign_in ("alice", ALICE_PASSWORD, &other, &err), &err);
    assert_ok (sign_in ("bob", BOB_PASSWORD, &bob, &err), &err);
    assert_ok (sign_in ("alice", secret_text (&secret), &pat, &err), &err);
    assert_ok (make_auto ("other", &other, &automatic, &err), &err);
    const struct caller as_pat = as (&pat), as_alice = as (&world.session), as_other = as (&other), as_bob = as (&bob);
    assert_int_equal (service_sign_out (world.service, &as_pat, true, &err), -1);
    assert_code (&err, ERROR_PAT_CANNOT_MANAGE);
    assert_ok (service_sign_out (world.service, &as_alice, true, &err), &err);
    assert_int_equal (service_whoami (world.service, &as_alice, &who, &err), -1);
    assert_int_equal (service_whoami (world.service, &as_other, &who, &err), -1);
    assert_int_equal (service_whoami (world.service, &as_pat, &who, &err), -1);
    assert_ok (service_whoami (world.service, &as_bob, &who, &err), &err);
    assert_refused ("alice", secret_text (&automatic.secret), ERROR_WRONG_CREDENTIALS);
    session_release (&pat);
    assert_ok (sign_in ("alice", secret_text (&secret), &pat, &err), &err);
}

/* Rule 11 */
static void strangers_learn_nothing (void **state)
{
    (void)state;
    struct error unknown = ERROR_INIT, wrong = ERROR_INIT;
    AUTO (session) session = { .bearer = SECRET_INIT };
    assert_int_equal (sign_in ("carol", "correct horse", &session, &unknown), -1);
    assert_int_equal (sign_in ("alice", "wrong horse!", &session, &wrong), -1);
    assert_code (&unknown, ERROR_WRONG_CREDENTIALS);
    assert_string_equal (unknown.text, wrong.text);
    assert_string_equal (unknown.hint, wrong.hint);
    assert_int_equal (unknown.detail_count, wrong.detail_count);
    assert_refused ("alice", "", ERROR_WRONG_CREDENTIALS);
    assert_refused ("alice", "dpat_00000000000000000000000000000000000000", ERROR_WRONG_CREDENTIALS);
    assert_refused (NULL, ALICE_PASSWORD, ERROR_WRONG_CREDENTIALS);
}

static void a_disabled_account_is_told_to_its_owner_only (void **state)
{
    (void)state;
    AUTO (secret) secret = SECRET_INIT;
    AUTO (session) who = { .bearer = SECRET_INIT };
    const struct caller caller = as (&world.session);
    struct error err = ERROR_INIT;
    bool changed;
    make ("ci", 0, NULL, &secret);
    assert_ok (accounts_set_disabled (world.embedded, &caller, "alice", true, &changed, &err), &err);
    assert_true (changed);
    assert_int_equal (service_whoami (world.service, &caller, &who, &err), -1);
    assert_refused ("alice", ALICE_PASSWORD, ERROR_ACCOUNT_DISABLED);
    assert_refused ("alice", secret_text (&secret), ERROR_ACCOUNT_DISABLED);
    assert_refused ("alice", "wrong horse!", ERROR_WRONG_CREDENTIALS);
    assert_ok (accounts_set_disabled (world.embedded, &caller, "alice", false, &changed, &err), &err);
    AUTO (session) session = { .bearer = SECRET_INIT };
    assert_ok (sign_in ("alice", ALICE_PASSWORD, &session, &err), &err);
}

static void sessions_end_at_their_time (void **state)
{
    (void)state;
    AUTO (session) who = { .bearer = SECRET_INIT };
    const struct caller caller = as (&world.session);
    struct error err = ERROR_INIT;
    assert_int_equal (world.session.expires_us, clock_now_us () + 12 * 3600 * (int64_t)1000000);
    clock_advance_s (12 * 3600 - 1);
    assert_ok (service_whoami (world.service, &caller, &who, &err), &err);
    assert_string_equal (who.user, "alice");
    assert_int_equal (who.kind, SIGNED_IN_WITH_PASSWORD);
    clock_advance_s (1);
    assert_int_equal (service_whoami (world.service, &caller, &who, &err), -1);
    assert_code (&err, ERROR_SESSION_EXPIRED);
}

static void a_session_may_be_wished_up_to_30_days (void **state)
{
    (void)state;
    AUTO (secret) secret = support_secret (ALICE_PASSWORD);
    struct sign_in wish = { .user = "alice", .secret = &secret, .life_s = 30 * TIME_DAY };
    const struct caller caller = { .ip = NULL };
    struct error err = ERROR_INIT;
    AUTO (session) session = { .bearer = SECRET_INIT };
    AUTO (session) longer = { .bearer = SECRET_INIT };
    assert_ok (service_sign_in (world.service, &caller, &wish, &session, &err), &err);
    assert_int_equal (session.expires_us, clock_now_us () + 30 * TIME_DAY * 1000000);
    wish.life_s++;
    assert_int_equal (service_sign_in (world.service, &caller, &wish, &longer, &err), -1);
    assert_code (&err, ERROR_INVALID_TIME);
}

static void without_a_good_bearer_nothing_is_told (void **state)
{
    (void)state;
    static const char *const texts[] = { "", "x", "eyJhbGciOiJub25lIn0.e30." };
    AUTO (token_list) list = { .items = NULL };
    struct error err = ERROR_INIT;
    struct caller caller = { .bearer = NULL };
    assert_int_equal (service_list (world.service, &caller, &list, &err), -1);
    assert_code (&err, ERROR_NOT_SIGNED_IN);
    for (size_t i = 0; i < ARRAY_SIZE (texts); i++) {
        AUTO (secret) bearer = support_secret (texts[i]);
        caller.bearer = &bearer;
        assert_int_equal (service_list (world.service, &caller, &list, &err), -1);
        assert_code (&err, ERROR_NOT_SIGNED_IN);
    }
}

static void a_new_password_ends_the_other_sessions (void **state)
{
    (void)state;
    AUTO (secret) old_password = support_secret (ALICE_PASSWORD);
    AUTO (secret) wrong = support_secret ("wrong horse!");
    AUTO (secret) short_one = support_secret ("1234567");
    AUTO (secret) new_password = support_secret ("another password");
    AUTO (session) other = { .bearer = SECRET_INIT };
    AUTO (session) again = { .bearer = SECRET_INIT };
    AUTO (session) who = { .bearer = SECRET_INIT };
    const struct caller caller = as (&world.session);
    struct error err = ERROR_INIT;
    assert_ok (sign_in ("alice", ALICE_PASSWORD, &other, &err), &err);
    assert_int_equal (service_set_password (world.service, &caller, &wrong, &new_password, &err), -1);
    assert_code (&err, ERROR_WRONG_CREDENTIALS);
    assert_int_equal (service_set_password (world.service, &caller, &old_password, &short_one, &err), -1);
    assert_code (&err, ERROR_INVALID_PASSWORD);
    assert_ok (service_set_password (world.service, &caller, &old_password, &new_password, &err), &err);
    assert_ok (service_whoami (world.service, &caller, &who, &err), &err);
    const struct caller other_caller = as (&other);
    assert_int_equal (service_whoami (world.service, &other_caller, &who, &err), -1);
    assert_refused ("alice", ALICE_PASSWORD, ERROR_WRONG_CREDENTIALS);
    assert_ok (sign_in ("alice", "another password", &again, &err), &err);
}

int main (void)
{
#define TEST(promise, adapter)                                                                                         \
    {                                                                                                                  \
#adapter ": " #promise, promise, open_##adapter, close_world, NULL                                             \
    }
#define EACH(adapter)                                                                                                  \
    TEST (a_token_has_what_was_wished_and_who_made_it, adapter), TEST (a_use_is_recorded, adapter),                    \
        TEST (bad_wishes_make_nothing, adapter), TEST (an_active_name_is_taken_once, adapter),                         \
        TEST (a_request_is_remembered_until_its_secret_is_delivered, adapter),                                         \
        TEST (who_uses_or_activates_a_token_has_its_secret, adapter),                                                  \
        TEST (a_request_never_makes_a_second_token, adapter),                                                          \
        TEST (a_name_is_free_when_its_token_is_not_active, adapter), TEST (only_name_and_state_change, adapter),       \
        TEST (a_rename_takes_no_active_name, adapter),                                                                 \
        TEST (a_token_that_is_not_active_authenticates_nothing_at_once, adapter),                                      \
        TEST (an_expired_token_can_only_be_deleted, adapter), TEST (deleting_ends_it_and_nothing_else, adapter),       \
        TEST (accounts_do_not_see_each_other, adapter), TEST (names_and_ids_find_tokens, adapter),                     \
        TEST (a_token_manages_nothing, adapter), TEST (the_sixth_automatic_token_pushes_out_the_least_used, adapter),  \
        TEST (signing_in_again_from_one_place_replaces, adapter),                                                      \
        TEST (signing_out_ends_the_session_and_its_automatic_tokens, adapter),                                         \
        TEST (signing_out_everywhere_ends_all_sessions_of_the_account, adapter),                                       \
        TEST (strangers_learn_nothing, adapter), TEST (a_disabled_account_is_told_to_its_owner_only, adapter),         \
        TEST (sessions_end_at_their_time, adapter), TEST (a_session_may_be_wished_up_to_30_days, adapter),             \
        TEST (without_a_good_bearer_nothing_is_told, adapter), TEST (a_new_password_ends_the_other_sessions, adapter)
    const struct CMUnitTest tests[] = { EACH (embedded), EACH (hub) };
    json_start ();
    return cmocka_run_group_tests (tests, NULL, NULL);
}
