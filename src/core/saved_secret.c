/* A token's secret that is kept in the keystore on request, and goes when its token is deleted. */
#include "src/core/saved_secret.h"

#include <string.h>

#include "src/base/memory.h"
#include "src/credentials/records.h"

/* What was under that name before is no more. */
static void forget_replaced (struct session_file *file, const struct saved_record *record)
{
    AUTO (saved_record_list) records = { .items = NULL };
    session_file_list_saved (file, &records);
    for (size_t i = 0; i < records.count; i++)
        if (strcmp (records.items[i].key, record->key) == 0
            && (strcmp (records.items[i].token_id, record->token_id) != 0
                || strcmp (records.items[i].service, record->service) != 0))
            session_file_remove_saved (file, records.items[i].service, records.items[i].token_id);
}

char *saved_secret_key (const struct saved_place *place, const char *name)
{
    return xasprintf ("token:%s/%s/%s", place->service, place->user, name);
}

int saved_secret_put (const struct saved_place *place, const char *key, const char *token_id,
                      const struct secret *secret, struct error *err)
{
    AUTOPTR (session_file) file = NULL;
    AUTO (credential) credential = { .user = xstrdup (place->user) };
    AUTO (saved_record)
    record = { .key = xstrdup (key), .service = xstrdup (place->service), .token_id = xstrdup (token_id) };
    secret_set (&credential.secret, secret->data, secret->len);
    if (session_file_edit (place->state_folder, &file, err) != 0
        || session_file_put_saved (file, &record, &credential, err) != 0 || session_file_save (file, err) != 0)
        return -1;
    if (credentials_put (keystore_credentials (place->keystore), key, &credential, err) != 0) {
        session_file_remove_saved (file, record.service, record.token_id);
        (void)session_file_save (file, NULL); /* a record without its secret matches nothing and does no harm */
        return -1;
    }
    forget_replaced (file, &record);
    (void)session_file_save (file, NULL); /* nor does one whose secret was replaced */
    return 0;
}

int saved_secret_holds (const struct saved_place *place, const char *key, const char *token_id, bool *ret_holds,
                        struct error *err)
{
    AUTOPTR (session_file) file = NULL;
    AUTO (credential) held = { .user = NULL };
    bool found;
    if (session_file_open (place->state_folder, &file, err) != 0
        || credentials_get (keystore_credentials (place->keystore), key, &held, &found, err) != 0)
        return -1;
    *ret_holds = found && session_file_is_saved (file, place->service, token_id, &held);
    return 0;
}

/* A record, and the file that can tell whether what rests is still what it remembers. */
struct saved_check {
    const struct session_file *file;
    const struct saved_record *record;
};

static bool is_still_its (void *context, const struct credential *credential)
{
    const struct saved_check *check = context;
    return session_file_is_saved (check->file, check->record->service, check->record->token_id, credential);
}

/* The keystore may ask for its passphrase, and so the file of sessions is not locked meanwhile. */
static int withdraw (const struct saved_place *place, const struct session_file *seen,
                     const struct saved_record *record, struct error *err)
{
    AUTOPTR (session_file) file = NULL;
    struct saved_check check = { .file = seen, .record = record };
    bool erased;
    int status = keystore_erase_if (place->keystore, record->key, is_still_its, &check, &erased, err);
    if (status != 0 && record->deleted) /* that is known */
        return -1;
    if (session_file_edit (place->state_folder, &file, status == 0 ? err : NULL) != 0)
        return -1;
    if (status == 0)
        session_file_remove_saved (file, record->service, record->token_id);
    else
        session_file_mark_saved (file, record->service, record->token_id);
    return session_file_save (file, status == 0 ? err : NULL) == 0 ? status : -1;
}

int saved_secret_withdraw (const struct saved_place *place, const char *token_id, char **ret_key, struct error *err)
{
    AUTOPTR (session_file) file = NULL;
    AUTO (saved_record_list) records = { .items = NULL };
    if (session_file_open (place->state_folder, &file, err) != 0)
        return -1;
    session_file_list_saved (file, &records);
    for (size_t i = 0; i < records.count; i++) {
        const struct saved_record *record = &records.items[i];
        if (strcmp (record->service, place->service) != 0 || strcmp (record->token_id, token_id) != 0)
            continue;
        if (withdraw (place, file, record, err) == 0)
            return 0;
        *ret_key = xstrdup (record->key);
        return -1;
    }
    return 0;
}

int saved_secret_tidy (const struct saved_place *place, struct error *err)
{
    AUTOPTR (session_file) file = NULL;
    AUTO (saved_record_list) records = { .items = NULL };
    int status = 0;
    if (session_file_open (place->state_folder, &file, err) != 0)
        return -1;
    session_file_list_saved (file, &records);
    for (size_t i = 0; i < records.count; i++)
        if (records.items[i].deleted && withdraw (place, file, &records.items[i], status == 0 ? err : NULL) != 0)
            status = -1;
    return status;
}
