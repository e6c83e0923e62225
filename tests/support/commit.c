/* Preloaded into dpat: what becomes of its first COMMIT. FAULT is "full" (it is refused, the disk being full), "lost"
 * (it takes place, and says that it did not), "before" or "after" (the process is killed then). Built by the tests that
 * need it. */
#include <dlfcn.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef int step_function (sqlite3_stmt *statement);

static int spoil (const char *fault, step_function *step, sqlite3_stmt *statement)
{
    if (strcmp (fault, "before") == 0)
        (void)raise (SIGKILL);
    if (strcmp (fault, "full") == 0)
        return SQLITE_FULL;
    (void)step (statement);
    if (strcmp (fault, "after") == 0)
        (void)raise (SIGKILL);
    return SQLITE_IOERR;
}

int sqlite3_step (sqlite3_stmt *statement)
{
    void *symbol = dlsym (RTLD_NEXT, "sqlite3_step");
    step_function *step;
    const char *fault = getenv ("FAULT");
    memcpy (&step, &symbol, sizeof (step));
    const char *sql = sqlite3_sql (statement); /* SQLite's own may have none */
    bool is_meant = fault && sql && strcmp (sql, "COMMIT") == 0;
    return is_meant ? spoil (fault, step, statement) : step (statement);
}
