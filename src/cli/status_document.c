/* The `status` document of dpat/1. */
#include "src/cli/status_document.h"

#include <string.h>

#include "src/base/clock.h"
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/cli/app.h"
#include "src/cli/docker_target.h"
#include "src/cli/output.h"
#include "src/core/docker_entry.h"

static bool is_of (const struct app *app, const char *user, const struct docker_record *record)
{
    return strcmp (record->service, app->settings.service_name) == 0 && strcmp (record->user, user) == 0;
}

/* Of a file that cannot be read nothing is known; status_docker_problems tells that. */
static void add_entry (json_t *entries, const struct session_file *file, const struct docker_record *record)
{
    AUTOPTR (docker_config) config = NULL;
    if (docker_entry_open (record, &config, NULL) != 0)
        return;
    const char *where = docker_entry_found_in (file, record, config);
    if (where == NULL)
        return;
    json_t *entry = json_object ();
    json_set_string (entry, "registry", record->registry);
    json_set_string (entry, "format", record->format);
    json_set_string (entry, "stored_in", where);
    json_set (entry, "unencrypted", json_boolean (strcmp (where, docker_config_path (config)) == 0));
    json_set (entry, "overridden", json_boolean (docker_config_is_overridden (config, record->registry)));
    json_set (entry, "automatic", json_boolean (record->automatic));
    json_set (entry, "ended", json_boolean (docker_entry_is_over (record, clock_now_us () / 1000000)));
    json_set_string (entry, "token_id", record->token_id);
    json_set_time (entry, "expires_at", record->expires_at);
    json_add (entries, entry);
}

json_t *status_docker_entries (const struct app *app, const char *user, struct error *err)
{
    AUTOPTR (session_file) file = NULL;
    AUTO (docker_record_list) records = { .items = NULL };
    if (session_file_open (app->settings.state_folder, &file, err) != 0)
        return NULL;
    json_t *entries = json_array ();
    session_file_list_docker (file, &records);
    for (size_t i = 0; user && i < records.count; i++) {
        const struct docker_record *record = &records.items[i];
        if (is_of (app, user, record))
            add_entry (entries, file, record);
    }
    return entries;
}

static bool tells (const json_t *problems, const char *text)
{
    for (size_t i = 0; i < json_array_size (problems); i++)
        if (strcmp (json_get_string (json_array_get (problems, i), "problem"), text) == 0)
            return true;
    return false;
}

static void add_problem (json_t *problems, const char *path, const struct error *why)
{
    if (tells (problems, why->text))
        return;
    json_t *problem = json_object ();
    json_set_string (problem, "path", path);
    json_set_string (problem, "problem", why->text);
    json_set_string (problem, "hint", why->hint);
    json_add (problems, problem);
}

static void add_problem_of (json_t *problems, struct docker_config *config)
{
    struct error why = ERROR_INIT;
    if (docker_config_check_readable (config, NULL, &why) != 0)
        add_problem (problems, docker_config_path (config), &why);
    docker_config_free (config);
}

json_t *status_docker_problems (const struct app *app, const char *user)
{
    AUTOPTR (session_file) file = NULL;
    AUTO (docker_record_list) records = { .items = NULL };
    struct docker_config *config = NULL;
    json_t *problems = json_array ();
    struct error why = ERROR_INIT;
    if (docker_target_open_config (app, &config, &why) == 0)
        add_problem_of (problems, config);
    else
        add_problem (problems, "config.json", &why);
    if (session_file_open (app->settings.state_folder, &file, NULL) == 0)
        session_file_list_docker (file, &records);
    for (size_t i = 0; user && i < records.count; i++) {
        const struct docker_record *record = &records.items[i];
        if (!is_of (app, user, record))
            continue;
        if (docker_entry_open (record, &config, &why) == 0)
            add_problem_of (problems, config);
        else
            add_problem (problems, record->path, &why);
    }
    return problems;
}

/* The newest entry, as it was told before there could be several. */
static json_t *newest (const json_t *entries)
{
    const json_t *entry = json_array_get (entries, json_array_size (entries) - 1);
    if (entry == NULL)
        return json_null ();
    json_t *docker = json_object ();
    json_set_string (docker, "registry", json_get_string (entry, "registry"));
    json_set_string (docker, "format", json_get_string (entry, "format"));
    json_set_string (docker, "stored_in", json_get_string (entry, "stored_in"));
    return docker;
}

json_t *status_document (const struct status_facts *facts)
{
    static const char *const with[] = { NULL, "password", "pat" };
    json_t *document = output_document ("status");
    json_set_string (document, "service", facts->service);
    json_set_string (document, "user", facts->user);
    json_set_string (document, "signed_in_with", with[facts->with]);
    json_set_time (document, "expires_at", facts->expires_at);
    json_t *entries = facts->docker_entries ? facts->docker_entries : json_array ();
    json_set (document, "docker", newest (entries));
    json_set (document, "docker_entries", entries);
    json_set (document, "docker_problems", facts->docker_problems ? facts->docker_problems : json_array ());
    json_set_string (document, "secrets_in", facts->secrets_in);
    json_t *keystore = json_null ();
    if (facts->keystore) {
        keystore = json_object ();
        json_set_string (keystore, "path", facts->keystore);
        json_set (keystore, "unlocked", json_boolean (facts->keystore_unlocked));
    }
    json_set (document, "keystore", keystore);
    return document;
}
