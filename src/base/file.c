/* Reading and replacing small files so that nobody ever sees half of one. */
#include "src/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "src/base/memory.h"

char *file_folder (const char *path)
{
    const char *slash = strrchr (path, '/');
    if (slash == NULL)
        return xstrdup (".");
    return slash == path ? xstrdup ("/") : xstrndup (path, (size_t)(slash - path));
}

static char *file_join (const char *folder, const char *name)
{
    return xasprintf ("%s%s%s", folder, strcmp (folder, "/") == 0 ? "" : "/", name);
}

static const char *file_name (const char *path)
{
    const char *slash = strrchr (path, '/');
    return slash ? slash + 1 : path;
}

char *file_follow (const char *path)
{
    char target[PATH_MAX];
    ssize_t n = readlink (path, target, sizeof (target) - 1);
    if (n < 0)
        return NULL;
    target[n] = '\0';
    AUTOFREE char *folder = file_folder (path);
    return target[0] == '/' ? xstrdup (target) : file_join (folder, target);
}

char *file_resolve (const char *path, struct error *err)
{
    char *current = xstrdup (path);
    for (int hops = 0; hops < FILE_LINKS_MAX; hops++) {
        char *next = file_follow (current);
        if (next == NULL && (errno == EINVAL || errno == ENOENT))
            return current;
        if (next == NULL)
            error_set (err, ERROR_FILE_FAILED, "cannot look at %s: %s", current, strerror (errno));
        free (current);
        if (next == NULL)
            return NULL;
        current = next;
    }
    free (current);
    error_set (err, ERROR_FILE_FAILED, "%s: too many symbolic links", path);
    return NULL;
}

int file_write_all (int fd, const void *data, size_t len)
{
    const char *at = data;
    while (len > 0) {
        ssize_t n = write (fd, at, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        at += n;
        len -= (size_t)n;
    }
    return 0;
}

int file_lock_take (struct file_lock *lock, const char *path, int timeout_ms, struct error *err)
{
    AUTOFREE char *target = file_resolve (path, err);
    if (target == NULL)
        return -1;
    AUTOFREE char *name = xasprintf ("%s.lock", target);
    int fd = open (name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return error_set (err, ERROR_FILE_FAILED, "cannot make the lock file %s: %s", name, strerror (errno));
    const int step_ms = 10;
    int waited_ms = 0;
    while (flock (fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            error_set (err, ERROR_FILE_FAILED, "cannot lock %s: %s", name, strerror (errno));
            close (fd);
            return -1;
        }
        if (waited_ms >= timeout_ms) {
            close (fd);
            return error_set (err, ERROR_FILE_LOCKED, "another process keeps %s locked", name);
        }
        nanosleep (&(struct timespec){ .tv_nsec = step_ms * 1000000L }, NULL);
        waited_ms += step_ms;
    }
    lock->fd = fd;
    return 0;
}

void file_lock_release (struct file_lock *lock)
{
    memory_cleanup_close (&lock->fd);
    lock->fd = -1;
}

int file_read (const char *path, struct buffer *out, struct error *err)
{
    AUTOCLOSE int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return error_set (err, errno == ENOENT ? ERROR_FILE_ABSENT : ERROR_FILE_FAILED, "cannot open %s: %s", path,
                          strerror (errno));
    struct stat st;
    if (fstat (fd, &st) != 0)
        return error_set (err, ERROR_FILE_FAILED, "cannot look at %s: %s", path, strerror (errno));
    if (!S_ISREG (st.st_mode))
        return error_set (err, ERROR_FILE_FAILED, "%s is not a regular file", path);
    char chunk[4096];
    ssize_t n;
    do {
        n = read (fd, chunk, sizeof (chunk));
        if (n > 0)
            buffer_append (out, chunk, (size_t)n);
    } while ((n > 0 && !out->failed) || (n < 0 && errno == EINTR));
    int saved = errno;
    explicit_bzero (chunk, sizeof (chunk));
    if (n < 0)
        return error_set (err, ERROR_FILE_FAILED, "cannot read %s: %s", path, strerror (saved));
    if (out->failed)
        return error_set (err, ERROR_FILE_FAILED, "%s is larger than %zu bytes", path, out->ceiling);
    return 0;
}

static void sync_folder (const char *folder)
{
    /* Some file systems refuse to sync a folder; the data itself is on the disk by then. */
    AUTOCLOSE int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        (void)fsync (fd);
}

/* Write data to a fresh file of that name, with mode and, where st is given, its owner; synced and closed. */
static int write_fresh (const char *name, const void *data, size_t len, mode_t mode, const struct stat *st,
                        struct error *err)
{
    if (unlink (name) != 0 && errno != ENOENT)
        return error_set (err, ERROR_FILE_FAILED, "cannot remove %s: %s", name, strerror (errno));
    int fd = open (name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return error_set (err, ERROR_FILE_FAILED, "cannot make %s: %s", name, strerror (errno));
    bool owned = st == NULL || (st->st_uid == geteuid () && st->st_gid == getegid ())
                 || fchown (fd, st->st_uid, st->st_gid) == 0;
    bool good = owned && fchmod (fd, mode) == 0 && file_write_all (fd, data, len) == 0 && fsync (fd) == 0;
    int saved = errno;
    if (close (fd) != 0 && good) {
        saved = errno;
        good = false;
    }
    if (good)
        return 0;
    (void)unlink (name);
    errno = saved;
    return error_set (err, ERROR_FILE_FAILED, "cannot write %s: %s", name, strerror (saved));
}

static int put_content (int fd, const void *data, size_t len)
{
    if (lseek (fd, 0, SEEK_SET) < 0 || file_write_all (fd, data, len) != 0 || ftruncate (fd, (off_t)len) != 0)
        return -1;
    return fsync (fd);
}

/* The last resort for a file that cannot be renamed over: room for the longer of both contents is made first, so that a
 * full disk is met before anything is overwritten. */
static int rewrite_in_place (const char *path, const void *data, size_t len, struct error *err)
{
    AUTO (buffer) old;
    buffer_init (&old, (size_t)64 << 20);
    if (file_read (path, &old, err) != 0)
        return -1;
    AUTOCLOSE int fd = open (path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return error_set (err, ERROR_FILE_FAILED, "cannot write %s: %s", path, strerror (errno));
    int room = posix_fallocate (fd, 0, (off_t)(len > old.len ? len : old.len));
    if (room != 0 && room != EOPNOTSUPP && room != EINVAL) {
        if (ftruncate (fd, (off_t)old.len) != 0)
            return error_set (err, ERROR_FILE_FAILED, "cannot restore the length of %s: %s", path, strerror (errno));
        return error_set (err, ERROR_FILE_FAILED, "cannot write %s: %s", path, strerror (room));
    }
    if (put_content (fd, data, len) == 0)
        return 0;
    int saved = errno;
    if (put_content (fd, buffer_text (&old), old.len) != 0)
        return error_set (err, ERROR_FILE_FAILED, "cannot write %s: %s; its old content could not be put back", path,
                          strerror (saved));
    return error_set (err, ERROR_FILE_FAILED, "cannot write %s: %s", path, strerror (saved));
}

static bool must_stay_in_place (int code)
{
    return code == EBUSY || code == EXDEV;
}

int file_replace (const char *path, const void *data, size_t len, mode_t mode, struct error *err)
{
    AUTOFREE char *target = file_resolve (path, err);
    if (target == NULL)
        return -1;
    struct stat st;
    bool exists = stat (target, &st) == 0;
    if (!exists && errno != ENOENT)
        return error_set (err, ERROR_FILE_FAILED, "cannot look at %s: %s", target, strerror (errno));
    if (exists && !S_ISREG (st.st_mode))
        return error_set (err, ERROR_FILE_FAILED, "%s is not a regular file", target);
    if (exists && access (target, W_OK) != 0)
        return error_set (err, ERROR_FILE_FAILED, "cannot write %s: %s", target, strerror (errno));
    AUTOFREE char *folder = file_folder (target);
    AUTOFREE char *hidden = xasprintf (".%s.dpat-tmp", file_name (target));
    AUTOFREE char *temporary = file_join (folder, hidden);
    if (write_fresh (temporary, data, len, exists ? st.st_mode & 07777 : mode, exists ? &st : NULL, err) != 0)
        return -1;
    if (rename (temporary, target) == 0) {
        sync_folder (folder);
        return 0;
    }
    int saved = errno;
    int status = exists && must_stay_in_place (saved)
                     ? rewrite_in_place (target, data, len, err)
                     : error_set (err, ERROR_FILE_FAILED, "cannot replace %s: %s", target, strerror (saved));
    (void)unlink (temporary); /* no sooner: who is killed while writing in place leaves one whole copy */
    return status;
}

int file_create (const char *path, const void *data, size_t len, mode_t mode, struct error *err)
{
    AUTOFREE char *folder = file_folder (path);
    AUTOFREE char *hidden = xasprintf (".%s.%ld.dpat-tmp", file_name (path), (long)getpid ());
    AUTOFREE char *temporary = file_join (folder, hidden);
    if (write_fresh (temporary, data, len, mode, NULL, err) != 0)
        return -1;
    int status = 0;
    if (link (temporary, path) != 0)
        status = error_set (err, errno == EEXIST ? ERROR_FILE_EXISTS : ERROR_FILE_FAILED, "cannot make %s: %s", path,
                            strerror (errno));
    (void)unlink (temporary);
    sync_folder (folder);
    return status;
}

int file_make_folder (const char *path, struct error *err)
{
    AUTOFREE char *part = xstrdup (path);
    for (char *slash = part; slash != NULL;) {
        slash = strchr (slash + 1, '/');
        if (slash)
            *slash = '\0';
        if (part[0] != '\0' && mkdir (part, 0700) != 0 && errno != EEXIST && errno != EISDIR) {
            struct stat st;
            if (stat (part, &st) != 0 || !S_ISDIR (st.st_mode))
                return error_set (err, ERROR_FILE_FAILED, "cannot make the folder %s: %s", part, strerror (errno));
        }
        if (slash)
            *slash = '/';
    }
    struct stat st;
    if (stat (path, &st) != 0)
        return error_set (err, ERROR_FILE_FAILED, "cannot use the folder %s: %s", path, strerror (errno));
    if (!S_ISDIR (st.st_mode))
        return error_set (err, ERROR_FILE_FAILED, "%s is not a folder", path);
    return 0;
}

int file_check_private (const char *path, enum error_code code, struct error *err)
{
    struct stat st;
    if (stat (path, &st) != 0) {
        if (errno == ENOENT)
            return 0;
        return error_set (err, code, "cannot look at %s: %s", path, strerror (errno));
    }
    if (st.st_uid != geteuid ()) {
        error_set (err, code, "%s belongs to another user (uid %ld), not to you (uid %ld)", path, (long)st.st_uid,
                   (long)geteuid ());
        return error_hint (err, "use a place of your own, or correct its owner with chown");
    }
    if (st.st_mode & (S_IWGRP | S_IWOTH)) {
        error_set (err, code, "%s can be written by others (mode %04o)", path, (unsigned)(st.st_mode & 07777));
        return error_hint (err, "run: chmod go-w '%s'", path);
    }
    return 0;
}
