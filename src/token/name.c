/* The rules for the names of tokens and accounts. */
#include "src/token/name.h"

#include <stdbool.h>
#include <string.h>

#include "src/base/invisible.h"
#include "src/base/text.h"

/* Whether valid UTF-8 is only white space, of any width. */
static bool is_blank (const char *name, size_t len)
{
    uint32_t code = 0;
    for (size_t at = 0; at < len;) {
        at += text_decode (name + at, len - at, &code);
        bool blank = code == ' ' || code == 0xa0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200a)
                     || code == 0x202f || code == 0x205f || code == 0x2800 || code == 0x3000;
        if (!blank)
            return false;
    }
    return true;
}

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
    uint32_t code = 0;
    size_t hidden = invisible_find (name, len, &code);
    if (hidden < len) {
        char number[INVISIBLE_TEXT_SIZE];
        error_set (err, ERROR_INVALID_NAME, "the token name has a character that nobody sees: %s, after %ld others",
                   invisible_format (code, number), text_count (name, hidden));
        return error_hint (err, "type the name by hand; of such characters only those inside an emoji are accepted");
    }
    if (is_blank (name, len))
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
