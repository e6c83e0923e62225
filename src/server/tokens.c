/* The resource of tokens: list, make, read, change, delete. */
#include <stdlib.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/base/time.h"
#include "src/server/handlers.h"
#include "src/server/server_private.h"
#include "src/token/wire.h"

enum { PAGE_SIZE = 10, PAGE_SIZE_MAX = 100, PAGE_MAX = 1000000 };

/* A positive number of the query; absent is otherwise. */
static int take_number (const struct call *call, const char *key, unsigned otherwise, unsigned most,
                        unsigned *ret_number, struct error *err)
{
    char text[16];
    char *end;
    *ret_number = otherwise;
    if (!exchange_query (call->exchange, key, text, sizeof (text)))
        return 0;
    unsigned long number = strtoul (text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || number == 0)
        return error_set (err, ERROR_USAGE, "\"%s\" is no positive number", key);
    *ret_number = number < most ? (unsigned)number : most;
    return 0;
}

/* The address of another page: absolute, as clients follow it. */
static void set_link (const struct call *call, json_t *body, const char *key, unsigned page, unsigned page_size)
{
    const struct server_config *config = &call->exchange->server->config;
    AUTOFREE char *base = config->public_url
                              ? xstrdup (config->public_url)
                              : xasprintf ("%s://%s", config->tls_certificate ? "https" : "http", call->exchange->host);
    AUTOFREE char *link = xasprintf ("%s/v2/access-tokens?page=%u&page_size=%u", base, page, page_size);
    json_set_string (body, key, page ? link : NULL);
}

/* Newest first, as the port has them oldest first. */
static json_t *page_of (const struct token_list *list, size_t start, size_t count)
{
    json_t *results = json_array ();
    for (size_t i = 0; i < count && start + i < list->count; i++)
        json_add (results, wire_token (&list->items[list->count - 1 - start - i], NULL));
    return results;
}

/* Beyond Docker Hub's: tokens whose secret may not have been delivered. A service that does not know them answers with
 * its tokens, and so without "undelivered". */
static int list_undelivered (struct call *call, struct error *err)
{
    AUTO (undelivered_list) list = { .items = NULL };
    if (service_undelivered (call->service, &call->caller, &list, err) != 0)
        return -1;
    json_t *body = json_object ();
    json_t *items = json_array ();
    for (size_t i = 0; i < list.count; i++)
        json_add (items, wire_undelivered (&list.items[i]));
    json_set (body, "undelivered", items);
    exchange_reply (call->exchange, 200, body);
    return 0;
}

int handle_token_list (struct call *call, struct error *err)
{
    AUTO (token_list) list = { .items = NULL };
    unsigned page, page_size;
    char undelivered[8];
    if (exchange_query (call->exchange, "undelivered", undelivered, sizeof (undelivered))
        && strcmp (undelivered, "true") == 0)
        return list_undelivered (call, err);
    if (take_number (call, "page", 1, PAGE_MAX, &page, err) != 0
        || take_number (call, "page_size", PAGE_SIZE, PAGE_SIZE_MAX, &page_size, err) != 0
        || service_list (call->service, &call->caller, &list, err) != 0)
        return -1;
    size_t start = (size_t)(page - 1) * page_size;
    if (page > 1 && start >= list.count) {
        exchange_refuse (call->exchange, 404, "there is no such page: not found");
        return 0;
    }
    size_t active = 0;
    for (size_t i = 0; i < list.count; i++)
        active += token_state_at (&list.items[i], clock_now_us ()) == TOKEN_ACTIVE;
    json_t *body = json_object ();
    json_set (body, "count", json_integer ((json_int_t)list.count));
    set_link (call, body, "next", start + page_size < list.count ? page + 1 : 0, page_size);
    set_link (call, body, "previous", page - 1, page_size);
    json_set (body, "active_count", json_integer ((json_int_t)active));
    json_set (body, "results", page_of (&list, start, page_size));
    exchange_reply (call->exchange, 200, body);
    return 0;
}

/* Absent scopes are repo:read, for older clients send none. */
static int take_scopes (const struct call *call, enum scope otherwise, struct scopes *ret_scopes, struct error *err)
{
    const json_t *list = json_object_get (call->body, "scopes");
    if (list == NULL || json_is_null (list)) {
        scopes_add (ret_scopes, otherwise);
        return 0;
    }
    if (!json_is_array (list))
        return error_set (err, ERROR_INVALID_SCOPE, "\"scopes\" is no list");
    return wire_read_scopes (list, ret_scopes, err);
}

static int take_expiry (const struct call *call, struct token_wish *wish, struct error *err)
{
    const char *text;
    if (handlers_take_text (call, "expires_at", false, &text, err) != 0)
        return -1;
    if (text == NULL)
        return 0;
    if (time_parse_us (text, &wish->expires_us, &wish->expires_digits) != 0 || wish->expires_us == 0)
        return error_set (err, ERROR_INVALID_TIME, "\"expires_at\" is no RFC 3339 date-time");
    return 0;
}

/* Beyond Docker Hub's: the id of the request, who makes it, and where the secret will go. Absent: nothing is
 * remembered. */
static int take_request (const struct call *call, struct token_wish *wish, struct token_request *request,
                         struct error *err)
{
    if (handlers_take_text (call, "request_id", false, &request->id, err) != 0
        || handlers_take_text (call, "maker", false, &request->maker, err) != 0
        || handlers_take_text (call, "sink", false, &request->sink, err) != 0)
        return -1;
    request->maker = request->maker ? request->maker : "";
    request->sink = request->sink ? request->sink : "stdout";
    wish->request = request->id ? request : NULL;
    return 0;
}

/* Docker Hub takes two tokens of one name, so that is what a client gets that does not ask for "unique_label". */
int handle_token_create (struct call *call, struct error *err)
{
    AUTO (token_made) made = { .secret = SECRET_INIT };
    struct token_request request;
    struct token_wish wish = { .source = TOKEN_MANUAL };
    bool unique;
    if (handlers_take_text (call, "token_label", true, &wish.name, err) != 0
        || handlers_take_flag (call, "unique_label", &unique, err) != 0
        || take_scopes (call, SCOPE_READ, &wish.scopes, err) != 0 || take_expiry (call, &wish, err) != 0
        || take_request (call, &wish, &request, err) != 0)
        return -1;
    wish.allow_duplicate = !unique;
    if (service_create (call->service, &call->caller, &wish, &made, err) != 0)
        return -1;
    exchange_reply (call->exchange, 201, wire_token (&made.token, &made.secret));
    return 0;
}

/* Beyond Docker Hub's: what the token shall be, and what became of it. */
int handle_desktop_generate (struct call *call, struct error *err)
{
    AUTO (token_made) made = { .secret = SECRET_INIT };
    struct token_request request;
    struct token_wish wish = { .source = TOKEN_AUTO, .allow_duplicate = true };
    const char *user_agent = call->caller.user_agent ? call->caller.user_agent : "";
    AUTOFREE char *place = xasprintf ("%s %s", call->caller.ip, user_agent);
    if (handlers_take_text (call, "token_label", false, &wish.name, err) != 0
        || handlers_take_text (call, "place", false, &wish.place, err) != 0
        || take_scopes (call, SCOPE_ADMIN, &wish.scopes, err) != 0 || take_expiry (call, &wish, err) != 0
        || take_request (call, &wish, &request, err) != 0)
        return -1;
    wish.name = wish.name ? wish.name : "generated at sign-in";
    wish.place = wish.place ? wish.place : place;
    if (service_create (call->service, &call->caller, &wish, &made, err) != 0)
        return -1;
    json_t *data = json_object ();
    json_set (data, "token", json_stringn (made.secret.data, made.secret.len));
    json_set (data, "access_token", wire_token (&made.token, NULL));
    json_set (data, "evicted", made.evicted.id[0] ? wire_token (&made.evicted, NULL) : json_null ());
    exchange_reply (call->exchange, 201, json_object ());
    json_set (call->exchange->reply.body, "data", data);
    return 0;
}

int handle_token_get (struct call *call, struct error *err)
{
    AUTO (token) token = { .name = NULL };
    if (service_get (call->service, &call->caller, call->exchange->id, &token, err) != 0)
        return -1;
    exchange_reply (call->exchange, 200, wire_token (&token, NULL));
    return 0;
}

/* What cannot be changed is refused rather than silently left. */
static int take_change (const struct call *call, struct token_change *change, bool *active,
                        enum delivery_step *delivery, struct error *err)
{
    const char *step;
    const json_t *is_active = json_object_get (call->body, "is_active");
    if (json_object_get (call->body, "scopes") || json_object_get (call->body, "expires_at"))
        return error_set (err, ERROR_USAGE, "scopes and expiry of a token cannot be changed: make a new one");
    if (handlers_take_text (call, "token_label", false, &change->name, err) != 0
        || handlers_take_text (call, "delivery", false, &step, err) != 0)
        return -1;
    if (step && (delivery_step_parse (step, delivery) != 0 || *delivery == DELIVERY_MADE))
        return error_set (err, ERROR_USAGE, "\"delivery\" is neither \"begun\" nor \"done\"");
    change->delivery = step ? delivery : NULL;
    if (handlers_take_flag (call, "is_active", active, err) != 0)
        return -1;
    change->active = json_is_boolean (is_active) ? active : NULL;
    if (call->exchange->body_is_absent) /* though {} is a change of nothing, by Docker Hub's specification */
        return error_set (err, ERROR_USAGE,
                          "malformed request: a change needs a body, with \"token_label\" or \"is_active\"");
    return 0;
}

int handle_token_change (struct call *call, struct error *err)
{
    AUTO (token) token = { .name = NULL };
    struct token_change change = { .name = NULL };
    bool active;
    enum delivery_step delivery;
    if (take_change (call, &change, &active, &delivery, err) != 0
        || service_update (call->service, &call->caller, call->exchange->id, &change, &token, err) != 0)
        return -1;
    exchange_reply (call->exchange, 200, wire_token (&token, NULL));
    return 0;
}

int handle_token_delete (struct call *call, struct error *err)
{
    if (service_delete (call->service, &call->caller, call->exchange->id, err) != 0)
        return -1;
    exchange_reply (call->exchange, 204, NULL);
    return 0;
}
