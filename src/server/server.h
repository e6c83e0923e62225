/* The HTTP face of a token service: Docker Hub's API over libmicrohttpd. */
#ifndef DPAT_SERVER_SERVER_H
#define DPAT_SERVER_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/address.h"
#include "src/base/error.h"
#include "src/service/embedded.h"
#include "src/service/usage.h"

struct server;

/* How to serve. All is borrowed until server_stop. */
struct server_config {
    /* Opens the service once for each thread that needs it, with its uses of tokens gathered in usage. */
    int (*open) (void *context, struct usage *usage, struct embedded **ret_embedded, struct error *err);
    void *context;
    /* Takes a line of the access log, JSON without a newline, from any thread. NULL: no log. */
    void (*log) (void *log_context, const char *line);
    void *log_context;
    const char *listen;     /* "127.0.0.1:7380", "[::1]:0", ":443" for all addresses; port 0 lets the kernel choose */
    const char *public_url; /* what clients call it, without a slash at the end; NULL: what their Host says */
    const char *tls_certificate;    /* PEM file, the server's own certificate first; NULL: plain HTTP */
    const char *tls_key;            /* PEM file */
    struct network_list proxies;    /* whose X-Forwarded-For is believed */
    unsigned requests_per_minute;   /* of one client address; 0: any number */
    unsigned connections;           /* open at once; 0: 512 */
    unsigned connections_of_client; /* of one client address, or IPv6 /64; 0: 64 */
    bool metrics_for_all;           /* /metrics answers others than loopback, too */
    const char *registry_audience;  /* the `service` of the registries that trust this one; NULL: REGISTRY_AUDIENCE */
    unsigned registry_life_s;       /* of registry tokens; 0: REGISTRY_LIFE_S */
    bool registry_refresh;          /* clients of registries may have refresh tokens */
};

/* Start serving. Plain HTTP is only for loopback, or behind proxies that are named: else ERROR_USAGE. Certificates that
 * cannot be used are ERROR_CONFIG, an address that cannot be listened on ERROR_NETWORK; else the errors of open.
 * *ret_server is owned: server_stop. */
int server_start (const struct server_config *config, struct server **ret_server, struct error *err);

/* The port it listens on. */
unsigned server_port (const struct server *server);

/* Cut slow clients and write the uses of tokens that were gathered; to be called about once a second. */
void server_tick (struct server *server);

/* Read certificate and key again: new connections get them, old ones go on undisturbed. ERROR_CONFIG when the new ones
 * cannot be used; then the old ones stay. Without TLS nothing happens. */
int server_reload (struct server *server, struct error *err);

/* Stop listening, let requests end (within drain_ms), write what is left to write, and free it all. NULL is fine. */
int server_stop (struct server *server, int drain_ms, struct error *err);

#endif
