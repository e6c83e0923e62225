/* Filling an error: formatting, cleaning, cutting at a character's edge. */
#include "src/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "src/base/memory.h"
#include "src/base/text.h"

/* clang-format off */
static const struct error_kind kinds[] = {
    [ERROR_NONE] = { "none", 0, 200, false, "no error" },
#define ERROR_ROW(name, json, status, http, retry, sentence) [ERROR_##name] = { json, status, http, retry, sentence },
    ERROR_CODES (ERROR_ROW)
#undef ERROR_ROW
};
/* clang-format on */

const struct error_kind *error_kind (enum error_code code)
{
    return code > ERROR_NONE && code < ERROR_CODE_COUNT ? &kinds[code] : &kinds[ERROR_INTERNAL];
}

static void __attribute__ ((format (printf, 3, 0))) format_clean (char *out, size_t size, const char *fmt, va_list ap)
{
    int n = vsnprintf (out, size, fmt, ap);
    if (n < 0)
        out[0] = '\0';
    text_clean_in_place (out);
}

void error_fill (struct error *err, enum error_code code, const char *fmt, ...)
{
    if (err == NULL)
        return;
    memset (err, 0, sizeof (*err));
    err->code = code;
    va_list ap;
    va_start (ap, fmt);
    format_clean (err->text, sizeof (err->text), fmt, ap);
    va_end (ap);
}

int error_no_memory (struct error *err)
{
    return error_set (err, ERROR_BUSY, "there is not enough memory for this now; try again in a moment");
}

int error_unreadable (struct error *err, enum error_code code, const char *what, const char *language, const char *why,
                      int line, int column)
{
    char where[64] = "";
    if (line > 0 && snprintf (where, sizeof (where), " (line %d, column %d)", line, column) < 0)
        where[0] = '\0';
    return error_set (err, code, "%s is not valid %s%s%s%s", what, language, why ? ": " : "", why ? why : "", where);
}

void error_fill_prefix (struct error *err, const char *fmt, ...)
{
    if (err == NULL)
        return;
    char old[sizeof (err->text)];
    memcpy (old, err->text, sizeof (old));
    char front[sizeof (err->text)];
    va_list ap;
    va_start (ap, fmt);
    format_clean (front, sizeof (front), fmt, ap);
    va_end (ap);
    size_t used = strnlen (front, sizeof (front) - 3);
    memcpy (err->text, front, used);
    int n = snprintf (err->text + used, sizeof (err->text) - used, ": %s", old);
    if (n < 0)
        err->text[used] = '\0';
    text_clean_in_place (err->text);
}

void error_fill_hint (struct error *err, const char *fmt, ...)
{
    if (err == NULL)
        return;
    va_list ap;
    va_start (ap, fmt);
    format_clean (err->hint, sizeof (err->hint), fmt, ap);
    va_end (ap);
}

void error_fill_detail (struct error *err, const char *key, enum error_detail_kind kind, const char *text)
{
    if (err == NULL || err->detail_count == ARRAY_SIZE (err->details))
        return;
    struct error_detail *detail = &err->details[err->detail_count++];
    detail->key = key;
    detail->kind = kind;
    if (snprintf (detail->text, sizeof (detail->text), "%s", text) < 0)
        detail->text[0] = '\0';
    if (kind != ERROR_DETAIL_LIST)
        text_clean_in_place (detail->text);
}

void error_detail_append (struct error *err, const char *key, const char *item)
{
    if (err == NULL)
        return;
    for (size_t i = 0; i < err->detail_count; i++) {
        struct error_detail *detail = &err->details[i];
        if (strcmp (detail->key, key) != 0)
            continue;
        size_t used = strlen (detail->text);
        size_t len = strlen (item);
        if (used + 1 + len < sizeof (detail->text)) {
            detail->text[used] = '\n';
            memcpy (detail->text + used + 1, item, len + 1);
        }
        return;
    }
    error_detail (err, key, ERROR_DETAIL_LIST, item);
}
