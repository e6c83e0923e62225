/* JSON by jansson, with an allocator that wipes: what passed through a JSON value does not stay in freed memory. */
#ifndef DPAT_BASE_JSON_H
#define DPAT_BASE_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/buffer.h"
#include "src/base/error.h"

/* Make jansson allocate from memory that is wiped before it is freed. Call once, before any other use of jansson. */
void json_start (void);

/* Parse one JSON text of len bytes, an object or a list; duplicate keys, trailing bytes and NUL in strings are refused
 * with code, and the sentence is error_unreadable's about what (borrowed, as "~/.docker/config.json"): it shows nothing
 * of the text. Owned by the caller: json_decref. */
json_t *json_parse (const char *text, size_t len, const char *what, enum error_code code, struct error *err);

/* The same of a text that may be any JSON value. */
json_t *json_parse_value (const char *text, size_t len, const char *what, enum error_code code, struct error *err);

/* The same for a text that may be followed by anything, which is not looked at: Go's decoder reads so. */
json_t *json_parse_first (const char *text, size_t len, const char *what, enum error_code code, struct error *err);

/* Whether a text has at most that many values, and at most that many levels of them, before it is parsed: each value
 * takes many times the memory of its text. Counted by brackets and commas outside strings, so never too few. */
bool json_is_small (const char *text, size_t len, size_t values, size_t levels);

/* Append value as one line, keys in the order they were set, without a newline. */
void json_write (struct buffer *out, const json_t *value);

/* Append value as json_write does, but indented by one tab a level, as Docker's own files are. */
void json_write_tabs (struct buffer *out, const json_t *value);

/* The string member key of object, or NULL when there is none or it is no string. Borrowed. */
const char *json_get_string (const json_t *object, const char *key);

/* The integer member key of object, or 0 when there is none or it is no integer. */
int64_t json_get_integer (const json_t *object, const char *key);

/* Set key to a string that may come from elsewhere: invalid UTF-8 is replaced by "?"; NULL sets null. */
void json_set_string (json_t *object, const char *key, const char *value);

/* Set key to an instant as RFC 3339 UTC; 0 sets null. */
void json_set_time (json_t *object, const char *key, int64_t seconds);

/* Set key to value, which is taken, and end the program when memory is exhausted. */
void json_set (json_t *object, const char *key, json_t *value);

/* Append value, which is taken, to an array. */
void json_add (json_t *array, json_t *value);

#endif
