/* Writing results and errors: JSON, tables or lines; every write is checked. */
#ifndef DPAT_CLI_OUTPUT_H
#define DPAT_CLI_OUTPUT_H

#include <jansson.h>
#include <stdbool.h>

#include "src/base/buffer.h"
#include "src/base/error.h"
#include "src/cli/settings.h"
#include "src/cli/view.h"

/* A new dpat/1 document of that kind. Owned. */
json_t *output_document (const char *kind);

/* See that stdout can be written: not closed when the program began, and no pipe whose reader has gone.
 * ERROR_OUTPUT. */
int output_check (bool stdout_was_closed, struct error *err);

/* Write to stdout. ERROR_OUTPUT when it fails; a signal noted meanwhile (see interrupt.h) ends a write that blocks. A
 * pipe without a reader is told as ERROR_OUTPUT with errno EPIPE. */
int output_write (const struct buffer *text, struct error *err);

/* Render result as options say, words to stderr and data to stdout. */
int output_render (const struct common_options *options, const char *color, view_function *view, const json_t *result,
                   struct error *err);

/* The `error` member of dpat/1: {"code","exit","message","hint","http_status","retryable","retry_at","details"}.
 * Owned. */
json_t *output_error_to_json (const struct error *error);

/* Tell an error on stderr: a sentence and a hint, or with json the dpat/1 error object on one line. */
void output_error (const struct error *error, bool json);

/* Say a sentence on stderr. */
void output_note (const char *fmt, ...) __attribute__ ((format (printf, 1, 2)));

#endif
