/* Bearers of sessions: JSON Web Tokens (RFC 7519) signed with HS256 under the key file's key. */
#ifndef DPAT_SERVICE_BEARER_H
#define DPAT_SERVICE_BEARER_H

#include <stdint.h>

#include "src/base/crypto.h"
#include "src/base/error.h"
#include "src/base/secret.h"

/* What a bearer is good for, which is its audience: one of a session, the half of a sign-in that awaits a code, or a
 * registry client's refresh token, whose session_id is the id of a personal access token. No registry token has one of
 * these, and none is good for another. */
enum bearer_use { BEARER_SESSION, BEARER_CODE, BEARER_REFRESH };

/* What a bearer says. Times are seconds UTC. */
struct bearer_claims {
    enum bearer_use use;
    char account_id[CRYPTO_UUID_SIZE];
    char session_id[CRYPTO_UUID_SIZE];
    int64_t issued_at;
    int64_t expires_at;
    const char *user;     /* borrowed; for clients that read it, never read back */
    const char *token_id; /* likewise: of the token that opened the session, "" for none */
};

/* Make a bearer; it has the claims that clients of Docker Hub read unverified (exp, "https://hub.docker.com").
 * ret_bearer, empty, is owned by the caller. */
int bearer_make (const unsigned char key[CRYPTO_KEY_SIZE], const struct bearer_claims *claims,
                 struct secret *ret_bearer, struct error *err);

/* Check a bearer's form, signature and use, and read it; whether it has expired is the caller's to see.
 * ERROR_NOT_SIGNED_IN for anything that is not ours. */
int bearer_read (const unsigned char key[CRYPTO_KEY_SIZE], const struct secret *bearer, enum bearer_use use,
                 struct bearer_claims *ret_claims, struct error *err);

#endif
