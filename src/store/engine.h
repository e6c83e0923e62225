/* PORT: a database engine under the store. Its adapter is SQLite (sqlite.h).
 *
 * To add an engine: put `struct engine` first in a struct of your own, fill the ops, and run
 * tests/contract/test_engine.c on it. The statements it gets are in store_*.c: portable SQL with "?" for values, no
 * OFFSET, ids made by the client. Callers use the wrappers below, never ops. All errors are of the ERROR_STORE_
 * family. */
#ifndef DPAT_STORE_ENGINE_H
#define DPAT_STORE_ENGINE_H

#include <stddef.h>
#include <stdint.h>

#include "src/base/error.h"

/* The types of a database that all engines have. */
enum value_kind { VALUE_NULL, VALUE_INTEGER, VALUE_TEXT, VALUE_BLOB };

/* A value bound to a statement, or a column of a row. bytes is borrowed: of a bound value for the call, of a column
 * until the row function returns. A text column has a NUL behind its len bytes. */
struct value {
    enum value_kind kind;
    int64_t integer;
    const void *bytes;
    size_t len;
};

/* Called for each row of a result. A non-zero return ends the walk. */
typedef int row_function (void *context, const struct value *columns, size_t count);

struct engine;

/* The operations; see the wrappers. All are required. */
struct engine_ops {
    int (*begin) (struct engine *, struct error *);
    int (*begin_reading) (struct engine *, struct error *);
    int (*commit) (struct engine *, struct error *);
    void (*rollback) (struct engine *);
    int (*run) (struct engine *, const char *, const struct value *, size_t, row_function *, void *, int64_t *,
                struct error *);
    void (*free) (struct engine *);
};

/* The head of every engine's struct. */
struct engine {
    const struct engine_ops *ops;
};

/* Begin a transaction that holds the writer's lock from its beginning. ERROR_STORE_LOCKED when others keep it too
 * long. */
int engine_begin (struct engine *engine, struct error *err);

/* Begin a transaction that only reads: it sees one state of the rows, waits for no writer, and saves each statement its
 * own. Ended by engine_rollback. */
int engine_begin_reading (struct engine *engine, struct error *err);

/* Make the transaction durable. On -1 it was rolled back. */
int engine_commit (struct engine *engine, struct error *err);

/* Undo the transaction; without one, nothing happens. */
void engine_rollback (struct engine *engine);

/* Run one statement. After one that failed within a transaction only engine_rollback is allowed: all else, the commit
 * too, is ERROR_STORE_FAILED and changes nothing. sql is a literal: engines keep prepared statements by its address.
 * values (count of them) are bound in order. row (may be NULL) is called for each row and may not run statements
 * itself; *ret_changed (may be NULL) is how many rows an INSERT, UPDATE or DELETE changed. A violated UNIQUE is
 * ERROR_STATE_CONFLICT, for the caller to name. Texts are UTF-8 without NUL. */
int engine_run (struct engine *engine, const char *sql, const struct value *values, size_t count, row_function *row,
                void *context, int64_t *ret_changed, struct error *err);

/* Close. An open transaction is rolled back. NULL is fine. */
void engine_free (struct engine *engine);

#endif
