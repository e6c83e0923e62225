/* The threads that hash passwords. */
#include "src/server/workers.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/memory.h"

enum { QUEUE_MAX = 16, THREADS_MAX = 64 };

struct workers {
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    work_function *work;
    void *context;
    pthread_t threads[THREADS_MAX];
    unsigned thread_count;
    struct exchange *queue[QUEUE_MAX]; /* a ring: length of them from first */
    unsigned first, length;
    bool closed;
};

unsigned workers_count (void)
{
    long cores = sysconf (_SC_NPROCESSORS_ONLN);
    return cores < 1 ? 1 : cores > THREADS_MAX ? THREADS_MAX : (unsigned)cores;
}

/* The next exchange; NULL when the queue is closed and empty. */
static struct exchange *next (struct workers *workers)
{
    struct exchange *exchange = NULL;
    pthread_mutex_lock (&workers->mutex);
    while (workers->length == 0 && !workers->closed)
        pthread_cond_wait (&workers->wake, &workers->mutex);
    if (workers->length > 0) {
        exchange = workers->queue[workers->first];
        workers->first = (workers->first + 1) % QUEUE_MAX;
        workers->length--;
    }
    pthread_mutex_unlock (&workers->mutex);
    return exchange;
}

static void *run (void *argument)
{
    struct workers *workers = argument;
    struct exchange *exchange;
    while ((exchange = next (workers)) != NULL)
        workers->work (workers->context, exchange);
    return NULL;
}

struct workers *workers_start (work_function *work, void *context, struct error *err)
{
    struct workers *workers = xcalloc (1, sizeof (*workers));
    workers->work = work;
    workers->context = context;
    pthread_mutex_init (&workers->mutex, NULL);
    pthread_cond_init (&workers->wake, NULL);
    while (workers->thread_count < workers_count ()) {
        int code = pthread_create (&workers->threads[workers->thread_count], NULL, run, workers);
        if (code != 0) {
            workers_stop (workers);
            error_set (err, ERROR_INTERNAL, "a thread cannot be started: %s", strerror (code));
            return NULL;
        }
        workers->thread_count++;
    }
    return workers;
}

bool workers_take (struct workers *workers, struct exchange *exchange)
{
    pthread_mutex_lock (&workers->mutex);
    bool room = !workers->closed && workers->length < QUEUE_MAX;
    if (room) {
        workers->queue[(workers->first + workers->length) % QUEUE_MAX] = exchange;
        workers->length++;
        pthread_cond_signal (&workers->wake);
    }
    pthread_mutex_unlock (&workers->mutex);
    return room;
}

void workers_stop (struct workers *workers)
{
    if (workers == NULL)
        return;
    pthread_mutex_lock (&workers->mutex);
    workers->closed = true;
    pthread_cond_broadcast (&workers->wake);
    pthread_mutex_unlock (&workers->mutex);
    for (unsigned i = 0; i < workers->thread_count; i++)
        pthread_join (workers->threads[i], NULL);
    pthread_cond_destroy (&workers->wake);
    pthread_mutex_destroy (&workers->mutex);
    free (workers);
}
