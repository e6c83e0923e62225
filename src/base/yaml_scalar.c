/* Plain scalars of YAML, as yaml.v2 of Go resolves them. */
#include "src/base/yaml_scalar.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/memory.h"

enum { NUMBER_MAX_BYTES = 64 };

#define DIGITS "0123456789"

static bool is_one_of (const char *text, const char *const words[])
{
    for (size_t i = 0; words[i]; i++)
        if (strcmp (text, words[i]) == 0)
            return true;
    return false;
}

/* Whether text, from at on, is nothing but these characters, and one at least. */
static bool is_made_of (const char *at, const char *characters)
{
    return *at && at[strspn (at, characters)] == '\0';
}

static bool is_integer (const char *text)
{
    const char *at = text + strspn (text, "+-");
    if (at > text + 1)
        return false;
    if (at[0] == '0' && strchr ("xX", at[1]) && at[1])
        return is_made_of (at + 2, DIGITS "abcdefABCDEF");
    if (at[0] == '0' && strchr ("oO", at[1]) && at[1])
        return is_made_of (at + 2, "01234567");
    if (at[0] == '0' && strchr ("bB", at[1]) && at[1])
        return is_made_of (at + 2, "01");
    return is_made_of (at, DIGITS);
}

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? */
static bool is_real (const char *text)
{
    const char *at = text + (*text == '+' || *text == '-');
    size_t whole = strspn (at, DIGITS);
    at += whole;
    size_t broken = *at == '.' ? strspn (at + 1, DIGITS) : 0;
    if (whole + broken == 0)
        return false;
    at += *at == '.' ? 1 + broken : 0;
    if (*at == 'e' || *at == 'E') {
        at += 1 + (at[1] == '+' || at[1] == '-');
        return is_made_of (at, DIGITS);
    }
    return *at == '\0';
}

/* A number in JSON, where there is none for infinity; the kind is what counts there. */
static json_t *read_number (const char *text)
{
    static const char *const odd[] = { ".nan",  ".NaN",  ".NAN",  ".inf",  ".Inf",  ".INF", "+.inf",
                                       "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", NULL };
    char plain[NUMBER_MAX_BYTES + 1];
    size_t len = 0;
    if (is_one_of (text, odd))
        return json_real (0);
    if (*text == '\0' || strchr (DIGITS "+-.", *text) == NULL)
        return NULL;
    for (const char *at = text; *at; at++)
        if (*at != '_')
            plain[len++] = *at;
    plain[len] = '\0';
    if (is_integer (plain))
        return json_integer (strtoll (plain, NULL, 0));
    return is_real (plain) ? json_real (strtod (plain, NULL)) : NULL;
}

json_t *yaml_scalar_read (const char *text, size_t len)
{
    static const char *const nulls[] = { "", "~", "null", "Null", "NULL", NULL };
    static const char *const trues[] = {
        "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON", NULL
    };
    static const char *const falses[] = { "n",     "N",     "no",  "No",  "NO",  "false",
                                          "False", "FALSE", "off", "Off", "OFF", NULL };
    char word[NUMBER_MAX_BYTES + 1];
    if (len > NUMBER_MAX_BYTES)
        return json_stringn (text, len);
    memcpy (word, text, len);
    word[len] = '\0';
    if (is_one_of (word, nulls))
        return json_null ();
    if (is_one_of (word, trues))
        return json_true ();
    if (is_one_of (word, falses))
        return json_false ();
    json_t *number = read_number (word);
    return number ? number : json_stringn (text, len);
}
