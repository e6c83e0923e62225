/* Asking a person, by libbsd's readpassphrase. */
#include "src/cli/prompt.h"

#include <bsd/readpassphrase.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "src/base/file.h"
#include "src/base/memory.h"
#include "src/base/text.h"

enum { ANSWER_MAX = 1024 };

/* A job in the background would be stopped by the terminal, for ever where nobody looks. */
static bool is_in_background (void)
{
    AUTOCLOSE int fd = open ("/dev/tty", O_RDONLY | O_CLOEXEC | O_NOCTTY);
    pid_t foreground = fd >= 0 ? tcgetpgrp (fd) : -1;
    return foreground > 0 && foreground != getpgrp ();
}

static int ask (const char *label, int flags, bool no_input, struct secret *ret_answer, struct error *err)
{
    if (no_input) {
        error_set (err, ERROR_NO_INPUT, "\"%s\" is missing, and --no-input forbids to ask", label);
        return -1;
    }
    if (is_in_background ())
        return error_set (err, ERROR_NO_INPUT, "\"%s\" is missing, and nobody can be asked from the background", label);
    AUTOFREE char *text = xasprintf ("%s: ", label);
    char answer[ANSWER_MAX + 2];
    errno = 0;
    int status = 0;
    if (readpassphrase (text, answer, sizeof (answer), flags | RPP_REQUIRE_TTY) == NULL)
        status = error_set (err, ERROR_NO_INPUT, "\"%s\" is missing, and there is no terminal to ask on", label);
    else if (strlen (answer) > ANSWER_MAX)
        status = error_set (err, ERROR_USAGE, "what was typed is longer than %d bytes", ANSWER_MAX);
    else
        secret_set (ret_answer, answer, strlen (answer));
    secret_wipe (answer, sizeof (answer));
    return status;
}

/* Enter or Ctrl-D alone is no answer: nothing is sent. */
static int ask_for_something (const char *label, int flags, bool no_input, struct secret *ret_answer, struct error *err)
{
    if (ask (label, flags, no_input, ret_answer, err) != 0)
        return -1;
    return ret_answer->len > 0 ? 0 : error_set (err, ERROR_NO_INPUT, "\"%s\": nothing was typed", label);
}

int prompt_secret (const char *label, bool no_input, struct secret *ret_secret, struct error *err)
{
    return ask_for_something (label, RPP_ECHO_OFF, no_input, ret_secret, err);
}

int prompt_new_secret (const char *label, bool no_input, struct secret *ret_secret, struct error *err)
{
    AUTO (secret) first = SECRET_INIT;
    AUTO (secret) second = SECRET_INIT;
    AUTOFREE char *again = xasprintf ("%s again", label);
    if (prompt_secret (label, no_input, &first, err) != 0 || prompt_secret (again, no_input, &second, err) != 0)
        return -1;
    if (!secret_equal (&first, &second))
        return error_set (err, ERROR_USAGE, "the two answers differ; nothing was changed");
    secret_move (ret_secret, &first);
    return 0;
}

char *prompt_line (const char *label, bool no_input, struct error *err)
{
    AUTO (secret) answer = SECRET_INIT;
    if (ask_for_something (label, RPP_ECHO_ON, no_input, &answer, err) != 0)
        return NULL;
    return xstrdup (secret_text (&answer));
}

static int open_terminal (bool no_input, struct error *err)
{
    int fd = no_input ? -1 : open ("/dev/tty", O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        error_set (err, ERROR_NO_INPUT, "this needs a terminal to show and ask on, and %s",
                   no_input ? "--no-input forbids it" : "there is none");
    return fd;
}

int prompt_check (bool no_input, struct error *err)
{
    AUTOCLOSE int fd = open_terminal (no_input, err);
    return fd < 0 ? -1 : 0;
}

int prompt_show (const char *text, bool no_input, struct error *err)
{
    AUTOCLOSE int fd = open_terminal (no_input, err);
    if (fd < 0)
        return -1;
    if (file_write_all (fd, text, strlen (text)) != 0)
        return error_set (err, ERROR_NO_INPUT, "the terminal cannot be written: %s", strerror (errno));
    return 0;
}

int prompt_confirm (const char *question, bool no_input, struct error *err)
{
    if (no_input || !isatty (STDIN_FILENO)) {
        error_set (err, ERROR_NO_INPUT, "this needs a yes, and there is nobody to ask: %s", question);
        return error_hint (err, "give -y to say yes beforehand");
    }
    AUTO (buffer) label; /* names in the question come from elsewhere */
    buffer_init (&label, 65536);
    text_append_clean (&label, question, strlen (question));
    buffer_puts (&label, " [y/N]");
    AUTO (secret) typed = SECRET_INIT;
    if (ask (buffer_text (&label), RPP_ECHO_ON, no_input, &typed, err) != 0)
        return -1;
    const char *answer = secret_text (&typed);
    if (strcmp (answer, "y") == 0 || strcmp (answer, "Y") == 0 || strcmp (answer, "yes") == 0)
        return 0;
    return error_set (err, ERROR_DECLINED, "the answer was no; nothing was changed");
}
