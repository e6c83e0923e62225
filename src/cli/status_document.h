/* The `status` document of dpat/1, which login, logout and status give. */
#ifndef DPAT_CLI_STATUS_DOCUMENT_H
#define DPAT_CLI_STATUS_DOCUMENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* How somebody is signed in. */
enum status_with { STATUS_NOBODY, STATUS_PASSWORD, STATUS_PAT };

/* What is known of who is signed in. Strings are borrowed and may be NULL. */
struct status_facts {
    const char *service;
    const char *user;
    /* How somebody is signed in. */
    enum status_with with;
    int64_t expires_at;       /* seconds UTC, 0 = none */
    const char *registry;     /* what the Docker CLI is signed in to */
    const char *stored_in;    /* where that secret rests */
    const char *state_folder; /* where the session rests */
    const char *keystore;     /* the file of the keystore, where there is one */
    bool keystore_unlocked;
};

/* Make the document. Owned. */
json_t *status_document (const struct status_facts *facts);

#endif
