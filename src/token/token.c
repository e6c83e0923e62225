/* What a personal access token is: its members, its state, and its JSON. */
#include "src/token/token.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/json.h"
#include "src/base/memory.h"

static void origin_release (struct token_origin *origin)
{
    free (origin->ip);
    free (origin->user_agent);
    *origin = (struct token_origin){ .ip = NULL };
}

void token_release (struct token *token)
{
    free (token->name);
    origin_release (&token->creator);
    origin_release (&token->last_used_from);
    *token = (struct token){ .name = NULL };
}

void token_copy (struct token *to, const struct token *from)
{
    *to = *from;
    to->name = xstrdup (from->name);
    to->creator.ip = xstrdup (from->creator.ip);
    to->creator.user_agent = xstrdup (from->creator.user_agent);
    to->last_used_from.ip = xstrdup (from->last_used_from.ip);
    to->last_used_from.user_agent = xstrdup (from->last_used_from.user_agent);
}

void token_list_release (struct token_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        token_release (&list->items[i]);
    free (list->items);
    *list = (struct token_list){ .items = NULL };
}

struct token *token_list_add (struct token_list *list)
{
    if ((list->count & (list->count - 1)) == 0) /* room doubles at each power of two */
        list->items = xreallocarray (list->items, list->count ? list->count * 2 : 1, sizeof (*list->items));
    struct token *token = &list->items[list->count++];
    *token = (struct token){ .name = NULL };
    return token;
}

enum token_state token_state_at (const struct token *token, int64_t now_us)
{
    if (token->expires_us != 0 && token->expires_us <= now_us)
        return TOKEN_EXPIRED;
    return token->active ? TOKEN_ACTIVE : TOKEN_INACTIVE;
}

const char *token_state_name (enum token_state state)
{
    static const char *const names[] = { "active", "inactive", "expired" };
    return names[state];
}

const char *token_source_name (enum token_source source)
{
    return source == TOKEN_AUTO ? "auto" : "manual";
}

static json_t *origin_to_json (const struct token_origin *origin)
{
    json_t *object = json_object ();
    json_set_string (object, "ip", origin->ip);
    json_set_string (object, "user_agent", origin->user_agent);
    return object;
}

json_t *token_to_json (const struct token *token, int64_t now_us)
{
    enum token_state state = token_state_at (token, now_us);
    json_t *object = json_object ();
    json_set_string (object, "id", token->id);
    json_set_string (object, "name", token->name);
    json_set_string (object, "state", token_state_name (state));
    json_set (object, "active", json_boolean (state == TOKEN_ACTIVE));
    json_t *scopes = json_array ();
    for (size_t i = 0; i < token->scopes.count; i++)
        json_add (scopes, json_string (scope_name (token->scopes.list[i])));
    json_set (object, "scopes", scopes);
    json_set_string (object, "source", token_source_name (token->source));
    json_set_time (object, "created_at", token->created_us / 1000000);
    json_set_time (object, "expires_at", token->expires_us / 1000000);
    json_set_time (object, "last_used_at", token->last_used_us / 1000000);
    json_set (object, "last_used_from", origin_to_json (&token->last_used_from));
    json_set (object, "creator", origin_to_json (&token->creator));
    return object;
}

/* How many characters of text fit the pattern of a UUID. */
static size_t id_length (const char *text)
{
    size_t i = 0;
    while (i < TOKEN_ID_SIZE - 1 && text[i]) {
        bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
        if (hyphen ? text[i] != '-' : !isxdigit ((unsigned char)text[i]))
            break;
        i++;
    }
    return text[i] == '\0' ? i : 0;
}

bool token_id_is_whole (const char *text)
{
    return id_length (text) == TOKEN_ID_SIZE - 1;
}

bool token_id_is_prefix (const char *text)
{
    return id_length (text) >= 4;
}
