/* Requests for tokens, and how far the delivery of their secrets is. */
#include <stdlib.h>

#include "src/base/memory.h"
#include "src/store/store_private.h"

void delivery_row_list_release (struct delivery_row_list *list)
{
    free (list->items);
    *list = (struct delivery_row_list){ .items = NULL };
}

int store_delivery_insert (struct store *store, const struct delivery_row *row, struct error *err)
{
    const struct value values[] = { bind_text (row->account_id), bind_text (row->request_id),
                                    bind_text (row->token_id),   bind_text (row->maker),
                                    bind_text (row->sink),       bind_text (delivery_step_name (row->step)),
                                    bind_integer (row->at_us) };
    return store_run (store,
                      "INSERT INTO delivery (account_id, request_id, token_id, maker, sink, step, at_us)"
                      " VALUES (?, ?, ?, ?, ?, ?, ?)",
                      values, ARRAY_SIZE (values), err);
}

static int take_token_id (void *context, const struct value *columns, size_t count)
{
    (void)count;
    column_copy (context, CRYPTO_UUID_SIZE, &columns[0]);
    return 1;
}

int store_delivery_token (struct store *store, const char *account_id, const char *request_id,
                          char ret_token_id[CRYPTO_UUID_SIZE], bool *ret_found, struct error *err)
{
    const struct value values[] = { bind_text (account_id), bind_text (request_id) };
    ret_token_id[0] = '\0';
    if (engine_run (store->engine, "SELECT token_id FROM delivery WHERE account_id = ? AND request_id = ?", values,
                    ARRAY_SIZE (values), take_token_id, ret_token_id, NULL, err)
        != 0)
        return -1;
    *ret_found = ret_token_id[0] != '\0';
    return 0;
}

static int take_each (void *context, const struct value *columns, size_t count)
{
    struct delivery_row_list *list = context;
    (void)count;
    list->items = xreallocarray (list->items, list->count + 1, sizeof (*list->items));
    struct delivery_row *row = &list->items[list->count++];
    *row = (struct delivery_row){ .at_us = columns[6].integer };
    column_copy (row->account_id, sizeof (row->account_id), &columns[0]);
    column_copy (row->request_id, sizeof (row->request_id), &columns[1]);
    column_copy (row->token_id, sizeof (row->token_id), &columns[2]);
    column_copy (row->maker, sizeof (row->maker), &columns[3]);
    column_copy (row->sink, sizeof (row->sink), &columns[4]);
    /* nothing but delivery_step_name writes it; of a damaged one nothing is known */
    AUTOFREE char *step = column_string (&columns[5]);
    if (delivery_step_parse (step, &row->step) != 0)
        row->step = DELIVERY_BEGUN;
    return 0;
}

int store_delivery_list_open (struct store *store, const char *account_id, struct delivery_row_list *ret_list,
                              struct error *err)
{
    const struct value values[] = { bind_text (account_id) };
    return engine_run (store->engine,
                       "SELECT account_id, request_id, token_id, maker, sink, step, at_us FROM delivery"
                       " WHERE account_id = ? AND step <> 'done' ORDER BY at_us, request_id",
                       values, ARRAY_SIZE (values), take_each, ret_list, NULL, err);
}

int store_delivery_set_step (struct store *store, const char *token_id, enum delivery_step step, struct error *err)
{
    const struct value values[] = { bind_text (delivery_step_name (step)), bind_text (token_id) };
    return store_run (store, "UPDATE delivery SET step = ? WHERE token_id = ? AND step <> 'done'", values,
                      ARRAY_SIZE (values), err);
}

int store_delivery_prune (struct store *store, int64_t before_us, struct error *err)
{
    const struct value values[] = { bind_integer (before_us) };
    return store_run (store,
                      "DELETE FROM delivery WHERE at_us < ? AND (step = 'done' OR NOT EXISTS"
                      " (SELECT 1 FROM token WHERE token.id = delivery.token_id AND token.last_used_us IS NULL))",
                      values, ARRAY_SIZE (values), err);
}
