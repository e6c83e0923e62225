/* The audit trail. */
#include "src/base/memory.h"
#include "src/store/store_private.h"

int store_audit_add (struct store *store, const struct audit_row *row, struct error *err)
{
    char id[CRYPTO_UUID_SIZE];
    if (crypto_uuid (id, err) != 0)
        return -1;
    const struct value values[] = {
        bind_text (id),         bind_integer (row->at_us),   bind_text (row->account_id), bind_text (row->account_name),
        bind_text (row->actor), bind_text (row->action),     bind_text (row->token_id),   bind_text (row->token_name),
        bind_text (row->ip),    bind_text (row->user_agent), bind_text (row->note)
    };
    return store_run (store,
                      "INSERT INTO audit (id, at_us, account_id, account_name, actor, action, token_id, token_name, ip,"
                      " user_agent, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                      values, ARRAY_SIZE (values), err);
}

struct audit_walk {
    int (*each) (void *context, const struct audit_row *);
    void *context;
    int result;
};

static int hand_over (void *context, const struct value *columns, size_t count)
{
    struct audit_walk *walk = context;
    (void)count;
    struct audit_row row = { .at_us = columns[0].integer,
                             .account_id = columns[1].bytes,
                             .account_name = columns[2].bytes,
                             .actor = columns[3].bytes,
                             .action = columns[4].bytes,
                             .token_id = columns[5].bytes,
                             .token_name = columns[6].bytes,
                             .ip = columns[7].bytes,
                             .user_agent = columns[8].bytes,
                             .note = columns[9].bytes };
    walk->result = walk->each (walk->context, &row);
    return walk->result;
}

int store_audit_walk (struct store *store, const char *account_id,
                      int (*each) (void *context, const struct audit_row *), void *context, struct error *err)
{
    struct audit_walk walk = { .each = each, .context = context };
    const struct value values[] = { bind_text (account_id), bind_text (account_id) };
    if (engine_run (store->engine,
                    "SELECT at_us, account_id, account_name, actor, action, token_id, token_name, ip, user_agent, note"
                    " FROM audit WHERE ? IS NULL OR account_id = ? ORDER BY at_us, id",
                    values, ARRAY_SIZE (values), hand_over, &walk, NULL, err)
        != 0)
        return -1;
    return walk.result;
}
