/* dpat show: everything known of tokens. */
#include "src/base/clock.h"
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/cli/app.h"
#include "src/cli/commands.h"
#include "src/cli/tokens.h"
#include "src/core/lookup.h"

static int run (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    struct app *app = invocation->app;
    AUTO (token_arguments) arguments = { .items = NULL };
    AUTO (token_list) all = { .items = NULL };
    AUTO (token_list) shown = { .items = NULL };
    AUTO (change_report) failures = { .items = NULL };
    struct token_counts counts;
    int64_t now_us = clock_now_us ();
    if (token_arguments_read (invocation, &arguments, err) != 0 || app_sign_in (app, err) != 0
        || service_list (app->service, &app->caller, &all, err) != 0)
        return -1;
    selection_count (&all, now_us, &counts);
    for (size_t i = 0; i < arguments.count; i++) {
        AUTO (token) token = { .name = NULL };
        struct error why = ERROR_INIT;
        if (lookup_token (app->service, &app->caller, arguments.items[i], &token, &why) != 0)
            change_not_found (&failures, arguments.items[i], &why, false);
        else
            token_copy (token_list_add (&shown), &token);
    }
    if (shown.count > 0 || failures.count == 0) {
        *ret_result = token_list_document (&shown, &counts, now_us);
        json_set (*ret_result, "failed", change_items_to_json (&failures));
    }
    if (failures.count == 0)
        return 0;
    if (shown.count > 0)
        return error_set (err, ERROR_PARTIAL, "%zu of %zu TOKENs could not be shown: %s", failures.count,
                          arguments.count, failures.items[0].error.text);
    return change_verdict (&failures, err);
}

const struct command cmd_show = {
    .name = "show",
    .aliases = (const char *const[]){ "inspect", NULL },
    .summary = "show everything known of tokens",
    .synopsis = "TOKEN...",
    .description = "Show everything known of one token or several. The secret is not: nobody has it after its making.\n"
                   "\n"
                   "With several TOKENs of which some are not found, the others are shown and the exit code is 9.",
    .examples =
        (const struct command_example[]){ { "dpat show ci-deploy", "by name" },
                                          { "dpat show 3f2a --json", "by the beginning of its id, for a script" },
                                          { .line = NULL } },
    .topics = (const char *const[]){ "selectors", "output", NULL },
    .accepts = ACCEPTS_PORCELAIN | ACCEPTS_QUIET | ACCEPTS_OPERATOR,
    .min_arguments = 1,
    .max_arguments = -1,
    .argument_kind = ARGUMENT_TOKEN,
    .run = run,
    .view = view_token_details,
};
