/* What the views of results share: members of documents as people read them, and tables. */
#ifndef DPAT_CLI_VIEW_PARTS_H
#define DPAT_CLI_VIEW_PARTS_H

#include <jansson.h>
#include <stddef.h>

#include "src/base/buffer.h"
#include "src/cli/view.h"

struct libscols_line;
struct libscols_table;

/* A string member of a document, "" when it is null; members come from services, so their control characters go, and
 * characters that nobody would see are shown by number. Owned. */
char *view_clean_member (const json_t *object, const char *key);

/* The same for scripts, which see every character: a name stays the one that names its token. Owned. */
char *view_script_member (const json_t *object, const char *key);

/* An instant of a document for a person: relative on a terminal, else as it stands; absent when it is null. Owned. */
char *view_describe_time (const struct view *view, const json_t *object, const char *key, const char *absent);

/* One column of a table: heading, and what libsmartcols takes for width hint and flags. */
struct view_column {
    const char *heading;
    double width_hint;
    int flags;
};

/* A table as wide as the terminal. Owned until view_print_table. */
struct libscols_table *view_new_table (const struct view *view, const struct view_column *columns, size_t count);

/* A new line at its end. Borrowed. */
struct libscols_line *view_new_line (struct libscols_table *table);

/* Put a cell, taking text. */
void view_put_cell (struct libscols_line *line, size_t column, char *text);

/* Print the table to out without the blanks that padding leaves at line ends, and free it. */
void view_print_table (struct libscols_table *table, struct buffer *out);

#endif
