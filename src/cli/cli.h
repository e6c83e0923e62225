/* The command array, and from a command line to an exit code. */
#ifndef DPAT_CLI_CLI_H
#define DPAT_CLI_CLI_H

#include <stdbool.h>

#include "src/cli/command.h"

/* All commands in the order of the help, ending with NULL. Borrowed for ever. */
const struct command *const *cli_commands (void);

/* The command of that name or alias in a list, or NULL. Borrowed for ever. */
const struct command *cli_find (const struct command *const *commands, const char *name);

/* The nearest name in a list, or NULL. Borrowed for ever. */
const char *cli_nearest (const struct command *const *commands, const char *name);

/* The options that every command takes; ends with a row without a name. Borrowed for ever. */
const struct option_spec *cli_common_options (void);

/* The shared options that a command accepts: for each bit of accepts its one-row table. NULL for the others. Borrowed
 * for ever. */
const struct option_spec *cli_accepted_options (unsigned accept_bit);

/* Bits of enum accepts, from the lowest to before this one. */
#define CLI_ACCEPTS_END (1U << 5)

/* Run dpat. argv is changed; secrets found in it are wiped. Returns the exit code. */
int cli_run (int argc, char **argv, bool stdout_was_closed);

#endif
