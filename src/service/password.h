/* Account passwords: Argon2id (RFC 9106) in PHC strings. */
#ifndef DPAT_SERVICE_PASSWORD_H
#define DPAT_SERVICE_PASSWORD_H

#include <stdbool.h>

#include "src/base/error.h"
#include "src/base/secret.h"

/* Bytes of the shortest and longest account password. */
#define PASSWORD_MIN_BYTES 8
#define PASSWORD_MAX_BYTES 1024

/* 8 to 1024 bytes of valid UTF-8 without control characters, else ERROR_INVALID_PASSWORD. */
int password_check (const struct secret *password, struct error *err);

/* Hash with a fresh salt: 19 MiB, t=2, p=1. *ret_phc is owned. ERROR_INTERNAL when there is no memory for it. */
int password_hash (const struct secret *password, char **ret_phc, struct error *err);

/* Whether password is the one phc was made from; phc NULL takes the same time and gives false. ERROR_STORE_CORRUPT for
 * a phc that is none, or whose parameters are beyond all sense; ERROR_INTERNAL when there is no memory. */
int password_verify (const char *phc, const struct secret *password, bool *ret_right, struct error *err);

/* Whether phc was made with less than today's parameters. */
bool password_is_outdated (const char *phc);

#endif
