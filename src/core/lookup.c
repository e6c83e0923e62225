/* Which one token a name, an id or the beginning of an id means. */
#include "src/core/lookup.h"

#include <string.h>

#include "src/base/memory.h"

/* Four hyphens where a UUID has them: somebody meant an id. */
static bool is_built_like_id (const char *text)
{
    return strlen (text) == TOKEN_ID_SIZE - 1 && text[8] == '-' && text[13] == '-' && text[18] == '-'
           && text[23] == '-';
}

static int not_found (const char *text, struct error *err)
{
    if (is_built_like_id (text) && !token_id_is_whole (text))
        return error_set (err, ERROR_INVALID_TOKEN_ID, "\"%s\" is no token id: a UUID has only 0-9 and a-f", text);
    if (token_id_is_whole (text))
        error_set (err, ERROR_TOKEN_NOT_FOUND, "there is no token with the id %s", text);
    else
        error_set (err, ERROR_TOKEN_NOT_FOUND, "no token is named \"%.120s\"%s", text,
                   token_id_is_prefix (text) ? ", and no id begins so" : "");
    return error_hint (err, "dpat list shows the tokens there are");
}

static int ambiguous (const char *text, const struct token_list *found, struct error *err)
{
    bool by_name = strcmp (found->items[0].name, text) == 0;
    error_set (err, ERROR_AMBIGUOUS, "\"%.120s\" means %zu tokens: %s and %s%s", text, found->count, found->items[0].id,
               found->items[1].id, found->count > 2 ? ", and more" : "");
    for (size_t i = 0; i < found->count; i++)
        error_detail_append (err, "ids", found->items[i].id);
    return error_hint (err, by_name ? "name the token by its id" : "write more of the id");
}

int lookup_token (struct service *service, const struct caller *caller, const char *text, struct token *ret_token,
                  struct error *err)
{
    AUTO (token_list) found = { .items = NULL };
    if (text[0] == '\0')
        return error_set (err, ERROR_USAGE, "a TOKEN is empty");
    if (service_find (service, caller, text, &found, err) != 0)
        return -1;
    if (found.count == 0)
        return not_found (text, err);
    if (found.count > 1)
        return ambiguous (text, &found, err);
    token_copy (ret_token, &found.items[0]);
    return 0;
}
