/* UTF-8 decoding, cleaning and edit distance. */
#include "src/base/text.h"

#include <string.h>

#include "src/base/invisible.h"

size_t text_decode (const char *s, size_t len, uint32_t *ret_code)
{
    static const struct {
        unsigned char mask, lead;
        uint32_t least;
    } forms[] = { { 0x80, 0x00, 0 }, { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 } };
    unsigned char first = (unsigned char)s[0];
    for (size_t n = 1; n <= 4; n++) {
        if ((first & forms[n - 1].mask) != forms[n - 1].lead)
            continue;
        if (n > len)
            return 0;
        uint32_t code = first & (unsigned char)~forms[n - 1].mask;
        for (size_t i = 1; i < n; i++) {
            unsigned char next = (unsigned char)s[i];
            if ((next & 0xc0) != 0x80)
                return 0;
            code = code << 6 | (next & 0x3f);
        }
        if (code < forms[n - 1].least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
            return 0;
        *ret_code = code;
        return n;
    }
    return 0;
}

bool text_is_control (uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029 || code == 0x061c
           || code == 0x200e || code == 0x200f || (code >= 0x202a && code <= 0x202e)
           || (code >= 0x2066 && code <= 0x2069);
}

long text_count (const char *s, size_t len)
{
    long count = 0;
    uint32_t code;
    for (size_t at = 0, n; at < len; at += n, count++) {
        n = text_decode (s + at, len - at, &code);
        if (n == 0)
            return -1;
    }
    return count;
}

bool text_has_control (const char *s, size_t len)
{
    uint32_t code;
    for (size_t at = 0, n; at < len; at += n) {
        n = text_decode (s + at, len - at, &code);
        if (n == 0 || text_is_control (code))
            return true;
    }
    return false;
}

/* One step of cleaning: how many bytes of s to skip, and how many of them to keep (0: write "?" instead). */
static size_t clean_step (const char *s, size_t len, size_t *ret_keep)
{
    uint32_t code;
    size_t n = text_decode (s, len, &code);
    *ret_keep = n == 0 || text_is_control (code) ? 0 : n;
    return n == 0 ? 1 : n;
}

void text_append_clean (struct buffer *out, const char *s, size_t len)
{
    char number[INVISIBLE_TEXT_SIZE];
    uint32_t code = 0;
    size_t hidden = invisible_find (s, len, &code);
    for (size_t at = 0; at < len;) {
        size_t keep;
        size_t n = clean_step (s + at, len - at, &keep);
        if (at == hidden && keep)
            buffer_puts (out, invisible_format (code, number));
        else
            buffer_append (out, keep ? s + at : "?", keep ? keep : 1);
        at += n;
        if (at > hidden)
            hidden = at + invisible_find (s + at, len - at, &code);
    }
}

void text_clean_in_place (char *s)
{
    size_t len = strlen (s);
    size_t end = 0;
    for (size_t at = 0; at < len;) {
        size_t keep;
        size_t n = clean_step (s + at, len - at, &keep);
        memmove (s + end, keep ? s + at : "?", keep ? keep : 1);
        end += keep ? keep : 1;
        at += n;
    }
    s[end] = '\0';
}

static unsigned least (unsigned a, unsigned b)
{
    return a < b ? a : b;
}

unsigned text_distance (const char *a, const char *b)
{
    enum { LONGEST = 32 };
    size_t m = strlen (a);
    size_t n = strlen (b);
    if (m > LONGEST || n > LONGEST)
        return LONGEST;
    unsigned d[LONGEST + 1][LONGEST + 1];
    for (size_t i = 0; i <= m; i++)
        d[i][0] = (unsigned)i;
    for (size_t j = 0; j <= n; j++)
        d[0][j] = (unsigned)j;
    for (size_t i = 1; i <= m; i++)
        for (size_t j = 1; j <= n; j++) {
            unsigned cost = a[i - 1] != b[j - 1];
            d[i][j] = least (least (d[i - 1][j] + 1, d[i][j - 1] + 1), d[i - 1][j - 1] + cost);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = least (d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[m][n];
}
