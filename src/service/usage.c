/* Uses of tokens: recording one, and gathering many. */
#include "src/service/usage.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/address.h"
#include "src/base/crypto.h"
#include "src/base/memory.h"

/* Uses gathered at most, refusals remembered, and for how long. */
enum { GATHERED_MAX = 65536, REMEMBERED = 8192, REFUSAL_S = 600 };

/* A use that waits to be written. */
struct waiting {
    char *key; /* owned: what tells uses apart */
    struct token_use use;
};

/* Uses in order of their keys. */
struct usage {
    pthread_mutex_t mutex;
    struct waiting *items; /* owned */
    size_t count;
    uint64_t seed; /* random, so that nobody can aim at another's refusals */
    struct {
        uint64_t hash;
        int64_t at_us;
    } refusals[REMEMBERED]; /* those gathered last, by hash */
};

static const char *note_of (const struct token_use *use)
{
    if (use->token_id)
        return use->refused ? error_kind (use->refused)->name : NULL;
    if (use->account_id == NULL)
        return "unknown token";
    return use->refused ? "right password, but a token is needed" : "to a registry, with the password";
}

static int audit (struct store *store, const struct token_use *use, const char *actor, const char *action,
                  struct error *err)
{
    struct audit_row row = { .at_us = use->at_us,
                             .account_id = use->account_id,
                             .account_name = use->account_name,
                             .actor = actor,
                             .action = action,
                             .token_id = use->token_id,
                             .token_name = use->token_name,
                             .ip = use->ip,
                             .user_agent = use->user_agent,
                             .note = note_of (use) };
    return store_audit_add (store, &row, err);
}

/* Of IPv6 a customer has a whole /64, and changes in it all the time. */
static void neighbourhood_text (const char *ip, char out[ADDRESS_TEXT_SIZE])
{
    struct address address = { .family = 0 };
    if (ip && address_parse (ip, &address))
        address = address_neighbourhood (&address);
    address_format (&address, out);
}

int usage_record (struct store *store, const struct token_use *use, struct error *err)
{
    char address[ADDRESS_TEXT_SIZE];
    bool found, is_new;
    if (use->token_id == NULL && use->account_id && !use->refused)
        return audit (store, use, "owner", "signed_in", err);
    if (use->token_id == NULL)
        return audit (store, use, "nobody", "sign_in_failed", err);
    if (use->refused)
        return audit (store, use, "pat", "token_refused", err);
    neighbourhood_text (use->ip, address);
    if (store_token_touch (store, use->token_id, use->at_us, use->ip, use->user_agent, &found, err) != 0
        || store_token_address_add (store, use->token_id, address, use->at_us, &is_new, err) != 0)
        return -1;
    /* who deletes a token just after somebody used it wants to know from where */
    return is_new || !found ? audit (store, use, "pat", "token_used_from_new_address", err) : 0;
}

struct usage *usage_new (struct error *err)
{
    struct usage *usage = xcalloc (1, sizeof (*usage));
    if (crypto_random (&usage->seed, sizeof (usage->seed), err) != 0) {
        free (usage);
        return NULL;
    }
    pthread_mutex_init (&usage->mutex, NULL);
    return usage;
}

static void waiting_release (struct waiting *waiting)
{
    struct token_use *use = &waiting->use;
    char *const strings[] = { waiting->key,      use->token_id, use->token_name, use->account_id,
                              use->account_name, use->ip,       use->user_agent };
    for (size_t i = 0; i < ARRAY_SIZE (strings); i++)
        free (strings[i]);
}

static void free_items (struct waiting *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        waiting_release (&items[i]);
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

/* Where the key stands, or would stand. */
static size_t position (const struct usage *usage, const char *key)
{
    size_t low = 0, high = usage->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (strcmp (usage->items[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The mutex is held; waiting is taken. A use that is older than the one there changes nothing. */
static void put (struct usage *usage, struct waiting waiting)
{
    size_t at = position (usage, waiting.key);
    bool there = at < usage->count && strcmp (usage->items[at].key, waiting.key) == 0;
    if (there ? usage->items[at].use.at_us > waiting.use.at_us : usage->count >= GATHERED_MAX) {
        waiting_release (&waiting);
        return;
    }
    if (there)
        waiting_release (&usage->items[at]);
    else {
        usage->items = xreallocarray (usage->items, usage->count + 1, sizeof (*usage->items));
        memmove (usage->items + at + 1, usage->items + at, (usage->count - at) * sizeof (*usage->items));
        usage->count++;
    }
    usage->items[at] = waiting;
}

/* The mutex is held. Whether the same refusal was gathered a short while ago; it is remembered now. */
static bool is_repeated (struct usage *usage, const char *key, int64_t at_us)
{
    uint64_t hash = usage->seed;
    for (const char *at = key; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 0x100000001b3;
    hash ^= hash >> 29;
    size_t slot = hash % REMEMBERED;
    int64_t passed_us = at_us - usage->refusals[slot].at_us;
    if (usage->refusals[slot].hash == hash && passed_us >= 0 && passed_us < (int64_t)REFUSAL_S * 1000000)
        return true;
    usage->refusals[slot].hash = hash;
    usage->refusals[slot].at_us = at_us;
    return false;
}

void usage_add (struct usage *usage, const struct token_use *use)
{
    char address[ADDRESS_TEXT_SIZE];
    const char *id = use->token_id ? use->token_id : use->account_id;
    neighbourhood_text (use->ip, address);
    struct waiting waiting = { .key = xasprintf ("%s %s %d", id ? id : "-", address, (int)use->refused), .use = *use };
    waiting.use.token_id = xstrdup (use->token_id);
    waiting.use.token_name = xstrdup (use->token_name);
    waiting.use.account_id = xstrdup (use->account_id);
    waiting.use.account_name = xstrdup (use->account_name);
    waiting.use.ip = xstrdup (use->ip);
    waiting.use.user_agent = xstrdup (use->user_agent);
    pthread_mutex_lock (&usage->mutex);
    if ((use->refused || use->token_id == NULL) && is_repeated (usage, waiting.key, use->at_us))
        waiting_release (&waiting);
    else
        put (usage, waiting);
    pthread_mutex_unlock (&usage->mutex);
}

static int compare_times (const void *left, const void *right)
{
    const struct waiting *a = left;
    const struct waiting *b = right;
    return (a->use.at_us > b->use.at_us) - (a->use.at_us < b->use.at_us);
}

/* In the order in which they happened, so that the last of a token's stays. */
static int write_all (struct store *store, struct waiting *items, size_t count, struct error *err)
{
    qsort (items, count, sizeof (*items), compare_times);
    if (store_begin (store, err) != 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (usage_record (store, &items[i].use, err) != 0) {
            store_rollback (store);
            return -1;
        }
    return store_commit (store, err);
}

int usage_write (struct usage *usage, struct store *store, struct error *err)
{
    pthread_mutex_lock (&usage->mutex);
    struct waiting *items = take (&usage->items);
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
