/* Slowing down who guesses secrets: failed sign-ins per address, per account, per both, and per session that is shown
 * with them, in memory of a fixed size.
 *
 * Only failures count. Nobody is locked out by strangers for ever: what counts against an account as a whole is not
 * held against addresses from which its owner signed in before, nor against whoever shows a session of the account; and
 * all counts fade with time. What has the shape of a token is no guess of a password, and neither counts against the
 * other. Safe to use from several threads. */
#ifndef DPAT_SERVICE_THROTTLE_H
#define DPAT_SERVICE_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/error.h"

struct throttle;

/* A throttle that knows nothing yet. Owned: throttle_free. NULL with ERROR_INTERNAL when there is no randomness. */
struct throttle *throttle_new (struct error *err);

/* Free it. NULL is fine. */
void throttle_free (struct throttle *throttle);

/* Who tries what. Borrowed. */
struct guess {
    const char *account;
    const char *network; /* an IPv4 address, an IPv6 /64 */
    const char *session; /* the bearer of a session of the account that holds, which is shown too, so that only failures
                            shown with it count; NULL: none */
    bool is_token;       /* the secret has the shape of a token */
};

/* See whether this may be tried now. ERROR_RATE_LIMITED with retry_at. */
int throttle_check (struct throttle *throttle, const struct guess *guess, int64_t now_us, struct error *err);

/* Count one that failed for a wrong secret or code. */
void throttle_failed (struct throttle *throttle, const struct guess *guess, int64_t now_us);

/* Note one that succeeded: its network is known to be the account's from now on. */
void throttle_succeeded (struct throttle *throttle, const struct guess *guess, int64_t now_us);

#endif
