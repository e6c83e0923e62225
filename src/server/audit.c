/* The resource of the audit trail: what was done with the account that is signed in. */
#include <stdlib.h>

#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/base/time.h"
#include "src/server/handlers.h"

enum { LINES_MAX = 10000 };

static int take_wish (const struct call *call, struct audit_wish *wish, struct error *err)
{
    const char *since = json_get_string (call->body, "since");
    const char *limit = json_get_string (call->body, "limit");
    char *end;
    wish->token = json_get_string (call->body, "token");
    wish->limit = LINES_MAX;
    if (wish->token && wish->token[0] == '\0')
        return error_set (err, ERROR_USAGE, "\"token\" is empty");
    if (since && time_parse_us (since, &wish->since_us, NULL) != 0)
        return error_set (err, ERROR_INVALID_TIME, "\"since\" is no RFC 3339 date-time");
    if (limit == NULL)
        return 0;
    long number = strtol (limit, &end, 10);
    if (limit[0] < '0' || limit[0] > '9' || *end != '\0')
        return error_set (err, ERROR_USAGE, "\"limit\" is no number");
    wish->limit = number > 0 && number < LINES_MAX ? number : LINES_MAX;
    return 0;
}

int handle_audit (struct call *call, struct error *err)
{
    AUTO (audit_list) list = { .items = NULL };
    struct audit_wish wish = { .token = NULL };
    if (take_wish (call, &wish, err) != 0 || service_audit_trail (call->service, &call->caller, &wish, &list, err) != 0)
        return -1;
    json_t *body = json_object ();
    json_t *entries = json_array ();
    for (size_t i = 0; i < list.count; i++)
        json_add (entries, audit_entry_to_json (&list.items[i]));
    json_set (body, "entries", entries);
    exchange_reply (call->exchange, 200, body);
    return 0;
}
