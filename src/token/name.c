/* The rules for the names of tokens and accounts. */
#include "src/token/name.h"

#include <stdbool.h>
#include <string.h>

#include "src/base/text.h"

int token_name_check (const char *name, struct error *err)
{
    size_t len = strlen (name);
    long count = text_count (name, len);
    if (count < 0)
        return error_set (err, ERROR_INVALID_NAME, "the token name is not valid UTF-8");
    if (count == 0)
        return error_set (err, ERROR_INVALID_NAME, "the token name is empty");
    if (count > TOKEN_NAME_MAX_CHARACTERS)
        return error_set (err, ERROR_INVALID_NAME, "the token name has %ld characters; the most is %d", count,
                          TOKEN_NAME_MAX_CHARACTERS);
    if (text_has_control (name, len))
        return error_set (err, ERROR_INVALID_NAME, "the token name has control characters");
    if (strspn (name, " ") == len)
        return error_set (err, ERROR_INVALID_NAME, "the token name is only white space");
    return 0;
}

static bool is_plain (char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

int account_name_check (const char *name, struct error *err)
{
    size_t len = strlen (name);
    bool good = len >= 2 && len <= ACCOUNT_NAME_MAX;
    for (size_t i = 0; good && i < len; i++) {
        bool separator = name[i] != '\0' && strchr ("._-", name[i]) != NULL;
        good = is_plain (name[i]) || (separator && i > 0 && is_plain (name[i - 1]) && is_plain (name[i + 1]));
    }
    if (good)
        return 0;
    error_set (err, ERROR_INVALID_ACCOUNT_NAME, "\"%.60s\" is no account name", name);
    return error_hint (err, "an account name has 2 to 30 of a-z and 0-9, with single \".\", \"_\" or \"-\" inside");
}
