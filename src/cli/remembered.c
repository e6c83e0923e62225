/* What config.json remembers for each service: its user and its registry. */
#include "src/cli/remembered.h"

#include <string.h>

#include "src/base/json.h"
#include "src/base/memory.h"

/* The keys of a user of the first layout: of every embedded service, whatever its store, and of any service. */
#define ANY_LOCAL "local"
#define ANY_SERVICE "*"

static const struct {
    const char *setting;
    const char *member;
} rows[] = { { "user", "users" }, { "registry", "registry" } };

static const char *member_of (const char *setting)
{
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++)
        if (strcmp (rows[i].setting, setting) == 0)
            return rows[i].member;
    return NULL;
}

bool remembered_is (const char *setting)
{
    return member_of (setting) != NULL;
}

static int check_member (json_t *values, const char *member, const char *path, struct error *err)
{
    const char *service;
    json_t *value;
    if (values && !json_is_object (values))
        return error_set (err, ERROR_CONFIG, "%s: \"%s\" is not an object", path, member);
    json_object_foreach (values, service, value)
    {
        if (!json_is_string (value))
            return error_set (err, ERROR_CONFIG, "%s: \"%s\" of %.80s is not a string", path, member, service);
    }
    return 0;
}

/* The last service that was signed in to is the one whose user stands beside it. */
static void adopt_single_user (json_t *config, const char *user)
{
    const char *service = json_get_string (config, "service");
    size_t len = service ? strlen (service) : 0;
    while (len > 0 && service[len - 1] == '/')
        len--;
    AUTOFREE char *name = service ? xstrndup (service, len) : xstrdup (ANY_SERVICE);
    if (json_object_get (config, "users") == NULL)
        json_set (config, "users", json_object ());
    json_set_string (json_object_get (config, "users"), name, user);
    json_object_del (config, "user");
}

int remembered_load (json_t *config, const char *path, struct error *err)
{
    const json_t *user = json_object_get (config, "user");
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++)
        if (check_member (json_object_get (config, rows[i].member), rows[i].member, path, err) != 0)
            return -1;
    if (user && !json_is_string (user))
        return error_set (err, ERROR_CONFIG, "%s: \"user\" is not a string", path);
    if (user)
        adopt_single_user (config, json_string_value (user));
    return 0;
}

const char *remembered_get (const json_t *config, const char *setting, const char *service_name)
{
    const json_t *values = json_object_get (config, member_of (setting));
    const char *value = json_get_string (values, service_name);
    if (value == NULL && strncmp (service_name, "local:", 6) == 0)
        value = json_get_string (values, ANY_LOCAL);
    return value ? value : json_get_string (values, ANY_SERVICE);
}

void remembered_change (json_t *changes, const char *setting, const char *service_name, const char *value)
{
    json_t *values = json_object ();
    if (value == NULL) { /* nor may one of the first layout come to light */
        json_set (values, ANY_SERVICE, json_null ());
        if (strncmp (service_name, "local:", 6) == 0)
            json_set (values, ANY_LOCAL, json_null ());
    }
    json_set (values, service_name, value ? json_string (value) : json_null ());
    json_set (changes, member_of (setting), values);
}

static json_t *nothing_yet (void)
{
    json_t *values = json_object ();
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++)
        json_set (values, rows[i].setting, json_null ());
    return values;
}

json_t *remembered_all (const json_t *config)
{
    json_t *all = json_object ();
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        const char *service;
        json_t *value;
        json_object_foreach (json_object_get (config, rows[i].member), service, value)
        {
            if (json_object_get (all, service) == NULL)
                json_set (all, service, nothing_yet ());
            json_set (json_object_get (all, service), rows[i].setting, json_incref (value));
        }
    }
    return all;
}
