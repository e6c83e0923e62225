/* Docker's own credentials: where they are, and which adapter has those of a registry. */
#include "src/credentials/docker_config.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/text.h"
#include "src/credentials/docker_file.h"
#include "src/credentials/helper.h"

struct docker_config {
    char *folder;
    char *path;
    struct docker_file file; /* as it was when opened */
    char *stored_in;         /* of the last docker_config_stored_in */
};

static bool is_hub (const char *host)
{
    return strcmp (host, "docker.io") == 0 || strcmp (host, "index.docker.io") == 0
           || strcmp (host, "registry-1.docker.io") == 0;
}

char *docker_registry_key (const char *text, struct error *err)
{
    static const char *const schemes[] = { "https://", "http://" };
    const char *host = text;
    for (size_t i = 0; i < ARRAY_SIZE (schemes); i++)
        if (strncmp (text, schemes[i], strlen (schemes[i])) == 0)
            host = text + strlen (schemes[i]);
    size_t len = strcspn (host, "/");
    AUTOFREE char *key = xstrndup (host, len);
    if (len == 0 || strpbrk (key, " \t@?#\\\"'") || text_has_control (key, len)) {
        error_set (err, ERROR_USAGE, "\"%.80s\" is no registry", text);
        error_hint (err, "a registry is HOST or HOST:PORT, as in registry.example:5000");
        return NULL;
    }
    return is_hub (key) ? xstrdup (DOCKER_HUB_KEY) : take (&key);
}

/* --config is docker's own option; here the environment, else the home folder, decides, as for docker. */
static char *find_folder (struct error *err)
{
    const char *named = getenv ("DOCKER_CONFIG");
    if (named && named[0])
        return xstrdup (named);
    const char *home = getenv ("HOME");
    if (home == NULL || home[0] == '\0') {
        const struct passwd *user = getpwuid (geteuid ());
        home = user ? user->pw_dir : NULL;
    }
    if (home && home[0])
        return xasprintf ("%s/.docker", home);
    error_set (err, ERROR_CREDENTIALS_FILE, "cannot tell where Docker's config.json is");
    error_hint (err, "set HOME or DOCKER_CONFIG");
    return NULL;
}

/* The same folder must have the same name before and after it is made, so one that is not there yet is named by the
 * folder it will be in. */
static char *make_absolute (const char *folder)
{
    char *absolute = realpath (folder, NULL);
    if (absolute)
        return absolute;
    AUTOFREE char *above = file_folder (folder);
    AUTOFREE char *absolute_above = realpath (above, NULL);
    const char *slash = strrchr (folder, '/');
    if (absolute_above == NULL)
        return xstrdup (folder);
    return xasprintf ("%s/%s", strcmp (absolute_above, "/") == 0 ? "" : absolute_above, slash ? slash + 1 : folder);
}

int docker_config_open (const char *folder, struct docker_config **ret_config, struct error *err)
{
    AUTOFREE char *found = folder ? xstrdup (folder) : find_folder (err);
    if (found == NULL)
        return -1;
    struct docker_config *config = xcalloc (1, sizeof (*config));
    config->file.lock.fd = -1;
    config->folder = make_absolute (found);
    config->path = xasprintf ("%s/config.json", config->folder);
    if (docker_file_read (&config->file, config->path, err) != 0) {
        docker_config_free (config);
        return -1;
    }
    *ret_config = config;
    return 0;
}

void docker_config_free (struct docker_config *config)
{
    if (config == NULL)
        return;
    docker_file_release (&config->file);
    free (config->folder);
    free (config->path);
    free (config->stored_in);
    free (config);
}

const char *docker_config_folder (const struct docker_config *config)
{
    return config->folder;
}

bool docker_config_is_plain (struct docker_config *config, const char *key)
{
    const char *helper = docker_file_helper (&config->file, key);
    return helper == NULL || helper[0] == '\0';
}

const char *docker_config_stored_in (struct docker_config *config, const char *key)
{
    if (docker_config_is_plain (config, key))
        return config->path;
    free (config->stored_in);
    config->stored_in = xasprintf ("docker-credential-%s", docker_file_helper (&config->file, key));
    return config->stored_in;
}

const char *docker_config_path (const struct docker_config *config)
{
    return config->path;
}

const char *docker_config_found_in (struct docker_config *config, const char *key)
{
    AUTO (credential) held = { .user = NULL };
    bool found;
    bool in_file = docker_file_get (&config->file, key, &held, &found, NULL) == 0 && found;
    return in_file ? config->path : docker_config_stored_in (config, key);
}

/* The folder that exists and in which a new folder or file would be made. */
static char *nearest_folder (const char *path)
{
    char *folder = file_folder (path);
    while (access (folder, F_OK) != 0 && errno == ENOENT && strchr (folder, '/') && strcmp (folder, "/") != 0) {
        char *above = file_folder (folder);
        free (folder);
        folder = above;
    }
    return folder;
}

int docker_config_check (struct docker_config *config, const char *key, struct error *err)
{
    struct error why = ERROR_INIT;
    AUTOFREE char *target = file_resolve (config->path, &why);
    if (target == NULL)
        return error_set (err, ERROR_CREDENTIALS_FILE, "%s", why.text);
    /* the folder that a link points into is not ours to make */
    AUTOFREE char *folder = strcmp (target, config->path) == 0 ? nearest_folder (target) : file_folder (target);
    const char *bad = access (target, F_OK) == 0 && access (target, W_OK) != 0 ? target
                      : access (folder, W_OK) != 0                             ? folder
                                                                               : NULL;
    if (bad) {
        error_set (err, ERROR_CREDENTIALS_FILE, "%s cannot be written: %s", bad, strerror (errno));
        return error_hint (err, "check its owner and mode, or name another folder in DOCKER_CONFIG");
    }
    return docker_config_is_plain (config, key) ? 0 : helper_check (docker_file_helper (&config->file, key), err);
}

/* The adapter that has the secret of key. Owned. */
static struct credentials *choose (const struct docker_file *file, const char *path, const char *key, struct error *err)
{
    const char *helper = docker_file_helper (file, key);
    if (helper && helper[0])
        return helper_credentials (helper, HELPER_TIMEOUT_MS, err);
    return docker_file_credentials (path);
}

int docker_config_get (struct docker_config *config, const char *key, struct credential *ret_credential,
                       bool *ret_found, struct error *err)
{
    AUTOPTR (credentials) credentials = choose (&config->file, config->path, key, err);
    return credentials ? credentials_get (credentials, key, ret_credential, ret_found, err) : -1;
}

/* docker leaves an empty entry in the file to say that a helper has the secret. */
static int mark_helper_entry (const char *path, const char *key, struct error *err)
{
    AUTO (docker_file) file = { .lock = FILE_LOCK_INIT };
    if (docker_file_edit (&file, path, err) != 0)
        return -1;
    docker_file_mark (&file, key);
    return docker_file_write (&file, err);
}

int docker_config_put (struct docker_config *config, const char *key, const struct credential *credential,
                       struct error *err)
{
    AUTOPTR (credentials) credentials = choose (&config->file, config->path, key, err);
    if (credentials == NULL || credentials_put (credentials, key, credential, err) != 0)
        return -1;
    if (docker_config_is_plain (config, key) || mark_helper_entry (config->path, key, err) == 0)
        return 0;
    (void)credentials_erase (credentials, key, NULL); /* the error in hand is the one to tell */
    return -1;
}

/* What is to be erased, and how it went. */
struct erasure {
    const char *key;
    bool (*matches) (void *context, const struct credential *credential);
    void *context;
    bool erased;
};

static bool is_wanted (const struct erasure *erasure, const struct credential *held)
{
    return erasure->matches == NULL || erasure->matches (erasure->context, held);
}

/* *ret_holds tells whether the helper has something afterwards. */
static int erase_from_helper (const char *name, struct erasure *erasure, bool *ret_holds, struct error *err)
{
    AUTOPTR (credentials) helper = helper_credentials (name, HELPER_TIMEOUT_MS, err);
    AUTO (credential) held = { .user = NULL };
    if (helper == NULL || credentials_get (helper, erasure->key, &held, ret_holds, err) != 0)
        return -1;
    if (!*ret_holds || !is_wanted (erasure, &held))
        return 0;
    if (credentials_erase (helper, erasure->key, err) != 0)
        return -1;
    *ret_holds = false;
    erasure->erased = true;
    return 0;
}

/* Beside a helper the file may hold a secret from before that was named; and where the helper has nothing any more, the
 * empty entry that says it had is out of date. */
static int erase_from_file (struct docker_file *file, struct erasure *erasure, bool mark_is_old, struct error *err)
{
    AUTO (credential) held = { .user = NULL };
    bool found;
    if (docker_file_get (file, erasure->key, &held, &found, err) != 0)
        return -1;
    bool wanted = found ? is_wanted (erasure, &held) : mark_is_old;
    if (!wanted || !docker_file_remove (file, erasure->key))
        return 0;
    if (docker_file_write (file, err) != 0)
        return -1;
    erasure->erased = erasure->erased || found;
    return 0;
}

int docker_config_erase (struct docker_config *config, const char *key,
                         bool (*matches) (void *context, const struct credential *credential), void *context,
                         bool *ret_erased, struct error *err)
{
    AUTO (docker_file) file = { .lock = FILE_LOCK_INIT };
    struct erasure erasure = { .key = key, .matches = matches, .context = context };
    bool helper_holds = false;
    if (docker_file_edit (&file, config->path, err) != 0)
        return -1;
    const char *helper = docker_file_helper (&file, key);
    bool has_helper = helper && helper[0];
    if ((has_helper && erase_from_helper (helper, &erasure, &helper_holds, err) != 0)
        || erase_from_file (&file, &erasure, has_helper && !helper_holds, err) != 0)
        return -1;
    *ret_erased = erasure.erased;
    return 0;
}

const char *docker_config_store (const struct docker_config *config)
{
    return docker_file_store (&config->file);
}

int docker_config_set_store (struct docker_config *config, const char *helper, struct error *err)
{
    struct docker_file file = { .lock = FILE_LOCK_INIT };
    int status = docker_file_edit (&file, config->path, err);
    if (status == 0) {
        docker_file_set_store (&file, helper);
        status = docker_file_write (&file, err);
    }
    docker_file_release (&file);
    return status;
}
