/* The `session_list` document of dpat/1. */
#include "src/cli/session_list.h"

#include <string.h>

#include "src/base/clock.h"
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/cli/app.h"
#include "src/cli/output.h"
#include "src/core/docker_entry.h"
#include "src/credentials/records.h"
#include "src/credentials/session_file.h"

/* The item of service and user, made when absent. Borrowed from items. */
static json_t *find_item (const struct app *app, json_t *items, const char *service, const char *user)
{
    const struct settings *settings = &app->settings;
    size_t i;
    json_t *item;
    json_array_foreach (items, i, item)
    {
        if (strcmp (json_get_string (item, "service"), service) == 0
            && strcmp (json_get_string (item, "user"), user) == 0)
            return item;
    }
    item = json_object ();
    bool current =
        strcmp (service, settings->service_name) == 0 && settings->user && strcmp (user, settings->user) == 0;
    json_set_string (item, "service", service);
    json_set_string (item, "user", user);
    json_set (item, "current", json_boolean (current));
    json_set_string (item, "signed_in_with", "pat");
    json_set_time (item, "expires_at", 0);
    json_set_string (item, "secrets_in", NULL);
    json_set (item, "registries", json_array ());
    json_add (items, item);
    return item;
}

static bool is_live (const struct kept_session *kept, bool has_keystore)
{
    bool lost = kept->bearer.data == NULL && !(kept->in_keystore && has_keystore);
    return !lost && kept->expires_at > clock_now_us () / 1000000;
}

json_t *session_list_document (const struct app *app, const struct session_file *file, bool has_keystore)
{
    AUTO (kept_session_list) sessions = { .items = NULL };
    AUTO (docker_record_list) records = { .items = NULL };
    json_t *document = output_document ("session_list");
    json_t *items = json_array ();
    session_file_list (file, &sessions);
    session_file_list_docker (file, &records);
    for (size_t i = 0; i < sessions.count; i++) {
        const struct kept_session *kept = &sessions.items[i];
        if (!is_live (kept, has_keystore))
            continue;
        json_t *item = find_item (app, items, kept->service, kept->user);
        json_set_string (item, "signed_in_with", "password");
        json_set_time (item, "expires_at", kept->expires_at);
        json_set_string (item, "secrets_in",
                         kept->bearer.data ? session_file_path (file) : keystore_path (app->keystore));
    }
    for (size_t i = 0; i < records.count; i++) {
        if (docker_entry_is_over (&records.items[i], clock_now_us () / 1000000))
            continue;
        json_t *item = find_item (app, items, records.items[i].service, records.items[i].user);
        json_add (json_object_get (item, "registries"), json_string (records.items[i].registry));
    }
    json_set (document, "count", json_integer ((json_int_t)json_array_size (items)));
    json_set (document, "sessions", items);
    return document;
}
