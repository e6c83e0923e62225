/* Completion scripts, made from the command tables. */
#ifndef DPAT_CLI_COMPLETION_H
#define DPAT_CLI_COMPLETION_H

#include "src/base/buffer.h"

/* Append the script for each shell. Token names come from `dpat list --porcelain --no-input` when completion asks. */
void completion_bash (struct buffer *out);
void completion_zsh (struct buffer *out);
void completion_fish (struct buffer *out);

/* Append the words, a blank behind each, that may follow the count words of a command line: the last of them is being
 * typed, and only its being an option or not is looked at. "@tokens", "@accounts" and "@files" stand for what only
 * asking tells. */
void completion_words (char *const *words, int count, struct buffer *out);

#endif
