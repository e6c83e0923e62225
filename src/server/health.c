/* The resources that watch over the server: is it well, and what has it done. */
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/server/handlers.h"
#include "src/server/server_private.h"

enum { METRICS_MAX_BYTES = 1 << 18 };

/* Well is a server whose store can be read. */
int handle_health (struct call *call, struct error *err)
{
    if (embedded_check (call->embedded, err) != 0)
        return -1;
    exchange_reply (call->exchange, 200, json_object ());
    json_set_string (call->exchange->reply.body, "status", "ok");
    return 0;
}

int handle_metrics (struct call *call, struct error *err)
{
    struct token_counts counts;
    AUTO (buffer) text;
    buffer_init (&text, METRICS_MAX_BYTES);
    if (server_count_tokens (call->exchange->server, call->embedded, &counts, err) != 0)
        return -1;
    metrics_write (&call->exchange->server->metrics, &counts, &text);
    exchange_reply (call->exchange, 200, NULL);
    call->exchange->reply.text = xstrdup (buffer_text (&text));
    call->exchange->reply.plain = true;
    return 0;
}
