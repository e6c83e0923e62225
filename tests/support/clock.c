/* The clock of tests; it is linked in front of src/base/clock.c, which is then left out. */
#include "tests/support/clock.h"

#include <time.h>

static int64_t stopped_us;

int64_t clock_now_us (void)
{
    struct timespec now;
    if (stopped_us)
        return stopped_us;
    clock_gettime (CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_steady_us (void)
{
    struct timespec now;
    clock_gettime (CLOCK_MONOTONIC, &now); /* nobody can set this one, a test neither */
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void clock_set_us (int64_t now_us)
{
    stopped_us = now_us;
}

void clock_advance_s (int64_t seconds)
{
    stopped_us += seconds * 1000000;
}
