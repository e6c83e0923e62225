/* What the views of results share: members of documents as people read them, and tables by libsmartcols. */
#include "src/cli/view_parts.h"

#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/invisible.h"
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/base/text.h"
#include "src/base/time.h"

char *view_clean_member (const json_t *object, const char *key)
{
    AUTO (buffer) clean;
    const char *text = json_get_string (object, key);
    size_t len = text ? strlen (text) : 0;
    buffer_init (&clean, len * INVISIBLE_TEXT_SIZE);
    text_append_clean (&clean, text, len);
    return xstrdup (buffer_text (&clean));
}

char *view_script_member (const json_t *object, const char *key)
{
    const char *text = json_get_string (object, key);
    char *clean = xstrdup (text ? text : "");
    text_clean_in_place (clean);
    return clean;
}

char *view_describe_time (const struct view *view, const json_t *token, const char *key, const char *absent)
{
    const char *text = json_get_string (token, key);
    int64_t seconds;
    char relative[64];
    if (text == NULL)
        return xstrdup (absent);
    if (!view->terminal || time_parse (text, &seconds) != 0)
        return xstrdup (text);
    return xstrdup (time_relative (seconds, view->now, relative, sizeof (relative)));
}

struct libscols_table *view_new_table (const struct view *view, const struct view_column *columns, size_t count)
{
    struct libscols_table *table = scols_new_table ();
    if (table == NULL)
        memory_exhausted ();
    for (size_t i = 0; i < count; i++)
        if (scols_table_new_column (table, columns[i].heading, columns[i].width_hint, columns[i].flags) == NULL)
            memory_exhausted ();
    scols_table_set_column_separator (table, "  ");
    scols_table_enable_colors (table, view->color);
    scols_table_set_termforce (table, view->terminal ? SCOLS_TERMFORCE_ALWAYS : SCOLS_TERMFORCE_NEVER);
    if (view->terminal)
        scols_table_set_termwidth (table, view->width);
    return table;
}

struct libscols_line *view_new_line (struct libscols_table *table)
{
    struct libscols_line *line = scols_table_new_line (table, NULL);
    if (line == NULL)
        memory_exhausted ();
    return line;
}

void view_put_cell (struct libscols_line *line, size_t column, char *text)
{
    if (scols_line_refer_data (line, column, text) != 0)
        memory_exhausted ();
}

void view_print_table (struct libscols_table *table, struct buffer *out)
{
    char *text = NULL;
    if (scols_print_table_to_string (table, &text) != 0)
        memory_exhausted ();
    for (const char *at = text; at && *at;) {
        size_t len = strcspn (at, "\n");
        size_t kept = len;
        while (kept > 0 && at[kept - 1] == ' ')
            kept--;
        buffer_append (out, at, kept);
        buffer_puts (out, "\n");
        at += len + (at[len] == '\n');
    }
    free (text);
    scols_unref_table (table);
}
