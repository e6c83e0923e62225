/* The routes of the API and who may call each. */
#include "src/server/routes.h"

#include <stdio.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/base/form.h"
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/server/handlers.h"
#include "src/server/server_private.h"
#include "src/token/token_secret.h"

/* The one table. A path is found with and without a slash at its end, and "/v2/api_tokens", as the token routes were
 * called once, stands for "/v2/access-tokens". */
static const struct route table[] = {
    { "POST", "/v2/users/login", WHO_ANYBODY, false, true, "password", handle_login },
    { "POST", "/v2/users/2fa-login", WHO_ANYBODY, false, false, NULL, handle_second_step },
    { "POST", "/v2/auth/token", WHO_ANYBODY, false, true, "secret", handle_auth_token },
    { "POST", "/v2/logout", WHO_SESSION, false, false, NULL, handle_logout },
    { "GET", "/v2/access-tokens", WHO_PASSWORD, false, false, NULL, handle_token_list },
    { "POST", "/v2/access-tokens", WHO_PASSWORD, false, false, NULL, handle_token_create },
    { "POST", "/v2/access-tokens/desktop-generate", WHO_PASSWORD, false, false, NULL, handle_desktop_generate },
    { "GET", "/v2/access-tokens/{uuid}", WHO_PASSWORD, false, false, NULL, handle_token_get },
    { "PATCH", "/v2/access-tokens/{uuid}", WHO_PASSWORD, false, false, NULL, handle_token_change },
    { "DELETE", "/v2/access-tokens/{uuid}", WHO_PASSWORD, false, false, NULL, handle_token_delete },
    { "GET", "/v2/user", WHO_SESSION, false, false, NULL, handle_user },
    { "GET", "/v2/user/orgs", WHO_SESSION, false, false, NULL, handle_orgs },
    { "PUT", "/v2/user/password", WHO_PASSWORD, false, true, NULL, handle_password },
    { "GET", "/v2/user/2fa", WHO_PASSWORD, false, false, NULL, handle_second_factor },
    { "POST", "/v2/user/2fa", WHO_PASSWORD, false, true, NULL, handle_second_factor_offer },
    { "POST", "/v2/user/2fa/confirm", WHO_PASSWORD, false, false, NULL, handle_second_factor_confirm },
    { "POST", "/v2/user/2fa/disable", WHO_PASSWORD, false, true, NULL, handle_second_factor_disable },
    { "GET", "/v2/audit", WHO_PASSWORD, true, false, NULL, handle_audit },
    { "GET", "/token", WHO_REGISTRY_CLIENT, true, true, "password", handle_registry_token },
    { "POST", "/token", WHO_REGISTRY_CLIENT, true, true, "password", handle_registry_token },
    { "GET", "/auth/token", WHO_REGISTRY_CLIENT, true, true, "password", handle_registry_token },
    { "POST", "/auth/token", WHO_REGISTRY_CLIENT, true, true, "password", handle_registry_token },
    { "GET", "/healthz", WHO_ANYBODY, false, false, NULL, handle_health },
    { "GET", "/metrics", WHO_OPERATOR, false, false, NULL, handle_metrics },
};

#define OLD_PREFIX "/v2/api_tokens"
#define NEW_PREFIX "/v2/access-tokens"
#define PLACEHOLDER "{uuid}"

const struct route *routes_all (size_t *ret_count)
{
    *ret_count = ARRAY_SIZE (table);
    return table;
}

/* The path of a target: without query, without a slash at the end, the old prefix replaced. Owned. */
static char *clean_path (const char *target)
{
    size_t len = strcspn (target, "?#");
    if (len > 1 && target[len - 1] == '/')
        len--;
    size_t old_len = strlen (OLD_PREFIX);
    if (len >= old_len && strncmp (target, OLD_PREFIX, old_len) == 0 && (len == old_len || target[old_len] == '/'))
        return xasprintf ("%s%.*s", NEW_PREFIX, (int)(len - old_len), target + old_len);
    return xstrndup (target, len);
}

/* Whether path is the route's; *ret_segment is then what stands for the placeholder, or NULL. */
static bool matches (const struct route *route, const char *path, const char **ret_segment)
{
    const char *placeholder = strstr (route->path, PLACEHOLDER);
    *ret_segment = NULL;
    if (placeholder == NULL)
        return strcmp (route->path, path) == 0;
    size_t front = (size_t)(placeholder - route->path);
    if (strncmp (route->path, path, front) != 0 || path[front] == '\0' || strchr (path + front, '/'))
        return false;
    *ret_segment = path + front;
    return true;
}

/* Methods that a route with this path has. HEAD is GET without the body. */
static const char *methods_of (const char *path)
{
    static const struct {
        unsigned set;
        const char *text;
    } lists[] = { { 1, "GET, HEAD" },
                  { 2, "POST" },
                  { 3, "GET, HEAD, POST" },
                  { 4, "PUT" },
                  { 8 + 16 + 1, "GET, HEAD, PATCH, DELETE" } };
    static const char *const names[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };
    const char *segment;
    unsigned set = 0;
    for (size_t i = 0; i < ARRAY_SIZE (table); i++)
        if (matches (&table[i], path, &segment))
            for (size_t m = 0; m < ARRAY_SIZE (names); m++)
                if (strcmp (table[i].method, names[m]) == 0 && !(segment && strcmp (segment, "desktop-generate") == 0))
                    set |= 1u << m;
    for (size_t i = 0; i < ARRAY_SIZE (lists); i++)
        if (lists[i].set == set)
            return lists[i].text;
    return NULL;
}

void routes_find (struct exchange *exchange)
{
    AUTOFREE char *path = clean_path (exchange->target);
    const char *method = strcmp (exchange->method, "HEAD") == 0 ? "GET" : exchange->method;
    const char *segment;
    for (size_t i = 0; i < ARRAY_SIZE (table) && exchange->route == NULL; i++)
        if (strcmp (table[i].method, method) == 0 && matches (&table[i], path, &segment)) {
            exchange->route = &table[i];
            if (segment)
                snprintf (exchange->id, sizeof (exchange->id), "%s",
                          strlen (segment) < sizeof (exchange->id) ? segment : "");
        }
    if (exchange->route)
        return;
    exchange->reply.allow = methods_of (path);
    if (exchange->reply.allow)
        exchange_refuse (exchange, 405, "this path does not have that method");
    else
        exchange_refuse (exchange, 404, "there is nothing here: not found");
}

static bool takes_session (const struct route *route)
{
    return route->who == WHO_SESSION || route->who == WHO_PASSWORD;
}

/* What can be said of who may before the store is asked. */
static int check_head (const struct exchange *exchange, struct error *err)
{
    if (exchange->route->who == WHO_OPERATOR && !exchange->server->config.metrics_for_all
        && !address_is_loopback (&exchange->client))
        return error_set (err, ERROR_FORBIDDEN, "this is only for the operator of the service");
    if (takes_session (exchange->route) && exchange->bearer.len == 0)
        return error_set (err, ERROR_NOT_SIGNED_IN,
                          "unauthorized: this needs \"Authorization: Bearer\" with a session");
    return 0;
}

void routes_look (struct exchange *exchange)
{
    struct error err = ERROR_INIT;
    if (check_head (exchange, &err) != 0)
        exchange_fail (exchange, &err);
}

/* The one place that decides who may; the handlers of sign-ins and of registries' clients look at what is shown. */
static int admit (struct call *call, struct error *err)
{
    struct exchange *exchange = call->exchange;
    if (check_head (exchange, err) != 0)
        return -1;
    if (!takes_session (exchange->route))
        return 0;
    call->caller.bearer = &exchange->bearer;
    if (service_whoami (call->service, &call->caller, &call->session, err) != 0)
        return -1;
    memcpy (exchange->user, call->session.user, sizeof (exchange->user));
    if (exchange->route->who == WHO_PASSWORD && call->session.kind == SIGNED_IN_WITH_PAT)
        return error_set (err, ERROR_PAT_CANNOT_MANAGE, "token issued from personal access token is not allowed");
    return 0;
}

/* The fields of a form, "scope" several times, as older clients send it. */
static json_t *read_form (const struct exchange *exchange, struct error *err)
{
    const char *query = strchr (exchange->target, '?');
    if (strcmp (exchange->method, "POST") == 0)
        return form_parse (buffer_text (&exchange->body), exchange->body.len, "scope", err);
    return query ? form_parse (query + 1, strcspn (query + 1, "#"), "scope", err) : json_object ();
}

static json_t *read_json (const struct exchange *exchange, struct error *err)
{
    const struct buffer *text = &exchange->body;
    if (!json_is_small (text->data, text->len, EXCHANGE_VALUES_MAX, EXCHANGE_LEVELS_MAX)) {
        error_set (err, ERROR_USAGE, "the body has more than %d values, or more than %d levels of them",
                   EXCHANGE_VALUES_MAX, EXCHANGE_LEVELS_MAX);
        return NULL;
    }
    json_t *json = text->len == 0 ? json_object () : json_parse (text->data, text->len, "the body", ERROR_USAGE, err);
    if (json && !json_is_object (json))
        error_set (err, ERROR_USAGE, "the body is no JSON object");
    return json;
}

/* The body is read, and its text is of no more use. */
static int read_body (struct exchange *exchange, struct error *err)
{
    exchange->json = exchange->route->form ? read_form (exchange, err) : read_json (exchange, err);
    exchange->body_is_absent = exchange->body.len == 0;
    buffer_release (&exchange->body);
    return err->code == ERROR_NONE ? 0 : -1;
}

const char *handlers_grant_type (const struct exchange *exchange)
{
    const char *type = json_get_string (exchange->json, "grant_type");
    return type && strcmp (exchange->method, "POST") == 0 ? type : "";
}

/* A worker is for passwords. What the handler will look at is known by now: a token is none, and nothing is none. */
static bool hashes (const struct exchange *exchange)
{
    const struct route *route = exchange->route;
    if (!route->hashes || route->secret_key == NULL)
        return route->hashes;
    if (route->who == WHO_REGISTRY_CLIENT && handlers_grant_type (exchange)[0] == '\0')
        return exchange->basic_user
               && !token_secret_is_valid (secret_text (&exchange->basic_secret), exchange->basic_secret.len);
    const json_t *member = json_object_get (exchange->json, route->secret_key);
    return json_is_string (member) && !token_secret_is_valid (json_string_value (member), json_string_length (member));
}

bool routes_prepare (struct exchange *exchange)
{
    struct error err = ERROR_INIT;
    if (!takes_session (exchange->route) && read_body (exchange, &err) != 0)
        exchange_fail (exchange, &err);
    return hashes (exchange);
}

/* An error of ours where memory is wanting comes from that. */
static void tell_failure (struct exchange *exchange, struct error *err)
{
    if (error_kind (err->code)->http_status == 500 && !memory_can_give (EXCHANGE_MEMORY))
        error_no_memory (err);
    exchange_fail (exchange, err);
}

void routes_perform (struct exchange *exchange, struct embedded *embedded)
{
    struct error err = ERROR_INIT;
    struct call call = { .exchange = exchange,
                         .embedded = embedded,
                         .service = embedded_service (embedded),
                         .caller = { .ip = exchange->client_text, .user_agent = exchange->user_agent } };
    int status = admit (&call, &err);
    if (status == 0 && exchange->json == NULL)
        status = read_body (exchange, &err);
    call.body = exchange->json;
    if (status == 0)
        status = exchange->route->handler (&call, &err);
    if (status != 0)
        tell_failure (exchange, &err);
    session_release (&call.session);
    json_decref (exchange->json);
    exchange->json = NULL;
}

int handlers_take_text (const struct call *call, const char *key, bool required, const char **ret_text,
                        struct error *err)
{
    const json_t *value = json_object_get (call->body, key);
    *ret_text = json_string_value (value);
    if (value && !json_is_null (value) && !json_is_string (value))
        return error_set (err, ERROR_USAGE, "\"%s\" is no string", key);
    if (required && *ret_text == NULL)
        return error_set (err, ERROR_USAGE, "malformed request: \"%s\" is missing", key);
    return 0;
}

int handlers_take_flag (const struct call *call, const char *key, bool *ret_flag, struct error *err)
{
    const json_t *value = json_object_get (call->body, key);
    *ret_flag = json_is_true (value);
    if (value && !json_is_null (value) && !json_is_boolean (value))
        return error_set (err, ERROR_USAGE, "\"%s\" is neither true nor false", key);
    return 0;
}

int handlers_take_secret (const struct call *call, const char *key, bool required, struct secret *ret_secret,
                          struct error *err)
{
    const char *text;
    if (handlers_take_text (call, key, required, &text, err) != 0)
        return -1;
    if (text)
        secret_set (ret_secret, text, strlen (text));
    return 0;
}

/* Whether who asks shows a session of account that holds and was opened with the password; see throttle.h. */
static bool shows_session_of (struct call *call, const char *account)
{
    AUTO (session) session = { .bearer = SECRET_INIT };
    struct caller shown = call->caller;
    shown.bearer = &call->exchange->bearer;
    return shown.bearer->len > 0 && service_whoami (call->service, &shown, &session, NULL) == 0
           && session.kind == SIGNED_IN_WITH_PASSWORD && strcmp (session.user, account) == 0;
}

static int check_guess (struct call *call, struct guess *guess, struct error *err)
{
    struct throttle *throttle = call->exchange->server->throttle;
    if (throttle_check (throttle, guess, clock_now_us (), err) == 0)
        return 0;
    if (!shows_session_of (call, guess->account))
        return -1;
    guess->session = secret_text (&call->exchange->bearer);
    return throttle_check (throttle, guess, clock_now_us (), err);
}

int handlers_try (struct call *call, const char *account, const struct secret *secret,
                  int (*attempt) (struct call *call, void *context, struct error *err), void *context,
                  struct error *err)
{
    struct throttle *throttle = call->exchange->server->throttle;
    struct address near = address_neighbourhood (&call->exchange->client);
    char network[ADDRESS_TEXT_SIZE];
    struct error why = ERROR_INIT;
    bool counts = secret && !token_secret_is_valid (secret_text (secret), secret->len);
    struct guess guess = { .account = account ? account : "",
                           .network = address_format (&near, network),
                           .is_token = secret && token_secret_is_pat (secret_text (secret)) };
    int status = counts ? check_guess (call, &guess, &why) : 0;
    if (status == 0) {
        status = attempt (call, context, &why);
        if (counts && status == 0)
            throttle_succeeded (throttle, &guess, clock_now_us ());
        if (counts && status != 0 && why.code == ERROR_WRONG_CREDENTIALS)
            throttle_failed (throttle, &guess, clock_now_us ());
    }
    metrics_sign_in (&call->exchange->server->metrics, status == 0 ? ERROR_NONE : why.code);
    if (status != 0)
        *err = why;
    return status;
}
