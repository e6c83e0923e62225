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

enum { REPLY_MAX_BYTES = 256 * 1024, LOGGED_MAX_BYTES = 1000 };

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

/* A field of a form that its grant cannot be without. */
static int take_field (const struct call *call, const char *key, const char **ret_text, struct error *err)
{
    *ret_text = text_of (call, key);
    return (*ret_text)[0] ? 0 : error_set (err, ERROR_USAGE, "the form has no \"%s\"", key);
}

/* Of a form: the grant it speaks of. */
static int take_grant_type (const struct call *call, struct registry_request *request, struct secret *secret,
                            struct error *err)
{
    const char *type = handlers_grant_type (call->exchange);
    const char *text;
    if (strcmp (type, "password") == 0) {
        if (take_field (call, "username", &request->user, err) != 0 || take_field (call, "password", &text, err) != 0)
            return -1;
        secret_set (secret, text, strlen (text));
        request->secret = secret;
        return 0;
    }
    if (strcmp (type, "refresh_token") == 0 && call->exchange->server->config.registry_refresh) {
        if (take_field (call, "refresh_token", &text, err) != 0)
            return -1;
        secret_set (secret, text, strlen (text));
        request->refresh = secret;
        return 0;
    }
    call->exchange->reply.oauth = "unsupported_grant_type";
    return error_set (err, ERROR_USAGE, "the grant_type \"%.40s\" is not taken here", type);
}

/* Who asks: by Authorization: Basic, by the form, or nobody in particular. */
static int take_credentials (const struct call *call, struct registry_request *request, struct secret *secret,
                             struct error *err)
{
    struct exchange *exchange = call->exchange;
    bool by_form = handlers_grant_type (exchange)[0] != '\0';
    if (!by_form && (text_of (call, "password")[0] || text_of (call, "refresh_token")[0]))
        return error_set (err, ERROR_USAGE,
                          "credentials stand in the body of a POST with a grant_type, or in the head");
    if (by_form && exchange->authorization_shown)
        return error_set (err, ERROR_USAGE, "credentials are shown twice, in the head and in the body");
    if (by_form)
        return take_grant_type (call, request, secret, err);
    if (!exchange->authorization_shown && strcmp (exchange->method, "POST") == 0)
        return error_set (err, ERROR_USAGE, "the form has no \"grant_type\"");
    if (!exchange->authorization_shown)
        return 0;
    if (exchange->basic_user == NULL)
        return error_set (err, ERROR_NOT_SIGNED_IN,
                          "this takes user and token as \"Authorization: Basic\", well-formed");
    request->user = exchange->basic_user;
    request->secret = &exchange->basic_secret;
    return 0;
}

/* Whose account a client says it acts for must be who it shows to be. Of nobody it says nothing. */
static int check_account (const struct call *call, const char *user, struct error *err)
{
    const char *account = text_of (call, "account");
    if (account[0] == '\0' || user == NULL || user[0] == '\0' || strcmp (account, user) == 0)
        return 0;
    return error_set (err, ERROR_USAGE, "\"account\" is another than the user whose secret is shown");
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

/* Written here: it is long, it stands in it twice, and of base64url, names of repositories and times nothing must be
 * escaped. */
static void reply (struct exchange *exchange, const struct registry_grant *grant, bool is_post)
{
    AUTO (buffer) body;
    char when[TIME_TEXT_SIZE];
    const char *token = secret_text (&grant->token);
    buffer_init (&body, REPLY_MAX_BYTES);
    buffer_puts (&body, "{\"token\":\"");
    buffer_puts (&body, token);
    buffer_puts (&body, "\",\"access_token\":\"");
    buffer_puts (&body, token);
    buffer_printf (&body, "\",\"expires_in\":%d,\"issued_at\":\"%s\"", (int)grant->life_s,
                   time_format (grant->issued_at, when));
    if (is_post)
        buffer_printf (&body, ",\"scope\":\"%s\"", grant->scope);
    if (grant->refresh.len > 0)
        buffer_printf (&body, ",\"refresh_token\":\"%s\"", secret_text (&grant->refresh));
    buffer_puts (&body, "}");
    exchange_reply (exchange, 200, NULL);
    exchange->reply.text = xstrdup (buffer_text (&body));
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
    if (choose_audience (call, &request.audience, err) != 0 || take_credentials (call, &request, &secret, err) != 0
        || check_account (call, request.user, err) != 0)
        return -1;
    struct attempt attempt = { .request = &request, .grant = &grant };
    if (handlers_try (call, request.user, request.secret, authorise, &attempt, err) != 0
        || check_account (call, grant.user, err) != 0)
        return -1;
    memcpy (exchange->user, grant.user, sizeof (exchange->user));
    exchange->granted = xstrndup (grant.scope, strnlen (grant.scope, LOGGED_MAX_BYTES));
    reply (exchange, &grant, is_post);
    return 0;
}
