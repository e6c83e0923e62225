/* The key file: reading, making, deriving. */
#include "src/service/keys.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/file.h"
#include "src/base/memory.h"

enum { KEY_FILE_MAX_BYTES = 512, KEY_ID_BYTES = 16 };

#define FIRST_LINE "dpat-key 1\n"
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

static int parse (const char *path, const struct buffer *text, struct keys *ret_keys, struct error *err)
{
    unsigned char id[KEY_ID_BYTES];
    unsigned char master[CRYPTO_KEY_SIZE];
    const char *at = buffer_text (text);
    if (strlen (at) != text->len || strncmp (at, FIRST_LINE, strlen (FIRST_LINE)) != 0)
        return fail_invalid (path, "its first line is not \"dpat-key 1\"", err);
    at += strlen (FIRST_LINE);
    if (!take_hex (&at, ID_LABEL, id, sizeof (id)) || !take_hex (&at, KEY_LABEL, master, sizeof (master)) || *at)
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
