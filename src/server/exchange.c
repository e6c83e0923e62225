/* One request and its reply. */
#include "src/server/exchange.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/server/routes.h"

struct exchange *exchange_new (struct server *server, const char *target, const struct address *peer)
{
    struct exchange *exchange = memory_try (1, sizeof (*exchange));
    size_t len = strnlen (target, EXCHANGE_HEAD_MAX);
    char *copy = exchange ? memory_try (len + 1, 1) : NULL;
    if (copy == NULL) {
        free (exchange);
        return NULL;
    }
    exchange->server = server;
    exchange->target = memcpy (copy, target, len);
    exchange->begun_us = clock_now_us ();
    exchange->client = *peer;
    address_format (peer, exchange->client_text);
    buffer_init (&exchange->body, EXCHANGE_BODY_MAX);
    exchange->body.soft = true;
    return exchange;
}

void exchange_free (struct exchange *exchange)
{
    if (exchange == NULL)
        return;
    json_decref (exchange->json);
    json_decref (exchange->reply.body);
    if (exchange->reply.text)
        secret_wipe (exchange->reply.text, strlen (exchange->reply.text));
    free (exchange->reply.text);
    secret_release (&exchange->bearer);
    secret_release (&exchange->basic_secret);
    free (exchange->basic_user);
    buffer_release (&exchange->body);
    free (exchange->target);
    free (exchange->method);
    free (exchange->host);
    free (exchange->user_agent);
    free (exchange->granted);
    free (exchange->problem);
    free (exchange);
}

bool exchange_query (const struct exchange *exchange, const char *key, char *out, size_t size)
{
    size_t key_len = strlen (key);
    const char *at = strchr (exchange->target, '?');
    while (at) {
        at++;
        if (strncmp (at, key, key_len) == 0 && at[key_len] == '=') {
            const char *value = at + key_len + 1;
            size_t len = strcspn (value, "&#");
            len = len < size ? len : 0;
            memcpy (out, value, len);
            out[len] = '\0';
            return true;
        }
        at = strchr (at, '&');
    }
    return false;
}

void exchange_reply (struct exchange *exchange, int status, json_t *body)
{
    json_decref (exchange->reply.body);
    exchange->reply.status = status;
    exchange->reply.body = body;
}

static bool is_for_registries (const struct exchange *exchange)
{
    return exchange->route && exchange->route->who == WHO_REGISTRY_CLIENT;
}

/* The codes of distribution's specification, and RFC 6749's. */
static const char *registry_code (int status, const char **ret_oauth)
{
    static const struct {
        int status;
        const char *code;
        const char *oauth;
    } codes[] = { { 400, "UNSUPPORTED", "invalid_request" }, { 401, "UNAUTHORIZED", "invalid_grant" },
                  { 403, "DENIED", "unauthorized_client" },  { 413, "SIZE_INVALID", "invalid_request" },
                  { 429, "TOOMANYREQUESTS", "slow_down" },   { 503, "UNAVAILABLE", "temporarily_unavailable" } };
    for (size_t i = 0; i < ARRAY_SIZE (codes); i++)
        if (codes[i].status == status) {
            *ret_oauth = codes[i].oauth;
            return codes[i].code;
        }
    *ret_oauth = "server_error";
    return "UNKNOWN";
}

/* detail, which may be NULL, is taken. */
static void refuse_registry_client (struct exchange *exchange, int status, const char *message, json_t *detail)
{
    const char *oauth;
    const struct reply *reply = &exchange->reply;
    json_t *body = json_object ();
    json_t *errors = json_array ();
    json_t *error = json_object ();
    json_set_string (error, "code", registry_code (status, &oauth));
    json_set_string (error, "message", message);
    json_set (error, "detail", detail ? detail : json_null ());
    json_add (errors, error);
    json_set (body, "errors", errors);
    if (exchange->method && strcmp (exchange->method, "POST") == 0) {
        bool by_head = status == 401 && exchange->authorization_shown;
        json_set_string (body, "error", reply->oauth ? reply->oauth : by_head ? "invalid_client" : oauth);
        json_set_string (body, "error_description", message);
    }
    exchange_reply (exchange, status, body);
}

void exchange_refuse (struct exchange *exchange, int status, const char *sentence)
{
    if (is_for_registries (exchange)) {
        refuse_registry_client (exchange, status, sentence, NULL);
        return;
    }
    json_t *body = json_object ();
    json_set_string (body, "message", sentence);
    json_set_string (body, "detail", sentence);
    exchange_reply (exchange, status, body);
}

/* Which member of a request an error is about. */
static const char *field_of (enum error_code code)
{
    switch (code) {
    case ERROR_INVALID_NAME:
        return "token_label";
    case ERROR_INVALID_SCOPE:
        return "scopes";
    case ERROR_INVALID_TIME:
        return "expires_at";
    case ERROR_INVALID_PASSWORD:
        return "new_password";
    default:
        return "body";
    }
}

static void add_fields (json_t *body, const struct error *error)
{
    json_t *fields = json_object ();
    json_t *list = json_array ();
    json_add (list, json_string (error->text));
    json_set (fields, field_of (error->code), list);
    json_set (body, "fields", fields);
    json_set_string (body, "text", error->text);
}

/* The words that clients look for, where they look for some; else NULL. */
static const char *expected_words (enum error_code code)
{
    switch (code) {
    case ERROR_PAT_CANNOT_MANAGE:
        return "token issued from personal access token is not allowed";
    case ERROR_CODE_NEEDED:
        return "Require secondary authentication on MFA enabled account";
    case ERROR_WRONG_CREDENTIALS:
        return "Incorrect authentication credentials";
    case ERROR_TOKEN_NOT_FOUND:
        return "not found";
    default:
        return NULL;
    }
}

/* Who has the right secret is told which reason it is and what to do; everybody else hears the same. */
static void fail_registry_client (struct exchange *exchange, const struct error *error, bool ours)
{
    const struct error_kind *kind = error_kind (error->code);
    bool says_more = error->hint[0] && !ours && error->code != ERROR_WRONG_CREDENTIALS;
    AUTOFREE char *message = xasprintf ("%s%s%s",
                                        ours                                     ? kind->sentence
                                        : error->code == ERROR_WRONG_CREDENTIALS ? "incorrect user name or secret"
                                                                                 : error->text,
                                        says_more ? "; " : "", says_more ? error->hint : "");
    json_t *detail = json_object ();
    json_set_string (detail, "code", kind->name);
    exchange->reply.retry_at = error->retry_at;
    exchange->reply.challenge = kind->http_status == 401 ? "Basic realm=\"dpat\"" : NULL;
    refuse_registry_client (exchange, kind->http_status, message, detail);
}

void exchange_fail (struct exchange *exchange, const struct error *error)
{
    const struct error_kind *kind = error_kind (error->code);
    int status = error->code == ERROR_INVALID_TOKEN_ID ? 404 : kind->http_status;
    bool ours = status >= 500 && error->code != ERROR_BUSY;
    if (ours && exchange->problem == NULL)
        exchange->problem = xstrdup (error->text);
    if (is_for_registries (exchange)) {
        fail_registry_client (exchange, error, ours);
        return;
    }
    json_t *body = json_object ();
    const char *expected = status == 404 ? "not found" : expected_words (error->code);
    const char *message = ours            ? kind->sentence
                          : status == 404 ? "access token does not exist: not found"
                                          : error->text;
    json_set_string (body, "message", status == 403 && expected ? expected : message);
    json_set_string (body, "detail", expected ? expected : message);
    json_set_string (body, "code", kind->name);
    if (status == 400)
        add_fields (body, error);
    for (size_t i = 0; i < error->detail_count; i++)
        if (strcmp (error->details[i].key, "id") == 0)
            json_set_string (body, "uuid", error->details[i].text);
    exchange->reply.retry_at = error->retry_at;
    exchange->reply.challenge = status == 401 ? "Bearer realm=\"dpat\"" : NULL;
    exchange_reply (exchange, status, body);
}
