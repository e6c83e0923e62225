/* The resource of sign-ins: login, its second step, short bearers, and logout. */
#include <string.h>

#include "src/base/clock.h"
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/server/handlers.h"
#include "src/server/server_private.h"
#include "src/token/token_secret.h"

/* What a bearer of /v2/auth/token lives. */
enum { AUTH_TOKEN_LIFE_S = 600 };

/* Sign in, unless who asks has failed too often. Only passwords are counted here: tokens cannot be guessed, and the
 * second factor locks itself. */
static int sign_in (struct call *call, const struct sign_in *sign_in, struct session *ret_session, struct error *err)
{
    struct server *server = call->exchange->server;
    struct address near = address_neighbourhood (&call->exchange->client);
    char network[ADDRESS_TEXT_SIZE];
    struct error why = ERROR_INIT;
    bool counts =
        sign_in->pending == NULL && !token_secret_is_valid (secret_text (sign_in->secret), sign_in->secret->len);
    const char *account = sign_in->user ? sign_in->user : "";
    address_format (&near, network);
    int status = counts ? throttle_check (server->throttle, account, network, clock_now_us (), &why) : 0;
    if (status == 0) {
        status = service_sign_in (call->service, &call->caller, sign_in, ret_session, &why);
        if (counts && status == 0)
            throttle_succeeded (server->throttle, account, network, clock_now_us ());
        if (counts && why.code == ERROR_WRONG_CREDENTIALS)
            throttle_failed (server->throttle, account, network, clock_now_us ());
    }
    metrics_sign_in (&server->metrics, status == 0 ? ERROR_NONE : why.code);
    if (status == 0)
        memcpy (call->exchange->user, ret_session->user, sizeof (call->exchange->user));
    else
        *err = why;
    return status;
}

/* Reply with the bearer as the member key; or, when the second factor's code is needed, with what to show with it. */
static int reply_bearer (struct call *call, int status, const char *key, const struct session *session,
                         struct error *err)
{
    struct exchange *exchange = call->exchange;
    if (status != 0 && err->code != ERROR_CODE_NEEDED)
        return -1;
    if (status != 0) {
        exchange_fail (exchange, err);
        key = "login_2fa_token";
    } else
        exchange_reply (exchange, 200, json_object ());
    json_set (exchange->reply.body, key, json_stringn (session->bearer.data, session->bearer.len));
    return 0;
}

/* Beyond Docker Hub's: "session_life", in seconds. */
static int take_life (const struct call *call, int64_t *ret_life_s, struct error *err)
{
    const json_t *life = json_object_get (call->body, "session_life");
    *ret_life_s = json_integer_value (life);
    if (life && (!json_is_integer (life) || *ret_life_s <= 0))
        return error_set (err, ERROR_INVALID_TIME, "\"session_life\" is no positive number of seconds");
    return 0;
}

static int sign_in_as (struct call *call, const char *user_key, const char *secret_key, int64_t life_s,
                       const char *reply_key, struct error *err)
{
    AUTO (secret) secret = SECRET_INIT;
    AUTO (session) session = { .bearer = SECRET_INIT };
    const char *user;
    if (handlers_take_text (call, user_key, true, &user, err) != 0
        || handlers_take_secret (call, secret_key, true, &secret, err) != 0)
        return -1;
    const struct sign_in wish = { .user = user, .secret = &secret, .life_s = life_s };
    int status = sign_in (call, &wish, &session, err);
    return reply_bearer (call, status, reply_key, &session, err);
}

int handle_login (struct call *call, struct error *err)
{
    int64_t life_s;
    if (take_life (call, &life_s, err) != 0)
        return -1;
    return sign_in_as (call, "username", "password", life_s, "token", err);
}

int handle_auth_token (struct call *call, struct error *err)
{
    return sign_in_as (call, "identifier", "secret", AUTH_TOKEN_LIFE_S, "access_token", err);
}

int handle_second_step (struct call *call, struct error *err)
{
    AUTO (secret) pending = SECRET_INIT;
    AUTO (secret) code = SECRET_INIT;
    AUTO (session) session = { .bearer = SECRET_INIT };
    int64_t life_s;
    if (take_life (call, &life_s, err) != 0 || handlers_take_secret (call, "login_2fa_token", true, &pending, err) != 0
        || handlers_take_secret (call, "code", true, &code, err) != 0)
        return -1;
    const struct sign_in wish = { .pending = &pending, .code = &code, .life_s = life_s };
    int status = sign_in (call, &wish, &session, err);
    return reply_bearer (call, status, "token", &session, err);
}

/* Beyond Docker Hub's: "everywhere". */
int handle_logout (struct call *call, struct error *err)
{
    const json_t *everywhere = json_object_get (call->body, "everywhere");
    if (service_sign_out (call->service, &call->caller, json_is_true (everywhere), err) != 0)
        return -1;
    exchange_reply (call->exchange, 200, json_object ());
    json_set_string (call->exchange->reply.body, "detail", "Logged out");
    return 0;
}
