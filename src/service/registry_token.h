/* Registry tokens: JSON Web Tokens (RFC 7519) signed by ES256, as distribution's registries read them
 * (spec/auth/jwt.md), and the keys they are signed with. */
#ifndef DPAT_SERVICE_REGISTRY_TOKEN_H
#define DPAT_SERVICE_REGISTRY_TOKEN_H

#include <stdint.h>

#include "src/base/error.h"
#include "src/base/secret.h"
#include "src/service/embedded.h"
#include "src/token/access.h"

/* What a registry token says. Borrowed; times are seconds. */
struct registry_claims {
    const char *subject; /* the user, "" for nobody */
    const char *audience;
    int64_t issued_at;
    int64_t life_s;
    const struct access_list *access;
};

/* Make one, signed by the key that signs at issued_at; a key file that was changed since is read again first.
 * ERROR_KEY_INVALID when there is no key. *ret_token, which was empty, is owned. */
int registry_token_make (struct embedded *embedded, const struct registry_claims *claims, struct secret *ret_token,
                         struct error *err);

#endif
