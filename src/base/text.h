/* Text from elsewhere: is it UTF-8, how long is it, and how to make it harmless on a terminal. */
#ifndef DPAT_BASE_TEXT_H
#define DPAT_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/buffer.h"

/* Decode one character at s (len bytes, len > 0) by RFC 3629. Returns the bytes it takes and sets *ret_code, or 0 when
 * they are no valid UTF-8 (overlong forms, surrogates, beyond U+10FFFF, cut short). */
size_t text_decode (const char *s, size_t len, uint32_t *ret_code);

/* Whether a character can drive a terminal or reorder what is read: C0, DEL, C1, line and paragraph separators, and the
 * bidirectional controls. */
bool text_is_control (uint32_t code);

/* The number of characters (code points) of valid UTF-8, or -1 when it is not valid. */
long text_count (const char *s, size_t len);

/* Whether valid UTF-8 text holds a control character; invalid text counts as holding one. */
bool text_has_control (const char *s, size_t len);

/* Append s to out as people may read it: every control character and every invalid byte replaced by "?", and what
 * nobody would see (invisible.h) by its number, as "<U+200B>". */
void text_append_clean (struct buffer *out, const char *s, size_t len);

/* Replace control characters and invalid bytes by "?" in a NUL-terminated string; it never grows. */
void text_clean_in_place (char *s);

/* The edit distance between two ASCII words (insert, delete, substitute, swap of neighbours), for "did you mean". Words
 * above 32 bytes are as far apart as can be. */
unsigned text_distance (const char *a, const char *b);

#endif
