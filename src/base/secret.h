/* The one type that holds secrets: never copied by accident, never printed, wiped when released. */
#ifndef DPAT_BASE_SECRET_H
#define DPAT_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/error.h"

/* len bytes and a NUL after them, or NULL and 0. */
struct secret {
    char *data;
    size_t len;
};

#define SECRET_INIT                                                                                                    \
    {                                                                                                                  \
        .data = NULL, .len = 0                                                                                         \
    }

/* Wipe what was held and hold a copy of len bytes. */
void secret_set (struct secret *secret, const void *data, size_t len);

/* Wipe and free; the secret is then empty. */
void secret_release (struct secret *secret);

/* Move: *to is released and takes what *from held; *from is then empty. */
void secret_move (struct secret *to, struct secret *from);

/* The text, "" when empty. Borrowed until the secret changes. */
const char *secret_text (const struct secret *secret);

/* Whether both hold the same bytes, in time that depends only on their lengths. */
bool secret_equal (const struct secret *a, const struct secret *b);

/* Read all of fd, up to max bytes, by read(2). More than max bytes is refused with ERROR_USAGE, not cut; a failed read
 * is ERROR_FILE_FAILED. what names the thing in the sentence ("the password on standard input"). */
int secret_read (struct secret *secret, int fd, size_t max, const char *what, struct error *err);

/* Cut one "\n" or "\r\n" at the end. */
void secret_chomp (struct secret *secret);

/* Overwrite len bytes in a way the compiler keeps. */
void secret_wipe (void *data, size_t len);

#endif
