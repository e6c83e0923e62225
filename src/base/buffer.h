/* A growing byte string with a ceiling and a sticky failure: append freely, ask once at the end. */
#ifndef DPAT_BASE_BUFFER_H
#define DPAT_BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

/* data is NUL-terminated at len whenever it is not NULL. All memory is wiped before it is freed, so a buffer may hold
 * secrets. */
struct buffer {
    char *data;
    size_t len;
    size_t capacity;
    size_t ceiling; /* bytes it may never pass */
    bool failed;    /* an append went past the ceiling, or starved; later ones do nothing */
    bool soft;      /* set after buffer_init: an append without memory fails, and does not end the program */
    bool starved;   /* that is why it failed */
};

/* An empty buffer that never holds more than ceiling bytes. */
void buffer_init (struct buffer *buffer, size_t ceiling);

/* Wipe and free. A released buffer is empty and may be initialised again. */
void buffer_release (struct buffer *buffer);

/* Append len bytes; past the ceiling the buffer fails and keeps what it had. */
void buffer_append (struct buffer *buffer, const void *data, size_t len);

/* Append a NUL-terminated string. */
void buffer_puts (struct buffer *buffer, const char *s);

/* Append formatted text. */
void buffer_printf (struct buffer *buffer, const char *fmt, ...) __attribute__ ((format (printf, 2, 3)));

/* The text so far: "" when empty. Borrowed until the next change. */
const char *buffer_text (const struct buffer *buffer);

#endif
