/* dpat credential: Docker's credential-helper protocol. */
#include "src/cli/app.h"
#include "src/cli/commands.h"
#include "src/cli/helper_face.h"

static int run (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    (void)ret_result;
    return helper_perform (invocation->app, invocation->arguments[0], err);
}

const struct command cmd_credential = {
    .name = "credential",
    .summary = "be a credential helper of Docker's",
    .synopsis = "get | store | erase | list",
    .description =
        "Speak the protocol of Docker's credential helpers over dpat's keystore: get and erase read a server's "
        "address\n"
        "from stdin, store reads {\"ServerURL\",\"Username\",\"Secret\"}, list tells servers and users. The answer "
        "goes to\n"
        "stdout, and so does what is wrong, with exit status 1.\n"
        "\n"
        "The same is what dpat does under the name docker-credential-dpat, which make install makes a link of:\n"
        "{\"credsStore\":\"dpat\"} in Docker's config.json, or {\"credHelpers\":{\"registry.example\":\"dpat\"}}, has "
        "the\n"
        "Docker CLI keep its credentials there. podman and skopeo know credHelpers only. dpat keystore init --docker\n"
        "writes the former.",
    .examples = (const struct command_example[]){ { "dpat credential list", "whose credentials rest there" },
                                                  { .line = NULL } },
    .topics = (const char *const[]){ "secrets", NULL },
    .min_arguments = 1,
    .max_arguments = 1,
    .argument_kind = ARGUMENT_CREDENTIAL,
    .keeps_files = true,
    .run = run,
    .view = view_nothing,
};
