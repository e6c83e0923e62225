/* dpat completion: scripts that complete command lines in bash, zsh and fish. */
#include <string.h>

#include "src/base/memory.h"
#include "src/cli/cli.h"
#include "src/cli/commands.h"
#include "src/cli/completion.h"
#include "src/cli/output.h"

static int run (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    static const struct {
        const char *name;
        void (*write) (struct buffer *out);
    } shells[] = { { "bash", completion_bash }, { "zsh", completion_zsh }, { "fish", completion_fish } };
    (void)ret_result;
    for (size_t i = 0; i < ARRAY_SIZE (shells); i++) {
        if (strcmp (invocation->arguments[0], shells[i].name) != 0)
            continue;
        AUTO (buffer) text;
        buffer_init (&text, 1 << 20);
        shells[i].write (&text);
        return output_write (&text, err);
    }
    error_set (err, ERROR_USAGE, "there is no completion for \"%.40s\"", invocation->arguments[0]);
    return error_hint (err, "shells are bash, zsh and fish");
}

const struct command cmd_completion = {
    .name = "completion",
    .summary = "print a completion script for a shell",
    .synopsis = "bash | zsh | fish",
    .description =
        "Print a script that completes dpat's commands, options and token names. make install puts it in its\n"
        "place; by hand:\n"
        "\n"
        "  bash  source <(dpat completion bash)\n"
        "  zsh   dpat completion zsh >~/.zfunc/_dpat      (a folder of $fpath)\n"
        "  fish  dpat completion fish >~/.config/fish/completions/dpat.fish",
    .min_arguments = 1,
    .max_arguments = 1,
    .argument_kind = ARGUMENT_SHELL,
    .run = run,
};
