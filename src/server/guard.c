/* Refusing requests that two programs in a row could read differently. */
#include "src/server/guard.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/server/exchange.h"

/* The first reason counts. */
static void refuse (struct guard *guard, int status, const char *why)
{
    if (guard->status == 0) {
        guard->status = status;
        guard->why = why;
    }
}

void guard_target (struct guard *guard, const char *target)
{
    guard->bytes += strlen (target);
    for (const char *at = target; *at; at++)
        if ((unsigned char)*at <= ' ' || (unsigned char)*at >= 0x7f)
            refuse (guard, 400, "the path has a character that must be escaped");
    if (strstr (target, "%00"))
        refuse (guard, 400, "the path has a NUL");
}

/* RFC 9110 section 5.6.2: what the name of a field is made of. */
static bool is_token_character (char c)
{
    return isalnum ((unsigned char)c) || (c != '\0' && strchr ("!#$%&'*+-.^_`|~", c));
}

static void check_characters (struct guard *guard, const char *name, size_t name_len, const char *value,
                              size_t value_len)
{
    for (size_t i = 0; i < name_len; i++)
        if (!is_token_character (name[i]))
            refuse (guard, 400, "the name of a header field has a character that does not belong there");
    if (name_len == 0)
        refuse (guard, 400, "a header field has no name");
    for (size_t i = 0; i < value_len; i++)
        if ((iscntrl ((unsigned char)value[i]) && value[i] != '\t'))
            refuse (guard, 400, "the value of a header field has a control character");
}

static void check_length (struct guard *guard, const char *value, size_t value_len)
{
    unsigned long long length = 0;
    guard->has_body_length = true;
    for (size_t i = 0; i < value_len; i++) {
        if (!isdigit ((unsigned char)value[i]) || i > 18) {
            refuse (guard, 400, "Content-Length is no number");
            return;
        }
        length = length * 10 + (unsigned)(value[i] - '0');
    }
    if (value_len == 0)
        refuse (guard, 400, "Content-Length is no number");
    if (length > EXCHANGE_BODY_MAX)
        refuse (guard, 413, "the body is too large");
}

static bool is_name (const char *name, size_t len, const char *wanted)
{
    return len == strlen (wanted) && strncasecmp (name, wanted, len) == 0;
}

void guard_field (struct guard *guard, const char *name, size_t name_len, const char *value, size_t value_len)
{
    guard->bytes += name_len + value_len + 4;
    check_characters (guard, name, name_len, value, value_len);
    if (is_name (name, name_len, "Host"))
        guard->hosts++;
    if (is_name (name, name_len, "Authorization"))
        guard->authorizations++;
    if (is_name (name, name_len, "Content-Length")) {
        guard->lengths++;
        check_length (guard, value, value_len);
    }
    if (is_name (name, name_len, "Transfer-Encoding")) {
        guard->encodings++;
        guard->is_chunked = true;
        if (!is_name (value, value_len, "chunked"))
            refuse (guard, 400, "a Transfer-Encoding other than chunked");
    }
}

bool guard_finish (struct guard *guard, const char *version)
{
    bool old = strcmp (version, "HTTP/1.0") == 0;
    if (guard->hosts > 1 || guard->lengths > 1 || guard->authorizations > 1 || guard->encodings > 1)
        refuse (guard, 400, "a header field that may stand once stands twice");
    if (guard->has_body_length && guard->is_chunked)
        refuse (guard, 400, "both Content-Length and Transfer-Encoding");
    if (old && guard->is_chunked)
        refuse (guard, 400, "Transfer-Encoding in HTTP/1.0");
    if (guard->hosts == 0)
        refuse (guard, 400, "Host is missing");
    if (guard->bytes > EXCHANGE_HEAD_MAX)
        refuse (guard, 431, "the head is too large");
    if (!old && strcmp (version, "HTTP/1.1") != 0)
        refuse (guard, 505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
    return guard->status == 0;
}
