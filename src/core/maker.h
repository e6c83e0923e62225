/* Which process makes a token, in words that another process can check. */
#ifndef DPAT_CORE_MAKER_H
#define DPAT_CORE_MAKER_H

#include "src/token/delivery.h"

/* Whether the process that such words name still runs. MAKER_UNKNOWN: it ran on another machine or in another
 * container, or it did not say. */
enum maker_life { MAKER_RUNS, MAKER_ENDED, MAKER_UNKNOWN };

/* This process: "BOOT:NAMESPACE:PID:START", or "" where /proc does not tell. */
void maker_self (char ret_maker[DELIVERY_MAKER_SIZE]);

/* Whether that process still runs. */
enum maker_life maker_life (const char *maker);

#endif
