/* Requests to one service by libcurl, which is loaded with the first of them. */
#include "src/hub/http.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "src/base/address.h"
#include "src/base/clock.h"
#include "src/base/json.h"
#include "src/base/library.h"
#include "src/base/log.h"
#include "src/base/memory.h"
#include "src/base/text.h"
#include "src/base/url.h"

enum { TIMEOUT_MS = 30000, CONNECT_MS = 10000, ANSWER_MAX_BYTES = 4 << 20, ASK_MAX_BYTES = 65536, REPEATS = 3 };
enum { BACK_OFF_MS = 200, SLICE_MS = 100 };

/* The functions of libcurl that are called, by its names without "curl_". */
struct curl_functions {
    __typeof__ (curl_global_init) *global_init;
    __typeof__ (curl_easy_init) *easy_init;
    __typeof__ (curl_easy_setopt) *easy_setopt;
    __typeof__ (curl_easy_perform) *easy_perform;
    __typeof__ (curl_easy_getinfo) *easy_getinfo;
    __typeof__ (curl_easy_reset) *easy_reset;
    __typeof__ (curl_easy_cleanup) *easy_cleanup;
    __typeof__ (curl_easy_strerror) *easy_strerror;
    __typeof__ (curl_slist_append) *slist_append;
    __typeof__ (curl_slist_free_all) *slist_free_all;
};

struct http {
    struct hub_place place;
    char *url;  /* owned; without a slash at its end */
    char *host; /* owned; with the port */
    struct curl_functions curl;
    CURL *easy; /* NULL before the first request; it keeps the connection */
};

/* One request under way. */
struct transfer {
    struct http *http;
    const struct http_request *request;
    struct buffer asked;  /* the body sent */
    struct buffer answer; /* the body received */
    struct http_reply *reply;
    char problem[CURL_ERROR_SIZE];
    int64_t deadline_ms;
};

void http_reply_release (struct http_reply *reply)
{
    json_decref (reply->body);
    *reply = (struct http_reply){ .body = NULL };
}

struct http *http_new (const struct hub_place *place, struct error *err)
{
    AUTOFREE char *url = url_normalise (place->url, err);
    if (url == NULL)
        return NULL;
    const char *host = strstr (url, "://") + 3;
    size_t host_len = strcspn (host, "/");
    if (strncmp (url, "http:", 5) == 0 && !address_host_is_loopback (host)) {
        error_set (err, ERROR_USAGE, "plain http:// would show secrets on the way to %.*s", (int)host_len, host);
        error_hint (err, "use https://");
        return NULL;
    }
    struct http *http = xcalloc (1, sizeof (*http));
    http->place = *place;
    http->place.timeout_ms = place->timeout_ms ? place->timeout_ms : TIMEOUT_MS;
    http->host = xstrndup (host, host_len);
    http->url = take (&url);
    return http;
}

void http_free (struct http *http)
{
    if (http == NULL)
        return;
    if (http->easy)
        http->curl.easy_cleanup (http->easy);
    free (http->url);
    free (http->host);
    free (http);
}

const char *http_host (const struct http *http)
{
    return http->host;
}

#define SYMBOL(name)                                                                                                   \
    {                                                                                                                  \
        "curl_" #name, offsetof (struct curl_functions, name)                                                          \
    }

static int load (struct http *http, struct error *err)
{
    static const struct library_symbol symbols[] = {
        SYMBOL (global_init),  SYMBOL (easy_init),      SYMBOL (easy_setopt),  SYMBOL (easy_perform),
        SYMBOL (easy_getinfo), SYMBOL (easy_reset),     SYMBOL (easy_cleanup), SYMBOL (easy_strerror),
        SYMBOL (slist_append), SYMBOL (slist_free_all), { .name = NULL }
    };
    if (http->easy)
        return 0;
    if (library_load ("libcurl.so.4", "libcurl4", symbols, &http->curl, err) != 0)
        return -1;
    if (http->curl.global_init (CURL_GLOBAL_DEFAULT) != CURLE_OK || (http->easy = http->curl.easy_init ()) == NULL)
        return error_set (err, ERROR_INTERNAL, "libcurl cannot be started");
    return 0;
}

static size_t take_body (char *data, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    buffer_append (&transfer->answer, data, size * count);
    return transfer->answer.failed ? 0 : size * count;
}

/* "Retry-After: 120" in seconds from now, or "X-Retry-After: 1795517400" as it is. Dates are not read: nobody who
 * speaks this API sends them. */
static size_t take_header (char *data, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    size_t len = size * count;
    AUTOFREE char *line = xstrndup (data, len);
    bool from_now = strncasecmp (line, "Retry-After:", 12) == 0;
    if (from_now || strncasecmp (line, "X-Retry-After:", 14) == 0) {
        char *end;
        long long number = strtoll (line + (from_now ? 12 : 14), &end, 10);
        if (number > 0 && number < INT32_MAX * 4LL)
            transfer->reply->retry_at = from_now ? clock_now_us () / 1000000 + number : number;
    }
    return len;
}

static void show_wait (const struct http *http)
{
    AUTOFREE char *what = xasprintf ("waiting for %s", http->host);
    if (http->place.progress)
        http->place.progress (http->place.progress_context, what);
}

static int show_progress (void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct transfer *transfer = context;
    (void)a, (void)b, (void)c, (void)d;
    show_wait (transfer->http);
    return 0;
}

static bool is_method (const struct http_request *request, const char *method)
{
    return strcmp (request->method, method) == 0;
}

/* Whether asking twice does no more than asking once, and the answers tell. */
static bool is_harmless (const struct http_request *request)
{
    return is_method (request, "GET") || is_method (request, "DELETE");
}

/* Set up libcurl for one request; the list of header fields is the caller's to free. */
static struct curl_slist *set_up (struct transfer *transfer, const char *url)
{
    struct http *http = transfer->http;
    const struct http_request *request = transfer->request;
    const struct curl_functions *curl = &http->curl;
    CURL *easy = http->easy;
    int64_t left_ms = transfer->deadline_ms - clock_steady_ms ();
    struct curl_slist *fields = curl->slist_append (NULL, "Accept: application/json");
    fields = curl->slist_append (fields, "Expect:");
    if (request->body)
        fields = curl->slist_append (fields, "Content-Type: application/json");
    curl->easy_reset (easy);
    curl->easy_setopt (easy, CURLOPT_URL, url);
    curl->easy_setopt (easy, CURLOPT_CUSTOMREQUEST, request->method);
    curl->easy_setopt (easy, CURLOPT_HTTPHEADER, fields);
    curl->easy_setopt (easy, CURLOPT_USERAGENT, request->user_agent ? request->user_agent : "dpat");
    curl->easy_setopt (easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl->easy_setopt (easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl->easy_setopt (easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl->easy_setopt (easy, CURLOPT_NOSIGNAL, 1L);
    curl->easy_setopt (easy, CURLOPT_TIMEOUT_MS, (long)(left_ms > 1 ? left_ms : 1));
    curl->easy_setopt (easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl->easy_setopt (easy, CURLOPT_WRITEFUNCTION, take_body);
    curl->easy_setopt (easy, CURLOPT_WRITEDATA, transfer);
    curl->easy_setopt (easy, CURLOPT_HEADERFUNCTION, take_header);
    curl->easy_setopt (easy, CURLOPT_HEADERDATA, transfer);
    curl->easy_setopt (easy, CURLOPT_XFERINFOFUNCTION, show_progress);
    curl->easy_setopt (easy, CURLOPT_XFERINFODATA, transfer);
    curl->easy_setopt (easy, CURLOPT_NOPROGRESS, 0L);
    curl->easy_setopt (easy, CURLOPT_ERRORBUFFER, transfer->problem);
    /* On a connection that was used before libcurl itself sends again what got no answer. */
    curl->easy_setopt (easy, CURLOPT_FRESH_CONNECT, is_harmless (request) ? 0L : 1L);
    if (http->place.ca_file)
        curl->easy_setopt (easy, CURLOPT_CAINFO, http->place.ca_file);
    if (request->bearer) {
        curl->easy_setopt (easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
        curl->easy_setopt (easy, CURLOPT_XOAUTH2_BEARER, secret_text (request->bearer));
    }
    if (request->body || strcmp (request->method, "POST") == 0) {
        curl->easy_setopt (easy, CURLOPT_POSTFIELDS, buffer_text (&transfer->asked));
        curl->easy_setopt (easy, CURLOPT_POSTFIELDSIZE, (long)transfer->asked.len);
    }
    return fields;
}

/* Whether the request cannot have arrived. */
static bool was_not_sent (CURLcode code)
{
    return code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY
           || code == CURLE_SSL_CONNECT_ERROR || code == CURLE_PEER_FAILED_VERIFICATION
           || code == CURLE_SSL_CACERT_BADFILE;
}

static int fail (const struct transfer *transfer, CURLcode code, struct error *err)
{
    const struct http *http = transfer->http;
    AUTOFREE char *why = xstrdup (transfer->problem[0] ? transfer->problem : http->curl.easy_strerror (code));
    for (size_t len = strlen (why); len > 0 && why[len - 1] == ' '; len--)
        why[len - 1] = '\0';
    if (code == CURLE_WRITE_ERROR && transfer->answer.failed)
        return error_set (err, ERROR_SERVICE_FAILED, "%s answers with more than %d bytes", http->host,
                          ANSWER_MAX_BYTES);
    if (code == CURLE_OPERATION_TIMEDOUT)
        error_set (err, ERROR_NETWORK, "%s did not answer within %d s", http->host, http->place.timeout_ms / 1000);
    else if (code == CURLE_PEER_FAILED_VERIFICATION) {
        error_set (err, ERROR_NETWORK, "the certificate of %s cannot be trusted: %s", http->host, why);
        error_hint (err, "nothing was sent; for a certificate authority of your own name its file in SSL_CERT_FILE");
    } else
        error_set (err, ERROR_NETWORK, "%s cannot be reached: %s", http->host, why);
    return error_detail (err, "sent", ERROR_DETAIL_BOOL, was_not_sent (code) ? "false" : "true");
}

/* Whether to ask again, and how long to wait before. */
static bool may_repeat (const struct transfer *transfer, CURLcode code, int tries, int64_t *ret_wait_ms)
{
    const struct http_request *request = transfer->request;
    const struct http_reply *reply = transfer->reply;
    bool harmless = is_harmless (request);
    *ret_wait_ms = (int64_t)BACK_OFF_MS << tries;
    if (tries >= REPEATS)
        return false;
    if (code != CURLE_OK)
        return harmless && !transfer->answer.failed && code != CURLE_OPERATION_TIMEDOUT
               && code != CURLE_PEER_FAILED_VERIFICATION && code != CURLE_SSL_CACERT_BADFILE
               && code != CURLE_COULDNT_RESOLVE_HOST;
    if (reply->status == 429 && reply->retry_at && !is_method (request, "POST")) {
        int64_t now_s = clock_now_us () / 1000000;
        *ret_wait_ms = reply->retry_at > now_s ? (reply->retry_at - now_s) * 1000 : 0;
        return true;
    }
    return harmless && reply->status >= 502 && reply->status <= 504;
}

/* Wait; false when that would be past the deadline. */
static bool pause_for (const struct transfer *transfer, int64_t wait_ms)
{
    int64_t until_ms = clock_steady_ms () + wait_ms;
    if (until_ms >= transfer->deadline_ms)
        return false;
    while (clock_steady_ms () < until_ms) {
        show_wait (transfer->http);
        nanosleep (&(struct timespec){ .tv_nsec = SLICE_MS * 1000000L }, NULL);
    }
    return true;
}

static CURLcode perform_once (struct transfer *transfer, const char *url)
{
    struct http *http = transfer->http;
    buffer_release (&transfer->answer);
    buffer_init (&transfer->answer, ANSWER_MAX_BYTES);
    transfer->problem[0] = '\0';
    transfer->reply->retry_at = 0;
    transfer->reply->status = 0;
    struct curl_slist *fields = set_up (transfer, url);
    CURLcode code = http->curl.easy_perform (http->easy);
    http->curl.slist_free_all (fields);
    if (code == CURLE_OK)
        http->curl.easy_getinfo (http->easy, CURLINFO_RESPONSE_CODE, &transfer->reply->status);
    log_debug ("%s %s: %ld%s%s", transfer->request->method, url, transfer->reply->status, code ? ", " : "",
               code ? http->curl.easy_strerror (code) : "");
    return code;
}

static int perform (struct transfer *transfer, struct error *err)
{
    struct http *http = transfer->http;
    AUTOFREE char *url = xasprintf ("%s%s", http->url, transfer->request->path);
    CURLcode code = CURLE_OK;
    int64_t wait_ms;
    for (int tries = 0;; tries++) {
        code = perform_once (transfer, url);
        if (!may_repeat (transfer, code, tries, &wait_ms) || !pause_for (transfer, wait_ms))
            break;
        transfer->reply->repeated = true;
    }
    if (http->place.progress)
        http->place.progress (http->place.progress_context, NULL);
    return code == CURLE_OK ? 0 : fail (transfer, code, err);
}

/* Whether the text that stands for a secret in JSON is in the answer, as it was sent or plainly. */
static bool is_quoted (const struct buffer *answer, const char *secret)
{
    enum { SHORTEST = 4 };
    AUTO (buffer) text;
    size_t len = strlen (secret);
    buffer_init (&text, ASK_MAX_BYTES);
    json_auto_t *string = json_string (secret);
    json_write (&text, string);
    if (len < SHORTEST)
        return false;
    return memmem (buffer_text (answer), answer->len, secret, len)
           || (text.len > 2 && memmem (buffer_text (answer), answer->len, text.data + 1, text.len - 2));
}

/* A service that cannot read a request may quote it in its error; words that have a secret of ours in them are nobody's
 * to show. */
static void withhold_secrets (const struct http_request *request, const struct buffer *answer, json_t *body)
{
    static const char *const secrets[] = { "password", "old_password", "new_password",
                                           "secret",   "code",         "login_2fa_token" };
    static const char *const words[] = { "message", "detail", "text", "error", "errors", "fields" };
    bool quoted = request->bearer && is_quoted (answer, secret_text (request->bearer));
    for (size_t i = 0; i < ARRAY_SIZE (secrets) && !quoted; i++) {
        const char *secret = json_get_string (request->body, secrets[i]);
        quoted = secret && is_quoted (answer, secret);
    }
    for (size_t i = 0; i < ARRAY_SIZE (words) && quoted; i++)
        json_object_del (body, words[i]);
}

int http_ask (struct http *http, const struct http_request *request, struct http_reply *ret_reply, struct error *err)
{
    struct transfer transfer = { .http = http, .request = request, .reply = ret_reply };
    if (load (http, err) != 0)
        return -1;
    buffer_init (&transfer.asked, ASK_MAX_BYTES);
    buffer_init (&transfer.answer, ANSWER_MAX_BYTES);
    transfer.deadline_ms = clock_steady_ms () + http->place.timeout_ms;
    if (request->body)
        json_write (&transfer.asked, request->body);
    int status = transfer.asked.failed ? error_set (err, ERROR_USAGE, "what is to be sent is too large")
                                       : perform (&transfer, err);
    ret_reply->empty = transfer.answer.len == 0;
    if (status == 0 && !ret_reply->empty)
        ret_reply->body =
            json_parse (transfer.answer.data, transfer.answer.len, "the answer", ERROR_SERVICE_FAILED, NULL);
    if (ret_reply->status >= 400)
        withhold_secrets (request, &transfer.answer, ret_reply->body);
    buffer_release (&transfer.asked);
    buffer_release (&transfer.answer);
    return status;
}
