/* How accounts and their second factors look to people and to line-based scripts. */
#include <libsmartcols.h>
#include <string.h>

#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/cli/view_parts.h"

static const char *account_state (const json_t *account)
{
    return json_is_true (json_object_get (account, "disabled")) ? "disabled" : "enabled";
}

static char *count_cell (const json_t *account, const char *key)
{
    return xasprintf ("%lld", (long long)json_get_integer (account, key));
}

static void print_account_lines (struct view *view, const json_t *accounts)
{
    for (size_t i = 0; i < json_array_size (accounts); i++) {
        const json_t *account = json_array_get (accounts, i);
        buffer_puts (view->out, json_get_string (account, "name"));
        if (view->porcelain)
            buffer_printf (view->out, "\t%s\t%lld\t%lld\t%s", account_state (account),
                           (long long)json_get_integer (account, "token_count"),
                           (long long)json_get_integer (account, "active_token_count"),
                           json_get_string (account, "created_at"));
        buffer_puts (view->out, "\n");
    }
}

void view_accounts (struct view *view, const json_t *result)
{
    static const struct view_column columns[] = {
        { "NAME", 0, 0 }, { "STATE", 0, 0 },  { "TOKENS", 0, SCOLS_FL_RIGHT }, { "ACTIVE", 0, SCOLS_FL_RIGHT },
        { "2FA", 0, 0 },  { "CREATED", 0, 0 }
    };
    const json_t *accounts = json_object_get (result, "accounts");
    size_t count = json_array_size (accounts);
    if (view->quiet || view->porcelain) {
        print_account_lines (view, accounts);
        return;
    }
    if (count == 0) {
        buffer_puts (view->talk, "no accounts yet; make one with: dpat account add NAME\n");
        return;
    }
    struct libscols_table *table = view_new_table (view, columns, ARRAY_SIZE (columns));
    for (size_t i = 0; i < count; i++) {
        const json_t *account = json_array_get (accounts, i);
        struct libscols_line *line = view_new_line (table);
        view_put_cell (line, 0, view_clean_member (account, "name"));
        view_put_cell (line, 1, xstrdup (account_state (account)));
        view_put_cell (line, 2, count_cell (account, "token_count"));
        view_put_cell (line, 3, count_cell (account, "active_token_count"));
        view_put_cell (line, 4, xstrdup (json_is_true (json_object_get (account, "second_factor")) ? "on" : "off"));
        view_put_cell (line, 5, view_describe_time (view, account, "created_at", "unknown"));
    }
    view_print_table (table, view->out);
}

/* What was done to an account; after "would have" too. */
static const struct {
    const char *action;
    const char *past;
} account_words[] = { { "add", "made the account" },
                      { "passwd", "set the password of" },
                      { "disable", "disabled the account" },
                      { "enable", "enabled the account" },
                      { "delete", "deleted the account" } };

void view_account (struct view *view, const json_t *result)
{
    AUTOFREE char *name = view_clean_member (json_object_get (result, "account"), "name");
    const char *action = json_get_string (result, "action");
    bool dry_run = json_is_true (json_object_get (result, "dry_run"));
    size_t words = 0;
    while (words + 1 < ARRAY_SIZE (account_words) && strcmp (account_words[words].action, action) != 0)
        words++;
    buffer_printf (view->talk, "%s%s %s\n", dry_run ? "dry run: would have " : "", account_words[words].past, name);
}

/* The recovery code is data: it alone goes to stdout. */
static void put_recovery (struct view *view, const char *code)
{
    view->talk_first = true;
    if (!view->quiet)
        buffer_puts (view->talk,
                     "the recovery code, shown only now; it stands in for one code when the device is lost:\n");
    buffer_printf (view->out, "%s\n", code);
}

void view_second_factor (struct view *view, const json_t *result)
{
    AUTOFREE char *user = view_clean_member (result, "user");
    const char *action = json_get_string (result, "action");
    const char *recovery = json_get_string (result, "recovery_code");
    const char *locked_until = json_get_string (result, "locked_until");
    bool enabled = json_is_true (json_object_get (result, "enabled"));
    bool dry_run = json_is_true (json_object_get (result, "dry_run"));
    struct buffer *words = strcmp (action, "status") == 0 ? view->out : view->talk;
    if (dry_run)
        buffer_printf (words, "dry run: would have run %s for %s; ", action, user);
    if (!view->quiet)
        buffer_printf (words, "the second factor of %s is %s\n", user, enabled ? "on" : "off");
    if (!view->quiet && enabled && !json_is_true (json_object_get (result, "recovery_code_left")))
        buffer_puts (words, "its recovery code is used up; disable and enable it for a new one\n");
    if (!view->quiet && locked_until)
        buffer_printf (words, "it is locked until %s, after too many wrong codes\n", locked_until);
    if (recovery)
        put_recovery (view, recovery);
}
