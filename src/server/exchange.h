/* One request and its reply, from the first byte of the head to the last of the answer. */
#ifndef DPAT_SERVER_EXCHANGE_H
#define DPAT_SERVER_EXCHANGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "src/base/address.h"
#include "src/base/buffer.h"
#include "src/base/error.h"
#include "src/base/secret.h"
#include "src/service/embedded.h"
#include "src/service/service.h"

struct MHD_Connection;
struct server;
struct route;

/* Bytes of the head of a request at most, and of its body. */
#define EXCHANGE_HEAD_MAX 16384
#define EXCHANGE_BODY_MAX 16384

/* Memory that must be there when a request begins: what making most answers takes at once. */
#define EXCHANGE_MEMORY ((size_t)512 * 1024)

/* JSON values of a body at most, and levels of them. */
enum { EXCHANGE_VALUES_MAX = 64, EXCHANGE_LEVELS_MAX = 8 };

/* What is answered. */
struct reply {
    int status;            /* HTTP's; 0: nothing yet */
    json_t *body;          /* owned; NULL: text, or nothing */
    char *text;            /* owned; in place of a body: JSON that is written already, or plain text */
    bool plain;            /* text is no JSON */
    bool close;            /* the connection ends with it */
    const char *challenge; /* for WWW-Authenticate; NULL: none. Borrowed for ever */
    const char *allow;     /* for 405; borrowed for ever */
    const char *oauth;     /* RFC 6749's code, where the status does not tell it; borrowed for ever */
    int64_t retry_at;      /* seconds UTC; 0: send no Retry-After */
};

/* A request on its way. */
struct exchange {
    struct server *server;
    struct MHD_Connection *connection;
    const struct route *route; /* NULL: none was found */
    char *target;              /* owned; as it came: "/v2/access-tokens?page=2" */
    char *method;              /* owned */
    char id[TOKEN_ID_SIZE];    /* what stands for {uuid} in the route; "" when it is longer than any */
    bool authorization_shown;  /* whatever it was */
    struct secret bearer;      /* of Authorization: Bearer or JWT; empty when there was none */
    char *basic_user;          /* owned; of Authorization: Basic; NULL when there was none, or a malformed one */
    struct secret basic_secret;
    char *host;       /* owned; may be NULL */
    char *user_agent; /* owned; may be NULL */
    struct address client;
    char client_text[ADDRESS_TEXT_SIZE];
    struct buffer body;
    json_t *json;        /* owned; the body or the form fields, from when they were read until the handler is done */
    bool body_is_absent; /* of a request for which it was read */
    bool begun;          /* its head was looked at */
    bool closing;        /* the connection ends with it in any case */
    int64_t begun_us;
    unsigned rate_limit, rate_remaining;
    int64_t rate_reset;              /* seconds UTC */
    char user[ACCOUNT_NAME_MAX + 1]; /* who it turned out to be; "" for nobody */
    char *granted;                   /* owned; what a registry token grants, for the log alone; NULL: none was made */
    char *problem;                   /* owned; what went wrong on our side, for the log alone; NULL: nothing */
    struct reply reply;
};

/* A new exchange for the target of a request line, whose client is the peer as long as no head says otherwise. Owned:
 * exchange_free. NULL when there is no memory. */
struct exchange *exchange_new (struct server *server, const char *target, const struct address *peer);

/* Free it. NULL is fine. */
void exchange_free (struct exchange *exchange);

/* The value of key in the query part of the target, as it stands there, into out; "" when it is too long. Returns
 * whether key is there. */
bool exchange_query (const struct exchange *exchange, const char *key, char *out, size_t size);

/* Reply with a body, which is taken. */
void exchange_reply (struct exchange *exchange, int status, json_t *body);

/* Reply with an error in the shapes that clients of Docker Hub read: "message" and "detail", with "code" as dpat/1 has
 * it; a bad request also has "fields" and "text". To clients of registries it is "errors" (distribution's
 * specification), whose "message" is all that docker shows, and on POST RFC 6749's "error". What only the operator may
 * know is not told. */
void exchange_fail (struct exchange *exchange, const struct error *error);

/* Reply with a plain status and a sentence, as for what HTTP itself forbids. */
void exchange_refuse (struct exchange *exchange, int status, const char *sentence);

#endif
