/* The rules for the names of tokens and accounts. */
#ifndef DPAT_TOKEN_NAME_H
#define DPAT_TOKEN_NAME_H

#include "src/base/error.h"

#define TOKEN_NAME_MAX_CHARACTERS 100

/* Bytes of the longest account name. */
#define ACCOUNT_NAME_MAX 30

/* A name that a token is given: 1 to 100 Unicode characters of valid UTF-8, none of them a control character or one
 * that nobody sees (invisible.h), and not only white space; else ERROR_INVALID_NAME. Names from before that rule, and
 * those of other services, are shown with such characters by number, and name their tokens as they are. */
int token_name_check (const char *name, struct error *err);

/* 2 to 30 of [a-z0-9] with single ".", "_" or "-" inside, for it becomes a namespace of a registry; else
 * ERROR_INVALID_ACCOUNT_NAME. */
int account_name_check (const char *name, struct error *err);

#endif
