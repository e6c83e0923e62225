/* Having Docker keep its credentials in another store without losing those it has. */
#include "src/credentials/docker_move.h"

#include <stdlib.h>
#include <string.h>

#include "src/credentials/docker_file.h"
#include "src/credentials/helper.h"

static void item_release (struct docker_move_item *item)
{
    free (item->key);
    free (item->asked_by);
    credential_release (&item->credential);
}

void docker_move_list_release (struct docker_move_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        item_release (&list->items[i]);
    free (list->items);
    *list = (struct docker_move_list){ .items = NULL };
}

/* The helper whose credentials move; NULL: those in the file do. */
static const char *old_store (const struct docker_file *file, const char *new_store)
{
    const char *store = docker_file_store (file);
    return store && store[0] && strcmp (store, new_store) != 0 ? store : NULL;
}

/* By what docker asks for the entry of key: the host of a URL, but for Docker Hub's own. NULL when it does not, because
 * another entry is nearer. Owned. */
static char *find_asked_by (const struct docker_file *file, const char *key)
{
    if (strncmp (key, rules_docker.hub_key, strlen (rules_docker.hub_key)) == 0)
        return xstrdup (key);
    AUTOFREE char *host = docker_file_host_of (key);
    const char *asked_by = strcmp (host, "index.docker.io") == 0 ? rules_docker.hub_key : host;
    bool is_hidden = strcmp (asked_by, key) != 0 && docker_file_has_entry (file, asked_by);
    return is_hidden ? NULL : xstrdup (asked_by);
}

/* Whether docker asks the store for it, and not a helper of that host's own. */
static bool is_of_store (const struct docker_file *file, const char *asked_by)
{
    const char *store = docker_file_store (file);
    const char *helper = docker_file_helper (file, &rules_docker, asked_by);
    return store && store[0] ? helper && strcmp (helper, store) == 0 : helper == NULL;
}

/* What rests for an entry in the store whose credentials move. */
static int look (const struct docker_file *file, struct credentials *helper, const struct docker_move_item *item,
                 struct credential *ret_credential, bool *ret_found, struct error *err)
{
    *ret_found = false;
    if (!docker_file_has_entry (file, item->key) || !is_of_store (file, item->asked_by))
        return 0;
    if (helper)
        return credentials_get (helper, item->asked_by, ret_credential, ret_found, err);
    *ret_found = docker_file_get (file, &rules_docker, item->key, ret_credential);
    return 0;
}

static void free_keys (char **keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free (keys[i]);
    free (keys);
}

/* Open the helper whose credentials move; NULL in *ret_helper when it is the file. Owned. */
static int open_old_store (const struct docker_file *file, const char *new_store, struct credentials **ret_helper,
                           struct error *err)
{
    const char *name = old_store (file, new_store);
    *ret_helper = name ? helper_credentials (name, HELPER_TIMEOUT_MS, err) : NULL;
    return name && *ret_helper == NULL ? -1 : 0;
}

int docker_move_find (struct docker_config *config, const char *new_store, struct docker_move_list *ret_list,
                      struct error *err)
{
    AUTO (docker_file) file = { .lock = FILE_LOCK_INIT };
    AUTOPTR (credentials) helper = NULL;
    size_t count;
    if (docker_file_read (&file, docker_config_path (config), err) != 0
        || open_old_store (&file, new_store, &helper, err) != 0)
        return -1;
    char **keys = docker_file_keys (&file, &count);
    ret_list->items = xcalloc (count + 1, sizeof (*ret_list->items));
    for (size_t i = 0; i < count; i++) {
        struct docker_move_item item = { .key = xstrdup (keys[i]), .asked_by = find_asked_by (&file, keys[i]) };
        bool found = false;
        bool is_told = item.asked_by && look (&file, helper, &item, &item.credential, &found, NULL) == 0;
        if (found && item.credential.user[0] == '\0') /* no store can keep what that is */
            credential_release (&item.credential);
        if (found || (helper && item.asked_by && !is_told))
            ret_list->items[ret_list->count++] = item;
        else
            item_release (&item);
    }
    free_keys (keys, count);
    return 0;
}

static int check_unchanged (const struct docker_file *file, struct credentials *helper,
                            const struct docker_move_item *item, struct error *err)
{
    AUTO (credential) held = { .user = NULL };
    bool found;
    if (!item->is_wanted)
        return 0;
    if (look (file, helper, item, &held, &found, err) != 0)
        return -1;
    if (found && credential_equal (&held, &item->credential))
        return 0;
    error_set (err, ERROR_CREDENTIALS_FILE, "the credentials for %s were changed by another program meanwhile",
               item->key);
    return error_hint (err, "run the same again");
}

/* What does not move is still found: docker looks at credHelpers first. */
static void change_entry (struct docker_file *file, const struct docker_move_item *item, const char *old)
{
    if (!item->is_wanted) {
        docker_file_set_helper (file, item->asked_by, old ? old : "");
        return;
    }
    if (strcmp (item->key, item->asked_by) != 0)
        (void)docker_file_remove (file, item->key);
    docker_file_mark (file, item->asked_by);
}

/* Put one into the store. What that has already is never lost: where docker uses it, dpat's entry beside it goes, and
 * somebody else's stays as it is; where docker does not, the entry stays where docker finds it. */
static int put_one (bool is_in_use, struct credentials *store, struct docker_move_item *item, struct error *err)
{
    AUTO (credential) held = { .user = NULL };
    bool has_one;
    if (credentials_get (store, item->asked_by, &held, &has_one, err) != 0)
        return -1;
    if (has_one && !credential_equal (&held, &item->credential))
        item->is_wanted = is_in_use && item->is_ours;
    if (has_one)
        return 0;
    if (credentials_put (store, item->asked_by, &item->credential, err) != 0)
        return error_prefix (err, "the credentials for %s could not be moved", item->key);
    item->is_put = true;
    return 0;
}

static int put_all (const struct docker_file *file, bool is_in_use, struct credentials *helper,
                    struct credentials *store, struct docker_move_list *list, struct error *err)
{
    for (size_t i = 0; i < list->count; i++)
        if (check_unchanged (file, helper, &list->items[i], err) != 0)
            return -1;
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].is_wanted && put_one (is_in_use, store, &list->items[i], err) != 0)
            return -1;
    return 0;
}

static int take_out (struct credentials *store, const struct docker_move_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].is_put)
            (void)credentials_erase (store, list->items[i].asked_by, NULL);
    return -1;
}

int docker_move_run (struct docker_config *config, const char *new_store, struct credentials *store,
                     struct docker_move_list *list, struct error *err)
{
    AUTO (docker_file) file = { .lock = FILE_LOCK_INIT };
    AUTOPTR (credentials) helper = NULL;
    if (docker_file_edit (&file, docker_config_path (config), err) != 0
        || open_old_store (&file, new_store, &helper, err) != 0)
        return -1;
    const char *now = docker_file_store (&file);
    bool is_in_use = now && strcmp (now, new_store) == 0;
    AUTOFREE char *old = xstrdup (old_store (&file, new_store));
    if (put_all (&file, is_in_use, helper, store, list, err) != 0)
        return take_out (store, list);
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].is_wanted || !is_in_use)
            change_entry (&file, &list->items[i], old);
    docker_file_set_store (&file, new_store);
    if (docker_file_write (&file, err) != 0)
        return take_out (store, list);
    for (size_t i = 0; helper && i < list->count; i++) {
        struct docker_move_item *item = &list->items[i];
        item->is_left = item->is_wanted && credentials_erase (helper, item->asked_by, NULL) != 0;
    }
    return 0;
}
