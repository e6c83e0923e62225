/* Form fields as HTTP clients send them. */
#include "src/base/form.h"

#include <string.h>

#include "src/base/buffer.h"
#include "src/base/crypto.h"
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/base/text.h"

/* Undo "+" and "%41" of len bytes; -1 for a broken escape or a NUL. */
static int decode (struct buffer *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = text[i] == '+' ? ' ' : text[i];
        if (c == '%') {
            char digits[3] = { 0 };
            memcpy (digits, text + i + 1, len - i - 1 < 2 ? len - i - 1 : 2);
            if (crypto_hex_decode (&c, 1, digits) != 0)
                return -1;
            i += 2;
        }
        if (c == '\0')
            return -1;
        buffer_append (out, &c, 1);
    }
    return 0;
}

static int fail (const char *why, struct error *err)
{
    return error_set (err, ERROR_USAGE, "the form fields are malformed: %s", why);
}

/* What was read by now. */
struct form {
    json_t *fields;
    const char *repeatable;
    struct buffer *joined; /* the values of the repeatable one */
};

static int put (struct form *form, const char *name, const struct buffer *value, struct error *err)
{
    bool before = json_object_get (form->fields, name) != NULL;
    if (strcmp (name, form->repeatable) == 0) {
        buffer_puts (form->joined, before ? " " : "");
        buffer_append (form->joined, buffer_text (value), value->len);
        if (before)
            return 0; /* all of them are set at the end, once */
    } else if (before)
        return fail ("one that may stand once stands twice", err);
    if (!before && json_object_size (form->fields) == FORM_FIELDS_MAX)
        return fail ("there are too many", err);
    json_set (form->fields, name, json_stringn (buffer_text (value), value->len));
    return 0;
}

/* "name=value" */
static int take_field (struct form *form, const char *text, size_t len, struct error *err)
{
    AUTO (buffer) name;
    AUTO (buffer) value;
    buffer_init (&name, len);
    buffer_init (&value, len);
    const char *sign = memchr (text, '=', len);
    size_t name_len = sign ? (size_t)(sign - text) : len;
    if (decode (&name, text, name_len) != 0 || (sign && decode (&value, sign + 1, len - name_len - 1) != 0))
        return fail ("an escape is broken, or stands for NUL", err);
    if (text_count (buffer_text (&name), name.len) < 0 || text_count (buffer_text (&value), value.len) < 0)
        return fail ("one is not UTF-8", err);
    return name.len > 0 ? put (form, buffer_text (&name), &value, err) : 0;
}

json_t *form_parse (const char *text, size_t len, const char *repeatable, struct error *err)
{
    json_auto_t *fields = json_object ();
    AUTO (buffer) joined;
    buffer_init (&joined, len);
    struct form form = { .fields = fields, .repeatable = repeatable, .joined = &joined };
    size_t at = 0;
    while (at < len) {
        const char *end = memchr (text + at, '&', len - at);
        size_t field_len = end ? (size_t)(end - text) - at : len - at;
        if (take_field (&form, text + at, field_len, err) != 0)
            return NULL;
        at += field_len + 1;
    }
    if (json_object_get (fields, repeatable))
        json_set (fields, repeatable, json_stringn (buffer_text (&joined), joined.len));
    return json_incref (fields);
}
