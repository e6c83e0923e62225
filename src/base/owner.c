/* Acting as the owner of a place, by the file system ids that Linux keeps for each thread. */
#include "src/base/owner.h"

#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/file.h"
#include "src/base/memory.h"

/* The nearest folder above path that there is. Owned. */
static char *find_folder (const char *path, struct stat *ret_st)
{
    char *folder = file_folder (path);
    while (stat (folder, ret_st) != 0 && strcmp (folder, "/") != 0 && strcmp (folder, ".") != 0) {
        char *above = file_folder (folder);
        free (folder);
        folder = above;
    }
    return folder;
}

/* Whether the owner can get there: not to a volume that is mounted in root's own home. */
static bool can_reach (struct owner owner, const char *folder)
{
    struct stat st;
    owner.is_reachable = true;
    AUTO (acting) acting = owner_act (&owner);
    return stat (folder, &st) == 0;
}

struct owner owner_of (const char *path)
{
    AUTOFREE char *current = geteuid () == 0 ? xstrdup (path) : NULL;
    for (int hops = 0; current && hops < FILE_LINKS_MAX; hops++) {
        struct stat folder = { .st_uid = 0 };
        struct stat file = { .st_mode = 0 };
        bool exists = lstat (current, &file) == 0;
        if (exists && file.st_uid == 0 && !S_ISLNK (file.st_mode))
            break;
        AUTOFREE char *above = find_folder (current, &folder);
        if (folder.st_uid != 0) {
            struct owner owner = { .is_other = true,
                                   .uid = folder.st_uid,
                                   .gid = exists && file.st_uid == folder.st_uid ? file.st_gid : folder.st_gid };
            owner.is_reachable = can_reach (owner, above);
            return owner;
        }
        char *next = exists && S_ISLNK (file.st_mode) ? file_follow (current) : NULL;
        free (current);
        current = next;
    }
    return (struct owner){ .is_other = false };
}

struct acting owner_act (const struct owner *owner)
{
    if (!owner->is_other || !owner->is_reachable)
        return (struct acting){ .is_other = false };
    /* the group first: the other way round root would have lost the right to */
    gid_t gid = (gid_t)setfsgid (owner->gid);
    uid_t uid = (uid_t)setfsuid (owner->uid);
    return (struct acting){ .is_other = true, .uid = uid, .gid = gid };
}

struct acting owner_act_at (const char *path)
{
    const struct owner owner = owner_of (path);
    return owner_act (&owner);
}

void acting_release (struct acting *acting)
{
    if (!acting->is_other)
        return;
    (void)setfsuid (acting->uid);
    (void)setfsgid (acting->gid);
}

void owner_give (int fd, const char *folder)
{
    struct stat st;
    if (geteuid () == 0 && fd >= 0 && stat (folder, &st) == 0 && st.st_uid != 0)
        (void)!fchown (fd, st.st_uid, st.st_gid); /* a root without that right stays the owner */
}

bool owner_is_own (const char *path, uid_t uid)
{
    const struct owner owner = owner_of (path);
    return uid == geteuid () || (owner.is_other && uid == owner.uid);
}
