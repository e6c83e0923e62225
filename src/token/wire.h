/* Tokens as Docker Hub's HTTP API writes them, for both ends of it. */
#ifndef DPAT_TOKEN_WIRE_H
#define DPAT_TOKEN_WIRE_H

#include <jansson.h>

#include "src/base/error.h"
#include "src/base/secret.h"
#include "src/token/delivery.h"
#include "src/token/token.h"

/* The accessToken object: {"uuid","client_id","creator_ip","creator_ua","created_at","last_used","generated_by",
 * "is_active","token","token_label","scopes","expires_at"} and, beyond Docker Hub's, "last_used_ip" and "last_used_ua".
 * "token" is the secret, or "" when it is NULL; what is absent is null. Owned: json_decref. */
json_t *wire_token (const struct token *token, const struct secret *secret);

/* Read such an object as any service of this API may send it: members that are absent, null or "" are none, unknown
 * ones are skipped, scopes nobody knows are left out. *ret_token, empty, is owned: token_release. The secret goes to
 * ret_secret (which may be NULL) when there is one. ERROR_SERVICE_FAILED when it is no object, or has no good uuid or
 * label. */
int wire_read_token (const json_t *object, struct token *ret_token, struct secret *ret_secret, struct error *err);

/* The same of a token whose secret may not have been delivered, beyond Docker Hub's with
 * "delivery": {"request_id","maker","sink","step","age_s"}. wire_read_undelivered: ERROR_SERVICE_FAILED for a token
 * without a good delivery; *ret_item, empty, is owned by its list. */
json_t *wire_undelivered (const struct undelivered *item);
int wire_read_undelivered (const json_t *object, struct undelivered *ret_item, struct error *err);

/* The scopes of a list of strings: ERROR_INVALID_SCOPE for one that is none; duplicates are dropped. */
int wire_read_scopes (const json_t *list, struct scopes *ret_scopes, struct error *err);

/* The scopes as a list of strings. Owned. */
json_t *wire_scopes (const struct scopes *scopes);

#endif
