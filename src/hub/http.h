/* Requests to one service by libcurl, with ceilings on size and time, and repetition where that is safe. */
#ifndef DPAT_HUB_HTTP_H
#define DPAT_HUB_HTTP_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "src/base/error.h"
#include "src/base/secret.h"
#include "src/hub/hub.h"

struct http;

/* What to ask. Borrowed for the call. */
struct http_request {
    const char *method;
    const char *path;            /* "/v2/access-tokens?page=1" */
    const json_t *body;          /* NULL: none */
    const struct secret *bearer; /* NULL: none */
    const char *user_agent;      /* NULL: "dpat" */
};

/* What was answered. Release with http_reply_release. */
struct http_reply {
    long status;
    json_t *body;     /* owned; NULL when there was none, or it was no JSON */
    bool empty;       /* there was no body at all */
    int64_t retry_at; /* seconds UTC; 0: not told */
    bool repeated;    /* it answers a repetition: the first request may have had its effect */
};

/* Free what it owns, wiped. */
void http_reply_release (struct http_reply *reply);

/* Prepare for place. Owned: http_free. NULL with ERROR_USAGE for an URL that cannot be used. */
struct http *http_new (const struct hub_place *place, struct error *err);

/* Free it. NULL is fine. */
void http_free (struct http *http);

/* "tokens.example", for sentences. Borrowed. */
const char *http_host (const struct http *http);

/* Ask, and give whatever was answered, errors of the service included. GET and DELETE are asked again with back-off
 * when the connection is lost or a gateway fails (502 to 504); those, PATCH and PUT wait as long as a 429 says. All of
 * it stays within the time-out. ERROR_NETWORK when nothing was answered (details "sent" tells whether the request may
 * have arrived), ERROR_SERVICE_FAILED for an answer without end, ERROR_UNSUPPORTED when libcurl is not there. */
int http_ask (struct http *http, const struct http_request *request, struct http_reply *ret_reply, struct error *err);

#endif
