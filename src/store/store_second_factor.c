/* The rows of second factors. */
#include "src/base/memory.h"
#include "src/store/store_private.h"

#define COLUMNS "account_id, sealed, enabled, recovery_mac, last_step, failures, locked_until_us, created_us"

struct second_factor_search {
    struct second_factor_row row;
    bool found;
};

static int take_first (void *context, const struct value *columns, size_t count)
{
    struct second_factor_search *search = context;
    struct second_factor_row *row = &search->row;
    (void)count;
    column_copy (row->account_id, sizeof (row->account_id), &columns[0]);
    row->sealed_len = columns[1].len < sizeof (row->sealed) ? columns[1].len : sizeof (row->sealed);
    memcpy (row->sealed, columns[1].bytes, row->sealed_len);
    row->enabled = columns[2].integer != 0;
    row->has_recovery = columns[3].kind == VALUE_BLOB && columns[3].len == sizeof (row->recovery_mac);
    if (row->has_recovery)
        memcpy (row->recovery_mac, columns[3].bytes, sizeof (row->recovery_mac));
    row->last_step = columns[4].integer;
    row->failures = columns[5].integer;
    row->locked_until_us = columns[6].integer;
    row->created_us = columns[7].integer;
    search->found = true;
    return 1;
}

int store_second_factor_get (struct store *store, const char *account_id, struct second_factor_row *ret_row,
                             bool *ret_found, struct error *err)
{
    const struct value values[] = { bind_text (account_id) };
    struct second_factor_search search = { .found = false };
    if (engine_run (store->engine, "SELECT " COLUMNS " FROM second_factor WHERE account_id = ?", values,
                    ARRAY_SIZE (values), take_first, &search, NULL, err)
        != 0)
        return -1;
    if (search.found)
        *ret_row = search.row;
    *ret_found = search.found;
    return 0;
}

int store_second_factor_put (struct store *store, const struct second_factor_row *row, struct error *err)
{
    const struct value none = { .kind = VALUE_NULL };
    const struct value values[] = {
        bind_text (row->account_id),
        bind_blob (row->sealed, row->sealed_len),
        bind_integer (row->enabled),
        row->has_recovery ? bind_blob (row->recovery_mac, sizeof (row->recovery_mac)) : none,
        bind_integer (row->last_step),
        bind_integer (row->failures),
        bind_time (row->locked_until_us),
        bind_integer (row->created_us)
    };
    return store_run (store,
                      "INSERT INTO second_factor (" COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                      " ON CONFLICT (account_id) DO UPDATE SET sealed = excluded.sealed, enabled = excluded.enabled,"
                      " recovery_mac = excluded.recovery_mac, last_step = excluded.last_step,"
                      " failures = excluded.failures, locked_until_us = excluded.locked_until_us,"
                      " created_us = excluded.created_us",
                      values, ARRAY_SIZE (values), err);
}

int store_second_factor_delete (struct store *store, const char *account_id, struct error *err)
{
    const struct value values[] = { bind_text (account_id) };
    return store_run (store, "DELETE FROM second_factor WHERE account_id = ?", values, ARRAY_SIZE (values), err);
}
