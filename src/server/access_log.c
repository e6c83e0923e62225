/* The access log: a line of JSON for each request. */
#include "src/server/access_log.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/base/json.h"
#include "src/base/log.h"
#include "src/base/memory.h"
#include "src/base/text.h"
#include "src/base/time.h"
#include "src/server/server_private.h"

void access_log_write (const struct server *server, const struct exchange *exchange)
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
