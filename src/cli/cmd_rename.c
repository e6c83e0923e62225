/* dpat rename: change the name of a token and nothing else. */
#include "src/base/clock.h"
#include "src/base/memory.h"
#include "src/cli/app.h"
#include "src/cli/commands.h"
#include "src/cli/name_option.h"
#include "src/cli/tokens.h"
#include "src/core/lookup.h"
#include "src/token/name.h"

static int run (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    struct app *app = invocation->app;
    const char *argument = invocation->count > 1 ? invocation->arguments[1] : NULL;
    const char *new_name;
    AUTO (token) token = { .name = NULL };
    AUTO (change_report) report = { .action = CHANGE_RENAME, .dry_run = app->options.dry_run };
    if (name_choose ("dpat rename", argument, invocation->state, &new_name, err) != 0
        || token_name_check (new_name, err) != 0 || app_sign_in (app, err) != 0
        || lookup_token (app->service, &app->caller, invocation->arguments[0], &token, err) != 0)
        return -1;
    change_token (&report, app->service, &app->caller, &token, new_name, clock_now_us ());
    if (change_verdict (&report, err) != 0)
        return -1;
    *ret_result = change_document (&report);
    return 0;
}

const struct command cmd_rename = {
    .name = "rename",
    .summary = "change the name of a token",
    .synopsis = "TOKEN NEW_NAME | TOKEN --description NEW_NAME",
    .description =
        "Change the name of a token, and nothing else: it stays active or inactive, and its secret, scopes and\n"
        "expiry are what they were.",
    .examples = (const struct command_example[]){ { "dpat rename ci-deploy ci-deploy-old", "make room for a new one" },
                                                  { .line = NULL } },
    .topics = (const char *const[]){ "selectors", NULL },
    .accepts = ACCEPTS_PORCELAIN | ACCEPTS_QUIET | ACCEPTS_DRY_RUN | ACCEPTS_OPERATOR,
    .groups = (const struct option_group[]){ { name_specs, 0 }, { .specs = NULL } },
    .state_size = sizeof (struct name_options),
    .min_arguments = 1,
    .max_arguments = 2,
    .argument_kind = ARGUMENT_TOKEN,
    .run = run,
    .view = view_changes,
};
