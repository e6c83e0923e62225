/* ADAPTER of engine.h: one SQLite 3 file. */
#ifndef DPAT_STORE_SQLITE_H
#define DPAT_STORE_SQLITE_H

#include <stdbool.h>

#include "src/store/engine.h"

/* Scripts that bring a store from version i to i + 1; count is the newest version this program knows. */
struct sqlite_schema {
    const char *const *scripts;
    int count;
};

/* Open path, and bring it to the schema's newest version. With create, a missing file is made (0600) in a folder that
 * is made too (0700); else a missing or empty one is ERROR_STORE_MISSING and nothing is made. A file that is no dpat
 * store is ERROR_STORE_CORRUPT, one of a newer version ERROR_STORE_NEWER and not touched. timeout_ms: how long to wait
 * for other processes. As root, in a folder of another user, all is done with that user's rights to files, see owner.h.
 * NULL on failure. Owned: engine_free. */
struct engine *sqlite_open (const char *path, bool create, int timeout_ms, const struct sqlite_schema *schema,
                            struct error *err);

#endif
