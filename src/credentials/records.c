/* The records in dpat's file of sessions: what it wrote to the credentials of Docker or podman and saved in its
 * keystore. */
#include "src/credentials/records.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/crypto.h"
#include "src/base/json.h"
#include "src/credentials/session_file_private.h"

enum { CREDENTIAL_MAX_BYTES = 4 << 20 };

void docker_record_release (struct docker_record *record)
{
    free (record->registry);
    free (record->path);
    free (record->format);
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

static json_t *records_of (const struct session_file *file)
{
    return json_object_get (file->root, "docker");
}

/* A keyed hash of what was put into a store: who reads this file cannot find the secret by guessing. */
static int hash (const struct session_file *file, const struct credential *credential,
                 char ret_hex[2 * CRYPTO_MAC_SIZE + 1], struct error *err)
{
    unsigned char key[CRYPTO_KEY_SIZE];
    unsigned char mac[CRYPTO_MAC_SIZE];
    AUTO (buffer) text;
    buffer_init (&text, CREDENTIAL_MAX_BYTES);
    const char *hex = json_get_string (file->root, "hash_key");
    if (hex == NULL || crypto_hex_decode (key, sizeof (key), hex) != 0)
        return session_file_fail (file->path, "its hash key is damaged", err);
    buffer_puts (&text, credential->user);
    buffer_puts (&text, ":");
    buffer_append (&text, credential->secret.data, credential->secret.len);
    int status = crypto_hmac (key, sizeof (key), buffer_text (&text), text.len, mac, err);
    crypto_hex (ret_hex, mac, sizeof (mac));
    secret_wipe (key, sizeof (key));
    return status;
}

/* Records of old say neither which file of the folder nor whose rules: Docker's config.json. */
static struct docker_record read_record (const json_t *object)
{
    AUTOFREE char *folder = session_file_string (object, "folder");
    const char *name = json_get_string (object, "file");
    const char *format = json_get_string (object, "format");
    return (struct docker_record){ .registry = session_file_string (object, "registry"),
                                   .path = xasprintf ("%s/%s", strcmp (folder, "/") == 0 ? "" : folder,
                                                      name ? name : "config.json"),
                                   .format = xstrdup (format ? format : "docker"),
                                   .service = session_file_string (object, "service"),
                                   .user = session_file_string (object, "user"),
                                   .token_id = xstrdup (json_get_string (object, "token_id")),
                                   .automatic = json_is_true (json_object_get (object, "automatic")),
                                   .ended = json_is_true (json_object_get (object, "ended")),
                                   .expires_at = json_get_integer (object, "expires_at"),
                                   .hash = session_file_string (object, "hash") };
}

static bool is_same_entry (const struct docker_record *known, const struct docker_record *record)
{
    return strcmp (known->path, record->path) == 0 && strcmp (known->format, record->format) == 0
           && strcmp (known->registry, record->registry) == 0;
}

int session_file_put_docker (struct session_file *file, const struct docker_record *record,
                             const struct credential *credential, struct error *err)
{
    char hex[2 * CRYPTO_MAC_SIZE + 1];
    if (hash (file, credential, hex, err) != 0)
        return -1;
    struct docker_record twin = *record;
    twin.hash = hex;
    session_file_remove_docker (file, &twin);
    AUTOFREE char *folder = file_folder (record->path);
    json_t *object = json_object ();
    json_set_string (object, "registry", record->registry);
    json_set_string (object, "folder", folder);
    json_set_string (object, "file", strrchr (record->path, '/') + 1);
    json_set_string (object, "format", record->format);
    json_set_string (object, "service", record->service);
    json_set_string (object, "user", record->user);
    json_set_string (object, "token_id", record->token_id);
    json_set (object, "automatic", json_boolean (record->automatic));
    json_set (object, "expires_at", json_integer (record->expires_at));
    json_set_string (object, "hash", hex);
    json_add (records_of (file), object);
    return 0;
}

bool session_file_settle_docker (struct session_file *file, const struct docker_record *record)
{
    size_t seen = 0;
    for (size_t i = json_array_size (records_of (file)); i-- > 0;) {
        AUTO (docker_record) known = read_record (json_array_get (records_of (file), i));
        if (is_same_entry (&known, record) && seen++ > 0)
            json_array_remove (records_of (file), i);
    }
    return seen > 1;
}

void session_file_remove_docker (struct session_file *file, const struct docker_record *record)
{
    for (size_t i = json_array_size (records_of (file)); i-- > 0;) {
        AUTO (docker_record) known = read_record (json_array_get (records_of (file), i));
        if (is_same_entry (&known, record) && strcmp (known.hash, record->hash) == 0)
            json_array_remove (records_of (file), i);
    }
}

void session_file_end_docker (struct session_file *file, const struct docker_record *record)
{
    size_t i;
    json_t *object;
    json_array_foreach (records_of (file), i, object)
    {
        AUTO (docker_record) known = read_record (object);
        if (is_same_entry (&known, record) && strcmp (known.hash, record->hash) == 0)
            json_set (object, "ended", json_true ());
    }
}

void session_file_list_docker (const struct session_file *file, struct docker_record_list *ret_list)
{
    const json_t *records = records_of (file);
    ret_list->items = xcalloc (json_array_size (records), sizeof (*ret_list->items));
    ret_list->count = json_array_size (records);
    for (size_t i = 0; i < ret_list->count; i++)
        ret_list->items[i] = read_record (json_array_get (records, i));
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

bool session_file_is_ours (const struct session_file *file, const char *path, const char *registry,
                           const struct credential *credential)
{
    AUTO (docker_record_list) records = { .items = NULL };
    bool ours = false;
    session_file_list_docker (file, &records);
    for (size_t i = 0; i < records.count && !ours; i++)
        ours = strcmp (records.items[i].path, path) == 0 && strcmp (records.items[i].registry, registry) == 0
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
    return session_file_find (saved_of (file), "service", service, "token_id", token_id);
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
        ret_list->items[i] = (struct saved_record){ .key = session_file_string (object, "key"),
                                                    .service = session_file_string (object, "service"),
                                                    .token_id = session_file_string (object, "token_id"),
                                                    .deleted = json_is_true (json_object_get (object, "deleted")) };
    }
}

bool session_file_is_saved (const struct session_file *file, const char *service, const char *token_id,
                            const struct credential *credential)
{
    const json_t *record = json_array_get (saved_of (file), find_saved (file, service, token_id));
    return is_hash_of (file, json_get_string (record, "hash"), credential);
}
