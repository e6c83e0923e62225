/* What the token commands share: selectors as options, TOKEN arguments, and token documents. */
#include "src/cli/tokens.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/cli/app.h"
#include "src/cli/output.h"
#include "src/cli/prompt.h"
#include "src/core/docker_entry.h"
#include "src/core/lookup.h"
#include "src/token/expiry.h"
#include "src/token/token_secret.h"

#define SELECT(member) offsetof (struct selector_options, member)

const struct option_spec selector_specs[] = {
    { "state", 0, OPTION_ONCE, SELECT (state), "STATE", "only active, inactive or expired ones", COMPLETE_STATE },
    { "expiring", 0, OPTION_ONCE, SELECT (expiring), "SPAN", "only those that expire within SPAN, as 14d", 0 },
    { "unused", 0, OPTION_ONCE, SELECT (unused), "SPAN", "only those not used for SPAN, as 90d", 0 },
    { "never-used", 0, OPTION_FLAG, SELECT (never_used), NULL, "only those never used", 0 },
    { "older", 0, OPTION_ONCE, SELECT (older), "SPAN", "only those made SPAN ago or earlier", 0 },
    { "scope", 0, OPTION_ONCE, SELECT (scope), "SCOPE", "only those with this scope", COMPLETE_SCOPE },
    { "auto", 0, OPTION_FLAG, SELECT (automatic), NULL, "only those made by a sign-in", 0 },
    { "manual", 0, OPTION_FLAG, SELECT (manual), NULL, "only those made by hand", 0 },
    { "match", 0, OPTION_ONCE, SELECT (match), "GLOB", "only those whose name matches, as 'ci-*'", 0 },
    { .name = NULL },
};

const struct option_spec max_specs[] = {
    { "max", 0, OPTION_NUMBER, offsetof (struct change_options, max), "N",
      "refuse when the selectors match more than N", 0 },
    { .name = NULL },
};

static int parse_state (const char *text, enum token_state *ret_state, struct error *err)
{
    for (enum token_state state = TOKEN_ACTIVE; state <= TOKEN_EXPIRED; state++)
        if (strcmp (text, token_state_name (state)) == 0) {
            *ret_state = state;
            return 0;
        }
    error_set (err, ERROR_USAGE, "\"%.40s\" is no state of a token", text);
    return error_hint (err, "states are active, inactive and expired");
}

static int parse_span (const char *text, const char *option, int64_t *ret_span_s, struct error *err)
{
    return text ? duration_parse (text, option, ret_span_s, err) : 0;
}

int selector_parse (const struct selector_options *options, struct selector *ret_selector, struct error *err)
{
    struct selector selector = { .has_state = options->state != NULL,
                                 .has_source = options->automatic || options->manual,
                                 .source = options->automatic ? TOKEN_AUTO : TOKEN_MANUAL,
                                 .has_scope = options->scope != NULL,
                                 .never_used = options->never_used,
                                 .match = options->match };
    if (options->automatic && options->manual)
        return error_set (err, ERROR_USAGE, "--auto and --manual exclude each other");
    if ((options->state && parse_state (options->state, &selector.state, err) != 0)
        || (options->scope && scope_parse (options->scope, &selector.scope, err) != 0)
        || parse_span (options->expiring, "--expiring", &selector.expiring_s, err) != 0
        || parse_span (options->unused, "--unused", &selector.unused_s, err) != 0
        || parse_span (options->older, "--older", &selector.older_s, err) != 0)
        return -1;
    *ret_selector = selector;
    return 0;
}

void token_arguments_release (struct token_arguments *arguments)
{
    for (size_t i = 0; i < arguments->count; i++)
        free (arguments->items[i]);
    free (arguments->items);
    *arguments = (struct token_arguments){ .items = NULL };
}

static void add_argument (struct token_arguments *arguments, const char *text, size_t len)
{
    arguments->items = xreallocarray (arguments->items, arguments->count + 1, sizeof (*arguments->items));
    arguments->items[arguments->count++] = xstrndup (text, len);
}

static int read_lines (struct token_arguments *arguments, struct error *err)
{
    AUTO (secret) text = SECRET_INIT; /* somebody may send a secret by mistake */
    if (secret_read (&text, STDIN_FILENO, 1 << 20, "the list of TOKENs on standard input", err) != 0)
        return -1;
    if (memchr (secret_text (&text), '\0', text.len))
        return error_set (err, ERROR_USAGE, "the list of TOKENs on standard input is no text");
    for (const char *at = secret_text (&text); *at;) {
        size_t len = strcspn (at, "\n");
        size_t kept = len > 0 && at[len - 1] == '\r' ? len - 1 : len;
        if (kept > 0)
            add_argument (arguments, at, kept);
        at += len + (at[len] == '\n');
    }
    return 0;
}

int token_arguments_read (const struct invocation *invocation, struct token_arguments *ret_arguments, struct error *err)
{
    for (int i = 0; i < invocation->count; i++) {
        const char *text = invocation->arguments[i];
        if (strcmp (text, "-") != 0)
            add_argument (ret_arguments, text, strlen (text));
        else if (read_lines (ret_arguments, err) != 0)
            return -1;
    }
    for (size_t i = 0; i < ret_arguments->count; i++)
        if (token_secret_is_suspect (ret_arguments->items[i]))
            return error_set (err, ERROR_SECRET_IN_ARGUMENT,
                              "line %zu on standard input looks like a secret; a TOKEN is a name or an id", i + 1);
    return 0;
}

json_t *token_list_document (const struct token_list *tokens, const struct token_counts *counts, int64_t now_us)
{
    json_t *document = json_object ();
    json_set_string (document, "schema", "dpat/1");
    json_set_string (document, "kind", "token_list");
    json_set (document, "count", json_integer ((json_int_t)counts->all));
    json_set (document, "active_count", json_integer ((json_int_t)counts->active));
    json_set (document, "inactive_count", json_integer ((json_int_t)counts->inactive));
    json_set (document, "expired_count", json_integer ((json_int_t)counts->expired));
    json_t *items = json_array ();
    for (size_t i = 0; i < tokens->count; i++)
        json_add (items, token_to_json (&tokens->items[i], now_us));
    json_set (document, "tokens", items);
    return document;
}

/* The tokens a change is about, and those that could not be found. */
struct change_plan {
    struct token_list tokens;
    struct change_report report;
    bool by_selector;
};

static void change_plan_release (struct change_plan *plan)
{
    token_list_release (&plan->tokens);
    change_report_release (&plan->report);
}

static bool is_planned (const struct token_list *tokens, const char *id)
{
    for (size_t i = 0; i < tokens->count; i++)
        if (strcmp (tokens->items[i].id, id) == 0)
            return true;
    return false;
}

static void plan_by_name (struct change_plan *plan, struct app *app, const struct token_arguments *arguments,
                          bool absent_is_fine)
{
    for (size_t i = 0; i < arguments->count; i++) {
        AUTO (token) token = { .name = NULL };
        struct error why = ERROR_INIT;
        if (lookup_token (app->service, &app->caller, arguments->items[i], &token, &why) != 0)
            change_not_found (&plan->report, arguments->items[i], &why, absent_is_fine);
        else if (!is_planned (&plan->tokens, token.id))
            token_copy (token_list_add (&plan->tokens), &token);
    }
}

static int plan_by_selector (struct change_plan *plan, struct app *app, const struct selector *selector, long max,
                             int64_t now_us, struct error *err)
{
    if (service_list (app->service, &app->caller, &plan->tokens, err) != 0)
        return -1;
    selection_filter (&plan->tokens, selector, now_us);
    plan->by_selector = true;
    if (max == 0 || plan->tokens.count <= (size_t)max)
        return 0;
    error_set (err, ERROR_TOO_MANY_MATCHES, "the selectors match %zu tokens, more than --max %ld; nothing was changed",
               plan->tokens.count, max);
    return error_hint (err, "see which with -n");
}

/* "Delete 3 tokens: ci, deploy, old?" */
static char *make_question (const struct change_plan *plan)
{
    AUTO (buffer) text;
    buffer_init (&text, 4096);
    const char *action = change_action_name (plan->report.action);
    size_t count = plan->tokens.count;
    buffer_printf (&text, "%c%s %zu token%s: ", action[0] - 'a' + 'A', action + 1, count, count == 1 ? "" : "s");
    for (size_t i = 0; i < count && i < 8; i++)
        buffer_printf (&text, "%s\"%s\"", i ? ", " : "", plan->tokens.items[i].name);
    buffer_printf (&text, "%s?", count > 8 ? " and more" : "");
    return xstrdup (buffer_text (&text));
}

static int confirm (const struct change_plan *plan, const struct app *app, bool force, struct error *err)
{
    bool asks = plan->report.action == CHANGE_DELETE || plan->by_selector;
    if (!asks || force || app->options.yes || app->options.dry_run || plan->tokens.count == 0)
        return 0;
    AUTOFREE char *question = make_question (plan);
    return prompt_confirm (question, app->options.no_input, err);
}

static int check_targets (const struct invocation *invocation, const struct selector *selector, struct error *err)
{
    bool has_selector = !selector_is_empty (selector);
    if (has_selector && invocation->count > 0)
        return error_set (err, ERROR_USAGE, "give TOKENs or selectors, not both");
    if (has_selector || invocation->count > 0)
        return 0;
    error_set (err, ERROR_USAGE, "dpat %s needs a TOKEN or a selector", invocation->command->name);
    return error_hint (err, "dpat %s --help shows both", invocation->command->name);
}

static void withdraw_saved (const struct app *app, const char *token_id)
{
    const struct saved_place place = app_saved_place (app);
    AUTOFREE char *key = NULL;
    struct error why = ERROR_INIT;
    if (saved_secret_withdraw (&place, token_id, &key, &why) == 0)
        return;
    output_note ("warning: deleted, but its secret still rests in the keystore%s%s: %s", key ? " as " : "",
                 key ? key : "", why.text);
    output_note ("hint: dpat takes it away when the keystore is open: dpat keystore unlock, then any command%s",
                 key ? "; or give that name to dpat credential erase" : "");
}

/* The secrets of deleted tokens are of no use any more, neither in the credentials of Docker or podman
 * nor in the keystore. */
static void withdraw_deleted (const struct app *app, const struct change_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        struct error why = ERROR_INIT;
        if (report->items[i].outcome != CHANGE_DONE)
            continue;
        if (docker_entry_withdraw_token (app->settings.state_folder, app->settings.service_name, report->items[i].id,
                                         NULL, &why)
            != 0)
            output_note (
                "warning: deleted, but its entry could not be taken out of Docker's or podman's credentials: %s",
                why.text);
        withdraw_saved (app, report->items[i].id);
    }
}

/* A registry does not ask again before what it was shown ends: who ends a token must know for how long. That it could
 * not be found out is no reason to say that the change failed. */
static void tell_afterlife (const struct app *app, const struct change_report *report, json_t *document)
{
    bool ends = report->action == CHANGE_DELETE || report->action == CHANGE_DEACTIVATE;
    int64_t seconds = 0;
    bool any = false;
    for (size_t i = 0; i < report->count; i++)
        any = any || report->items[i].outcome == CHANGE_DONE;
    if (!ends || !any || report->dry_run || service_registry_afterlife (app->service, &app->caller, &seconds, NULL) != 0
        || seconds <= 0)
        return;
    if (document)
        json_set (document, "registry_tokens_left_s", json_integer (seconds));
    app_tell_seconds (app, seconds);
}

/* Who activates a token that an interrupted run left says that its secret has arrived. */
static void accept_leftovers (const struct app *app, const struct change_report *report)
{
    struct delivery_place place = app_delivery_place (app);
    struct error why = ERROR_INIT;
    if (report->action != CHANGE_ACTIVATE || report->dry_run || !app->has_leftovers)
        return;
    for (size_t i = 0; i < report->count; i++)
        if ((report->items[i].outcome == CHANGE_DONE || report->items[i].outcome == CHANGE_UNCHANGED)
            && deliveries_accept (&place, report->items[i].id, &why) != 0)
            output_note ("warning: active, but that its secret arrived could not be noted: %s", why.text);
}

int change_run (struct invocation *invocation, enum change_action action, json_t **ret_result, struct error *err)
{
    struct app *app = invocation->app;
    const struct change_options *options = invocation->state;
    struct selector selector;
    AUTO (token_arguments) arguments = { .items = NULL };
    AUTO (change_plan) plan = { .report = { .action = action, .dry_run = app->options.dry_run } };
    int64_t now_us = clock_now_us ();
    if (selector_parse (&options->selector, &selector, err) != 0 || check_targets (invocation, &selector, err) != 0
        || token_arguments_read (invocation, &arguments, err) != 0 || app_sign_in (app, err) != 0)
        return -1;
    if (invocation->count > 0)
        plan_by_name (&plan, app, &arguments, options->if_exists || options->force);
    else if (plan_by_selector (&plan, app, &selector, options->max, now_us, err) != 0)
        return -1;
    if (confirm (&plan, app, options->force, err) != 0)
        return -1;
    for (size_t i = 0; i < plan.tokens.count; i++)
        change_token (&plan.report, app->service, &app->caller, &plan.tokens.items[i], NULL, now_us);
    if (action == CHANGE_DELETE && !app->options.dry_run)
        withdraw_deleted (app, &plan.report);
    accept_leftovers (app, &plan.report);
    int status = change_verdict (&plan.report, err);
    if (status == 0 || plan.report.count > 1)
        *ret_result = change_document (&plan.report);
    tell_afterlife (app, &plan.report, *ret_result);
    return status;
}

json_t *change_items_to_json (const struct change_report *report)
{
    static const char *const outcomes[] = { "changed", "unchanged", "absent", "failed" };
    json_t *items = json_array ();
    for (size_t i = 0; i < report->count; i++) {
        const struct change_item *item = &report->items[i];
        bool is_failure = item->outcome == CHANGE_FAILED;
        json_t *object = json_object ();
        json_set_string (object, "id", item->id[0] ? item->id : NULL);
        json_set_string (object, "name", item->name);
        json_set_string (object, "outcome", outcomes[item->outcome]);
        json_set (object, "error", is_failure ? output_error_to_json (&item->error) : json_null ());
        json_add (items, object);
    }
    return items;
}

json_t *change_document (const struct change_report *report)
{
    json_t *document = json_object ();
    size_t failed = 0;
    for (size_t i = 0; i < report->count; i++)
        failed += report->items[i].outcome == CHANGE_FAILED;
    json_set_string (document, "schema", "dpat/1");
    json_set_string (document, "kind", "result");
    json_set_string (document, "action", change_action_name (report->action));
    json_set (document, "dry_run", json_boolean (report->dry_run));
    json_set (document, "ok", json_integer ((json_int_t)(report->count - failed)));
    json_set (document, "failed", json_integer ((json_int_t)failed));
    json_set (document, "items", change_items_to_json (report));
    json_set (document, "registry_tokens_left_s", json_null ());
    return document;
}
