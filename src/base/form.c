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

static int put (json_t *form, const char *name, const struct buffer *value, const char *repeatable, struct error *err)
{
    const char *before = json_get_string (form, name);
    if (before == NULL) {
        json_set (form, name, json_stringn (buffer_text (value), value->len));
        return 0;
    }
    if (strcmp (name, repeatable) != 0)
        return fail ("one that may stand once stands twice", err);
    AUTO (buffer) joined;
    buffer_init (&joined, strlen (before) + 1 + value->len);
    buffer_puts (&joined, before);
    buffer_puts (&joined, " ");
    buffer_append (&joined, buffer_text (value), value->len);
    json_set (form, name, json_stringn (buffer_text (&joined), joined.len));
    return 0;
}

/* "name=value" */
static int take_field (json_t *form, const char *text, size_t len, const char *repeatable, struct error *err)
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
    return name.len > 0 ? put (form, buffer_text (&name), &value, repeatable, err) : 0;
}

json_t *form_parse (const char *text, size_t len, const char *repeatable, struct error *err)
{
    json_t *form = json_object ();
    size_t at = 0;
    while (at < len) {
        const char *end = memchr (text + at, '&', len - at);
        size_t field_len = end ? (size_t)(end - text) - at : len - at;
        if (take_field (form, text + at, field_len, repeatable, err) != 0) {
            json_decref (form);
            return NULL;
        }
        at += field_len + 1;
    }
    return form;
}
