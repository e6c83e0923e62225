/* dpat help: help on commands and topics. */
#include "src/base/memory.h"
#include "src/cli/commands.h"
#include "src/cli/help.h"
#include "src/cli/output.h"
#include "src/cli/strangers.h"

static const char *nearest_topic (const char *name)
{
    const char *words[32];
    size_t count = 0;
    for (const struct help_topic *topic = help_topics (); topic->name && count < ARRAY_SIZE (words); topic++)
        words[count++] = topic->name;
    return option_nearest (name, words, count);
}

static int unknown_topic (const char *name, struct error *err)
{
    const struct stranger *stranger = strangers_find (STRANGER_COMMAND, "", name);
    const char *nearest = nearest_topic (name);
    if (stranger == NULL)
        stranger = strangers_find (STRANGER_FILLER, "", name);
    error_set (err, ERROR_USAGE, "there is no help on \"%.60s\"", name);
    if (nearest == NULL && stranger)
        return error_hint (err, "%s", stranger->hint);
    if (nearest == NULL)
        nearest = commands_nearest (commands_all (), name);
    if (nearest)
        return error_hint (err, "did you mean dpat help %s?", nearest);
    return error_hint (err, "dpat --help lists commands and topics");
}

static int put_help (struct buffer *text, const struct invocation *invocation, struct error *err)
{
    if (invocation->count == 0) {
        help_overview (text, true);
        return 0;
    }
    const char *name = invocation->arguments[0];
    const struct command *command = commands_find (commands_all (), name);
    const struct help_topic *topic = help_find_topic (name);
    if (command == NULL && topic && invocation->count == 1) {
        help_write_topic (text, topic);
        return 0;
    }
    if (command == NULL)
        return unknown_topic (name, err);
    if (invocation->count == 1) {
        help_command (text, command, NULL);
        return 0;
    }
    const struct command *sub =
        command->subcommands ? commands_find (command->subcommands, invocation->arguments[1]) : NULL;
    if (sub == NULL) {
        error_set (err, ERROR_USAGE, "there is no help on \"%.60s %.60s\"", name, invocation->arguments[1]);
        return error_hint (err, "dpat help %s has all that there is", command->name);
    }
    help_command (text, sub, command);
    return 0;
}

static int run (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    (void)ret_result;
    AUTO (buffer) text;
    buffer_init (&text, 1 << 20);
    if (put_help (&text, invocation, err) != 0)
        return -1;
    return output_write (&text, err);
}

const struct command cmd_help = {
    .name = "help",
    .summary = "show help on a command or a topic",
    .synopsis = "[COMMAND [SUBCOMMAND] | TOPIC]",
    .description = "Show help on a command, as COMMAND --help does, or on a topic.",
    .examples = (const struct command_example[]){ { "dpat help exit-codes", "a topic" },
                                                  { "dpat help account add", "a command of a command" },
                                                  { .line = NULL } },
    .max_arguments = 2,
    .argument_kind = ARGUMENT_TOPIC,
    .run = run,
};
