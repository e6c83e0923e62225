/* ADAPTER of credentials.h: an external credential helper, docker-credential-NAME on PATH
 * (docker/docker-credential-helpers, protocol of version 0.9). */
#ifndef DPAT_CREDENTIALS_HELPER_H
#define DPAT_CREDENTIALS_HELPER_H

#include "src/credentials/credentials.h"

/* What a helper is given before it is ended, in milliseconds. */
#define HELPER_TIMEOUT_MS 30000

/* What a helper has for a key, as far as it tells. */
enum helper_holding { HELPER_HAS_NONE, HELPER_HAS_ONE, HELPER_DOES_NOT_TELL };

/* The helper of that name, the part behind "docker-credential-"; nothing is run yet. A name with a slash, or an empty
 * one, is ERROR_CREDENTIAL_HELPER. timeout_ms bounds each operation. Owned: credentials_free.
 *
 * What was put is read back: a helper that answers well and does not give the same credential has failed. Its get fails
 * when the helper does not tell what it has. */
struct credentials *helper_credentials (const char *name, int timeout_ms, struct error *err);

/* Look key up in a helper (of helper_credentials). When it answers with words that are not those of the protocol, or
 * ends badly, *ret_holding is HELPER_DOES_NOT_TELL and *ret_why (may be NULL) says how it went; -1 is for one that
 * cannot be run or does not answer. *ret_credential is filled for HELPER_HAS_ONE. */
int helper_look (struct credentials *helper, const char *key, struct credential *ret_credential,
                 enum helper_holding *ret_holding, struct error *ret_why, struct error *err);

/* See in the list of its servers whether a helper has something for key; -1 when it gives no such list. */
int helper_lists (struct credentials *helper, const char *key, bool *ret_listed, struct error *err);

/* See that a helper works: put, read and erase a credential of no use under a name that is no server's. */
int helper_try (struct credentials *helper, struct error *err);

/* See that the helper is on PATH and may be run, and that the interpreter of a script is there;
 * ERROR_CREDENTIAL_HELPER says which file (named_in) names it. */
int helper_check (const char *name, const char *named_in, struct error *err);

/* The helper that docker chooses where its config.json neither names one nor has entries: "pass" where that program is
 * on PATH, else "secretservice", and only when the helper is on PATH too. NULL for none. Borrowed for ever. */
const char *helper_detect (void);

#endif
