/* The resource of registry tokens: what clients of registries that trust this service ask for (distribution's
 * spec/auth/token.md and oauth.md). */
#include <string.h>

#include "src/base/clock.h"
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/base/time.h"
#include "src/server/handlers.h"
#include "src/server/server_private.h"
#include "src/service/registry.h"
#include "src/token/token_secret.h"

static const char *text_of (const struct call *call, const char *key)
{
    const char *text = json_get_string (call->body, key);
    return text ? text : "";
}

/* A registry's own name is the audience of its tokens: no token is made for one that is not known here. */
static int choose_audience (const struct call *call, const char **ret_audience, struct error *err)
{
    const struct server_config *config = &call->exchange->server->config;
    const char *asked = text_of (call, "service");
    *ret_audience = config->registry_audience;
    if (asked[0] == '\0' || strcmp (asked, config->registry_audience) == 0)
        return 0;
    return error_set (err, ERROR_USAGE,
                      "no tokens are made here for a registry whose \"service\" is \"%.80s\", but for \"%s\"", asked,
                      config->registry_audience);
}

/* Of a form: the grant it speaks of. */
static int take_grant_type (const struct call *call, struct registry_request *request, struct secret *secret,
                            struct error *err)
{
    const char *type = text_of (call, "grant_type");
    if (strcmp (type, "password") == 0) {
        request->user = text_of (call, "username");
        secret_set (secret, text_of (call, "password"), strlen (text_of (call, "password")));
        request->secret = secret;
        return 0;
    }
    if (strcmp (type, "refresh_token") == 0 && call->exchange->server->config.registry_refresh) {
        secret_set (secret, text_of (call, "refresh_token"), strlen (text_of (call, "refresh_token")));
        request->refresh = secret;
        return 0;
    }
    return error_set (err, ERROR_USAGE, "the grant_type \"%.40s\" is not taken here", type);
}

/* Who asks: by Authorization: Basic, by the form, or nobody in particular. */
static int take_credentials (const struct call *call, struct registry_request *request, struct secret *secret,
                             struct error *err)
{
    struct exchange *exchange = call->exchange;
    bool by_form = text_of (call, "grant_type")[0] != '\0';
    if (by_form && exchange->authorization_shown)
        return error_set (err, ERROR_USAGE, "credentials are shown twice, in the head and in the body");
    if (by_form)
        return take_grant_type (call, request, secret, err);
    if (!exchange->authorization_shown)
        return 0;
    if (exchange->basic_user == NULL)
        return error_set (err, ERROR_NOT_SIGNED_IN,
                          "this takes user and token as \"Authorization: Basic\", well-formed");
    request->user = exchange->basic_user;
    request->secret = &exchange->basic_secret;
    return 0;
}

/* One registry request and its answer. */
struct attempt {
    const struct registry_request *request;
    struct registry_grant *grant;
};

static int authorise (struct call *call, void *context, struct error *err)
{
    const struct attempt *attempt = context;
    return registry_authorise (call->embedded, &call->caller, attempt->request, attempt->grant, err);
}

static void reply (struct exchange *exchange, const struct registry_grant *grant, bool is_post)
{
    json_t *body = json_object ();
    json_t *token = json_stringn (grant->token.data, grant->token.len);
    json_set (body, "token", token);
    json_set (body, "access_token", json_incref (token));
    json_set (body, "expires_in", json_integer (grant->life_s));
    json_set_time (body, "issued_at", grant->issued_at);
    if (is_post)
        json_set_string (body, "scope", grant->scope);
    if (grant->refresh.len > 0)
        json_set (body, "refresh_token", json_stringn (grant->refresh.data, grant->refresh.len));
    exchange_reply (exchange, 200, body);
}

int handle_registry_token (struct call *call, struct error *err)
{
    struct exchange *exchange = call->exchange;
    const struct server_config *config = &exchange->server->config;
    AUTO (secret) secret = SECRET_INIT;
    AUTO (registry_grant) grant = { .scope = NULL };
    bool is_post = strcmp (exchange->method, "POST") == 0;
    struct registry_request request = { .scope = text_of (call, "scope"), .life_s = config->registry_life_s };
    request.wants_refresh = config->registry_refresh
                            && (strcmp (text_of (call, "offline_token"), "true") == 0
                                || strcmp (text_of (call, "access_type"), "offline") == 0);
    if (choose_audience (call, &request.audience, err) != 0 || take_credentials (call, &request, &secret, err) != 0)
        return -1;
    struct attempt attempt = { .request = &request, .grant = &grant };
    bool is_password = request.secret && !token_secret_is_valid (secret_text (request.secret), request.secret->len);
    if (handlers_try (call, request.user, is_password, authorise, &attempt, err) != 0)
        return -1;
    memcpy (exchange->user, grant.user, sizeof (exchange->user));
    reply (exchange, &grant, is_post);
    return 0;
}
