/* Asking a person: passwords without echo, lines, and yes or no, always on the terminal itself. */
#ifndef DPAT_CLI_PROMPT_H
#define DPAT_CLI_PROMPT_H

#include <stdbool.h>

#include "src/base/error.h"
#include "src/base/secret.h"

/* Ask for a secret on /dev/tty without echo; label without the colon. ERROR_NO_INPUT when there is no terminal,
 * no_input is set, or nothing is typed; an answer as long as the largest password is refused rather than cut. */
int prompt_secret (const char *label, bool no_input, struct secret *ret_secret, struct error *err);

/* The same, asked twice; ERROR_USAGE when the answers differ. */
int prompt_new_secret (const char *label, bool no_input, struct secret *ret_secret, struct error *err);

/* Ask for a line on /dev/tty. Owned. NULL on failure, and with ERROR_NO_INPUT when nothing is typed. */
char *prompt_line (const char *label, bool no_input, struct error *err);

/* See that there is a terminal to ask on, before something is begun that must ask. ERROR_NO_INPUT. */
int prompt_check (bool no_input, struct error *err);

/* Write text, which may be secret, to the terminal itself and nowhere else. ERROR_NO_INPUT. */
int prompt_show (const char *text, bool no_input, struct error *err);

/* Ask question, which "[y/N]" is put behind; 0 for yes. ERROR_DECLINED for anything else. When stdin is no terminal, or
 * no_input is set, nobody is asked: ERROR_NO_INPUT, whose hint names -y. */
int prompt_confirm (const char *question, bool no_input, struct error *err);

#endif
