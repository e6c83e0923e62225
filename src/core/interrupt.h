/* A stretch of work that must be undone when a signal ends the program: signals are noted, and take effect
 * afterwards. */
#ifndef DPAT_CORE_INTERRUPT_H
#define DPAT_CORE_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

#define INTERRUPT_SIGNALS 3

/* What stood before interrupt_begin, to be put back. */
struct interrupt_guard {
    struct sigaction old[INTERRUPT_SIGNALS];
};

/* From now on SIGINT, SIGTERM and SIGHUP only set a mark and cut blocking system calls short (EINTR). A signal that was
 * ignored stays ignored. One guard at a time. */
void interrupt_begin (struct interrupt_guard *guard);

/* Whether such a signal came since interrupt_begin. */
bool interrupt_pending (void);

/* Put the old handling back. A signal that came stays pending until interrupt_raise, so that what happened can be
 * told. */
void interrupt_end (const struct interrupt_guard *guard);

/* When a signal is pending, raise it again: by default that ends the program as the signal would have. */
void interrupt_raise (void);

#endif
