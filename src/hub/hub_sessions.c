/* Signing in and out over HTTP, and what an account does for itself. */
#include <stdio.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/base/crypto.h"
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/base/time.h"
#include "src/hub/hub_private.h"
#include "src/token/token_secret.h"

enum { CLAIMS_MAX_BYTES = 16384 };

/* "docker_pat|UUID" in the claims under the Hub's own name, or {"type":"pat","id":UUID} beside them. */
static void read_source (const json_t *claims, struct hub_claims *ret_claims)
{
    const json_t *own = json_object_get (claims, HUB_URL);
    const json_t *source = json_object_get (claims, "source");
    const char *text = json_get_string (own, "source");
    const char *type = json_get_string (source, "type");
    const char *id = NULL;
    if (text && strncmp (text, "docker_pat|", strlen ("docker_pat|")) == 0)
        id = text + strlen ("docker_pat|");
    else if (type && strcmp (type, "pat") == 0)
        id = json_get_string (source, "id");
    ret_claims->is_pat = id != NULL;
    if (id && token_id_is_whole (id))
        memcpy (ret_claims->token_id, id, TOKEN_ID_SIZE);
    const char *user = json_get_string (own, "username");
    if (user && strlen (user) <= ACCOUNT_NAME_MAX)
        snprintf (ret_claims->user, sizeof (ret_claims->user), "%s", user);
}

int hub_read_claims (const struct secret *bearer, struct hub_claims *ret_claims, struct error *err)
{
    const char *first = strchr (secret_text (bearer), '.');
    const char *second = first ? strchr (first + 1, '.') : NULL;
    AUTO (buffer) text;
    buffer_init (&text, CLAIMS_MAX_BYTES);
    json_auto_t *claims = NULL;
    if (second && crypto_base64url_decode (&text, first + 1, (size_t)(second - first) - 1) == 0 && !text.failed)
        claims = json_parse (buffer_text (&text), text.len, "the bearer", ERROR_SERVICE_FAILED, NULL);
    if (!json_is_object (claims))
        return error_set (err, ERROR_SERVICE_FAILED, "the service gave a bearer that is no JSON Web Token");
    *ret_claims = (struct hub_claims){ .expires_at = json_get_integer (claims, "exp") };
    read_source (claims, ret_claims);
    return 0;
}

/* POST a sign-in. dpat serve is shown an earlier session, where there is one; Docker Hub does not ask for that. */
static int ask_to_sign_in (struct hub *hub, const struct caller *caller, const char *path, const json_t *body,
                           struct http_reply *reply, struct error *err)
{
    bool shows = !hub->is_docker_hub && hub_bearer_is_whole (caller->bearer);
    const struct http_request request = { .method = "POST",
                                          .path = path,
                                          .body = body,
                                          .bearer = shows ? caller->bearer : NULL,
                                          .user_agent = caller->user_agent };
    return http_ask (hub->http, &request, reply, err);
}

static int open_session (const char *bearer, const struct sign_in *sign_in, struct session *ret_session,
                         struct error *err)
{
    AUTO (session) session = { .bearer = SECRET_INIT };
    struct hub_claims claims;
    secret_set (&session.bearer, bearer, strlen (bearer));
    if (hub_read_claims (&session.bearer, &claims, err) != 0)
        return -1;
    if (claims.expires_at <= 0 || claims.expires_at > TIME_LAST)
        return error_set (err, ERROR_SERVICE_FAILED, "the service gave a bearer that does not say when it ends");
    session.kind = claims.is_pat ? SIGNED_IN_WITH_PAT : SIGNED_IN_WITH_PASSWORD;
    session.expires_us = claims.expires_at * 1000000;
    memcpy (session.token_id, claims.token_id, sizeof (session.token_id));
    const char *user = claims.user[0] ? claims.user : sign_in->user ? sign_in->user : "";
    snprintf (session.user, sizeof (session.user), "%s", user);
    *ret_session = session;
    session.bearer = (struct secret)SECRET_INIT; /* handed over */
    return 0;
}

/* A refused sign-in: the code is needed, or the error that the service names, or the one that says nothing. */
static int fail_sign_in (const struct hub *hub, const struct http_reply *reply, struct session *ret_session,
                         struct error *err)
{
    const char *pending = json_get_string (reply->body, "login_2fa_token");
    if (reply->status != 401)
        return hub_fail (hub, reply, err);
    if (pending && pending[0]) {
        secret_set (&ret_session->bearer, pending, strlen (pending));
        error_set (err, ERROR_CODE_NEEDED,
                   "the password is right; the account has a second factor, whose code is needed as well");
        return error_hint (err, "give it with --otp-stdin or DPAT_OTP_COMMAND, or sign in on a terminal");
    }
    hub_fail (hub, reply, err);
    if (err && err->code == ERROR_SESSION_EXPIRED) { /* what 401 means where there is a session */
        error_set (err, ERROR_WRONG_CREDENTIALS, "the user name or the secret is wrong");
    }
    return -1;
}

static int ask_for_session (struct hub *hub, const struct caller *caller, const struct sign_in *sign_in,
                            const char *path, const char *reply_key, json_t *body, struct session *ret_session,
                            struct error *err)
{
    AUTO (http_reply) reply = { .body = NULL };
    if (sign_in->life_s)
        json_set (body, "session_life", json_integer (sign_in->life_s));
    if (ask_to_sign_in (hub, caller, path, body, &reply, err) != 0)
        return -1;
    if (reply.status != 200)
        return fail_sign_in (hub, &reply, ret_session, err);
    const char *bearer = json_get_string (reply.body, reply_key);
    if (bearer == NULL)
        return error_set (err, ERROR_SERVICE_FAILED, "%s answered a sign-in without a bearer", http_host (hub->http));
    return open_session (bearer, sign_in, ret_session, err);
}

/* A password goes to the older of the two ways, the only one that knows of second factors. */
int hub_sign_in (struct service *service, const struct caller *caller, const struct sign_in *sign_in,
                 struct session *ret_session, struct error *err)
{
    struct hub *hub = (struct hub *)service;
    json_auto_t *body = json_object ();
    if (sign_in->pending) {
        if (sign_in->code == NULL)
            return error_set (err, ERROR_CODE_NEEDED, "the code of the second factor is missing");
        json_set_string (body, "login_2fa_token", secret_text (sign_in->pending));
        json_set_string (body, "code", secret_text (sign_in->code));
        return ask_for_session (hub, caller, sign_in, "/v2/users/2fa-login", "token", body, ret_session, err);
    }
    bool is_pat = token_secret_is_pat (secret_text (sign_in->secret));
    json_set_string (body, is_pat ? "identifier" : "username", sign_in->user ? sign_in->user : "");
    json_set_string (body, is_pat ? "secret" : "password", secret_text (sign_in->secret));
    return ask_for_session (hub, caller, sign_in, is_pat ? "/v2/auth/token" : "/v2/users/login",
                            is_pat ? "access_token" : "token", body, ret_session, err);
}

int hub_sign_out (struct service *service, const struct caller *caller, bool everywhere, struct error *err)
{
    struct hub *hub = (struct hub *)service;
    json_auto_t *body = json_object ();
    AUTO (http_reply) reply = { .body = NULL };
    if (everywhere && hub_needs_dpat (hub, "end all sessions", err) != 0)
        return -1;
    if (everywhere)
        json_set (body, "everywhere", json_true ());
    return hub_ask (hub, caller, "POST", "/v2/logout", body, false, &reply, err);
}

int hub_whoami (struct service *service, const struct caller *caller, struct session *ret_session, struct error *err)
{
    struct hub *hub = (struct hub *)service;
    AUTO (http_reply) reply = { .body = NULL };
    struct hub_claims claims = { .is_pat = false };
    if (hub_ask (hub, caller, "GET", "/v2/user", NULL, true, &reply, err) != 0
        || hub_read_claims (caller->bearer, &claims, err) != 0)
        return -1;
    const char *user = json_get_string (reply.body, "username");
    if (user == NULL || strlen (user) > ACCOUNT_NAME_MAX)
        return error_set (err, ERROR_SERVICE_FAILED, "%s does not say who is signed in", http_host (hub->http));
    snprintf (ret_session->user, sizeof (ret_session->user), "%s", user);
    ret_session->kind = claims.is_pat ? SIGNED_IN_WITH_PAT : SIGNED_IN_WITH_PASSWORD;
    ret_session->expires_us = claims.expires_at * 1000000;
    memcpy (ret_session->token_id, claims.token_id, sizeof (ret_session->token_id));
    return 0;
}

int hub_set_password (struct service *service, const struct caller *caller, const struct secret *old_password,
                      const struct secret *new_password, struct error *err)
{
    struct hub *hub = (struct hub *)service;
    json_auto_t *body = json_object ();
    AUTO (http_reply) reply = { .body = NULL };
    json_set_string (body, "old_password", secret_text (old_password));
    json_set_string (body, "new_password", secret_text (new_password));
    if (hub_needs_dpat (hub, "change the password", err) != 0)
        return -1;
    return hub_ask (hub, caller, "PUT", "/v2/user/password", body, false, &reply, err);
}

int hub_second_factor (struct service *service, const struct caller *caller, struct second_factor *ret_factor,
                       struct error *err)
{
    struct hub *hub = (struct hub *)service;
    AUTO (http_reply) reply = { .body = NULL };
    if (hub_needs_dpat (hub, "see the second factor", err) != 0
        || hub_ask (hub, caller, "GET", "/v2/user/2fa", NULL, true, &reply, err) != 0)
        return -1;
    const char *locked_until = json_get_string (reply.body, "locked_until");
    *ret_factor =
        (struct second_factor){ .enabled = json_is_true (json_object_get (reply.body, "enabled")),
                                .has_recovery = json_is_true (json_object_get (reply.body, "recovery_code_left")) };
    if (locked_until && time_parse_us (locked_until, &ret_factor->locked_until_us, NULL) != 0)
        return error_set (err, ERROR_SERVICE_FAILED, "%s answered with a time that is none", http_host (hub->http));
    return 0;
}

/* POST a body about the second factor, and take the secret that comes back as the member key. */
static int ask_second_factor (struct hub *hub, const struct caller *caller, const char *path, const json_t *body,
                              const char *key, struct secret *ret_secret, struct error *err)
{
    AUTO (http_reply) reply = { .body = NULL };
    if (hub_needs_dpat (hub, "change the second factor", err) != 0
        || hub_ask (hub, caller, "POST", path, body, key != NULL, &reply, err) != 0)
        return -1;
    if (key == NULL)
        return 0;
    const char *text = json_get_string (reply.body, key);
    if (text == NULL || text[0] == '\0')
        return error_set (err, ERROR_SERVICE_FAILED, "%s answered without %s", http_host (hub->http), key);
    secret_set (ret_secret, text, strlen (text));
    return 0;
}

int hub_offer_second_factor (struct service *service, const struct caller *caller, const struct secret *password,
                             struct secret *ret_uri, struct error *err)
{
    json_auto_t *body = json_object ();
    json_set_string (body, "password", secret_text (password));
    return ask_second_factor ((struct hub *)service, caller, "/v2/user/2fa", body, "otpauth_uri", ret_uri, err);
}

int hub_confirm_second_factor (struct service *service, const struct caller *caller, const struct secret *code,
                               struct secret *ret_recovery, struct error *err)
{
    json_auto_t *body = json_object ();
    json_set_string (body, "code", secret_text (code));
    return ask_second_factor ((struct hub *)service, caller, "/v2/user/2fa/confirm", body, "recovery_code",
                              ret_recovery, err);
}

int hub_drop_second_factor (struct service *service, const struct caller *caller, const struct secret *password,
                            const struct secret *code, struct error *err)
{
    json_auto_t *body = json_object ();
    json_set_string (body, "password", secret_text (password));
    json_set_string (body, "code", secret_text (code));
    return ask_second_factor ((struct hub *)service, caller, "/v2/user/2fa/disable", body, NULL, NULL, err);
}
