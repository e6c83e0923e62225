/* Docker's config.json and podman's auth.json: reading and writing it without losing anything of it. */
#include "src/credentials/docker_file.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/json.h"
#include "src/credentials/docker_auth.h"
#include "src/credentials/docker_fault.h"
#include "src/credentials/go_json.h"

enum { CONFIG_MAX_BYTES = 16 << 20, LOCK_TIMEOUT_MS = 10000 };

static int fail (const char *path, const char *why, struct error *err)
{
    error_set (err, ERROR_CREDENTIALS_FILE, "%s cannot be used: %s", path, why);
    return error_hint (err, "correct the file or move it away; dpat has left it as it is");
}

/* As fail, of a file that could not be read, locked or written for a reason that may have its own hint. */
static int fail_for (const char *path, const struct error *why, struct error *err)
{
    error_set (err, ERROR_CREDENTIALS_FILE, "%s cannot be used: %s", path, why->text);
    return error_hint (err, "%s", why->hint[0] ? why->hint : FILE_HINT);
}

/* The one member of that name, once they are collapsed. */
static json_t *get_member (json_t *object, const char *name)
{
    const char *key = go_find_key (object, name);
    return key ? json_object_get (object, key) : NULL;
}

static int check_document (const struct docker_file *file, struct error *err)
{
    static const char *const names[] = { "auths", "credHelpers", "credsStore" };
    if (!json_is_object (file->root))
        return fail (file->path, "it holds no JSON object", err);
    for (size_t i = 0; i < ARRAY_SIZE (names); i++)
        go_collapse (file->root, names[i]);
    json_t *auths = get_member (file->root, "auths");
    json_t *helpers = get_member (file->root, "credHelpers");
    const json_t *store = get_member (file->root, "credsStore");
    if (auths && !json_is_object (auths) && !json_is_null (auths))
        return fail (file->path, "\"auths\" is no object", err);
    if (helpers && !json_is_object (helpers) && !json_is_null (helpers))
        return fail (file->path, "\"credHelpers\" is no object", err);
    if (store && !json_is_string (store) && !json_is_null (store))
        return fail (file->path, "\"credsStore\" is no string", err);
    return 0;
}

/* An empty file counts as an empty object, as it does for docker. */
static int parse (struct docker_file *file, const struct buffer *text, struct error *err)
{
    const char *content = buffer_text (text);
    struct error why = ERROR_INIT;
    if (text->len == 0 || strspn (content, " \t\r\n") == text->len) {
        file->root = json_object ();
        return 0;
    }
    if (strncmp (content, "\xef\xbb\xbf", 3) == 0)
        return fail (file->path, "it begins with a byte order mark", err);
    file->ended_with_newline = content[text->len - 1] == '\n';
    file->root = json_parse (content, text->len, "it", ERROR_CREDENTIALS_FILE, &why);
    return file->root ? check_document (file, err) : fail (file->path, why.text, err);
}

int docker_file_read (struct docker_file *file, const char *path, struct error *err)
{
    AUTO (buffer) text;
    buffer_init (&text, CONFIG_MAX_BYTES);
    struct error why = ERROR_INIT;
    file->path = xstrdup (path);
    if (file_read (path, &text, &why) != 0) {
        if (why.code != ERROR_FILE_ABSENT)
            return fail_for (path, &why, err);
        file->root = json_object ();
        return 0;
    }
    return parse (file, &text, err);
}

int docker_file_edit (struct docker_file *file, const char *path, struct error *err)
{
    AUTOFREE char *folder = file_folder (path);
    struct error why = ERROR_INIT;
    if (file_make_folder (folder, &why) != 0 || file_lock_take (&file->lock, path, LOCK_TIMEOUT_MS, &why) != 0) {
        if (why.code == ERROR_FILE_LOCKED) {
            if (err)
                *err = why;
            return -1;
        }
        return fail_for (path, &why, err);
    }
    if (docker_file_read (file, path, err) != 0)
        return -1;
    file->as_read = json_object_size (file->root) > 0 ? json_deep_copy (file->root) : NULL;
    return 0;
}

int docker_file_check (const char *path, struct error *err)
{
    struct error why = ERROR_INIT;
    if (file_check_replace (path, LOCK_TIMEOUT_MS, &why) == 0)
        return 0;
    if (why.code == ERROR_FILE_FAILED)
        return fail_for (path, &why, err);
    if (err)
        *err = why;
    return -1;
}

int docker_file_write (struct docker_file *file, struct error *err)
{
    AUTO (buffer) text;
    buffer_init (&text, CONFIG_MAX_BYTES);
    struct error why = ERROR_INIT;
    if (file->as_read && json_equal (file->root, file->as_read))
        return 0;
    json_write_tabs (&text, file->root);
    if (file->ended_with_newline)
        buffer_puts (&text, "\n");
    if (text.failed)
        return fail (file->path, "it would grow too large", err);
    if (file_replace (file->path, buffer_text (&text), text.len, 0600, &why) != 0)
        return fail_for (file->path, &why, err);
    return 0;
}

void docker_file_release (struct docker_file *file)
{
    file_lock_release (&file->lock);
    json_decref (file->root);
    json_decref (file->as_read);
    free (file->path);
    *file = (struct docker_file){ .lock = FILE_LOCK_INIT };
}

const char *docker_file_store (const struct docker_file *file)
{
    return json_string_value (get_member (file->root, "credsStore"));
}

/* docker itself writes "credsStore" and finds any case of letters; the one there is replaced. */
void docker_file_set_store (struct docker_file *file, const char *helper)
{
    const char *key = go_find_key (file->root, "credsStore");
    if (key && strcmp (key, "credsStore") != 0)
        go_remove (file->root, "credsStore");
    json_set_string (file->root, "credsStore", helper);
}

void docker_file_set_helper (struct docker_file *file, const char *host, const char *helper)
{
    const char *key = go_find_key (file->root, "credHelpers");
    json_t *helpers = key ? json_object_get (file->root, key) : NULL;
    if (!json_is_object (helpers)) {
        helpers = json_object ();
        json_set (file->root, key ? key : "credHelpers", helpers);
    }
    json_set_string (helpers, host, helper);
}

bool docker_file_has_auth (const struct docker_file *file)
{
    const char *store = docker_file_store (file);
    return (store && store[0]) || json_object_size (get_member (file->root, "credHelpers")) > 0
           || json_object_size (get_member (file->root, "auths")) > 0;
}

const char *docker_file_helper (const struct docker_file *file, const struct docker_rules *rules, const char *key)
{
    const char *helper = json_string_value (json_object_get (get_member (file->root, "credHelpers"), key));
    if (helper == NULL && rules->has_default_helper)
        helper = docker_file_store (file);
    bool means_file = helper && helper[0] == '\0' && rules->has_default_helper;
    return means_file ? NULL : helper;
}

/* "https://reg.example:5000/v2/" → "reg.example:5000": what docker compares when no key matches exactly. */
char *docker_file_host_of (const char *key)
{
    const char *host = strstr (key, "://");
    host = host ? host + 3 : key;
    return xstrndup (host, strcspn (host, "/"));
}

/* The key of the entry that the client would find for key, or NULL. Borrowed from auths, or key itself. */
static const char *find_entry (json_t *auths, const struct docker_rules *rules, const char *key)
{
    const char *candidate;
    json_t *value;
    if (json_object_get (auths, key))
        return key;
    if (!rules->finds_by_host)
        return NULL;
    AUTOFREE char *wanted = docker_file_host_of (key);
    json_object_foreach (auths, candidate, value)
    {
        AUTOFREE char *host = docker_file_host_of (candidate);
        if (strcmp (host, wanted) == 0)
            return candidate;
    }
    return NULL;
}

/* The object under "auths", made when it is not there. */
static json_t *make_auths (struct docker_file *file)
{
    const char *key = go_find_key (file->root, "auths");
    json_t *auths = key ? json_object_get (file->root, key) : NULL;
    if (json_is_object (auths))
        return auths;
    auths = json_object ();
    json_set (file->root, key ? key : "auths", auths);
    return auths;
}

/* The entry of key, made an object when it is none. */
static json_t *make_entry (struct docker_file *file, const char *key)
{
    json_t *auths = make_auths (file);
    json_t *entry = json_object_get (auths, key);
    if (json_is_object (entry))
        return entry;
    entry = json_object ();
    json_set (auths, key, entry);
    return entry;
}

void docker_file_mark (struct docker_file *file, const char *key)
{
    json_set (make_auths (file), key, json_object ());
}

bool docker_file_get (const struct docker_file *file, const struct docker_rules *rules, const char *key,
                      struct credential *ret_credential)
{
    json_t *auths = get_member (file->root, "auths");
    const char *found = find_entry (auths, rules, key);
    return found && docker_auth_read (json_object_get (auths, found), ret_credential);
}

int docker_file_check_readable (const struct docker_file *file, const char *key, struct error *err)
{
    return docker_fault_check (file->root, file->path, key, err);
}

bool docker_file_is_marked (const struct docker_file *file, const char *key)
{
    const json_t *entry = json_object_get (get_member (file->root, "auths"), key);
    return json_is_object (entry) && json_object_size (entry) == 0;
}

char **docker_file_keys (const struct docker_file *file, size_t *ret_count)
{
    json_t *auths = get_member (file->root, "auths");
    const char *key;
    json_t *value;
    char **keys = xcalloc (json_object_size (auths) + 1, sizeof (*keys));
    *ret_count = 0;
    json_object_foreach (auths, key, value) keys[(*ret_count)++] = xstrdup (key);
    return keys;
}

bool docker_file_has_entry (const struct docker_file *file, const char *key)
{
    return json_object_get (get_member (file->root, "auths"), key) != NULL;
}

bool docker_file_remove (struct docker_file *file, const char *key)
{
    return json_object_del (get_member (file->root, "auths"), key) == 0;
}

/* The adapter: every operation reads the file anew. */
struct docker_file_store {
    struct credentials credentials;
    const struct docker_rules *rules;
    char *path;
};

static int file_get (struct credentials *credentials, const char *key, struct credential *ret_credential,
                     bool *ret_found, struct error *err)
{
    const struct docker_file_store *store = (struct docker_file_store *)credentials;
    AUTO (docker_file) file = { .lock = FILE_LOCK_INIT };
    if (docker_file_read (&file, store->path, err) != 0)
        return -1;
    *ret_found = docker_file_get (&file, store->rules, key, ret_credential);
    return 0;
}

/* Whether the entry of key is already what it would become; docker then does not write either. */
static bool is_same (struct docker_file *file, const char *key, const struct credential *credential)
{
    AUTO (credential) held = { .user = NULL };
    json_t *entry = json_object_get (get_member (file->root, "auths"), key);
    return go_get_string (entry, "auth") && docker_auth_read (entry, &held) && credential_equal (&held, credential);
}

/* The same of the file as it is now, which need not be one that can be written. */
static bool holds (const struct docker_file_store *store, const char *key, const struct credential *credential)
{
    AUTO (docker_file) file = { .lock = FILE_LOCK_INIT };
    return docker_file_read (&file, store->path, NULL) == 0 && is_same (&file, key, credential);
}

static int file_put (struct credentials *credentials, const char *key, const struct credential *credential,
                     struct error *err)
{
    const struct docker_file_store *store = (struct docker_file_store *)credentials;
    AUTO (docker_file) file = { .lock = FILE_LOCK_INIT };
    if (credential->user[0] == '\0' || strchr (credential->user, ':'))
        return error_set (err, ERROR_USAGE, "%s cannot keep a user name that is empty or has a colon",
                          store->rules->name);
    if (holds (store, key, credential))
        return 0;
    if (docker_file_edit (&file, store->path, err) != 0)
        return -1;
    docker_auth_write (make_entry (&file, key), credential);
    return docker_file_write (&file, err);
}

static int file_erase (struct credentials *credentials, const char *key, struct error *err)
{
    const struct docker_file_store *store = (struct docker_file_store *)credentials;
    AUTO (docker_file) file = { .lock = FILE_LOCK_INIT };
    if (docker_file_edit (&file, store->path, err) != 0)
        return -1;
    return docker_file_remove (&file, key) ? docker_file_write (&file, err) : 0;
}

static void file_free (struct credentials *credentials)
{
    struct docker_file_store *store = (struct docker_file_store *)credentials;
    free (store->path);
    free (store);
}

struct credentials *docker_file_credentials (const struct docker_rules *rules, const char *path)
{
    static const struct credentials_ops ops = {
        .get = file_get, .put = file_put, .erase = file_erase, .free = file_free
    };
    struct docker_file_store *store = xmalloc (sizeof (*store));
    *store = (struct docker_file_store){ .credentials.ops = &ops, .rules = rules, .path = xstrdup (path) };
    return &store->credentials;
}
