/* The rows of accounts. */
#include <stdlib.h>

#include "src/base/memory.h"
#include "src/store/store_private.h"

#define ACCOUNT_COLUMNS "id, name, password_phc, disabled, created_us, password_us"

void account_row_release (struct account_row *row)
{
    free (row->password_phc);
    *row = (struct account_row){ .password_phc = NULL };
}

void account_row_list_release (struct account_row_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        account_row_release (&list->items[i]);
    free (list->items);
    *list = (struct account_row_list){ .items = NULL };
}

static void read_account (struct account_row *row, const struct value *columns)
{
    column_copy (row->id, sizeof (row->id), &columns[0]);
    column_copy (row->name, sizeof (row->name), &columns[1]);
    row->password_phc = column_string (&columns[2]);
    row->disabled = columns[3].integer != 0;
    row->created_us = columns[4].integer;
    row->password_us = columns[5].integer;
}

/* The first row of a result, and whether there was one. */
struct account_search {
    struct account_row row;
    bool found;
};

static int take_first (void *context, const struct value *columns, size_t count)
{
    struct account_search *search = context;
    (void)count;
    read_account (&search->row, columns);
    search->found = true;
    return 1;
}

static int take_each (void *context, const struct value *columns, size_t count)
{
    struct account_row_list *list = context;
    (void)count;
    list->items = xreallocarray (list->items, list->count + 1, sizeof (*list->items));
    read_account (&list->items[list->count++], columns);
    return 0;
}

int store_account_insert (struct store *store, const struct account_row *row, struct error *err)
{
    const struct value values[] = {
        bind_text (row->id),          bind_text (row->name),          bind_text (row->password_phc),
        bind_integer (row->disabled), bind_integer (row->created_us), bind_integer (row->password_us)
    };
    struct error why = ERROR_INIT;
    if (store_run (store, "INSERT INTO account (" ACCOUNT_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?)", values,
                   ARRAY_SIZE (values), &why)
        == 0)
        return 0;
    if (why.code == ERROR_STATE_CONFLICT)
        return error_set (err, ERROR_ACCOUNT_EXISTS, "an account named %s exists already", row->name);
    if (err)
        *err = why;
    return -1;
}

static int search_account (struct store *store, const char *sql, const char *key, struct account_row *ret_row,
                           bool *ret_found, struct error *err)
{
    const struct value values[] = { bind_text (key) };
    struct account_search search = { .found = false };
    if (engine_run (store->engine, sql, values, ARRAY_SIZE (values), take_first, &search, NULL, err) != 0)
        return -1;
    if (search.found)
        *ret_row = search.row;
    *ret_found = search.found;
    return 0;
}

int store_account_by_name (struct store *store, const char *name, struct account_row *ret_row, bool *ret_found,
                           struct error *err)
{
    return search_account (store, "SELECT " ACCOUNT_COLUMNS " FROM account WHERE name = ?", name, ret_row, ret_found,
                           err);
}

int store_account_by_id (struct store *store, const char *id, struct account_row *ret_row, bool *ret_found,
                         struct error *err)
{
    return search_account (store, "SELECT " ACCOUNT_COLUMNS " FROM account WHERE id = ?", id, ret_row, ret_found, err);
}

int store_account_list (struct store *store, struct account_row_list *ret_list, struct error *err)
{
    return engine_run (store->engine, "SELECT " ACCOUNT_COLUMNS " FROM account ORDER BY name", NULL, 0, take_each,
                       ret_list, NULL, err);
}

int store_account_set_password (struct store *store, const char *id, const char *phc, int64_t changed_us,
                                struct error *err)
{
    const struct value values[] = { bind_text (phc), bind_time (changed_us), bind_text (id) };
    return store_run (store, "UPDATE account SET password_phc = ?, password_us = coalesce(?, password_us) WHERE id = ?",
                      values, ARRAY_SIZE (values), err);
}

int store_account_set_disabled (struct store *store, const char *id, bool disabled, struct error *err)
{
    const struct value values[] = { bind_integer (disabled), bind_text (id) };
    return store_run (store, "UPDATE account SET disabled = ? WHERE id = ?", values, ARRAY_SIZE (values), err);
}

int store_account_delete (struct store *store, const char *id, struct error *err)
{
    const struct value values[] = { bind_text (id) };
    return store_run (store, "DELETE FROM account WHERE id = ?", values, ARRAY_SIZE (values), err);
}
