/* How what a registry needs looks to people, and to the registry. */
#include <libsmartcols.h>
#include <string.h>

#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/cli/view_parts.h"

/* Each finding, and below it what to do. */
static void put_findings (struct buffer *out, const json_t *findings)
{
    for (size_t i = 0; i < json_array_size (findings); i++) {
        const json_t *finding = json_array_get (findings, i);
        AUTOFREE char *severity = view_clean_member (finding, "severity");
        AUTOFREE char *message = view_clean_member (finding, "message");
        AUTOFREE char *hint = view_clean_member (finding, "hint");
        buffer_printf (out, "%s: %s\n", severity, message);
        if (hint[0])
            buffer_printf (out, "  %s\n", hint);
    }
}

/* All values stand in quotes, for many a plain word is no text in YAML (yes, no, on, 0x10); within them it reads what
 * JSON does. */
void view_registry_config (struct view *view, const json_t *result)
{
    static const char *const members[] = { "realm", "service", "issuer", "rootcertbundle", "jwks" };
    buffer_puts (view->out, "auth:\n  token:\n");
    for (size_t i = 0; i < ARRAY_SIZE (members); i++) {
        buffer_printf (view->out, "    %s: ", members[i]);
        json_write (view->out, json_object_get (result, members[i]));
        buffer_puts (view->out, "\n");
    }
    put_findings (view->talk, json_object_get (result, "findings"));
    if (!view->quiet)
        buffer_puts (view->talk, "put this into the registry's configuration and restart it; docker-registry 2.8\n"
                                 "passes over jwks, distribution 3 needs it\n");
}

void view_registry_keys (struct view *view, const json_t *result)
{
    static const struct view_column columns[] = {
        { "ID", 0, 0 }, { "STATE", 0, 0 }, { "SIGNS FROM", 0, 0 }, { "SIGNS UNTIL", 0, 0 }
    };
    const json_t *keys = json_object_get (result, "keys");
    bool dry_run = json_is_true (json_object_get (result, "dry_run"));
    bool rotated = strcmp (json_get_string (result, "action"), "rotate") == 0;
    if (view->quiet || view->porcelain) {
        for (size_t i = 0; i < json_array_size (keys); i++) {
            const json_t *key = json_array_get (keys, i);
            const char *until = json_get_string (key, "signs_until");
            buffer_puts (view->out, json_get_string (key, "id"));
            if (view->porcelain)
                buffer_printf (view->out, "\t%s\t%s\t%s", json_get_string (key, "state"),
                               json_get_string (key, "signs_from"), until ? until : "");
            buffer_puts (view->out, "\n");
        }
        return;
    }
    if (json_array_size (keys) == 0) {
        buffer_puts (view->talk, "no keys yet; dpat serve and dpat registry config make the first one\n");
        return;
    }
    struct libscols_table *table = view_new_table (view, columns, ARRAY_SIZE (columns));
    for (size_t i = 0; i < json_array_size (keys); i++) {
        const json_t *key = json_array_get (keys, i);
        struct libscols_line *line = view_new_line (table);
        view_put_cell (line, 0, view_clean_member (key, "id"));
        view_put_cell (line, 1, view_clean_member (key, "state"));
        view_put_cell (line, 2, view_describe_time (view, key, "signs_from", ""));
        view_put_cell (line, 3, view_describe_time (view, key, "signs_until", ""));
    }
    view_print_table (table, view->out);
    if (rotated)
        buffer_puts (view->talk,
                     dry_run ? "dry run: would have made a new key\n"
                             : "made a new key; now write the registry's files anew and restart it: dpat registry "
                               "config --out DIR --url URL\n");
}

/* "docker-registry 2.8 and distribution 3", "neither …"; see works_for. */
static const char *name_versions (const json_t *works_for)
{
    if (json_array_size (works_for) == 2)
        return "docker-registry 2.8 and distribution 3";
    if (json_array_size (works_for) == 0)
        return "neither docker-registry 2.8 nor distribution 3";
    return strcmp (json_string_value (json_array_get (works_for, 0)), "2") == 0
               ? "docker-registry 2.8, not for distribution 3"
               : "distribution 3, not for docker-registry 2.8";
}

/* What of the environment was looked at. */
static void tell_environment (struct view *view, const json_t *result)
{
    const json_t *names = json_object_get (result, "environment");
    for (size_t i = 0; i < json_array_size (names); i++)
        buffer_printf (view->talk, "%s%s%s", i == 0 ? "applied from the environment: " : " ",
                       json_string_value (json_array_get (names, i)), i + 1 == json_array_size (names) ? "\n" : "");
    if (json_is_null (json_object_get (result, "env_file")))
        buffer_puts (view->talk, "REGISTRY_ variables that only the registry has override this and are not seen here; "
                                 "name a file\nof them with --env-file\n");
}

void view_registry_check (struct view *view, const json_t *result)
{
    AUTOFREE char *config = view_clean_member (result, "config");
    if (view->quiet)
        return;
    put_findings (view->out, json_object_get (result, "findings"));
    if (json_is_true (json_object_get (result, "ok")))
        buffer_printf (view->out, "%s: a registry that read this when it started takes dpat's tokens, signed with %s\n",
                       config, json_get_string (result, "key_id"));
    buffer_printf (view->out, "%s: works for %s\n", config, name_versions (json_object_get (result, "works_for")));
    tell_environment (view, result);
}

void view_grants (struct view *view, const json_t *result)
{
    static const struct view_column columns[] = { { "USER", 0, 0 }, { "NAMESPACE", 0, 0 }, { "RIGHT", 0, 0 } };
    const json_t *grants = json_object_get (result, "grants");
    struct libscols_table *table = NULL;
    for (size_t i = 0; i < json_array_size (grants); i++) {
        const json_t *grant = json_array_get (grants, i);
        AUTOFREE char *namespace = view_clean_member (grant, "namespace");
        if (view->quiet || view->porcelain) {
            buffer_printf (view->out, "%s\t%s\t%s\n", json_get_string (grant, "user"), namespace,
                           json_get_string (grant, "right"));
            continue;
        }
        table = table ? table : view_new_table (view, columns, ARRAY_SIZE (columns));
        struct libscols_line *line = view_new_line (table);
        view_put_cell (line, 0, view_clean_member (grant, "user"));
        view_put_cell (line, 1, xstrdup (namespace));
        view_put_cell (line, 2, view_clean_member (grant, "right"));
    }
    if (table)
        view_print_table (table, view->out);
    if (!view->quiet && !view->porcelain)
        buffer_puts (view->talk, "every account may do all in the namespace of its own name\n");
}

void view_grant (struct view *view, const json_t *result)
{
    AUTOFREE char *user = view_clean_member (result, "user");
    AUTOFREE char *namespace = view_clean_member (result, "namespace");
    const char *right = json_get_string (result, "right");
    const char *dry = json_is_true (json_object_get (result, "dry_run")) ? "dry run: would be: " : "";
    bool changed = json_is_true (json_object_get (result, "changed"));
    if (right)
        buffer_printf (view->talk, "%s%s has the right \"%s\" in the namespace %s\n", dry, user, right, namespace);
    else if (changed)
        buffer_printf (view->talk, "%s%s has no right in the namespace %s any more\n", dry, user, namespace);
    else
        buffer_printf (view->talk, "%s%s was granted nothing in the namespace %s before\n", dry, user, namespace);
}

void view_public (struct view *view, const json_t *result)
{
    const json_t *repositories = json_object_get (result, "repositories");
    AUTOFREE char *repository = view_clean_member (result, "repository");
    const char *dry = json_is_true (json_object_get (result, "dry_run")) ? "dry run: would be: " : "";
    for (size_t i = 0; i < json_array_size (repositories); i++)
        buffer_printf (view->out, "%s\n", json_string_value (json_array_get (repositories, i)));
    if (repository[0])
        buffer_printf (view->talk, "%sthe repository %s is %s\n", dry, repository,
                       json_is_true (json_object_get (result, "public")) ? "public: everybody may pull it"
                                                                         : "not public");
    else if (json_array_size (repositories) == 0 && !view->quiet)
        buffer_puts (view->talk, "no repository is public\n");
}
