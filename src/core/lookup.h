/* TOKEN on the command line: which one token a name, an id or the beginning of an id means. */
#ifndef DPAT_CORE_LOOKUP_H
#define DPAT_CORE_LOOKUP_H

#include "src/base/error.h"
#include "src/service/service.h"

/* Find the one token that text means: of exactly that name, else of that id, else the only one whose id begins so (4
 * characters at least). ERROR_TOKEN_NOT_FOUND; ERROR_AMBIGUOUS with the `ids` in the details; ERROR_INVALID_TOKEN_ID
 * for what is built like a UUID and is none. *ret_token is owned: token_release. */
int lookup_token (struct service *service, const struct caller *caller, const char *text, struct token *ret_token,
                  struct error *err);

#endif
