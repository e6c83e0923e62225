/* How many requests each client address may make in a minute, counted in memory of a fixed size. Safe to use from
 * several threads. */
#ifndef DPAT_SERVER_RATE_H
#define DPAT_SERVER_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/address.h"
#include "src/base/error.h"

struct rate;

/* A counter that has counted nothing. Owned: rate_free. NULL with ERROR_INTERNAL when there is no randomness. */
struct rate *rate_new (struct error *err);

/* Free it. NULL is fine. */
void rate_free (struct rate *rate);

/* Count a request. Returns how many the address made in this minute, this one included; *ret_reset is when the minute
 * ends, in seconds UTC. */
unsigned rate_count (struct rate *rate, const struct address *address, int64_t now_us, int64_t *ret_reset);

#endif
