/* The rules of the two families of clients: where their files are, and what their keys look like. */
#include "src/credentials/docker_rules.h"

#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/memory.h"
#include "src/base/text.h"

static bool is_hub (const char *host)
{
    return strcmp (host, "docker.io") == 0 || strcmp (host, "index.docker.io") == 0
           || strcmp (host, "registry-1.docker.io") == 0;
}

static const char *skip_scheme (const char *text)
{
    static const char *const schemes[] = { "https://", "http://" };
    for (size_t i = 0; i < ARRAY_SIZE (schemes); i++)
        if (strncmp (text, schemes[i], strlen (schemes[i])) == 0)
            return text + strlen (schemes[i]);
    return text;
}

/* The host of what a person typed, checked. Owned. */
static char *make_host (const char *text, struct error *err)
{
    const char *host = skip_scheme (text);
    size_t len = strcspn (host, "/");
    AUTOFREE char *key = xstrndup (host, len);
    if (len > 0 && strpbrk (key, " \t@?#\\\"'") == NULL && !text_has_control (key, len))
        return take (&key);
    error_set (err, ERROR_USAGE, "\"%.80s\" is no registry", text);
    error_hint (err, "a registry is HOST or HOST:PORT, as in registry.example:5000");
    return NULL;
}

static char *make_docker_key (const char *text, struct error *err)
{
    AUTOFREE char *host = make_host (text, err);
    return host && is_hub (host) ? xstrdup (rules_docker.hub_key) : take (&host);
}

/* "/namespace/repository": lower-case names between single slashes; no image has another one. */
static bool is_repository (const char *path)
{
    while (path[0] == '/') {
        size_t len = strspn (path + 1, "abcdefghijklmnopqrstuvwxyz0123456789._-");
        if (len == 0)
            return false;
        path += 1 + len;
    }
    return path[0] == '\0';
}

/* What keeps text from being a key of podman's; NULL when nothing does. */
static const char *find_fault (const char *text, const char *path)
{
    if (strchr (text, '@'))
        return "it has an @, of a user or a digest";
    if (skip_scheme (text) != text)
        return "it begins with a scheme";
    if (strchr (path, ':'))
        return "it has a tag";
    return is_repository (path) ? NULL : "a repository is lower-case names between single slashes";
}

/* "https://index.docker.io/v1/" and the like: the address of the Hub itself, which has no repository. */
static bool is_hub_address (const char *text)
{
    static const char *const paths[] = { "", "/", "/v1", "/v1/", "/v2", "/v2/" };
    const char *address = skip_scheme (text);
    size_t len = strcspn (address, "/");
    AUTOFREE char *host = xstrndup (address, len);
    for (size_t i = 0; i < ARRAY_SIZE (paths); i++)
        if (strcmp (address + len, paths[i]) == 0)
            return is_hub (host);
    return false;
}

static char *make_podman_key (const char *text, struct error *err)
{
    const char *path = text + strcspn (text, "/");
    if (is_hub_address (text))
        return xstrdup (rules_podman.hub_key);
    const char *fault = find_fault (text, path);
    if (fault) {
        error_set (err, ERROR_USAGE, "\"%.80s\" is no key of podman's: %s", text, fault);
        error_hint (err, "name HOST[:PORT], or HOST[:PORT]/NAMESPACE[/REPOSITORY]");
        return NULL;
    }
    AUTOFREE char *host = make_host (text, err);
    return host ? xasprintf ("%s%s", is_hub (host) ? rules_podman.hub_key : host, path) : NULL;
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
