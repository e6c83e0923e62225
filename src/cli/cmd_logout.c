/* dpat logout: end the session and take back what dpat wrote. */
#include <stdlib.h>
#include <string.h>

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
      "everybody who is signed in here to the service", 0 },
    { .name = NULL },
};

/* Whom to sign out: the current user, with all everybody known here. */
static int list_users (const struct app *app, bool all, struct user_list *ret_users, struct error *err)
{
    AUTOPTR (session_file) file = NULL;
    if (session_file_open (app->settings.state_folder, &file, err) != 0)
        return -1;
    session_file_list_users (file, app->settings.service_name, ret_users);
    for (size_t i = 0; !all && i < ret_users->count;) {
        if (app->settings.user && strcmp (ret_users->items[i], app->settings.user) == 0)
            i++;
        else {
            free (ret_users->items[i]);
            ret_users->items[i] = ret_users->items[--ret_users->count];
        }
    }
    return 0;
}

/* Sign all of users out; the first error is told after the others were done. */
static int sign_out (struct app *app, const struct user_list *users, struct error *err)
{
    struct error unopened = ERROR_INIT;
    int status = 0;
    if (users->count > 0 && app_open_embedded (app, false, &unopened) != 0) {
        if (unopened.code == ERROR_UNSUPPORTED) {
            *err = unopened;
            return -1;
        }
        error_prefix (&unopened, "signed out here, but the service could not be told");
    }
    struct login_place place = app_login_place (app);
    for (size_t i = 0; i < users->count; i++) {
        bool was = false;
        if (logout_run (&place, users->items[i], &was, status == 0 ? err : NULL) != 0)
            status = -1;
        else if (!app->options.json && unopened.code == ERROR_NONE)
            output_note ("%s is signed out of %s", users->items[i], app_service_title (app));
    }
    if (status == 0 && unopened.code != ERROR_NONE) {
        *err = unopened;
        return -1;
    }
    return status;
}

static int run (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    struct app *app = invocation->app;
    const struct logout_options *options = invocation->state;
    AUTO (user_list) users = { .items = NULL };
    if (app_load (app, err) != 0 || list_users (app, options->all, &users, err) != 0
        || sign_out (app, &users, err) != 0)
        return -1;
    const char *user = options->all ? NULL : app->settings.user;
    if (users.count == 0 && !app->options.json)
        output_note ("%s was%s signed in to %s", user ? user : "nobody", user ? " not" : "", app_service_title (app));
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
        "in it, and take what dpat wrote for that user out of Docker's credentials. An entry that something\n"
        "else has changed since, a later docker login for one, is left alone. Not being signed in is fine.",
    .examples = (const struct command_example[]){ { "dpat logout", "the current user" },
                                                  { "dpat logout --all", "everybody, before a machine is given away" },
                                                  { .line = NULL } },
    .topics = (const char *const[]){ "secrets", NULL },
    .groups = (const struct option_group[]){ { logout_specs, 0 }, { .specs = NULL } },
    .state_size = sizeof (struct logout_options),
    .run = run,
    .view = view_status,
};
