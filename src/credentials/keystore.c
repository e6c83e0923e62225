/* ADAPTER of credentials.h: dpat's own sealed file. */
#include "src/credentials/keystore.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "src/credentials/keyring.h"
#include "src/credentials/seal.h"

enum { KEYSTORE_MAX_BYTES = 4 << 20, LOCK_TIMEOUT_MS = 10000, CONTENT_VERSION = 1 };

#define ENTRIES "entries"
#define SESSIONS "sessions" /* may be absent */

/* One part of what is in the file, as the port sees it. */
struct section {
    struct credentials credentials;
    struct keystore *keystore;
    const char *name;
};

struct keystore {
    struct section entries;
    struct section sessions;
    char *path;
    const struct passphrase_source *passphrases;
    bool has_key; /* of the header that was read last */
    struct seal_header header;
    unsigned char key[CRYPTO_KEY_SIZE];
};

/* What is in the file, and the lock while it is being changed. */
struct content {
    json_t *root;
    struct file_lock lock;
};

static void content_release (struct content *content)
{
    json_decref (content->root);
    file_lock_release (&content->lock);
}

#define CONTENT_INIT                                                                                                   \
    {                                                                                                                  \
        .root = NULL, .lock = FILE_LOCK_INIT                                                                           \
    }

/* The errors of files, with the code of a keystore. */
static int fail_file (const struct error *why, struct error *err)
{
    if (err)
        *err = *why;
    if (err && why->code != ERROR_FILE_LOCKED && why->code != ERROR_FILE_ABSENT && why->code != ERROR_FILE_EXISTS)
        err->code = ERROR_KEYSTORE;
    if (why->code != ERROR_FILE_ABSENT)
        return -1;
    error_set (err, ERROR_KEYSTORE, "there is no keystore");
    return error_hint (err, "make one: dpat keystore init");
}

static int read_file (const struct keystore *keystore, struct buffer *out, struct error *err)
{
    struct error why = ERROR_INIT;
    buffer_init (out, KEYSTORE_MAX_BYTES);
    if (file_check_private (keystore->path, ERROR_KEYSTORE, err) != 0)
        return -1;
    return file_read (keystore->path, out, &why) == 0 ? 0 : fail_file (&why, err);
}

static void forget_key (struct keystore *keystore)
{
    secret_wipe (keystore->key, sizeof (keystore->key));
    keystore->has_key = false;
}

static int derive_from_passphrase (struct keystore *keystore, struct error *err)
{
    AUTO (secret) passphrase = SECRET_INIT;
    if (keystore->passphrases->get (keystore->passphrases->context, &passphrase, err) != 0
        || seal_derive (&keystore->header, &passphrase, keystore->key, err) != 0)
        return -1;
    if (seal_key_fits (&keystore->header, keystore->key))
        return 0;
    forget_key (keystore);
    return error_set (err, ERROR_KEYSTORE_LOCKED, "the passphrase of the keystore is wrong");
}

/* The key of the header, from where it is to be had: as before, the keyring, a passphrase. */
static int find_key (struct keystore *keystore, struct error *err)
{
    char name[2 * SEAL_SALT_SIZE + 1];
    bool found;
    if (keystore->has_key && seal_key_fits (&keystore->header, keystore->key))
        return 0;
    seal_name (&keystore->header, name);
    keyring_get (name, keystore->key, &found);
    keystore->has_key = found && seal_key_fits (&keystore->header, keystore->key);
    if (!keystore->has_key && derive_from_passphrase (keystore, err) != 0)
        return -1;
    keystore->has_key = true;
    return 0;
}

static int parse (const struct keystore *keystore, const struct secret *text, struct content *content,
                  struct error *err)
{
    content->root = json_parse (secret_text (text), text->len, "the keystore", ERROR_KEYSTORE, err);
    if (content->root == NULL)
        return -1;
    if (json_get_integer (content->root, "version") != CONTENT_VERSION
        || !json_is_object (json_object_get (content->root, ENTRIES))
        || (json_object_get (content->root, SESSIONS) && !json_is_object (json_object_get (content->root, SESSIONS))))
        return error_set (err, ERROR_KEYSTORE, "what is in the keystore %s was written by another version of dpat",
                          keystore->path);
    return 0;
}

static int read_content (struct keystore *keystore, struct content *content, struct error *err)
{
    AUTO (buffer) data = { .data = NULL };
    AUTO (secret) text = SECRET_INIT;
    if (read_file (keystore, &data, err) != 0
        || seal_read_header (keystore->path, data.data, data.len, &keystore->header, err) != 0
        || find_key (keystore, err) != 0
        || seal_open (keystore->path, data.data, data.len, keystore->key, &text, err) != 0)
        return -1;
    return parse (keystore, &text, content, err);
}

/* Take the lock, then read: what is written afterwards is what was read, changed. */
static int edit_content (struct keystore *keystore, struct content *content, struct error *err)
{
    struct error why = ERROR_INIT;
    struct stat st;
    bool absent = stat (keystore->path, &st) != 0 && errno == ENOENT;
    if (!absent && file_lock_take (&content->lock, keystore->path, LOCK_TIMEOUT_MS, &why) != 0)
        return fail_file (&why, err);
    return read_content (keystore, content, err);
}

/* Seal content under the keystore's key into out. */
static int seal_content (const struct keystore *keystore, const json_t *root, struct buffer *out, struct error *err)
{
    AUTO (buffer) text;
    buffer_init (&text, KEYSTORE_MAX_BYTES);
    buffer_init (out, KEYSTORE_MAX_BYTES);
    json_write (&text, root);
    if (!text.failed && seal_make (&keystore->header, keystore->key, buffer_text (&text), text.len, out, err) != 0)
        return -1;
    return text.failed || out->failed ? error_set (err, ERROR_KEYSTORE, "the keystore would grow too large") : 0;
}

static int write_content (struct keystore *keystore, const json_t *root, struct error *err)
{
    AUTO (buffer) out = { .data = NULL };
    struct error why = ERROR_INIT;
    if (seal_content (keystore, root, &out, err) != 0)
        return -1;
    return file_replace (keystore->path, out.data, out.len, 0600, &why) == 0 ? 0 : fail_file (&why, err);
}

/* Returns whether there is such an entry. */
static bool get_entry (const json_t *entries, const char *key, struct credential *ret_credential)
{
    const json_t *entry = json_object_get (entries, key);
    const json_t *secret = json_object_get (entry, "secret");
    const char *user = json_get_string (entry, "user");
    if (user == NULL || !json_is_string (secret))
        return false;
    ret_credential->user = xstrdup (user);
    secret_set (&ret_credential->secret, json_string_value (secret), json_string_length (secret));
    return true;
}

static int keystore_get (struct credentials *credentials, const char *key, struct credential *ret_credential,
                         bool *ret_found, struct error *err)
{
    const struct section *section = (struct section *)credentials;
    __attribute__ ((cleanup (content_release))) struct content content = CONTENT_INIT;
    if (read_content (section->keystore, &content, err) != 0)
        return -1;
    *ret_found = get_entry (json_object_get (content.root, section->name), key, ret_credential);
    return 0;
}

static int keystore_put (struct credentials *credentials, const char *key, const struct credential *credential,
                         struct error *err)
{
    const struct section *section = (struct section *)credentials;
    __attribute__ ((cleanup (content_release))) struct content content = CONTENT_INIT;
    json_t *entry = json_object ();
    json_t *secret = json_stringn (credential->secret.data ? credential->secret.data : "", credential->secret.len);
    if (secret == NULL || text_count (key, strlen (key)) < 0) {
        json_decref (secret);
        json_decref (entry);
        return error_set (err, ERROR_KEYSTORE, "the credential is not UTF-8");
    }
    json_set_string (entry, "user", credential->user);
    json_set (entry, "secret", secret);
    if (edit_content (section->keystore, &content, err) != 0) {
        json_decref (entry);
        return -1;
    }
    if (json_object_get (content.root, section->name) == NULL)
        json_set (content.root, section->name, json_object ());
    if (json_equal (json_object_get (json_object_get (content.root, section->name), key), entry)) {
        json_decref (entry);
        return 0;
    }
    json_set (json_object_get (content.root, section->name), key, entry);
    return write_content (section->keystore, content.root, err);
}

static bool is_absent (const struct keystore *keystore)
{
    struct stat st;
    return lstat (keystore->path, &st) != 0 && errno == ENOENT;
}

/* Of an absent entry, or keystore, nothing is said, and nothing is written. */
static int keystore_erase (struct credentials *credentials, const char *key, struct error *err)
{
    const struct section *section = (struct section *)credentials;
    __attribute__ ((cleanup (content_release))) struct content content = CONTENT_INIT;
    if (is_absent (section->keystore))
        return 0;
    if (edit_content (section->keystore, &content, err) != 0)
        return -1;
    if (json_object_del (json_object_get (content.root, section->name), key) != 0)
        return 0;
    return write_content (section->keystore, content.root, err);
}

static void keystore_free_port (struct credentials *credentials)
{
    (void)credentials; /* it belongs to the keystore */
}

struct keystore *keystore_new (const char *folder, const struct passphrase_source *passphrases)
{
    static const struct credentials_ops ops = {
        .get = keystore_get, .put = keystore_put, .erase = keystore_erase, .free = keystore_free_port
    };
    struct keystore *keystore = xcalloc (1, sizeof (*keystore));
    keystore->entries = (struct section){ .credentials.ops = &ops, .keystore = keystore, .name = ENTRIES };
    keystore->sessions = (struct section){ .credentials.ops = &ops, .keystore = keystore, .name = SESSIONS };
    keystore->path = xasprintf ("%s/keystore", folder);
    keystore->passphrases = passphrases;
    return keystore;
}

void keystore_free (struct keystore *keystore)
{
    if (keystore == NULL)
        return;
    forget_key (keystore);
    free (keystore->path);
    free (keystore);
}

const char *keystore_path (const struct keystore *keystore)
{
    return keystore->path;
}

struct credentials *keystore_credentials (struct keystore *keystore)
{
    return &keystore->entries.credentials;
}

struct credentials *keystore_sessions (struct keystore *keystore)
{
    return &keystore->sessions.credentials;
}

int keystore_init (struct keystore *keystore, const struct secret *passphrase, struct error *err)
{
    AUTOFREE char *folder = file_folder (keystore->path);
    AUTO (buffer) out = { .data = NULL };
    struct error why = ERROR_INIT;
    struct stat st;
    if (lstat (keystore->path, &st) == 0) {
        error_set (err, ERROR_FILE_EXISTS, "there is a keystore already: %s", keystore->path);
        return error_hint (err, "change its passphrase with dpat keystore passphrase; to begin anew, move it away");
    }
    json_auto_t *root = json_object ();
    json_set (root, "version", json_integer (CONTENT_VERSION));
    json_set (root, ENTRIES, json_object ());
    if (seal_new (passphrase, &keystore->header, keystore->key, err) != 0
        || seal_content (keystore, root, &out, err) != 0)
        return -1;
    keystore->has_key = true;
    if (file_make_folder (folder, &why) != 0 || file_create (keystore->path, out.data, out.len, 0600, &why) != 0)
        return fail_file (&why, err);
    return 0;
}

int keystore_check (struct keystore *keystore, struct error *err)
{
    __attribute__ ((cleanup (content_release))) struct content content = CONTENT_INIT;
    return read_content (keystore, &content, err);
}

int keystore_check_write (struct keystore *keystore, struct error *err)
{
    struct error why = ERROR_INIT;
    if (keystore_check (keystore, err) != 0)
        return -1;
    return file_check_replace (keystore->path, LOCK_TIMEOUT_MS, &why) == 0 ? 0 : fail_file (&why, err);
}

int keystore_set_passphrase (struct keystore *keystore, const struct secret *passphrase, struct error *err)
{
    __attribute__ ((cleanup (content_release))) struct content content = CONTENT_INIT;
    char name[2 * SEAL_SALT_SIZE + 1];
    if (edit_content (keystore, &content, err) != 0)
        return -1;
    seal_name (&keystore->header, name);
    if (seal_new (passphrase, &keystore->header, keystore->key, err) != 0
        || write_content (keystore, content.root, err) != 0)
        return -1;
    (void)keyring_remove (name); /* it opens nothing any more */
    return 0;
}

int keystore_unlock (struct keystore *keystore, unsigned life_s, struct error *err)
{
    __attribute__ ((cleanup (content_release))) struct content content = CONTENT_INIT;
    char name[2 * SEAL_SALT_SIZE + 1];
    if (read_content (keystore, &content, err) != 0)
        return -1;
    seal_name (&keystore->header, name);
    return keyring_put (name, keystore->key, life_s, err);
}

/* Read the header alone; *ret_exists is false when there is no file. */
static int read_header (struct keystore *keystore, bool *ret_exists, struct error *err)
{
    AUTO (buffer) data = { .data = NULL };
    struct stat st;
    *ret_exists = stat (keystore->path, &st) == 0;
    if (!*ret_exists)
        return 0;
    if (read_file (keystore, &data, err) != 0)
        return -1;
    return seal_read_header (keystore->path, data.data, data.len, &keystore->header, err);
}

int keystore_lock (struct keystore *keystore, bool *ret_was, struct error *err)
{
    char name[2 * SEAL_SALT_SIZE + 1];
    bool exists;
    *ret_was = false;
    forget_key (keystore);
    if (read_header (keystore, &exists, err) != 0)
        return -1;
    if (!exists)
        return 0;
    seal_name (&keystore->header, name);
    *ret_was = keyring_remove (name);
    return 0;
}

int keystore_status (struct keystore *keystore, struct keystore_status *ret_status, struct error *err)
{
    char name[2 * SEAL_SALT_SIZE + 1];
    unsigned char key[CRYPTO_KEY_SIZE];
    *ret_status = (struct keystore_status){ .exists = false };
    if (read_header (keystore, &ret_status->exists, err) != 0 || !ret_status->exists)
        return ret_status->exists ? -1 : 0;
    seal_name (&keystore->header, name);
    keyring_get (name, key, &ret_status->unlocked);
    ret_status->unlocked = ret_status->unlocked && seal_key_fits (&keystore->header, key);
    secret_wipe (key, sizeof (key));
    return 0;
}

int keystore_erase_if (struct keystore *keystore, const char *key,
                       bool (*matches) (void *context, const struct credential *credential), void *context,
                       bool *ret_erased, struct error *err)
{
    __attribute__ ((cleanup (content_release))) struct content content = CONTENT_INIT;
    AUTO (credential) held = { .user = NULL };
    *ret_erased = false;
    if (is_absent (keystore))
        return 0;
    if (edit_content (keystore, &content, err) != 0)
        return -1;
    json_t *entries = json_object_get (content.root, ENTRIES);
    if (!get_entry (entries, key, &held) || !matches (context, &held))
        return 0;
    json_object_del (entries, key);
    if (write_content (keystore, content.root, err) != 0)
        return -1;
    *ret_erased = true;
    return 0;
}

int keystore_walk (struct keystore *keystore, int (*each) (void *context, const char *key, const char *user),
                   void *context, struct error *err)
{
    __attribute__ ((cleanup (content_release))) struct content content = CONTENT_INIT;
    const char *key;
    json_t *entry;
    if (read_content (keystore, &content, err) != 0)
        return -1;
    json_object_foreach (json_object_get (content.root, ENTRIES), key, entry)
    {
        const char *user = json_get_string (entry, "user");
        int status = user ? each (context, key, user) : 0;
        if (status != 0)
            return status;
    }
    return 0;
}
