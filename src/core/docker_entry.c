/* An entry of Docker's or podman's credentials that dpat writes, remembers as its own, and takes away again. */
#include "src/core/docker_entry.h"

#include <string.h>

#include "src/base/memory.h"

int docker_entry_find_owner (const struct docker_entry *entry, enum docker_entry_owner *ret_owner, struct error *err)
{
    AUTO (credential) held = { .user = NULL };
    AUTOPTR (session_file) file = NULL;
    enum docker_holding holding;
    if (docker_config_look (entry->config, entry->registry, &held, &holding, err) != 0)
        return -1;
    *ret_owner = holding == DOCKER_HAS_NONE ? DOCKER_ENTRY_OURS : DOCKER_ENTRY_UNKNOWN;
    if (holding != DOCKER_HAS_ONE)
        return 0;
    if (session_file_open (entry->state_folder, &file, err) != 0)
        return -1;
    bool ours = session_file_is_ours (file, docker_config_path (entry->config), entry->registry, &held);
    *ret_owner = ours ? DOCKER_ENTRY_OURS : DOCKER_ENTRY_FOREIGN;
    return 0;
}

int docker_entry_check (const struct docker_entry *entry, struct error *err)
{
    return docker_config_check (entry->config, entry->registry, err) == 0
               ? session_file_check (entry->state_folder, err)
               : -1;
}

bool docker_entry_holds (const struct docker_entry *entry, const struct secret *secret)
{
    AUTO (credential) held = { .user = NULL };
    bool found;
    return docker_config_get (entry->config, entry->registry, &held, &found, NULL) == 0 && found
           && strcmp (held.user, entry->user) == 0 && secret_equal (&held.secret, secret);
}

int docker_entry_open (const struct docker_record *record, struct docker_config **ret_config, struct error *err)
{
    const struct docker_rules *rules = docker_rules_find (record->format);
    if (rules == NULL)
        return error_set (err, ERROR_STATE, "the entry for %s in %s is of a format that this dpat does not know: %s",
                          record->registry, record->path, record->format);
    return docker_config_open (rules, record->path, ret_config, err);
}

bool docker_entry_is_over (const struct docker_record *record, int64_t now)
{
    return record->ended || (record->automatic && record->expires_at != 0 && record->expires_at <= now);
}

bool docker_entry_has_expired (const char *state_folder, const char *registry, const struct credential *credential,
                               int64_t now)
{
    AUTOPTR (session_file) file = NULL;
    AUTO (docker_record_list) records = { .items = NULL };
    if (session_file_open (state_folder, &file, NULL) != 0)
        return false;
    session_file_list_docker (file, &records);
    for (size_t i = 0; i < records.count; i++)
        if (strcmp (records.items[i].registry, registry) == 0 && docker_entry_is_over (&records.items[i], now)
            && session_file_matches (file, &records.items[i], credential))
            return true;
    return false;
}

int docker_entry_put (const struct docker_entry *entry, const struct secret *secret,
                      const struct docker_entry_note *note, struct error *err)
{
    AUTO (credential) credential = { .user = xstrdup (entry->user) };
    secret_set (&credential.secret, secret->data, secret->len);
    AUTO (docker_record)
    record = { .registry = xstrdup (entry->registry),
               .path = xstrdup (docker_config_path (entry->config)),
               .format = xstrdup (docker_config_rules (entry->config)->name),
               .service = xstrdup (entry->service),
               .user = xstrdup (entry->user),
               .token_id = xstrdup (note->token_id),
               .automatic = note->automatic,
               .expires_at = note->expires_at };
    AUTOPTR (session_file) file = NULL;
    if (session_file_edit (entry->state_folder, &file, err) != 0
        || session_file_put_docker (file, &record, &credential, err) != 0 || session_file_save (file, err) != 0)
        return -1;
    int status = docker_config_put (entry->config, entry->registry, &credential, err);
    if (status != 0)
        session_file_revert (file);
    /* a record without its entry matches nothing and does no harm, so it may stay */
    if (status != 0 || session_file_settle_docker (file, &record))
        (void)session_file_save (file, NULL);
    return status;
}

/* A record, and the file that can tell whether the entry is still what it remembers. */
struct record_check {
    const struct session_file *file;
    const struct docker_record *record;
};

static bool is_still_ours (void *context, const struct credential *credential)
{
    const struct record_check *check = context;
    return session_file_matches (check->file, check->record, credential);
}

const char *docker_entry_found_in (const struct session_file *file, const struct docker_record *record,
                                   struct docker_config *config)
{
    struct record_check check = { .file = file, .record = record };
    return docker_config_found_in (config, record->registry, is_still_ours, &check);
}

/* What could not be taken away stays known as such. */
static int leave_one (struct session_file *file, const struct docker_record *record, const char *where,
                      struct error *err)
{
    AUTOFREE char *left = xasprintf ("%s in %s", record->registry, where);
    session_file_end_docker (file, record);
    error_detail_append (err, "left", left);
    return error_prefix (err, "what dpat stored for %s is still there", left);
}

int docker_entry_holds_token (const char *state_folder, const char *service, const char *token_id, const char *registry,
                              bool *ret_holds, struct error *err)
{
    AUTOPTR (session_file) file = NULL;
    AUTO (docker_record_list) records = { .items = NULL };
    if (session_file_open (state_folder, &file, err) != 0)
        return -1;
    session_file_list_docker (file, &records);
    *ret_holds = false;
    for (size_t i = 0; i < records.count && !*ret_holds; i++) {
        const struct docker_record *record = &records.items[i];
        AUTOPTR (docker_config) config = NULL;
        if (strcmp (record->service, service) != 0 || record->token_id == NULL
            || strcmp (record->token_id, token_id) != 0 || (registry && strcmp (record->registry, registry) != 0))
            continue;
        AUTO (credential) held = { .user = NULL };
        bool found;
        if (docker_entry_open (record, &config, err) != 0
            || docker_config_get (config, record->registry, &held, &found, err) != 0)
            return -1;
        *ret_holds = found && session_file_matches (file, record, &held);
    }
    return 0;
}

static int withdraw_one (struct session_file *file, const struct docker_record *record, bool *ret_erased,
                         struct error *err)
{
    AUTOPTR (docker_config) config = NULL;
    struct record_check check = { .file = file, .record = record };
    if (docker_entry_open (record, &config, err) != 0)
        return leave_one (file, record, record->path, err);
    if (docker_config_erase (config, record->registry, is_still_ours, &check, ret_erased, err) != 0)
        return leave_one (file, record, docker_config_stored_in (config, record->registry), err);
    session_file_remove_docker (file, record);
    return 0;
}

/* Which records are meant: those of service and user, those of a token of service, or the automatic ones of any service
 * that have expired. */
struct withdrawal {
    const char *service;
    const char *user;
    const char *token_id;
    int64_t now;
};

static bool is_meant (const struct withdrawal *withdrawal, const struct docker_record *record)
{
    if (withdrawal->service && strcmp (record->service, withdrawal->service) != 0)
        return false;
    if (withdrawal->user)
        return strcmp (record->user, withdrawal->user) == 0;
    if (withdrawal->token_id)
        return record->token_id && strcmp (record->token_id, withdrawal->token_id) == 0;
    return docker_entry_is_over (record, withdrawal->now);
}

static size_t count_meant (const struct withdrawal *withdrawal, const struct docker_record_list *records)
{
    size_t count = 0;
    for (size_t i = 0; i < records->count; i++)
        count += is_meant (withdrawal, &records->items[i]);
    return count;
}

/* The first failure is the error; of the others it tells what they left. */
static void add_failure (struct error *err, bool is_first, const struct error *why)
{
    if (err && is_first)
        *err = *why;
    for (size_t i = 0; err && !is_first && i < why->detail_count; i++)
        if (strcmp (why->details[i].key, "left") == 0)
            error_detail_append (err, "left", why->details[i].text);
}

static int withdraw (const char *state_folder, const struct withdrawal *withdrawal, size_t *ret_count,
                     struct error *err)
{
    AUTOPTR (session_file) file = NULL;
    AUTO (docker_record_list) records = { .items = NULL };
    if (session_file_open (state_folder, &file, err) != 0)
        return -1;
    session_file_list_docker (file, &records);
    if (count_meant (withdrawal, &records) == 0)
        return 0;
    session_file_free (file);
    file = NULL;
    docker_record_list_release (&records);
    if (session_file_edit (state_folder, &file, err) != 0)
        return -1;
    session_file_list_docker (file, &records);
    int status = 0;
    for (size_t i = 0; i < records.count; i++) {
        bool erased = false;
        struct error why = ERROR_INIT;
        if (is_meant (withdrawal, &records.items[i]) && withdraw_one (file, &records.items[i], &erased, &why) != 0) {
            add_failure (err, status == 0, &why);
            status = -1;
        }
        if (erased && ret_count)
            (*ret_count)++;
    }
    if (session_file_save (file, status == 0 ? err : NULL) != 0)
        status = -1;
    return status;
}

int docker_entry_withdraw (const char *state_folder, const char *service, const char *user, size_t *ret_count,
                           struct error *err)
{
    struct withdrawal withdrawal = { .service = service, .user = user };
    return withdraw (state_folder, &withdrawal, ret_count, err);
}

int docker_entry_withdraw_token (const char *state_folder, const char *service, const char *token_id, size_t *ret_count,
                                 struct error *err)
{
    struct withdrawal withdrawal = { .service = service, .token_id = token_id };
    return withdraw (state_folder, &withdrawal, ret_count, err);
}

int docker_entry_withdraw_expired (const char *state_folder, int64_t now, size_t *ret_count, struct error *err)
{
    struct withdrawal withdrawal = { .now = now };
    return withdraw (state_folder, &withdrawal, ret_count, err);
}
