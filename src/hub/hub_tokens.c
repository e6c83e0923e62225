/* Tokens over HTTP. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/clock.h"
#include "src/base/json.h"
#include "src/base/log.h"
#include "src/base/memory.h"
#include "src/base/time.h"
#include "src/hub/hub_private.h"
#include "src/token/wire.h"

enum { PAGE_SIZE = 100, PAGES_MAX = 1000 };

#define TOKENS "/v2/access-tokens"

/* The page that a link names: only its number is taken, for another origin would get the session's bearer. 0 for no
 * link, -1 for one without a page. */
static long page_of_link (const json_t *body)
{
    const char *link = json_get_string (body, "next");
    if (link == NULL || link[0] == '\0')
        return 0;
    const char *query = strchr (link, '?');
    for (const char *at = query; at; at = strchr (at + 1, '&'))
        if (strncmp (at + 1, "page=", 5) == 0) {
            char *end;
            long page = strtol (at + 6, &end, 10);
            return page > 0 && (*end == '\0' || *end == '&') ? page : -1;
        }
    return -1;
}

static bool has_token (const struct token_list *list, const char *id, size_t among_last)
{
    size_t start = list->count > among_last ? list->count - among_last : 0;
    for (size_t i = start; i < list->count; i++)
        if (strcmp (list->items[i].id, id) == 0)
            return true;
    return false;
}

/* Add the tokens of a page. One that the page before had too was pushed here by a token made meanwhile. */
static int take_page (const struct hub *hub, const json_t *body, struct token_list *list, struct error *err)
{
    const json_t *results = json_object_get (body, "results");
    const json_t *item;
    size_t i;
    if (!json_is_array (results))
        return error_set (err, ERROR_SERVICE_FAILED, "%s answered with a list that has no results",
                          http_host (hub->http));
    json_array_foreach (results, i, item)
    {
        AUTO (token) token = { .name = NULL };
        if (wire_read_token (item, &token, NULL, err) != 0)
            return -1;
        if (has_token (list, token.id, (size_t)PAGE_SIZE + i))
            continue;
        *token_list_add (list) = token;
        token = (struct token){ .name = NULL }; /* handed over */
    }
    return 0;
}

static int by_age (const void *a, const void *b)
{
    const struct token *first = a;
    const struct token *second = b;
    if (first->created_us != second->created_us)
        return first->created_us < second->created_us ? -1 : 1;
    return strcmp (first->id, second->id);
}

int hub_list (struct service *service, const struct caller *caller, struct token_list *ret_list, struct error *err)
{
    struct hub *hub = (struct hub *)service;
    AUTO (token_list) list = { .items = NULL };
    long page = 1;
    for (int pages = 0; page > 0; pages++) {
        AUTO (http_reply) reply = { .body = NULL };
        AUTOFREE char *path = xasprintf (TOKENS "?page=%ld&page_size=%d", page, PAGE_SIZE);
        if (hub_ask (hub, caller, "GET", path, NULL, true, &reply, err) != 0
            || take_page (hub, reply.body, &list, err) != 0)
            return -1;
        long next = page_of_link (reply.body);
        if (next < 0 || (next > 0 && (next <= page || pages >= PAGES_MAX)))
            return error_set (err, ERROR_SERVICE_FAILED, "%s gives pages of tokens without an end",
                              http_host (hub->http));
        page = next;
    }
    if (list.count > 1)
        qsort (list.items, list.count, sizeof (*list.items), by_age);
    *ret_list = list;
    list = (struct token_list){ .items = NULL }; /* handed over */
    return 0;
}

int hub_get (struct service *service, const struct caller *caller, const char *id, struct token *ret_token,
             struct error *err)
{
    struct hub *hub = (struct hub *)service;
    AUTO (http_reply) reply = { .body = NULL };
    if (!token_id_is_whole (id))
        return error_set (err, ERROR_INVALID_TOKEN_ID, "\"%.60s\" is no token id", id);
    AUTOFREE char *path = xasprintf (TOKENS "/%s", id);
    if (hub_ask (hub, caller, "GET", path, NULL, true, &reply, err) != 0)
        return -1;
    return wire_read_token (reply.body, ret_token, NULL, err);
}

/* Names first, then ids by their beginning, as the port says. */
int hub_find (struct service *service, const struct caller *caller, const char *text, struct token_list *ret_list,
              struct error *err)
{
    AUTO (token_list) all = { .items = NULL };
    if (hub_list (service, caller, &all, err) != 0)
        return -1;
    for (size_t i = 0; i < all.count; i++)
        if (strcmp (all.items[i].name, text) == 0)
            token_copy (token_list_add (ret_list), &all.items[i]);
    if (ret_list->count > 0 || !token_id_is_prefix (text))
        return 0;
    for (size_t i = 0; i < all.count; i++)
        if (strncasecmp (all.items[i].id, text, strlen (text)) == 0)
            token_copy (token_list_add (ret_list), &all.items[i]);
    return 0;
}

static int check_name_is_free (struct service *service, const struct caller *caller, const char *name,
                               struct error *err)
{
    AUTO (token_list) all = { .items = NULL };
    if (hub_list (service, caller, &all, err) != 0)
        return -1;
    for (size_t i = 0; i < all.count; i++) {
        const struct token *token = &all.items[i];
        if (strcmp (token->name, name) != 0 || token_state_at (token, clock_now_us ()) != TOKEN_ACTIVE)
            continue;
        error_set (err, ERROR_NAME_TAKEN, "an active token named \"%s\" exists (%s)", name, token->id);
        error_detail (err, "id", ERROR_DETAIL_TEXT, token->id);
        return error_hint (err, "choose another name, or delete or deactivate that token first");
    }
    return 0;
}

static json_t *body_of_wish (const struct token_wish *wish)
{
    char when[TIME_TEXT_US_SIZE];
    json_t *body = json_object ();
    json_set_string (body, "token_label", wish->name);
    json_set (body, "scopes", wire_scopes (&wish->scopes));
    if (wish->expires_us)
        json_set_string (body, "expires_at", time_format_us (wish->expires_us, wish->expires_digits, when));
    if (wish->request) {
        json_set_string (body, "request_id", wish->request->id);
        json_set_string (body, "maker", wish->request->maker);
        json_set_string (body, "sink", wish->request->sink);
    }
    return body;
}

/* A token whose making was not answered may be there all the same: whoever asked must look. */
static int tell_unknown (const struct token_wish *wish, struct error *err)
{
    if (err && err->code == ERROR_NETWORK && err->detail_count > 0 && strcmp (err->details[0].text, "true") == 0)
        error_hint (err, "the token \"%.60s\" may have been made; look with dpat list, and delete it if it is there",
                    wish->name);
    return -1;
}

static int create_manual (struct hub *hub, const struct caller *caller, const struct token_wish *wish,
                          struct token_made *made, struct error *err)
{
    AUTO (http_reply) reply = { .body = NULL };
    json_auto_t *body = body_of_wish (wish);
    if (!wish->allow_duplicate)
        json_set (body, "unique_label", json_true ());
    if (hub_ask (hub, caller, "POST", TOKENS, body, true, &reply, err) != 0)
        return tell_unknown (wish, err);
    return wire_read_token (reply.body, &made->token, &made->secret, err);
}

/* Docker Hub tells nothing of the token but its secret. Its id stands in a bearer that is got with it. */
static int look_up (struct hub *hub, const struct caller *caller, struct token_made *made, struct error *err)
{
    AUTO (session) who = { .bearer = SECRET_INIT };
    AUTO (session) session = { .bearer = SECRET_INIT };
    if (hub_whoami (&hub->service, caller, &who, err) != 0)
        return -1;
    const struct caller stranger = { .user_agent = caller->user_agent };
    const struct sign_in sign_in = { .user = who.user, .secret = &made->secret };
    if (hub_sign_in (&hub->service, &stranger, &sign_in, &session, err) != 0)
        return -1;
    if (session.token_id[0] == '\0')
        return error_set (err, ERROR_SERVICE_FAILED, "%s does not tell the id of the token it made",
                          http_host (hub->http));
    return hub_get (&hub->service, caller, session.token_id, &made->token, err);
}

static int fail_generate (const struct hub *hub, struct error *err)
{
    if (err == NULL
        || (err->code != ERROR_TOKEN_NOT_FOUND && err->code != ERROR_FORBIDDEN && err->code != ERROR_SERVICE_FAILED))
        return -1;
    error_set (err, ERROR_UNSUPPORTED, "%s makes no automatic tokens for this session", http_host (hub->http));
    return error_hint (err, "sign the Docker CLI in with a token of your own: dpat create NAME --docker");
}

static int create_auto (struct hub *hub, const struct caller *caller, const struct token_wish *wish,
                        struct token_made *made, struct error *err)
{
    AUTO (http_reply) reply = { .body = NULL };
    json_auto_t *body = body_of_wish (wish);
    json_set_string (body, "place", wish->place);
    if (hub_ask (hub, caller, "POST", TOKENS "/desktop-generate", hub->is_docker_hub ? NULL : body, true, &reply, err)
        != 0)
        return fail_generate (hub, err);
    const json_t *data = json_object_get (reply.body, "data");
    const json_t *token = json_object_get (data, "access_token");
    const json_t *evicted = json_object_get (data, "evicted");
    const char *secret = json_get_string (data, "token");
    if (secret)
        secret_set (&made->secret, secret, strlen (secret));
    if (json_is_object (token) && wire_read_token (token, &made->token, NULL, err) != 0)
        return -1;
    if (json_is_object (evicted) && wire_read_token (evicted, &made->evicted, NULL, NULL) != 0)
        log_debug ("the token that had to go cannot be read");
    if (json_is_object (token))
        return 0;
    if (made->secret.len == 0)
        return error_set (err, ERROR_SERVICE_FAILED, "%s made a token without a secret", http_host (hub->http));
    if (look_up (hub, caller, made, err) == 0)
        return 0;
    error_prefix (err, "an automatic token was made, but its id could not be found");
    return error_hint (err, "look for the newest one in dpat list --auto, and delete it");
}

/* What goes into files, terminals and other programs is text of one line. */
static const char *find_fault (const struct secret *secret)
{
    enum { SECRET_MAX_BYTES = 4096 };
    if (secret->len == 0)
        return "without a secret";
    if (secret->len > SECRET_MAX_BYTES)
        return "with a secret that is too long";
    for (size_t i = 0; i < secret->len; i++)
        if ((unsigned char)secret->data[i] <= ' ' || (unsigned char)secret->data[i] >= 0x7f)
            return "with a secret that has control characters, blanks or letters beyond ASCII";
    return NULL;
}

/* Refuse a token with such a secret: nobody can use it. */
static int refuse_made (struct hub *hub, const struct caller *caller, const struct token_made *made, const char *fault,
                        struct error *err)
{
    bool deleted = hub_delete (&hub->service, caller, made->token.id, NULL) == 0;
    error_set (err, ERROR_SERVICE_FAILED, "%s made a token %s; it %s (%s)", http_host (hub->http), fault,
               deleted ? "was deleted again" : "could not be deleted either", made->token.id);
    if (!deleted)
        error_hint (err, "delete it yourself: dpat delete %s", made->token.id);
    return error_detail (err, "id", ERROR_DETAIL_TEXT, made->token.id);
}

int hub_create (struct service *service, const struct caller *caller, const struct token_wish *wish,
                struct token_made *ret_made, struct error *err)
{
    struct hub *hub = (struct hub *)service;
    AUTO (token_made) made = { .secret = SECRET_INIT };
    if (token_name_check (wish->name, err) != 0)
        return -1;
    if (wish->scopes.count == 0)
        return error_set (err, ERROR_INVALID_SCOPE, "a token needs a scope");
    if (wish->expires_us != 0 && wish->expires_us <= clock_now_us ())
        return error_set (err, ERROR_INVALID_TIME, "the expiry of the token is past");
    /* a service that remembers requests sees to it itself */
    if (!wish->allow_duplicate && wish->request == NULL && check_name_is_free (service, caller, wish->name, err) != 0)
        return -1;
    int status = wish->source == TOKEN_AUTO ? create_auto (hub, caller, wish, &made, err)
                                            : create_manual (hub, caller, wish, &made, err);
    if (status != 0)
        return -1;
    const char *fault = find_fault (&made.secret);
    if (fault)
        return refuse_made (hub, caller, &made, fault, err);
    *ret_made = made;
    made = (struct token_made){ .secret = SECRET_INIT }; /* handed over */
    return 0;
}

int hub_update (struct service *service, const struct caller *caller, const char *id, const struct token_change *change,
                struct token *ret_token, struct error *err)
{
    struct hub *hub = (struct hub *)service;
    AUTO (http_reply) reply = { .body = NULL };
    AUTO (token) token = { .name = NULL };
    json_auto_t *body = json_object ();
    if (!token_id_is_whole (id))
        return error_set (err, ERROR_INVALID_TOKEN_ID, "\"%.60s\" is no token id", id);
    if (change->name && token_name_check (change->name, err) != 0)
        return -1;
    AUTOFREE char *path = xasprintf (TOKENS "/%s", id);
    if (change->name)
        json_set_string (body, "token_label", change->name);
    if (change->active)
        json_set (body, "is_active", json_boolean (*change->active));
    if (change->delivery)
        json_set_string (body, "delivery", delivery_step_name (*change->delivery));
    if (hub_ask (hub, caller, "PATCH", path, body, true, &reply, err) != 0
        || wire_read_token (reply.body, &token, NULL, err) != 0)
        return -1;
    if (ret_token) {
        *ret_token = token;
        token = (struct token){ .name = NULL }; /* handed over */
    }
    return 0;
}

int hub_delete (struct service *service, const struct caller *caller, const char *id, struct error *err)
{
    AUTO (http_reply) reply = { .body = NULL };
    struct error why = ERROR_INIT;
    if (!token_id_is_whole (id))
        return error_set (err, ERROR_INVALID_TOKEN_ID, "\"%.60s\" is no token id", id);
    AUTOFREE char *path = xasprintf (TOKENS "/%s", id);
    if (hub_ask ((struct hub *)service, caller, "DELETE", path, NULL, false, &reply, &why) == 0)
        return 0;
    if (reply.repeated && reply.status == 404) /* the first request deleted it, and its answer was lost */
        return 0;
    if (err)
        *err = why;
    return -1;
}
