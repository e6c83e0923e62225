/* What the files of the store share: the struct, and short ways to bind values and read columns. */
#ifndef DPAT_STORE_STORE_PRIVATE_H
#define DPAT_STORE_STORE_PRIVATE_H

#include <string.h>

#include "src/store/engine.h"
#include "src/store/store.h"

/* The rows, over one engine. */
struct store {
    struct engine *engine;
};

/* Values to bind. Text: NULL is stored as NULL. */
static inline struct value bind_text (const char *text)
{
    return text ? (struct value){ .kind = VALUE_TEXT, .bytes = text, .len = strlen (text) }
                : (struct value){ .kind = VALUE_NULL };
}

static inline struct value bind_blob (const void *bytes, size_t len)
{
    return (struct value){ .kind = VALUE_BLOB, .bytes = bytes, .len = len };
}

static inline struct value bind_integer (int64_t integer)
{
    return (struct value){ .kind = VALUE_INTEGER, .integer = integer };
}

/* A time of which 0 means none, and none is NULL in the store. */
static inline struct value bind_time (int64_t us)
{
    return us ? bind_integer (us) : (struct value){ .kind = VALUE_NULL };
}

/* A text of which "" means none, and none is NULL in the store. */
static inline struct value bind_optional (const char *text)
{
    return bind_text (text[0] ? text : NULL);
}

/* Copy a text column into a fixed array; one that is NULL gives "". A longer one is cut, which our own rows never
 * are. */
void column_copy (char *out, size_t size, const struct value *column);

/* A text column as an owned string, NULL for NULL. */
char *column_string (const struct value *column);

/* The first and the last whole id that can begin with text, in lower case; false when no id can begin with it. */
bool id_range (const char *text, char low[TOKEN_ID_SIZE], char high[TOKEN_ID_SIZE]);

/* Run a statement without a result. */
int store_run (struct store *store, const char *sql, const struct value *values, size_t count, struct error *err);

#endif
