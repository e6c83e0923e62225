/* One run of dpat: its options and settings, and the adapters it opened. The one place that opens adapters. */
#ifndef DPAT_CLI_APP_H
#define DPAT_CLI_APP_H

#include <stdbool.h>

#include "src/base/error.h"
#include "src/base/secret.h"
#include "src/cli/keystore_input.h"
#include "src/cli/progress.h"
#include "src/cli/settings.h"
#include "src/core/deliveries.h"
#include "src/core/login.h"
#include "src/core/saved_secret.h"
#include "src/credentials/keystore.h"
#include "src/service/embedded.h"
#include "src/service/service.h"

/* All that one run has open. Strings of options are borrowed from argv. */
struct app {
    struct common_options options;
    struct settings settings; /* after app_load */
    bool loaded;
    bool stdout_was_closed;
    int exit_status;           /* of a command that went well and still has something to say by it */
    struct embedded *embedded; /* owned through service_free; NULL for a service over HTTP */
    struct service *service;   /* owned */
    struct passphrase_input passphrase_input;
    struct passphrase_source passphrases;
    struct keystore *keystore; /* owned; after app_load_settings, and not yet read */
    struct progress progress;  /* of what is awaited from a service over HTTP */
    struct session session;    /* whose bearer is in use; empty before app_sign_in */
    bool session_is_ours;      /* opened for this run alone, and to be ended with it */
    struct caller caller;
    enum request_keeper keeper; /* after app_sign_in, where it could be found out */
    bool has_leftovers;         /* app_sign_in has told of tokens that interrupted runs left */
};

/* An app that has opened nothing. */
void app_init (struct app *app, bool stdout_was_closed);

/* End a session opened for this run alone, close everything, wipe. */
void app_release (struct app *app);

/* Work out the settings once, and where the keystore is. */
int app_load_settings (struct app *app, struct error *err);

/* Work out the settings once, and clear up after sessions that are over: their entries in Docker's and podman's
 * credentials, their bearers, and what a deletion had to leave in the keystore (a failure of that is no error). */
int app_load (struct app *app, struct error *err);

/* See that the service is the embedded one, for what only its operator can do; else ERROR_UNSUPPORTED. */
int app_check_local (struct app *app, struct error *err);

/* Open the service that is meant, whichever it is. */
int app_open_service (struct app *app, struct error *err);

/* Open the embedded service. With create, store and key file are made when absent. ERROR_UNSUPPORTED when the service
 * is another one. */
int app_open_embedded (struct app *app, bool create, struct error *err);

/* Open the embedded service once more, for a thread of a server; store and key file are made when absent. context is
 * the app, loaded for the embedded service: see struct server_config. */
int app_open_for_server (void *context, struct usage *usage, struct embedded **ret_embedded, struct error *err);

/* Be signed in: with --operator for the user, with DPAT_PASSWORD_FILE for this run alone, else by the kept session.
 * Only then is the service opened. ERROR_NOT_SIGNED_IN, ERROR_SESSION_EXPIRED, ERROR_PAT_CANNOT_MANAGE (only a PAT was
 * signed in), and the errors of a keystore that has the session. app->caller then shows the session.
 *
 * What interrupted runs of this user left at the service is settled and told on stderr; of that only ERROR_NETWORK is
 * an error. */
int app_sign_in (struct app *app, struct error *err);

/* Where tokens are made, and who remembers that. Borrowed members. */
struct delivery_place app_delivery_place (const struct app *app);

/* The place of a sign-in or sign-out of this app. Borrowed members. */
struct login_place app_login_place (struct app *app);

/* Where this app saves secrets. Borrowed members. */
struct saved_place app_saved_place (const struct app *app);

/* Say for how long registries go on taking what they were shown before an account, a token or a right ended; nothing
 * where no registry trusts the service, and not with --quiet or --json. For the operator, whose store is open. */
void app_tell_afterlife (const struct app *app);

/* The same when the seconds are known; 0 says nothing. */
void app_tell_seconds (const struct app *app, int64_t seconds);

/* What stands in sentences for the service: "the embedded service", "Docker Hub", the URL. Borrowed. */
const char *app_service_title (const struct app *app);

/* What a hint puts behind a command so that it goes to the same service: " --service URL" where it was said on the
 * command line, else "". Owned. */
char *app_service_option (const struct app *app);

/* "dpat/0.1.0": what the service hears of us. Borrowed for ever. */
const char *app_user_agent (void);

#endif
