/* dpat's own file of sessions. */
#include "src/credentials/session_file.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/crypto.h"
#include "src/base/file.h"
#include "src/base/json.h"

enum { STATE_MAX_BYTES = 4 << 20, LOCK_TIMEOUT_MS = 5000, STATE_VERSION = 1 };

struct session_file {
    char *folder;
    char *path;
    json_t *root;
    json_t *as_read; /* when it is open for changing */
    struct file_lock lock;
};

void kept_session_release (struct kept_session *session)
{
    free (session->service);
    free (session->user);
    secret_release (&session->bearer);
    *session = (struct kept_session){ .service = NULL };
}

void kept_session_list_release (struct kept_session_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        kept_session_release (&list->items[i]);
    free (list->items);
    *list = (struct kept_session_list){ .items = NULL };
}

void docker_record_release (struct docker_record *record)
{
    free (record->registry);
    free (record->docker_folder);
    free (record->service);
    free (record->user);
    free (record->token_id);
    free (record->hash);
    *record = (struct docker_record){ .registry = NULL };
}

void docker_record_list_release (struct docker_record_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        docker_record_release (&list->items[i]);
    free (list->items);
    *list = (struct docker_record_list){ .items = NULL };
}

void saved_record_release (struct saved_record *record)
{
    free (record->key);
    free (record->service);
    free (record->token_id);
    *record = (struct saved_record){ .key = NULL };
}

void saved_record_list_release (struct saved_record_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        saved_record_release (&list->items[i]);
    free (list->items);
    *list = (struct saved_record_list){ .items = NULL };
}

static int fail (const char *path, const char *why, struct error *err)
{
    error_set (err, ERROR_STATE, "the file of sessions %s cannot be used: %s", path, why);
    return error_hint (err, "move it away and sign in again; dpat has left it as it is");
}

static int check_root (const struct session_file *file, struct error *err)
{
    if (!json_is_object (file->root))
        return fail (file->path, "it holds no JSON object", err);
    if (json_get_integer (file->root, "version") != STATE_VERSION)
        return fail (file->path, "it was written by another version of dpat", err);
    const char *hash_key = json_get_string (file->root, "hash_key");
    if (!json_is_array (json_object_get (file->root, "sessions"))
        || !json_is_array (json_object_get (file->root, "docker")) || json_get_string (file->root, "install_id") == NULL
        || hash_key == NULL || strlen (hash_key) != 2 * CRYPTO_KEY_SIZE)
        return fail (file->path, "a member is missing or of the wrong type", err);
    return 0;
}

/* A new document; install_id and hash_key are made when it is first written. */
static json_t *new_root (void)
{
    json_t *root = json_object ();
    json_set (root, "version", json_integer (STATE_VERSION));
    json_set_string (root, "install_id", "");
    json_set_string (root, "hash_key", "");
    json_set (root, "sessions", json_array ());
    json_set (root, "docker", json_array ());
    return root;
}

static int load (struct session_file *file, struct error *err)
{
    AUTO (buffer) text;
    buffer_init (&text, STATE_MAX_BYTES);
    struct error why = ERROR_INIT;
    if (file_check_private (file->folder, ERROR_STATE, err) != 0
        || file_check_private (file->path, ERROR_STATE, err) != 0)
        return -1;
    if (file_read (file->path, &text, &why) != 0) {
        if (why.code != ERROR_FILE_ABSENT)
            return fail (file->path, why.text, err);
        file->root = new_root ();
        return 0;
    }
    file->root = json_parse (buffer_text (&text), text.len, "it", ERROR_STATE, &why);
    return file->root ? check_root (file, err) : fail (file->path, why.text, err);
}

static struct session_file *new_file (const char *folder)
{
    struct session_file *file = xcalloc (1, sizeof (*file));
    file->folder = xstrdup (folder);
    file->path = xasprintf ("%s/sessions.json", folder);
    file->lock.fd = -1;
    return file;
}

int session_file_open (const char *folder, struct session_file **ret_file, struct error *err)
{
    AUTOPTR (session_file) file = new_file (folder);
    if (load (file, err) != 0)
        return -1;
    *ret_file = take (&file);
    return 0;
}

static int make_identity (struct session_file *file, struct error *err)
{
    char id[CRYPTO_UUID_SIZE];
    unsigned char key[CRYPTO_KEY_SIZE];
    char hex[2 * CRYPTO_KEY_SIZE + 1];
    if (session_file_install_id (file)[0])
        return 0;
    if (crypto_uuid (id, err) != 0 || crypto_random (key, sizeof (key), err) != 0)
        return -1;
    crypto_hex (hex, key, sizeof (key));
    json_set_string (file->root, "install_id", id);
    json_set_string (file->root, "hash_key", hex);
    secret_wipe (key, sizeof (key));
    secret_wipe (hex, sizeof (hex));
    return 0;
}

int session_file_edit (const char *folder, struct session_file **ret_file, struct error *err)
{
    AUTOPTR (session_file) file = new_file (folder);
    struct error why = ERROR_INIT;
    if (file_make_folder (folder, &why) != 0)
        return fail (file->path, why.text, err);
    if (file_check_private (folder, ERROR_STATE, err) != 0)
        return -1;
    if (file_lock_take (&file->lock, file->path, LOCK_TIMEOUT_MS, &why) != 0)
        return why.code == ERROR_FILE_LOCKED ? error_set (err, ERROR_FILE_LOCKED, "%s; try again", why.text)
                                             : fail (file->path, why.text, err);
    if (load (file, err) != 0 || make_identity (file, err) != 0)
        return -1;
    file->as_read = json_deep_copy (file->root);
    *ret_file = take (&file);
    return 0;
}

int session_file_save (struct session_file *file, struct error *err)
{
    AUTO (buffer) text;
    buffer_init (&text, STATE_MAX_BYTES);
    struct error why = ERROR_INIT;
    json_write_tabs (&text, file->root);
    buffer_puts (&text, "\n");
    if (text.failed)
        return fail (file->path, "it would grow too large", err);
    if (file_replace (file->path, buffer_text (&text), text.len, 0600, &why) != 0)
        return error_set (err, ERROR_STATE, "the session cannot be written: %s", why.text);
    return 0;
}

void session_file_revert (struct session_file *file)
{
    json_decref (file->root);
    file->root = json_deep_copy (file->as_read);
}

void session_file_free (struct session_file *file)
{
    if (file == NULL)
        return;
    file_lock_release (&file->lock);
    json_decref (file->root);
    json_decref (file->as_read);
    free (file->folder);
    free (file->path);
    free (file);
}

const char *session_file_install_id (const struct session_file *file)
{
    return json_get_string (file->root, "install_id");
}

static char *copy_string (const json_t *object, const char *key)
{
    const char *text = json_get_string (object, key);
    return xstrdup (text ? text : "");
}

static bool has_string (const json_t *object, const char *key, const char *value)
{
    const char *text = json_get_string (object, key);
    return text && strcmp (text, value) == 0;
}

/* The place of the element of array whose two members have these values, or its size. */
static size_t find (const json_t *array, const char *key, const char *value, const char *second_key,
                    const char *second_value)
{
    size_t i = 0;
    while (i < json_array_size (array)
           && !(has_string (json_array_get (array, i), key, value)
                && has_string (json_array_get (array, i), second_key, second_value)))
        i++;
    return i;
}

static json_t *sessions_of (const struct session_file *file)
{
    return json_object_get (file->root, "sessions");
}

static json_t *records_of (const struct session_file *file)
{
    return json_object_get (file->root, "docker");
}

const char *session_file_path (const struct session_file *file)
{
    return file->path;
}

bool session_file_wants_keystore (const struct session_file *file)
{
    return has_string (file->root, "bearers_in", "keystore");
}

void session_file_want_keystore (struct session_file *file, bool wanted)
{
    json_set_string (file->root, "bearers_in", wanted ? "keystore" : "file");
}

static struct kept_session read_session (const json_t *object)
{
    const char *bearer = json_get_string (object, "bearer");
    struct kept_session session = { .service = copy_string (object, "service"),
                                    .user = copy_string (object, "user"),
                                    .in_keystore = json_is_true (json_object_get (object, "in_keystore")),
                                    .expires_at = json_get_integer (object, "expires_at") };
    if (bearer && bearer[0])
        secret_set (&session.bearer, bearer, strlen (bearer));
    return session;
}

void session_file_get (const struct session_file *file, const char *service, const char *user,
                       struct kept_session *ret_session, bool *ret_found)
{
    const json_t *session =
        json_array_get (sessions_of (file), find (sessions_of (file), "service", service, "user", user));
    *ret_found = session != NULL;
    if (session)
        *ret_session = read_session (session);
}

void session_file_list (const struct session_file *file, struct kept_session_list *ret_list)
{
    const json_t *sessions = sessions_of (file);
    ret_list->count = json_array_size (sessions);
    ret_list->items = xcalloc (ret_list->count, sizeof (*ret_list->items));
    for (size_t i = 0; i < ret_list->count; i++)
        ret_list->items[i] = read_session (json_array_get (sessions, i));
}

void session_file_remove (struct session_file *file, const char *service, const char *user, bool *ret_removed)
{
    size_t i = find (sessions_of (file), "service", service, "user", user);
    bool found = i < json_array_size (sessions_of (file));
    if (found)
        json_array_remove (sessions_of (file), i);
    if (ret_removed)
        *ret_removed = found;
}

void session_file_put (struct session_file *file, const struct kept_session *session)
{
    session_file_remove (file, session->service, session->user, NULL);
    json_t *object = json_object ();
    json_set_string (object, "service", session->service);
    json_set_string (object, "user", session->user);
    if (session->bearer.data)
        json_set (object, "bearer", json_stringn (session->bearer.data, session->bearer.len));
    if (session->in_keystore)
        json_set (object, "in_keystore", json_true ());
    json_set (object, "expires_at", json_integer (session->expires_at));
    json_add (sessions_of (file), object);
}

/* A keyed hash of what was put into Docker's store: who reads this file cannot find the secret by guessing. */
static int hash (const struct session_file *file, const struct credential *credential,
                 char ret_hex[2 * CRYPTO_MAC_SIZE + 1], struct error *err)
{
    unsigned char key[CRYPTO_KEY_SIZE];
    unsigned char mac[CRYPTO_MAC_SIZE];
    AUTO (buffer) text;
    buffer_init (&text, STATE_MAX_BYTES);
    const char *hex = json_get_string (file->root, "hash_key");
    if (hex == NULL || crypto_hex_decode (key, sizeof (key), hex) != 0)
        return fail (file->path, "its hash key is damaged", err);
    buffer_puts (&text, credential->user);
    buffer_puts (&text, ":");
    buffer_append (&text, credential->secret.data, credential->secret.len);
    int status = crypto_hmac (key, sizeof (key), buffer_text (&text), text.len, mac, err);
    crypto_hex (ret_hex, mac, sizeof (mac));
    secret_wipe (key, sizeof (key));
    return status;
}

int session_file_put_docker (struct session_file *file, const struct docker_record *record,
                             const struct credential *credential, struct error *err)
{
    char hex[2 * CRYPTO_MAC_SIZE + 1];
    if (hash (file, credential, hex, err) != 0)
        return -1;
    const struct docker_record twin = { .docker_folder = record->docker_folder,
                                        .registry = record->registry,
                                        .hash = hex };
    session_file_remove_docker (file, &twin);
    json_t *object = json_object ();
    json_set_string (object, "registry", record->registry);
    json_set_string (object, "folder", record->docker_folder);
    json_set_string (object, "service", record->service);
    json_set_string (object, "user", record->user);
    json_set_string (object, "token_id", record->token_id);
    json_set (object, "automatic", json_boolean (record->automatic));
    json_set (object, "expires_at", json_integer (record->expires_at));
    json_set_string (object, "hash", hex);
    json_add (records_of (file), object);
    return 0;
}

static bool is_of_entry (const json_t *record, const char *docker_folder, const char *registry)
{
    return has_string (record, "folder", docker_folder) && has_string (record, "registry", registry);
}

bool session_file_settle_docker (struct session_file *file, const char *docker_folder, const char *registry)
{
    size_t seen = 0;
    for (size_t i = json_array_size (records_of (file)); i-- > 0;)
        if (is_of_entry (json_array_get (records_of (file), i), docker_folder, registry) && seen++ > 0)
            json_array_remove (records_of (file), i);
    return seen > 1;
}

void session_file_remove_docker (struct session_file *file, const struct docker_record *record)
{
    for (size_t i = json_array_size (records_of (file)); i-- > 0;) {
        const json_t *object = json_array_get (records_of (file), i);
        AUTOFREE char *known = copy_string (object, "hash");
        if (is_of_entry (object, record->docker_folder, record->registry) && strcmp (known, record->hash) == 0)
            json_array_remove (records_of (file), i);
    }
}

void session_file_list_docker (const struct session_file *file, struct docker_record_list *ret_list)
{
    const json_t *records = records_of (file);
    ret_list->items = xcalloc (json_array_size (records), sizeof (*ret_list->items));
    ret_list->count = json_array_size (records);
    for (size_t i = 0; i < ret_list->count; i++) {
        const json_t *object = json_array_get (records, i);
        ret_list->items[i] = (struct docker_record){ .registry = copy_string (object, "registry"),
                                                     .docker_folder = copy_string (object, "folder"),
                                                     .service = copy_string (object, "service"),
                                                     .user = copy_string (object, "user"),
                                                     .token_id = xstrdup (json_get_string (object, "token_id")),
                                                     .automatic = json_is_true (json_object_get (object, "automatic")),
                                                     .expires_at = json_get_integer (object, "expires_at"),
                                                     .hash = copy_string (object, "hash") };
    }
}

static bool is_hash_of (const struct session_file *file, const char *known, const struct credential *credential)
{
    char hex[2 * CRYPTO_MAC_SIZE + 1];
    return known && strlen (known) == 2 * CRYPTO_MAC_SIZE && hash (file, credential, hex, NULL) == 0
           && crypto_equal (known, hex, 2 * CRYPTO_MAC_SIZE);
}

bool session_file_matches (const struct session_file *file, const struct docker_record *record,
                           const struct credential *credential)
{
    return is_hash_of (file, record->hash, credential);
}

bool session_file_is_ours (const struct session_file *file, const char *docker_folder, const char *registry,
                           const struct credential *credential)
{
    AUTO (docker_record_list) records = { .items = NULL };
    bool ours = false;
    session_file_list_docker (file, &records);
    for (size_t i = 0; i < records.count && !ours; i++)
        ours = strcmp (records.items[i].docker_folder, docker_folder) == 0
               && strcmp (records.items[i].registry, registry) == 0
               && session_file_matches (file, &records.items[i], credential);
    return ours;
}

/* Absent in a file of before; NULL then. */
static json_t *saved_of (const struct session_file *file)
{
    return json_object_get (file->root, "saved");
}

static size_t find_saved (const struct session_file *file, const char *service, const char *token_id)
{
    return find (saved_of (file), "service", service, "token_id", token_id);
}

int session_file_put_saved (struct session_file *file, const struct saved_record *record,
                            const struct credential *credential, struct error *err)
{
    char hex[2 * CRYPTO_MAC_SIZE + 1];
    if (hash (file, credential, hex, err) != 0)
        return -1;
    session_file_remove_saved (file, record->service, record->token_id);
    if (saved_of (file) == NULL)
        json_set (file->root, "saved", json_array ());
    json_t *object = json_object ();
    json_set_string (object, "key", record->key);
    json_set_string (object, "service", record->service);
    json_set_string (object, "token_id", record->token_id);
    json_set (object, "deleted", json_boolean (record->deleted));
    json_set_string (object, "hash", hex);
    json_add (saved_of (file), object);
    return 0;
}

void session_file_mark_saved (struct session_file *file, const char *service, const char *token_id)
{
    json_t *record = json_array_get (saved_of (file), find_saved (file, service, token_id));
    if (record)
        json_set (record, "deleted", json_true ());
}

void session_file_remove_saved (struct session_file *file, const char *service, const char *token_id)
{
    size_t i = find_saved (file, service, token_id);
    if (i < json_array_size (saved_of (file)))
        json_array_remove (saved_of (file), i);
}

void session_file_list_saved (const struct session_file *file, struct saved_record_list *ret_list)
{
    const json_t *records = saved_of (file);
    ret_list->count = json_array_size (records);
    ret_list->items = xcalloc (ret_list->count, sizeof (*ret_list->items));
    for (size_t i = 0; i < ret_list->count; i++) {
        const json_t *object = json_array_get (records, i);
        ret_list->items[i] = (struct saved_record){ .key = copy_string (object, "key"),
                                                    .service = copy_string (object, "service"),
                                                    .token_id = copy_string (object, "token_id"),
                                                    .deleted = json_is_true (json_object_get (object, "deleted")) };
    }
}

bool session_file_is_saved (const struct session_file *file, const char *service, const char *token_id,
                            const struct credential *credential)
{
    const json_t *record = json_array_get (saved_of (file), find_saved (file, service, token_id));
    return is_hash_of (file, json_get_string (record, "hash"), credential);
}
