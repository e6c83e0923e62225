/* Uses of tokens, gathered in memory and written together. */
#include "src/service/usage.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/memory.h"
#include "src/token/token.h"

/* The last use of one token. */
struct use {
    char token_id[TOKEN_ID_SIZE];
    int64_t at_us;
    char *ip;         /* owned */
    char *user_agent; /* owned */
};

/* Uses by token id, in order of it. */
struct usage {
    pthread_mutex_t mutex;
    struct use *items; /* owned */
    size_t count;
};

struct usage *usage_new (void)
{
    struct usage *usage = xcalloc (1, sizeof (*usage));
    pthread_mutex_init (&usage->mutex, NULL);
    return usage;
}

static void free_items (struct use *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free (items[i].ip);
        free (items[i].user_agent);
    }
    free (items);
}

void usage_free (struct usage *usage)
{
    if (usage == NULL)
        return;
    free_items (usage->items, usage->count);
    pthread_mutex_destroy (&usage->mutex);
    free (usage);
}

/* Where the token stands, or would stand. */
static size_t position (const struct usage *usage, const char *token_id)
{
    size_t low = 0, high = usage->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (strcmp (usage->items[middle].token_id, token_id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The mutex is held. A use that is older than the one there changes nothing. */
static void put (struct usage *usage, struct use use)
{
    size_t at = position (usage, use.token_id);
    bool there = at < usage->count && strcmp (usage->items[at].token_id, use.token_id) == 0;
    if (there && usage->items[at].at_us > use.at_us) {
        free (use.ip);
        free (use.user_agent);
        return;
    }
    if (there) {
        free (usage->items[at].ip);
        free (usage->items[at].user_agent);
    } else {
        usage->items = xreallocarray (usage->items, usage->count + 1, sizeof (*usage->items));
        memmove (usage->items + at + 1, usage->items + at, (usage->count - at) * sizeof (*usage->items));
        usage->count++;
    }
    usage->items[at] = use;
}

void usage_add (struct usage *usage, const char *token_id, int64_t at_us, const char *ip, const char *user_agent)
{
    struct use use = { .at_us = at_us, .ip = xstrdup (ip), .user_agent = xstrdup (user_agent) };
    memcpy (use.token_id, token_id, strnlen (token_id, TOKEN_ID_SIZE - 1));
    pthread_mutex_lock (&usage->mutex);
    put (usage, use);
    pthread_mutex_unlock (&usage->mutex);
}

static int write_all (struct store *store, const struct use *items, size_t count, struct error *err)
{
    if (store_begin (store, err) != 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (store_token_touch (store, items[i].token_id, items[i].at_us, items[i].ip, items[i].user_agent, err) != 0) {
            store_rollback (store);
            return -1;
        }
    return store_commit (store, err);
}

int usage_write (struct usage *usage, struct store *store, struct error *err)
{
    pthread_mutex_lock (&usage->mutex);
    struct use *items = take (&usage->items);
    size_t count = usage->count;
    usage->count = 0;
    pthread_mutex_unlock (&usage->mutex);
    int status = count > 0 ? write_all (store, items, count, err) : 0;
    if (status == 0) {
        free_items (items, count);
        return 0;
    }
    pthread_mutex_lock (&usage->mutex);
    for (size_t i = 0; i < count; i++)
        put (usage, items[i]);
    pthread_mutex_unlock (&usage->mutex);
    free (items);
    return -1;
}
