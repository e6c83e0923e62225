/* Man pages, made from the command tables and help topics (man(7) macros). */
#ifndef DPAT_CLI_MANUAL_H
#define DPAT_CLI_MANUAL_H

#include "src/base/buffer.h"
#include "src/cli/command.h"
#include "src/cli/help.h"

/* Append dpat(1). */
void manual_overview (struct buffer *out);

/* Append dpat-COMMAND(1); subcommands are sections of their parent's page. */
void manual_command (struct buffer *out, const struct command *command);

/* Append dpat-TOPIC(7). */
void manual_topic (struct buffer *out, const struct help_topic *topic);

#endif
