/* Help texts, made from the command tables. */
#include "src/cli/help.h"

#include <stdio.h>
#include <string.h>

#include "src/base/memory.h"
#include "src/cli/commands.h"

enum { OPTION_COLUMN = 28 };

void help_each_option (const struct command *command,
                       void (*each) (void *context, const struct option_spec *, bool own), void *context)
{
    for (const struct option_group *group = command->groups; group && group->specs; group++)
        for (const struct option_spec *spec = group->specs; spec->name; spec++)
            each (context, spec, true);
    for (const struct accepted_option *option = commands_accepted_options (); option->specs; option++)
        if (command->accepts & option->bit)
            for (const struct option_spec *spec = option->specs; spec->name; spec++)
                each (context, spec, true);
    for (const struct option_spec *spec = commands_common_options (); spec->name; spec++)
        each (context, spec, false);
}

static void write_option (struct buffer *out, const struct option_spec *spec)
{
    char letter[8] = "    ";
    if (spec->letter)
        snprintf (letter, sizeof (letter), "-%c, ", spec->letter);
    AUTOFREE char *left =
        xasprintf ("%s--%s%s%s", letter, spec->name, spec->argument ? " " : "", spec->argument ? spec->argument : "");
    if (strlen (left) < OPTION_COLUMN)
        buffer_printf (out, "  %-*s %s\n", OPTION_COLUMN, left, spec->help);
    else
        buffer_printf (out, "  %s\n  %-*s %s\n", left, OPTION_COLUMN, "", spec->help);
}

/* Which of the two lists of options is being written. */
struct option_writer {
    struct buffer *out;
    bool own;
};

static void write_if_wanted (void *context, const struct option_spec *spec, bool own)
{
    const struct option_writer *writer = context;
    if (own == writer->own)
        write_option (writer->out, spec);
}

static void write_commands (struct buffer *out, const struct command *const *commands)
{
    for (; *commands; commands++) {
        AUTO (buffer) name;
        buffer_init (&name, 256);
        buffer_puts (&name, (*commands)->name);
        for (const char *const *alias = (*commands)->aliases; alias && *alias; alias++)
            buffer_printf (&name, ", %s", *alias);
        buffer_printf (out, "  %-20s %s\n", buffer_text (&name), (*commands)->summary);
    }
}

void help_overview (struct buffer *out, bool full)
{
    const char *text = help_find_topic ("overview")->text;
    const char *end = strstr (text, "\n\n"); /* its first paragraph says what dpat is */
    buffer_puts (out, "Usage: dpat [OPTIONS] COMMAND [ARGUMENTS]\n\n");
    buffer_append (out, text, (size_t)(end - text));
    buffer_puts (out, "\n\nCommands:\n");
    write_commands (out, commands_all ());
    if (full) {
        buffer_puts (out, "\nOptions of every command:\n");
        for (const struct option_spec *spec = commands_common_options (); spec->name; spec++)
            write_option (out, spec);
        buffer_puts (out, "      --version                print the version and end\n\nTopics:\n");
        for (const struct help_topic *topic = help_topics (); topic->name; topic++)
            buffer_printf (out, "  %-20s %s\n", topic->name, topic->title);
    }
    buffer_puts (out, "\ndpat help COMMAND tells more of a command, dpat --help of everything.\n");
}

static void write_usage (struct buffer *out, const struct command *command, const struct command *parent)
{
    buffer_printf (out, "Usage: dpat %s%s%s%s%s\n", parent ? parent->name : "", parent ? " " : "", command->name,
                   command->synopsis[0] ? " " : "", command->synopsis);
    if (command->aliases) {
        buffer_puts (out, "Also called:");
        for (const char *const *alias = command->aliases; *alias; alias++)
            buffer_printf (out, "%s %s", alias == command->aliases ? "" : ",", *alias);
        buffer_puts (out, "\n");
    }
}

void help_command (struct buffer *out, const struct command *command, const struct command *parent)
{
    write_usage (out, command, parent);
    buffer_printf (out, "\n%s\n", command->description);
    if (command->subcommands) {
        buffer_puts (out, "\nCommands:\n");
        write_commands (out, command->subcommands);
    }
    struct option_writer writer = { .out = out, .own = true };
    if (command->groups || command->accepts) {
        buffer_puts (out, "\nOptions:\n");
        help_each_option (command, write_if_wanted, &writer);
    }
    writer.own = false;
    buffer_puts (out, "\nOptions of every command:\n");
    help_each_option (command, write_if_wanted, &writer);
    if (command->examples)
        buffer_puts (out, "\nExamples:\n");
    for (const struct command_example *example = command->examples; example && example->line; example++)
        buffer_printf (out, "  %s\n      %s\n", example->line, example->text);
    if (command->topics) {
        buffer_puts (out, "\nSee also:");
        for (const char *const *topic = command->topics; *topic; topic++)
            buffer_printf (out, "%s dpat help %s", topic == command->topics ? "" : ",", *topic);
        buffer_puts (out, "\n");
    }
}

void help_write_topic (struct buffer *out, const struct help_topic *topic)
{
    buffer_printf (out, "%s: %s\n\n", topic->name, topic->title);
    if (topic->text)
        buffer_printf (out, "%s\n", topic->text);
    if (topic->write)
        topic->write (out);
}

const struct help_topic *help_find_topic (const char *name)
{
    for (const struct help_topic *topic = help_topics (); topic->name; topic++)
        if (strcmp (topic->name, name) == 0)
            return topic;
    return NULL;
}
