/* Passwords and codes from where people and scripts give them. */
#include "src/cli/sign_in_input.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/memory.h"
#include "src/cli/output.h"
#include "src/cli/prompt.h"
#include "src/credentials/process.h"
#include "src/service/password.h"

/* A device shows a new code every 30 s, counted from 1970 (RFC 6238). The margin is for clocks that differ a little. */
enum { CODE_MAX_BYTES = 256, COMMAND_TIMEOUT_MS = 60000, CODE_STEP_MS = 30000, CODE_MARGIN_MS = 250 };

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

/* The first line that the command prints. */
static int run_code_command (const char *command, struct secret *ret_code, struct error *err)
{
    const char *const arguments[] = { "/bin/sh", "-c", command, NULL };
    struct process_result result;
    struct error why = ERROR_INIT;
    AUTO (buffer) out;
    buffer_init (&out, CODE_MAX_BYTES);
    if (process_run (arguments, NULL, 0, COMMAND_TIMEOUT_MS, &out, &result, &why) != 0)
        return error_set (err, ERROR_CONFIG, "the command in DPAT_OTP_COMMAND failed: %s", why.text);
    char words[PROCESS_WORDS_SIZE];
    process_describe (&result, words);
    if (result.exit_status != 0)
        return error_set (err, ERROR_CONFIG, "the command in DPAT_OTP_COMMAND failed (%s)", words);
    size_t len = strcspn (buffer_text (&out), "\r\n");
    if (len == 0)
        return error_set (err, ERROR_CONFIG, "the command in DPAT_OTP_COMMAND printed no code");
    secret_set (ret_code, out.data, len);
    return 0;
}

static int get_code (void *context, const char *user, struct secret *ret_code, struct error *err)
{
    struct code_input *input = context;
    const char *command = getenv ("DPAT_OTP_COMMAND");
    if (input->given.len > 0) {
        secret_move (ret_code, &input->given);
        return 0;
    }
    if (input->from_stdin)
        return sign_in_read_lines (ret_code, 1, err);
    if (command && command[0]) {
        if (run_code_command (command, ret_code, err) != 0)
            return -1;
        secret_set (&input->printed, ret_code->data, ret_code->len);
        return 0;
    }
    AUTOFREE char *label = xasprintf ("Code of the second factor of %s at %s", user, input->service);
    if (prompt_secret (label, input->no_input, ret_code, err) == 0)
        return 0;
    return error_hint (err, "give it on standard input with --otp-stdin, or name a command in DPAT_OTP_COMMAND");
}

/* Whether it is a code of a device; a recovery code stays what it is. */
static bool is_of_device (const struct secret *code)
{
    return code->len >= 6 && strspn (secret_text (code), "0123456789") == code->len;
}

/* A code works once, and the last command may have used this one a moment ago. */
static int get_next_code (void *context, const char *user, struct secret *ret_code, struct error *err)
{
    struct code_input *input = context;
    const char *command = getenv ("DPAT_OTP_COMMAND");
    if (!is_of_device (&input->printed))
        return error_set (err, ERROR_NO_INPUT, "there is no other code");
    int wait_ms = CODE_STEP_MS - (int)(clock_now_us () / 1000 % CODE_STEP_MS) + CODE_MARGIN_MS;
    output_note ("the code of %s was rejected; a code works once, so dpat waits %d s for the next one", user,
                 (wait_ms + 999) / 1000);
    (void)poll (NULL, 0, wait_ms);
    if (run_code_command (command, ret_code, err) != 0)
        return -1;
    if (secret_equal (ret_code, &input->printed))
        return error_set (err, ERROR_NO_INPUT, "the command in DPAT_OTP_COMMAND printed the same code again");
    return 0;
}

struct code_source sign_in_code_source (struct code_input *input)
{
    return (struct code_source){ .get = get_code, .get_next = get_next_code, .context = input };
}

void code_input_release (struct code_input *input)
{
    secret_release (&input->given);
    secret_release (&input->printed);
}

int sign_in_read_with_code (const char *label, bool password_stdin, struct code_input *codes, struct secret *ret_secret,
                            struct error *err)
{
    if (!password_stdin || !codes->from_stdin)
        return sign_in_read (label, password_stdin, codes->no_input, ret_secret, err);
    struct secret lines[2] = { SECRET_INIT, SECRET_INIT };
    int status = sign_in_read_lines (lines, 2, err);
    secret_move (ret_secret, &lines[0]);
    secret_move (&codes->given, &lines[1]);
    return status;
}
