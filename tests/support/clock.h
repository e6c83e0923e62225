/* The clock of tests: it stands still, or runs with the real one, as a test says. */
#ifndef DPAT_TESTS_SUPPORT_CLOCK_H
#define DPAT_TESTS_SUPPORT_CLOCK_H

#include <stdint.h>

#include "src/base/clock.h"

/* 2027-01-15T08:00:00Z in seconds: an instant for tests. */
#define CLOCK_SOME_DAY ((int64_t)1800000000)

/* Stop the clock at that instant (microseconds UTC); 0 lets it run with the real one again. */
void clock_set_us (int64_t now_us);

/* Move a stopped clock. */
void clock_advance_s (int64_t seconds);

#endif
