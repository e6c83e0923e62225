/* The audit trail over HTTP, and what is known of registry tokens. */
#include <inttypes.h>
#include <string.h>

#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/base/time.h"
#include "src/hub/hub_private.h"

enum { PATH_MAX_BYTES = 8192 };

/* Append value as it may stand in a query (RFC 3986 section 2.3). */
static void append_escaped (struct buffer *out, const char *value)
{
    for (; *value; value++) {
        char c = *value;
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr ("-._~", c);
        buffer_printf (out, plain ? "%c" : "%%%02X", (unsigned char)c);
    }
}

int hub_audit_trail (struct service *service, const struct caller *caller, const struct audit_wish *wish,
                     struct audit_list *ret_list, struct error *err)
{
    struct hub *hub = (struct hub *)service;
    AUTO (http_reply) reply = { .body = NULL };
    AUTO (audit_list) list = { .items = NULL };
    AUTO (buffer) path;
    char since[TIME_TEXT_US_SIZE];
    const json_t *entry;
    size_t i;
    buffer_init (&path, PATH_MAX_BYTES);
    buffer_printf (&path, "/v2/audit?since=%s&limit=%" PRId64, time_format_us (wish->since_us, 6, since), wish->limit);
    if (wish->token) {
        buffer_puts (&path, "&token=");
        append_escaped (&path, wish->token);
    }
    if (path.failed)
        return error_set (err, ERROR_USAGE, "a TOKEN is too long");
    if (hub_needs_dpat (hub, "see what was done with tokens", err) != 0
        || hub_ask (hub, caller, "GET", buffer_text (&path), NULL, true, &reply, err) != 0)
        return -1;
    const json_t *entries = json_object_get (reply.body, "entries");
    if (!json_is_array (entries))
        return error_set (err, ERROR_SERVICE_FAILED, "%s answered without an audit trail", http_host (hub->http));
    json_array_foreach (entries, i, entry) if (audit_entry_read (entry, audit_list_add (&list), err) != 0) return -1;
    *ret_list = list;
    list = (struct audit_list){ .items = NULL }; /* handed over */
    return 0;
}

/* Of Docker Hub nothing is known. */
int hub_registry_afterlife (struct service *service, const struct caller *caller, int64_t *ret_seconds,
                            struct error *err)
{
    struct hub *hub = (struct hub *)service;
    AUTO (http_reply) reply = { .body = NULL };
    *ret_seconds = 0;
    if (hub->is_docker_hub)
        return 0;
    if (hub_ask (hub, caller, "GET", "/v2/user", NULL, true, &reply, err) != 0)
        return -1;
    *ret_seconds = json_get_integer (reply.body, "registry_afterlife");
    return 0;
}
