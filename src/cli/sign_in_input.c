/* Passwords from where people and scripts give them. */
#include "src/cli/sign_in_input.h"

#include <string.h>
#include <unistd.h>

#include "src/base/memory.h"
#include "src/cli/prompt.h"
#include "src/service/password.h"

static int take_line (const char **at, const char *end, struct secret *ret_line, struct error *err)
{
    if (*at == end)
        return error_set (err, ERROR_USAGE, "standard input has too few lines: each secret needs one");
    const char *newline = memchr (*at, '\n', (size_t)(end - *at));
    const char *stop = newline ? newline : end;
    size_t len = (size_t)(stop - *at);
    if (len > 0 && (*at)[len - 1] == '\r')
        len--;
    if (len == 0)
        return error_set (err, ERROR_USAGE, "the secret on standard input is empty");
    if (len > PASSWORD_MAX_BYTES)
        return error_set (err, ERROR_USAGE, "the secret on standard input is longer than %d bytes", PASSWORD_MAX_BYTES);
    secret_set (ret_line, *at, len);
    *at = newline ? newline + 1 : end;
    return 0;
}

int sign_in_read_lines (struct secret *secrets, size_t count, struct error *err)
{
    AUTO (secret) text = SECRET_INIT;
    size_t most = count * (PASSWORD_MAX_BYTES + 2);
    if (secret_read (&text, STDIN_FILENO, most, "the secret on standard input", err) != 0)
        return -1;
    const char *at = secret_text (&text);
    const char *end = at + text.len;
    for (size_t i = 0; i < count; i++)
        if (take_line (&at, end, &secrets[i], err) != 0)
            return -1;
    if (at != end)
        return error_set (err, ERROR_USAGE, "standard input has more than the %zu line%s expected", count,
                          count == 1 ? "" : "s");
    return 0;
}

int sign_in_read (const char *label, bool from_stdin, bool no_input, struct secret *ret_secret, struct error *err)
{
    if (from_stdin)
        return sign_in_read_lines (ret_secret, 1, err);
    if (prompt_secret (label, no_input, ret_secret, err) == 0)
        return 0;
    return error_hint (err, "give it on standard input with --password-stdin");
}

int sign_in_read_new (const char *label, bool from_stdin, bool no_input, struct secret *ret_secret, struct error *err)
{
    if (from_stdin) {
        if (sign_in_read_lines (ret_secret, 1, err) != 0)
            return -1;
    } else if (prompt_new_secret (label, no_input, ret_secret, err) != 0)
        return err && err->code == ERROR_NO_INPUT ? error_hint (err, "give it on standard input with --password-stdin")
                                                  : -1;
    return password_check (ret_secret, err);
}
