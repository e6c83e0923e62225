/* ADAPTER of service.h: whatever speaks Docker Hub's API over HTTP: Docker Hub itself, and dpat serve.
 *
 * What only dpat serve has (the own password, the second factor, ending all sessions) is ERROR_UNSUPPORTED on Docker
 * Hub. Names are kept apart as the port asks: Docker Hub takes two tokens of one name, so the names there are are read
 * first, and of two clients at once both may win there. */
#ifndef DPAT_HUB_HUB_H
#define DPAT_HUB_HUB_H

#include <stdbool.h>

#include "src/base/error.h"
#include "src/service/service.h"

/* Docker Hub's own address. */
#define HUB_HOST "hub.docker.com"
#define HUB_URL "https://" HUB_HOST

/* Called about ten times a second while an answer is awaited (with what is awaited), and with NULL when it is there. */
typedef void hub_progress (void *context, const char *what);

/* Where the service is, and how to talk to it. All strings are borrowed for as long as it lives. */
struct hub_place {
    const char *url;     /* "https://tokens.example", without a path; http:// only for this machine itself */
    const char *ca_file; /* PEM certificates to trust in place of the system's; NULL: those */
    int timeout_ms;      /* for each operation, its waits and repetitions included; 0 = 30 s */
    hub_progress *progress;
    void *progress_context;
};

/* Make the adapter; nothing is asked yet. ERROR_USAGE for an URL that cannot be used. *ret_service is owned:
 * service_free. */
int hub_open (const struct hub_place *place, struct service **ret_service, struct error *err);

#endif
