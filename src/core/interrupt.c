/* Signals noted during a stretch of work and raised again after it. */
#include "src/core/interrupt.h"

#include <stddef.h>

static const int signals[INTERRUPT_SIGNALS] = { SIGINT, SIGTERM, SIGHUP };

/* A signal handler can reach nothing but such a variable. */
static volatile sig_atomic_t pending;

static void note_signal (int number)
{
    pending = number;
}

void interrupt_begin (struct interrupt_guard *guard)
{
    pending = 0;
    for (size_t i = 0; i < INTERRUPT_SIGNALS; i++) {
        struct sigaction noting = { .sa_handler = note_signal };
        sigaction (signals[i], NULL, &guard->old[i]);
        if (guard->old[i].sa_handler != SIG_IGN)
            sigaction (signals[i], &noting, NULL);
    }
}

bool interrupt_pending (void)
{
    return pending != 0;
}

void interrupt_end (const struct interrupt_guard *guard)
{
    for (size_t i = 0; i < INTERRUPT_SIGNALS; i++)
        sigaction (signals[i], &guard->old[i], NULL);
}

void interrupt_raise (void)
{
    if (pending != 0)
        raise (pending);
}
