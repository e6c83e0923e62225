/* Replies as libmicrohttpd sends them. */
#include "src/server/answer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/server/server_private.h"

/* Bytes of one answer at most; what of it does not count as long; and what all long ones may take at once. */
enum { ANSWER_MAX = 16 << 20, SHORT_MAX = 64 << 10, LONG_ONES_MAX = 64 << 20 };

/* The text of an answer on its way. */
struct sent {
    struct buffer text; /* wiped when it was sent */
    struct server *server;
};

static void free_sent (void *context)
{
    struct sent *sent = context;
    if (sent->text.len > SHORT_MAX)
        atomic_fetch_sub (&sent->server->long_answers, sent->text.len);
    buffer_release (&sent->text);
    free (sent);
}

static bool has_room (struct server *server, size_t len)
{
    if (len <= SHORT_MAX || atomic_fetch_add (&server->long_answers, len) + len <= LONG_ONES_MAX)
        return true;
    atomic_fetch_sub (&server->long_answers, len);
    return false;
}

/* The text of the reply, whose JSON is of no more use then. Owned: free_sent. NULL when there is no room for it. */
static struct sent *write_text (struct server *server, struct reply *reply)
{
    struct sent *sent = memory_try (1, sizeof (*sent));
    if (sent == NULL)
        return NULL;
    sent->server = server;
    buffer_init (&sent->text, ANSWER_MAX);
    sent->text.soft = true;
    if (reply->text)
        buffer_puts (&sent->text, reply->text);
    else if (reply->body)
        json_write (&sent->text, reply->body);
    json_decref (reply->body);
    reply->body = NULL;
    if (sent->text.starved || (!sent->text.failed && !has_room (server, sent->text.len))) {
        buffer_release (&sent->text);
        free (sent);
        return NULL;
    }
    if (sent->text.failed) {
        buffer_release (&sent->text);
        reply->status = 500;
    }
    return sent;
}

static void add_header (const struct mhd *mhd, struct MHD_Response *response, const char *name, const char *fmt, ...)
    __attribute__ ((format (printf, 4, 5)));

static void add_header (const struct mhd *mhd, struct MHD_Response *response, const char *name, const char *fmt, ...)
{
    char value[128];
    va_list arguments;
    va_start (arguments, fmt);
    vsnprintf (value, sizeof (value), fmt, arguments);
    va_end (arguments);
    mhd->add_response_header (response, name, value);
}

static void add_headers (const struct mhd *mhd, struct MHD_Response *response, const struct exchange *exchange,
                         bool is_last)
{
    const struct reply *reply = &exchange->reply;
    int64_t now = clock_now_us () / 1000000;
    if (reply->status != 204)
        add_header (mhd, response, "Content-Type", "%s",
                    reply->plain ? "text/plain; version=0.0.4; charset=utf-8" : "application/json");
    add_header (mhd, response, "Cache-Control", "no-store");
    add_header (mhd, response, "X-Content-Type-Options", "nosniff");
    add_header (mhd, response, "X-RateLimit-Limit", "%u", exchange->rate_limit);
    add_header (mhd, response, "X-RateLimit-Remaining", "%u", exchange->rate_remaining);
    add_header (mhd, response, "X-RateLimit-Reset", "%" PRId64, exchange->rate_reset);
    if (reply->retry_at)
        add_header (mhd, response, "Retry-After", "%" PRId64, reply->retry_at > now ? reply->retry_at - now : 1);
    if (reply->challenge)
        add_header (mhd, response, "WWW-Authenticate", "%s", reply->challenge);
    if (reply->allow)
        add_header (mhd, response, "Allow", "%s", reply->allow);
    if (is_last)
        add_header (mhd, response, "Connection", "close");
}

struct MHD_Response *answer_make (struct exchange *exchange, bool is_last)
{
    const struct mhd *mhd = &exchange->server->mhd;
    struct sent *sent = write_text (exchange->server, &exchange->reply);
    if (sent == NULL)
        return NULL;
    struct MHD_Response *response =
        mhd->create_response_from_buffer_with_free_callback_cls (sent->text.len, sent->text.data, free_sent, sent);
    if (response == NULL) {
        free_sent (sent);
        return NULL;
    }
    add_headers (mhd, response, exchange, is_last);
    return response;
}

static void keep_literal (void *context)
{
    (void)context;
}

/* Of strings alone, for there are clients that read no errors with anything else in them. */
struct MHD_Response *answer_make_refusal (const struct mhd *mhd)
{
    static char text[] = "{\"message\":\"there is not enough memory for this now; try again in a moment\","
                         "\"detail\":\"there is not enough memory for this now; try again in a moment\","
                         "\"code\":\"busy\"}";
    struct MHD_Response *response =
        mhd->create_response_from_buffer_with_free_callback_cls (strlen (text), text, keep_literal, NULL);
    if (response) {
        mhd->add_response_header (response, "Content-Type", "application/json");
        mhd->add_response_header (response, "Cache-Control", "no-store");
        mhd->add_response_header (response, "X-Content-Type-Options", "nosniff");
        mhd->add_response_header (response, "Retry-After", "1");
        mhd->add_response_header (response, "Connection", "close");
    }
    return response;
}
