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

#define AUDIT_COLUMNS "at_us, account_id, account_name, actor, action, token_id, token_name, ip, user_agent, note"

/* One statement for each way in, so that each finds its index. */
#define SELECT_AUDIT(condition)                                                                                        \
    "SELECT " AUDIT_COLUMNS " FROM (SELECT id, " AUDIT_COLUMNS " FROM audit WHERE " condition                          \
    " at_us >= ? ORDER BY at_us DESC, id DESC LIMIT ?) AS newest ORDER BY at_us, id"

#define SELECT_OF_TOKEN(condition)                                                                                     \
    SELECT_AUDIT ("account_id = ? AND token_id IN (SELECT token_id FROM audit WHERE account_id = ? AND " condition     \
                  " UNION SELECT id FROM token WHERE account_id = ? AND name = ?) AND")

int store_audit_walk (struct store *store, const struct audit_query *query,
                      int (*each) (void *context, const struct audit_row *), void *context, struct error *err)
{
    static const char of_all[] = SELECT_AUDIT ("");
    static const char of_account[] = SELECT_AUDIT ("account_id = ? AND");
    static const char of_name[] = SELECT_OF_TOKEN ("token_name = ?");
    static const char of_name_or_id[] = SELECT_OF_TOKEN ("(token_name = ? OR token_id BETWEEN ? AND ?)");
    struct audit_walk walk = { .each = each, .context = context };
    char low[TOKEN_ID_SIZE], high[TOKEN_ID_SIZE];
    struct value values[9];
    size_t count = 0;
    const char *sql = query->account_id ? of_account : of_all;
    if (query->account_id)
        values[count++] = bind_text (query->account_id);
    if (query->token) {
        sql = of_name;
        values[count++] = bind_text (query->account_id);
        values[count++] = bind_text (query->token);
        if (id_range (query->token, low, high)) {
            sql = of_name_or_id;
            values[count++] = bind_text (low);
            values[count++] = bind_text (high);
        }
        values[count++] = bind_text (query->account_id);
        values[count++] = bind_text (query->token);
    }
    values[count++] = bind_integer (query->since_us);
    values[count++] = bind_integer (query->limit ? query->limit : INT64_MAX);
    if (engine_run (store->engine, sql, values, count, hand_over, &walk, NULL, err) != 0)
        return -1;
    return walk.result;
}
