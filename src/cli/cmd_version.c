/* dpat version: which dpat this is. */
#include "config.h"
#include "src/base/json.h"
#include "src/cli/commands.h"
#include "src/cli/output.h"

static int run (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    (void)invocation;
    (void)err;
    *ret_result = output_document ("version");
    json_set_string (*ret_result, "version", PACKAGE_VERSION);
    return 0;
}

const struct command cmd_version = {
    .name = "version",
    .summary = "print the version",
    .synopsis = "",
    .description = "Print the version of dpat.",
    .run = run,
    .view = view_version,
};
