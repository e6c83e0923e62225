/* Lines of the audit trail. */
#include "src/token/audit.h"

#include <stdlib.h>

#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/base/time.h"

void audit_list_release (struct audit_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        struct audit_entry *entry = &list->items[i];
        char *const strings[] = { entry->user,       entry->actor, entry->action,     entry->token_id,
                                  entry->token_name, entry->ip,    entry->user_agent, entry->note };
        for (size_t s = 0; s < ARRAY_SIZE (strings); s++)
            free (strings[s]);
    }
    free (list->items);
    *list = (struct audit_list){ .items = NULL };
}

struct audit_entry *audit_list_add (struct audit_list *list)
{
    list->items = xreallocarray (list->items, list->count + 1, sizeof (*list->items));
    struct audit_entry *entry = &list->items[list->count++];
    *entry = (struct audit_entry){ .at_us = 0 };
    return entry;
}

json_t *audit_entry_to_json (const struct audit_entry *entry)
{
    char when[TIME_TEXT_US_SIZE];
    json_t *object = json_object ();
    json_t *token = json_null ();
    if (entry->token_id) {
        token = json_object ();
        json_set_string (token, "id", entry->token_id);
        json_set_string (token, "name", entry->token_name);
    }
    json_set_string (object, "at", time_format_us (entry->at_us, 6, when));
    json_set_string (object, "user", entry->user);
    json_set_string (object, "by", entry->actor);
    json_set_string (object, "action", entry->action);
    json_set (object, "token", token);
    json_set_string (object, "ip", entry->ip);
    json_set_string (object, "user_agent", entry->user_agent);
    json_set_string (object, "note", entry->note);
    return object;
}

static char *copy_member (const json_t *object, const char *key)
{
    return xstrdup (json_get_string (object, key));
}

int audit_entry_read (const json_t *object, struct audit_entry *entry, struct error *err)
{
    const json_t *token = json_object_get (object, "token");
    const char *at = json_get_string (object, "at");
    entry->user = copy_member (object, "user");
    entry->actor = copy_member (object, "by");
    entry->action = copy_member (object, "action");
    entry->token_id = copy_member (token, "id");
    entry->token_name = copy_member (token, "name");
    entry->ip = copy_member (object, "ip");
    entry->user_agent = copy_member (object, "user_agent");
    entry->note = copy_member (object, "note");
    if (at && entry->actor && entry->action && time_parse_us (at, &entry->at_us, NULL) == 0)
        return 0;
    return error_set (err, ERROR_SERVICE_FAILED, "a line of the audit trail has no time, or does not say who did what");
}
