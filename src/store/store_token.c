/* The rows of tokens. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/base/memory.h"
#include "src/store/store_private.h"

#define TOKEN_COLUMNS                                                                                                  \
    "id, name, scopes, active, source, created_us, creator_ip, creator_agent, expires_us, last_used_us, "              \
    "last_used_ip, "                                                                                                   \
    "last_used_agent, account_id, mac, last4, place, session_id, expires_digits"
#define SELECT_TOKEN "SELECT " TOKEN_COLUMNS " FROM token "
#define OLDEST_FIRST " ORDER BY created_us, id"

void token_row_release (struct token_row *row)
{
    token_release (&row->token);
    free (row->place);
    *row = (struct token_row){ .place = NULL };
}

static void read_token (struct token *token, const struct value *columns)
{
    AUTOFREE char *scopes = column_string (&columns[2]);
    *token = (struct token){ .active = columns[3].integer != 0,
                             .created_us = columns[5].integer,
                             .expires_us = columns[8].integer,
                             .expires_digits = (unsigned)columns[17].integer,
                             .last_used_us = columns[9].integer };
    column_copy (token->id, sizeof (token->id), &columns[0]);
    token->name = column_string (&columns[1]);
    /* Nothing but scopes_format writes this column; a damaged one gives a token that may do nothing. */
    if (scopes == NULL || scopes_parse (scopes, &token->scopes, NULL) != 0)
        token->scopes.count = 0;
    token->source = columns[4].len == strlen ("auto") ? TOKEN_AUTO : TOKEN_MANUAL;
    token->creator = (struct token_origin){ column_string (&columns[6]), column_string (&columns[7]) };
    token->last_used_from = (struct token_origin){ column_string (&columns[10]), column_string (&columns[11]) };
}

static void read_row (struct token_row *row, const struct value *columns)
{
    *row = (struct token_row){ .place = column_string (&columns[15]) };
    read_token (&row->token, columns);
    column_copy (row->account_id, sizeof (row->account_id), &columns[12]);
    if (columns[13].len == sizeof (row->mac))
        memcpy (row->mac, columns[13].bytes, sizeof (row->mac));
    column_copy (row->last4, sizeof (row->last4), &columns[14]);
    column_copy (row->session_id, sizeof (row->session_id), &columns[16]);
}

static int take_each (void *context, const struct value *columns, size_t count)
{
    (void)count;
    read_token (token_list_add (context), columns);
    return 0;
}

/* The first row of a result, and whether there was one. */
struct token_search {
    struct token_row row;
    bool found;
};

static int take_first (void *context, const struct value *columns, size_t count)
{
    struct token_search *search = context;
    (void)count;
    read_row (&search->row, columns);
    search->found = true;
    return 1;
}

static int search_token (struct store *store, const char *sql, const struct value *values, size_t count,
                         struct token_row *ret_row, bool *ret_found, struct error *err)
{
    struct token_search search = { .found = false };
    if (engine_run (store->engine, sql, values, count, take_first, &search, NULL, err) != 0)
        return -1;
    if (search.found)
        *ret_row = search.row;
    *ret_found = search.found;
    return 0;
}

int store_token_insert (struct store *store, const struct token_row *row, struct error *err)
{
    const struct token *token = &row->token;
    char scopes[SCOPES_TEXT_SIZE];
    const struct value values[] = { bind_text (token->id),
                                    bind_text (token->name),
                                    bind_text (scopes_format (&token->scopes, scopes)),
                                    bind_integer (token->active),
                                    bind_text (token_source_name (token->source)),
                                    bind_integer (token->created_us),
                                    bind_text (token->creator.ip),
                                    bind_text (token->creator.user_agent),
                                    bind_time (token->expires_us),
                                    bind_time (token->last_used_us),
                                    bind_text (token->last_used_from.ip),
                                    bind_text (token->last_used_from.user_agent),
                                    bind_text (row->account_id),
                                    bind_blob (row->mac, sizeof (row->mac)),
                                    bind_text (row->last4),
                                    bind_text (row->place),
                                    bind_optional (row->session_id),
                                    bind_integer (token->expires_digits) };
    return store_run (
        store, "INSERT INTO token (" TOKEN_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        values, ARRAY_SIZE (values), err);
}

int store_token_list (struct store *store, const char *account_id, struct token_list *ret_list, struct error *err)
{
    const struct value values[] = { bind_text (account_id) };
    return engine_run (store->engine, SELECT_TOKEN "WHERE account_id = ?" OLDEST_FIRST, values, ARRAY_SIZE (values),
                       take_each, ret_list, NULL, err);
}

bool id_range (const char *text, char low[TOKEN_ID_SIZE], char high[TOKEN_ID_SIZE])
{
    if (!token_id_is_prefix (text))
        return false;
    memcpy (low, "00000000-0000-0000-0000-000000000000", TOKEN_ID_SIZE);
    memcpy (high, "ffffffff-ffff-ffff-ffff-ffffffffffff", TOKEN_ID_SIZE);
    for (size_t i = 0; text[i]; i++)
        low[i] = high[i] = (char)tolower ((unsigned char)text[i]);
    return true;
}

static int find_by_prefix (struct store *store, const char *account_id, const char *text, struct token_list *ret_list,
                           struct error *err)
{
    char low[TOKEN_ID_SIZE];
    char high[TOKEN_ID_SIZE];
    if (!id_range (text, low, high))
        return 0;
    const struct value values[] = { bind_text (low), bind_text (high), bind_text (account_id) };
    return engine_run (store->engine, SELECT_TOKEN "WHERE id BETWEEN ? AND ? AND account_id = ?" OLDEST_FIRST, values,
                       ARRAY_SIZE (values), take_each, ret_list, NULL, err);
}

int store_token_find (struct store *store, const char *account_id, const char *text, struct token_list *ret_list,
                      struct error *err)
{
    const struct value values[] = { bind_text (account_id), bind_text (text) };
    if (engine_run (store->engine, SELECT_TOKEN "WHERE account_id = ? AND name = ?" OLDEST_FIRST, values,
                    ARRAY_SIZE (values), take_each, ret_list, NULL, err)
        != 0)
        return -1;
    return ret_list->count > 0 ? 0 : find_by_prefix (store, account_id, text, ret_list, err);
}

int store_token_by_id (struct store *store, const char *account_id, const char *id, struct token_row *ret_row,
                       bool *ret_found, struct error *err)
{
    const struct value values[] = { bind_text (id), bind_text (account_id) };
    return search_token (store, SELECT_TOKEN "WHERE id = ? AND account_id = ?", values, ARRAY_SIZE (values), ret_row,
                         ret_found, err);
}

int store_token_by_mac (struct store *store, const unsigned char mac[CRYPTO_MAC_SIZE], struct token_row *ret_row,
                        bool *ret_found, struct error *err)
{
    const struct value values[] = { bind_blob (mac, CRYPTO_MAC_SIZE) };
    return search_token (store, SELECT_TOKEN "WHERE mac = ?", values, ARRAY_SIZE (values), ret_row, ret_found, err);
}

int store_token_active_name (struct store *store, const char *account_id, const char *name, int64_t now_us,
                             char ret_id[TOKEN_ID_SIZE], bool *ret_found, struct error *err)
{
    const struct value values[] = { bind_text (account_id), bind_text (name), bind_integer (now_us) };
    AUTO (token_row) row = { .place = NULL };
    if (search_token (store,
                      SELECT_TOKEN "WHERE account_id = ? AND name = ? AND active = 1"
                                   " AND (expires_us IS NULL OR expires_us > ?)" OLDEST_FIRST,
                      values, ARRAY_SIZE (values), &row, ret_found, err)
        != 0)
        return -1;
    if (*ret_found)
        memcpy (ret_id, row.token.id, TOKEN_ID_SIZE);
    return 0;
}

#define SELECT_AUTO(condition)                                                                                         \
    SELECT_TOKEN "WHERE account_id = ? AND source = 'auto' " condition                                                 \
                 " ORDER BY coalesce(last_used_us, created_us), id"

int store_token_auto_list (struct store *store, const char *account_id, const char *place, struct token_list *ret_list,
                           struct error *err)
{
    static const char of_all[] = SELECT_AUTO ("");
    static const char of_place[] = SELECT_AUTO ("AND place = ?");
    const struct value values[] = { bind_text (account_id), bind_text (place) };
    return engine_run (store->engine, place ? of_place : of_all, values, place ? 2 : 1, take_each, ret_list, NULL, err);
}

int store_token_of_session (struct store *store, const char *session_id, struct token_list *ret_list, struct error *err)
{
    const struct value values[] = { bind_text (session_id) };
    return engine_run (store->engine, SELECT_TOKEN "WHERE session_id = ?" OLDEST_FIRST, values, ARRAY_SIZE (values),
                       take_each, ret_list, NULL, err);
}

int store_token_set_name (struct store *store, const char *id, const char *name, struct error *err)
{
    const struct value values[] = { bind_text (name), bind_text (id) };
    return store_run (store, "UPDATE token SET name = ? WHERE id = ?", values, ARRAY_SIZE (values), err);
}

int store_token_set_active (struct store *store, const char *id, bool active, struct error *err)
{
    const struct value values[] = { bind_integer (active), bind_text (id) };
    return store_run (store, "UPDATE token SET active = ? WHERE id = ?", values, ARRAY_SIZE (values), err);
}

int store_token_address_add (struct store *store, const char *token_id, const char *address, int64_t at_us,
                             bool *ret_new, struct error *err)
{
    const struct value values[] = { bind_text (token_id), bind_text (address), bind_integer (at_us),
                                    bind_text (token_id) };
    int64_t changed;
    /* the token may be gone by the time its use is written */
    if (engine_run (store->engine,
                    "INSERT INTO token_address (token_id, address, first_us) SELECT ?, ?, ?"
                    " WHERE EXISTS (SELECT 1 FROM token WHERE id = ?) ON CONFLICT (token_id, address) DO NOTHING",
                    values, ARRAY_SIZE (values), NULL, NULL, &changed, err)
        != 0)
        return -1;
    *ret_new = changed > 0;
    return 0;
}

int store_token_touch (struct store *store, const char *id, int64_t at_us, const char *ip, const char *user_agent,
                       bool *ret_found, struct error *err)
{
    const struct value values[] = { bind_integer (at_us), bind_text (ip), bind_text (user_agent), bind_text (id) };
    int64_t changed;
    if (engine_run (store->engine,
                    "UPDATE token SET last_used_us = ?, last_used_ip = ?, last_used_agent = ? WHERE id = ?", values,
                    ARRAY_SIZE (values), NULL, NULL, &changed, err)
        != 0)
        return -1;
    *ret_found = changed > 0;
    return 0;
}

int store_token_delete (struct store *store, const char *id, bool *ret_deleted, struct error *err)
{
    const struct value values[] = { bind_text (id) };
    int64_t changed;
    if (engine_run (store->engine, "DELETE FROM token WHERE id = ?", values, ARRAY_SIZE (values), NULL, NULL, &changed,
                    err)
        != 0)
        return -1;
    *ret_deleted = changed > 0;
    return 0;
}

static int take_counts (void *context, const struct value *columns, size_t count)
{
    int64_t *counts = context;
    for (size_t i = 0; i < count; i++)
        counts[i] = columns[i].integer;
    return 1;
}

int store_token_count (struct store *store, int64_t now_us, struct token_counts *ret_counts, struct error *err)
{
    const struct value values[] = { bind_integer (now_us), bind_integer (now_us) };
    int64_t counts[3] = { 0 }; /* all, expired, not expired but switched off */
    if (engine_run (
            store->engine,
            "SELECT count(*), coalesce(sum(CASE WHEN expires_us <= ? THEN 1 ELSE 0 END), 0),"
            " coalesce(sum(CASE WHEN active = 0 AND (expires_us IS NULL OR expires_us > ?) THEN 1 ELSE 0 END), 0)"
            " FROM token",
            values, ARRAY_SIZE (values), take_counts, counts, NULL, err)
        != 0)
        return -1;
    *ret_counts = (struct token_counts){ .all = (size_t)counts[0],
                                         .active = (size_t)(counts[0] - counts[1] - counts[2]),
                                         .inactive = (size_t)counts[2],
                                         .expired = (size_t)counts[1] };
    return 0;
}
