/* Whose rules a file of registry credentials follows: the docker client's, or those of podman, skopeo and buildah
 * (containers/image), whose auth.json looks the same and is read otherwise. */
#ifndef DPAT_CREDENTIALS_DOCKER_RULES_H
#define DPAT_CREDENTIALS_DOCKER_RULES_H

#include <stdbool.h>

#include "src/base/error.h"

/* One set of rules. Everything in it lives for ever. */
struct docker_rules {
    const char *name;      /* in --format and in the file of sessions */
    const char *client;    /* who is signed in by an entry, in sentences */
    const char *elsewhere; /* how the file can be another one, in hints */
    const char *hub_key;   /* of Docker Hub */

    /* The file that the client's own login would write now; it need not exist, nor the path be absolute. Owned. NULL
     * with ERROR_CREDENTIALS_FILE when the environment names none that can be. */
    char *(*find_file) (struct error *err);

    /* The key for what a person types; every alias of Docker Hub becomes hub_key. Owned. NULL with ERROR_USAGE when it
     * can be none. */
    char *(*make_key) (const char *text, struct error *err);

    bool has_repositories;   /* a key may be HOST/NAMESPACE/REPOSITORY; helpers know hosts only */
    bool has_default_helper; /* credsStore counts, and "" in credHelpers means the file; else credHelpers alone */
    bool marks_helpers;      /* an empty entry in the file says that a helper has the secret */
    bool finds_by_host;      /* an entry whose key is a URL of the host is found where none matches exactly */
};

/* docker's: $DOCKER_CONFIG/config.json, else ~/.docker/config.json. Its key is HOST[:PORT] (see url_is_authority) as it
 * was typed; https://, http:// and docker:// before it are cut, and so is the root of the API behind it (/v2/). Another
 * path is refused: docker would never find that key. */
extern const struct docker_rules rules_docker;

/* podman's: $REGISTRY_AUTH_FILE, else $DOCKER_CONFIG/config.json where DOCKER_CONFIG is set, else
 * $XDG_RUNTIME_DIR/containers/auth.json, else /run/containers/<uid>/auth.json. Where the folder that XDG_RUNTIME_DIR
 * names does not exist, podman login fails, and so does this: it belongs to the session on the machine and is not ours
 * to make. Keys are as docker's, or HOST[:PORT]/NAMESPACE[/REPOSITORY], then without a scheme. */
extern const struct docker_rules rules_podman;

/* docker's key of the registry that a key of either client belongs to. Owned. NULL when it is no key. */
char *docker_rules_registry_of (const char *key);

/* The rules of that name; NULL when there are none. */
const struct docker_rules *docker_rules_find (const char *name);

#endif
