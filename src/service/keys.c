/* The key file: reading, making, deriving. */
#include "src/service/keys.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/file.h"
#include "src/base/memory.h"
#include "src/base/signing_key.h"
#include "src/base/time.h"

enum { KEY_FILE_MAX_BYTES = 4096, KEY_ID_BYTES = 16, LOCK_TIMEOUT_MS = 5000 };

#define FIRST_LINE "dpat-key 1\n"
#define FIRST_LINE_WITH_REGISTRY "dpat-key 2\n"
#define ID_LABEL "id "
#define KEY_LABEL "key "
#define REGISTRY_LABEL "registry "

void keys_release (struct keys *keys)
{
    secret_wipe (keys, sizeof (*keys));
}

static int fail_invalid (const char *path, const char *why, struct error *err)
{
    error_set (err, ERROR_KEY_INVALID, "the key file %s cannot be used: %s", path, why);
    return error_hint (err, "put the right one back from the backup, or name it with --key-file");
}

/* Take "LABEL hex\n" off *at and decode the hex into out. */
static bool take_hex (const char **at, const char *label, void *out, size_t len)
{
    size_t label_len = strlen (label);
    if (strncmp (*at, label, label_len) != 0 || strcspn (*at + label_len, "\n") != 2 * len
        || (*at)[label_len + 2 * len] != '\n')
        return false;
    AUTO (secret) hex = SECRET_INIT;
    secret_set (&hex, *at + label_len, 2 * len);
    *at += label_len + 2 * len + 1;
    return crypto_hex_decode (out, len, hex.data) == 0;
}

static int derive (const unsigned char master[CRYPTO_KEY_SIZE], struct keys *keys, struct error *err)
{
    if (crypto_derive (master, "dpat token secret", keys->token_key, err) != 0
        || crypto_derive (master, "dpat second factor", keys->seal_key, err) != 0)
        return -1;
    return crypto_derive (master, "dpat session bearer", keys->bearer_key, err);
}

/* Take "registry SECONDS HEX\n" off *at. */
static bool take_registry_key (const char **at, struct registry_key *ret_key)
{
    if (strncmp (*at, REGISTRY_LABEL, strlen (REGISTRY_LABEL)) != 0)
        return false;
    *at += strlen (REGISTRY_LABEL);
    size_t digits = strspn (*at, "0123456789");
    if (digits == 0 || digits > 12)
        return false;
    *ret_key = (struct registry_key){ .len = strcspn (*at + digits, "\n") / 2 };
    for (size_t i = 0; i < digits; i++)
        ret_key->signs_from = ret_key->signs_from * 10 + (*at)[i] - '0';
    *at += digits;
    return ret_key->len > 0 && ret_key->len <= sizeof (ret_key->der) && take_hex (at, " ", ret_key->der, ret_key->len);
}

static bool take_registry_keys (const char **at, struct keys *keys)
{
    while (**at) {
        if (keys->registry_count == REGISTRY_KEYS_MAX || !take_registry_key (at, &keys->registry[keys->registry_count]))
            return false;
        keys->registry_count++;
    }
    return true;
}

static int parse (const char *path, const struct buffer *text, struct keys *ret_keys, struct error *err)
{
    unsigned char id[KEY_ID_BYTES];
    unsigned char master[CRYPTO_KEY_SIZE];
    const char *at = buffer_text (text);
    bool with_registry = strncmp (at, FIRST_LINE_WITH_REGISTRY, strlen (FIRST_LINE_WITH_REGISTRY)) == 0;
    if (strlen (at) != text->len || (!with_registry && strncmp (at, FIRST_LINE, strlen (FIRST_LINE)) != 0))
        return fail_invalid (path, "its first line is not \"dpat-key 1\" or \"dpat-key 2\"", err);
    at += strlen (FIRST_LINE);
    secret_wipe (ret_keys->registry, sizeof (ret_keys->registry));
    ret_keys->registry_count = 0;
    if (!take_hex (&at, ID_LABEL, id, sizeof (id)) || !take_hex (&at, KEY_LABEL, master, sizeof (master))
        || (with_registry && !take_registry_keys (&at, ret_keys)) || *at)
        return fail_invalid (path, "it is malformed", err);
    crypto_hex (ret_keys->id, id, sizeof (id));
    int status = derive (master, ret_keys, err);
    secret_wipe (master, sizeof (master));
    return status;
}

static int check_mode (const char *path, struct error *err)
{
    struct stat st;
    if (stat (path, &st) != 0)
        return 0; /* reading it tells why */
    if (st.st_uid != geteuid () && st.st_uid != 0)
        return fail_invalid (path, "it belongs to another user", err);
    if ((st.st_mode & (S_IRWXG | S_IRWXO)) == 0)
        return 0;
    error_set (err, ERROR_KEY_INVALID, "the key file %s is open to others (mode %04o)", path,
               (unsigned)(st.st_mode & 07777));
    return error_hint (err, "run: chmod 600 '%s'", path);
}

int keys_read (const char *path, struct keys *ret_keys, struct error *err)
{
    AUTO (buffer) text;
    buffer_init (&text, KEY_FILE_MAX_BYTES);
    struct error why = ERROR_INIT;
    if (check_mode (path, err) != 0)
        return -1;
    if (file_read (path, &text, &why) == 0)
        return parse (path, &text, ret_keys, err);
    if (why.code != ERROR_FILE_ABSENT)
        return fail_invalid (path, why.text, err);
    error_set (err, ERROR_KEY_MISSING, "the key file %s is not there", path);
    return error_hint (err, "put it back from the backup: without it no token of this store can be checked");
}

static int make (const char *path, struct error *err)
{
    unsigned char id[KEY_ID_BYTES];
    unsigned char master[CRYPTO_KEY_SIZE];
    char id_hex[2 * KEY_ID_BYTES + 1];
    char master_hex[2 * CRYPTO_KEY_SIZE + 1];
    AUTO (buffer) text;
    buffer_init (&text, KEY_FILE_MAX_BYTES);
    if (crypto_random (id, sizeof (id), err) != 0 || crypto_random (master, sizeof (master), err) != 0)
        return -1;
    crypto_hex (id_hex, id, sizeof (id));
    crypto_hex (master_hex, master, sizeof (master));
    buffer_printf (&text, FIRST_LINE ID_LABEL "%s\n" KEY_LABEL "%s\n", id_hex, master_hex);
    secret_wipe (master, sizeof (master));
    secret_wipe (master_hex, sizeof (master_hex));
    struct error why = ERROR_INIT;
    if (file_create (path, buffer_text (&text), text.len, 0600, &why) == 0 || why.code == ERROR_FILE_EXISTS)
        return 0;
    return fail_invalid (path, why.text, err);
}

int keys_make (const char *path, struct keys *ret_keys, struct error *err)
{
    AUTOFREE char *folder = file_folder (path);
    struct error why = ERROR_INIT;
    if (access (path, F_OK) != 0) {
        if (file_make_folder (folder, &why) != 0)
            return fail_invalid (path, why.text, err);
        if (make (path, err) != 0)
            return -1;
    }
    return keys_read (path, ret_keys, err);
}

/* The first three lines of the key file, as they stand there. */
static void copy_head (const char *text, struct buffer *out)
{
    const char *end = text;
    for (int line = 0; line < 3; line++)
        end += strcspn (end, "\n") + 1;
    buffer_puts (out, FIRST_LINE_WITH_REGISTRY);
    buffer_append (out, text + strlen (FIRST_LINE), (size_t)(end - text) - strlen (FIRST_LINE));
}

static void write_registry_key (const struct registry_key *key, struct buffer *out)
{
    char hex[2 * REGISTRY_KEY_MAX_BYTES + 1];
    crypto_hex (hex, key->der, key->len);
    buffer_printf (out, REGISTRY_LABEL "%lld %s\n", (long long)key->signs_from, hex);
    secret_wipe (hex, sizeof (hex));
}

/* Whether a token signed by the key at i may still be taken by a registry. */
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

/* Write the file with a new key behind those of keys that stay. */
static int append_registry_key (const char *path, const struct keys *keys, int64_t signs_from, int64_t now, bool alone,
                                struct error *err)
{
    AUTO (buffer) old;
    AUTO (buffer) new;
    AUTO (secret) der = SECRET_INIT;
    struct registry_key key = { .signs_from = signs_from };
    struct error why = ERROR_INIT;
    size_t kept = 0;
    buffer_init (&old, KEY_FILE_MAX_BYTES);
    buffer_init (&new, KEY_FILE_MAX_BYTES);
    if (signing_key_generate (&der, err) != 0)
        return -1;
    if (der.len > sizeof (key.der) || file_read (path, &old, &why) != 0)
        return fail_invalid (path, why.text, err);
    copy_head (buffer_text (&old), &new);
    for (size_t i = 0; i < keys->registry_count && !alone; i++)
        if (may_have_tokens (keys, i, now)) {
            write_registry_key (&keys->registry[i], &new);
            kept++;
        }
    if (kept == REGISTRY_KEYS_MAX)
        return error_set (err, ERROR_STATE_CONFLICT, "keys were rotated too often: tokens of %zu keys may still live",
                          kept);
    memcpy (key.der, der.data, der.len);
    key.len = der.len;
    write_registry_key (&key, &new);
    secret_wipe (&key, sizeof (key));
    if (file_replace (path, buffer_text (&new), new.len, 0600, &why) == 0)
        return 0;
    return fail_unwritable (path, why.text, err);
}

/* Under the lock of the key file: add a key, unless one is there and only the first one is wanted. */
static int add_registry_key (const char *path, int64_t signs_from, int64_t now, bool alone, bool only_first,
                             struct keys *ret_keys, struct error *err)
{
    char when[TIME_TEXT_SIZE];
    if (keys_read (path, ret_keys, err) != 0)
        return -1;
    size_t count = ret_keys->registry_count;
    if (only_first && count > 0)
        return 0;
    if (!alone && count > 0 && ret_keys->registry[count - 1].signs_from > now) {
        error_set (err, ERROR_STATE_CONFLICT, "a new key was made before, which signs from %s on",
                   time_format (ret_keys->registry[count - 1].signs_from, when));
        return error_hint (err, "wait until then; if a key is known to others: dpat registry keys rotate --now");
    }
    if (count == 0)
        signs_from = now; /* nobody waits for an older one */
    if (append_registry_key (path, ret_keys, signs_from, now, alone, err) != 0)
        return -1;
    return keys_read (path, ret_keys, err);
}

static int add_locked (const char *path, int64_t signs_from, int64_t now, bool alone, bool only_first,
                       struct keys *ret_keys, struct error *err)
{
    struct file_lock lock = FILE_LOCK_INIT;
    struct error why = ERROR_INIT;
    if (file_lock_take (&lock, path, LOCK_TIMEOUT_MS, &why) != 0)
        return fail_unwritable (path, why.text, err);
    int status = add_registry_key (path, signs_from, now, alone, only_first, ret_keys, err);
    file_lock_release (&lock);
    return status;
}

int keys_make_registry (const char *path, int64_t now, struct keys *ret_keys, struct error *err)
{
    if (keys_read (path, ret_keys, err) != 0)
        return -1;
    return ret_keys->registry_count > 0 ? 0 : add_locked (path, now, now, false, true, ret_keys, err);
}

int keys_rotate_registry (const char *path, int64_t signs_from, int64_t now, bool alone, struct keys *ret_keys,
                          struct error *err)
{
    return add_locked (path, signs_from, now, alone, false, ret_keys, err);
}

const struct registry_key *keys_signing (const struct keys *keys, int64_t now)
{
    const struct registry_key *found = NULL;
    for (size_t i = 0; i < keys->registry_count; i++)
        if (keys->registry[i].signs_from <= now || found == NULL)
            found = &keys->registry[i];
    return found;
}
