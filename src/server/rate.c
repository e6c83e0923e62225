/* How many requests each client address may make in a minute. */
#include "src/server/rate.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/crypto.h"
#include "src/base/memory.h"

enum { SET_COUNT = 2048, SET_SIZE = 4, MINUTE_S = 60 };

struct counter {
    struct address address;
    int64_t minute;
    unsigned count;
};

struct rate {
    pthread_mutex_t mutex;
    uint64_t seed; /* random, so that nobody can aim at a set */
    struct counter sets[SET_COUNT][SET_SIZE];
};

struct rate *rate_new (struct error *err)
{
    struct rate *rate = xcalloc (1, sizeof (*rate));
    if (crypto_random (&rate->seed, sizeof (rate->seed), err) != 0) {
        free (rate);
        return NULL;
    }
    pthread_mutex_init (&rate->mutex, NULL);
    return rate;
}

void rate_free (struct rate *rate)
{
    if (rate == NULL)
        return;
    pthread_mutex_destroy (&rate->mutex);
    free (rate);
}

/* FNV-1a from a random start, mixed once more: a set gives away nothing that could be aimed at. */
static size_t set_of (const struct rate *rate, const struct address *address)
{
    uint64_t hash = rate->seed;
    for (size_t i = 0; i < sizeof (address->bytes); i++)
        hash = (hash ^ address->bytes[i]) * 0x100000001b3;
    hash ^= hash >> 29;
    return (hash * 0x9e3779b97f4a7c15) >> 53;
}

unsigned rate_count (struct rate *rate, const struct address *address, int64_t now_us, int64_t *ret_reset)
{
    int64_t minute = now_us / 1000000 / MINUTE_S;
    struct address near = address_neighbourhood (address);
    struct counter *set = rate->sets[set_of (rate, &near)];
    *ret_reset = (minute + 1) * MINUTE_S;
    pthread_mutex_lock (&rate->mutex);
    struct counter *counter = &set[0]; /* else the one that counted least in the oldest minute */
    for (size_t i = 0; i < SET_SIZE; i++) {
        if (address_equal (&set[i].address, &near)) {
            counter = &set[i];
            break;
        }
        if (set[i].minute < counter->minute || (set[i].minute == counter->minute && set[i].count < counter->count))
            counter = &set[i];
    }
    if (counter->minute != minute || !address_equal (&counter->address, &near))
        *counter = (struct counter){ .address = near, .minute = minute };
    unsigned count = ++counter->count;
    pthread_mutex_unlock (&rate->mutex);
    return count;
}
