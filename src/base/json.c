/* jansson with a wiping allocator, strict parsing and setters that check. */
#include "src/base/json.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/memory.h"
#include "src/base/text.h"
#include "src/base/time.h"

/* Before each block stands its size, for free() must know how much to wipe. The union keeps the block aligned. */
union header {
    size_t size;
    max_align_t align;
};

static void *wiping_malloc (size_t size)
{
    if (size > SIZE_MAX - sizeof (union header))
        return NULL;
    union header *header = xmalloc (sizeof (*header) + size);
    header->size = size;
    return header + 1;
}

static void wiping_free (void *block)
{
    if (block == NULL)
        return;
    union header *header = (union header *)block - 1;
    explicit_bzero (block, header->size);
    free (header);
}

void json_start (void)
{
    /* The two-argument form on purpose: it leaves realloc unset, so that jansson grows by malloc, copy and our free. */
    json_set_alloc_funcs (wiping_malloc, wiping_free);
}

/* Why jansson refuses a text, in our own words: its own quote the text, which may be a secret. */
static const char *explain (enum json_error_code code)
{
    switch (code) {
    case json_error_premature_end_of_input:
        return "it ends too early";
    case json_error_end_of_input_expected:
        return "something follows its end";
    case json_error_invalid_utf8:
        return "it is not UTF-8";
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return "a string has a NUL character";
    case json_error_duplicate_key:
        return "a key occurs twice in one object";
    case json_error_numeric_overflow:
        return "a number is too large";
    case json_error_stack_overflow:
        return "it is nested too deeply";
    default:
        return "wrong syntax";
    }
}

static json_t *parse (const char *text, size_t len, size_t flags, const char *what, enum error_code code,
                      struct error *err)
{
    json_error_t problem;
    json_t *value = json_loadb (text, len, JSON_REJECT_DUPLICATES | flags, &problem);
    if (value == NULL)
        error_unreadable (err, code, what, "JSON", explain (json_error_code (&problem)), problem.line, problem.column);
    explicit_bzero (&problem, sizeof (problem));
    return value;
}

json_t *json_parse (const char *text, size_t len, const char *what, enum error_code code, struct error *err)
{
    return parse (text, len, 0, what, code, err);
}

json_t *json_parse_value (const char *text, size_t len, const char *what, enum error_code code, struct error *err)
{
    return parse (text, len, JSON_DECODE_ANY, what, code, err);
}

json_t *json_parse_first (const char *text, size_t len, const char *what, enum error_code code, struct error *err)
{
    return parse (text, len, JSON_DISABLE_EOF_CHECK, what, code, err);
}

bool json_is_small (const char *text, size_t len, size_t values, size_t levels)
{
    size_t count = 1, level = 0;
    bool inside = false; /* a string */
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (inside && c == '\\')
            i++;
        else if (c == '"')
            inside = !inside;
        else if (!inside && (c == '[' || c == '{')) {
            count++;
            level++;
        } else if (!inside && (c == ']' || c == '}'))
            level -= level > 0;
        else if (!inside && c == ',')
            count++;
        if (count > values || level > levels)
            return false;
    }
    return true;
}

static int append_chunk (const char *chunk, size_t size, void *data)
{
    struct buffer *out = data;
    buffer_append (out, chunk, size);
    return out->failed ? -1 : 0;
}

void json_write (struct buffer *out, const json_t *value)
{
    if (json_dump_callback (value, append_chunk, out, JSON_COMPACT | JSON_ENCODE_ANY) != 0)
        out->failed = true;
}

void json_write_tabs (struct buffer *out, const json_t *value)
{
    AUTO (buffer) spaced;
    buffer_init (&spaced, out->ceiling);
    if (json_dump_callback (value, append_chunk, &spaced, JSON_INDENT (1) | JSON_ENCODE_ANY) != 0)
        spaced.failed = true;
    /* A newline inside a string is written as \n, so a real one always begins a line, and the blanks after it are
     * indentation. */
    bool indent = false;
    for (size_t i = 0; i < spaced.len; i++) {
        char c = spaced.data[i];
        indent = c == '\n' || (indent && c == ' ');
        buffer_append (out, indent && c == ' ' ? "\t" : &c, 1);
    }
    out->failed = out->failed || spaced.failed;
}

const char *json_get_string (const json_t *object, const char *key)
{
    return json_string_value (json_object_get (object, key));
}

int64_t json_get_integer (const json_t *object, const char *key)
{
    return json_integer_value (json_object_get (object, key));
}

void json_set (json_t *object, const char *key, json_t *value)
{
    if (value == NULL || json_object_set_new (object, key, value) != 0)
        abort (); /* memory never fails here, so this is a mistake of ours */
}

void json_add (json_t *array, json_t *value)
{
    if (value == NULL || json_array_append_new (array, value) != 0)
        abort ();
}

void json_set_string (json_t *object, const char *key, const char *value)
{
    if (value == NULL) {
        json_set (object, key, json_null ());
        return;
    }
    json_t *string = json_string (value);
    if (string == NULL) {
        char *clean = xstrdup (value);
        text_clean_in_place (clean);
        string = json_string (clean);
        free (clean);
    }
    json_set (object, key, string);
}

void json_set_time (json_t *object, const char *key, int64_t seconds)
{
    char text[TIME_TEXT_SIZE];
    json_set (object, key, seconds ? json_string (time_format (seconds, text)) : json_null ());
}
