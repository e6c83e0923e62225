/* Passwords and codes from where people and scripts give them: standard input, a prompt, a command. */
#ifndef DPAT_CLI_SIGN_IN_INPUT_H
#define DPAT_CLI_SIGN_IN_INPUT_H

#include <stdbool.h>

#include "src/base/error.h"
#include "src/base/secret.h"
#include "src/core/login.h"

/* Read up to count secrets from stdin, one a line, the last line's newline optional. Fewer lines, an empty one, or more
 * than that is ERROR_USAGE, as is more than 1024 bytes in a line. secrets are empty and released by the caller. */
int sign_in_read_lines (struct secret *secrets, size_t count, struct error *err);

/* One secret: the first line of stdin when from_stdin, else asked for as label. */
int sign_in_read (const char *label, bool from_stdin, bool no_input, struct secret *ret_secret, struct error *err);

/* A new password: the first line of stdin, else asked for twice; checked against the rule for passwords. */
int sign_in_read_new (const char *label, bool from_stdin, bool no_input, struct secret *ret_secret, struct error *err);

/* How the code of a second factor is got: the one given, else the line on stdin with from_stdin, else what the command
 * in DPAT_OTP_COMMAND prints, else asked for. Release given and printed. */
struct code_input {
    const char *service;   /* what the prompt calls the service; borrowed */
    struct secret given;   /* empty: not given yet */
    struct secret printed; /* the last code that the command printed */
    bool from_stdin;
    bool no_input;
};

/* That way as a source for core/login.h; input is borrowed. A next code is to be had only where the command prints
 * codes: dpat then says on stderr that it waits until the next one begins, 30 s at most, and runs the command again. */
struct code_source sign_in_code_source (struct code_input *input);

/* Wipe the codes. */
void code_input_release (struct code_input *input);

/* Read password (from stdin with password_stdin, else asked for as label) and, where both come from stdin, the code's
 * line after it. */
int sign_in_read_with_code (const char *label, bool password_stdin, struct code_input *codes, struct secret *ret_secret,
                            struct error *err);

#endif
