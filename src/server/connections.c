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
    struct address peer;
    struct address client; /* the neighbourhood of who it turned out to be; the peer's before */
    enum connection_phase phase;
    int64_t since_us;
    bool cut;
    struct exchange *exchange; /* owned; of the connection's own thread alone */
};

struct connections {
    pthread_mutex_t mutex;
    struct connection_limits limits;
    struct connection *first; /* the newest */
    size_t count;
};

struct connections *connections_new (const struct connection_limits *limits)
{
    struct connections *connections = xcalloc (1, sizeof (*connections));
    connections->limits = *limits;
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

/* Shut down only: libmicrohttpd sees the end of it and closes, and until then the number of the descriptor is ours. */
static void cut (struct connection *connection)
{
    connection->cut = true;
    (void)shutdown (connection->fd, SHUT_RDWR); /* it fails when the peer was quicker */
}

/* Those that are not cut: of one client, or, with NULL, of all. */
static size_t count_open (const struct connections *connections, const struct address *client)
{
    size_t count = 0;
    for (const struct connection *at = connections->first; at; at = at->next)
        count += !at->cut && (client == NULL || address_equal (&at->client, client));
    return count;
}

/* The oldest in that phase, of one client or of all, that is not except; NULL when there is none. */
static struct connection *find_oldest (const struct connections *connections, enum connection_phase phase,
                                       const struct address *client, const struct connection *except)
{
    struct connection *oldest = NULL;
    for (struct connection *at = connections->first; at; at = at->next)
        if (!at->cut && at != except && at->phase == phase && (client == NULL || address_equal (&at->client, client))
            && (oldest == NULL || at->since_us <= oldest->since_us))
            oldest = at;
    return oldest;
}

/* Cut one that does nothing yet, or waits, for the sake of the new one; with NULL, for all clients, also one whose body
 * is not whole. Returns whether there was such a one. */
static bool make_room (const struct connections *connections, const struct address *client,
                       const struct connection *new_one)
{
    struct connection *victim = find_oldest (connections, CONNECTION_HEAD, client, new_one);
    if (victim == NULL)
        victim = find_oldest (connections, CONNECTION_IDLE, client, new_one);
    if (victim == NULL && client == NULL)
        victim = find_oldest (connections, CONNECTION_BODY, NULL, new_one);
    if (victim)
        cut (victim);
    return victim != NULL;
}

static void insert (struct connections *connections, struct connection *connection)
{
    connection->next = connections->first;
    if (connection->next)
        connection->next->previous = connection;
    connections->first = connection;
    connections->count++;
}

struct connection *connections_add (struct connections *connections, int fd, const struct address *peer, bool is_proxy,
                                    int64_t now_us)
{
    struct connection *connection = memory_try (1, sizeof (*connection));
    if (connection == NULL) {
        (void)shutdown (fd, SHUT_RDWR);
        return NULL;
    }
    *connection = (struct connection){
        .fd = fd, .peer = *peer, .client = address_neighbourhood (peer), .phase = CONNECTION_HEAD, .since_us = now_us
    };
    pthread_mutex_lock (&connections->mutex);
    insert (connections, connection);
    if (!is_proxy && count_open (connections, &connection->client) > connections->limits.of_client)
        (void)make_room (connections, &connection->client, connection);
    if (count_open (connections, NULL) > connections->limits.all && !make_room (connections, NULL, connection))
        cut (connection);
    pthread_mutex_unlock (&connections->mutex);
    return connection;
}

struct exchange *connections_remove (struct connections *connections, struct connection *connection)
{
    if (connection == NULL)
        return NULL;
    pthread_mutex_lock (&connections->mutex);
    if (connection->previous)
        connection->previous->next = connection->next;
    else
        connections->first = connection->next;
    if (connection->next)
        connection->next->previous = connection->previous;
    connections->count--;
    pthread_mutex_unlock (&connections->mutex);
    struct exchange *exchange = connection->exchange;
    free (connection);
    return exchange;
}

struct exchange *connection_begin_request (struct connection *connection, struct exchange *exchange)
{
    struct exchange *before = connection->exchange;
    connection->exchange = exchange;
    return before;
}

void connection_end_request (struct connection *connection)
{
    if (connection)
        connection->exchange = NULL;
}

const struct address *connection_peer (const struct connection *connection)
{
    return &connection->peer;
}

void connections_enter (struct connections *connections, struct connection *connection, enum connection_phase phase,
                        int64_t now_us)
{
    pthread_mutex_lock (&connections->mutex);
    if (connection->phase != phase) {
        connection->phase = phase;
        connection->since_us = now_us;
    }
    pthread_mutex_unlock (&connections->mutex);
}

bool connections_are_too_many (struct connections *connections, struct connection *connection,
                               const struct address *client)
{
    pthread_mutex_lock (&connections->mutex);
    connection->client = address_neighbourhood (client);
    bool too_many = count_open (connections, &connection->client) > connections->limits.of_client;
    pthread_mutex_unlock (&connections->mutex);
    return too_many;
}

size_t connections_cut (struct connections *connections, int64_t now_us, bool idle)
{
    pthread_mutex_lock (&connections->mutex);
    for (struct connection *at = connections->first; at; at = at->next) {
        int64_t limit_s = phase_s[at->phase];
        bool late = limit_s > 0 && now_us - at->since_us > limit_s * 1000000;
        bool waits = at->phase == CONNECTION_IDLE;
        if (!at->cut && (late || (idle && waits)))
            cut (at);
    }
    size_t count = connections->count;
    pthread_mutex_unlock (&connections->mutex);
    return count;
}
