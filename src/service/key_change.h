/* Changing the keys for registry tokens in the key file.
 *
 * A rotation is written down in the store as well, and of two writes one may fail, or be the last before the machine
 * stops. So the store decides: what the key file becomes is first written beside it ("KEY-FILE.next"), then the store
 * commits the id of the new key, then the key file is replaced. Whoever opens the store next and finds that file
 * finishes the change when the store has the id, and drops it when it has not. */
#ifndef DPAT_SERVICE_KEY_CHANGE_H
#define DPAT_SERVICE_KEY_CHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/buffer.h"
#include "src/base/file.h"
#include "src/base/signing_key.h"
#include "src/service/keys.h"

/* A change that is prepared; the key file is locked while it is held. Release with key_change_release. */
struct key_change {
    struct file_lock lock;
    char *path;                   /* owned; the key file */
    char *next;                   /* owned; the file beside it */
    struct buffer content;        /* what the key file becomes */
    char id[SIGNING_KEY_ID_SIZE]; /* of the key that it gets */
};

#define KEY_CHANGE_INIT                                                                                                \
    {                                                                                                                  \
        .lock = FILE_LOCK_INIT                                                                                         \
    }

/* Make a first key for registry tokens, which signs from now on, unless there is one, and read the file. */
int key_change_make_first (const char *path, int64_t now, struct keys *ret_keys, struct error *err);

/* Prepare a new key for registry tokens that signs from signs_from on; *change was KEY_CHANGE_INIT. Keys whose tokens
 * have all expired go; with alone all others go at once, and their tokens with them. The key file is as it was.
 * ERROR_STATE_CONFLICT when a key that was added before does not sign yet; ERROR_KEY_INVALID when the key file could
 * not be replaced. */
int key_change_prepare (struct key_change *change, const char *path, int64_t signs_from, int64_t now, bool alone,
                        struct error *err);

/* Find a change that a process prepared which is no more; *ret_found is false when there is none. */
int key_change_find (struct key_change *change, const char *path, bool *ret_found, struct error *err);

/* Replace the key file and read it. ERROR_KEY_INVALID when it cannot be written: the change then still waits. */
int key_change_apply (struct key_change *change, struct keys *ret_keys, struct error *err);

/* Give it up: the key file stays as it is. */
void key_change_drop (struct key_change *change);

/* Let go of the lock and free what it owns. */
void key_change_release (struct key_change *change);

#endif
