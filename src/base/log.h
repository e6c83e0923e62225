/* Debug lines on stderr: off unless asked for, and redacted where they are written. */
#ifndef DPAT_BASE_LOG_H
#define DPAT_BASE_LOG_H

#include <stdbool.h>

#include "src/base/buffer.h"

/* Switch debug lines on or off for this process; they are off at start. */
void log_enable (bool on);

/* Write "dpat: debug: …" to stderr when enabled. Control characters are replaced and whatever looks like a secret is
 * cut out; even so, never pass one. */
void log_debug (const char *fmt, ...) __attribute__ ((format (printf, 1, 2)));

/* Append text to out with everything that looks like a token or a bearer replaced by its prefix and "…redacted". */
void log_redact (struct buffer *out, const char *text);

#endif
