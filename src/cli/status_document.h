/* The `status` document of dpat/1, which login, logout and status give. */
#ifndef DPAT_CLI_STATUS_DOCUMENT_H
#define DPAT_CLI_STATUS_DOCUMENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "src/base/error.h"

struct app;

/* How somebody is signed in. */
enum status_with { STATUS_NOBODY, STATUS_PASSWORD, STATUS_PAT };

/* What is known of who is signed in. Strings are borrowed and may be NULL. */
struct status_facts {
    const char *service;
    const char *user;
    /* How somebody is signed in. */
    enum status_with with;
    int64_t expires_at;      /* seconds UTC, 0 = none */
    json_t *docker_entries;  /* taken; what dpat put into credentials: status_docker_entries */
    json_t *docker_problems; /* taken; why docker cannot read its file: status_docker_problems; NULL: not looked for */
    const char *secrets_in;  /* the file where the session rests */
    const char *keystore;    /* the file of the keystore, where there is one */
    bool keystore_unlocked;
};

/* What dpat put into the credentials of Docker and podman for the current service and user and what is there still, the
 * newest last, and where each rests; of a file that cannot be read, status_docker_problems tells. Owned; NULL when the
 * sessions cannot be read. */
json_t *status_docker_entries (const struct app *app, const char *user, struct error *err);

/* Why docker or dpat cannot read Docker's config.json, and the files of entries: an array of path, problem and hint.
 * Owned. */
json_t *status_docker_problems (const struct app *app, const char *user);

/* Make the document; docker is the newest of docker_entries. Owned. */
json_t *status_document (const struct status_facts *facts);

#endif
