/* Completion scripts, made from the command tables. */
#ifndef DPAT_CLI_COMPLETION_H
#define DPAT_CLI_COMPLETION_H

#include "src/base/buffer.h"

/* Append the script for each shell. Token names come from `dpat list --porcelain --no-input` when completion asks. */
void completion_bash (struct buffer *out);
void completion_zsh (struct buffer *out);
void completion_fish (struct buffer *out);

#endif
