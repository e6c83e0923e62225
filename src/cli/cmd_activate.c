/* dpat activate and dpat deactivate: switch tokens on and off. */
#include "src/cli/commands.h"
#include "src/cli/tokens.h"

static const struct option_group groups[] = {
    { selector_specs, offsetof (struct change_options, selector) },
    { max_specs, 0 },
    { .specs = NULL },
};

static int run_activate (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    return change_run (invocation, CHANGE_ACTIVATE, ret_result, err);
}

static int run_deactivate (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    return change_run (invocation, CHANGE_DEACTIVATE, ret_result, err);
}

#define CHANGE_COMMAND                                                                                                 \
    .synopsis = "TOKEN... | SELECTORS", .topics = (const char *const[]){ "selectors", "output", NULL },                \
    .groups = groups, .state_size = sizeof (struct change_options),                                                    \
    .accepts = ACCEPTS_PORCELAIN | ACCEPTS_QUIET | ACCEPTS_DRY_RUN | ACCEPTS_YES | ACCEPTS_OPERATOR,                   \
    .max_arguments = -1, .argument_kind = ARGUMENT_TOKEN, .view = view_changes

const struct command cmd_activate = {
    .name = "activate",
    .summary = "make deactivated tokens work again",
    .description =
        "Make deactivated tokens work again. A token that is active already is fine. An expired one can only be\n"
        "deleted (exit 6). With selectors it asks first, or needs -y where there is nobody to ask.",
    .examples =
        (const struct command_example[]){ { "dpat activate ci-deploy", "one token" },
                                          { "dpat activate --match 'ci-*' -y", "all whose name begins with ci-" },
                                          { .line = NULL } },
    CHANGE_COMMAND,
    .run = run_activate,
};

const struct command cmd_deactivate = {
    .name = "deactivate",
    .summary = "stop tokens from working, until activated again",
    .description =
        "Stop tokens from working. A deactivated token authenticates nothing, and the sessions it opened end at\n"
        "once; dpat activate makes it work again. One that is inactive already is fine, an expired one is exit\n"
        "6. With selectors it asks first, or needs -y where there is nobody to ask.",
    .examples = (const struct command_example[]){ { "dpat deactivate ci-deploy", "one token" },
                                                  { "dpat deactivate --unused 90d -n", "see what is idle" },
                                                  { .line = NULL } },
    CHANGE_COMMAND,
    .run = run_deactivate,
};
