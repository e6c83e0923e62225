/* A server's life: starting, the work of each second, reloading, stopping. */
#include "src/server/server.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/base/time.h"
#include "src/server/routes.h"
#include "src/server/server_private.h"
#include "src/service/registry.h"

enum { CONNECTIONS = 512, CONNECTIONS_OF_CLIENT = 64, COUNTS_LIFE_S = 15, USAGE_S = 5, STOP_POLL_MS = 20 };

/* For what is under way when memory is exhausted: a worst case of every thread and every queued sign-in at once. */
enum { RESERVE_BYTES = 16 << 20 };

/* In a worker's thread: do it, and let libmicrohttpd go on with the connection. */
static void work (void *context, struct exchange *exchange)
{
    struct server *server = context;
    struct embedded *embedded = pool_borrow (server->pool);
    routes_perform (exchange, embedded);
    pool_return (server->pool, embedded);
    server->mhd.resume_connection (exchange->connection);
}

static int check_config (const struct server_config *config, bool loopback, struct error *err)
{
    if ((config->tls_certificate == NULL) != (config->tls_key == NULL))
        return error_set (err, ERROR_USAGE, "TLS needs both a certificate and a key: --tls-cert FILE --tls-key FILE");
    if (config->tls_certificate || loopback || config->proxies.count > 0)
        return 0;
    error_set (err, ERROR_USAGE, "%s can be reached from other machines, and plain HTTP would show them secrets",
               config->listen);
    return error_hint (err, "give --tls-cert and --tls-key, or name the proxy in front with --behind-proxy NETWORK");
}

static int start_parts (struct server *server, struct error *err)
{
    unsigned threads = 4 + 2 * workers_count ();
    server->connections = connections_new (&(struct connection_limits){
        .all = server->config.connections, .of_client = server->config.connections_of_client });
    server->usage = usage_new (err);
    server->rate = server->usage ? rate_new (err) : NULL;
    server->throttle = server->rate ? throttle_new (err) : NULL;
    server->pool = server->throttle ? pool_new (&server->config, server->usage, threads, err) : NULL;
    server->workers = server->pool ? workers_start (work, server, err) : NULL;
    return server->workers ? generation_start (server, err) : -1;
}

static void free_parts (struct server *server)
{
    workers_stop (server->workers);
    pool_free (server->pool);
    throttle_free (server->throttle);
    rate_free (server->rate);
    connections_free (server->connections);
    usage_free (server->usage);
    memory_cleanup_close (&server->listen_fd);
    pthread_mutex_destroy (&server->counts_mutex);
    free (server);
}

int server_start (const struct server_config *config, struct server **ret_server, struct error *err)
{
    struct server *server = xcalloc (1, sizeof (*server));
    bool loopback = false;
    server->config = *config;
    server->config.connections = config->connections ? config->connections : CONNECTIONS;
    server->config.connections_of_client =
        config->connections_of_client ? config->connections_of_client : CONNECTIONS_OF_CLIENT;
    server->config.registry_audience = config->registry_audience ? config->registry_audience : REGISTRY_AUDIENCE;
    server->config.registry_life_s = config->registry_life_s ? config->registry_life_s : REGISTRY_LIFE_S;
    server->listen_fd = -1;
    server->usage_written_us = clock_now_us ();
    pthread_mutex_init (&server->counts_mutex, NULL);
    memory_stay_small ();
    if (memory_keep_reserve (RESERVE_BYTES, true) != 0) {
        free_parts (server);
        return error_no_memory (err);
    }
    if (mhd_load (&server->mhd, err) != 0
        || listener_open (config->listen, &server->listen_fd, &server->port, &loopback, err) != 0
        || check_config (config, loopback, err) != 0 || start_parts (server, err) != 0) {
        free_parts (server);
        return -1;
    }
    *ret_server = server;
    return 0;
}

unsigned server_port (const struct server *server)
{
    return server->port;
}

int server_count_tokens (struct server *server, struct embedded *embedded, struct token_counts *ret_counts,
                         struct error *err)
{
    int64_t now_us = clock_now_us ();
    int status = 0;
    pthread_mutex_lock (&server->counts_mutex);
    if (server->counted_us == 0 || now_us - server->counted_us > (int64_t)COUNTS_LIFE_S * 1000000) {
        status = accounts_count_tokens (embedded, &server->counts, err);
        server->counted_us = status == 0 ? now_us : 0;
    }
    *ret_counts = server->counts;
    pthread_mutex_unlock (&server->counts_mutex);
    return status;
}

static int write_usage (struct server *server, struct error *err)
{
    struct embedded *embedded = pool_borrow (server->pool);
    int status = embedded_write_usage (embedded, err);
    pool_return (server->pool, embedded);
    return status;
}

/* Free the older generations whose last connection has ended. */
static void stop_older (struct generation *newest)
{
    while (newest->older) {
        struct generation *older = newest->older;
        if (generation_connections (older) > 0) {
            newest = older;
            continue;
        }
        newest->older = older->older;
        generation_stop (older);
    }
}

/* A line of the log about what happened to no request. */
static void tell (const struct server *server, const char *what, const struct error *why)
{
    char when[TIME_TEXT_US_SIZE];
    json_auto_t *line = json_object ();
    AUTO (buffer) text;
    buffer_init (&text, 8192);
    json_set_string (line, "time", time_format_us (clock_now_us (), 3, when));
    json_set_string (line, "event", what);
    json_set_string (line, "error", why->text);
    json_write (&text, line);
    if (server->config.log)
        server->config.log (server->config.log_context, buffer_text (&text));
}

void server_tick (struct server *server)
{
    int64_t now_us = clock_now_us ();
    connections_cut (server->connections, clock_steady_us (), false);
    stop_older (server->current);
    int64_t passed_us = now_us - server->usage_written_us;
    if (passed_us >= 0 && passed_us < (int64_t)USAGE_S * 1000000) /* a clock set back is no reason to wait */
        return;
    server->usage_written_us = now_us;
    struct error why = ERROR_INIT;
    if (write_usage (server, &why) != 0) /* what could not be written is kept for the next time */
        tell (server, "uses of tokens could not be written yet", &why);
}

int server_reload (struct server *server, struct error *err)
{
    struct generation *old = server->current;
    if (server->config.tls_certificate == NULL)
        return 0;
    if (generation_start (server, err) != 0)
        return -1;
    atomic_store (&old->ending, true);
    server->mhd.quiesce_daemon (old->daemon);
    return 0;
}

/* Let requests end, at most until the deadline; idle connections are cut at once. */
static void drain (struct server *server, int drain_ms)
{
    for (struct generation *generation = server->current; generation; generation = generation->older) {
        atomic_store (&generation->ending, true);
        server->mhd.quiesce_daemon (generation->daemon);
    }
    for (int waited_ms = 0; waited_ms < drain_ms; waited_ms += STOP_POLL_MS) {
        if (connections_cut (server->connections, clock_steady_us (), true) == 0)
            return;
        nanosleep (&(struct timespec){ .tv_nsec = STOP_POLL_MS * 1000000L }, NULL);
    }
}

int server_stop (struct server *server, int drain_ms, struct error *err)
{
    if (server == NULL)
        return 0;
    drain (server, drain_ms);
    workers_stop (take (&server->workers)); /* no connection is suspended from here on */
    while (server->current) {
        struct generation *generation = server->current;
        server->current = generation->older;
        generation_stop (generation);
    }
    int status = write_usage (server, err);
    free_parts (server);
    return status;
}
