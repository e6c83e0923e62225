/* Characters that nobody sees. */
#include "src/base/invisible.h"

#include <stdbool.h>
#include <stdio.h>

#include "src/base/memory.h"
#include "src/base/text.h"

enum { ZERO_WIDTH_JOINER = 0x200d, EMOJI_SELECTOR = 0xfe0f, ENCLOSING_KEYCAP = 0x20e3 };

/* Characters from first to last. */
struct range {
    uint32_t first, last;
};

/* Unicode's Default_Ignorable_Code_Point, and its other format characters without a glyph. */
static const struct range invisible[] = { { 0xad, 0xad },       { 0x34f, 0x34f },     { 0x61c, 0x61c },
                                          { 0x115f, 0x1160 },   { 0x17b4, 0x17b5 },   { 0x180b, 0x180f },
                                          { 0x200b, 0x200f },   { 0x202a, 0x202e },   { 0x2060, 0x206f },
                                          { 0x3164, 0x3164 },   { 0xfe00, 0xfe0f },   { 0xfeff, 0xfeff },
                                          { 0xffa0, 0xffa0 },   { 0xfff0, 0xfffb },   { 0x13430, 0x1343f },
                                          { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff } };

/* Unicode's Emoji, without what is plain text: digits, "#" and "*". */
static const struct range emoji[] = {
    { 0xa9, 0xa9 },       { 0xae, 0xae },       { 0x203c, 0x203c },   { 0x2049, 0x2049 },   { 0x2122, 0x2122 },
    { 0x2139, 0x2139 },   { 0x2194, 0x2199 },   { 0x21a9, 0x21aa },   { 0x231a, 0x231b },   { 0x2328, 0x2328 },
    { 0x23cf, 0x23cf },   { 0x23e9, 0x23f3 },   { 0x23f8, 0x23fa },   { 0x24c2, 0x24c2 },   { 0x25aa, 0x25ab },
    { 0x25b6, 0x25b6 },   { 0x25c0, 0x25c0 },   { 0x25fb, 0x25fe },   { 0x2600, 0x2604 },   { 0x260e, 0x260e },
    { 0x2611, 0x2611 },   { 0x2614, 0x2615 },   { 0x2618, 0x2618 },   { 0x261d, 0x261d },   { 0x2620, 0x2620 },
    { 0x2622, 0x2623 },   { 0x2626, 0x2626 },   { 0x262a, 0x262a },   { 0x262e, 0x262f },   { 0x2638, 0x263a },
    { 0x2640, 0x2640 },   { 0x2642, 0x2642 },   { 0x2648, 0x2653 },   { 0x265f, 0x2660 },   { 0x2663, 0x2663 },
    { 0x2665, 0x2666 },   { 0x2668, 0x2668 },   { 0x267b, 0x267b },   { 0x267e, 0x267f },   { 0x2692, 0x2697 },
    { 0x2699, 0x2699 },   { 0x269b, 0x269c },   { 0x26a0, 0x26a1 },   { 0x26a7, 0x26a7 },   { 0x26aa, 0x26ab },
    { 0x26b0, 0x26b1 },   { 0x26bd, 0x26be },   { 0x26c4, 0x26c5 },   { 0x26c8, 0x26c8 },   { 0x26ce, 0x26cf },
    { 0x26d1, 0x26d1 },   { 0x26d3, 0x26d4 },   { 0x26e9, 0x26ea },   { 0x26f0, 0x26f5 },   { 0x26f7, 0x26fa },
    { 0x26fd, 0x26fd },   { 0x2702, 0x2702 },   { 0x2705, 0x2705 },   { 0x2708, 0x270d },   { 0x270f, 0x270f },
    { 0x2712, 0x2712 },   { 0x2714, 0x2714 },   { 0x2716, 0x2716 },   { 0x271d, 0x271d },   { 0x2721, 0x2721 },
    { 0x2728, 0x2728 },   { 0x2733, 0x2734 },   { 0x2744, 0x2744 },   { 0x2747, 0x2747 },   { 0x274c, 0x274c },
    { 0x274e, 0x274e },   { 0x2753, 0x2755 },   { 0x2757, 0x2757 },   { 0x2763, 0x2764 },   { 0x2795, 0x2797 },
    { 0x27a1, 0x27a1 },   { 0x27b0, 0x27b0 },   { 0x27bf, 0x27bf },   { 0x2934, 0x2935 },   { 0x2b05, 0x2b07 },
    { 0x2b1b, 0x2b1c },   { 0x2b50, 0x2b50 },   { 0x2b55, 0x2b55 },   { 0x3030, 0x3030 },   { 0x303d, 0x303d },
    { 0x3297, 0x3297 },   { 0x3299, 0x3299 },   { 0x1f004, 0x1f004 }, { 0x1f0cf, 0x1f0cf }, { 0x1f170, 0x1f171 },
    { 0x1f17e, 0x1f17f }, { 0x1f18e, 0x1f18e }, { 0x1f191, 0x1f19a }, { 0x1f1e6, 0x1f1ff }, { 0x1f201, 0x1f202 },
    { 0x1f21a, 0x1f21a }, { 0x1f22f, 0x1f22f }, { 0x1f232, 0x1f23a }, { 0x1f250, 0x1f251 }, { 0x1f300, 0x1f64f },
    { 0x1f680, 0x1f6ff }, { 0x1f7e0, 0x1f7eb }, { 0x1f7f0, 0x1f7f0 }, { 0x1f90c, 0x1f9ff }, { 0x1fa70, 0x1faff }
};

static bool is_among (uint32_t code, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

static bool is_emoji (uint32_t code)
{
    return is_among (code, emoji, ARRAY_SIZE (emoji));
}

static bool is_keycap_base (uint32_t code)
{
    return (code >= '0' && code <= '9') || code == '#' || code == '*';
}

/* The character at s; 0 when there is none, or it is malformed. */
static uint32_t peek (const char *s, size_t len)
{
    uint32_t code = 0;
    return len > 0 && text_decode (s, len, &code) > 0 ? code : 0;
}

/* Whether a selector or joiner belongs to the emoji before it, of which before is the last character and selected says
 * that it has its selector already. */
static bool belongs (uint32_t code, uint32_t before, bool selected, uint32_t next)
{
    if (code == EMOJI_SELECTOR)
        return !selected && (is_emoji (before) || (is_keycap_base (before) && next == ENCLOSING_KEYCAP));
    return code == ZERO_WIDTH_JOINER && is_emoji (before) && is_emoji (next);
}

size_t invisible_find (const char *s, size_t len, uint32_t *ret_code)
{
    uint32_t before = 0;
    bool selected = false;
    for (size_t at = 0; at < len;) {
        uint32_t code = 0;
        size_t n = text_decode (s + at, len - at, &code);
        bool stays = n > 0 && is_among (code, invisible, ARRAY_SIZE (invisible));
        if (stays && !belongs (code, before, selected, peek (s + at + n, len - at - n))) {
            *ret_code = code;
            return at;
        }
        selected = stays && code == EMOJI_SELECTOR;
        if (!selected)
            before = n > 0 ? code : 0;
        at += n > 0 ? n : 1;
    }
    return len;
}

const char *invisible_format (uint32_t code, char out[INVISIBLE_TEXT_SIZE])
{
    snprintf (out, INVISIBLE_TEXT_SIZE, "<U+%04X>", code);
    return out;
}
