/* Which service is meant, as people are told it: in prompts, before a secret is typed, and when something fails. */
#ifndef DPAT_CLI_SERVICE_WORDS_H
#define DPAT_CLI_SERVICE_WORDS_H

#include "src/base/error.h"
#include "src/cli/app.h"

/* The label of a prompt for a secret: "WHAT of USER at SERVICE", so that nobody types a secret for another service.
 * The app is loaded. Owned. */
char *service_label (const struct app *app, const char *what, const char *user);

/* See that user, as typed where dpat login takes a USER, is no registry and no service, which docker login takes there:
 * ERROR_USAGE, whose hint says how those are named. An account of the embedded service may be called registry.example;
 * on this machine it is looked up. */
int service_check_user (const struct app *app, const char *user, struct error *err);

/* Before user is asked for a secret: when nothing says which service is meant, Docker Hub is the default, and the store
 * on this machine has an account of that name, say so on stderr. Not with --json. */
void service_warn (const struct app *app, const char *user);

/* Complete an error of the service: when it cannot be reached, name the service and say how to choose another one; when
 * a sign-in was rejected or the service cannot be reached, point to the account of that name in the store on this
 * machine. Other errors, and an app that is not loaded, stay as they are. */
void service_explain (const struct app *app, struct error *err);

#endif
