/* dpat status: who is signed in, until when, and where secrets rest. */
#include <stdlib.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/base/json.h"
#include "src/base/log.h"
#include "src/base/memory.h"
#include "src/cli/app.h"
#include "src/cli/commands.h"
#include "src/cli/output.h"
#include "src/cli/session_list.h"
#include "src/cli/status_document.h"
#include "src/credentials/docker_environment.h"
#include "src/credentials/session_file.h"

struct status_options {
    bool check;
    bool all;
};

static const struct option_spec status_specs[] = {
    { "check", 0, OPTION_FLAG, offsetof (struct status_options, check), NULL,
      "ask the service; exit 4 when there is no valid session", 0 },
    { "all", 0, OPTION_FLAG, offsetof (struct status_options, all), NULL,
      "list who is signed in at every service, not only at the current one", 0 },
    { .name = NULL },
};

/* A session whose bearer is lost is none. */
static void find_session (struct app *app, const struct session_file *file, bool has_keystore,
                          struct status_facts *facts)
{
    AUTO (kept_session) kept = { .service = NULL };
    bool found = false;
    if (app->settings.user)
        session_file_get (file, app->settings.service_name, app->settings.user, &kept, &found);
    bool lost = kept.bearer.data == NULL && !(kept.in_keystore && has_keystore);
    if (!found || lost || kept.expires_at <= clock_now_us () / 1000000)
        return;
    facts->with = STATUS_PASSWORD;
    facts->expires_at = kept.expires_at;
    facts->secrets_in = kept.bearer.data ? session_file_path (file) : keystore_path (app->keystore);
    /* What interrupted runs left at the embedded service is told, where neither a passphrase nor a network is needed.
     */
    struct error why = ERROR_INIT;
    if (kept.bearer.data && app->settings.service_kind == SERVICE_LOCAL && getenv ("DPAT_PASSWORD_FILE") == NULL
        && app_sign_in (app, &why) != 0)
        log_debug ("what interrupted runs left cannot be looked at: %s", why.text);
}

/* Whether one of the entries is of a token that somebody signed in with; an automatic one belongs to a session. */
static bool shows_token (const json_t *entries)
{
    const json_t *entry;
    size_t i;
    json_array_foreach (entries, i, entry)
    {
        if (!json_is_true (json_object_get (entry, "ended")) && !json_is_true (json_object_get (entry, "automatic")))
            return true;
    }
    return false;
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

static void warn (const json_t *problems)
{
    for (size_t i = 0; i < json_array_size (problems); i++) {
        const json_t *problem = json_array_get (problems, i);
        const char *hint = json_get_string (problem, "hint");
        output_note ("warning: %s%s%s", json_get_string (problem, "problem"), hint[0] ? "; " : "", hint);
    }
}

static int run (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    struct app *app = invocation->app;
    const struct status_options *options = invocation->state;
    AUTOPTR (session_file) file = NULL;
    struct keystore_status sealed;
    if (app->options.porcelain && !options->all)
        return error_set (err, ERROR_USAGE, "--porcelain goes with --all");
    if (options->all && options->check)
        return error_set (err, ERROR_USAGE, "--all and --check exclude each other: --check asks one service");
    if (app_load (app, err) != 0 || (options->check && check (app, err) != 0)
        || session_file_open (app->settings.state_folder, &file, err) != 0
        || keystore_status (app->keystore, &sealed, err) != 0)
        return -1;
    if (options->all) {
        *ret_result = session_list_document (app, file, sealed.exists);
        return 0;
    }
    struct status_facts facts = { .service = app->settings.service,
                                  .user = app->settings.user,
                                  .docker_entries = status_docker_entries (app, app->settings.user, err) };
    if (facts.docker_entries == NULL)
        return -1;
    facts.docker_problems = status_docker_problems (app, app->settings.user);
    if (!app->options.quiet && !app->options.json)
        warn (facts.docker_problems);
    find_session (app, file, sealed.exists, &facts);
    if (facts.with == STATUS_NOBODY && shows_token (facts.docker_entries))
        facts.with = STATUS_PAT;
    if (docker_environment_is_set () && !app->options.quiet && !app->options.json)
        output_note ("warning: DOCKER_AUTH_CONFIG is set; docker 28.3 and later uses the credentials in it before all "
                     "others");
    facts.keystore = sealed.exists ? keystore_path (app->keystore) : NULL;
    facts.keystore_unlocked = sealed.unlocked;
    *ret_result = status_document (&facts);
    return 0;
}

const struct command cmd_status = {
    .name = "status",
    .aliases = (const char *const[]){ "whoami", NULL },
    .summary = "show who is signed in, and where secrets rest",
    .synopsis = "[--check | --all]",
    .description =
        "Show the current service and user, how and until when they are signed in, which registries the Docker CLI\n"
        "and podman were signed in to, and where the secrets rest. Without --check nothing is asked of the\n"
        "service, and never anybody for a passphrase.\n"
        "\n"
        "dpat remembers the user and the registry of each service. With --all it lists everybody who is signed in "
        "from\n"
        "here, at whichever service; * marks the current one. --service chooses another for one command.",
    .examples = (const struct command_example[]){ { "dpat status", "for people" },
                                                  { "dpat status --all", "every service" },
                                                  { "dpat status --check >/dev/null || dpat login", "in a script" },
                                                  { .line = NULL } },
    .topics = (const char *const[]){ "secrets", "output", NULL },
    .groups = (const struct option_group[]){ { status_specs, 0 }, { .specs = NULL } },
    .state_size = sizeof (struct status_options),
    .keeps_files = true,
    .run = run,
    .accepts = ACCEPTS_PORCELAIN,
    .view = view_status_or_list,
};
