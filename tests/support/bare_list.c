/* The least that can list tokens: opens the store, reads the rows that dpat list reads, prints them (make bench). */
#include <sqlite3.h>
#include <stdio.h>

int main (int argc, char **argv)
{
    sqlite3 *db;
    sqlite3_stmt *statement;
    if (argc != 2 || sqlite3_open_v2 (argv[1], &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK
        || sqlite3_prepare_v2 (db,
                               "SELECT id, name, active, scopes, source, expires_us, last_used_us, created_us "
                               "FROM token ORDER BY created_us, id",
                               -1, &statement, NULL)
               != SQLITE_OK)
        return 1;
    while (sqlite3_step (statement) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count (statement); i++)
            printf ("%s%s", i ? "\t" : "", (const char *)sqlite3_column_text (statement, i));
        puts ("");
    }
    sqlite3_finalize (statement);
    sqlite3_close (db);
    return fflush (stdout) == 0 ? 0 : 1;
}
