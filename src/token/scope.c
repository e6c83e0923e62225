/* The four scopes and lists of them. */
#include "src/token/scope.h"

#include <stdio.h>
#include <string.h>

#include "src/base/memory.h"

static const struct {
    const char *name;
    const char *title;
} scopes[SCOPE_COUNT] = {
    [SCOPE_PUBLIC_READ] = { "repo:public_read", "Public repo read" },
    [SCOPE_READ] = { "repo:read", "Read" },
    [SCOPE_WRITE] = { "repo:write", "Read & Write" },
    [SCOPE_ADMIN] = { "repo:admin", "Read, Write, Delete" },
};

static const char prefix[] = "repo:";

const char *scope_name (enum scope scope)
{
    return scopes[scope].name;
}

const char *scope_title (enum scope scope)
{
    return scopes[scope].title;
}

int scope_parse (const char *text, enum scope *ret_scope, struct error *err)
{
    for (size_t i = 0; i < ARRAY_SIZE (scopes); i++)
        if (strcmp (text, scopes[i].name) == 0 || strcmp (text, scopes[i].name + strlen (prefix)) == 0) {
            *ret_scope = (enum scope)i;
            return 0;
        }
    error_set (err, ERROR_INVALID_SCOPE, "unknown scope \"%.60s\"", text);
    return error_hint (err, "scopes are public_read, read, write and admin, with or without \"repo:\" in front");
}

void scopes_add (struct scopes *list, enum scope scope)
{
    if (!scopes_have (list, scope))
        list->list[list->count++] = scope;
}

bool scopes_have (const struct scopes *list, enum scope scope)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->list[i] == scope)
            return true;
    return false;
}

bool scopes_allow (const struct scopes *list, enum scope scope)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->list[i] >= scope)
            return true;
    return false;
}

const char *scopes_format (const struct scopes *list, char out[SCOPES_TEXT_SIZE])
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < list->count; i++) {
        int n = snprintf (out + used, SCOPES_TEXT_SIZE - used, "%s%s", i ? "," : "", scope_name (list->list[i]));
        used += n > 0 ? (size_t)n : 0;
    }
    return out;
}

int scopes_parse (const char *text, struct scopes *ret_scopes, struct error *err)
{
    struct scopes list = { .count = 0 };
    while (*text) {
        size_t len = strcspn (text, ",");
        AUTOFREE char *word = xstrndup (text, len);
        enum scope scope;
        if (scope_parse (word, &scope, err) != 0)
            return -1;
        scopes_add (&list, scope);
        text += len + (text[len] == ',');
    }
    *ret_scopes = list;
    return 0;
}
