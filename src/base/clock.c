/* The clocks of dpat: the system's real-time clock, and its monotonic one. */
#include "src/base/clock.h"

#include <time.h>

static int64_t read_us (clockid_t id)
{
    struct timespec now;
    if (clock_gettime (id, &now) != 0)
        return 0;
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_now_us (void)
{
    return read_us (CLOCK_REALTIME);
}

int64_t clock_steady_us (void)
{
    return read_us (CLOCK_MONOTONIC);
}
