/* The form of secrets: how dpat's own look, how one is made, and what looks like anybody's. */
#ifndef DPAT_TOKEN_TOKEN_SECRET_H
#define DPAT_TOKEN_TOKEN_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/error.h"
#include "src/base/secret.h"

/* "dpat_", 32 base62 characters, 6 base62 characters of CRC-32 over what stands before them. */
#define TOKEN_SECRET_LENGTH 43

/* Make a new secret from the kernel's CSPRNG, each character equally likely. */
int token_secret_generate (struct secret *secret, struct error *err);

/* Whether text is a well-formed secret of the embedded service, its checksum right; a mistyped one is not. */
bool token_secret_is_valid (const char *text, size_t len);

/* Whether text begins as a personal access token of any service does: "dpat_", "dckr_pat_". Such a thing at a password
 * prompt is a PAT, not a password. */
bool token_secret_is_pat (const char *text);

/* Whether a command line argument looks like a secret that should not stand there: a known prefix followed by enough,
 * or a JWT. */
bool token_secret_is_suspect (const char *text);

#endif
