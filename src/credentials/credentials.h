/* PORT: a place where a registry's credentials rest, one pair of user and secret per registry key. Its adapters are the
 * file of Docker's config.json (docker_file.h) and an external credential helper (helper.h); docker_config.h chooses
 * between them as the docker client does.
 *
 * Keys are opaque here: docker's `host[:port]` or `https://index.docker.io/v1/`. Errors are ERROR_CREDENTIALS_FILE for
 * files that cannot be used and ERROR_CREDENTIAL_HELPER for helpers that fail (exit 12). */
#ifndef DPAT_CREDENTIALS_CREDENTIALS_H
#define DPAT_CREDENTIALS_CREDENTIALS_H

#include <stdbool.h>

#include "src/base/error.h"
#include "src/base/memory.h"
#include "src/base/secret.h"

struct credentials;

/* A user and what he shows. Release with credential_release. */
struct credential {
    char *user; /* owned; "<token>" marks an identity token, as docker's helpers do */
    struct secret secret;
};

/* Free what a credential holds. */
void credential_release (struct credential *credential);

/* Whether user and secret are the same; the secrets are compared in constant time. */
bool credential_equal (const struct credential *a, const struct credential *b);

/* The operations; see the wrappers for their contracts. All are required. */
struct credentials_ops {
    int (*get) (struct credentials *, const char *, struct credential *, bool *, struct error *);
    int (*put) (struct credentials *, const char *, const struct credential *, struct error *);
    int (*erase) (struct credentials *, const char *, struct error *);
    void (*free) (struct credentials *);
};

/* The head of every adapter's struct. */
struct credentials {
    const struct credentials_ops *ops;
};

/* Look key up. *ret_found tells whether there is something; then *ret_credential, which was empty, is owned. */
int credentials_get (struct credentials *credentials, const char *key, struct credential *ret_credential,
                     bool *ret_found, struct error *err);

/* Store under key, replacing what was there. On failure the old content stays. */
int credentials_put (struct credentials *credentials, const char *key, const struct credential *credential,
                     struct error *err);

/* Remove key. Of an absent one nothing is said. */
int credentials_erase (struct credentials *credentials, const char *key, struct error *err);

/* Close. NULL is fine. */
void credentials_free (struct credentials *credentials);
DEFINE_AUTOPTR (credentials)

#endif
