/* Small files and folders: paths, reading, making new ones, and whose they are. */
#include "src/base/file_private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/memory.h"
#include "src/base/owner.h"

char *file_folder (const char *path)
{
    const char *slash = strrchr (path, '/');
    if (slash == NULL)
        return xstrdup (".");
    return slash == path ? xstrdup ("/") : xstrndup (path, (size_t)(slash - path));
}

char *file_join (const char *folder, const char *name)
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

char *file_beside (const char *path, const char *suffix)
{
    AUTOFREE char *folder = file_folder (path);
    AUTOFREE char *name = xasprintf (".%s.%s", file_name (path), suffix);
    return file_join (folder, name);
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

int file_hint_owner (const char *path, struct error *err)
{
    struct stat st;
    AUTOFREE char *part = xstrdup (path);
    while (lstat (part, &st) != 0 && strcmp (part, "/") != 0 && strcmp (part, ".") != 0) {
        char *above = file_folder (part);
        free (part);
        part = above;
    }
    if (lstat (part, &st) != 0 || st.st_uid == geteuid () || geteuid () == 0)
        return -1;
    return error_hint (err, "if it is yours: sudo chown %s%ld '%s'", S_ISDIR (st.st_mode) ? "-R " : "",
                       (long)geteuid (), part);
}

int file_read_as_is (const char *path, struct buffer *out, struct error *err)
{
    AUTOCLOSE int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        int saved = errno;
        error_set (err, saved == ENOENT ? ERROR_FILE_ABSENT : ERROR_FILE_FAILED, "cannot open %s: %s", path,
                   strerror (saved));
        return saved == EACCES ? file_hint_owner (path, err) : -1;
    }
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

void file_sync_folder (const char *folder)
{
    /* Some file systems refuse to sync a folder; the data itself is on the disk by then. */
    AUTOCLOSE int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        (void)fsync (fd);
}

int file_become_like (int fd, const struct stat *like, bool *ret_same)
{
    struct stat st;
    if (fstat (fd, &st) != 0)
        return -1;
    bool owner_kept = st.st_uid == like->st_uid;
    bool group_kept = st.st_gid == like->st_gid;
    if (!(owner_kept && group_kept) && fchown (fd, like->st_uid, like->st_gid) == 0)
        owner_kept = group_kept = true;
    else if (!group_kept)
        group_kept = fchown (fd, (uid_t)-1, like->st_gid) == 0;
    mode_t mode = like->st_mode & 07777;
    *ret_same = owner_kept && (group_kept || (mode & S_IRWXG) == 0);
    return fchmod (fd, group_kept ? mode : mode & ~(mode_t)(S_IRWXG | S_ISUID | S_ISGID));
}

int file_write_fresh (const char *name, const void *data, size_t len, mode_t mode, const struct stat *like,
                      bool *ret_same, struct error *err)
{
    if (unlink (name) != 0 && errno != ENOENT)
        return error_set (err, ERROR_FILE_FAILED, "cannot remove %s: %s", name, strerror (errno));
    AUTOFREE char *folder = file_folder (name);
    int fd = open (name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return error_set (err, ERROR_FILE_FAILED, "cannot make %s: %s", name, strerror (errno));
    if (like == NULL)
        owner_give (fd, folder);
    bool good = (like ? file_become_like (fd, like, ret_same) : fchmod (fd, mode)) == 0
                && file_write_all (fd, data, len) == 0 && fsync (fd) == 0;
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

int file_create (const char *path, const void *data, size_t len, mode_t mode, struct error *err)
{
    AUTOFREE char *folder = file_folder (path);
    AUTOFREE char *suffix = xasprintf ("%ld.dpat-tmp", (long)getpid ());
    AUTOFREE char *temporary = file_beside (path, suffix);
    if (file_write_fresh (temporary, data, len, mode, NULL, NULL, err) != 0)
        return -1;
    int status = 0;
    if (link (temporary, path) != 0)
        status = error_set (err, errno == EEXIST ? ERROR_FILE_EXISTS : ERROR_FILE_FAILED, "cannot make %s: %s", path,
                            strerror (errno));
    (void)unlink (temporary);
    file_sync_folder (folder);
    return status;
}

/* One folder; 0 when it is there afterwards, else -1 with errno. */
static int make_one_folder (const char *path)
{
    struct stat st;
    AUTOFREE char *above = file_folder (path);
    if (mkdir (path, 0700) == 0) {
        AUTOCLOSE int fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        owner_give (fd, above);
        return 0;
    }
    int saved = errno;
    bool exists = stat (path, &st) == 0 && S_ISDIR (st.st_mode);
    errno = saved;
    return exists ? 0 : -1;
}

int file_make_folder (const char *path, struct error *err)
{
    AUTOFREE char *part = xstrdup (path);
    struct stat st;
    for (char *slash = part; slash != NULL;) {
        slash = strchr (slash + 1, '/');
        if (slash)
            *slash = '\0';
        if (part[0] != '\0' && make_one_folder (part) != 0)
            return error_set (err, ERROR_FILE_FAILED, "cannot make the folder %s: %s", part, strerror (errno));
        if (slash)
            *slash = '/';
    }
    if (stat (path, &st) != 0)
        return error_set (err, ERROR_FILE_FAILED, "cannot use the folder %s: %s", path, strerror (errno));
    if (!S_ISDIR (st.st_mode))
        return error_set (err, ERROR_FILE_FAILED, "%s is not a folder", path);
    return 0;
}

static int fail_open (const char *path, mode_t mode, enum error_code code, struct error *err)
{
    error_set (err, code, "%s can be written by everybody (mode %04o)", path, (unsigned)(mode & 07777));
    return error_hint (err, "see that nobody has changed anything there, then run: chmod o-w '%s'", path);
}

/* Whether everybody may replace what is in that folder. */
static int check_folder_of (const char *path, enum error_code code, struct error *err)
{
    AUTOFREE char *folder = file_folder (path);
    struct stat st;
    if (stat (folder, &st) != 0 || (st.st_mode & S_IWOTH) == 0 || (st.st_mode & S_ISVTX))
        return 0;
    return fail_open (folder, st.st_mode, code, err);
}

int file_check_trusted (const char *path, enum error_code code, struct error *err)
{
    AUTOFREE char *current = xstrdup (path);
    struct stat st;
    bool exists = stat (path, &st) == 0;
    if (exists && !S_ISREG (st.st_mode) && !S_ISDIR (st.st_mode))
        return 0;
    if (exists && (st.st_mode & S_IWOTH) && !(S_ISDIR (st.st_mode) && (st.st_mode & S_ISVTX)))
        return fail_open (path, st.st_mode, code, err);
    for (int links = 0; links <= FILE_LINKS_MAX; links++) {
        if (check_folder_of (current, code, err) != 0)
            return -1;
        char *next = file_follow (current);
        if (next == NULL)
            break;
        free (current);
        current = next;
    }
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
    if (!owner_is_own (path, st.st_uid)) {
        error_set (err, code, "%s belongs to another user (uid %ld), not to you (uid %ld)", path, (long)st.st_uid,
                   (long)geteuid ());
        return file_hint_owner (path, err);
    }
    if (st.st_mode & (S_IWGRP | S_IWOTH)) {
        error_set (err, code, "%s can be written by others (mode %04o)", path, (unsigned)(st.st_mode & 07777));
        return error_hint (err, "run: chmod go-w '%s'", path);
    }
    return file_check_trusted (path, code, err);
}
