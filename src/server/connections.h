/* The connections that are open: whose they are, which request each is at, and until when it may do what it is doing.
 *
 * libmicrohttpd's own time-outs begin again with every byte; these do not. Each connection counts from the moment it is
 * accepted, before it has said anything. Times are those of clock_steady_us. Safe to use from several threads. */
#ifndef DPAT_SERVER_CONNECTIONS_H
#define DPAT_SERVER_CONNECTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/address.h"

struct connections;
struct connection;
struct exchange;

/* What a connection is doing, and how long it may: the next request's head, its body, an answer that is being made (no
 * limit but the server's own), an answer that is being sent. */
enum connection_phase { CONNECTION_HEAD, CONNECTION_BODY, CONNECTION_WORK, CONNECTION_WRITE, CONNECTION_IDLE };

/* How many connections may be open: at once, and of one client, by which all addresses of an IPv6 /64 are meant. */
struct connection_limits {
    size_t all;
    size_t of_client;
};

/* No connections yet. Owned: connections_free, when none is left. */
struct connections *connections_new (const struct connection_limits *limits);

/* Free it. NULL is fine. */
void connections_free (struct connections *connections);

/* A new connection over the socket fd. Where there is no room for it, the oldest that has not sent a head is cut, else
 * the oldest that waits for its next request, else the oldest that has not sent the whole of its body; only when there
 * is none of these, the new one. Room for a client is made among its own connections, but not among its bodies: where
 * that cannot be, its new one stays to be refused with its first request; of a proxy (is_proxy), which speaks for many
 * clients, only the limit for all counts. Owned by the table: connections_remove. NULL, and the socket is shut down,
 * when there is no memory. */
struct connection *connections_add (struct connections *connections, int fd, const struct address *peer, bool is_proxy,
                                    int64_t now_us);

/* The connection is about to be closed. Returns the request that it did not end, which the caller frees, or NULL. NULL
 * is fine. */
struct exchange *connections_remove (struct connections *connections, struct connection *connection);

/* Keep a request that has begun, until its end is told by connection_end_request, or the connection's by
 * connections_remove. Returns the one before, which the caller frees, when its end was never told; else NULL. */
struct exchange *connection_begin_request (struct connection *connection, struct exchange *exchange);

/* Forget the request: its end was told. NULL is fine. */
void connection_end_request (struct connection *connection);

/* Whose socket it is. Borrowed. */
const struct address *connection_peer (const struct connection *connection);

/* What the connection does from now on. A phase that it is in goes on, with the deadline it has; until the
 * request line of the next request is there, a connection is idle. */
void connections_enter (struct connections *connections, struct connection *connection, enum connection_phase phase,
                        int64_t now_us);

/* The client is known now: the peer, or who stands behind it, which is a proxy. Returns whether it has more connections
 * than one client may. */
bool connections_are_too_many (struct connections *connections, struct connection *connection,
                               const struct address *client);

/* Shut down those whose time is over; with idle, those as well that wait for a request. Returns how many are open. */
size_t connections_cut (struct connections *connections, int64_t now_us, bool idle);

#endif
