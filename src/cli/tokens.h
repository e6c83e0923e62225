/* What the token commands share: selectors as options, TOKEN arguments, and token documents. */
#ifndef DPAT_CLI_TOKENS_H
#define DPAT_CLI_TOKENS_H

#include <jansson.h>
#include <stdbool.h>

#include "src/cli/command.h"
#include "src/core/change.h"
#include "src/core/selection.h"
#include "src/token/token.h"

/* Selectors as they stand on the command line. */
struct selector_options {
    const char *state;
    const char *expiring;
    const char *unused;
    const char *older;
    const char *scope;
    const char *match;
    bool never_used;
    bool automatic;
    bool manual;
};

/* Their table. Ends with a row without a name. */
extern const struct option_spec selector_specs[];

/* Read the options; *ret_selector borrows from them. ERROR_USAGE, ERROR_INVALID_TIME, ERROR_INVALID_SCOPE. */
int selector_parse (const struct selector_options *options, struct selector *ret_selector, struct error *err);

/* TOKEN arguments with "-" replaced by the lines of stdin. Release with token_arguments_release. */
struct token_arguments {
    char **items; /* owned, as are the strings */
    size_t count;
};

/* Free them. */
void token_arguments_release (struct token_arguments *arguments);

/* Read the arguments of an invocation; of "-" the non-empty lines of standard input, 1 MiB at most. ERROR_USAGE. */
int token_arguments_read (const struct invocation *invocation, struct token_arguments *ret_arguments,
                          struct error *err);

/* A token_list document of the tokens, with the counts of the whole account. Owned. */
json_t *token_list_document (const struct token_list *tokens, const struct token_counts *counts, int64_t now_us);

/* Each item of a report, as {id, name, outcome, error}. Owned. */
json_t *change_items_to_json (const struct change_report *report);

/* A `result` document of a report. Owned. */
json_t *change_document (const struct change_report *report);

/* Options of commands that change tokens. */
struct change_options {
    struct selector_options selector;
    long max;
    bool if_exists;
    bool force;
};

/* `--max`, in struct change_options. */
extern const struct option_spec max_specs[];

/* Do action to the tokens that the invocation (its state is a struct change_options) names or selects: the whole run of
 * activate, deactivate and delete. */
int change_run (struct invocation *invocation, enum change_action action, json_t **ret_result, struct error *err);

#endif
