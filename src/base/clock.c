/* The one clock of dpat: the system's real-time clock. */
#include "src/base/clock.h"

#include <time.h>

int64_t clock_now_us (void)
{
    struct timespec now;
    if (clock_gettime (CLOCK_REALTIME, &now) != 0)
        return 0;
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
