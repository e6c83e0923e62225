/* The sink that is standard output: the secret alone, or in a JSON document. */
#ifndef DPAT_CLI_STDOUT_SINK_H
#define DPAT_CLI_STDOUT_SINK_H

#include "src/cli/settings.h"
#include "src/core/sink.h"

/* A sink that writes the secret and a newline to stdout, or with --json the token_created document. See output_check
 * first. options is borrowed until sink_free. Owned. */
struct sink *stdout_sink_open (const struct common_options *options);

/* See that a secret may go to stdout: it is a terminal, or -q or --json says so, and it can be written. ways names what
 * else there is, for the hint. ERROR_NO_SINK, ERROR_OUTPUT. */
int stdout_sink_check (const struct common_options *options, bool stdout_was_closed, const char *ways,
                       struct error *err);

#endif
