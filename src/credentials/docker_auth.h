/* One entry under "auths" in Docker's config.json or podman's auth.json: what it holds, and what keeps docker from
 * reading it. */
#ifndef DPAT_CREDENTIALS_DOCKER_AUTH_H
#define DPAT_CREDENTIALS_DOCKER_AUTH_H

#include <jansson.h>
#include <stdbool.h>

#include "src/credentials/credentials.h"

/* What an entry holds. Returns whether that is anything. An entry that holds something else than a user with a secret
 * or an identity token (a registry token, a password alone, no object, what is not base64) has an empty user and no
 * secret: nobody wrote that for dpat, and nothing matches it. */
bool docker_auth_read (json_t *entry, struct credential *ret_credential);

/* Put a credential into an entry, which is an object. What held one before is taken out, in whichever case of letters,
 * and what would keep docker from reading it; all other members stay. */
void docker_auth_write (json_t *entry, const struct credential *credential);

/* Why docker cannot read the entry, and with it the file: "has an \"auth\" that is not base64 of user:secret". NULL
 * when it can. For ever. */
const char *docker_auth_find_fault (json_t *entry);

#endif
