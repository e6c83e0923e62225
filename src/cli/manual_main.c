/* A tool of the build: writes the man pages, and lists what the commands take and their examples, for the tests. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "src/base/memory.h"
#include "src/cli/commands.h"
#include "src/cli/manual.h"
#include "src/server/routes.h"

static int write_page (const char *folder, const char *name, int section, const struct buffer *text)
{
    AUTOFREE char *path = xasprintf ("%s/%s.%d", folder, name, section);
    FILE *file = fopen (path, "w");
    bool good = file && !text->failed && fwrite (text->data, 1, text->len, file) == text->len;
    if (file && fclose (file) != 0)
        good = false;
    if (!good)
        fprintf (stderr, "cannot write %s: %s\n", path, strerror (errno));
    return good ? 0 : 1;
}

static int write_pages (const char *folder)
{
    AUTO (buffer) overview;
    buffer_init (&overview, 1 << 20);
    manual_overview (&overview);
    int status = write_page (folder, "dpat", 1, &overview);
    for (const struct command *const *command = commands_all (); *command; command++) {
        AUTO (buffer) text;
        buffer_init (&text, 1 << 20);
        AUTOFREE char *name = xasprintf ("dpat-%s", (*command)->name);
        manual_command (&text, *command);
        status |= write_page (folder, name, 1, &text);
    }
    for (const struct help_topic *topic = help_topics (); topic->name; topic++) {
        AUTO (buffer) text;
        buffer_init (&text, 1 << 20);
        AUTOFREE char *name = xasprintf ("dpat-%s", topic->name);
        manual_topic (&text, topic);
        status |= write_page (folder, name, 7, &text);
    }
    return status;
}

static int list_pages (void)
{
    puts ("dpat.1");
    for (const struct command *const *command = commands_all (); *command; command++)
        printf ("dpat-%s.1\n", (*command)->name);
    for (const struct help_topic *topic = help_topics (); topic->name; topic++)
        printf ("dpat-%s.7\n", topic->name);
    return 0;
}

static void print_option (void *context, const struct option_spec *spec, bool own)
{
    (void)context;
    (void)own;
    printf ("\t--%s", spec->name);
}

static void print_command (const struct command *command, const struct command *parent)
{
    printf ("%s%s%s", parent ? parent->name : "", parent ? " " : "", command->name);
    help_each_option (command, print_option, NULL);
    puts ("");
    for (const struct command *const *sub = command->subcommands; sub && *sub; sub++)
        print_command (*sub, command);
}

static void print_examples (const struct command *command)
{
    for (const struct command_example *example = command->examples; example && example->line; example++)
        puts (example->line);
    for (const struct command *const *sub = command->subcommands; sub && *sub; sub++)
        print_examples (*sub);
}

/* The routes of the server, for the test that holds who may call each. */
static int print_routes (void)
{
    size_t count;
    const struct route *routes = routes_all (&count);
    for (size_t i = 0; i < count; i++)
        printf ("%s %s\n", routes[i].method, routes[i].path);
    return 0;
}

int main (int argc, char **argv)
{
    int status = 2;
    if (argc == 3 && strcmp (argv[1], "man") == 0)
        status = write_pages (argv[2]);
    else if (argc == 2 && strcmp (argv[1], "list") == 0)
        status = list_pages ();
    else if (argc == 2 && strcmp (argv[1], "commands") == 0) {
        for (const struct command *const *command = commands_all (); *command; command++)
            print_command (*command, NULL);
        status = 0;
    } else if (argc == 2 && strcmp (argv[1], "examples") == 0) {
        for (const struct command *const *command = commands_all (); *command; command++)
            print_examples (*command);
        status = 0;
    } else if (argc == 2 && strcmp (argv[1], "routes") == 0)
        status = print_routes ();
    else
        fputs ("usage: dpat-manual man FOLDER | list | commands | examples | routes\n", stderr);
    if (fflush (stdout) != 0)
        status = 1;
    return status;
}
