/* The talk with libmicrohttpd: heads, bodies, replies, and the daemons of each certificate. */
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "src/base/clock.h"
#include "src/base/crypto.h"
#include "src/base/json.h"
#include "src/base/log.h"
#include "src/base/memory.h"
#include "src/base/text.h"
#include "src/base/time.h"
#include "src/server/certificate.h"
#include "src/server/guard.h"
#include "src/server/routes.h"
#include "src/server/server_private.h"

/* Bytes of memory that libmicrohttpd takes per connection: the head and some of the body. Reply bodies are beside it.
 */
enum { CONNECTION_MEMORY = 24576, REPLY_MAX_BYTES = 16 << 20, FORWARDED_MAX_BYTES = 2048, PEM_MAX_BYTES = 1 << 20 };

static struct connection *connection_of (const struct generation *generation, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        generation->server->mhd.get_connection_info (connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

static void enter (const struct generation *generation, struct MHD_Connection *connection, enum connection_phase phase)
{
    struct connection *known = connection_of (generation, connection);
    if (known)
        connections_enter (generation->server->connections, known, phase, clock_now_us ());
}

/* A connection begins or ends. */
static void on_connection (void *context, struct MHD_Connection *connection, void **socket_context,
                           enum MHD_ConnectionNotificationCode code)
{
    struct generation *generation = context;
    struct server *server = generation->server;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        connections_remove (server->connections, *socket_context);
        *socket_context = NULL;
        return;
    }
    const union MHD_ConnectionInfo *fd =
        server->mhd.get_connection_info (connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *peer =
        server->mhd.get_connection_info (connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct address address = address_of_socket (peer ? peer->client_addr : NULL);
    *socket_context = connections_add (server->connections, fd ? fd->connect_fd : -1, &address, clock_now_us ());
}

/* The request line is there. */
static void *on_target (void *context, const char *target, struct MHD_Connection *connection)
{
    const struct generation *generation = context;
    enter (generation, connection, CONNECTION_HEAD);
    return exchange_new (generation->server, target);
}

/* The path is taken as it came, see guard.h. */
static size_t keep_escapes (void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen (text);
}

/* What the fields of a head give. */
struct head {
    struct guard guard;
    struct exchange *exchange;
    struct buffer forwarded_for;
};

static bool is_field (const char *key, size_t len, const char *name)
{
    return len == strlen (name) && strncasecmp (key, name, len) == 0;
}

/* Behind "Basic": base64 of user:secret (RFC 7617). What is malformed leaves no user. */
static void take_basic (struct exchange *exchange, const char *value)
{
    AUTO (buffer) text;
    buffer_init (&text, EXCHANGE_HEAD_MAX);
    if (crypto_base64_decode (&text, value, strlen (value)) != 0 || text.failed)
        return;
    const char *colon = memchr (buffer_text (&text), ':', text.len);
    size_t user_len = colon ? (size_t)(colon - text.data) : 0;
    if (colon == NULL || text_has_control (text.data, text.len)) /* and so none that is not UTF-8 */
        return;
    exchange->basic_user = xstrndup (text.data, user_len);
    secret_set (&exchange->basic_secret, colon + 1, text.len - user_len - 1);
}

/* "Bearer TOKEN" or "JWT TOKEN", as older clients write it, or "Basic". */
static void take_authorization (struct exchange *exchange, const char *value)
{
    static const char *const schemes[] = { "Bearer ", "JWT " };
    static const char basic[] = "Basic ";
    exchange->authorization_shown = true;
    if (strncasecmp (value, basic, strlen (basic)) == 0)
        take_basic (exchange, value + strlen (basic) + strspn (value + strlen (basic), " "));
    for (size_t i = 0; i < ARRAY_SIZE (schemes); i++) {
        size_t len = strlen (schemes[i]);
        if (strncasecmp (value, schemes[i], len) == 0) {
            value += len + strspn (value + len, " ");
            secret_set (&exchange->bearer, value, strlen (value));
        }
    }
}

static enum MHD_Result on_field (void *context, enum MHD_ValueKind kind, const char *key, size_t key_len,
                                 const char *value, size_t value_len)
{
    struct head *head = context;
    (void)kind;
    value = value ? value : "";
    guard_field (&head->guard, key, key_len, value, value_len);
    if (is_field (key, key_len, "Authorization"))
        take_authorization (head->exchange, value);
    else if (is_field (key, key_len, "Host") && head->exchange->host == NULL)
        head->exchange->host = xstrdup (value);
    else if (is_field (key, key_len, "User-Agent") && head->exchange->user_agent == NULL)
        head->exchange->user_agent = xstrdup (value);
    else if (is_field (key, key_len, "X-Forwarded-For")) {
        buffer_puts (&head->forwarded_for, head->forwarded_for.len ? "," : "");
        buffer_puts (&head->forwarded_for, value);
    }
    return MHD_YES;
}

/* Who asks; 429 when he has more connections or requests than anybody may. */
static void identify (struct generation *generation, struct MHD_Connection *connection, struct exchange *exchange,
                      const char *forwarded_for)
{
    struct server *server = generation->server;
    const struct server_config *config = &server->config;
    const union MHD_ConnectionInfo *peer =
        server->mhd.get_connection_info (connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct address address = address_of_socket (peer ? peer->client_addr : NULL);
    exchange->client = address_of_client (&address, forwarded_for, &config->proxies);
    address_format (&exchange->client, exchange->client_text);
    struct connection *known = connection_of (generation, connection);
    if (known
        && connections_of_client (server->connections, known, &exchange->client) > config->connections_of_client) {
        exchange_refuse (exchange, 429, "too many connections from one address");
        exchange->reply.retry_at = exchange->begun_us / 1000000 + 1;
        exchange->closing = true;
    }
    unsigned count = rate_count (server->rate, &exchange->client, exchange->begun_us, &exchange->rate_reset);
    unsigned limit = config->requests_per_minute;
    exchange->rate_limit = limit;
    exchange->rate_remaining = limit > count ? limit - count : 0;
    if (limit > 0 && count > limit) {
        exchange_refuse (exchange, 429, "Rate limit exceeded");
        exchange->reply.retry_at = exchange->rate_reset;
    }
}

/* The head is there: guard first, then who, then where to. */
static void begin (struct generation *generation, struct MHD_Connection *connection, struct exchange *exchange,
                   const char *method, const char *version)
{
    struct head head = { .exchange = exchange };
    buffer_init (&head.forwarded_for, FORWARDED_MAX_BYTES);
    exchange->begun = true;
    exchange->connection = connection;
    exchange->method = xstrdup (method);
    guard_target (&head.guard, exchange->target);
    generation->server->mhd.get_connection_values_n (connection, MHD_HEADER_KIND, on_field, &head);
    bool good = guard_finish (&head.guard, version);
    /* of one that is too long the part that the proxy wrote may be missing */
    bool whole = head.forwarded_for.len > 0 && !head.forwarded_for.failed;
    const char *forwarded_for = whole ? buffer_text (&head.forwarded_for) : NULL;
    routes_find (exchange); /* also of one that is refused: it tells in which words */
    identify (generation, connection, exchange, forwarded_for);
    buffer_release (&head.forwarded_for);
    if (!good) {
        exchange_refuse (exchange, head.guard.status, head.guard.why);
        exchange->closing = true;
    }
    enter (generation, connection, CONNECTION_BODY);
}

static void free_text (void *context)
{
    struct buffer *text = context;
    buffer_release (text);
    free (text);
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

static void add_headers (const struct generation *generation, struct MHD_Response *response,
                         const struct exchange *exchange)
{
    const struct mhd *mhd = &generation->server->mhd;
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
    if (exchange->closing || atomic_load (&generation->ending))
        add_header (mhd, response, "Connection", "close");
}

static enum MHD_Result answer (struct generation *generation, struct MHD_Connection *connection,
                               struct exchange *exchange)
{
    const struct mhd *mhd = &generation->server->mhd;
    struct reply *reply = &exchange->reply;
    struct buffer *text = xcalloc (1, sizeof (*text));
    buffer_init (text, REPLY_MAX_BYTES);
    if (reply->text)
        buffer_puts (text, reply->text);
    else if (reply->body)
        json_write (text, reply->body);
    if (text->failed) {
        buffer_release (text);
        buffer_init (text, REPLY_MAX_BYTES);
        reply->status = 500;
    }
    /* the text is wiped when it was sent */
    struct MHD_Response *response =
        mhd->create_response_from_buffer_with_free_callback_cls (text->len, text->data, free_text, text);
    if (response == NULL) {
        free_text (text);
        return MHD_NO;
    }
    add_headers (generation, response, exchange);
    enter (generation, connection, CONNECTION_WRITE);
    enum MHD_Result result = mhd->queue_response (connection, (unsigned)reply->status, response);
    mhd->destroy_response (response);
    return result;
}

/* The body is there: do it here, or in a worker's thread. Returns whether there is a reply now; else on_request is
 * called again when there is. */
static bool perform (struct generation *generation, struct MHD_Connection *connection, struct exchange *exchange)
{
    struct server *server = generation->server;
    bool hashes = routes_prepare (exchange);
    if (exchange->reply.status != 0)
        return true;
    enter (generation, connection, CONNECTION_WORK);
    if (!hashes) {
        struct embedded *embedded = pool_borrow (server->pool);
        routes_perform (exchange, embedded);
        pool_return (server->pool, embedded);
        return true;
    }
    server->mhd.suspend_connection (connection);
    if (workers_take (server->workers, exchange))
        return false;
    struct error err = ERROR_INIT;
    error_set (&err, ERROR_BUSY, "too many sign-ins at once; try again in a moment");
    err.retry_at = clock_now_us () / 1000000 + 1;
    exchange_fail (exchange, &err);
    server->mhd.resume_connection (connection);
    return false;
}

/* Called for the head, for each piece of the body, at its end, and again after a worker was done. */
static enum MHD_Result on_request (void *context, struct MHD_Connection *connection, const char *path,
                                   const char *method, const char *version, const char *data, size_t *data_len,
                                   void **request)
{
    struct generation *generation = context;
    struct exchange *exchange = *request;
    (void)path;
    if (!exchange->begun) {
        begin (generation, connection, exchange, method, version);
        return exchange->closing ? answer (generation, connection, exchange) : MHD_YES;
    }
    if (*data_len > 0) {
        buffer_append (&exchange->body, data, *data_len);
        *data_len = 0;
        return MHD_YES;
    }
    if (exchange->body.failed) {
        exchange_refuse (exchange, 413, "the body is too large");
        exchange->closing = true;
    }
    if (exchange->reply.status == 0 && !perform (generation, connection, exchange))
        return MHD_YES;
    return answer (generation, connection, exchange);
}

static void write_log (const struct server *server, const struct exchange *exchange)
{
    char when[TIME_TEXT_US_SIZE];
    int64_t now_us = clock_now_us ();
    json_auto_t *line = json_object ();
    AUTO (buffer) text;
    AUTO (buffer) clean;
    buffer_init (&text, EXCHANGE_HEAD_MAX * 8);
    buffer_init (&clean, EXCHANGE_HEAD_MAX * 8);
    AUTOFREE char *path = xstrndup (exchange->target, strcspn (exchange->target, "?#"));
    text_clean_in_place (path);
    json_set_string (line, "time", time_format_us (now_us, 3, when));
    json_set_string (line, "client", exchange->client_text);
    json_set_string (line, "method", exchange->method ? exchange->method : "");
    json_set_string (line, "path", path);
    json_set (line, "status", json_integer (exchange->reply.status));
    json_set (line, "ms", json_integer ((now_us - exchange->begun_us) / 1000));
    json_set_string (line, "user", exchange->user[0] ? exchange->user : NULL);
    json_set_string (line, "agent", exchange->user_agent);
    if (exchange->granted)
        json_set_string (line, "granted", exchange->granted);
    if (exchange->problem)
        json_set_string (line, "error", exchange->problem);
    json_write (&text, line);
    log_redact (&clean, buffer_text (&text));
    server->config.log (server->config.log_context, buffer_text (&clean));
}

static void on_completed (void *context, struct MHD_Connection *connection, void **request,
                          enum MHD_RequestTerminationCode code)
{
    const struct generation *generation = context;
    struct server *server = generation->server;
    struct exchange *exchange = *request;
    (void)code;
    if (exchange == NULL)
        return;
    if (exchange->begun) {
        metrics_request (&server->metrics, exchange->route, exchange->reply.status);
        if (server->config.log)
            write_log (server, exchange);
    }
    exchange_free (exchange);
    *request = NULL;
    enter (generation, connection, CONNECTION_IDLE);
}

/* Plain HTTP is for loopback and for proxies that are named. */
static enum MHD_Result on_peer (void *context, const struct sockaddr *peer, socklen_t len)
{
    const struct generation *generation = context;
    const struct server_config *config = &generation->server->config;
    const struct address address = address_of_socket (peer);
    (void)len;
    if (config->tls_certificate || address_is_loopback (&address))
        return MHD_YES;
    return network_list_has (&config->proxies, &address) ? MHD_YES : MHD_NO;
}

static void on_words (void *context, const char *fmt, va_list arguments) __attribute__ ((format (printf, 2, 0)));

static void on_words (void *context, const char *fmt, va_list arguments)
{
    struct generation *generation = context;
    if (generation->daemon == NULL) /* only what it says while it starts is of interest, and then one thread runs */
        vsnprintf (generation->words, sizeof (generation->words), fmt, arguments);
}

static struct MHD_Daemon *start_daemon (struct generation *generation)
{
    const struct server_config *config = &generation->server->config;
    bool tls = config->tls_certificate != NULL;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ERROR_LOG | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC
                     | (tls ? MHD_USE_TLS : 0);
    struct MHD_OptionItem tls_options[] = { { MHD_OPTION_HTTPS_MEM_CERT, 0, generation->certificate.data },
                                            { MHD_OPTION_HTTPS_MEM_KEY, 0, generation->key.data },
                                            { MHD_OPTION_HTTPS_PRIORITIES, 0,
                                              (void *)(uintptr_t) "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2" },
                                            { MHD_OPTION_END, 0, NULL } };
    unsigned threads = workers_count () < 4 ? 4 : workers_count ();
    return generation->server->mhd.start_daemon (
        flags, 0, on_peer, generation, on_request, generation, MHD_OPTION_EXTERNAL_LOGGER, on_words, generation,
        MHD_OPTION_LISTEN_SOCKET, generation->server->listen_fd, MHD_OPTION_THREAD_POOL_SIZE, threads,
        MHD_OPTION_CONNECTION_LIMIT, config->connections, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, generation, MHD_OPTION_NOTIFY_COMPLETED, on_completed, generation,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, generation, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, generation,
        MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_STRICT_FOR_CLIENT, 1, tls ? MHD_OPTION_ARRAY : MHD_OPTION_END,
        tls_options, MHD_OPTION_END);
}

static void generation_free (struct generation *generation)
{
    buffer_release (&generation->certificate);
    buffer_release (&generation->key);
    free (generation);
}

int generation_start (struct server *server, struct error *err)
{
    const struct server_config *config = &server->config;
    struct generation *generation = xcalloc (1, sizeof (*generation));
    generation->server = server;
    buffer_init (&generation->certificate, PEM_MAX_BYTES);
    buffer_init (&generation->key, PEM_MAX_BYTES);
    if (config->tls_certificate
        && certificate_read (config->tls_certificate, config->tls_key, &generation->certificate, &generation->key, err)
               != 0) {
        generation_free (generation);
        return -1;
    }
    generation->daemon = start_daemon (generation);
    if (generation->daemon == NULL) {
        error_set (err, config->tls_certificate ? ERROR_CONFIG : ERROR_INTERNAL, "libmicrohttpd cannot start: %s",
                   generation->words[0] ? generation->words : "it does not say why");
        generation_free (generation);
        return -1;
    }
    generation->older = server->current;
    server->current = generation;
    return 0;
}

void generation_stop (struct generation *generation)
{
    generation->server->mhd.stop_daemon (generation->daemon);
    generation_free (generation);
}

unsigned generation_connections (const struct generation *generation)
{
    const union MHD_DaemonInfo *info =
        generation->server->mhd.get_daemon_info (generation->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);
    return info ? info->num_connections : 0;
}
