/* dpat log: what was done with the account and its tokens. */
#include <string.h>

#include "src/base/clock.h"
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/base/time.h"
#include "src/cli/app.h"
#include "src/cli/commands.h"
#include "src/cli/output.h"
#include "src/service/accounts.h"
#include "src/token/expiry.h"

enum { LINES = 1000 };

struct log_options {
    const char *since;
    long limit;
    bool all;
};

#define LOG(member) offsetof (struct log_options, member)

static const struct option_spec log_specs[] = {
    { "since", 0, OPTION_TEXT, LOG (since), "WHEN", "only what was done since: 7d (ago), a date, or RFC 3339", 0 },
    { "limit", 0, OPTION_NUMBER, LOG (limit), "N", "show the newest N (default 1000)", 0 },
    { "all", 0, OPTION_FLAG, LOG (all), NULL, "all accounts, and strangers: for the operator of the store", 0 },
    { .name = NULL },
};

/* A span before now, the beginning of a day (UTC), or an instant. */
static int parse_since (const char *text, int64_t *ret_us, struct error *err)
{
    int64_t seconds;
    if (time_parse_duration (text, &seconds) == 0)
        *ret_us = clock_now_us () - seconds * 1000000;
    else if (time_parse_date (text, &seconds) == 0)
        *ret_us = (seconds + 1 - TIME_DAY) * 1000000;
    else if (time_parse_us (text, ret_us, NULL) != 0) {
        error_set (err, ERROR_INVALID_TIME, "--since takes a span, a date or a time, not \"%.40s\"", text);
        return error_hint (err, "as in 7d, 2027-01-31, or 2027-01-31T12:00:00Z");
    }
    if (*ret_us < 0)
        *ret_us = 0;
    return 0;
}

static int read_trail (struct app *app, const struct audit_wish *wish, bool all, struct audit_list *list,
                       struct error *err)
{
    if (all && app->options.service == NULL)
        app->options.service = "local"; /* there is no other that has an operator */
    if (all)
        return app_open_embedded (app, false, err) == 0 ? accounts_audit_trail (app->embedded, wish, list, err) : -1;
    return app_sign_in (app, err) == 0 ? service_audit_trail (app->service, &app->caller, wish, list, err) : -1;
}

/* A token of which nothing at all is known is a mistyped one, and not one of which there is no news. */
static int check_known (const struct app *app, const char *token, struct error *err)
{
    AUTO (audit_list) list = { .items = NULL };
    const struct audit_wish wish = { .token = token, .limit = 1 };
    if (service_audit_trail (app->service, &app->caller, &wish, &list, err) != 0)
        return -1;
    if (list.count > 0)
        return 0;
    error_set (err, ERROR_TOKEN_NOT_FOUND, "no token is or was named \"%.120s\", and no id begins so", token);
    return error_hint (err, "dpat log tells of all, dpat list of those that are there");
}

static int run (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    const struct log_options *options = invocation->state;
    AUTO (audit_list) list = { .items = NULL };
    struct audit_wish wish = { .token = invocation->count > 0 ? invocation->arguments[0] : NULL,
                               .limit = options->limit ? options->limit : LINES };
    if (options->all && wish.token)
        return error_set (err, ERROR_USAGE, "--all is about all accounts, and takes no TOKEN");
    if (options->all && invocation->app->options.user)
        return error_set (err, ERROR_USAGE, "--all is about all accounts; for one of them: --operator --user NAME");
    if ((options->since && parse_since (options->since, &wish.since_us, err) != 0)
        || read_trail (invocation->app, &wish, options->all, &list, err) != 0
        || (list.count == 0 && wish.token && check_known (invocation->app, wish.token, err) != 0))
        return -1;
    json_t *entries = json_array ();
    for (size_t i = 0; i < list.count; i++) {
        json_t *entry = audit_entry_to_json (&list.items[i]);
        json_set_time (entry, "at", list.items[i].at_us / 1000000);
        json_add (entries, entry);
    }
    *ret_result = output_document ("log");
    json_set (*ret_result, "count", json_integer ((json_int_t)list.count));
    json_set (*ret_result, "entries", entries);
    const struct common_options *common = &invocation->app->options;
    if (options->limit == 0 && list.count == LINES && !common->json && !common->porcelain)
        output_note ("only the newest %d lines; --limit N shows more, --since WHEN others", LINES);
    return 0;
}

const struct command cmd_log = {
    .name = "log",
    .summary = "show what was done with tokens, and by whom",
    .synopsis = "[TOKEN] [--since WHEN] [--limit N] [--all]",
    .description =
        "Show the audit trail of the account, or of one token, oldest first: when it was made, renamed, switched off\n"
        "and on, deleted; from which addresses it was used for the first time; that it was refused after it had "
        "expired\n"
        "or was switched off; sign-ins and failed ones; and by whom, the owner, the operator of the store, or whoever\n"
        "showed a token. TOKEN is a name that it has or had, or the beginning of its id; deleted ones are found as "
        "well.\n"
        "There is never a secret in it.\n"
        "\n"
        "A refusal that repeats is told once in ten minutes. The operator of a store sees all accounts with --all.",
    .examples =
        (const struct command_example[]){ { "dpat log ci-deploy", "the life of one token" },
                                          { "dpat log --since 7d", "the last week" },
                                          { "dpat log --all --since 1d --json", "for the operator's own tools" },
                                          { .line = NULL } },
    .topics = (const char *const[]){ "output", "private-registry", NULL },
    .groups = (const struct option_group[]){ { log_specs, 0 }, { .specs = NULL } },
    .state_size = sizeof (struct log_options),
    .accepts = ACCEPTS_PORCELAIN | ACCEPTS_OPERATOR,
    .max_arguments = 1,
    .argument_kind = ARGUMENT_TOKEN,
    .run = run,
    .view = view_log,
};
