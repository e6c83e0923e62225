/* The routes of the API and who may call each: what has no row does not exist. */
#ifndef DPAT_SERVER_ROUTES_H
#define DPAT_SERVER_ROUTES_H

#include <stdbool.h>
#include <stddef.h>

#include "src/server/exchange.h"

/* Who may call a route. A session opened with a token is never more than WHO_SESSION. */
enum who {
    WHO_ANYBODY,
    WHO_REGISTRY_CLIENT, /* anybody, and whoever shows user and secret gets more */
    WHO_SESSION,         /* whoever shows the bearer of a session */
    WHO_PASSWORD,        /* only a session that was not opened with a token */
    WHO_OPERATOR,        /* clients on loopback, or all where the operator says so */
};

/* What a call of a route works with. */
struct call {
    struct exchange *exchange;
    struct embedded *embedded; /* borrowed, for this call alone */
    struct service *service;   /* the same through its port */
    struct caller caller;
    struct session session; /* of the bearer, for WHO_SESSION and WHO_PASSWORD */
    const json_t *body;     /* an object, empty when no body was sent; borrowed from the exchange */
};

/* A handler replies, or fails with an error that is made a reply. */
typedef int handler (struct call *call, struct error *err);

/* One row of the table. All is borrowed for ever. */
struct route {
    const char *method;
    const char *path; /* "{uuid}" stands for one segment */
    enum who who;
    bool form;              /* its fields are those of a form: of the query, with POST of the body; else JSON */
    bool hashes;            /* it hashes a password, which a worker does */
    const char *secret_key; /* of a sign-in: it does not when this member of the body is a token; else NULL */
    handler *handler;
};

/* The table; *ret_count rows. Borrowed for ever. */
const struct route *routes_all (size_t *ret_count);

/* Find the exchange's route, and what stands for {uuid} in it. When there is none, the exchange has a reply: 404, or
 * 405 with the methods there are. */
void routes_find (struct exchange *exchange);

/* Look at the head: when the route takes a session and none is shown, the exchange has a reply, and its body is of no
 * interest. */
void routes_look (struct exchange *exchange);

/* Prepare for routes_perform, once the body is all there. Of a sign-in, which anybody may try, it is read here; when it
 * is not as it must be, the exchange has a reply. Returns whether a worker must perform it. */
bool routes_prepare (struct exchange *exchange);

/* Do what the exchange asks with this embedded service, if who asks may: only then is the body of anything but a
 * sign-in read, and it is dropped when it was used. The exchange then has a reply. */
void routes_perform (struct exchange *exchange, struct embedded *embedded);

#endif
