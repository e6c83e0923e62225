/* Reading and replacing small files so that nobody ever sees half of one: lock, temporary file, fsync, rename. */
#ifndef DPAT_BASE_FILE_H
#define DPAT_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "src/base/buffer.h"
#include "src/base/error.h"

/* A lock on a file beside the thing it protects; the lock file is never deleted, so that two processes can never hold
 * locks on two different files of one name. fd is -1 when nothing is held. */
struct file_lock {
    int fd;
};

#define FILE_LOCK_INIT                                                                                                 \
    {                                                                                                                  \
        .fd = -1                                                                                                       \
    }

/* Take the exclusive flock(2) on PATH.lock (made 0600, beside the target when path is a symbolic link), waiting at most
 * timeout_ms. ERROR_FILE_LOCKED when somebody else keeps it, ERROR_FILE_FAILED when it cannot be made. */
int file_lock_take (struct file_lock *lock, const char *path, int timeout_ms, struct error *err);

/* Let go; of a lock not held, nothing happens. */
void file_lock_release (struct file_lock *lock);

/* Read the whole of a regular file of at most out->ceiling bytes into out (which is initialised and empty).
 * ERROR_FILE_ABSENT when there is none (a dangling link included), ERROR_FILE_FAILED when it is no regular file, too
 * big or unreadable. */
int file_read (const char *path, struct buffer *out, struct error *err);

/* Replace path's content as one act. The caller holds file_lock_take (path). A symbolic link is kept and its target
 * replaced; an existing file keeps mode and owner, a new one gets mode. The temporary file has a fixed name beside the
 * target, so that a killed writer leaves at most one. Where rename(2) cannot work because the file is a mount (EBUSY,
 * EXDEV), the file is rewritten in place and the old content put back on failure; a writer that is killed just then
 * leaves the new content in the temporary file. ERROR_FILE_FAILED, and the old content stays. */
int file_replace (const char *path, const void *data, size_t len, mode_t mode, struct error *err);

/* Make a new file with mode and this content as one act; never replaces: ERROR_FILE_EXISTS when path is there. */
int file_create (const char *path, const void *data, size_t len, mode_t mode, struct error *err);

/* Make a folder and its parents, new ones with mode 0700. An existing folder is left as it is. */
int file_make_folder (const char *path, struct error *err);

/* Refuse a folder or file (code says how) that another user owns or that others may write: what rests there could be
 * read or replaced by them. An absent one is fine. */
int file_check_private (const char *path, enum error_code code, struct error *err);

/* Symbolic links that are followed one after the other at most. */
#define FILE_LINKS_MAX 40

/* What a symbolic link leads to, with the link's folder in front where that is relative. Owned. NULL with errno when it
 * cannot be read, EINVAL when path is no link. */
char *file_follow (const char *path);

/* The path with symbolic links followed even when the last one dangles. Owned. NULL on a loop or a failure
 * (ERROR_FILE_FAILED). */
char *file_resolve (const char *path, struct error *err);

/* The folder part of path, "." when it has none. Owned. */
char *file_folder (const char *path);

/* Write all of data by write(2), through interruptions. Returns 0, or -1 with errno. */
int file_write_all (int fd, const void *data, size_t len);

#endif
