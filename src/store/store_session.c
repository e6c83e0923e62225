/* The rows of sessions. */
#include "src/base/memory.h"
#include "src/store/store_private.h"

static const char *const kind_names[] = {
    [SESSION_PASSWORD] = "password", [SESSION_PAT] = "pat", [SESSION_OPERATOR] = "operator", [SESSION_CODE] = "code"
};

struct session_search {
    struct session_row row;
    bool found;
};

static int take_first (void *context, const struct value *columns, size_t count)
{
    struct session_search *search = context;
    char kind[16];
    (void)count;
    column_copy (search->row.id, sizeof (search->row.id), &columns[0]);
    column_copy (search->row.account_id, sizeof (search->row.account_id), &columns[1]);
    column_copy (kind, sizeof (kind), &columns[2]);
    column_copy (search->row.token_id, sizeof (search->row.token_id), &columns[3]);
    search->row.created_us = columns[4].integer;
    search->row.expires_us = columns[5].integer;
    /* A kind nobody knows counts as the one that may do least. */
    search->row.kind = SESSION_CODE;
    for (size_t i = 0; i < ARRAY_SIZE (kind_names); i++)
        if (strcmp (kind, kind_names[i]) == 0)
            search->row.kind = (enum session_kind)i;
    search->found = true;
    return 1;
}

int store_session_insert (struct store *store, const struct session_row *row, struct error *err)
{
    const struct value values[] = {
        bind_text (row->id),           bind_text (row->account_id),    bind_text (kind_names[row->kind]),
        bind_optional (row->token_id), bind_integer (row->created_us), bind_integer (row->expires_us)
    };
    return store_run (store,
                      "INSERT INTO session (id, account_id, kind, token_id, created_us, expires_us)"
                      " VALUES (?, ?, ?, ?, ?, ?)",
                      values, ARRAY_SIZE (values), err);
}

int store_session_get (struct store *store, const char *id, struct session_row *ret_row, bool *ret_found,
                       struct error *err)
{
    const struct value values[] = { bind_text (id) };
    struct session_search search = { .found = false };
    if (engine_run (store->engine,
                    "SELECT id, account_id, kind, token_id, created_us, expires_us FROM session WHERE id = ?", values,
                    ARRAY_SIZE (values), take_first, &search, NULL, err)
        != 0)
        return -1;
    if (search.found)
        *ret_row = search.row;
    *ret_found = search.found;
    return 0;
}

int store_session_delete (struct store *store, const char *id, struct error *err)
{
    const struct value values[] = { bind_text (id) };
    return store_run (store, "DELETE FROM session WHERE id = ?", values, ARRAY_SIZE (values), err);
}

int store_session_delete_of_token (struct store *store, const char *token_id, struct error *err)
{
    const struct value values[] = { bind_text (token_id) };
    return store_run (store, "DELETE FROM session WHERE token_id = ?", values, ARRAY_SIZE (values), err);
}

int store_session_delete_of_account (struct store *store, const char *account_id, const char *except_id,
                                     struct error *err)
{
    const struct value values[] = { bind_text (account_id), bind_text (except_id) };
    return except_id ? store_run (store, "DELETE FROM session WHERE account_id = ? AND id <> ?", values, 2, err)
                     : store_run (store, "DELETE FROM session WHERE account_id = ?", values, 1, err);
}

int store_session_prune (struct store *store, int64_t now_us, struct error *err)
{
    const struct value values[] = { bind_integer (now_us) };
    return store_run (store, "DELETE FROM session WHERE expires_us <= ?", values, ARRAY_SIZE (values), err);
}
