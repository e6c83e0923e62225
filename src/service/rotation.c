/* Rotating the keys for registry tokens: the store decides, and the key file follows (see key_change.h). */
#include <string.h>

#include "src/base/clock.h"
#include "src/base/memory.h"
#include "src/service/embedded_private.h"
#include "src/service/key_change.h"
#include "src/service/registry.h"

/* Whether the store has committed the change; the store cannot always be asked. */
static int is_decided (struct embedded *embedded, const struct key_change *change, bool *ret_decided, struct error *err)
{
    char id[SIGNING_KEY_ID_SIZE];
    if (store_registry_key (embedded->store, id, err) != 0)
        return -1;
    *ret_decided = strcmp (id, change->id) == 0;
    return 0;
}

int embedded_settle_keys (struct embedded *embedded, struct error *err)
{
    AUTO (key_change) change = KEY_CHANGE_INIT;
    AUTO (keys) keys = { .id = "" };
    bool found, decided;
    if (key_change_find (&change, embedded->key_path, &found, err) != 0)
        return -1;
    if (!found)
        return 0;
    if (is_decided (embedded, &change, &decided, err) != 0)
        return -1;
    if (!decided)
        key_change_drop (&change);
    else if (key_change_apply (&change, &keys, err) != 0)
        return -1;
    else
        embedded->keys = keys;
    return 0;
}

/* The commit of a change. One that failed may have taken place all the same, so the store is asked. */
static int commit (struct embedded *embedded, struct key_change *change, int status, struct error *err)
{
    struct error why = ERROR_INIT;
    bool decided = false;
    if (embedded_end (embedded, status, err) == 0)
        return 0;
    if (is_decided (embedded, change, &decided, &why) != 0) {
        error_hint (err, "it cannot be told whether the key was rotated; see: dpat registry keys");
        return -1;
    }
    if (decided)
        return 0;
    key_change_drop (change);
    return -1;
}

int registry_rotate (struct embedded *embedded, const struct caller *caller, int64_t signs_from, bool alone,
                     struct error *err)
{
    AUTO (key_change) change = KEY_CHANGE_INIT;
    int64_t now = clock_now_us () / 1000000;
    if (embedded_settle_keys (embedded, err) != 0
        || key_change_prepare (&change, embedded->key_path, signs_from, now, alone, err) != 0)
        return -1;
    int status = store_begin (embedded->store, err);
    if (status != 0) {
        key_change_drop (&change);
        return -1;
    }
    status = embedded_audit (embedded, caller, "operator", "registry_key_rotated", NULL, NULL,
                             alone ? "all others ended" : NULL, err);
    if (status == 0)
        status = store_set_registry_key (embedded->store, change.id, err);
    if (commit (embedded, &change, status, err) != 0)
        return -1;
    if (key_change_apply (&change, &embedded->keys, err) == 0)
        return 0;
    error_prefix (err, "the new key is decided, but not in use yet");
    return error_hint (err, "make the key file writable; the next dpat registry command puts the new key into it");
}
