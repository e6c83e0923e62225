/* ADAPTER of credentials.h: an external credential helper, docker-credential-NAME on PATH
 * (docker/docker-credential-helpers, protocol of version 0.9). */
#ifndef DPAT_CREDENTIALS_HELPER_H
#define DPAT_CREDENTIALS_HELPER_H

#include "src/credentials/credentials.h"

/* What a helper is given before it is ended, in milliseconds. */
#define HELPER_TIMEOUT_MS 30000

/* The helper of that name, the part behind "docker-credential-"; nothing is run yet. A name with a slash, or an empty
 * one, is ERROR_CREDENTIAL_HELPER. timeout_ms bounds each operation. Owned: credentials_free. */
struct credentials *helper_credentials (const char *name, int timeout_ms, struct error *err);

/* See that the helper is on PATH and may be run; ERROR_CREDENTIAL_HELPER says which file (named_in) names it. */
int helper_check (const char *name, const char *named_in, struct error *err);

#endif
