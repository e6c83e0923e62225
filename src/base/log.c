/* Debug lines on stderr, redacted at the sink. */
#include "src/base/log.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "src/base/file.h"
#include "src/base/memory.h"
#include "src/base/text.h"

/* The one piece of process-wide state below main: whether this process says what it does. */
static bool enabled;

void log_enable (bool on)
{
    enabled = on;
}

/* The prefixes of secrets dpat meets: its own tokens, Docker Hub's personal and organisation tokens, and a JWT's first
 * bytes ({"). */
static const char *const prefixes[] = { "dpat_", "dckr_pat_", "dckr_oat_", "eyJ" };

static bool is_secret_byte (char c)
{
    return isalnum ((unsigned char)c) || strchr ("_-.+/=", c) != NULL;
}

void log_redact (struct buffer *out, const char *text)
{
    while (*text) {
        size_t plain = strcspn (text, "de"); /* what they begin with */
        buffer_append (out, text, plain);
        text += plain;
        size_t skip = 0;
        for (size_t i = 0; i < ARRAY_SIZE (prefixes) && skip == 0; i++) {
            size_t len = strlen (prefixes[i]);
            if (strncmp (text, prefixes[i], len) != 0)
                continue;
            size_t n = len;
            while (text[n] && is_secret_byte (text[n]))
                n++;
            if (n >= len + 8) {
                buffer_printf (out, "%s…redacted", prefixes[i]);
                skip = n;
            }
        }
        if (skip == 0 && *text) {
            buffer_append (out, text, 1);
            skip = 1;
        }
        text += skip;
    }
}

void log_debug (const char *fmt, ...)
{
    if (!enabled)
        return;
    AUTO (buffer) raw;
    AUTO (buffer) line;
    buffer_init (&raw, 8192);
    buffer_init (&line, 16384);
    char text[4096];
    va_list ap;
    va_start (ap, fmt);
    vsnprintf (text, sizeof (text), fmt, ap);
    va_end (ap);
    text_append_clean (&raw, text, strlen (text));
    explicit_bzero (text, sizeof (text));
    buffer_puts (&line, "dpat: debug: ");
    log_redact (&line, buffer_text (&raw));
    buffer_puts (&line, "\n");
    (void)file_write_all (STDERR_FILENO, buffer_text (&line), line.len);
}
