/* dpat list: the tokens of the account. */
#include "src/base/clock.h"
#include "src/base/memory.h"
#include "src/cli/app.h"
#include "src/cli/commands.h"
#include "src/cli/tokens.h"

struct list_options {
    struct selector_options selector;
    const char *sort;
    long limit;
};

static const struct option_spec list_specs[] = {
    { "sort", 0, OPTION_TEXT, offsetof (struct list_options, sort), "KEY[:desc]",
      "by name, id, state, source, last-used, expires or created", COMPLETE_SORT },
    { "limit", 0, OPTION_NUMBER, offsetof (struct list_options, limit), "N", "show the first N only", 0 },
    { .name = NULL },
};

static int run (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    const struct list_options *options = invocation->state;
    struct app *app = invocation->app;
    struct selector selector;
    AUTO (token_list) tokens = { .items = NULL };
    struct token_counts counts;
    int64_t now_us = clock_now_us ();
    if (selector_parse (&options->selector, &selector, err) != 0
        || (options->sort && selection_check_sort (options->sort, err) != 0) || app_sign_in (app, err) != 0
        || service_list (app->service, &app->caller, &tokens, err) != 0)
        return -1;
    selection_count (&tokens, now_us, &counts);
    selection_filter (&tokens, &selector, now_us);
    if (options->sort && selection_sort (&tokens, options->sort, now_us, err) != 0)
        return -1;
    if (options->limit)
        selection_limit (&tokens, (size_t)options->limit);
    *ret_result = token_list_document (&tokens, &counts, now_us);
    return 0;
}

const struct command cmd_list = {
    .name = "list",
    .aliases = (const char *const[]){ "ls", NULL },
    .summary = "list the tokens of the account",
    .synopsis = "[SELECTORS] [--sort KEY[:desc]] [--limit N]",
    .description =
        "List the tokens of the account, oldest first, with their scopes, state, source, last use, expiry and\n"
        "creation. On a terminal ids are cut to what tells them apart, times are relative, and the counts of\n"
        "the whole account stand below.",
    .examples = (const struct command_example[]){ { "dpat list", "all tokens" },
                                                  { "dpat list --never-used --older 30d",
                                                    "those nobody has used in the 30 days they exist" },
                                                  { "dpat list --state active --sort expires", "what expires first" },
                                                  { "dpat list -q --match 'ci-*'", "only the ids, for a script" },
                                                  { .line = NULL } },
    .topics = (const char *const[]){ "selectors", "output", "scopes", NULL },
    .groups = (const struct option_group[]){ { list_specs, 0 },
                                             { selector_specs, offsetof (struct list_options, selector) },
                                             { .specs = NULL } },
    .state_size = sizeof (struct list_options),
    .accepts = ACCEPTS_PORCELAIN | ACCEPTS_QUIET | ACCEPTS_OPERATOR,
    .max_arguments = 0,
    .run = run,
    .view = view_token_table,
};
