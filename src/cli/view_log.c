/* How the audit trail looks to people and to line-based scripts. */
#include <libsmartcols.h>
#include <string.h>

#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/cli/view_parts.h"

/* Where there are plainer words than the action's own name. */
static const struct {
    const char *action;
    const char *words;
} plain[] = { { "token_created", "created" },
              { "token_deleted", "deleted" },
              { "token_renamed", "renamed to" },
              { "token_activated", "activated" },
              { "token_deactivated", "deactivated" },
              { "token_refused", "refused:" },
              { "token_used_from_new_address", "used from a new address" },
              { "acted_for", "acted for the owner" },
              { "signed_in", "signed in" },
              { "signed_out", "signed out" },
              { "sign_in_failed", "sign-in failed:" },
              { "namespace_granted", "granted:" },
              { "namespace_revoked", "no longer granted:" } };

/* "renamed to release", "refused: token_expired" */
static char *describe (const json_t *entry)
{
    AUTO (buffer) text;
    AUTOFREE char *action = view_clean_member (entry, "action");
    AUTOFREE char *note = view_clean_member (entry, "note");
    const char *words = NULL;
    buffer_init (&text, 1024);
    for (size_t i = 0; i < ARRAY_SIZE (plain); i++)
        if (strcmp (plain[i].action, action) == 0)
            words = plain[i].words;
    for (char *at = action; words == NULL && *at; at++)
        *at = *at == '_' ? ' ' : *at;
    bool joined = words && (words[strlen (words) - 1] == ':' || strcmp (action, "token_renamed") == 0);
    buffer_puts (&text, words ? words : action);
    if (note[0])
        buffer_printf (&text, joined ? " %s" : " (%s)", note);
    return xstrdup (buffer_text (&text));
}

static void print_lines (struct view *view, const json_t *entries)
{
    static const char *const members[] = { "user", "action", NULL, NULL, "by", "ip", "user_agent", "note" };
    for (size_t i = 0; i < json_array_size (entries); i++) {
        const json_t *entry = json_array_get (entries, i);
        const json_t *token = json_object_get (entry, "token");
        buffer_puts (view->out, json_get_string (entry, "at"));
        for (size_t m = 0; m < ARRAY_SIZE (members); m++) {
            AUTOFREE char *text = members[m] ? view_script_member (entry, members[m])
                                             : view_script_member (token, m == 2 ? "id" : "name");
            buffer_printf (view->out, "\t%s", text);
        }
        buffer_puts (view->out, "\n");
    }
}

void view_log (struct view *view, const json_t *result)
{
    static const struct view_column columns[] = { { "WHEN", 0, 0 },
                                                  { "USER", 0, 0 },
                                                  { "TOKEN", 0, 0 },
                                                  { "WHAT", 0, 0 },
                                                  { "BY", 0, 0 },
                                                  { "FROM", 0, 0 },
                                                  { "AGENT", 0, SCOLS_FL_TRUNC } };
    const json_t *entries = json_object_get (result, "entries");
    if (view->porcelain) {
        print_lines (view, entries);
        return;
    }
    if (json_array_size (entries) == 0) {
        buffer_puts (view->talk, "no entries\n");
        return;
    }
    struct libscols_table *table = view_new_table (view, columns, ARRAY_SIZE (columns));
    for (size_t i = 0; i < json_array_size (entries); i++) {
        const json_t *entry = json_array_get (entries, i);
        struct libscols_line *line = view_new_line (table);
        view_put_cell (line, 0, view_clean_member (entry, "at"));
        view_put_cell (line, 1, view_clean_member (entry, "user"));
        view_put_cell (line, 2, view_clean_member (json_object_get (entry, "token"), "name"));
        view_put_cell (line, 3, describe (entry));
        view_put_cell (line, 4, view_clean_member (entry, "by"));
        view_put_cell (line, 5, view_clean_member (entry, "ip"));
        view_put_cell (line, 6, view_clean_member (entry, "user_agent"));
    }
    view_print_table (table, view->out);
}
