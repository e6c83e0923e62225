/* Bearers of sessions: JSON Web Tokens (RFC 7519) signed with HS256 under the key file's key. */
#ifndef DPAT_SERVICE_BEARER_H
#define DPAT_SERVICE_BEARER_H

#include <stdint.h>

#include "src/base/crypto.h"
#include "src/base/error.h"
#include "src/base/secret.h"

/* The audience of management bearers: no registry token has it, and the other way round. */
#define BEARER_AUDIENCE "dpat-api"

/* What a bearer says. Times are seconds UTC. */
struct bearer_claims {
    char account_id[CRYPTO_UUID_SIZE];
    char session_id[CRYPTO_UUID_SIZE];
    int64_t issued_at;
    int64_t expires_at;
};

/* Make a bearer. ret_bearer, empty, is owned by the caller. */
int bearer_make (const unsigned char key[CRYPTO_KEY_SIZE], const struct bearer_claims *claims,
                 struct secret *ret_bearer, struct error *err);

/* Check a bearer's form, signature and audience, and read it; whether it has expired is the caller's to see.
 * ERROR_NOT_SIGNED_IN for anything that is not ours. */
int bearer_read (const unsigned char key[CRYPTO_KEY_SIZE], const struct secret *bearer,
                 struct bearer_claims *ret_claims, struct error *err);

#endif
