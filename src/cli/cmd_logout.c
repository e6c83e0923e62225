/* dpat logout: end the session and take back what dpat wrote. */
#include "src/base/memory.h"
#include "src/cli/app.h"
#include "src/cli/commands.h"
#include "src/cli/output.h"
#include "src/cli/status_document.h"
#include "src/credentials/session_file.h"

/* Whether a session is kept here; only then does the service have to be told. */
static int has_session (const struct app *app, bool *ret_found, struct error *err)
{
    AUTOPTR (session_file) file = NULL;
    AUTO (kept_session) kept = { .service = NULL };
    if (session_file_open (app->settings.state_folder, &file, err) != 0)
        return -1;
    return session_file_get (file, app->settings.service_name, app->settings.user, &kept, ret_found, err);
}

static int run (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    struct app *app = invocation->app;
    bool found = false;
    bool was = false;
    struct error unopened = ERROR_INIT;
    if (app_load (app, err) != 0)
        return -1;
    const char *user = app->settings.user;
    if (user && has_session (app, &found, err) != 0)
        return -1;
    if (found && app_open_embedded (app, false, &unopened) != 0)
        error_prefix (&unopened, "signed out here, but the service could not be told");
    struct login_place place = app_login_place (app);
    if (user && logout_run (&place, user, &was, err) != 0)
        return -1;
    if (unopened.code != ERROR_NONE) {
        *err = unopened;
        return -1;
    }
    if (!app->options.json)
        output_note (was ? "%s is signed out of %s" : "%s was not signed in to %s", user ? user : "nobody",
                     app_service_title (app));
    struct status_facts facts = { .service = app->settings.service, .user = user };
    if (app->options.json)
        *ret_result = status_document (&facts);
    return 0;
}

const struct command cmd_logout = {
    .name = "logout",
    .summary = "sign out, and sign the Docker CLI out",
    .synopsis = "",
    .description = "End the session of the current user (or --user) at the service, which deletes the automatic tokens made\n"
                   "in it, and take what dpat wrote for that user out of Docker's credentials. An entry that something\n"
                   "else has changed since, a later docker login for one, is left alone. Not being signed in is fine.",
    .examples = (const struct command_example[]){ { "dpat logout", "the current user" }, { .line = NULL } },
    .topics = (const char *const[]){ "secrets", NULL },
    .run = run,
    .view = view_status,
};
