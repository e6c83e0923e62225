/* Slowing down who guesses passwords: failed sign-ins per address, per account, and per both, in memory of a fixed
 * size.
 *
 * Only failures count. Nobody is locked out by strangers for ever: what counts against an account as a whole is not
 * held against addresses from which its owner signed in before, and all counts fade with time. Safe to use from several
 * threads. */
#ifndef DPAT_SERVICE_THROTTLE_H
#define DPAT_SERVICE_THROTTLE_H

#include <stdint.h>

#include "src/base/error.h"

struct throttle;

/* A throttle that knows nothing yet. Owned: throttle_free. NULL with ERROR_INTERNAL when there is no randomness. */
struct throttle *throttle_new (struct error *err);

/* Free it. NULL is fine. */
void throttle_free (struct throttle *throttle);

/* See whether someone at network (text; an IPv4 address, an IPv6 /64) may try a password of account now.
 * ERROR_RATE_LIMITED with retry_at. */
int throttle_check (struct throttle *throttle, const char *account, const char *network, int64_t now_us,
                    struct error *err);

/* Count a sign-in that failed for a wrong password or code. */
void throttle_failed (struct throttle *throttle, const char *account, const char *network, int64_t now_us);

/* Note one that succeeded: its network is known to be the account's from now on. */
void throttle_succeeded (struct throttle *throttle, const char *account, const char *network, int64_t now_us);

#endif
