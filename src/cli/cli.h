/* From a command line to an exit code. */
#ifndef DPAT_CLI_CLI_H
#define DPAT_CLI_CLI_H

#include <stdbool.h>

/* Run dpat. argv is changed; secrets found in it are wiped. Returns the exit code. */
int cli_run (int argc, char **argv, bool stdout_was_closed);

#endif
