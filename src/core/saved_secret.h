/* A token's secret that is kept in the keystore on request (create --save), and goes when its token is deleted. */
#ifndef DPAT_CORE_SAVED_SECRET_H
#define DPAT_CORE_SAVED_SECRET_H

#include <stdbool.h>

#include "src/base/error.h"
#include "src/base/secret.h"
#include "src/credentials/keystore.h"

/* Where secrets are kept. All borrowed. */
struct saved_place {
    struct keystore *keystore;
    const char *state_folder; /* of the session file, where it is remembered what is whose */
    const char *service;      /* as in struct kept_session */
    const char *user;
};

/* The key of a token of that name: those of service, user and name are told apart. Owned. */
char *saved_secret_key (const struct saved_place *place, const char *name);

/* Put the secret of a token under key, in place of what was there, and remember whose it is. The record is kept before
 * the secret; on -1 neither is left. */
int saved_secret_put (const struct saved_place *place, const char *key, const char *token_id,
                      const struct secret *secret, struct error *err);

/* Whether the secret of a token is in the keystore under key, where saved_secret_put has put it. */
int saved_secret_holds (const struct saved_place *place, const char *key, const char *token_id, bool *ret_holds,
                        struct error *err);

/* The token is deleted: take its secret out of the keystore, if it rests there still, under whatever name. Nothing is
 * opened when none was saved. On -1 it stays, to be taken by saved_secret_tidy, and *ret_key (owned) is its name. */
int saved_secret_withdraw (const struct saved_place *place, const char *token_id, char **ret_key, struct error *err);

/* Take away what an earlier saved_secret_withdraw had to leave; service and user of place are not looked at. */
int saved_secret_tidy (const struct saved_place *place, struct error *err);

#endif
