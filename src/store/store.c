/* The store itself: its schema, opening, transactions and key id. */
#include "src/store/store.h"

#include <stdio.h>
#include <stdlib.h>

#include "src/base/memory.h"
#include "src/store/sqlite.h"
#include "src/store/store_private.h"

/* Version i is what scripts 0 to i - 1 make. A released script is never changed; a new version adds one. */
static const char *const scripts[] = {
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;"
    "CREATE TABLE account ("
    "  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, password_phc TEXT NOT NULL, disabled INTEGER NOT NULL,"
    "  created_us INTEGER NOT NULL, password_us INTEGER NOT NULL) STRICT;"
    "CREATE TABLE token ("
    "  id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, name TEXT NOT NULL,"
    "  mac BLOB NOT NULL UNIQUE, last4 TEXT NOT NULL, scopes TEXT NOT NULL, active INTEGER NOT NULL,"
    "  source TEXT NOT NULL, created_us INTEGER NOT NULL, creator_ip TEXT, creator_agent TEXT, expires_us INTEGER,"
    "  last_used_us INTEGER, last_used_ip TEXT, last_used_agent TEXT, place TEXT, session_id TEXT) STRICT;"
    "CREATE INDEX token_by_account ON token (account_id, created_us, id);"
    "CREATE INDEX token_by_name ON token (account_id, name);"
    "CREATE INDEX token_by_session ON token (session_id);"
    "CREATE TABLE session ("
    "  id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, kind TEXT NOT NULL,"
    "  token_id TEXT, created_us INTEGER NOT NULL, expires_us INTEGER NOT NULL) STRICT;"
    "CREATE INDEX session_by_account ON session (account_id);"
    "CREATE INDEX session_by_token ON session (token_id);"
    "CREATE INDEX session_by_expiry ON session (expires_us);"
    "CREATE TABLE audit ("
    "  id TEXT PRIMARY KEY, at_us INTEGER NOT NULL, account_id TEXT, account_name TEXT, actor TEXT NOT NULL,"
    "  action TEXT NOT NULL, token_id TEXT, token_name TEXT, ip TEXT, user_agent TEXT, note TEXT) STRICT;"
    "CREATE INDEX audit_by_account ON audit (account_id, at_us);",
    "ALTER TABLE token ADD COLUMN expires_digits INTEGER NOT NULL DEFAULT 0;"
    "CREATE TABLE second_factor ("
    "  account_id TEXT PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE, sealed BLOB NOT NULL,"
    "  enabled INTEGER NOT NULL, recovery_mac BLOB, last_step INTEGER NOT NULL, failures INTEGER NOT NULL,"
    "  locked_until_us INTEGER, created_us INTEGER NOT NULL) STRICT;",
    "CREATE TABLE namespace_grant ("
    "  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, namespace TEXT NOT NULL,"
    "  access TEXT NOT NULL, created_us INTEGER NOT NULL, PRIMARY KEY (account_id, namespace)) STRICT;"
    "CREATE TABLE public_repository (name TEXT PRIMARY KEY, created_us INTEGER NOT NULL) STRICT;"
    "CREATE TABLE token_address ("
    "  token_id TEXT NOT NULL REFERENCES token (id) ON DELETE CASCADE, address TEXT NOT NULL,"
    "  first_us INTEGER NOT NULL, PRIMARY KEY (token_id, address)) STRICT;"
    "CREATE INDEX audit_by_time ON audit (at_us, id);"
    "CREATE INDEX audit_by_token ON audit (token_id, at_us);",
    "CREATE TABLE delivery ("
    "  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, request_id TEXT NOT NULL,"
    "  token_id TEXT NOT NULL, maker TEXT NOT NULL, sink TEXT NOT NULL, step TEXT NOT NULL, at_us INTEGER NOT NULL,"
    "  PRIMARY KEY (account_id, request_id)) STRICT;"
    "CREATE INDEX delivery_by_token ON delivery (token_id);"
    "CREATE INDEX delivery_by_time ON delivery (at_us);"
    "CREATE INDEX delivery_open ON delivery (account_id, at_us) WHERE step <> 'done';",
};

void column_copy (char *out, size_t size, const struct value *column)
{
    int n = snprintf (out, size, "%.*s", (int)column->len, column->bytes ? (const char *)column->bytes : "");
    if (n < 0)
        out[0] = '\0';
}

char *column_string (const struct value *column)
{
    return column->kind == VALUE_TEXT ? xstrndup (column->bytes, column->len) : NULL;
}

int store_run (struct store *store, const char *sql, const struct value *values, size_t count, struct error *err)
{
    return engine_run (store->engine, sql, values, count, NULL, NULL, NULL, err);
}

int store_open (const char *path, enum store_open_mode mode, int timeout_ms, struct store **ret_store,
                struct error *err)
{
    const struct sqlite_schema schema = { .scripts = scripts, .count = ARRAY_SIZE (scripts) };
    struct engine *engine = sqlite_open (path, mode == STORE_CREATE, timeout_ms, &schema, err);
    if (engine == NULL)
        return -1;
    struct store *store = xmalloc (sizeof (*store));
    store->engine = engine;
    *ret_store = store;
    return 0;
}

void store_close (struct store *store)
{
    if (store == NULL)
        return;
    engine_free (store->engine);
    free (store);
}

int store_begin (struct store *store, struct error *err)
{
    return engine_begin (store->engine, err);
}

int store_begin_reading (struct store *store, struct error *err)
{
    return engine_begin_reading (store->engine, err);
}

int store_commit (struct store *store, struct error *err)
{
    return engine_commit (store->engine, err);
}

void store_rollback (struct store *store)
{
    engine_rollback (store->engine);
}

static int read_key_id (void *context, const struct value *columns, size_t count)
{
    (void)count;
    column_copy (context, STORE_KEY_ID_SIZE, &columns[0]);
    return 1;
}

static int read_registry_key (void *context, const struct value *columns, size_t count)
{
    (void)count;
    column_copy (context, SIGNING_KEY_ID_SIZE, &columns[0]);
    return 1;
}

static int read_number (void *context, const struct value *columns, size_t count)
{
    (void)count;
    *(int64_t *)context = columns[0].integer;
    return 1;
}

int store_key_id (struct store *store, char ret_id[STORE_KEY_ID_SIZE], struct error *err)
{
    ret_id[0] = '\0';
    return engine_run (store->engine, "SELECT value FROM meta WHERE name = 'key_id'", NULL, 0, read_key_id, ret_id,
                       NULL, err);
}

int store_set_key_id (struct store *store, const char *id, struct error *err)
{
    const struct value values[] = { bind_text (id) };
    return store_run (store, "INSERT INTO meta (name, value) VALUES ('key_id', ?)", values, ARRAY_SIZE (values), err);
}

int store_registry_life (struct store *store, int64_t *ret_life_s, struct error *err)
{
    *ret_life_s = 0;
    return engine_run (store->engine, "SELECT CAST (value AS BIGINT) FROM meta WHERE name = 'registry_life_s'", NULL, 0,
                       read_number, ret_life_s, NULL, err);
}

int store_set_registry_life (struct store *store, int64_t life_s, struct error *err)
{
    const struct value values[] = { bind_integer (life_s) };
    return store_run (store,
                      "INSERT INTO meta (name, value) VALUES ('registry_life_s', CAST (? AS TEXT))"
                      " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                      values, ARRAY_SIZE (values), err);
}

int store_registry_key (struct store *store, char ret_id[SIGNING_KEY_ID_SIZE], struct error *err)
{
    ret_id[0] = '\0';
    return engine_run (store->engine, "SELECT value FROM meta WHERE name = 'registry_key'", NULL, 0, read_registry_key,
                       ret_id, NULL, err);
}

int store_set_registry_key (struct store *store, const char *id, struct error *err)
{
    const struct value values[] = { bind_text (id) };
    return store_run (store,
                      "INSERT INTO meta (name, value) VALUES ('registry_key', ?)"
                      " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                      values, ARRAY_SIZE (values), err);
}
