/* Reading and replacing small files so that nobody ever sees half of one: lock, temporary file, fsync, rename. */
#ifndef DPAT_BASE_FILE_H
#define DPAT_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "src/base/buffer.h"
#include "src/base/error.h"

/* The hint of an ERROR_FILE_FAILED that has no better one. */
#define FILE_HINT "check the disk, and owner and mode of the file and its folder"

/* A lock on a file beside the thing it protects. The lock file stays, so that two processes never hold locks on two
 * different files of one name. fd is -1 when nothing is held. */
struct file_lock {
    int fd;
};

#define FILE_LOCK_INIT                                                                                                 \
    {                                                                                                                  \
        .fd = -1                                                                                                       \
    }

/* Take the exclusive flock(2) on PATH.lock (made beside the target when path is a symbolic link), waiting at most
 * timeout_ms, and restore what a killed file_replace left half-written. The lock file gets owner, group and mode of the
 * file it guards, as far as the caller can give them, so that everyone who may write that file can lock it; where there
 * is no such file yet it is 0600. A lock file that the caller cannot open and nobody holds is made again.
 * ERROR_FILE_LOCKED when somebody else keeps it, ERROR_FILE_FAILED when it cannot be made. */
int file_lock_take (struct file_lock *lock, const char *path, int timeout_ms, struct error *err);

/* Let go; of a lock not held, nothing happens. */
void file_lock_release (struct file_lock *lock);

/* Read the whole of a regular file of at most out->ceiling bytes into out (which is initialised and empty). What a
 * killed file_replace left half-written is restored first, under the lock.
 * ERROR_FILE_ABSENT when there is none (a dangling link included), ERROR_FILE_FAILED when it is no regular file, too
 * big or unreadable. */
int file_read (const char *path, struct buffer *out, struct error *err);

/* Replace path's content as one act. The caller holds file_lock_take (path). A symbolic link is kept and its target
 * replaced. An existing file keeps its mode, its owner, and its group if the caller can give that; a group without
 * rights is dropped otherwise. A new file gets mode. The temporary file has a fixed name beside the target, so that a
 * killed writer leaves at most one.
 *
 * The file is rewritten in place where rename(2) cannot work because it is a mount (EBUSY, EXDEV), or would take it
 * from its owner or from a group with rights. Before that, complete and synced copies of the old and the new content
 * are made beside it (".NAME.dpat-old", ".NAME.dpat-new"). When writing fails the old content is put back; when the
 * writer is killed, the next file_lock_take or file_read of any user puts it back.
 *
 * ERROR_FILE_FAILED, and the old content stays. */
int file_replace (const char *path, const void *data, size_t len, mode_t mode, struct error *err);

/* See that file_replace (path) could work now: its folder, or the nearest one above that exists, can be written, the
 * lock can be had within timeout_ms, an existing file can be written, and the disk has room for another copy. What was
 * made for that is removed, but for the lock file. The folder that a symbolic link points into must exist. Errors as
 * those of file_lock_take and file_replace, with a hint. */
int file_check_replace (const char *path, int timeout_ms, struct error *err);

/* Make a new file with mode and this content as one act; never replaces: ERROR_FILE_EXISTS when path is there. */
int file_create (const char *path, const void *data, size_t len, mode_t mode, struct error *err);

/* Make a folder and its parents, new ones with mode 0700. An existing folder is left as it is.
 *
 * What root makes here, as a new file or lock file elsewhere in this header, belongs to the owner of the folder that it
 * is in (owner_give): in the home of a user, with "sudo -E" or in a container, root leaves only the user's own files.
 */
int file_make_folder (const char *path, struct error *err);

/* Refuse a file (code says how) whose content anybody could have written: it is world-writable, or it is in a folder
 * that is, without the sticky bit. Of a symbolic link this is asked of each file and folder on its way. What a group
 * may write is fine, and so is what is not a regular file: a pipe, a terminal. The folder counts for an absent file,
 * too. */
int file_check_trusted (const char *path, enum error_code code, struct error *err);

/* Refuse a folder or file (code says how) that another user owns (see owner_is_own) or that others, a group included,
 * may write, and what file_check_trusted refuses: its content could be read or replaced by them. An absent one is fine.
 */
int file_check_private (const char *path, enum error_code code, struct error *err);

/* Symbolic links that are followed one after the other at most. */
#define FILE_LINKS_MAX 40

/* What a symbolic link leads to, with the link's folder in front where that is relative. Owned. NULL with errno when it
 * cannot be read, EINVAL when path is no link. */
char *file_follow (const char *path);

/* Make durable what was made, renamed or removed in a folder. Some file systems refuse that, which is no error. */
void file_sync_folder (const char *folder);

/* The path with symbolic links followed even when the last one dangles. Owned. NULL on a loop or a failure
 * (ERROR_FILE_FAILED). */
char *file_resolve (const char *path, struct error *err);

/* The folder part of path, "." when it has none. Owned. */
char *file_folder (const char *path);

/* Write all of data by write(2), through interruptions. Returns 0, or -1 with errno. */
int file_write_all (int fd, const void *data, size_t len);

#endif
