/* The connections that are open: whose they are, and until when each may do what it is doing.
 *
 * libmicrohttpd's own time-outs begin anew with every byte; these do not. Safe to use from several threads. */
#ifndef DPAT_SERVER_CONNECTIONS_H
#define DPAT_SERVER_CONNECTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/address.h"

struct connections;
struct connection;

/* What a connection is doing, and how long it may: the next request's head, its body, an answer that is being made (no
 * limit but the server's own), an answer that is being sent. */
enum connection_phase { CONNECTION_HEAD, CONNECTION_BODY, CONNECTION_WORK, CONNECTION_WRITE, CONNECTION_IDLE };

/* No connections yet. Owned: connections_free, when none is left. */
struct connections *connections_new (void);

/* Free it. NULL is fine. */
void connections_free (struct connections *connections);

/* A new connection over the socket fd. Owned by the table: connections_remove. */
struct connection *connections_add (struct connections *connections, int fd, const struct address *peer,
                                    int64_t now_us);

/* The connection is about to be closed. */
void connections_remove (struct connections *connections, struct connection *connection);

/* What the connection does from now on. */
void connections_enter (struct connections *connections, struct connection *connection, enum connection_phase phase,
                        int64_t now_us);

/* The client turned out to be another than the peer (which is a proxy). Returns how many connections it has now. */
size_t connections_of_client (struct connections *connections, struct connection *connection,
                              const struct address *client);

/* Shut down those whose time is over; with idle, those as well that wait for a request. Returns how many are open. */
size_t connections_cut (struct connections *connections, int64_t now_us, bool idle);

#endif
