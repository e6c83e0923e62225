/* What the files of the server share. */
#ifndef DPAT_SERVER_SERVER_PRIVATE_H
#define DPAT_SERVER_SERVER_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "src/server/connections.h"
#include "src/server/metrics.h"
#include "src/server/mhd.h"
#include "src/server/pool.h"
#include "src/server/rate.h"
#include "src/server/server.h"
#include "src/server/workers.h"
#include "src/service/throttle.h"

/* libmicrohttpd with one certificate; after a reload the former one goes on until its connections have ended. */
struct generation {
    struct generation *older;
    struct server *server;
    struct MHD_Daemon *daemon;
    struct MHD_Response *refusal;   /* see answer_make_refusal */
    struct buffer certificate, key; /* PEM; empty without TLS */
    atomic_bool ending;             /* its connections end with the next answer */
    char words[256];                /* what libmicrohttpd said when it could not start */
};

/* A server at work. */
struct server {
    struct server_config config; /* with its defaults filled in */
    struct mhd mhd;
    int listen_fd;
    unsigned port;
    struct generation *current; /* and the older ones behind it */
    struct workers *workers;
    struct pool *pool;
    struct connections *connections;
    struct rate *rate;
    struct throttle *throttle;
    struct usage *usage;
    struct metrics metrics;
    atomic_size_t long_answers; /* bytes of them that are on their way */
    int64_t usage_written_us;
    pthread_mutex_t counts_mutex; /* of the two below */
    struct token_counts counts;
    int64_t counted_us;
};

/* Tokens by state, counted anew when the last count is older than 15 s. */
int server_count_tokens (struct server *server, struct embedded *embedded, struct token_counts *ret_counts,
                         struct error *err);

/* Start a generation that listens on the server's socket, and make it the current one. ERROR_CONFIG for certificates
 * that cannot be used, else ERROR_INTERNAL. */
int generation_start (struct server *server, struct error *err);

/* Stop and free a generation whose connections have all ended or been shut down. */
void generation_stop (struct generation *generation);

/* How many connections it has. */
unsigned generation_connections (const struct generation *generation);

/* Bind and listen as text says ("127.0.0.1:7380"); *ret_fd is owned. ERROR_USAGE for what is no address, ERROR_NETWORK
 * when it cannot be had. *ret_loopback tells whether only this machine can reach it. */
int listener_open (const char *text, int *ret_fd, unsigned *ret_port, bool *ret_loopback, struct error *err);

#endif
