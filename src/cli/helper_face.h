/* dpat as a credential helper of Docker's (docker/docker-credential-helpers, protocol of version 0.9), over the
 * keystore. */
#ifndef DPAT_CLI_HELPER_FACE_H
#define DPAT_CLI_HELPER_FACE_H

#include <stdbool.h>

#include "src/base/error.h"

struct app;

/* Whether name, argv[0], is that of the helper. */
bool helper_is_called (const char *name);

/* Be the helper: argv[1] is the action. Returns the exit status. Nothing but the answer goes to stdout, and what is
 * wrong is part of the answer, as clients expect it. */
int helper_run (int argc, char **argv, bool stdout_was_closed);

/* Do one action ("get", "store", "erase", "list") with stdin, answering on stdout; app->exit_status is 1 when the
 * answer tells what is wrong. ERROR_OUTPUT when it cannot be written, ERROR_USAGE for an unknown action. */
int helper_perform (struct app *app, const char *action, struct error *err);

#endif
