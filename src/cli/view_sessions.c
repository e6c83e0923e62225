/* How the list of sessions looks to people and to line-based scripts. */
#include <string.h>

#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/cli/view_parts.h"

static char *registries_of (const json_t *item)
{
    AUTO (buffer) text;
    buffer_init (&text, 1 << 16);
    size_t i;
    const json_t *registry;
    json_array_foreach (json_object_get (item, "registries"), i, registry)
    {
        buffer_printf (&text, "%s%s", i ? "," : "", json_string_value (registry));
    }
    return xstrdup (buffer_text (&text));
}

static void print_lines (struct view *view, const json_t *items)
{
    size_t i;
    const json_t *item;
    json_array_foreach (items, i, item)
    {
        AUTOFREE char *service = view_clean_member (item, "service");
        AUTOFREE char *user = view_clean_member (item, "user");
        AUTOFREE char *until = view_clean_member (item, "expires_at");
        AUTOFREE char *registries = registries_of (item);
        buffer_printf (view->out, "%s\t%s\t%s\t%s\t%s\t%s\n", service, user, json_get_string (item, "signed_in_with"),
                       until, json_is_true (json_object_get (item, "current")) ? "current" : "", registries);
    }
}

void view_sessions (struct view *view, const json_t *result)
{
    static const struct view_column columns[] = { { "", 0, 0 },          { "SERVICE", 0, 0 }, { "USER", 0, 0 },
                                                  { "SIGNED IN", 0, 0 }, { "UNTIL", 0, 0 },   { "REGISTRIES", 0, 0 } };
    const json_t *items = json_object_get (result, "sessions");
    if (view->porcelain) {
        print_lines (view, items);
        return;
    }
    if (json_array_size (items) == 0) {
        buffer_puts (view->talk, "nobody is signed in; sign in with: dpat login USER\n");
        return;
    }
    struct libscols_table *table = view_new_table (view, columns, ARRAY_SIZE (columns));
    for (size_t i = 0; i < json_array_size (items); i++) {
        const json_t *item = json_array_get (items, i);
        struct libscols_line *line = view_new_line (table);
        bool by_password = strcmp (json_get_string (item, "signed_in_with"), "password") == 0;
        view_put_cell (line, 0, xstrdup (json_is_true (json_object_get (item, "current")) ? "*" : ""));
        view_put_cell (line, 1, view_clean_member (item, "service"));
        view_put_cell (line, 2, view_clean_member (item, "user"));
        view_put_cell (line, 3, xstrdup (by_password ? "with the password" : "with a token"));
        view_put_cell (line, 4, view_describe_time (view, item, "expires_at", ""));
        view_put_cell (line, 5, registries_of (item));
    }
    view_print_table (table, view->out);
}
