/* The key file: reading, making, deriving. */
#include "src/service/keys.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/file.h"
#include "src/base/memory.h"
#include "src/base/owner.h"

enum { KEY_ID_BYTES = 16 };

#define ID_LABEL "id "
#define KEY_LABEL "key "

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
    if (strncmp (*at, KEYS_REGISTRY_LABEL, strlen (KEYS_REGISTRY_LABEL)) != 0)
        return false;
    *at += strlen (KEYS_REGISTRY_LABEL);
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
    bool with_registry = strncmp (at, KEYS_FIRST_LINE_WITH_REGISTRY, strlen (KEYS_FIRST_LINE_WITH_REGISTRY)) == 0;
    if (strlen (at) != text->len || (!with_registry && strncmp (at, KEYS_FIRST_LINE, strlen (KEYS_FIRST_LINE)) != 0))
        return fail_invalid (path, "its first line is not \"dpat-key 1\" or \"dpat-key 2\"", err);
    at += strlen (KEYS_FIRST_LINE);
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
    if (!owner_is_own (path, st.st_uid) && st.st_uid != 0) {
        error_set (err, ERROR_KEY_INVALID, "the key file %s belongs to another user (uid %ld), not to you (uid %ld)",
                   path, (long)st.st_uid, (long)geteuid ());
        return error_hint (err, "run this as that user, or as root");
    }
    if ((st.st_mode & (S_IRWXG | S_IRWXO)) == 0)
        return file_check_trusted (path, ERROR_KEY_INVALID, err);
    error_set (err, ERROR_KEY_INVALID, "the key file %s is open to others (mode %04o)", path,
               (unsigned)(st.st_mode & 07777));
    return error_hint (err, "run: chmod 600 '%s'", path);
}

int keys_read (const char *path, struct keys *ret_keys, struct error *err)
{
    AUTO (acting) acting = owner_act_at (path);
    AUTO (buffer) text;
    buffer_init (&text, KEYS_FILE_MAX_BYTES);
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
    buffer_init (&text, KEYS_FILE_MAX_BYTES);
    if (crypto_random (id, sizeof (id), err) != 0 || crypto_random (master, sizeof (master), err) != 0)
        return -1;
    crypto_hex (id_hex, id, sizeof (id));
    crypto_hex (master_hex, master, sizeof (master));
    buffer_printf (&text, KEYS_FIRST_LINE ID_LABEL "%s\n" KEY_LABEL "%s\n", id_hex, master_hex);
    secret_wipe (master, sizeof (master));
    secret_wipe (master_hex, sizeof (master_hex));
    struct error why = ERROR_INIT;
    if (file_create (path, buffer_text (&text), text.len, 0600, &why) == 0 || why.code == ERROR_FILE_EXISTS)
        return 0;
    return fail_invalid (path, why.text, err);
}

int keys_make (const char *path, struct keys *ret_keys, struct error *err)
{
    AUTO (acting) acting = owner_act_at (path);
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

const struct registry_key *keys_signing (const struct keys *keys, int64_t now)
{
    const struct registry_key *found = NULL;
    for (size_t i = 0; i < keys->registry_count; i++)
        if (keys->registry[i].signs_from <= now || found == NULL)
            found = &keys->registry[i];
    return found;
}
