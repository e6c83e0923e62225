/* Credentials for docker in the environment. */
#include "src/credentials/docker_environment.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/json.h"
#include "src/credentials/go_json.h"

enum { VALUE_MAX_BYTES = 1 << 20 };

/* Whether an object has one member and that is named so, in any case of letters, as Go reads it. */
static json_t *only_member (json_t *object, const char *name)
{
    void *first = json_object_iter (object);
    return json_object_size (object) == 1 && go_is_name (json_object_iter_key (first), name)
               ? json_object_iter_value (first)
               : NULL;
}

/* The object under "auths"; NULL when docker does not take the value. Owned. */
static json_t *read_auths (void)
{
    const char *value = getenv ("DOCKER_AUTH_CONFIG");
    if (value == NULL || value[0] == '\0' || strlen (value) > VALUE_MAX_BYTES)
        return NULL;
    json_auto_t *root = json_parse (value, strlen (value), "DOCKER_AUTH_CONFIG", ERROR_CREDENTIALS_FILE, NULL);
    json_t *auths = only_member (root, "auths");
    const char *key;
    json_t *entry;
    if (!json_is_object (auths))
        return NULL;
    json_object_foreach (auths, key, entry)
    {
        if (json_string_length (only_member (entry, "auth")) == 0)
            return NULL;
    }
    return json_incref (auths);
}

bool docker_environment_has (const char *key)
{
    json_auto_t *auths = read_auths ();
    return json_object_get (auths, key) != NULL;
}

bool docker_environment_is_set (void)
{
    json_auto_t *auths = read_auths ();
    return json_object_size (auths) > 0;
}
