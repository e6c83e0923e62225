/* What a token may do: the four scopes, the list a token carries, and how both are written. */
#ifndef DPAT_TOKEN_SCOPE_H
#define DPAT_TOKEN_SCOPE_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/error.h"

/* From the least to the most; each implies those before it. */
enum scope { SCOPE_PUBLIC_READ, SCOPE_READ, SCOPE_WRITE, SCOPE_ADMIN, SCOPE_COUNT };

/* Scopes in the order they were given, without duplicates. */
struct scopes {
    enum scope list[SCOPE_COUNT];
    size_t count;
};

/* Room for all four, comma-separated, and a NUL. */
#define SCOPES_TEXT_SIZE 64

/* "repo:read". Borrowed for ever. */
const char *scope_name (enum scope scope);

/* What the web page of Docker Hub calls it: "Read & Write". Borrowed for ever. */
const char *scope_title (enum scope scope);

/* Read "repo:read" or "read". ERROR_INVALID_SCOPE names the four. */
int scope_parse (const char *text, enum scope *ret_scope, struct error *err);

/* Add scope at the end unless it is there. */
void scopes_add (struct scopes *scopes, enum scope scope);

/* Whether one of the list is scope or implies it. */
bool scopes_allow (const struct scopes *scopes, enum scope scope);

/* Whether scope itself is in the list. */
bool scopes_have (const struct scopes *scopes, enum scope scope);

/* "repo:read,repo:write" into out. Returns out. */
const char *scopes_format (const struct scopes *scopes, char out[SCOPES_TEXT_SIZE]);

/* Read what scopes_format wrote. ERROR_INVALID_SCOPE on anything else; "" is an empty list. */
int scopes_parse (const char *text, struct scopes *ret_scopes, struct error *err);

#endif
