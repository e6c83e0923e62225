/* Replacing a file so that nobody ever sees half of one, or at least the next run mends it; see file.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/crypto.h"
#include "src/base/file_private.h"
#include "src/base/memory.h"

enum { COPY_MAX_BYTES = 64 << 20, ROOM_FOR_MORE_BYTES = 4096 };

/* The copies that are made before a file is rewritten in place. "old" is made last and removed first, so that both are
 * complete while it is there. */
struct copies {
    char *old;
    char *new;
};

static struct copies copies_of (const char *target)
{
    return (struct copies){ .old = file_beside (target, "dpat-old"), .new = file_beside (target, "dpat-new") };
}

static void copies_release (struct copies *copies)
{
    free (copies->old);
    free (copies->new);
}

static void copies_remove (const struct copies *copies)
{
    (void)unlink (copies->old);
    (void)unlink (copies->new);
}

/* Whether there are copies to restore from. In a folder where everybody may make files (/tmp), only those of the caller
 * and of the target's owner count. */
static bool copies_are_there (const struct copies *copies, const char *target)
{
    struct stat copy, guarded, folder;
    if (lstat (copies->old, &copy) != 0 || !S_ISREG (copy.st_mode))
        return false;
    AUTOFREE char *above = file_folder (target);
    return (stat (above, &folder) == 0 && (folder.st_mode & S_IWOTH) == 0) || copy.st_uid == geteuid ()
           || (stat (target, &guarded) == 0 && copy.st_uid == guarded.st_uid);
}

static int put_content (int fd, const void *data, size_t len)
{
    if (lseek (fd, 0, SEEK_SET) < 0 || file_write_all (fd, data, len) != 0 || ftruncate (fd, (off_t)len) != 0)
        return -1;
    return fsync (fd);
}

/* Whether i bytes into a file this content has that byte; behind its end the room made for a longer one is zeros. */
static bool has_byte (const struct buffer *content, size_t i, char byte)
{
    return i < content->len ? content->data[i] == byte : byte == '\0';
}

/* Whether this is what stands there while old is overwritten by new: each byte is of one of them, and it is neither.
 * Anything else was written by somebody since. */
static bool is_half_written (const struct buffer *now, const struct buffer *old, const struct buffer *new)
{
    bool is_old = now->len == old->len, is_new = now->len == new->len;
    if ((now->len > old->len && now->len > new->len) || (now->len < old->len && now->len < new->len))
        return false;
    for (size_t i = 0; i < now->len; i++) {
        bool of_old = has_byte (old, i, now->data[i]), of_new = has_byte (new, i, now->data[i]);
        if (!of_old && !of_new)
            return false;
        is_old = is_old && of_old;
        is_new = is_new && of_new;
    }
    return !is_old && !is_new;
}

static int put_back (const char *target, const struct copies *copies, const struct buffer *old, struct error *err)
{
    AUTOCLOSE int fd = open (target, O_WRONLY | O_CLOEXEC);
    if (fd >= 0 && put_content (fd, buffer_text (old), old->len) == 0)
        return 0;
    error_set (err, ERROR_FILE_FAILED, "%s was left half-written and cannot be written: %s", target, strerror (errno));
    return error_hint (err, "what it held is in %s", copies->old);
}

static int restore_from (const char *target, const struct copies *copies, struct error *err)
{
    AUTO (buffer) now;
    AUTO (buffer) old;
    AUTO (buffer) new;
    struct error why = ERROR_INIT;
    buffer_init (&now, COPY_MAX_BYTES);
    buffer_init (&old, COPY_MAX_BYTES);
    buffer_init (&new, COPY_MAX_BYTES);
    if (file_read_as_is (target, &now, &why) == 0 && file_read_as_is (copies->new, &new, &why) == 0
        && file_read_as_is (copies->old, &old, &why) == 0)
        return is_half_written (&now, &old, &new) ? put_back (target, copies, &old, err) : 0;
    if (why.code == ERROR_FILE_ABSENT) /* the file was removed since, or nothing had begun */
        return 0;
    return error_set (err, ERROR_FILE_FAILED, "%s may be left half-written, and %s", target, why.text);
}

int file_restore (const char *target, struct error *err)
{
    AUTO (copies) copies = copies_of (target);
    if (!copies_are_there (&copies, target))
        return 0;
    if (restore_from (target, &copies, err) != 0)
        return -1;
    copies_remove (&copies);
    return 0;
}

static bool needs_restoring (const char *path)
{
    AUTOFREE char *target = file_resolve (path, NULL);
    if (target == NULL)
        return false;
    AUTO (copies) copies = copies_of (target);
    return copies_are_there (&copies, target);
}

int file_read (const char *path, struct buffer *out, struct error *err)
{
    const int timeout_ms = 5000;
    struct file_lock lock = FILE_LOCK_INIT;
    if (needs_restoring (path) && file_lock_take (&lock, path, timeout_ms, err) != 0)
        return -1;
    file_lock_release (&lock);
    return file_read_as_is (path, out, err);
}

/* Keep both contents beside the file; temporary holds the new one already, and is used up. */
static int make_copies (const struct copies *copies, const char *temporary, const struct stat *st,
                        const struct buffer *old, struct error *err)
{
    bool same;
    AUTOFREE char *folder = file_folder (copies->old);
    (void)unlink (copies->old); /* of an earlier write that was done */
    if (rename (temporary, copies->new) == 0) {
        if (file_write_fresh (temporary, buffer_text (old), old->len, 0, st, &same, err) != 0)
            return -1;
        if (rename (temporary, copies->old) == 0) {
            file_sync_folder (folder);
            return 0;
        }
    }
    return error_set (err, ERROR_FILE_FAILED, "cannot make %s: %s", copies->old, strerror (errno));
}

/* Room for the longer of both contents is made first, so that a full disk is met before anything is overwritten. */
static int make_room (int fd, const char *target, size_t old_len, size_t len, struct error *err)
{
    int code = posix_fallocate (fd, 0, (off_t)(len > old_len ? len : old_len));
    if (code == 0 || code == EOPNOTSUPP || code == EINVAL)
        return 0;
    if (ftruncate (fd, (off_t)old_len) != 0)
        return error_set (err, ERROR_FILE_FAILED, "cannot restore the length of %s: %s", target, strerror (errno));
    return error_set (err, ERROR_FILE_FAILED, "cannot write %s: %s", target, strerror (code));
}

/* *ret_whole tells whether the file is whole afterwards: with the new content, or the old one again. */
static int overwrite (const char *target, const struct buffer *old, const void *data, size_t len, bool *ret_whole,
                      struct error *err)
{
    AUTOCLOSE int fd = open (target, O_WRONLY | O_CLOEXEC);
    *ret_whole = true;
    if (fd < 0)
        return error_set (err, ERROR_FILE_FAILED, "cannot write %s: %s", target, strerror (errno));
    if (make_room (fd, target, old->len, len, err) == 0) {
        if (put_content (fd, data, len) == 0)
            return 0;
        error_set (err, ERROR_FILE_FAILED, "cannot write %s: %s", target, strerror (errno));
    }
    *ret_whole = put_content (fd, buffer_text (old), old->len) == 0;
    return -1;
}

/* The last resort for a file that cannot be renamed over, or would not be the same users' afterwards. temporary has the
 * new content, and is used up. */
static int rewrite_in_place (const char *target, const char *temporary, const struct stat *st, const void *data,
                             size_t len, struct error *err)
{
    AUTO (copies) copies = copies_of (target);
    AUTO (buffer) old;
    bool whole = true;
    buffer_init (&old, COPY_MAX_BYTES);
    if (file_read_as_is (target, &old, err) != 0)
        return -1;
    int status = make_copies (&copies, temporary, st, &old, err);
    if (status == 0)
        status = overwrite (target, &old, data, len, &whole, err);
    if (whole)
        copies_remove (&copies);
    else
        error_hint (err, "its old content is in %s, from which the next run puts it back", copies.old);
    return status;
}

/* What is at path, which must be a regular file that can be written, if anything is. */
static int look_at (const char *target, struct stat *st, bool *ret_exists, struct error *err)
{
    *ret_exists = stat (target, st) == 0;
    if (!*ret_exists && errno != ENOENT)
        return error_set (err, ERROR_FILE_FAILED, "cannot look at %s: %s", target, strerror (errno));
    if (*ret_exists && !S_ISREG (st->st_mode))
        return error_set (err, ERROR_FILE_FAILED, "%s is not a regular file", target);
    if (!*ret_exists || access (target, W_OK) == 0)
        return 0;
    int saved = errno;
    error_set (err, ERROR_FILE_FAILED, "cannot write %s: %s", target, strerror (saved));
    return st->st_uid == geteuid () && saved == EACCES ? error_hint (err, "run: chmod u+w '%s'", target)
                                                       : file_hint_owner (target, err);
}

static bool must_stay_in_place (int code)
{
    return code == EBUSY || code == EXDEV;
}

/* Whether the file has that content already: then there is nothing to do, and nothing that could fail. */
static bool has_content (const char *path, const void *data, size_t len)
{
    AUTO (buffer) old;
    struct stat st;
    buffer_init (&old, len + 1);
    return stat (path, &st) == 0 && st.st_size == (off_t)len && file_read (path, &old, NULL) == 0 && old.len == len
           && crypto_equal (buffer_text (&old), data, len);
}

int file_replace (const char *path, const void *data, size_t len, mode_t mode, struct error *err)
{
    AUTOFREE char *target = file_resolve (path, err);
    struct stat st;
    bool exists, same = true;
    if (target && has_content (target, data, len))
        return 0;
    if (target == NULL || look_at (target, &st, &exists, err) != 0)
        return -1;
    AUTOFREE char *folder = file_folder (target);
    AUTOFREE char *temporary = file_beside (target, "dpat-tmp");
    if (file_write_fresh (temporary, data, len, mode, exists ? &st : NULL, &same, err) != 0)
        return -1;
    if (same && rename (temporary, target) == 0) {
        file_sync_folder (folder);
        return 0;
    }
    int saved = errno;
    int status = exists && (!same || must_stay_in_place (saved))
                     ? rewrite_in_place (target, temporary, &st, data, len, err)
                     : error_set (err, ERROR_FILE_FAILED, "cannot replace %s: %s", target, strerror (saved));
    (void)unlink (temporary);
    return status;
}

static int no_folder (const char *folder, struct error *err)
{
    error_set (err, ERROR_FILE_FAILED, "the folder %s cannot be written: %s", folder, strerror (errno));
    return file_hint_owner (folder, err);
}

/* Where nothing is yet, the nearest folder above must let folders be made. */
static int check_new_folder (const char *folder, struct error *err)
{
    AUTOFREE char *nearest = xstrdup (folder);
    while (access (nearest, F_OK) != 0 && errno == ENOENT && strcmp (nearest, "/") != 0 && strcmp (nearest, ".") != 0) {
        char *above = file_folder (nearest);
        free (nearest);
        nearest = above;
    }
    return access (nearest, W_OK | X_OK) == 0 ? 0 : no_folder (nearest, err);
}

/* Make and remove what file_replace would make, as large as it may be. */
static int try_out (const char *target, struct error *err)
{
    struct stat st;
    bool exists, same;
    if (look_at (target, &st, &exists, err) != 0)
        return -1;
    AUTOFREE char *temporary = file_beside (target, "dpat-tmp");
    if (file_write_fresh (temporary, "", 0, 0600, exists ? &st : NULL, &same, err) != 0)
        return -1;
    AUTOCLOSE int fd = open (temporary, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    int code = fd < 0 ? errno : posix_fallocate (fd, 0, (exists ? st.st_size : 0) + ROOM_FOR_MORE_BYTES);
    (void)unlink (temporary);
    return code == 0 || code == EOPNOTSUPP || code == EINVAL
               ? 0
               : error_set (err, ERROR_FILE_FAILED, "cannot write %s: %s", temporary, strerror (code));
}

int file_check_replace (const char *path, int timeout_ms, struct error *err)
{
    AUTOFREE char *target = file_resolve (path, err);
    if (target == NULL)
        return -1;
    AUTOFREE char *folder = file_folder (target);
    bool is_link = strcmp (target, path) != 0; /* the folder that it points into is not ours to make */
    if (access (folder, W_OK | X_OK) != 0)
        return errno == ENOENT && !is_link ? check_new_folder (folder, err) : no_folder (folder, err);
    struct file_lock lock = FILE_LOCK_INIT;
    if (file_lock_take (&lock, path, timeout_ms, err) != 0)
        return -1;
    int status = try_out (target, err);
    file_lock_release (&lock);
    return status;
}
