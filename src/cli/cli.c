/* From a command line to an exit code. */
#include "src/cli/cli.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/json.h"
#include "src/base/log.h"
#include "src/base/memory.h"
#include "src/cli/app.h"
#include "src/cli/commands.h"
#include "src/cli/help.h"
#include "src/cli/helper_face.h"
#include "src/cli/output.h"
#include "src/cli/plugin_face.h"
#include "src/cli/service_words.h"
#include "src/cli/strangers.h"
#include "src/core/interrupt.h"
#include "src/token/token_secret.h"

/* What stands before the name of a command may also be this. */
static const struct option_spec version_options[] = {
    { "version", 0, OPTION_FLAG, offsetof (struct common_options, version), NULL, "print the version and end", 0 },
    { .name = NULL },
};

/* The hint for the word behind one that is to be left out: "token list" is list. */
static int hint_next (const char *word, const char *next, const char *otherwise, struct error *err)
{
    const struct stranger *stranger = strangers_find (STRANGER_COMMAND, "", next);
    if (commands_find (commands_all (), next))
        return error_hint (err, "leave \"%s\" out: dpat %s", word, next);
    return error_hint (err, "%s", stranger ? stranger->hint : otherwise);
}

/* next is the word behind it, or NULL. */
static int unknown_command (const struct command *parent, const char *name, const char *next, struct error *err)
{
    const char *path = parent ? parent->name : "";
    const struct stranger *filler = strangers_find (STRANGER_FILLER, path, name);
    const struct stranger *stranger = strangers_find (STRANGER_COMMAND, path, name);
    const char *nearest = commands_nearest (parent ? parent->subcommands : commands_all (), name);
    error_set (err, ERROR_USAGE, "\"%.60s\" is not a command of dpat%s%s", name, parent ? " " : "", path);
    if (filler)
        return hint_next (name, next ? next : "", filler->hint, err);
    if (stranger)
        return error_hint (err, "%s", stranger->hint);
    if (nearest)
        return error_hint (err, "did you mean dpat %s%s%s?", path, parent ? " " : "", nearest);
    return error_hint (err, "dpat %s%s--help lists the commands", path, parent ? " " : "");
}

/* One run in the making: the words of the command line and what is known of them so far. */
struct run {
    struct app *app;
    const struct command *command; /* NULL: none named yet */
    const struct command *parent;
    void *state;
    char **argv; /* argv[0] is a name, the rest not yet parsed */
    int argc;
    bool is_told; /* the error: the result on stdout has it */
};

/* Parse what stands before the name of a command or subcommand, and step to that name. */
static int parse_before_name (struct run *run, struct error *err)
{
    struct option_target targets[] = { { commands_common_options (), &run->app->options },
                                       { version_options, &run->app->options },
                                       { .specs = NULL } };
    int count;
    AUTOFREE char *what = xasprintf ("dpat%s%s", run->parent ? " " : "", run->parent ? run->parent->name : "");
    if (option_parse (targets, what, true, run->argv, run->argc, &count, err) != 0)
        return -1;
    if (count == 0 || run->app->options.version) {
        run->argc = 1;
        return 0;
    }
    const char *name = run->argv[1];
    run->command = commands_find (run->parent ? run->parent->subcommands : commands_all (), name);
    if (run->command == NULL)
        return unknown_command (run->parent, name, count > 1 ? run->argv[2] : NULL, err);
    run->argv++;
    run->argc = count;
    return 0;
}

static int find_command (struct run *run, struct error *err)
{
    if (parse_before_name (run, err) != 0)
        return -1;
    if (run->command == NULL || run->command->subcommands == NULL)
        return 0;
    run->parent = run->command;
    run->command = NULL;
    return parse_before_name (run, err);
}

static char *command_path (const struct run *run)
{
    return xasprintf ("dpat %s%s%s", run->parent ? run->parent->name : "", run->parent ? " " : "", run->command->name);
}

static int parse_command (struct run *run, struct error *err)
{
    run->state = xcalloc (1, run->command->state_size);
    AUTOFREE struct option_target *targets = commands_option_targets (run->command, run->state, &run->app->options);
    AUTOFREE char *what = command_path (run);
    int arguments;
    if (option_parse (targets, what, false, run->argv, run->argc, &arguments, err) != 0)
        return -1;
    run->argv++;
    run->argc = arguments;
    if (run->app->options.help)
        return 0;
    if (arguments < run->command->min_arguments) {
        error_set (err, ERROR_USAGE, "%s needs %s", what, run->command->synopsis);
        return error_hint (err, "%s --help shows how to write it", what);
    }
    if (run->command->max_arguments >= 0 && arguments > run->command->max_arguments) {
        const struct stranger *stranger = strangers_find (STRANGER_ARGUMENT, what + strlen ("dpat "), NULL);
        error_set (err, ERROR_USAGE, "%s does not know what to do with \"%.80s\"", what,
                   run->argv[run->command->max_arguments]);
        if (stranger)
            return error_hint (err, "%s", stranger->hint);
        return error_hint (err, "%s --help shows how to write it", what);
    }
    return 0;
}

/* Free the lists that options made. */
static void release_state (struct run *run)
{
    for (const struct option_group *group = run->state ? run->command->groups : NULL; group && group->specs; group++)
        for (const struct option_spec *spec = group->specs; spec->name; spec++)
            if (spec->kind == OPTION_LIST)
                string_list_release ((struct string_list *)((char *)run->state + group->offset + spec->offset));
    free (run->state);
    run->state = NULL;
}

static int print_help (const struct run *run, struct error *err)
{
    AUTO (buffer) text;
    buffer_init (&text, 1 << 20);
    if (run->command)
        help_command (&text, run->command, run->parent);
    else if (run->parent)
        help_command (&text, run->parent, NULL);
    else
        help_overview (&text, run->app->options.help);
    return output_write (&text, err);
}

static int run_command (struct run *run, struct error *err)
{
    struct invocation invocation = {
        .app = run->app, .command = run->command, .state = run->state, .arguments = run->argv, .count = run->argc
    };
    json_auto_t *result = NULL;
    const struct common_options *options = &run->app->options;
    bool to_stdout = options->json || options->porcelain;
    if (to_stdout && output_check (run->app->stdout_was_closed, err) != 0)
        return -1;
    bool keeps_files = run->command->keeps_files || (run->parent && run->parent->keeps_files);
    if (keeps_files && settings_check_folders (err) != 0)
        return -1;
    int status = run->command->run (&invocation, &result, err);
    /* with --json there is one document: the result when some of several failed, else the error */
    run->is_told = status != 0 && result && options->json && err->code == ERROR_PARTIAL;
    if (result == NULL || (status != 0 && options->json && !run->is_told))
        return status;
    struct error why = ERROR_INIT;
    const char *color = run->app->loaded ? json_get_string (run->app->settings.config, "color") : NULL;
    if (output_render (options, color, run->command->view, result, &why) != 0 && (status == 0 || run->is_told)) {
        *err = why;
        run->is_told = false;
        return -1;
    }
    return status;
}

/* `dpat` alone, `dpat account` alone. */
static int run_nothing (const struct run *run, struct error *err)
{
    if (run->parent == NULL)
        return print_help (run, err);
    error_set (err, ERROR_USAGE, "dpat %s needs a command", run->parent->name);
    return error_hint (err, "dpat %s --help lists them", run->parent->name);
}

/* One line asks for one form of output. --json wins over -q, which scripts set for all they run. */
static int check_form (const struct common_options *options, struct error *err)
{
    if (options->porcelain && (options->json || options->quiet))
        return error_set (err, ERROR_USAGE, "%s and --porcelain exclude each other: a result is printed in one form",
                          options->json ? "--json" : "-q");
    AUTOFREE char *color = options->color ? settings_clean ("color", options->color, err) : NULL;
    return options->color && color == NULL ? -1 : 0;
}

/* No secret may stand on a command line, where every process can read it: it is refused, and wiped from our own. */
static int refuse_secrets (int argc, char **argv, struct error *err)
{
    int status = 0;
    for (int i = 1; i < argc; i++) {
        char *value = strchr (argv[i], '=');
        char *suspect = value && token_secret_is_suspect (value + 1) ? value + 1 : argv[i];
        if (!token_secret_is_suspect (suspect))
            continue;
        secret_wipe (suspect, strlen (suspect));
        error_set (err, ERROR_SECRET_IN_ARGUMENT,
                   "argument %d looks like a secret; other processes can read it there, so it was not used", i);
        status = error_hint (err, "give secrets on standard input, as in --password-stdin; consider this one known");
    }
    return status;
}

static int run_line (struct run *run, struct error *err)
{
    if (refuse_secrets (run->argc, run->argv, err) != 0 || find_command (run, err) != 0)
        return -1;
    if (run->app->options.version && run->parent == NULL)
        run->command = &cmd_version;
    if (run->command && parse_command (run, err) != 0)
        return -1;
    if (check_form (&run->app->options, err) != 0)
        return -1;
    log_enable (run->app->options.debug || settings_environment_flag ("DPAT_DEBUG"));
    if (settings_environment_flag ("DPAT_NO_INPUT"))
        run->app->options.no_input = true;
    if (run->app->options.help)
        return print_help (run, err);
    return run->command ? run_command (run, err) : run_nothing (run, err);
}

/* Whether --json stands anywhere before "--": then even an error in the line itself is JSON. */
static bool asks_for_json (int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp (argv[i], "--") != 0; i++)
        if (strcmp (argv[i], "--json") == 0)
            return true;
    return false;
}

/* A reader that has gone, as in `dpat list | head -n 1`, is no news: end as every filter does. */
static void end_by_broken_pipe (void)
{
    signal (SIGPIPE, SIG_DFL);
    raise (SIGPIPE);
}

int cli_run (int argc, char **argv, bool stdout_was_closed)
{
    if (argc > 0 && helper_is_called (argv[0]))
        return helper_run (argc, argv, stdout_was_closed);
    struct plugin_line line = { .argc = argc, .argv = argv };
    if (argc > 0 && plugin_is_called (argv[0]) && !plugin_take_line (&line))
        return plugin_answer (&line);
    argc = line.argc;
    argv = line.argv;
    struct app app;
    struct error err = ERROR_INIT;
    app_init (&app, stdout_was_closed);
    app.options.docker_folder = line.docker_folder;
    bool json = asks_for_json (argc, argv);
    struct run run = { .app = &app, .argv = argv, .argc = argc };
    errno = 0;
    int status = run_line (&run, &err);
    if (status != 0)
        service_explain (&app, &err);
    bool broken_pipe = status != 0 && err.code == ERROR_OUTPUT && errno == EPIPE;
    int exit_status = app.exit_status;
    release_state (&run);
    app_release (&app);
    if (broken_pipe)
        end_by_broken_pipe ();
    if (status != 0 && !run.is_told)
        output_error (&err, json);
    interrupt_raise ();
    return status == 0 ? exit_status : error_kind (err.code)->exit_status;
}
