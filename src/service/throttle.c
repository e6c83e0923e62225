/* Slowing down who guesses secrets. */
#include "src/service/throttle.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/crypto.h"
#include "src/base/memory.h"

/* Buckets, in sets of a few that one key may be in. */
enum { SET_COUNT = 4096, SET_SIZE = 4 };

/* What failures are counted against. */
enum kind { OF_NETWORK, OF_ACCOUNT, OF_BOTH, OF_SESSION, KIND_COUNT };

/* How many failures are free, and how long it takes until one of them is forgotten. */
static const struct {
    double most;
    double fade_s;
} limits[KIND_COUNT] = {
    [OF_NETWORK] = { 30, 30 }, [OF_ACCOUNT] = { 100, 10 }, [OF_BOTH] = { 5, 60 }, [OF_SESSION] = { 5, 60 }
};

struct bucket {
    uint64_t key; /* 0: unused */
    double failures;
    int64_t at_us;
    bool known; /* OF_BOTH: a sign-in succeeded */
};

struct throttle {
    pthread_mutex_t mutex;
    unsigned char hash_key[CRYPTO_KEY_SIZE]; /* random, so that nobody can aim at a set */
    struct bucket sets[SET_COUNT][SET_SIZE];
};

struct throttle *throttle_new (struct error *err)
{
    struct throttle *throttle = xcalloc (1, sizeof (*throttle));
    if (crypto_random (throttle->hash_key, sizeof (throttle->hash_key), err) != 0) {
        free (throttle);
        return NULL;
    }
    pthread_mutex_init (&throttle->mutex, NULL);
    return throttle;
}

void throttle_free (struct throttle *throttle)
{
    if (throttle == NULL)
        return;
    pthread_mutex_destroy (&throttle->mutex);
    free (throttle);
}

/* Whether a guess is counted by that. */
static bool applies (const struct guess *guess, enum kind kind)
{
    return (kind == OF_SESSION) == (guess->session != NULL);
}

static uint64_t hash (const struct throttle *throttle, enum kind kind, const struct guess *guess)
{
    unsigned char mac[CRYPTO_MAC_SIZE] = { 0 };
    uint64_t key;
    AUTOFREE char *text = xasprintf (
        "%d %d\n%s\n%s\n%s", (int)kind, guess->is_token, kind == OF_NETWORK ? "" : guess->account,
        kind == OF_NETWORK || kind == OF_BOTH ? guess->network : "", kind == OF_SESSION ? guess->session : "");
    (void)crypto_hmac (throttle->hash_key, sizeof (throttle->hash_key), text, strlen (text), mac, NULL);
    secret_wipe (text, strlen (text)); /* a session's bearer may be in it */
    memcpy (&key, mac, sizeof (key));
    return key | 1;
}

/* Failures that still count now. A clock that went back makes nothing worse. */
static double faded (const struct bucket *bucket, enum kind kind, int64_t now_us)
{
    double passed_s = now_us > bucket->at_us ? (double)(now_us - bucket->at_us) / 1e6 : 0;
    double left = bucket->failures - passed_s / limits[kind].fade_s;
    return left > 0 ? left : 0;
}

static struct bucket *find (struct throttle *throttle, uint64_t key)
{
    struct bucket *set = throttle->sets[key / 2 % SET_COUNT];
    for (size_t i = 0; i < SET_SIZE; i++)
        if (set[i].key == key)
            return &set[i];
    return NULL;
}

/* The key's bucket, in place of the one that matters least when it has none. */
static struct bucket *find_or_make (struct throttle *throttle, uint64_t key)
{
    struct bucket *set = throttle->sets[key / 2 % SET_COUNT];
    struct bucket *least = find (throttle, key);
    if (least)
        return least;
    least = &set[0];
    for (size_t i = 1; i < SET_SIZE; i++)
        if (set[i].at_us < least->at_us)
            least = &set[i];
    *least = (struct bucket){ .key = key };
    return least;
}

/* Seconds until one more failure is free; 0 when one is. */
static double wait_s (struct throttle *throttle, enum kind kind, const struct guess *guess, int64_t now_us)
{
    const struct bucket *bucket = find (throttle, hash (throttle, kind, guess));
    double failures = bucket ? faded (bucket, kind, now_us) : 0;
    double over = failures + 1 - limits[kind].most;
    return over > 0 ? over * limits[kind].fade_s : 0;
}

int throttle_check (struct throttle *throttle, const struct guess *guess, int64_t now_us, struct error *err)
{
    double longest_s = 0;
    pthread_mutex_lock (&throttle->mutex);
    const struct bucket *both = find (throttle, hash (throttle, OF_BOTH, guess));
    for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
        if (!applies (guess, kind) || (kind == OF_ACCOUNT && both && both->known))
            continue;
        double this_s = wait_s (throttle, kind, guess, now_us);
        if (this_s > longest_s)
            longest_s = this_s;
    }
    pthread_mutex_unlock (&throttle->mutex);
    if (longest_s <= 0)
        return 0;
    error_set (err, ERROR_RATE_LIMITED, "too many failed sign-ins; try again in %d seconds", (int)longest_s + 1);
    if (err)
        err->retry_at = now_us / 1000000 + (int64_t)longest_s + 1;
    return -1;
}

void throttle_failed (struct throttle *throttle, const struct guess *guess, int64_t now_us)
{
    pthread_mutex_lock (&throttle->mutex);
    for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
        if (!applies (guess, kind))
            continue;
        struct bucket *bucket = find_or_make (throttle, hash (throttle, kind, guess));
        bucket->failures = faded (bucket, kind, now_us) + 1;
        bucket->at_us = now_us;
    }
    pthread_mutex_unlock (&throttle->mutex);
}

void throttle_succeeded (struct throttle *throttle, const struct guess *guess, int64_t now_us)
{
    pthread_mutex_lock (&throttle->mutex);
    struct bucket *bucket = find_or_make (throttle, hash (throttle, OF_BOTH, guess));
    *bucket = (struct bucket){ .key = bucket->key, .at_us = now_us, .known = true };
    pthread_mutex_unlock (&throttle->mutex);
}
