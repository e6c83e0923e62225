/* Option tables: what a command understands, from which parsing, help, man pages and completion are all made. */
#ifndef DPAT_CLI_OPTION_H
#define DPAT_CLI_OPTION_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/error.h"

/* What an option sets. */
enum option_kind {
    OPTION_FLAG,   /* bool: no argument */
    OPTION_TEXT,   /* const char *: the last one given */
    OPTION_ONCE,   /* const char *: another value is refused */
    OPTION_LIST,   /* struct string_list: all that were given */
    OPTION_NUMBER, /* long: 1 to 1000000 */
};

/* What completes an option's argument. */
enum option_completion {
    COMPLETE_NOTHING,
    COMPLETE_FILE, /* a file, so never "-" */
    COMPLETE_FILE_OR_STDOUT,
    COMPLETE_SCOPE,
    COMPLETE_STATE,
    COMPLETE_SORT,
    COMPLETE_COLOR,
    COMPLETE_SERVICE,
    COMPLETE_FORMAT
};

/* One option. A table of them ends with a row whose name is NULL. */
struct option_spec {
    const char *name; /* without the hyphens */
    char letter;      /* 0: none */
    enum option_kind kind;
    size_t offset;        /* of the member it sets, in the struct of its group */
    const char *argument; /* its name in help; NULL for flags */
    const char *help;     /* one line, no final full stop */
    enum option_completion completion;
};

/* Strings in the order given. The strings are borrowed from argv; items is owned. */
struct string_list {
    const char **items;
    size_t count;
};

/* A table, and where its struct lies in the state of a command. A list of groups ends with a row whose specs is
 * NULL. */
struct option_group {
    const struct option_spec *specs;
    size_t offset;
};

/* A group together with the struct it sets, for one run of the parser; ends with specs NULL. */
struct option_target {
    const struct option_spec *specs;
    void *base;
};

/* Parse argv (argv[0] is the command's name) into the targets, options before, between or after arguments, "--" ends
 * them. A long option may not be abbreviated. With stop_at_argument, parsing ends at the first argument. The arguments
 * left are moved to the front of argv, from argv[1] on; *ret_count tells how many; after stop_at_argument all that was
 * not looked at is counted. ERROR_USAGE names the nearest option; what names the command in sentences. */
int option_parse (const struct option_target *targets, const char *what, bool stop_at_argument, char **argv, int argc,
                  int *ret_count, struct error *err);

/* Add to a list. */
void string_list_add (struct string_list *list, const char *text);

/* Free the array, not the strings. */
void string_list_release (struct string_list *list);

/* The nearest of count words to word, or NULL when none is near enough to be meant. Borrowed. */
const char *option_nearest (const char *word, const char *const *words, size_t count);

#endif
