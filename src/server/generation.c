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
#include "src/server/access_log.h"
#include "src/server/answer.h"
#include "src/server/certificate.h"
#include "src/server/guard.h"
#include "src/server/routes.h"
#include "src/server/server_private.h"

/* Bytes of memory that libmicrohttpd takes per connection: the head and some of the body. Reply bodies are beside it.
 */
/* Connections that libmicrohttpd may have beyond ours: of those that were cut and that it has not closed yet. */
enum { SPARE_CONNECTIONS = 64 };

enum { CONNECTION_MEMORY = 24576, FORWARDED_MAX_BYTES = 2048, PEM_MAX_BYTES = 1 << 20 };

static struct connection *connection_of (const struct generation *generation, struct MHD_Connection *connection)
{
    return mhd_socket_context (&generation->server->mhd, connection);
}

static void enter (const struct generation *generation, struct MHD_Connection *connection, enum connection_phase phase)
{
    struct connection *known = connection_of (generation, connection);
    if (known)
        connections_enter (generation->server->connections, known, phase, clock_steady_us ());
}

/* Count and log a request that has ended, and free it. NULL is fine. */
static void finish (struct server *server, struct exchange *exchange)
{
    if (exchange == NULL)
        return;
    if (!exchange->begun)
        exchange->problem = xstrdup ("it ended before its head was whole");
    metrics_request (&server->metrics, exchange->route, exchange->reply.status);
    if (server->config.log)
        access_log_write (server, exchange);
    exchange_free (exchange);
}

/* A connection begins or ends. */
static void on_connection (void *context, struct MHD_Connection *connection, void **socket_context,
                           enum MHD_ConnectionNotificationCode code)
{
    struct generation *generation = context;
    struct server *server = generation->server;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        finish (server, connections_remove (server->connections, *socket_context));
        *socket_context = NULL;
        return;
    }
    struct address peer = mhd_peer (&server->mhd, connection);
    *socket_context = connections_add (server->connections, mhd_socket (&server->mhd, connection), &peer,
                                       network_list_has (&server->config.proxies, &peer), clock_steady_us ());
}

/* The request line is there. libmicrohttpd tells the end only of requests whose head came whole: of the others it is
 * the connection that knows. */
static void *on_target (void *context, const char *target, struct MHD_Connection *connection)
{
    const struct generation *generation = context;
    struct server *server = generation->server;
    struct connection *known = connection_of (generation, connection);
    if (known == NULL)
        return NULL;
    enter (generation, connection, CONNECTION_HEAD);
    struct exchange *exchange = exchange_new (server, target, connection_peer (known));
    finish (server, connection_begin_request (known, exchange));
    return exchange;
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
    struct connection *known = connection_of (generation, connection);
    exchange->client = address_of_client (connection_peer (known), forwarded_for, &config->proxies);
    address_format (&exchange->client, exchange->client_text);
    if (connections_are_too_many (server->connections, known, &exchange->client)) {
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

static bool has_memory (void)
{
    return !memory_is_short () && memory_can_give (EXCHANGE_MEMORY);
}

/* The head is there: guard first, then who, then where to. */
static void begin (struct generation *generation, struct MHD_Connection *connection, struct exchange *exchange,
                   const char *method, const char *version)
{
    struct head head = { .exchange = exchange };
    buffer_init (&head.forwarded_for, FORWARDED_MAX_BYTES);
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
    if (exchange->reply.status == 0)
        routes_look (exchange);
    enter (generation, connection, CONNECTION_BODY);
}

/* No memory for this request: the answer that was made for that is queued. exchange may be NULL. */
static enum MHD_Result refuse (struct generation *generation, struct MHD_Connection *connection,
                               struct exchange *exchange)
{
    if (exchange)
        exchange->reply.status = 503;
    else
        metrics_request (&generation->server->metrics, NULL, 503);
    enter (generation, connection, CONNECTION_WRITE);
    return generation->server->mhd.queue_response (connection, 503, generation->refusal);
}

static enum MHD_Result answer (struct generation *generation, struct MHD_Connection *connection,
                               struct exchange *exchange)
{
    const struct mhd *mhd = &generation->server->mhd;
    struct MHD_Response *response = answer_make (exchange, exchange->closing || atomic_load (&generation->ending));
    if (response == NULL)
        return refuse (generation, connection, exchange);
    enter (generation, connection, CONNECTION_WRITE);
    enum MHD_Result result = mhd->queue_response (connection, (unsigned)exchange->reply.status, response);
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
    if (exchange == NULL)
        return refuse (generation, connection, NULL);
    if (!exchange->begun) {
        exchange->begun = true;
        if (!has_memory ())
            return refuse (generation, connection, exchange);
        begin (generation, connection, exchange, method, version);
        return exchange->closing ? answer (generation, connection, exchange) : MHD_YES;
    }
    if (*data_len > 0) {
        if (exchange->reply.status == 0) /* else the body is of no interest */
            buffer_append (&exchange->body, data, *data_len);
        *data_len = 0;
        return MHD_YES;
    }
    /* without a body no time has passed since the head was there */
    if (exchange->body.starved || (exchange->reply.status == 0 && exchange->body.len > 0 && !has_memory ()))
        return refuse (generation, connection, exchange);
    if (exchange->body.failed) {
        exchange_refuse (exchange, 413, "the body is too large");
        exchange->closing = true;
    }
    if (exchange->reply.status == 0 && !perform (generation, connection, exchange))
        return MHD_YES;
    return answer (generation, connection, exchange);
}

static void on_completed (void *context, struct MHD_Connection *connection, void **request,
                          enum MHD_RequestTerminationCode code)
{
    const struct generation *generation = context;
    (void)code;
    connection_end_request (connection_of (generation, connection));
    finish (generation->server, *request);
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
        MHD_OPTION_CONNECTION_LIMIT, config->connections + SPARE_CONNECTIONS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CONNECTION_MEMORY, MHD_OPTION_NOTIFY_CONNECTION, on_connection, generation, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, generation, MHD_OPTION_URI_LOG_CALLBACK, on_target, generation, MHD_OPTION_UNESCAPE_CALLBACK,
        keep_escapes, generation, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        tls ? MHD_OPTION_ARRAY : MHD_OPTION_END, tls_options, MHD_OPTION_END);
}

static void generation_free (struct generation *generation)
{
    if (generation->refusal)
        generation->server->mhd.destroy_response (generation->refusal);
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
    generation->refusal = answer_make_refusal (&server->mhd);
    generation->daemon = generation->refusal ? start_daemon (generation) : NULL;
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
