/* dpat logout: end the session and take back what dpat wrote. */
#include "src/base/memory.h"
#include "src/cli/app.h"
#include "src/cli/commands.h"
#include "src/cli/output.h"
#include "src/cli/status_document.h"
#include "src/credentials/session_file.h"

struct logout_options {
    bool all;
};

static const struct option_spec logout_specs[] = {
    { "all", 0, OPTION_FLAG, offsetof (struct logout_options, all), NULL,
      "end every session of the account, on other machines too", 0 },
    { .name = NULL },
};

/* Whether a session is kept here; only then does the service have to be told. */
static int has_session (const struct app *app, bool *ret_found, struct error *err)
{
    AUTOPTR (session_file) file = NULL;
    AUTO (kept_session) kept = { .service = NULL };
    if (session_file_open (app->settings.state_folder, &file, err) != 0)
        return -1;
    session_file_get (file, app->settings.service_name, app->settings.user, &kept, ret_found);
    return 0;
}

static int run (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    struct app *app = invocation->app;
    const struct logout_options *options = invocation->state;
    bool found = false;
    bool was = false;
    struct error unopened = ERROR_INIT;
    if (app_load (app, err) != 0)
        return -1;
    const char *user = app->settings.user;
    if (user && has_session (app, &found, err) != 0)
        return -1;
    if (found && app_open_service (app, &unopened) != 0)
        error_prefix (&unopened, "signed out here, but the service could not be told");
    struct login_place place = app_login_place (app);
    if (user && logout_run (&place, user, options->all, &was, err) != 0)
        return -1;
    if (unopened.code != ERROR_NONE) {
        *err = unopened;
        return -1;
    }
    if (!app->options.json)
        output_note ("%s %s %s%s", user ? user : "nobody",
                     was    ? "is signed out of"
                     : user ? "was not signed in to"
                            : "is signed in to",
                     app_service_title (app), options->all ? ", everywhere" : "");
    struct status_facts facts = { .service = app->settings.service, .user = user };
    if (app->options.json)
        *ret_result = status_document (&facts);
    return 0;
}

const struct command cmd_logout = {
    .name = "logout",
    .summary = "sign out, and sign the Docker CLI out",
    .synopsis = "[--all]",
    .description =
        "End the session of the current user (or --user) at the service, which deletes the automatic tokens made\n"
        "in it, and take what dpat wrote for that user out of Docker's and podman's credentials. An entry that\n"
        "something else has changed since, a later docker login for one, is left alone. Not being signed in is\n"
        "fine.\n"
        "\n"
        "With --all every session of the account ends, wherever it was opened, and all its automatic tokens\n"
        "are deleted; tokens made by hand stay. That needs a session here.",
    .examples = (const struct command_example[]){ { "dpat logout", "the current user" },
                                                  { "dpat logout --all", "when a machine or session is lost" },
                                                  { .line = NULL } },
    .topics = (const char *const[]){ "secrets", NULL },
    .groups = (const struct option_group[]){ { logout_specs, 0 }, { .specs = NULL } },
    .state_size = sizeof (struct logout_options),
    .keeps_files = true,
    .run = run,
    .view = view_status,
};
