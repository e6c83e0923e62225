/* What file.c, file_lock.c and file_replace.c share; see file.h. */
#ifndef DPAT_BASE_FILE_PRIVATE_H
#define DPAT_BASE_FILE_PRIVATE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "src/base/file.h"

/* FOLDER/NAME. Owned. */
char *file_join (const char *folder, const char *name);

/* "/a/.b.SUFFIX" for "/a/b". Owned. */
char *file_beside (const char *path, const char *suffix);

/* file_read, but nothing is restored first. */
int file_read_as_is (const char *path, struct buffer *out, struct error *err);

/* Where path, or the nearest folder above that can be seen, is another user's: hint how to get it back. Always returns
 * -1. */
int file_hint_owner (const char *path, struct error *err);

/* Give an open file the owner, group and mode of like, as far as the caller can. A group that cannot be given has no
 * rights afterwards. Returns 0, or -1 with errno; *ret_same tells whether the same users have the same rights. */
int file_become_like (int fd, const struct stat *like, bool *ret_same);

/* Write data to a fresh file of that name, synced and closed. It becomes like another one (see file_become_like), or,
 * with NULL like, gets mode and the owner that owner_give gives. Of a failure nothing stays. */
int file_write_fresh (const char *name, const void *data, size_t len, mode_t mode, const struct stat *like,
                      bool *ret_same, struct error *err);

/* Put back what a killed file_replace left half-written at target, which is no link, and remove its copies. The lock is
 * held. ERROR_FILE_FAILED, with a hint to what is left. */
int file_restore (const char *target, struct error *err);

#endif
