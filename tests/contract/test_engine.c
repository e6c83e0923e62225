/* The contract of engine.h, run on every engine; today that is SQLite. */
#include "tests/support/support.h"

#include <string.h>

#include "src/store/sqlite.h"

static const char *const scripts[] = { "CREATE TABLE pair (name TEXT PRIMARY KEY, number INTEGER, data BLOB) STRICT;",
                                       "ALTER TABLE pair ADD COLUMN note TEXT;" };
static const struct sqlite_schema old_schema = { scripts, 1 };
static const struct sqlite_schema schema = { scripts, 2 };

static struct engine *open_engine (void **state, const struct sqlite_schema *which)
{
    AUTOFREE char *path = support_path (state, "e.db");
    struct error err = ERROR_INIT;
    struct engine *engine = sqlite_open (path, true, 100, which, &err);
    if (engine == NULL)
        fail_msg ("%s", err.text);
    return engine;
}

static int insert (struct engine *engine, const char *name, int64_t number, struct error *err)
{
    const struct value values[] = { { .kind = VALUE_TEXT, .bytes = name, .len = strlen (name) },
                                    { .kind = VALUE_INTEGER, .integer = number },
                                    { .kind = VALUE_BLOB, .bytes = "\0\xff", .len = 2 } };
    return engine_run (engine, "INSERT INTO pair (name, number, data) VALUES (?, ?, ?)", values, 3, NULL, NULL, NULL,
                       err);
}

/* What a walk over rows has seen. */
struct seen {
    int rows;
    int64_t sum;
    int stop_after; /* 0: never */
};

static int see (void *context, const struct value *columns, size_t count)
{
    struct seen *seen = context;
    assert_int_equal (count, 4);
    assert_int_equal (columns[0].kind, VALUE_TEXT);
    assert_int_equal (((const char *)columns[0].bytes)[columns[0].len], '\0');
    assert_int_equal (columns[2].kind, VALUE_BLOB);
    assert_int_equal (columns[2].len, 2);
    assert_memory_equal (columns[2].bytes, "\0\xff", 2);
    assert_int_equal (columns[3].kind, VALUE_NULL);
    seen->rows++;
    seen->sum += columns[1].integer;
    return seen->rows == seen->stop_after;
}

static struct seen look (struct engine *engine, int stop_after)
{
    struct seen seen = { .stop_after = stop_after };
    struct error err = ERROR_INIT;
    assert_ok (
        engine_run (engine, "SELECT name, number, data, note FROM pair ORDER BY name", NULL, 0, see, &seen, NULL, &err),
        &err);
    return seen;
}

static void values_come_back_as_they_went_in (void **state)
{
    struct engine *engine = open_engine (state, &schema);
    struct error err = ERROR_INIT;
    assert_ok (insert (engine, "a", INT64_MAX, &err), &err);
    struct seen seen = look (engine, 0);
    assert_int_equal (seen.rows, 1);
    assert_int_equal (seen.sum, INT64_MAX);
    engine_free (engine);
}

static void the_row_function_ends_the_walk (void **state)
{
    struct engine *engine = open_engine (state, &schema);
    struct error err = ERROR_INIT;
    for (int i = 0; i < 5; i++)
        assert_ok (insert (engine, (char[]){ (char)('a' + i), '\0' }, i, &err), &err);
    assert_int_equal (look (engine, 2).rows, 2);
    assert_int_equal (look (engine, 0).rows, 5);
    engine_free (engine);
}

static void changed_rows_are_counted (void **state)
{
    struct engine *engine = open_engine (state, &schema);
    struct error err = ERROR_INIT;
    int64_t changed = -1;
    assert_ok (insert (engine, "a", 1, &err), &err);
    assert_ok (insert (engine, "b", 1, &err), &err);
    assert_ok (engine_run (engine, "UPDATE pair SET number = 2", NULL, 0, NULL, NULL, &changed, &err), &err);
    assert_int_equal (changed, 2);
    assert_ok (engine_run (engine, "DELETE FROM pair WHERE number = 1", NULL, 0, NULL, NULL, &changed, &err), &err);
    assert_int_equal (changed, 0);
    engine_free (engine);
}

static void commit_keeps_and_rollback_undoes (void **state)
{
    struct engine *engine = open_engine (state, &schema);
    struct error err = ERROR_INIT;
    assert_ok (engine_begin (engine, &err), &err);
    assert_ok (insert (engine, "a", 1, &err), &err);
    engine_rollback (engine);
    engine_rollback (engine);
    assert_int_equal (look (engine, 0).rows, 0);
    assert_ok (engine_begin (engine, &err), &err);
    assert_ok (insert (engine, "a", 1, &err), &err);
    assert_ok (engine_commit (engine, &err), &err);
    engine_free (engine);
    engine = open_engine (state, &schema);
    assert_int_equal (look (engine, 0).rows, 1);
    engine_free (engine);
}

static void closing_undoes_what_is_open (void **state)
{
    struct engine *engine = open_engine (state, &schema);
    struct error err = ERROR_INIT;
    assert_ok (engine_begin (engine, &err), &err);
    assert_ok (insert (engine, "a", 1, &err), &err);
    engine_free (engine);
    engine = open_engine (state, &schema);
    assert_int_equal (look (engine, 0).rows, 0);
    engine_free (engine);
    engine_free (NULL);
}

static void a_duplicate_is_a_conflict_and_ends_the_transaction (void **state)
{
    struct engine *engine = open_engine (state, &schema);
    struct error err = ERROR_INIT;
    assert_ok (engine_begin (engine, &err), &err);
    assert_ok (insert (engine, "a", 1, &err), &err);
    assert_int_equal (insert (engine, "a", 2, &err), -1);
    assert_code (&err, ERROR_STATE_CONFLICT);
    assert_int_equal (insert (engine, "b", 3, &err), -1);
    assert_code (&err, ERROR_STORE_FAILED);
    assert_int_equal (engine_commit (engine, &err), -1);
    assert_code (&err, ERROR_STORE_FAILED);
    assert_int_equal (look (engine, 0).rows, 0);
    assert_ok (insert (engine, "b", 3, &err), &err); /* and the next one is not touched by it */
    assert_int_equal (insert (engine, "b", 3, &err), -1);
    assert_ok (insert (engine, "c", 4, &err), &err);
    assert_int_equal (look (engine, 0).sum, 7);
    engine_free (engine);
}

static void one_writer_at_a_time (void **state)
{
    struct engine *one = open_engine (state, &schema);
    struct engine *two = open_engine (state, &schema);
    struct error err = ERROR_INIT;
    assert_ok (engine_begin (one, &err), &err);
    assert_int_equal (engine_begin (two, &err), -1);
    assert_code (&err, ERROR_STORE_LOCKED);
    assert_int_equal (look (two, 0).rows, 0); /* readers are not kept waiting */
    assert_ok (insert (one, "a", 1, &err), &err);
    assert_int_equal (look (two, 0).rows, 0);
    assert_ok (engine_commit (one, &err), &err);
    assert_int_equal (look (two, 0).rows, 1);
    engine_free (two);
    engine_free (one);
}

static void older_files_are_migrated_and_keep_their_rows (void **state)
{
    struct engine *engine = open_engine (state, &old_schema);
    struct error err = ERROR_INIT;
    assert_ok (insert (engine, "a", 41, &err), &err);
    engine_free (engine);
    engine = open_engine (state, &schema);
    assert_int_equal (look (engine, 0).sum, 41);
    engine_free (engine);
}

static void newer_files_are_refused (void **state)
{
    AUTOFREE char *path = support_path (state, "e.db");
    struct error err = ERROR_INIT;
    engine_free (open_engine (state, &schema));
    assert_null (sqlite_open (path, true, 100, &old_schema, &err));
    assert_code (&err, ERROR_STORE_NEWER);
}

static void a_migration_that_fails_changes_nothing (void **state)
{
    static const char *const bad_scripts[] = {
        "CREATE TABLE pair (name TEXT PRIMARY KEY, number INTEGER, data BLOB) STRICT;",
        "ALTER TABLE pair ADD COLUMN note TEXT; CREATE TABLE pair (x);"
    };
    const struct sqlite_schema bad_schema = { bad_scripts, 2 };
    AUTOFREE char *path = support_path (state, "e.db");
    struct error err = ERROR_INIT;
    engine_free (open_engine (state, &old_schema));
    assert_null (sqlite_open (path, true, 100, &bad_schema, &err));
    assert_int_equal (error_kind (err.code)->exit_status, 12);
    struct engine *engine = open_engine (state, &schema); /* the column is not there twice */
    assert_ok (insert (engine, "a", 1, &err), &err);
    engine_free (engine);
}

int main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, support_make_folder, support_remove_folder)
    const struct CMUnitTest tests[] = {
        TEST (values_come_back_as_they_went_in),
        TEST (the_row_function_ends_the_walk),
        TEST (changed_rows_are_counted),
        TEST (commit_keeps_and_rollback_undoes),
        TEST (closing_undoes_what_is_open),
        TEST (a_duplicate_is_a_conflict_and_ends_the_transaction),
        TEST (one_writer_at_a_time),
        TEST (older_files_are_migrated_and_keep_their_rows),
        TEST (newer_files_are_refused),
        TEST (a_migration_that_fails_changes_nothing),
    };
    return cmocka_run_group_tests (tests, NULL, NULL);
}
