/* dpat's own file of sessions. */
#include "src/credentials/session_file.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/crypto.h"
#include "src/base/json.h"
#include "src/credentials/session_file_private.h"

enum { STATE_MAX_BYTES = 4 << 20, LOCK_TIMEOUT_MS = 5000, STATE_VERSION = 1 };

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

int session_file_fail (const char *path, const char *why, struct error *err)
{
    error_set (err, ERROR_STATE, "the file of sessions %s cannot be used: %s", path, why);
    return error_hint (err, "move it away and sign in again; dpat has left it as it is");
}

/* A file that could not be read, locked or written for a reason that may have its own hint. */
static int fail_for (const char *path, const struct error *why, struct error *err)
{
    if (why->code == ERROR_FILE_LOCKED)
        return error_set (err, ERROR_FILE_LOCKED, "%s; try again", why->text);
    error_set (err, ERROR_STATE, "the file of sessions %s cannot be used: %s", path, why->text);
    return error_hint (err, "%s", why->hint[0] ? why->hint : FILE_HINT);
}

static int check_root (const struct session_file *file, struct error *err)
{
    if (!json_is_object (file->root))
        return session_file_fail (file->path, "it holds no JSON object", err);
    if (json_get_integer (file->root, "version") != STATE_VERSION)
        return session_file_fail (file->path, "it was written by another version of dpat", err);
    const char *hash_key = json_get_string (file->root, "hash_key");
    if (!json_is_array (json_object_get (file->root, "sessions"))
        || !json_is_array (json_object_get (file->root, "docker")) || json_get_string (file->root, "install_id") == NULL
        || hash_key == NULL || strlen (hash_key) != 2 * CRYPTO_KEY_SIZE)
        return session_file_fail (file->path, "a member is missing or of the wrong type", err);
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

static int no_folder (struct error *err)
{
    error_set (err, ERROR_CONFIG, "HOME is not set, so there is no place for the file of sessions");
    return error_hint (err, "set HOME, or DPAT_STATE_DIR");
}

static int load (struct session_file *file, struct error *err)
{
    AUTO (buffer) text;
    buffer_init (&text, STATE_MAX_BYTES);
    struct error why = ERROR_INIT;
    if (file->folder == NULL) {
        file->root = new_root ();
        return 0;
    }
    if (file_check_private (file->folder, ERROR_STATE, err) != 0
        || file_check_private (file->path, ERROR_STATE, err) != 0)
        return -1;
    if (file_read (file->path, &text, &why) != 0) {
        if (why.code != ERROR_FILE_ABSENT)
            return fail_for (file->path, &why, err);
        file->root = new_root ();
        return 0;
    }
    file->root = json_parse (buffer_text (&text), text.len, "it", ERROR_STATE, &why);
    return file->root ? check_root (file, err) : session_file_fail (file->path, why.text, err);
}

static struct session_file *new_file (const char *folder)
{
    struct session_file *file = xcalloc (1, sizeof (*file));
    file->folder = xstrdup (folder);
    file->path = xasprintf ("%s/sessions.json", folder ? folder : "");
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
    if (folder == NULL)
        return no_folder (err);
    if (file_make_folder (folder, &why) != 0)
        return fail_for (file->path, &why, err);
    if (file_check_private (folder, ERROR_STATE, err) != 0)
        return -1;
    if (file_lock_take (&file->lock, file->path, LOCK_TIMEOUT_MS, &why) != 0)
        return fail_for (file->path, &why, err);
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
        return session_file_fail (file->path, "it would grow too large", err);
    if (file_replace (file->path, buffer_text (&text), text.len, 0600, &why) != 0)
        return fail_for (file->path, &why, err);
    return 0;
}

int session_file_check (const char *folder, struct error *err)
{
    if (folder == NULL)
        return no_folder (err);
    AUTOFREE char *path = xasprintf ("%s/sessions.json", folder);
    struct error why = ERROR_INIT;
    if (file_check_private (folder, ERROR_STATE, err) != 0 || file_check_private (path, ERROR_STATE, err) != 0)
        return -1;
    return file_check_replace (path, LOCK_TIMEOUT_MS, &why) == 0 ? 0 : fail_for (path, &why, err);
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

char *session_file_string (const json_t *object, const char *key)
{
    const char *text = json_get_string (object, key);
    return xstrdup (text ? text : "");
}

static bool has_string (const json_t *object, const char *key, const char *value)
{
    const char *text = json_get_string (object, key);
    return text && strcmp (text, value) == 0;
}

size_t session_file_find (const json_t *array, const char *key, const char *value, const char *second_key,
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
    struct kept_session session = { .service = session_file_string (object, "service"),
                                    .user = session_file_string (object, "user"),
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
        json_array_get (sessions_of (file), session_file_find (sessions_of (file), "service", service, "user", user));
    if (session)
        *ret_session = read_session (session);
    *ret_found = session && ret_session->expires_at != 0;
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
    size_t i = session_file_find (sessions_of (file), "service", service, "user", user);
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
