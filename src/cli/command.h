/* What a command is: one const struct per command, from which dispatch, help, man pages and completion are made. */
#ifndef DPAT_CLI_COMMAND_H
#define DPAT_CLI_COMMAND_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "src/base/error.h"
#include "src/cli/option.h"
#include "src/cli/view.h"

struct app;
struct command;

/* Options that several commands share; they set members of struct common_options. */
enum accepts {
    ACCEPTS_PORCELAIN = 1 << 0,
    ACCEPTS_QUIET = 1 << 1,
    ACCEPTS_DRY_RUN = 1 << 2,
    ACCEPTS_YES = 1 << 3,
    ACCEPTS_OPERATOR = 1 << 4,
};

/* What a command's arguments are, for completion. */
enum argument_kind {
    ARGUMENT_NONE,
    ARGUMENT_TOKEN,
    ARGUMENT_ACCOUNT,
    ARGUMENT_TOPIC,
    ARGUMENT_SHELL,
    ARGUMENT_SETTING,
    ARGUMENT_CREDENTIAL,    /* what dpat credential does */
    ARGUMENT_SECOND_FACTOR, /* what dpat account 2fa does */
    ARGUMENT_REGISTRY_KEYS, /* what dpat registry keys does */
};

/* A command line and what it does, shown in help and man page. A list ends with a row whose line is NULL. */
struct command_example {
    const char *line;
    const char *text;
};

/* One run of a command: what was said on the command line. */
struct invocation {
    struct app *app;
    const struct command *command;
    void *state; /* state_size bytes: the options, zero where not given */
    char **arguments;
    int count;
};

/* One command, or one of its subcommands. All is borrowed for ever. */
struct command {
    const char *name;
    const char *const *aliases; /* ends with NULL; may be NULL */
    const char *summary;        /* one line, imperative, no final full stop */
    const char *synopsis;       /* what stands behind the name: "TOKEN... | SELECTORS [OPTIONS]" */
    const char *description;    /* paragraphs with a blank line between; "%" marks nothing */
    const struct command_example *examples;
    const char *const *topics; /* help topics to see as well; ends with NULL */
    const struct option_group *groups;
    size_t state_size;
    unsigned accepts; /* of enum accepts */
    bool keeps_files; /* it is about dpat's own folders; without a place for them it is refused before it runs */
    int min_arguments;
    int max_arguments; /* -1: any number */
    enum argument_kind argument_kind;
    const struct command *const *subcommands; /* ends with NULL; then run is NULL */
    /* Do it. Gives one result (owned by the caller) that is rendered by view or as JSON; a command that delivers its
     * own output gives NULL. With -1 there may still be a result, when some of several things failed. */
    int (*run) (struct invocation *invocation, json_t **ret_result, struct error *err);
    /* What people see of the result. */
    view_function *view;
};

#endif
