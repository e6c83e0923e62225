/* dpat delete: revoke tokens for good. */
#include "src/cli/commands.h"
#include "src/cli/tokens.h"

static const struct option_spec delete_specs[] = {
    { "if-exists", 0, OPTION_FLAG, offsetof (struct change_options, if_exists), NULL,
      "a token that is not there is fine", 0 },
    { "force", 'f', OPTION_FLAG, offsetof (struct change_options, force), NULL, "the same as -y --if-exists", 0 },
    { .name = NULL },
};

static int run (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    return change_run (invocation, CHANGE_DELETE, ret_result, err);
}

const struct command cmd_delete = {
    .name = "delete",
    .aliases = (const char *const[]){ "rm", "revoke", NULL },
    .summary = "revoke tokens for good",
    .synopsis = "TOKEN... | SELECTORS",
    .description =
        "Delete tokens: they authenticate nothing any more, and the sessions they opened end at once. It cannot\n"
        "be undone; dpat deactivate can. What dpat put into Docker's or podman's credentials for them goes as well,\n"
        "and what create --save put into the keystore (while that is locked and nobody can be asked it stays, with a\n"
        "warning, until it is open). It asks first, or needs -y where there is nobody to ask.",
    .examples = (const struct command_example[]){ { "dpat delete ci-deploy", "asks first" },
                                                  { "dpat delete -f ci-deploy", "in a script, there or not" },
                                                  { "dpat delete --state expired -y", "clear up" },
                                                  { "dpat list -q --match 'pr-*' | dpat delete -y -",
                                                    "ids from another command" },
                                                  { .line = NULL } },
    .topics = (const char *const[]){ "selectors", "output", NULL },
    .groups = (const struct option_group[]){ { delete_specs, 0 },
                                             { selector_specs, offsetof (struct change_options, selector) },
                                             { max_specs, 0 },
                                             { .specs = NULL } },
    .state_size = sizeof (struct change_options),
    .accepts = ACCEPTS_PORCELAIN | ACCEPTS_QUIET | ACCEPTS_DRY_RUN | ACCEPTS_YES | ACCEPTS_OPERATOR,
    .max_arguments = -1,
    .argument_kind = ARGUMENT_TOKEN,
    .run = run,
    .view = view_changes,
};
