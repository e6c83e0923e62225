/* Writing results and errors: JSON, tables or lines. */
#include "src/cli/output.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/base/text.h"
#include "src/core/interrupt.h"

enum { OUTPUT_MAX_BYTES = 256 << 20, DEFAULT_WIDTH = 80 };

json_t *output_document (const char *kind)
{
    json_t *document = json_object ();
    json_set_string (document, "schema", "dpat/1");
    json_set_string (document, "kind", kind);
    return document;
}

int output_check (bool stdout_was_closed, struct error *err)
{
    struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };
    if (stdout_was_closed) {
        error_set (err, ERROR_OUTPUT, "standard output is closed");
        return error_hint (err, "send it somewhere, as in >FILE");
    }
    if (poll (&out, 1, 0) > 0 && (out.revents & POLLERR) != 0)
        return error_set (err, ERROR_OUTPUT, "nobody reads the pipe that standard output goes to");
    return 0;
}

int output_write (const struct buffer *text, struct error *err)
{
    const char *at = buffer_text (text);
    size_t len = text->len;
    if (text->failed)
        return error_set (err, ERROR_OUTPUT, "the output is larger than %zu bytes", text->ceiling);
    while (len > 0) {
        ssize_t n = write (STDOUT_FILENO, at, len);
        if (n < 0 && errno == EINTR && !interrupt_pending ())
            continue;
        if (n < 0) {
            int saved = errno;
            error_set (err, ERROR_OUTPUT, "cannot write to standard output: %s",
                       saved == EBADF ? "it is closed" : strerror (saved));
            errno = saved;
            return -1;
        }
        at += n;
        len -= (size_t)n;
    }
    return 0;
}

static void write_talk (const struct buffer *text)
{
    /* Where stderr itself fails there is nobody left to tell. */
    (void)file_write_all (STDERR_FILENO, buffer_text (text), text->len);
}

static unsigned terminal_width (void)
{
    const char *columns = getenv ("COLUMNS");
    char *end;
    unsigned long width = columns ? strtoul (columns, &end, 10) : 0;
    if (width >= 20 && width <= 1000)
        return (unsigned)width;
    struct winsize size;
    if (ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return DEFAULT_WIDTH;
}

/* --color, NO_COLOR, CLICOLOR_FORCE, the config file, CLICOLOR, TERM, and last whether stdout is a terminal. */
static bool wants_color (const char *option, const char *setting, bool terminal)
{
    const char *said = option;
    if (said == NULL || strcmp (said, "auto") == 0) {
        const char *no_color = getenv ("NO_COLOR");
        if (no_color && no_color[0])
            return false;
        if (settings_environment_flag ("CLICOLOR_FORCE"))
            return true;
        said = setting;
    }
    if (said && strcmp (said, "auto") != 0)
        return strcmp (said, "always") == 0;
    const char *clicolor = getenv ("CLICOLOR");
    const char *term = getenv ("TERM");
    return terminal && !(clicolor && strcmp (clicolor, "0") == 0) && term && strcmp (term, "dumb") != 0;
}

static int render_json (const json_t *result, struct error *err)
{
    AUTO (buffer) out;
    buffer_init (&out, OUTPUT_MAX_BYTES);
    json_write (&out, result);
    buffer_puts (&out, "\n");
    return output_write (&out, err);
}

int output_render (const struct common_options *options, const char *color, view_function *view, const json_t *result,
                   struct error *err)
{
    if (options->json)
        return render_json (result, err);
    AUTO (buffer) out;
    AUTO (buffer) talk;
    buffer_init (&out, OUTPUT_MAX_BYTES);
    buffer_init (&talk, OUTPUT_MAX_BYTES);
    bool terminal = isatty (STDOUT_FILENO) == 1;
    struct view how = { .terminal = terminal,
                        .color = wants_color (options->color, color, terminal),
                        .porcelain = options->porcelain,
                        .quiet = options->quiet,
                        .width = terminal_width (),
                        .now = clock_now_us () / 1000000,
                        .out = &out,
                        .talk = &talk };
    view (&how, result);
    if (how.talk_first && !options->quiet)
        write_talk (&talk);
    int status = output_write (&out, err);
    if (!how.talk_first && !options->quiet)
        write_talk (&talk);
    return status;
}

static json_t *detail_to_json (const struct error_detail *detail)
{
    if (detail->kind == ERROR_DETAIL_BOOL)
        return json_boolean (strcmp (detail->text, "true") == 0);
    if (detail->kind == ERROR_DETAIL_TEXT)
        return json_string (detail->text);
    json_t *list = json_array ();
    for (const char *at = detail->text; *at;) {
        size_t len = strcspn (at, "\n");
        json_add (list, json_stringn (at, len));
        at += len + (at[len] == '\n');
    }
    return list;
}

json_t *output_error_to_json (const struct error *error)
{
    const struct error_kind *kind = error_kind (error->code);
    json_t *object = json_object ();
    json_set_string (object, "code", kind->name);
    json_set (object, "exit", json_integer (kind->exit_status));
    json_set_string (object, "message", error->text);
    json_set_string (object, "hint", error->hint[0] ? error->hint : NULL);
    json_set (object, "http_status", json_integer (kind->http_status));
    json_set (object, "retryable", json_boolean (kind->retryable));
    json_set_time (object, "retry_at", error->retry_at);
    json_t *details = json_object ();
    for (size_t i = 0; i < error->detail_count; i++)
        json_set (details, error->details[i].key, detail_to_json (&error->details[i]));
    json_set (object, "details", details);
    return object;
}

void output_error (const struct error *error, bool json)
{
    AUTO (buffer) text;
    buffer_init (&text, 65536);
    if (json) {
        json_auto_t *document = output_document ("error");
        json_set (document, "error", output_error_to_json (error));
        json_write (&text, document);
    } else {
        buffer_puts (&text, "dpat: ");
        text_append_clean (&text, error->text, strlen (error->text));
        buffer_puts (&text, error->hint[0] ? "\nhint: " : "");
        text_append_clean (&text, error->hint, strlen (error->hint));
    }
    buffer_puts (&text, "\n");
    write_talk (&text);
}

void output_note (const char *fmt, ...)
{
    AUTO (buffer) text;
    buffer_init (&text, 8192);
    char line[2048];
    va_list ap;
    va_start (ap, fmt);
    vsnprintf (line, sizeof (line), fmt, ap);
    va_end (ap);
    text_append_clean (&text, line, strlen (line));
    buffer_puts (&text, "\n");
    write_talk (&text);
}
