/* The `status` document of dpat/1. */
#include "src/cli/status_document.h"

#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/cli/output.h"

json_t *status_document (const struct status_facts *facts)
{
    static const char *const with[] = { NULL, "password", "pat" };
    json_t *document = output_document ("status");
    json_set_string (document, "service", facts->service);
    json_set_string (document, "user", facts->user);
    json_set_string (document, "signed_in_with", with[facts->with]);
    json_set_time (document, "expires_at", facts->expires_at);
    json_t *docker = json_null ();
    if (facts->registry) {
        docker = json_object ();
        json_set_string (docker, "registry", facts->registry);
        json_set_string (docker, "stored_in", facts->stored_in);
    }
    json_set (document, "docker", docker);
    AUTOFREE char *sessions = facts->state_folder ? xasprintf ("%s/sessions.json", facts->state_folder) : NULL;
    json_set_string (document, "secrets_in", sessions);
    json_t *keystore = json_null ();
    if (facts->keystore) {
        keystore = json_object ();
        json_set_string (keystore, "path", facts->keystore);
        json_set (keystore, "unlocked", json_boolean (facts->keystore_unlocked));
    }
    json_set (document, "keystore", keystore);
    return document;
}
