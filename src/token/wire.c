/* Tokens as Docker Hub's HTTP API writes them. */
#include "src/token/wire.h"

#include <string.h>

#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/base/time.h"

enum { MICROSECONDS = 6 };

static void set_time_us (json_t *object, const char *key, int64_t us, unsigned digits)
{
    char text[TIME_TEXT_US_SIZE];
    json_set_string (object, key, us ? time_format_us (us, digits, text) : NULL);
}

json_t *wire_scopes (const struct scopes *scopes)
{
    json_t *list = json_array ();
    for (size_t i = 0; i < scopes->count; i++)
        json_add (list, json_string (scope_name (scopes->list[i])));
    return list;
}

json_t *wire_token (const struct token *token, const struct secret *secret)
{
    json_t *object = json_object ();
    json_set_string (object, "uuid", token->id);
    json_set_string (object, "client_id", "HUB");
    json_set_string (object, "creator_ip", token->creator.ip ? token->creator.ip : "");
    json_set_string (object, "creator_ua", token->creator.user_agent ? token->creator.user_agent : "");
    set_time_us (object, "created_at", token->created_us, MICROSECONDS);
    set_time_us (object, "last_used", token->last_used_us, MICROSECONDS);
    json_set_string (object, "generated_by", token_source_name (token->source));
    json_set (object, "is_active", json_boolean (token->active));
    json_set (object, "token", secret && secret->len > 0 ? json_stringn (secret->data, secret->len) : json_string (""));
    json_set_string (object, "token_label", token->name);
    json_set (object, "scopes", wire_scopes (&token->scopes));
    set_time_us (object, "expires_at", token->expires_us, token->expires_digits);
    json_set_string (object, "last_used_ip", token->last_used_from.ip);
    json_set_string (object, "last_used_ua", token->last_used_from.user_agent);
    return object;
}

int wire_read_scopes (const json_t *list, struct scopes *ret_scopes, struct error *err)
{
    struct scopes scopes = { .count = 0 };
    const json_t *item;
    size_t i;
    json_array_foreach (list, i, item)
    {
        enum scope scope;
        const char *text = json_string_value (item);
        if (text == NULL || strncmp (text, "repo:", strlen ("repo:")) != 0)
            return error_set (err, ERROR_INVALID_SCOPE, "\"%.60s\" is no scope", text ? text : "(no string)");
        if (scope_parse (text, &scope, err) != 0)
            return -1;
        scopes_add (&scopes, scope);
    }
    *ret_scopes = scopes;
    return 0;
}

/* A time that may be absent, null or "". */
static int read_time (const json_t *object, const char *key, int64_t *ret_us, unsigned *ret_digits, struct error *err)
{
    const char *text = json_get_string (object, key);
    *ret_us = 0;
    if (text == NULL || text[0] == '\0')
        return 0;
    if (time_parse_us (text, ret_us, ret_digits) != 0)
        return error_set (err, ERROR_SERVICE_FAILED, "the service sent a token whose %s is no time: \"%.40s\"", key,
                          text);
    return 0;
}

static char *copy_unless_empty (const json_t *object, const char *key)
{
    const char *text = json_get_string (object, key);
    return text && text[0] ? xstrdup (text) : NULL;
}

static void read_known_scopes (const json_t *object, struct scopes *scopes)
{
    const json_t *item;
    size_t i;
    json_array_foreach (json_object_get (object, "scopes"), i, item)
    {
        enum scope scope;
        if (json_is_string (item) && scope_parse (json_string_value (item), &scope, NULL) == 0)
            scopes_add (scopes, scope);
    }
}

static int read_members (const json_t *object, struct token *token, struct error *err)
{
    const char *id = json_get_string (object, "uuid");
    const char *name = json_get_string (object, "token_label");
    if (id == NULL || !token_id_is_whole (id) || name == NULL)
        return error_set (err, ERROR_SERVICE_FAILED, "the service sent a token without a good uuid or token_label");
    memcpy (token->id, id, TOKEN_ID_SIZE);
    token->name = xstrdup (name);
    read_known_scopes (object, &token->scopes);
    token->active = json_is_true (json_object_get (object, "is_active"));
    const char *source = json_get_string (object, "generated_by");
    token->source = source == NULL || source[0] == '\0' || strcmp (source, "manual") == 0 ? TOKEN_MANUAL : TOKEN_AUTO;
    token->creator =
        (struct token_origin){ copy_unless_empty (object, "creator_ip"), copy_unless_empty (object, "creator_ua") };
    token->last_used_from =
        (struct token_origin){ copy_unless_empty (object, "last_used_ip"), copy_unless_empty (object, "last_used_ua") };
    if (read_time (object, "created_at", &token->created_us, NULL, err) != 0
        || read_time (object, "expires_at", &token->expires_us, &token->expires_digits, err) != 0)
        return -1;
    return read_time (object, "last_used", &token->last_used_us, NULL, err);
}

int wire_read_token (const json_t *object, struct token *ret_token, struct secret *ret_secret, struct error *err)
{
    if (!json_is_object (object))
        return error_set (err, ERROR_SERVICE_FAILED, "the service sent something else in place of a token");
    if (read_members (object, ret_token, err) != 0) {
        token_release (ret_token);
        return -1;
    }
    const json_t *secret = json_object_get (object, "token");
    if (ret_secret && json_string_length (secret) > 0)
        secret_set (ret_secret, json_string_value (secret), json_string_length (secret));
    return 0;
}

json_t *wire_undelivered (const struct undelivered *item)
{
    json_t *object = wire_token (&item->token, NULL);
    json_t *delivery = json_object ();
    json_set_string (delivery, "request_id", item->request_id);
    json_set_string (delivery, "maker", item->maker);
    json_set_string (delivery, "sink", item->sink);
    json_set_string (delivery, "step", delivery_step_name (item->step));
    json_set (delivery, "age_s", json_integer (item->age_s));
    json_set (object, "delivery", delivery);
    return object;
}

int wire_read_undelivered (const json_t *object, struct undelivered *ret_item, struct error *err)
{
    const json_t *delivery = json_object_get (object, "delivery");
    const char *request_id = json_get_string (delivery, "request_id");
    const char *maker = json_get_string (delivery, "maker");
    const char *sink = json_get_string (delivery, "sink");
    if (request_id == NULL || !token_id_is_whole (request_id) || maker == NULL || !delivery_maker_is_valid (maker)
        || sink == NULL || !delivery_sink_is_valid (sink)
        || delivery_step_parse (json_get_string (delivery, "step"), &ret_item->step) != 0)
        return error_set (err, ERROR_SERVICE_FAILED, "the service sent an undelivered token without a good delivery");
    memcpy (ret_item->request_id, request_id, TOKEN_ID_SIZE);
    memcpy (ret_item->maker, maker, strlen (maker) + 1);
    memcpy (ret_item->sink, sink, strlen (sink) + 1);
    ret_item->age_s = json_get_integer (delivery, "age_s");
    return wire_read_token (object, &ret_item->token, NULL, err);
}
