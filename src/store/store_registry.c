/* The rows of who may what in a registry: grants on namespaces, and public repositories. */
#include <stdlib.h>

#include "src/base/memory.h"
#include "src/store/store_private.h"

void grant_row_list_release (struct grant_row_list *list)
{
    free (list->items);
    *list = (struct grant_row_list){ .items = NULL };
}

void repository_list_release (struct repository_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free (list->names[i]);
    free (list->names);
    *list = (struct repository_list){ .names = NULL };
}

/* A right that is none of ours gives nothing. */
static enum namespace_right read_right (const struct value *column)
{
    AUTOFREE char *text = column_string (column);
    return text ? namespace_right_parse (text) : RIGHT_NONE;
}

int store_grant_put (struct store *store, const struct grant_row *row, bool *ret_changed, struct error *err)
{
    const struct value values[] = { bind_text (row->account_id), bind_text (row->namespace),
                                    bind_text (namespace_right_name (row->right)), bind_integer (row->created_us) };
    int64_t changed;
    if (engine_run (store->engine,
                    "INSERT INTO namespace_grant (account_id, namespace, access, created_us) VALUES (?, ?, ?, ?)"
                    " ON CONFLICT (account_id, namespace) DO UPDATE SET access = excluded.access,"
                    " created_us = excluded.created_us WHERE namespace_grant.access <> excluded.access",
                    values, ARRAY_SIZE (values), NULL, NULL, &changed, err)
        != 0)
        return -1;
    *ret_changed = changed > 0;
    return 0;
}

int store_grant_delete (struct store *store, const char *account_id, const char *namespace, bool *ret_deleted,
                        struct error *err)
{
    const struct value values[] = { bind_text (account_id), bind_text (namespace) };
    int64_t changed;
    if (engine_run (store->engine, "DELETE FROM namespace_grant WHERE account_id = ? AND namespace = ?", values,
                    ARRAY_SIZE (values), NULL, NULL, &changed, err)
        != 0)
        return -1;
    *ret_deleted = changed > 0;
    return 0;
}

static int take_grant (void *context, const struct value *columns, size_t count)
{
    struct grant_row_list *list = context;
    (void)count;
    list->items = xreallocarray (list->items, list->count + 1, sizeof (*list->items));
    struct grant_row *row = &list->items[list->count++];
    *row = (struct grant_row){ .right = read_right (&columns[3]), .created_us = columns[4].integer };
    column_copy (row->account_id, sizeof (row->account_id), &columns[0]);
    column_copy (row->account_name, sizeof (row->account_name), &columns[1]);
    column_copy (row->namespace, sizeof (row->namespace), &columns[2]);
    return 0;
}

#define SELECT_GRANTS(condition)                                                                                       \
    "SELECT g.account_id, a.name, g.namespace, g.access, g.created_us FROM namespace_grant g"                          \
    " JOIN account a ON a.id = g.account_id " condition " ORDER BY a.name, g.namespace"

int store_grant_list (struct store *store, const char *account_id, struct grant_row_list *ret_list, struct error *err)
{
    static const char of_all[] = SELECT_GRANTS ("");
    static const char of_account[] = SELECT_GRANTS ("WHERE g.account_id = ?");
    const struct value values[] = { bind_text (account_id) };
    return engine_run (store->engine, account_id ? of_account : of_all, values, account_id ? 1 : 0, take_grant,
                       ret_list, NULL, err);
}

static int take_right (void *context, const struct value *columns, size_t count)
{
    enum namespace_right *most = context;
    enum namespace_right right = read_right (&columns[0]);
    (void)count;
    *most = right > *most ? right : *most;
    return 0;
}

int store_grant_right (struct store *store, const char *account_id, const char *namespace,
                       enum namespace_right *ret_right, struct error *err)
{
    const struct value values[] = { bind_text (account_id), bind_text (namespace) };
    *ret_right = RIGHT_NONE;
    return engine_run (store->engine,
                       "SELECT access FROM namespace_grant WHERE account_id = ? AND namespace IN (?, '*')", values,
                       ARRAY_SIZE (values), take_right, ret_right, NULL, err);
}

int store_public_set (struct store *store, const char *repository, bool public, int64_t at_us, bool *ret_changed,
                      struct error *err)
{
    const struct value values[] = { bind_text (repository), bind_integer (at_us) };
    int64_t changed;
    int status = public ? engine_run (store->engine,
                                      "INSERT INTO public_repository (name, created_us) VALUES (?, ?)"
                                      " ON CONFLICT (name) DO NOTHING",
                                      values, 2, NULL, NULL, &changed, err)
                        : engine_run (store->engine, "DELETE FROM public_repository WHERE name = ?", values, 1, NULL,
                                      NULL, &changed, err);
    if (status == 0)
        *ret_changed = changed > 0;
    return status;
}

static int note_found (void *context, const struct value *columns, size_t count)
{
    (void)columns;
    (void)count;
    *(bool *)context = true;
    return 1;
}

int store_public_has (struct store *store, const char *repository, bool *ret_public, struct error *err)
{
    const struct value values[] = { bind_text (repository) };
    *ret_public = false;
    return engine_run (store->engine, "SELECT 1 FROM public_repository WHERE name = ?", values, ARRAY_SIZE (values),
                       note_found, ret_public, NULL, err);
}

static int take_name (void *context, const struct value *columns, size_t count)
{
    struct repository_list *list = context;
    (void)count;
    list->names = xreallocarray (list->names, list->count + 1, sizeof (*list->names));
    list->names[list->count++] = column_string (&columns[0]);
    return 0;
}

int store_public_list (struct store *store, struct repository_list *ret_list, struct error *err)
{
    return engine_run (store->engine, "SELECT name FROM public_repository ORDER BY name", NULL, 0, take_name, ret_list,
                       NULL, err);
}
