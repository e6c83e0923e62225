/* What keeps docker from reading config.json (docker/cli, config/configfile/file.go). */
#include "src/credentials/docker_fault.h"

#include <stdbool.h>
#include <string.h>

#include "src/base/memory.h"
#include "src/credentials/docker_auth.h"
#include "src/credentials/go_json.h"

/* What docker wants a member to be; null is fine for each. */
enum kind { TEXT, TEXTS, MAP_OF_TEXTS, MAP_OF_MAPS };

static const struct {
    const char *name;
    enum kind kind;
} members[] = {
    { "psFormat", TEXT },
    { "imagesFormat", TEXT },
    { "networksFormat", TEXT },
    { "pluginsFormat", TEXT },
    { "volumesFormat", TEXT },
    { "statsFormat", TEXT },
    { "detachKeys", TEXT },
    { "credsStore", TEXT },
    { "serviceInspectFormat", TEXT },
    { "servicesFormat", TEXT },
    { "tasksFormat", TEXT },
    { "secretFormat", TEXT },
    { "configFormat", TEXT },
    { "nodesFormat", TEXT },
    { "currentContext", TEXT },
    { "experimental", TEXT },
    { "pruneFilters", TEXTS },
    { "cliPluginsExtraDirs", TEXTS },
    { "HttpHeaders", MAP_OF_TEXTS },
    { "credHelpers", MAP_OF_TEXTS },
    { "aliases", MAP_OF_TEXTS },
    { "features", MAP_OF_TEXTS },
    { "plugins", MAP_OF_MAPS },
    { "proxies", MAP_OF_MAPS },
};

static bool is_of_kind (json_t *value, enum kind kind)
{
    const char *key;
    json_t *inside;
    size_t i;
    if (json_is_null (value))
        return true;
    if (kind == TEXT)
        return json_is_string (value);
    if (kind == TEXTS ? !json_is_array (value) : !json_is_object (value))
        return false;
    json_array_foreach (value, i, inside)
    {
        if (!is_of_kind (inside, TEXT))
            return false;
    }
    json_object_foreach (value, key, inside)
    {
        if (!is_of_kind (inside, kind == MAP_OF_MAPS ? MAP_OF_TEXTS : TEXT))
            return false;
    }
    return true;
}

/* The key of a member of the wrong kind; NULL when there is none. Borrowed. */
static const char *find_odd_member (json_t *root)
{
    const char *key;
    json_t *value;
    json_object_foreach (root, key, value)
    {
        for (size_t i = 0; i < ARRAY_SIZE (members); i++)
            if (go_is_name (key, members[i].name) && !is_of_kind (value, members[i].kind))
                return key;
    }
    return NULL;
}

int docker_fault_check (json_t *root, const char *path, const char *key, struct error *err)
{
    const char *auths = go_find_key (root, "auths");
    const char *other;
    json_t *entry;
    json_object_foreach (auths ? json_object_get (root, auths) : NULL, other, entry)
    {
        const char *fault = key && strcmp (other, key) == 0 ? NULL : docker_auth_find_fault (entry);
        if (fault == NULL)
            continue;
        error_set (err, ERROR_CREDENTIALS_FILE, "docker cannot read %s: the entry \"%.80s\" in it %s", path, other,
                   fault);
        return error_hint (err,
                           "take \"%.60s\" out of \"auths\" in that file by hand: docker login and docker logout would "
                           "lose other entries with it",
                           other);
    }
    const char *odd = find_odd_member (root);
    if (odd == NULL)
        return 0;
    error_set (err, ERROR_CREDENTIALS_FILE,
               "docker cannot read %s: its member \"%.80s\" is not of the kind that docker "
               "wants there",
               path, odd);
    return error_hint (err, "correct \"%.60s\" in that file, or take it out, by hand", odd);
}
