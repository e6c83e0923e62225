/* ADAPTER of service.h over HTTP: opening, asking, and what answers mean. */
#include "src/hub/hub.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/hub/hub_private.h"

static void hub_free (struct service *service)
{
    struct hub *hub = (struct hub *)service;
    http_free (hub->http);
    free (hub);
}

int hub_open (const struct hub_place *place, struct service **ret_service, struct error *err)
{
    static const struct service_ops ops = { .sign_in = hub_sign_in,
                                            .sign_out = hub_sign_out,
                                            .whoami = hub_whoami,
                                            .create = hub_create,
                                            .list = hub_list,
                                            .find = hub_find,
                                            .get = hub_get,
                                            .update = hub_update,
                                            .delete = hub_delete,
                                            .undelivered = hub_undelivered,
                                            .set_password = hub_set_password,
                                            .second_factor = hub_second_factor,
                                            .offer_second_factor = hub_offer_second_factor,
                                            .confirm_second_factor = hub_confirm_second_factor,
                                            .drop_second_factor = hub_drop_second_factor,
                                            .audit_trail = hub_audit_trail,
                                            .registry_afterlife = hub_registry_afterlife,
                                            .free = hub_free };
    struct http *http = http_new (place, err);
    if (http == NULL)
        return -1;
    struct hub *hub = xcalloc (1, sizeof (*hub));
    hub->service.ops = &ops;
    hub->http = http;
    hub->is_docker_hub = strcasecmp (http_host (http), HUB_HOST) == 0;
    *ret_service = &hub->service;
    return 0;
}

int hub_needs_dpat (const struct hub *hub, const char *what, struct error *err)
{
    if (!hub->is_docker_hub)
        return 0;
    error_set (err, ERROR_UNSUPPORTED, "Docker Hub has no way for programs to %s", what);
    return error_hint (err, "do that on its web page");
}

/* What the service says is wrong, whatever shape it says it in; NULL when it says nothing. Borrowed from body. */
static const char *words_of (const json_t *body)
{
    static const char *const keys[] = { "message", "detail", "text", "error", "errors" };
    for (size_t i = 0; i < ARRAY_SIZE (keys); i++) {
        const char *words = json_get_string (body, keys[i]);
        if (words && words[0])
            return words;
    }
    const json_t *fields = json_object_get (body, "fields");
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)(uintptr_t)fields, key, value)
    {
        const char *words = json_string_value (json_is_array (value) ? json_array_get (value, 0) : value);
        if (words)
            return words;
    }
    return NULL;
}

/* The code that dpat serve names, when it fits the status. */
static enum error_code code_named (const json_t *body, long status)
{
    const char *name = json_get_string (body, "code");
    for (enum error_code code = ERROR_NONE + 1; name && code < ERROR_CODE_COUNT; code++)
        if (strcmp (error_kind (code)->name, name) == 0) {
            long expected = code == ERROR_INVALID_TOKEN_ID ? 404 : error_kind (code)->http_status;
            return expected == status && status < 500 ? code : code == ERROR_BUSY ? code : ERROR_NONE;
        }
    return ERROR_NONE;
}

static enum error_code code_of_field (const json_t *body)
{
    const json_t *fields = json_object_get (body, "fields");
    if (json_object_get (fields, "token_label"))
        return ERROR_INVALID_NAME;
    if (json_object_get (fields, "scopes"))
        return ERROR_INVALID_SCOPE;
    return json_object_get (fields, "expires_at") ? ERROR_INVALID_TIME : ERROR_USAGE;
}

static enum error_code code_of_status (const struct http_reply *reply, const char *words)
{
    switch (reply->status) {
    case 400:
    case 422:
        return code_of_field (reply->body);
    case 401:
        return ERROR_SESSION_EXPIRED;
    case 403:
        return strstr (words, "access token") ? ERROR_PAT_CANNOT_MANAGE : ERROR_FORBIDDEN;
    case 404:
        return json_is_object (reply->body) ? ERROR_TOKEN_NOT_FOUND : ERROR_SERVICE_FAILED;
    case 409:
        return ERROR_STATE_CONFLICT;
    case 429:
        return ERROR_RATE_LIMITED;
    case 503:
        return ERROR_BUSY;
    default:
        return ERROR_SERVICE_FAILED;
    }
}

static void add_hint (enum error_code code, struct error *err)
{
    if (code == ERROR_SESSION_EXPIRED)
        error_hint (err, "sign in again: dpat login");
    if (code == ERROR_PAT_CANNOT_MANAGE)
        error_hint (err, "sign in with the account's password");
    if (code == ERROR_NAME_TAKEN)
        error_hint (err, "choose another name, or delete or deactivate that token first");
}

int hub_fail (const struct hub *hub, const struct http_reply *reply, struct error *err)
{
    const char *host = http_host (hub->http);
    const char *words = words_of (reply->body);
    enum error_code code = code_named (reply->body, reply->status);
    if (code == ERROR_NONE)
        code = code_of_status (reply, words ? words : "");
    if (reply->status >= 300 && reply->status < 400)
        error_set (err, code, "%s sends elsewhere (HTTP %ld), and secrets are not taken there", host, reply->status);
    else if (words == NULL && reply->status < 300)
        error_set (err, code, "%s answered something that is no JSON object", host);
    else if (words == NULL)
        error_set (err, code, "%s answered with HTTP %ld%s", host, reply->status,
                   reply->body || reply->empty ? "" : " and something that is no JSON; is that a token service?");
    else
        error_set (err, code, "%s: %.300s", host, words);
    if (err)
        err->retry_at = reply->retry_at;
    add_hint (code, err);
    const char *id = json_get_string (reply->body, "uuid");
    if (id && token_id_is_whole (id))
        error_detail (err, "id", ERROR_DETAIL_TEXT, id);
    return -1;
}

bool hub_bearer_is_whole (const struct secret *bearer)
{
    if (bearer == NULL)
        return false;
    for (size_t i = 0; i < bearer->len; i++)
        if ((unsigned char)bearer->data[i] <= ' ' || (unsigned char)bearer->data[i] >= 0x7f)
            return false;
    return bearer->len > 0;
}

int hub_ask (struct hub *hub, const struct caller *caller, const char *method, const char *path, const json_t *body,
             bool object, struct http_reply *reply, struct error *err)
{
    const struct http_request request = {
        .method = method, .path = path, .body = body, .bearer = caller->bearer, .user_agent = caller->user_agent
    };
    if (caller->bearer == NULL || caller->bearer->len == 0)
        return error_set (err, ERROR_NOT_SIGNED_IN, "no session was shown");
    if (!hub_bearer_is_whole (caller->bearer))
        return error_set (err, ERROR_NOT_SIGNED_IN, "the session's bearer is damaged");
    if (http_ask (hub->http, &request, reply, err) != 0)
        return -1;
    bool good = reply->status >= 200 && reply->status < 300 && (!object || json_is_object (reply->body));
    return good ? 0 : hub_fail (hub, reply, err);
}
