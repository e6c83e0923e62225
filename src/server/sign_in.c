/* The resource of sign-ins: login, its second step, short bearers, and logout. */
#include <string.h>

#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/server/handlers.h"
#include "src/server/server_private.h"

/* What a bearer of /v2/auth/token lives. */
enum { AUTH_TOKEN_LIFE_S = 600 };

/* One sign-in and what comes of it. */
struct attempt {
    const struct sign_in *sign_in;
    struct session *session;
};

static int attempt_sign_in (struct call *call, void *context, struct error *err)
{
    const struct attempt *attempt = context;
    return service_sign_in (call->service, &call->caller, attempt->sign_in, attempt->session, err);
}

/* The second factor locks itself. */
static int sign_in (struct call *call, const struct sign_in *sign_in, struct session *ret_session, struct error *err)
{
    struct attempt attempt = { .sign_in = sign_in, .session = ret_session };
    const struct secret *guessed = sign_in->pending ? NULL : sign_in->secret;
    if (handlers_try (call, sign_in->user, guessed, attempt_sign_in, &attempt, err) != 0)
        return -1;
    memcpy (call->exchange->user, ret_session->user, sizeof (call->exchange->user));
    return 0;
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
    if (life && !json_is_null (life) && (!json_is_integer (life) || *ret_life_s <= 0))
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
    bool everywhere;
    if (handlers_take_flag (call, "everywhere", &everywhere, err) != 0
        || service_sign_out (call->service, &call->caller, everywhere, err) != 0)
        return -1;
    exchange_reply (call->exchange, 200, json_object ());
    json_set_string (call->exchange->reply.body, "detail", "Logged out");
    return 0;
}
