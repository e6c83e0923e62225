/* Acting as the owner of a place: in another user's folder, root works with that user's rights to files. New files
 * there then belong to the user, as the user's own program needs them, and no link that the user put there leads root
 * to a file that the user may not touch. Only rights to files are given up, only in the calling thread, and only while
 * the scope lasts. */
#ifndef DPAT_BASE_OWNER_H
#define DPAT_BASE_OWNER_H

#include <stdbool.h>
#include <sys/types.h>

/* With whose rights a file is to be used. */
struct owner {
    bool is_other;     /* else as whoever we are, and the rest means nothing */
    bool is_reachable; /* else the owner cannot get there, so root goes on as root and gives away what it makes */
    uid_t uid;
    gid_t gid;
};

/* What owner_act gives back, for the end of the scope. */
struct acting {
    bool is_other;
    uid_t uid;
    gid_t gid;
};

/* When we are root: the owner of the nearest folder above path that there is; where that is root and path a symbolic
 * link, the same of what it leads to. A file that is there already and belongs to root is used as root. */
struct owner owner_of (const char *path);

/* Take on the owner's rights to files: AUTO (acting) as = owner_act (&owner); may be nested. */
struct acting owner_act (const struct owner *owner);

/* The same for the owner_of a path. */
struct acting owner_act_at (const char *path);

/* Take on again what owner_act replaced. */
void acting_release (struct acting *acting);

/* Give the open file or folder that root has just made in a folder to the owner and the group of that folder, where
 * they are not root. For other callers nothing is done. */
void owner_give (int fd, const char *folder);

/* Whether a file at path that belongs to uid is our own: we are uid, or root, who acts as uid there. */
bool owner_is_own (const char *path, uid_t uid);

#endif
