/* Characters that nobody sees: two texts that differ in them alone look the same. */
#ifndef DPAT_BASE_INVISIBLE_H
#define DPAT_BASE_INVISIBLE_H

#include <stddef.h>
#include <stdint.h>

/* Room for what invisible_format writes, and a NUL. */
#define INVISIBLE_TEXT_SIZE 16

/* Where the first character of UTF-8 text is that nobody sees: zero-width, filling, soft hyphen, byte order mark,
 * direction, variation, tag and other format characters, as Unicode 15 has them. Those that belong to an emoji do not
 * count: U+FE0F behind one or inside a keycap, U+200D between two. Returns len when there is none; *ret_code is the
 * character. */
size_t invisible_find (const char *s, size_t len, uint32_t *ret_code);

/* Write a character by its number, as "<U+200B>". Returns out. */
const char *invisible_format (uint32_t code, char out[INVISIBLE_TEXT_SIZE]);

#endif
