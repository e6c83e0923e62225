/* How results look to people and to line-based scripts. */
#include "src/cli/view.h"

#include <libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/base/text.h"
#include "src/base/time.h"
#include "src/cli/view_parts.h"

enum { SHORT_ID = 8 };

static void put_member (struct buffer *out, const json_t *object, const char *key)
{
    AUTOFREE char *text = view_script_member (object, key);
    buffer_puts (out, text);
}

/* The items of an array of strings, joined; scopes without "repo:" where a person reads them. */
static char *join_scopes (const json_t *token, bool brief)
{
    AUTO (buffer) text;
    buffer_init (&text, 1024);
    const json_t *scopes = json_object_get (token, "scopes");
    for (size_t i = 0; i < json_array_size (scopes); i++) {
        const char *scope = json_string_value (json_array_get (scopes, i));
        size_t skip = brief && strncmp (scope, "repo:", 5) == 0 ? 5 : 0;
        buffer_printf (&text, "%s%s", i ? "," : "", scope + skip);
    }
    return xstrdup (buffer_text (&text));
}

/* How many characters of the ids tell all tokens of the list apart; 8 at least. */
static size_t short_id_length (const json_t *tokens)
{
    size_t length = SHORT_ID;
    size_t count = json_array_size (tokens);
    for (size_t i = 0; i < count; i++) {
        const char *a = json_get_string (json_array_get (tokens, i), "id");
        for (size_t j = i + 1; j < count; j++) {
            const char *b = json_get_string (json_array_get (tokens, j), "id");
            while (a[length - 1] && strncmp (a, b, length) == 0)
                length++;
        }
    }
    return length;
}

static const char *state_color (const char *state)
{
    if (strcmp (state, "active") == 0)
        return "green";
    return strcmp (state, "expired") == 0 ? "red" : "yellow";
}

static void print_porcelain_tokens (struct view *view, const json_t *tokens)
{
    static const char *const members[] = { "source", "expires_at", "last_used_at", "created_at" };
    for (size_t i = 0; i < json_array_size (tokens); i++) {
        const json_t *token = json_array_get (tokens, i);
        AUTOFREE char *scopes = join_scopes (token, false);
        put_member (view->out, token, "id");
        buffer_puts (view->out, "\t");
        put_member (view->out, token, "name");
        buffer_puts (view->out, "\t");
        put_member (view->out, token, "state");
        buffer_printf (view->out, "\t%s", scopes);
        for (size_t m = 0; m < ARRAY_SIZE (members); m++) {
            buffer_puts (view->out, "\t");
            put_member (view->out, token, members[m]);
        }
        buffer_puts (view->out, "\n");
    }
}

/* -q and --porcelain, the same for every list of tokens. Returns whether that was it. */
static bool print_for_scripts (struct view *view, const json_t *tokens)
{
    if (view->porcelain) {
        print_porcelain_tokens (view, tokens);
        return true;
    }
    for (size_t i = 0; view->quiet && i < json_array_size (tokens); i++)
        buffer_printf (view->out, "%s\n", json_get_string (json_array_get (tokens, i), "id"));
    return view->quiet;
}

enum {
    COLUMN_NAME,
    COLUMN_ID,
    COLUMN_SCOPES,
    COLUMN_STATE,
    COLUMN_SOURCE,
    COLUMN_LAST_USED,
    COLUMN_EXPIRES,
    COLUMN_CREATED
};

static void put_token (const struct view *view, struct libscols_table *table, const json_t *token, size_t id_length)
{
    struct libscols_line *line = view_new_line (table);
    const char *id = json_get_string (token, "id");
    char *state = view_clean_member (token, "state");
    view_put_cell (line, COLUMN_NAME, view_clean_member (token, "name"));
    view_put_cell (line, COLUMN_ID, view->terminal ? xstrndup (id, strnlen (id, id_length)) : xstrdup (id));
    view_put_cell (line, COLUMN_SCOPES, join_scopes (token, true));
    view_put_cell (line, COLUMN_STATE, state);
    view_put_cell (line, COLUMN_SOURCE, view_clean_member (token, "source"));
    view_put_cell (line, COLUMN_LAST_USED, view_describe_time (view, token, "last_used_at", "never"));
    view_put_cell (line, COLUMN_EXPIRES, view_describe_time (view, token, "expires_at", "never"));
    view_put_cell (line, COLUMN_CREATED, view_describe_time (view, token, "created_at", "unknown"));
    if (view->color && scols_cell_set_color (scols_line_get_cell (line, COLUMN_STATE), state_color (state)) != 0)
        memory_exhausted ();
}

static void print_counts (struct view *view, const json_t *result, size_t shown)
{
    json_int_t all = json_get_integer (result, "count");
    buffer_printf (view->out, "\n");
    if (shown != (size_t)all)
        buffer_printf (view->out, "%zu shown of ", shown);
    buffer_printf (view->out, "%lld token%s: %lld active, %lld inactive, %lld expired\n", (long long)all,
                   all == 1 ? "" : "s", (long long)json_get_integer (result, "active_count"),
                   (long long)json_get_integer (result, "inactive_count"),
                   (long long)json_get_integer (result, "expired_count"));
}

void view_token_table (struct view *view, const json_t *result)
{
    static const struct view_column columns[] = {
        [COLUMN_NAME] = { "NAME", 0.2, SCOLS_FL_TRUNC },
        [COLUMN_ID] = { "ID", 0, 0 },
        [COLUMN_SCOPES] = { "SCOPES", 0, 0 },
        [COLUMN_STATE] = { "STATE", 0, 0 },
        [COLUMN_SOURCE] = { "SOURCE", 0, 0 },
        [COLUMN_LAST_USED] = { "LAST USED", 0, SCOLS_FL_TRUNC },
        [COLUMN_EXPIRES] = { "EXPIRES", 0, 0 },
        [COLUMN_CREATED] = { "CREATED", 0, SCOLS_FL_TRUNC },
    };
    const json_t *tokens = json_object_get (result, "tokens");
    size_t count = json_array_size (tokens);
    if (print_for_scripts (view, tokens))
        return;
    if (json_get_integer (result, "count") == 0)
        buffer_puts (view->talk, "no tokens yet; make one with: dpat create NAME\n");
    else if (count == 0)
        buffer_puts (view->talk, "no token matches\n");
    if (count > 0) {
        struct libscols_table *table = view_new_table (view, columns, ARRAY_SIZE (columns));
        size_t id_length = short_id_length (tokens);
        for (size_t i = 0; i < count; i++)
            put_token (view, table, json_array_get (tokens, i), id_length);
        view_print_table (table, view->out);
    }
    if (view->terminal && json_get_integer (result, "count") > 0)
        print_counts (view, result, count);
}

static void put_row (struct view *view, const char *label, const char *value)
{
    buffer_printf (view->out, "%-11s %s\n", label, value);
}

static void put_time_row (struct view *view, const char *label, const json_t *token, const char *key,
                          const char *absent)
{
    AUTOFREE char *exact = view_clean_member (token, key);
    AUTOFREE char *relative = view_describe_time (view, token, key, absent);
    if (exact[0] == '\0' || !view->terminal)
        put_row (view, label, exact[0] ? exact : absent);
    else
        buffer_printf (view->out, "%-11s %s (%s)\n", label, exact, relative);
}

static void put_origin_row (struct view *view, const char *label, const json_t *origin)
{
    AUTOFREE char *ip = view_clean_member (origin, "ip");
    AUTOFREE char *agent = view_clean_member (origin, "user_agent");
    if (ip[0] || agent[0])
        buffer_printf (view->out, "%-11s %s%s%s\n", label, ip, ip[0] && agent[0] ? " by " : "", agent);
}

void view_token_details (struct view *view, const json_t *result)
{
    const json_t *tokens = json_object_get (result, "tokens");
    if (print_for_scripts (view, tokens))
        return;
    for (size_t i = 0; i < json_array_size (tokens); i++) {
        const json_t *token = json_array_get (tokens, i);
        AUTOFREE char *name = view_clean_member (token, "name");
        AUTOFREE char *state = view_clean_member (token, "state");
        AUTOFREE char *source = view_clean_member (token, "source");
        AUTOFREE char *scopes = join_scopes (token, false);
        buffer_puts (view->out, i ? "\n" : "");
        put_row (view, "Name:", name);
        put_row (view, "ID:", json_get_string (token, "id"));
        put_row (view, "Scopes:", scopes);
        put_row (view, "State:", state);
        put_row (view, "Source:", source);
        put_time_row (view, "Created:", token, "created_at", "unknown");
        put_origin_row (view, "  from:", json_object_get (token, "creator"));
        put_time_row (view, "Expires:", token, "expires_at", "never");
        put_time_row (view, "Last used:", token, "last_used_at", "never");
        put_origin_row (view, "  from:", json_object_get (token, "last_used_from"));
    }
}

/* What a person calls the place where the secret went. */
static const char *sink_title (const char *delivered_to, const char *stored_in)
{
    if (strcmp (delivered_to, "command") == 0)
        return "the command's hands";
    if (strcmp (delivered_to, "keystore") == 0)
        return "the keystore";
    return strcmp (delivered_to, "docker") == 0 ? stored_in : "the file";
}

void view_created (struct view *view, const json_t *result)
{
    const json_t *token = json_object_get (result, "token");
    AUTOFREE char *name = view_clean_member (token, "name");
    AUTOFREE char *stored_in = view_clean_member (result, "stored_in");
    if (json_is_true (json_object_get (result, "dry_run")) && json_is_null (json_object_get (token, "id")))
        buffer_printf (view->talk, "dry run: the token \"%s\" would be made\n", name);
    else if (json_is_true (json_object_get (result, "created")))
        buffer_printf (view->talk, "made the token \"%s\" (%s); its secret is in %s\n", name,
                       json_get_string (token, "id"), sink_title (json_get_string (result, "delivered_to"), stored_in));
    else
        buffer_printf (view->talk, "an active token \"%s\" (%s) is there already; nothing was made\n", name,
                       json_get_string (token, "id"));
}

/* What to say of an outcome; "would be" in front in a dry run. */
static const struct {
    const char *action;
    const char *past;
    const char *already;
} action_words[] = { { "rename", "renamed to", "has that name already" },
                     { "activate", "activated", "is active already" },
                     { "deactivate", "deactivated", "is inactive already" },
                     { "delete", "deleted", "is gone already" } };

static void put_change (struct view *view, size_t words, bool dry_run, const json_t *item)
{
    AUTOFREE char *name = view_clean_member (item, "name");
    AUTOFREE char *id = view_clean_member (item, "id");
    const char *outcome = json_get_string (item, "outcome");
    AUTOFREE char *what = id[0] ? xasprintf ("\"%s\" (%s)", name, id) : xasprintf ("\"%s\"", name);
    if (strcmp (outcome, "failed") == 0) {
        AUTOFREE char *message = view_clean_member (json_object_get (item, "error"), "message");
        buffer_printf (view->talk, "%s: failed: %s\n", what, message);
    } else if (strcmp (outcome, "unchanged") == 0)
        buffer_printf (view->talk, "%s %s\n", what, action_words[words].already);
    else if (strcmp (outcome, "absent") == 0)
        buffer_printf (view->talk, "%s: no such token, which is fine\n", what);
    else
        buffer_printf (view->talk, "%s%s %s\n", dry_run ? "dry run: would be " : "", action_words[words].past, what);
}

void view_changes (struct view *view, const json_t *result)
{
    const json_t *items = json_object_get (result, "items");
    const char *action = json_get_string (result, "action");
    bool dry_run = json_is_true (json_object_get (result, "dry_run"));
    size_t words = 0;
    while (words + 1 < ARRAY_SIZE (action_words) && strcmp (action_words[words].action, action) != 0)
        words++;
    for (size_t i = 0; i < json_array_size (items); i++) {
        const json_t *item = json_array_get (items, i);
        if (!view->porcelain) {
            put_change (view, words, dry_run, item);
            continue;
        }
        put_member (view->out, item, "id");
        buffer_puts (view->out, "\t");
        put_member (view->out, item, "name");
        buffer_puts (view->out, "\t");
        put_member (view->out, item, "outcome");
        buffer_puts (view->out, "\t");
        put_member (view->out, json_object_get (item, "error"), "code");
        buffer_puts (view->out, "\n");
    }
    if (json_array_size (items) == 0 && !view->porcelain)
        buffer_puts (view->talk, "no token matches; nothing was changed\n");
}

void view_status (struct view *view, const json_t *result)
{
    AUTOFREE char *service = view_clean_member (result, "service");
    AUTOFREE char *user = view_clean_member (result, "user");
    AUTOFREE char *secrets_in = view_clean_member (result, "secrets_in");
    const char *with = json_get_string (result, "signed_in_with");
    const char *told = "";
    const json_t *entry;
    size_t i;
    put_row (view, "Service:", service);
    put_row (view, "User:", user[0] ? user : "nobody");
    if (with == NULL)
        put_row (view, "Signed in:", "no");
    else if (strcmp (with, "pat") == 0)
        put_row (view, "Signed in:", "with a personal access token, which cannot manage tokens");
    else {
        put_row (view, "Signed in:", "with the password");
        put_time_row (view, "Until:", result, "expires_at", "the service ends it");
    }
    json_array_foreach (json_object_get (result, "docker_entries"), i, entry)
    {
        AUTOFREE char *registry = view_clean_member (entry, "registry");
        AUTOFREE char *stored_in = view_clean_member (entry, "stored_in");
        const char *client = strcmp (json_get_string (entry, "format"), "podman") == 0 ? "Podman:" : "Docker:";
        buffer_printf (view->out, "%-11s %s, in %s%s%s%s\n", strcmp (client, told) == 0 ? "" : client, registry,
                       stored_in, json_is_true (json_object_get (entry, "unencrypted")) ? ", unencrypted" : "",
                       json_is_true (json_object_get (entry, "overridden")) ? ", not used: DOCKER_AUTH_CONFIG is" : "",
                       json_is_true (json_object_get (entry, "ended")) ? ", left by an ended sign-in" : "");
        told = client;
    }
    if (secrets_in[0])
        put_row (view, "Session in:", secrets_in);
    const json_t *keystore = json_object_get (result, "keystore");
    if (json_is_object (keystore)) {
        AUTOFREE char *path = view_clean_member (keystore, "path");
        buffer_printf (view->out, "%-11s %s, %s\n", "Keystore:", path,
                       json_is_true (json_object_get (keystore, "unlocked")) ? "unlocked" : "locked");
    }
}

void view_status_or_list (struct view *view, const json_t *result)
{
    if (json_object_get (result, "sessions"))
        view_sessions (view, result);
    else
        view_status (view, result);
}

/* User and registry of every service, the current one included. */
static void view_remembered (struct view *view, json_t *services)
{
    const char *service;
    const char *name;
    json_t *values;
    json_t *value;
    json_object_foreach (services, service, values)
    {
        json_object_foreach (values, name, value)
        {
            AUTOFREE char *text = view_clean_member (values, name);
            if (json_is_string (value))
                buffer_printf (view->out, view->porcelain ? "%s\t%s\t%s\n" : "%s=%s (%s)\n", name, text, service);
        }
    }
}

void view_config (struct view *view, const json_t *result)
{
    const char *name;
    json_t *value;
    json_t *settings = json_object_get (result, "settings");
    bool one = json_object_size (settings) == 1 && view->quiet;
    json_object_foreach (settings, name, value)
    {
        AUTOFREE char *text = view_clean_member (settings, name);
        if (one)
            buffer_printf (view->out, "%s\n", text);
        else if (view->porcelain)
            buffer_printf (view->out, "%s\t%s\n", name, text);
        else
            buffer_printf (view->out, "%s=%s\n", name, text);
    }
    view_remembered (view, json_object_get (result, "services"));
}

void view_nothing (struct view *view, const json_t *result)
{
    (void)view;
    (void)result;
}

void view_version (struct view *view, const json_t *result)
{
    buffer_printf (view->out, "dpat %s\n", json_get_string (result, "version"));
}
