/* The connections that are open. */
#include "src/server/connections.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "src/base/memory.h"

/* How long each phase may last, in seconds; 0: as long as it takes. */
static const int64_t phase_s[] = { [CONNECTION_HEAD] = 10,
                                   [CONNECTION_BODY] = 20,
                                   [CONNECTION_WORK] = 0,
                                   [CONNECTION_WRITE] = 30,
                                   [CONNECTION_IDLE] = 30 };

struct connection {
    struct connection *next, *previous;
    int fd;
    struct address client;
    enum connection_phase phase;
    int64_t since_us;
    bool cut;
};

struct connections {
    pthread_mutex_t mutex;
    struct connection *first;
    size_t count;
};

struct connections *connections_new (void)
{
    struct connections *connections = xcalloc (1, sizeof (*connections));
    pthread_mutex_init (&connections->mutex, NULL);
    return connections;
}

void connections_free (struct connections *connections)
{
    if (connections == NULL)
        return;
    pthread_mutex_destroy (&connections->mutex);
    free (connections);
}

struct connection *connections_add (struct connections *connections, int fd, const struct address *peer, int64_t now_us)
{
    struct connection *connection = xcalloc (1, sizeof (*connection));
    *connection = (struct connection){ .fd = fd, .client = *peer, .phase = CONNECTION_HEAD, .since_us = now_us };
    pthread_mutex_lock (&connections->mutex);
    connection->next = connections->first;
    if (connection->next)
        connection->next->previous = connection;
    connections->first = connection;
    connections->count++;
    pthread_mutex_unlock (&connections->mutex);
    return connection;
}

void connections_remove (struct connections *connections, struct connection *connection)
{
    pthread_mutex_lock (&connections->mutex);
    if (connection->previous)
        connection->previous->next = connection->next;
    else
        connections->first = connection->next;
    if (connection->next)
        connection->next->previous = connection->previous;
    connections->count--;
    pthread_mutex_unlock (&connections->mutex);
    free (connection);
}

void connections_enter (struct connections *connections, struct connection *connection, enum connection_phase phase,
                        int64_t now_us)
{
    pthread_mutex_lock (&connections->mutex);
    connection->phase = phase;
    connection->since_us = now_us;
    pthread_mutex_unlock (&connections->mutex);
}

size_t connections_of_client (struct connections *connections, struct connection *connection,
                              const struct address *client)
{
    size_t count = 0;
    pthread_mutex_lock (&connections->mutex);
    connection->client = *client;
    for (const struct connection *at = connections->first; at; at = at->next)
        count += address_equal (&at->client, client);
    pthread_mutex_unlock (&connections->mutex);
    return count;
}

/* Shut down only: libmicrohttpd sees the end of it and closes, and until then the number of the descriptor is ours. */
size_t connections_cut (struct connections *connections, int64_t now_us, bool idle)
{
    pthread_mutex_lock (&connections->mutex);
    for (struct connection *at = connections->first; at; at = at->next) {
        int64_t limit_s = phase_s[at->phase];
        bool late = limit_s > 0 && now_us - at->since_us > limit_s * 1000000;
        bool waits = at->phase == CONNECTION_IDLE;
        if (!at->cut && (late || (idle && waits))) {
            at->cut = true;
            (void)shutdown (at->fd, SHUT_RDWR); /* it fails when the peer was quicker */
        }
    }
    size_t count = connections->count;
    pthread_mutex_unlock (&connections->mutex);
    return count;
}
