/* dpat status: who is signed in, until when, and where secrets rest. */
#include <string.h>

#include "src/base/clock.h"
#include "src/base/memory.h"
#include "src/cli/app.h"
#include "src/cli/commands.h"
#include "src/cli/status_document.h"
#include "src/credentials/session_file.h"

struct status_options {
    bool check;
};

static const struct option_spec status_specs[] = {
    { "check", 0, OPTION_FLAG, offsetof (struct status_options, check), NULL,
      "ask the service; exit 4 when there is no valid session", 0 },
    { .name = NULL },
};

/* The newest record of Docker's credentials for this service and user; NULL when there is none. */
static const struct docker_record *find_record (const struct docker_record_list *records, const struct app *app)
{
    const struct docker_record *found = NULL;
    for (size_t i = 0; i < records->count; i++)
        if (strcmp (records->items[i].service, app->settings.service_name) == 0 && app->settings.user
            && strcmp (records->items[i].user, app->settings.user) == 0)
            found = &records->items[i];
    return found;
}

static int find_session (const struct app *app, struct session_file *file, struct status_facts *facts,
                         struct error *err)
{
    AUTO (kept_session) kept = { .service = NULL };
    bool found = false;
    if (app->settings.user
        && session_file_get (file, app->settings.service_name, app->settings.user, &kept, &found, err) != 0)
        return -1;
    if (!found || kept.expires_at <= clock_now_us () / 1000000)
        return 0;
    facts->with = STATUS_PASSWORD;
    facts->expires_at = kept.expires_at;
    facts->state_folder = app->settings.state_folder;
    return 0;
}

/* Ask the service whether the session still holds. */
static int check (struct app *app, struct error *err)
{
    AUTO (session) session = { .bearer = SECRET_INIT };
    if (app_sign_in (app, err) == 0)
        return service_whoami (app->service, &app->caller, &session, err);
    if (err->code == ERROR_PAT_CANNOT_MANAGE)
        err->code = ERROR_NOT_SIGNED_IN; /* no session is what was asked about */
    return -1;
}

static int run (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    struct app *app = invocation->app;
    const struct status_options *options = invocation->state;
    AUTOPTR (session_file) file = NULL;
    AUTOPTR (docker_config) config = NULL;
    AUTO (docker_record_list) records = { .items = NULL };
    if (app_load (app, err) != 0 || (options->check && check (app, err) != 0)
        || session_file_open (app->settings.state_folder, &file, err) != 0)
        return -1;
    struct status_facts facts = { .service = app->settings.service, .user = app->settings.user };
    if (find_session (app, file, &facts, err) != 0)
        return -1;
    session_file_list_docker (file, &records);
    const struct docker_record *record = find_record (&records, app);
    if (record && docker_config_open (record->docker_folder, &config, err) != 0)
        return -1;
    if (record) {
        facts.registry = record->registry;
        facts.stored_in = docker_config_stored_in (config, record->registry);
        if (facts.with == STATUS_NOBODY)
            facts.with = STATUS_PAT;
    }
    struct keystore_status sealed;
    if (keystore_status (app->keystore, &sealed, err) != 0)
        return -1;
    facts.keystore = sealed.exists ? keystore_path (app->keystore) : NULL;
    facts.keystore_unlocked = sealed.unlocked;
    *ret_result = status_document (&facts);
    return 0;
}

const struct command cmd_status = {
    .name = "status",
    .aliases = (const char *const[]){ "whoami", NULL },
    .summary = "show who is signed in, and where secrets rest",
    .synopsis = "[--check]",
    .description =
        "Show the current service and user, how and until when they are signed in, which registry the Docker CLI\n"
        "was signed in to, and where the secrets rest. Without --check nothing is asked of the service.",
    .examples = (const struct command_example[]){ { "dpat status", "for people" },
                                                  { "dpat status --check >/dev/null || dpat login", "in a script" },
                                                  { .line = NULL } },
    .topics = (const char *const[]){ "secrets", "output", NULL },
    .groups = (const struct option_group[]){ { status_specs, 0 }, { .specs = NULL } },
    .state_size = sizeof (struct status_options),
    .run = run,
    .view = view_status,
};
