/* Help texts, made from the command tables. */
#ifndef DPAT_CLI_HELP_H
#define DPAT_CLI_HELP_H

#include <stdbool.h>

#include "src/base/buffer.h"
#include "src/cli/command.h"

/* A page that is no command: "exit-codes", "environment" … Pages end with a row without a name. */
struct help_topic {
    const char *name;
    const char *title;
    /* Paragraphs with a blank line between; a line that begins with a blank is kept as it is. NULL: made by write. */
    const char *text;
    void (*write) (struct buffer *out);
};

/* All topics. Borrowed for ever. */
const struct help_topic *help_topics (void);

/* The topic of that name, or NULL. */
const struct help_topic *help_find_topic (const char *name);

/* Append what `dpat` (short) and `dpat --help` (full) say. */
void help_overview (struct buffer *out, bool full);

/* Append the help of a command; parent is NULL for one of the first level. */
void help_command (struct buffer *out, const struct command *command, const struct command *parent);

/* Append a topic's text. */
void help_write_topic (struct buffer *out, const struct help_topic *topic);

/* Call each for every option of a command: its own, those it accepts, then the common ones; own tells them apart. */
void help_each_option (const struct command *command,
                       void (*each) (void *context, const struct option_spec *, bool own), void *context);

#endif
