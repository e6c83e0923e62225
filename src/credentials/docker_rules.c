/* The rules of the two families of clients: where their files are, and what their keys look like. */
#include "src/credentials/docker_rules.h"

#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/memory.h"
#include "src/base/url.h"

/* What people write in front of a registry: browsers, and skopeo, have it so. */
static const char *const schemes[] = { "https", "http", "docker", NULL };

/* Every host by which Docker Hub is known, to its clients or to people. */
static bool is_hub (const char *host, size_t len)
{
    static const char *const hosts[] = { "docker.io", "index.docker.io", "registry-1.docker.io", "hub.docker.com" };
    if (len > 4 && strncmp (host + len - 4, ":443", 4) == 0)
        len -= 4;
    for (size_t i = 0; i < ARRAY_SIZE (hosts); i++)
        if (strlen (hosts[i]) == len && strncasecmp (host, hosts[i], len) == 0)
            return true;
    return false;
}

/* A password in front of the host is not repeated. */
static char *refuse (const char *text, const char *host, struct error *err)
{
    const char *at = memchr (host, '@', strcspn (host, "/"));
    if (at && memchr (host, ':', (size_t)(at - host)))
        error_set (err, ERROR_USAGE, "a registry is named without a user");
    else
        error_set (err, ERROR_USAGE, "\"%.80s\" is not a registry", text);
    error_hint (err, "a registry is HOST or HOST:PORT, for example registry.example:5000");
    return NULL;
}

/* Whether a path leads to the registry itself: none, or the root of its API. */
static bool is_root (const char *path)
{
    static const char *const roots[] = { "", "/", "/v1", "/v1/", "/v2", "/v2/" };
    for (size_t i = 0; i < ARRAY_SIZE (roots); i++)
        if (strcmp (path, roots[i]) == 0)
            return true;
    return false;
}

static char *make_docker_key (const char *text, struct error *err)
{
    const char *host = url_skip_scheme (text, schemes);
    size_t len = strcspn (host, "/");
    if (!url_is_authority (host, len, URL_HOSTS_OF_IMAGES))
        return refuse (text, host, err);
    if (!is_root (host + len)) {
        error_set (err, ERROR_USAGE, "\"%.80s\" has a path, and docker keeps credentials for whole registries only",
                   text);
        error_hint (err, "name the registry alone: %.*s (with --format podman a path may follow)", (int)len, host);
        return NULL;
    }
    return is_hub (host, len) ? xstrdup (rules_docker.hub_key) : xstrndup (host, len);
}

#define LOWER_CASE "abcdefghijklmnopqrstuvwxyz0123456789"

/* How many characters at text stand between two parts of a name: ".", "_", "__" or any number of "-". */
static size_t separator_len (const char *text)
{
    size_t dashes = strspn (text, "-");
    if (dashes > 0 || text[0] == '.')
        return dashes > 0 ? dashes : 1;
    return text[0] != '_' ? 0 : text[1] == '_' ? 2 : 1;
}

/* "/namespace/repository": lower-case names between single slashes; no image has another one (distribution/reference).
 */
static bool is_repository (const char *path)
{
    while (path[0]) {
        size_t between = path[0] == '/' ? 1 : separator_len (path);
        size_t len = between > 0 ? strspn (path + between, LOWER_CASE) : 0;
        if (len == 0)
            return false;
        path += between + len;
    }
    return true;
}

/* What keeps text from being a key of podman's; NULL when nothing does. */
static const char *find_fault (const char *text, const char *path)
{
    if (strchr (text, '@'))
        return "it has an @, of a user or a digest";
    if (url_skip_scheme (text, schemes) != text && path[0])
        return "it has both a scheme and a path";
    if (strchr (path, ':'))
        return "it has a tag";
    return is_repository (path) ? NULL : "a repository is lower-case names between single slashes";
}

static char *make_podman_key (const char *text, struct error *err)
{
    const char *host = url_skip_scheme (text, schemes);
    size_t len = strcspn (host, "/");
    bool hub = is_hub (host, len);
    const char *path = host + len;
    if ((hub || host != text) && is_root (path))
        path = "";
    if (!url_is_authority (host, len, URL_HOSTS_OF_IMAGES))
        return refuse (text, host, err);
    const char *fault = find_fault (text, path);
    if (fault) {
        error_set (err, ERROR_USAGE, "\"%.80s\" is not a key of podman's: %s", text, fault);
        error_hint (err, "name HOST[:PORT], or HOST[:PORT]/NAMESPACE[/REPOSITORY]");
        return NULL;
    }
    return hub ? xasprintf ("%s%s", rules_podman.hub_key, path) : xasprintf ("%.*s%s", (int)len, host, path);
}

static const char *environment (const char *variable)
{
    const char *value = getenv (variable);
    return value && value[0] ? value : NULL;
}

/* --config is docker's own option; here the environment, else the home folder, decides, as for docker. */
static char *find_docker_file (struct error *err)
{
    const char *folder = environment ("DOCKER_CONFIG");
    if (folder)
        return xasprintf ("%s/config.json", folder);
    const char *home = environment ("HOME");
    if (home == NULL) {
        const struct passwd *user = getpwuid (geteuid ());
        home = user && user->pw_dir[0] ? user->pw_dir : NULL;
    }
    if (home)
        return xasprintf ("%s/.docker/config.json", home);
    error_set (err, ERROR_CREDENTIALS_FILE, "cannot tell where Docker's config.json is");
    error_hint (err, "set HOME or DOCKER_CONFIG");
    return NULL;
}

static char *find_podman_file (struct error *err)
{
    const char *file = environment ("REGISTRY_AUTH_FILE");
    const char *runtime = environment ("XDG_RUNTIME_DIR");
    struct stat info;
    if (file)
        return xstrdup (file);
    if (environment ("DOCKER_CONFIG"))
        return find_docker_file (err);
    if (runtime == NULL)
        return xasprintf ("/run/containers/%ju/auth.json", (uintmax_t)getuid ());
    if (stat (runtime, &info) == 0 && S_ISDIR (info.st_mode))
        return xasprintf ("%s/containers/auth.json", runtime);
    error_set (err, ERROR_CREDENTIALS_FILE, "the folder %s, which XDG_RUNTIME_DIR names, does not exist", runtime);
    error_hint (err, "podman keeps its credentials there; name %s", rules_podman.elsewhere);
    return NULL;
}

const struct docker_rules rules_docker = { .name = "docker",
                                           .client = "the Docker CLI",
                                           .elsewhere = "another folder in DOCKER_CONFIG",
                                           .hub_key = "https://index.docker.io/v1/",
                                           .find_file = find_docker_file,
                                           .make_key = make_docker_key,
                                           .has_default_helper = true,
                                           .marks_helpers = true,
                                           .finds_by_host = true };

const struct docker_rules rules_podman = { .name = "podman",
                                           .client = "podman",
                                           .elsewhere = "another file in REGISTRY_AUTH_FILE",
                                           .hub_key = "docker.io",
                                           .find_file = find_podman_file,
                                           .make_key = make_podman_key,
                                           .has_repositories = true };

const struct docker_rules *docker_rules_find (const char *name)
{
    static const struct docker_rules *const all[] = { &rules_docker, &rules_podman };
    for (size_t i = 0; i < ARRAY_SIZE (all); i++)
        if (strcmp (all[i]->name, name) == 0)
            return all[i];
    return NULL;
}

char *docker_rules_registry_of (const char *key)
{
    const char *host = url_skip_scheme (key, schemes);
    AUTOFREE char *alone = xstrndup (host, strcspn (host, "/"));
    return make_docker_key (alone, NULL);
}
