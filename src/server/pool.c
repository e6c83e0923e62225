/* One embedded service per thread that needs one at a time. */
#include "src/server/pool.h"

#include <pthread.h>
#include <stdlib.h>

#include "src/base/memory.h"

struct pool {
    pthread_mutex_t mutex;
    pthread_cond_t returned;
    struct embedded **free_ones; /* owned; count of them */
    unsigned count;
};

struct pool *pool_new (const struct server_config *config, struct usage *usage, unsigned count, struct error *err)
{
    struct pool *pool = xcalloc (1, sizeof (*pool));
    pthread_mutex_init (&pool->mutex, NULL);
    pthread_cond_init (&pool->returned, NULL);
    pool->free_ones = xcalloc (count, sizeof (struct embedded *));
    while (pool->count < count) {
        if (config->open (config->context, usage, &pool->free_ones[pool->count], err) != 0) {
            pool_free (pool);
            return NULL;
        }
        pool->count++;
    }
    return pool;
}

void pool_free (struct pool *pool)
{
    if (pool == NULL)
        return;
    for (unsigned i = 0; i < pool->count; i++)
        service_free (embedded_service (pool->free_ones[i]));
    free (pool->free_ones);
    pthread_cond_destroy (&pool->returned);
    pthread_mutex_destroy (&pool->mutex);
    free (pool);
}

struct embedded *pool_borrow (struct pool *pool)
{
    pthread_mutex_lock (&pool->mutex);
    while (pool->count == 0)
        pthread_cond_wait (&pool->returned, &pool->mutex);
    struct embedded *embedded = pool->free_ones[--pool->count];
    pthread_mutex_unlock (&pool->mutex);
    return embedded;
}

void pool_return (struct pool *pool, struct embedded *embedded)
{
    pthread_mutex_lock (&pool->mutex);
    pool->free_ones[pool->count++] = embedded;
    pthread_cond_signal (&pool->returned);
    pthread_mutex_unlock (&pool->mutex);
}
