/* ADAPTER of engine.h: one SQLite 3 file, in WAL mode with synchronous=FULL. */
#include "src/store/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/file.h"
#include "src/base/memory.h"
#include "src/base/owner.h"

/* "dpat" in ASCII, in the header of every store, so that no other program's database is taken for one. */
enum { APPLICATION_ID = 0x64706174 };

struct statement {
    const char *sql; /* a literal; its address is the key */
    sqlite3_stmt *prepared;
};

struct sqlite {
    struct engine engine;
    sqlite3 *db;
    char *path;
    struct owner owner;           /* with whose rights to files all is done */
    struct statement *statements; /* as many as the program has literals */
    size_t statement_count;
    bool failed; /* a statement of this transaction */
};

static int fail_read_only (const char *path, struct error *err)
{
    error_set (err, ERROR_STORE_READ_ONLY, "the store %s, or its folder, cannot be written", path);
    return error_hint (err, "check their owner and mode; SQLite needs to write beside the file even to read it");
}

static int fail_corrupt (const char *path, const char *why, struct error *err)
{
    error_set (err, ERROR_STORE_CORRUPT, "the store %s is damaged or is no dpat store (%s)", path, why);
    return error_hint (err, "put a backup of the store and its key file back; nothing was changed");
}

/* Turn SQLite's result into one of our codes. */
static int fail (const struct sqlite *sqlite, int code, struct error *err)
{
    int system_errno = sqlite3_system_errno (sqlite->db);
    const char *why = sqlite3_errmsg (sqlite->db);
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        error_set (err, ERROR_STORE_LOCKED, "the store %s is kept locked by another process", sqlite->path);
        return error_hint (err, "try again when that process is done");
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
        return fail_read_only (sqlite->path, err);
    case SQLITE_FULL:
        error_set (err, ERROR_STORE_FULL, "the disk of the store %s is full; nothing was changed", sqlite->path);
        return error_hint (err, "free some space and try again");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return fail_corrupt (sqlite->path, why, err);
    case SQLITE_NOMEM:
        return error_no_memory (err);
    case SQLITE_CONSTRAINT:
        return error_set (err, ERROR_STATE_CONFLICT, "the store %s: %s", sqlite->path, why);
    case SQLITE_IOERR:
        if (system_errno == ENOSPC || system_errno == EDQUOT || system_errno == EFBIG) {
            error_set (err, ERROR_STORE_FULL, "the disk of the store %s is full; nothing was changed", sqlite->path);
            return error_hint (err, "free some space and try again");
        }
        return error_set (err, ERROR_STORE_FAILED, "the store %s cannot be read or written: %s", sqlite->path,
                          system_errno ? strerror (system_errno) : why);
    default:
        return error_set (err, ERROR_STORE_FAILED, "the store %s: %s", sqlite->path, why);
    }
}

static int execute (struct sqlite *sqlite, const char *sql, struct error *err)
{
    int code = sqlite3_exec (sqlite->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? 0 : fail (sqlite, code, err);
}

/* The prepared statement of sql, made at its first use. */
static sqlite3_stmt *prepare (struct sqlite *sqlite, const char *sql, struct error *err)
{
    for (size_t i = 0; i < sqlite->statement_count; i++)
        if (sqlite->statements[i].sql == sql)
            return sqlite->statements[i].prepared;
    sqlite3_stmt *prepared = NULL;
    int code = sqlite3_prepare_v3 (sqlite->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared, NULL);
    if (code != SQLITE_OK) {
        fail (sqlite, code, err);
        return NULL;
    }
    sqlite->statements = xreallocarray (sqlite->statements, sqlite->statement_count + 1, sizeof (*sqlite->statements));
    sqlite->statements[sqlite->statement_count++] = (struct statement){ sql, prepared };
    return prepared;
}

static int bind (sqlite3_stmt *statement, int at, const struct value *value)
{
    switch (value->kind) {
    case VALUE_INTEGER:
        return sqlite3_bind_int64 (statement, at, value->integer);
    case VALUE_TEXT:
        return sqlite3_bind_text (statement, at, value->bytes, (int)value->len, SQLITE_STATIC);
    case VALUE_BLOB:
        return sqlite3_bind_blob (statement, at, value->bytes, (int)value->len, SQLITE_STATIC);
    case VALUE_NULL:
        break;
    }
    return sqlite3_bind_null (statement, at);
}

static struct value read_column (sqlite3_stmt *statement, int at)
{
    switch (sqlite3_column_type (statement, at)) {
    case SQLITE_INTEGER:
        return (struct value){ .kind = VALUE_INTEGER, .integer = sqlite3_column_int64 (statement, at) };
    case SQLITE_TEXT:
        return (struct value){ .kind = VALUE_TEXT,
                               .bytes = sqlite3_column_text (statement, at),
                               .len = (size_t)sqlite3_column_bytes (statement, at) };
    case SQLITE_BLOB:
        return (struct value){ .kind = VALUE_BLOB,
                               .bytes = sqlite3_column_blob (statement, at),
                               .len = (size_t)sqlite3_column_bytes (statement, at) };
    default:
        return (struct value){ .kind = VALUE_NULL };
    }
}

/* What is read is kept by whoever asked, up to about this much of a row. */
enum { ROW_BYTES = 1024, ROWS_BETWEEN_LOOKS = 256 };

static int step_through (sqlite3_stmt *statement, row_function *row, void *context)
{
    int count = sqlite3_column_count (statement);
    size_t rows = 0;
    AUTOFREE struct value *columns = xcalloc ((size_t)count + 1, sizeof (*columns));
    int code;
    while ((code = sqlite3_step (statement)) == SQLITE_ROW) {
        if (++rows % ROWS_BETWEEN_LOOKS == 0 && !memory_can_give ((rows + ROWS_BETWEEN_LOOKS) * ROW_BYTES))
            return SQLITE_NOMEM;
        for (int i = 0; i < count; i++)
            columns[i] = read_column (statement, i);
        if (row && row (context, columns, (size_t)count) != 0)
            return SQLITE_DONE;
    }
    return code;
}

static int run_statement (struct sqlite *sqlite, const char *sql, const struct value *values, size_t count,
                          row_function *row, void *context, int64_t *ret_changed, struct error *err)
{
    AUTO (acting) acting = owner_act (&sqlite->owner);
    sqlite3_stmt *statement = prepare (sqlite, sql, err);
    if (statement == NULL)
        return -1;
    int code = SQLITE_OK;
    for (size_t i = 0; i < count && code == SQLITE_OK; i++)
        code = bind (statement, (int)i + 1, &values[i]);
    if (code == SQLITE_OK)
        code = step_through (statement, row, context);
    int status = code == SQLITE_DONE ? 0 : fail (sqlite, code, err);
    if (status == 0 && ret_changed)
        *ret_changed = sqlite3_changes64 (sqlite->db);
    sqlite3_reset (statement); /* its result is the error told above */
    sqlite3_clear_bindings (statement);
    return status;
}

/* SQLite would go on after a statement that failed; other engines do not, so this one does not either. */
static int fail_failed (const struct sqlite *sqlite, struct error *err)
{
    return error_set (err, ERROR_STORE_FAILED, "the store %s: the transaction has failed and can only be undone",
                      sqlite->path);
}

static int sqlite_run (struct engine *engine, const char *sql, const struct value *values, size_t count,
                       row_function *row, void *context, int64_t *ret_changed, struct error *err)
{
    struct sqlite *sqlite = (struct sqlite *)engine;
    if (sqlite->failed)
        return fail_failed (sqlite, err);
    int status = run_statement (sqlite, sql, values, count, row, context, ret_changed, err);
    sqlite->failed = status != 0 && !sqlite3_get_autocommit (sqlite->db);
    return status;
}

/* BEGIN and its like, prepared as all statements are: they come with every other. */
static int run_plain (struct sqlite *sqlite, const char *sql, struct error *err)
{
    return run_statement (sqlite, sql, NULL, 0, NULL, NULL, NULL, err);
}

static int sqlite_begin (struct engine *engine, struct error *err)
{
    return run_plain ((struct sqlite *)engine, "BEGIN IMMEDIATE", err);
}

static int sqlite_begin_reading (struct engine *engine, struct error *err)
{
    return run_plain ((struct sqlite *)engine, "BEGIN", err);
}

static void sqlite_rollback (struct engine *engine)
{
    struct sqlite *sqlite = (struct sqlite *)engine;
    /* without memory for a database there is none */
    if (sqlite->db && !sqlite3_get_autocommit (sqlite->db))
        (void)run_plain (sqlite, "ROLLBACK", NULL); /* what cannot be undone now is on opening */
    sqlite->failed = false;
}

static int sqlite_commit (struct engine *engine, struct error *err)
{
    struct sqlite *sqlite = (struct sqlite *)engine;
    int status = sqlite->failed ? fail_failed (sqlite, err) : run_plain (sqlite, "COMMIT", err);
    if (status == 0)
        return 0;
    sqlite_rollback (engine);
    return -1;
}

static void sqlite_free (struct engine *engine)
{
    struct sqlite *sqlite = (struct sqlite *)engine;
    AUTO (acting) acting = owner_act (&sqlite->owner);
    sqlite_rollback (engine);
    for (size_t i = 0; i < sqlite->statement_count; i++)
        sqlite3_finalize (sqlite->statements[i].prepared);
    free (sqlite->statements);
    sqlite3_close (sqlite->db);
    free (sqlite->path);
    free (sqlite);
}

static int read_number (void *context, const struct value *columns, size_t count)
{
    (void)count;
    *(int64_t *)context = columns[0].integer;
    return 0;
}

static int get_pragma (struct sqlite *sqlite, const char *sql, int64_t *ret_number, struct error *err)
{
    return sqlite_run (&sqlite->engine, sql, NULL, 0, read_number, ret_number, NULL, err);
}

/* Look at the file before SQLite does: it would make a missing one, and its words for the rest are no help. */
static int check_file (const char *path, bool create, struct error *err)
{
    struct stat st;
    if (stat (path, &st) != 0 && errno != ENOENT)
        return errno == EACCES
                   ? fail_read_only (path, err)
                   : error_set (err, ERROR_STORE_FAILED, "cannot look at the store %s: %s", path, strerror (errno));
    bool exists = stat (path, &st) == 0;
    if (exists && !S_ISREG (st.st_mode))
        return fail_corrupt (path, "not a regular file", err);
    if (file_check_trusted (path, ERROR_STORE_FAILED, err) != 0)
        return error_prefix (err, "the store is not used");
    if (create || (exists && st.st_size > 0))
        return 0;
    error_set (err, ERROR_STORE_MISSING, "there is no store at %s", path);
    return error_hint (err, "make the first account with dpat account add NAME, or name another with --store");
}

/* Make the file 0600 whatever the umask; SQLite gives its companions the same mode. */
static int make_file (const char *path, struct error *err)
{
    AUTOFREE char *folder = file_folder (path);
    if (access (path, F_OK) == 0)
        return 0;
    if (file_make_folder (folder, err) != 0) {
        if (err)
            err->code = ERROR_STORE_FAILED;
        return -1;
    }
    AUTOCLOSE int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0) {
        owner_give (fd, folder); /* SQLite gives its companions the same owner */
        return 0;
    }
    if (errno == ENOSPC || errno == EDQUOT)
        return error_set (err, ERROR_STORE_FULL, "the disk of the store %s is full", path);
    return errno == EACCES || errno == EROFS || errno == EPERM
               ? fail_read_only (path, err)
               : error_set (err, ERROR_STORE_FAILED, "cannot make the store %s: %s", path, strerror (errno));
}

static int open_database (struct sqlite *sqlite, int timeout_ms, struct error *err)
{
    int code = sqlite3_open_v2 (sqlite->path, &sqlite->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK)
        return fail (sqlite, code, err);
    sqlite3_extended_result_codes (sqlite->db, 1);
    sqlite3_busy_timeout (sqlite->db, timeout_ms);
    sqlite3_db_config (sqlite->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config (sqlite->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config (sqlite->db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
    return sqlite3_db_readonly (sqlite->db, "main") == 1 ? fail_read_only (sqlite->path, err) : 0;
}

static int apply_schema (struct sqlite *sqlite, const struct sqlite_schema *schema, int64_t version, struct error *err)
{
    int status = 0;
    for (int i = (int)version; i < schema->count && status == 0; i++)
        status = execute (sqlite, schema->scripts[i], err);
    AUTOFREE char *stamp =
        xasprintf ("PRAGMA application_id = %d; PRAGMA user_version = %d", APPLICATION_ID, schema->count);
    return status == 0 ? execute (sqlite, stamp, err) : -1;
}

/* The versions of a file: 0 and 0 in a new one. */
static int read_versions (struct sqlite *sqlite, int64_t *ret_application, int64_t *ret_version, struct error *err)
{
    if (get_pragma (sqlite, "PRAGMA application_id", ret_application, err) != 0)
        return -1;
    return get_pragma (sqlite, "PRAGMA user_version", ret_version, err);
}

/* Several processes may open a new store at once, and SQLite does not wait for the lock that changing the journal
 * needs. */
static int switch_to_wal (struct sqlite *sqlite, int timeout_ms, struct error *err)
{
    const int step_ms = 10;
    int code = SQLITE_OK;
    for (int waited_ms = 0; waited_ms <= timeout_ms; waited_ms += step_ms) {
        code = sqlite3_exec (sqlite->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
        if ((code & 0xff) != SQLITE_BUSY)
            break;
        sqlite3_sleep (step_ms);
    }
    return code == SQLITE_OK ? 0 : fail (sqlite, code, err);
}

static int migrate (struct sqlite *sqlite, const struct sqlite_schema *schema, int timeout_ms, struct error *err)
{
    int64_t application, version;
    if (switch_to_wal (sqlite, timeout_ms, err) != 0 || sqlite_begin (&sqlite->engine, err) != 0)
        return -1;
    /* another process may have been faster */
    if (read_versions (sqlite, &application, &version, err) == 0
        && (version >= schema->count || apply_schema (sqlite, schema, version, err) == 0))
        return sqlite_commit (&sqlite->engine, err);
    sqlite_rollback (&sqlite->engine);
    return -1;
}

static int count_tables (struct sqlite *sqlite, int64_t *ret_count, struct error *err)
{
    return get_pragma (sqlite, "SELECT count(*) FROM sqlite_schema", ret_count, err);
}

/* Whose file it is, and its version. Another process may be making it just now, between one look and the next: what has
 * tables but no owner is looked at again. */
static int identify (struct sqlite *sqlite, int64_t *ret_version, struct error *err)
{
    int64_t application, tables = 0;
    if (read_versions (sqlite, &application, ret_version, err) != 0 || count_tables (sqlite, &tables, err) != 0
        || (application == 0 && tables > 0 && read_versions (sqlite, &application, ret_version, err) != 0))
        return -1;
    bool is_new = application == 0 && *ret_version == 0 && tables == 0;
    return is_new || application == APPLICATION_ID ? 0
                                                   : fail_corrupt (sqlite->path, "a database of another program", err);
}

static int prepare_store (struct sqlite *sqlite, const struct sqlite_schema *schema, int timeout_ms, struct error *err)
{
    int64_t version;
    if (execute (sqlite, "PRAGMA synchronous = FULL", err) != 0 || identify (sqlite, &version, err) != 0)
        return -1;
    if (version > schema->count) {
        error_set (err, ERROR_STORE_NEWER, "the store %s was written by a newer dpat (its version is %d, ours is %d)",
                   sqlite->path, (int)version, schema->count);
        return error_hint (err, "use that newer dpat; nothing was changed");
    }
    return version < schema->count ? migrate (sqlite, schema, timeout_ms, err) : 0;
}

struct engine *sqlite_open (const char *path, bool create, int timeout_ms, const struct sqlite_schema *schema,
                            struct error *err)
{
    static const struct engine_ops ops = { .begin = sqlite_begin,
                                           .begin_reading = sqlite_begin_reading,
                                           .commit = sqlite_commit,
                                           .rollback = sqlite_rollback,
                                           .run = sqlite_run,
                                           .free = sqlite_free };
    const struct owner owner = owner_of (path);
    AUTO (acting) acting = owner_act (&owner);
    if (check_file (path, create, err) != 0 || (create && make_file (path, err) != 0))
        return NULL;
    struct sqlite *sqlite = xcalloc (1, sizeof (*sqlite));
    sqlite->engine.ops = &ops;
    sqlite->path = xstrdup (path);
    sqlite->owner = owner;
    if (open_database (sqlite, timeout_ms, err) == 0 && prepare_store (sqlite, schema, timeout_ms, err) == 0)
        return &sqlite->engine;
    sqlite_free (&sqlite->engine);
    return NULL;
}
