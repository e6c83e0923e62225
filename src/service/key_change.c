/* Changing the keys for registry tokens in the key file. */
#include "src/service/key_change.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/memory.h"
#include "src/base/owner.h"
#include "src/base/time.h"

enum { LOCK_TIMEOUT_MS = 5000 };

/* The first three lines of the key file, as they stand there. */
static void copy_head (const char *text, struct buffer *out)
{
    const char *end = text;
    for (int line = 0; line < 3; line++)
        end += strcspn (end, "\n") + 1;
    buffer_puts (out, KEYS_FIRST_LINE_WITH_REGISTRY);
    buffer_append (out, text + strlen (KEYS_FIRST_LINE), (size_t)(end - text) - strlen (KEYS_FIRST_LINE));
}

static void write_registry_key (const struct registry_key *key, struct buffer *out)
{
    char hex[2 * REGISTRY_KEY_MAX_BYTES + 1];
    crypto_hex (hex, key->der, key->len);
    buffer_printf (out, KEYS_REGISTRY_LABEL "%lld %s\n", (long long)key->signs_from, hex);
    secret_wipe (hex, sizeof (hex));
}

/* Whether a registry may still accept a token signed by the key at i. */
static bool may_have_tokens (const struct keys *keys, size_t i, int64_t now)
{
    return i + 1 == keys->registry_count
           || keys->registry[i + 1].signs_from + REGISTRY_LIFE_MAX_S + REGISTRY_LEEWAY_S > now;
}

static int fail_unwritable (const char *path, const char *why, struct error *err)
{
    error_set (err, ERROR_KEY_INVALID, "the key file %s cannot be given a key for registry tokens: %s", path, why);
    return error_hint (err, "run dpat registry keys rotate where it can be written, and put it back");
}

static int read_id (const struct registry_key *key, char ret_id[SIGNING_KEY_ID_SIZE], struct error *err)
{
    AUTOPTR (signing_key) held = signing_key_new (key->der, key->len, err);
    if (held == NULL)
        return -1;
    memcpy (ret_id, signing_key_id (held), SIGNING_KEY_ID_SIZE);
    return 0;
}

/* Append a key that is made now to the text of a key file. */
static int append_new_key (int64_t signs_from, struct buffer *out, char ret_id[SIGNING_KEY_ID_SIZE], struct error *err)
{
    AUTO (secret) der = SECRET_INIT;
    struct registry_key key = { .signs_from = signs_from };
    if (signing_key_generate (&der, err) != 0)
        return -1;
    if (der.len > sizeof (key.der))
        return error_set (err, ERROR_INTERNAL, "a new key is too long for the key file");
    memcpy (key.der, der.data, der.len);
    key.len = der.len;
    write_registry_key (&key, out);
    int status = read_id (&key, ret_id, err);
    secret_wipe (&key, sizeof (key));
    return status;
}

/* The key file with a new key behind those of keys that stay. */
static int write_content (struct key_change *change, const struct keys *keys, int64_t signs_from, int64_t now,
                          bool alone, struct error *err)
{
    AUTO (buffer) old;
    struct error why = ERROR_INIT;
    size_t kept = 0;
    buffer_init (&old, KEYS_FILE_MAX_BYTES);
    buffer_init (&change->content, KEYS_FILE_MAX_BYTES);
    if (file_read (change->path, &old, &why) != 0)
        return fail_unwritable (change->path, why.text, err);
    copy_head (buffer_text (&old), &change->content);
    for (size_t i = 0; i < keys->registry_count && !alone; i++)
        if (may_have_tokens (keys, i, now)) {
            write_registry_key (&keys->registry[i], &change->content);
            kept++;
        }
    if (kept == REGISTRY_KEYS_MAX)
        return error_set (err, ERROR_STATE_CONFLICT, "keys were rotated too often: tokens of %zu keys may still live",
                          kept);
    return append_new_key (signs_from, &change->content, change->id, err);
}

static int lock (struct key_change *change, const char *path, struct error *err)
{
    struct error why = ERROR_INIT;
    AUTOFREE char *target = file_resolve (path, &why);
    if (target == NULL || file_lock_take (&change->lock, path, LOCK_TIMEOUT_MS, &why) != 0)
        return fail_unwritable (path, why.text, err);
    change->path = xstrdup (path);
    change->next = xasprintf ("%s.next", target);
    return 0;
}

static int refuse_second_successor (const struct keys *keys, int64_t now, struct error *err)
{
    char when[TIME_TEXT_SIZE];
    if (keys->registry_count == 0 || keys->registry[keys->registry_count - 1].signs_from <= now)
        return 0;
    error_set (err, ERROR_STATE_CONFLICT, "a new key was made before, which signs from %s on",
               time_format (keys->registry[keys->registry_count - 1].signs_from, when));
    return error_hint (err, "wait until then; if a key is known to others: dpat registry keys rotate --now");
}

int key_change_prepare (struct key_change *change, const char *path, int64_t signs_from, int64_t now, bool alone,
                        struct error *err)
{
    AUTO (acting) acting = owner_act_at (path);
    AUTO (keys) keys = { .id = "" };
    struct error why = ERROR_INIT;
    if (lock (change, path, err) != 0 || keys_read (path, &keys, err) != 0
        || (!alone && refuse_second_successor (&keys, now, err) != 0))
        return -1;
    if (keys.registry_count == 0)
        signs_from = now; /* nobody waits for an older one */
    if (write_content (change, &keys, signs_from, now, alone, err) != 0)
        return -1;
    if (access (path, W_OK) != 0)
        return fail_unwritable (path, strerror (errno), err);
    if (file_replace (change->next, buffer_text (&change->content), change->content.len, 0600, &why) != 0)
        return fail_unwritable (path, why.text, err);
    return 0;
}

/* Another process may have finished it while we waited for the lock. */
static int read_next (struct key_change *change, bool *ret_found, struct error *err)
{
    AUTO (keys) keys = { .id = "" };
    struct error why = ERROR_INIT;
    buffer_init (&change->content, KEYS_FILE_MAX_BYTES);
    if (file_read (change->next, &change->content, &why) != 0)
        return why.code == ERROR_FILE_ABSENT ? 0 : error_set (err, ERROR_KEY_INVALID, "%s", why.text);
    if (keys_read (change->next, &keys, err) != 0)
        return -1;
    if (keys.registry_count == 0)
        return error_set (err, ERROR_KEY_INVALID, "%s has no key for registry tokens", change->next);
    *ret_found = true;
    return read_id (&keys.registry[keys.registry_count - 1], change->id, err);
}

int key_change_find (struct key_change *change, const char *path, bool *ret_found, struct error *err)
{
    AUTO (acting) acting = owner_act_at (path);
    AUTOFREE char *target = file_resolve (path, err);
    AUTOFREE char *next = target ? xasprintf ("%s.next", target) : NULL;
    *ret_found = false;
    if (next == NULL)
        return -1;
    if (access (next, F_OK) != 0)
        return 0;
    return lock (change, path, err) == 0 ? read_next (change, ret_found, err) : -1;
}

int key_change_apply (struct key_change *change, struct keys *ret_keys, struct error *err)
{
    AUTO (acting) acting = owner_act_at (change->path);
    struct error why = ERROR_INIT;
    if (file_replace (change->path, buffer_text (&change->content), change->content.len, 0600, &why) != 0)
        return fail_unwritable (change->path, why.text, err);
    key_change_drop (change);
    return keys_read (change->path, ret_keys, err);
}

void key_change_drop (struct key_change *change)
{
    AUTO (acting) acting = owner_act_at (change->path);
    (void)unlink (change->next); /* one that stays is dropped, or found to be done, by who opens the store next */
}

void key_change_release (struct key_change *change)
{
    file_lock_release (&change->lock);
    buffer_release (&change->content);
    free (change->path);
    free (change->next);
    *change = (struct key_change)KEY_CHANGE_INIT;
}

/* Only the file knows of the first key, so there is nothing to decide. */
int key_change_make_first (const char *path, int64_t now, struct keys *ret_keys, struct error *err)
{
    AUTO (acting) acting = owner_act_at (path);
    AUTO (key_change) change = KEY_CHANGE_INIT;
    struct error why = ERROR_INIT;
    if (keys_read (path, ret_keys, err) != 0)
        return -1;
    if (ret_keys->registry_count > 0)
        return 0;
    if (lock (&change, path, err) != 0 || keys_read (path, ret_keys, err) != 0)
        return -1;
    if (ret_keys->registry_count > 0)
        return 0;
    if (write_content (&change, ret_keys, now, now, false, err) != 0)
        return -1;
    if (file_replace (path, buffer_text (&change.content), change.content.len, 0600, &why) != 0)
        return fail_unwritable (path, why.text, err);
    return keys_read (path, ret_keys, err);
}
