/* Registry tokens of the embedded service: what a registry that trusts it lets its clients do.
 *
 * A registry sends its clients here (distribution's spec/auth/token.md, oauth.md). Who shows the right user and secret
 * is granted what is asked for as far as the token's scopes and the account's rights allow; less than asked is no
 * error. */
#ifndef DPAT_SERVICE_REGISTRY_H
#define DPAT_SERVICE_REGISTRY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "src/base/buffer.h"
#include "src/base/error.h"
#include "src/base/secret.h"
#include "src/base/signing_key.h"
#include "src/service/embedded.h"
#include "src/service/service.h"

/* The `issuer` that registries are told, and the `service` (audience) unless another is. */
#define REGISTRY_ISSUER "dpat"
#define REGISTRY_AUDIENCE "dpat-registry"

/* Whether a registry can be called that: 1 to 200 bytes of text without quotes, backslashes and control characters. It
 * is a parameter of requests, a claim of tokens, and a string in YAML. ERROR_USAGE. */
int registry_audience_check (const char *audience, struct error *err);

/* What a registry token lives when nothing else is said, in seconds. */
#define REGISTRY_LIFE_S 300

/* What a client asks for. All is borrowed. */
struct registry_request {
    const char *user;             /* with secret; NULL: nobody in particular */
    const struct secret *secret;  /* a personal access token, or the password of an account without a second factor */
    const struct secret *refresh; /* in place of both: a refresh token */
    const char *audience;         /* the registry's name, its `service` */
    const char *scope;            /* see access_list_parse */
    int64_t life_s;
    bool wants_refresh; /* give a refresh token to who shows a personal access token */
};

/* What is granted. Release with registry_grant_release. */
struct registry_grant {
    struct secret token;             /* a JSON Web Token signed by ES256 */
    struct secret refresh;           /* empty when none is given */
    int64_t issued_at;               /* seconds UTC */
    int64_t life_s;                  /* of the token */
    char *scope;                     /* owned; what was granted, as a scope parameter */
    char user[ACCOUNT_NAME_MAX + 1]; /* "" for nobody */
};

/* Free what it owns. */
void registry_grant_release (struct registry_grant *grant);

/* Make ready to sign: a first key when the key file has none, and a note for how long tokens may live (life_s 0: as
 * before). ERROR_KEY_INVALID when the key file cannot be written. */
int registry_prepare (struct embedded *embedded, int64_t life_s, struct error *err);

/* Grant a registry token. Unknown user and wrong secret give the same ERROR_WRONG_CREDENTIALS; the right secret is told
 * why it fails: ERROR_TOKEN_EXPIRED, ERROR_TOKEN_INACTIVE, ERROR_ACCOUNT_DISABLED, ERROR_PAT_NEEDED for the password of
 * an account with a second factor. A password takes its time: see embedded_check_password. *ret_grant is owned. */
int registry_authorise (struct embedded *embedded, const struct caller *caller, const struct registry_request *request,
                        struct registry_grant *ret_grant, struct error *err);

/* The keys that registries must know, those that sign, will sign, or have signed tokens that may live, as a list of
 * {"id","signs_from","signs_until","state"}; state is "signing", "next" or "former". Owned. NULL with an error. */
json_t *registry_keys_to_json (struct embedded *embedded, struct error *err);

/* The same keys as registries read them: certificates in PEM for distribution 2, a JSON Web Key Set for 3. */
int registry_write_keys (struct embedded *embedded, struct buffer *certificates, struct buffer *jwks,
                         struct error *err);

/* The id of the key that signs now; "" where there is none yet. */
int registry_key_id (struct embedded *embedded, char ret_id[SIGNING_KEY_ID_SIZE], struct error *err);

/* Add a key that signs from signs_from (seconds UTC) on; see key_change_prepare. Audited in the same act: when it
 * fails, or its process is killed, key file and store have both changed, or neither. */
int registry_rotate (struct embedded *embedded, const struct caller *caller, int64_t signs_from, bool alone,
                     struct error *err);

/* How long registry tokens may live on whose personal access token has ended, in seconds: their life, and what
 * registries add to it. 0 where none was ever issued. */
int registry_afterlife (struct embedded *embedded, int64_t *ret_seconds, struct error *err);

#endif
