/* The lock beside a file; see file.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "src/base/file_private.h"
#include "src/base/memory.h"
#include "src/base/owner.h"

enum { LOCK_STEP_MS = 10 };

/* Whether the kernel's list of locks has such a line. */
static bool list_has (const char *id)
{
    char line[256];
    bool found = false;
    FILE *locks = fopen ("/proc/locks", "re");
    while (locks && !found && fgets (line, sizeof (line), locks))
        found = strstr (line, " FLOCK ") && strstr (line, id);
    if (locks)
        fclose (locks);
    return found;
}

/* Whether some process holds a flock(2) on that file, which we cannot open. A long list is read in parts, and a line
 * between them is missed when others come and go just then, so that it is read several times. */
static bool is_held (const struct stat *st)
{
    enum { LOOKS = 5 };
    AUTOFREE char *id = xasprintf (" %02x:%02x:%ju ", major (st->st_dev), minor (st->st_dev), (uintmax_t)st->st_ino);
    for (int look = 0; look < LOOKS; look++)
        if (list_has (id))
            return true;
    return false;
}

/* Take a lock file away that belongs to somebody else and is closed to us, as one that root once left in a user's
 * folder. Returns 0, or -1 with errno; EWOULDBLOCK when somebody holds it. */
static int remove_foreign (const char *name)
{
    struct stat st;
    if (lstat (name, &st) != 0)
        return errno == ENOENT ? 0 : -1;
    bool is_lock = S_ISREG (st.st_mode) && st.st_size == 0;
    errno = is_lock ? EWOULDBLOCK : EACCES;
    return !is_lock || is_held (&st) ? -1 : unlink (name);
}

/* Whoever may write the guarded file may lock it. A file that is no empty lock, or has a second name, is left as it
 * is: its owner could have it given away by root. */
static void open_to_writers (int fd, const char *target)
{
    struct stat guarded, st;
    bool same;
    if (stat (target, &guarded) != 0 || fstat (fd, &st) != 0 || !S_ISREG (st.st_mode) || st.st_nlink != 1
        || st.st_size != 0 || (st.st_uid != geteuid () && geteuid () != 0))
        return;
    if (st.st_uid != guarded.st_uid || st.st_gid != guarded.st_gid || ((st.st_mode ^ guarded.st_mode) & 07777))
        (void)file_become_like (fd, &guarded, &same);
}

static int open_any (const char *name)
{
    int fd = open (name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0) {
        AUTOFREE char *folder = file_folder (name);
        owner_give (fd, folder);
        return fd;
    }
    if (errno == EEXIST)
        fd = open (name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 && errno == EACCES) { /* flock(2) needs no right to write, but on some network file systems */
        fd = open (name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (fd < 0 && errno == ENOENT) /* there is none, and none can be made */
            errno = EACCES;
    }
    return fd;
}

/* The lock file, open; -1 with errno, EWOULDBLOCK when it should be tried again. */
static int open_lock (const char *name, const char *target)
{
    int fd = open_any (name);
    if (fd < 0 && errno == EACCES && remove_foreign (name) == 0)
        fd = open_any (name);
    if (fd < 0 && errno == ENOENT) { /* taken away at this moment, or there is no folder */
        AUTOFREE char *folder = file_folder (name);
        errno = access (folder, F_OK) == 0 ? EWOULDBLOCK : ENOENT;
    }
    if (fd >= 0)
        open_to_writers (fd, target);
    return fd;
}

/* Whether the name still leads to the file that is locked. */
static bool is_still (const char *name, int fd)
{
    struct stat named, locked;
    return lstat (name, &named) == 0 && fstat (fd, &locked) == 0 && named.st_dev == locked.st_dev
           && named.st_ino == locked.st_ino;
}

/* The lock, taken; -1 with errno. */
static int try_once (const char *name, const char *target)
{
    int fd = open_lock (name, target);
    if (fd < 0)
        return -1;
    int saved = EWOULDBLOCK;
    if (flock (fd, LOCK_EX | LOCK_NB) != 0)
        saved = errno;
    else if (is_still (name, fd))
        return fd;
    close (fd);
    errno = saved;
    return -1;
}

int file_lock_take (struct file_lock *lock, const char *path, int timeout_ms, struct error *err)
{
    AUTOFREE char *target = file_resolve (path, err);
    if (target == NULL)
        return -1;
    AUTOFREE char *name = xasprintf ("%s.lock", target);
    int fd;
    for (int waited_ms = 0; (fd = try_once (name, target)) < 0; waited_ms += LOCK_STEP_MS) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return error_set (err, ERROR_FILE_FAILED, "cannot make or lock the lock file %s: %s", name,
                              strerror (errno));
        if (waited_ms >= timeout_ms)
            return error_set (err, ERROR_FILE_LOCKED, "another process keeps %s locked", name);
        nanosleep (&(struct timespec){ .tv_nsec = LOCK_STEP_MS * 1000000L }, NULL);
    }
    lock->fd = fd;
    if (file_restore (target, err) == 0)
        return 0;
    file_lock_release (lock);
    return -1;
}

void file_lock_release (struct file_lock *lock)
{
    memory_cleanup_close (&lock->fd);
    lock->fd = -1;
}
