/* ADAPTER of service.h: dpat's own token service, in process, over one store and one key file. */
#ifndef DPAT_SERVICE_EMBEDDED_H
#define DPAT_SERVICE_EMBEDDED_H

#include "src/base/error.h"
#include "src/service/service.h"

struct embedded;
struct usage;

/* Where the service's state rests. Borrowed for the call of embedded_open. */
struct embedded_place {
    const char *store_path;
    const char *key_path; /* NULL: store_path with ".key" behind it */
    bool create;          /* make store and key file when absent (the operator's first account) */
    int timeout_ms;       /* how long to wait for other processes; 0 = 5 s */
    struct usage *usage;  /* where uses of tokens are gathered (usage.h); NULL: each is written at once. Outlives it */
};

/* Open store and key file. The key file is read before anything is made: a store without its key file is
 * ERROR_KEY_MISSING, with another one's ERROR_KEY_MISMATCH, and an unusable one (malformed, another user's, readable by
 * others) ERROR_KEY_INVALID. With create, key file and store are made when both are absent, the key file first (0600).
 * Other errors are those of store_open. *ret_embedded is owned: free it with service_free (embedded_service ()). */
int embedded_open (const struct embedded_place *place, struct embedded **ret_embedded, struct error *err);

/* Write the uses that were gathered, in one transaction. */
int embedded_write_usage (struct embedded *embedded, struct error *err);

/* See that the store can be read. */
int embedded_check (struct embedded *embedded, struct error *err);

/* The port's view of it. Borrowed as long as the embedded service lives. */
struct service *embedded_service (struct embedded *embedded);

#endif
