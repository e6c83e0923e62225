/* Docker's config.json and podman's auth.json: reading and writing it without losing anything of it. */
#include "src/credentials/docker_file.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/crypto.h"
#include "src/base/json.h"

enum { CONFIG_MAX_BYTES = 16 << 20, LOCK_TIMEOUT_MS = 10000 };

#define IDENTITY_USER "<token>"

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

/* The member that docker would read for name: keys match exactly first, else in any case, as in Go. */
static const char *find_key (json_t *object, const char *name)
{
    const char *key;
    json_t *value;
    if (json_object_get (object, name))
        return name;
    json_object_foreach (object, key, value) if (strcasecmp (key, name) == 0) return key;
    return NULL;
}

static json_t *get_member (json_t *object, const char *name)
{
    const char *key = find_key (object, name);
    return key ? json_object_get (object, key) : NULL;
}

static int check_document (const struct docker_file *file, struct error *err)
{
    if (!json_is_object (file->root))
        return fail (file->path, "it holds no JSON object", err);
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
    const char *key;
    json_t *value;
    void *next;
    json_object_foreach_safe (file->root, next, key, value)
    {
        if (strcasecmp (key, "credsStore") == 0 && strcmp (key, "credsStore") != 0)
            json_object_del (file->root, key);
    }
    json_set_string (file->root, "credsStore", helper);
}

void docker_file_set_helper (struct docker_file *file, const char *host, const char *helper)
{
    const char *key = find_key (file->root, "credHelpers");
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
static char *reduce_to_host (const char *key)
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
    AUTOFREE char *wanted = reduce_to_host (key);
    json_object_foreach (auths, candidate, value)
    {
        AUTOFREE char *host = reduce_to_host (candidate);
        if (strcmp (host, wanted) == 0)
            return candidate;
    }
    return NULL;
}

/* "auth" is base64 of user:secret; the first colon divides, and docker cuts NUL bytes at the end. */
static int decode_auth (const char *auth, struct credential *ret_credential)
{
    AUTO (buffer) text;
    buffer_init (&text, 64 * 1024);
    if (crypto_base64_decode (&text, auth, strlen (auth)) != 0 || text.failed)
        return -1;
    const char *colon = memchr (buffer_text (&text), ':', text.len);
    if (colon == NULL || colon == text.data)
        return -1;
    size_t len = text.len - (size_t)(colon + 1 - text.data);
    while (len > 0 && colon[len] == '\0')
        len--;
    ret_credential->user = xstrndup (text.data, (size_t)(colon - text.data));
    secret_set (&ret_credential->secret, colon + 1, len);
    return 0;
}

static int read_entry (const struct docker_file *file, json_t *entry, struct credential *ret_credential,
                       bool *ret_found, struct error *err)
{
    const char *identity = json_get_string (entry, "identitytoken");
    const char *auth = json_get_string (entry, "auth");
    const char *user = json_get_string (entry, "username");
    const char *password = json_get_string (entry, "password");
    *ret_found = true;
    if (identity && identity[0]) {
        ret_credential->user = xstrdup (IDENTITY_USER);
        secret_set (&ret_credential->secret, identity, strlen (identity));
    } else if (auth && auth[0]) {
        if (decode_auth (auth, ret_credential) != 0)
            return fail (file->path, "an \"auth\" in it is not base64 of user:secret", err);
    } else if (user && password) {
        ret_credential->user = xstrdup (user);
        secret_set (&ret_credential->secret, password, strlen (password));
    } else
        *ret_found = false;
    return 0;
}

/* The object under "auths", made when it is not there. */
static json_t *make_auths (struct docker_file *file)
{
    const char *key = find_key (file->root, "auths");
    json_t *auths = key ? json_object_get (file->root, key) : NULL;
    if (json_is_object (auths))
        return auths;
    auths = json_object ();
    json_set (file->root, key ? key : "auths", auths);
    return auths;
}

/* The entry of key, made when it is not there; members that held credentials are taken out, all others stay. */
static json_t *clear_entry (struct docker_file *file, const char *key)
{
    static const char *const members[] = { "auth", "username", "password", "identitytoken", "registrytoken" };
    json_t *auths = make_auths (file);
    json_t *entry = json_object_get (auths, key);
    if (!json_is_object (entry)) {
        entry = json_object ();
        json_set (auths, key, entry);
    }
    for (size_t i = 0; i < ARRAY_SIZE (members); i++)
        json_object_del (entry, members[i]);
    return entry;
}

void docker_file_mark (struct docker_file *file, const char *key)
{
    json_set (make_auths (file), key, json_object ());
}

int docker_file_get (const struct docker_file *file, const struct docker_rules *rules, const char *key,
                     struct credential *ret_credential, bool *ret_found, struct error *err)
{
    json_t *auths = get_member (file->root, "auths");
    const char *found = find_entry (auths, rules, key);
    if (found)
        return read_entry (file, json_object_get (auths, found), ret_credential, ret_found, err);
    *ret_found = false;
    return 0;
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
    return docker_file_get (&file, store->rules, key, ret_credential, ret_found, err);
}

/* Whether the entry of key is already what it would become; docker then does not write either. */
static bool is_same (struct docker_file *file, const char *key, const struct credential *credential)
{
    AUTO (credential) held = { .user = NULL };
    bool found;
    json_t *entry = json_object_get (get_member (file->root, "auths"), key);
    return json_get_string (entry, "auth") && read_entry (file, entry, &held, &found, NULL) == 0 && found
           && strcmp (held.user, credential->user) == 0 && secret_equal (&held.secret, &credential->secret);
}

/* The same of the file as it is now, which need not be one that can be written. */
static bool holds (const struct docker_file_store *store, const char *key, const struct credential *credential)
{
    AUTO (docker_file) file = { .lock = FILE_LOCK_INIT };
    return docker_file_read (&file, store->path, NULL) == 0 && is_same (&file, key, credential);
}

/* Beside an identity token the password is empty; containers/image does not look at the token without this. */
static void encode_auth (struct buffer *auth, const struct credential *credential, bool is_identity)
{
    AUTO (buffer) text;
    buffer_init (&text, 64 * 1024);
    buffer_puts (&text, credential->user);
    buffer_puts (&text, ":");
    if (!is_identity)
        buffer_append (&text, credential->secret.data, credential->secret.len);
    crypto_base64 (auth, buffer_text (&text), text.len);
}

static int file_put (struct credentials *credentials, const char *key, const struct credential *credential,
                     struct error *err)
{
    const struct docker_file_store *store = (struct docker_file_store *)credentials;
    AUTO (docker_file) file = { .lock = FILE_LOCK_INIT };
    AUTO (buffer) auth;
    buffer_init (&auth, 128 * 1024);
    if (credential->user[0] == '\0' || strchr (credential->user, ':'))
        return error_set (err, ERROR_USAGE, "%s cannot keep a user name that is empty or has a colon",
                          store->rules->name);
    if (holds (store, key, credential))
        return 0;
    if (docker_file_edit (&file, store->path, err) != 0)
        return -1;
    json_t *entry = clear_entry (&file, key);
    bool is_identity = strcmp (credential->user, IDENTITY_USER) == 0;
    encode_auth (&auth, credential, is_identity);
    json_set (entry, "auth", json_stringn (buffer_text (&auth), auth.len));
    if (is_identity)
        json_set (entry, "identitytoken", json_stringn (credential->secret.data, credential->secret.len));
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
