/* The clocks of dpat. Tests link another implementation of this header; faketime works too. */
#ifndef DPAT_BASE_CLOCK_H
#define DPAT_BASE_CLOCK_H

#include <stdint.h>

/* Now, in microseconds since 1970 UTC. */
int64_t clock_now_us (void);

/* Microseconds since some moment in the past, for deadlines: nobody can set this clock. */
int64_t clock_steady_us (void);

/* The same in milliseconds, as poll(2) counts. */
static inline int64_t clock_steady_ms (void)
{
    return clock_steady_us () / 1000;
}

#endif
