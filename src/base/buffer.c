/* A growing byte string with a ceiling. */
#include "src/base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/memory.h"

void buffer_init (struct buffer *buffer, size_t ceiling)
{
    *buffer = (struct buffer){ .ceiling = ceiling };
}

void buffer_release (struct buffer *buffer)
{
    if (buffer->data)
        explicit_bzero (buffer->data, buffer->capacity);
    free (buffer->data);
    *buffer = (struct buffer){ .ceiling = buffer->ceiling, .soft = buffer->soft };
}

/* Room for extra more bytes and a NUL; the old block is wiped, for it may hold a secret. */
static bool buffer_reserve (struct buffer *buffer, size_t extra)
{
    if (buffer->failed || extra > buffer->ceiling - buffer->len) {
        buffer->failed = true;
        return false;
    }
    size_t need = buffer->len + extra + 1;
    if (need <= buffer->capacity)
        return true;
    size_t capacity = buffer->capacity ? buffer->capacity : 64;
    while (capacity < need)
        capacity *= 2;
    char *data = buffer->soft ? memory_try (capacity, 1) : xmalloc (capacity);
    if (data == NULL) {
        buffer->failed = buffer->starved = true;
        return false;
    }
    if (buffer->data) {
        memcpy (data, buffer->data, buffer->len);
        explicit_bzero (buffer->data, buffer->capacity);
        free (buffer->data);
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

void buffer_append (struct buffer *buffer, const void *data, size_t len)
{
    if (!buffer_reserve (buffer, len))
        return;
    if (len > 0)
        memcpy (buffer->data + buffer->len, data, len);
    buffer->len += len;
    buffer->data[buffer->len] = '\0';
}

void buffer_puts (struct buffer *buffer, const char *s)
{
    buffer_append (buffer, s, strlen (s));
}

void buffer_printf (struct buffer *buffer, const char *fmt, ...)
{
    va_list ap;
    va_start (ap, fmt);
    int n = vsnprintf (NULL, 0, fmt, ap);
    va_end (ap);
    if (n < 0) {
        buffer->failed = true;
        return;
    }
    if (!buffer_reserve (buffer, (size_t)n))
        return;
    va_start (ap, fmt);
    vsnprintf (buffer->data + buffer->len, (size_t)n + 1, fmt, ap);
    va_end (ap);
    buffer->len += (size_t)n;
}

const char *buffer_text (const struct buffer *buffer)
{
    return buffer->data ? buffer->data : "";
}
