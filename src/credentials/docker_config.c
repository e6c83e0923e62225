/* The credentials of Docker or podman: which file has them, and which adapter those of a registry. */
#include "src/credentials/docker_config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/file.h"
#include "src/credentials/docker_environment.h"
#include "src/credentials/docker_file.h"
#include "src/credentials/helper.h"

struct docker_config {
    const struct docker_rules *rules;
    char *path;
    struct docker_file file; /* as it was when opened */
    const char *detected;    /* the helper that docker would choose by itself; NULL: none, or it is not used */
    struct error unusable;   /* why it is not used; ERROR_NONE otherwise */
    char *stored_in;         /* of the last docker_config_stored_in */
};

static char *join (const char *folder, const char *name)
{
    return xasprintf ("%s/%s", strcmp (folder, "/") == 0 ? "" : folder, name);
}

static const char *last_part (const char *path)
{
    const char *slash = strrchr (path, '/');
    return slash ? slash + 1 : path;
}

/* The same folder must have the same name before and after it is made, and from wherever it is looked at, so one that
 * is not there yet is named by the folder it will be in. */
static char *make_absolute (const char *folder)
{
    char *absolute = realpath (folder, NULL);
    AUTOFREE char *above = file_folder (folder);
    if (absolute || strcmp (above, folder) == 0)
        return absolute ? absolute : xstrdup (folder);
    char *absolute_above = make_absolute (above);
    const char *name = last_part (folder);
    if (name[0] == '\0') /* it ended with a slash */
        return absolute_above;
    char *joined = join (absolute_above, name);
    free (absolute_above);
    return joined;
}

int docker_config_open (const struct docker_rules *rules, const char *path, struct docker_config **ret_config,
                        struct error *err)
{
    AUTOFREE char *found = path ? xstrdup (path) : rules->find_file (err);
    if (found == NULL)
        return -1;
    AUTOFREE char *named = file_folder (found);
    AUTOFREE char *folder = make_absolute (named);
    AUTOPTR (docker_config) config = xcalloc (1, sizeof (*config));
    config->rules = rules;
    config->file.lock.fd = -1;
    config->path = join (folder, last_part (found));
    if (docker_file_read (&config->file, config->path, err) != 0)
        return -1;
    if (rules->has_default_helper && !docker_file_has_auth (&config->file))
        config->detected = helper_detect ();
    *ret_config = take (&config);
    return 0;
}

void docker_config_free (struct docker_config *config)
{
    if (config == NULL)
        return;
    docker_file_release (&config->file);
    free (config->path);
    free (config->stored_in);
    free (config);
}

const struct docker_rules *docker_config_rules (const struct docker_config *config)
{
    return config->rules;
}

const char *docker_config_path (const struct docker_config *config)
{
    return config->path;
}

static const char *helper_of (const struct docker_config *config, const char *key)
{
    return config->detected ? config->detected : docker_file_helper (&config->file, config->rules, key);
}

static void set_aside (struct docker_config *config, const struct error *why)
{
    config->unusable = *why;
    config->detected = NULL;
}

bool docker_config_is_overridden (const struct docker_config *config, const char *key)
{
    return config->rules == &rules_docker && docker_environment_has (key);
}

const char *docker_config_unusable_store (const struct docker_config *config)
{
    return config->unusable.code == ERROR_NONE ? NULL : config->unusable.text;
}

bool docker_config_is_plain (const struct docker_config *config, const char *key)
{
    return helper_of (config, key) == NULL;
}

const char *docker_config_stored_in (struct docker_config *config, const char *key)
{
    const char *helper = helper_of (config, key);
    if (helper == NULL)
        return config->path;
    free (config->stored_in);
    config->stored_in = xasprintf ("docker-credential-%s", helper);
    return config->stored_in;
}

const char *docker_config_found_in (struct docker_config *config, const char *key,
                                    bool (*matches) (void *context, const struct credential *credential), void *context)
{
    AUTO (credential) held = { .user = NULL };
    if (docker_file_get (&config->file, config->rules, key, &held) && matches (context, &held))
        return config->path;
    const char *helper = docker_file_helper (&config->file, config->rules, key);
    bool is_marked = !config->rules->marks_helpers || docker_file_has_entry (&config->file, key);
    return helper && is_marked ? docker_config_stored_in (config, key) : NULL;
}

/* The helper of its host has the last word on a repository too, and can keep none. */
static int check_repository (const struct docker_config *config, const char *key, struct error *err)
{
    AUTOFREE char *host = xstrndup (key, strcspn (key, "/"));
    const char *helper = helper_of (config, host);
    if (helper == NULL)
        return 0;
    error_set (err, ERROR_CREDENTIAL_HELPER,
               "%s cannot be kept: docker-credential-%s has %s, and helpers know hosts only", key, helper, host);
    return error_hint (err, "name the host alone, or take it out of credHelpers in %s", config->path);
}

int docker_config_check_readable (const struct docker_config *config, const char *key, struct error *err)
{
    return config->rules == &rules_docker ? docker_file_check_readable (&config->file, key, err) : 0;
}

int docker_config_check (struct docker_config *config, const char *key, struct error *err)
{
    bool may_be_plain = docker_config_is_plain (config, key) || config->detected; /* which may fail */
    if (docker_file_check (config->path, err) != 0
        || (may_be_plain && docker_config_check_readable (config, key, err) != 0))
        return -1;
    if (config->rules->has_repositories && strchr (key, '/'))
        return check_repository (config, key, err);
    const char *helper = helper_of (config, key);
    if (helper == NULL || config->detected)
        return 0;
    /* whoever may write the file chooses the program that gets the secret */
    return file_check_trusted (config->path, ERROR_CREDENTIALS_FILE, err) == 0
               ? helper_check (helper, config->path, err)
               : -1;
}

/* The adapter that has the secret of key. Owned. */
static struct credentials *choose (const struct docker_config *config, const char *key, struct error *err)
{
    const char *helper = helper_of (config, key);
    return helper ? helper_credentials (helper, HELPER_TIMEOUT_MS, err)
                  : docker_file_credentials (config->rules, config->path);
}

int docker_config_get (struct docker_config *config, const char *key, struct credential *ret_credential,
                       bool *ret_found, struct error *err)
{
    AUTOPTR (credentials) credentials = choose (config, key, err);
    return credentials ? credentials_get (credentials, key, ret_credential, ret_found, err) : -1;
}

static int look_in_file (struct docker_config *config, const char *key, struct credential *ret_credential,
                         enum docker_holding *ret_holding, struct error *err)
{
    bool found;
    if (docker_config_get (config, key, ret_credential, &found, err) != 0)
        return -1;
    *ret_holding = found ? DOCKER_HAS_ONE : DOCKER_HAS_NONE;
    return 0;
}

static int look_in_helper (const char *name, const char *key, struct credential *ret_credential,
                           enum docker_holding *ret_holding, struct error *err)
{
    static const enum docker_holding holdings[] = { [HELPER_HAS_NONE] = DOCKER_HAS_NONE,
                                                    [HELPER_HAS_ONE] = DOCKER_HAS_ONE,
                                                    [HELPER_DOES_NOT_TELL] = DOCKER_HELPER_DOES_NOT_TELL };
    AUTOPTR (credentials) helper = helper_credentials (name, HELPER_TIMEOUT_MS, err);
    enum helper_holding holding;
    if (helper == NULL || helper_look (helper, key, ret_credential, &holding, NULL, err) != 0)
        return -1;
    *ret_holding = holdings[holding];
    return holding == HELPER_DOES_NOT_TELL ? helper_try (helper, err) : 0;
}

int docker_config_look (struct docker_config *config, const char *key, struct credential *ret_credential,
                        enum docker_holding *ret_holding, struct error *err)
{
    struct error why = ERROR_INIT;
    const char *helper = helper_of (config, key);
    if (helper == NULL)
        return look_in_file (config, key, ret_credential, ret_holding, err);
    if (look_in_helper (helper, key, ret_credential, ret_holding, &why) == 0)
        return 0;
    if (config->detected) {
        set_aside (config, &why);
        return look_in_file (config, key, ret_credential, ret_holding, err);
    }
    if (err)
        *err = why;
    return -1;
}

/* Where docker chose the helper by itself that choice is to be written down (*ret_unnamed: it is not yet), unless the
 * file has made another one since. */
static int check_detected (const struct docker_config *config, const struct docker_file *file, bool *ret_unnamed,
                           struct error *err)
{
    const char *store = docker_file_store (file);
    *ret_unnamed = config->detected && (store == NULL || strcmp (store, config->detected) != 0);
    if (!*ret_unnamed || !docker_file_has_auth (file))
        return 0;
    error_set (err, ERROR_CREDENTIALS_FILE, "%s was changed by another program meanwhile", config->path);
    return error_hint (err, "run the same again");
}

/* docker leaves an empty entry in the file to say that a helper has the secret. */
static int mark_helper_entry (const struct docker_config *config, const char *key, struct error *err)
{
    AUTO (docker_file) seen = { .lock = FILE_LOCK_INIT };
    AUTO (docker_file) file = { .lock = FILE_LOCK_INIT };
    bool unnamed;
    if (docker_file_read (&seen, config->path, NULL) == 0 && docker_file_is_marked (&seen, key)
        && check_detected (config, &seen, &unnamed, NULL) == 0 && !unnamed)
        return 0;
    if (docker_file_edit (&file, config->path, err) != 0 || check_detected (config, &file, &unnamed, err) != 0)
        return -1;
    docker_file_mark (&file, key);
    if (unnamed)
        docker_file_set_store (&file, config->detected);
    return docker_file_write (&file, err);
}

static int put_into_helper (const struct docker_config *config, struct credentials *helper, const char *key,
                            struct error *err)
{
    if (!config->rules->marks_helpers || mark_helper_entry (config, key, err) == 0)
        return 0;
    (void)credentials_erase (helper, key, NULL); /* the error in hand is the one to tell */
    return -1;
}

int docker_config_put (struct docker_config *config, const char *key, const struct credential *credential,
                       struct error *err)
{
    struct error why = ERROR_INIT;
    AUTOPTR (credentials) credentials = choose (config, key, err);
    if (credentials == NULL)
        return -1;
    if (credentials_put (credentials, key, credential, &why) == 0)
        return docker_config_is_plain (config, key) ? 0 : put_into_helper (config, credentials, key, err);
    if (config->detected) {
        set_aside (config, &why);
        AUTOPTR (credentials) file = choose (config, key, err);
        return credentials_put (file, key, credential, err);
    }
    if (err)
        *err = why;
    return -1;
}

/* What is to be erased, and how it went. */
struct erasure {
    const struct docker_rules *rules;
    const char *key;
    bool (*matches) (void *context, const struct credential *credential);
    void *context;
    bool erased;
};

static bool is_wanted (const struct erasure *erasure, const struct credential *held)
{
    return erasure->matches == NULL || erasure->matches (erasure->context, held);
}

/* One that does not tell has nothing if its list says so, or if docker knows of no entry either (is_marked false). Why
 * there is no list may be told; what stands in the answer of a get may be the secret. */
static int look_surely (struct credentials *helper, const char *key, bool is_marked, struct credential *ret_held,
                        bool *ret_holds, struct error *err)
{
    enum helper_holding holding;
    struct error why = ERROR_INIT;
    if (helper_look (helper, key, ret_held, &holding, &why, err) != 0)
        return -1;
    *ret_holds = holding == HELPER_HAS_ONE;
    if (holding != HELPER_DOES_NOT_TELL || !is_marked)
        return 0;
    if (helper_lists (helper, key, ret_holds, err) != 0)
        return -1;
    if (*ret_holds && err)
        *err = why;
    return *ret_holds ? -1 : 0;
}

/* *ret_holds tells whether the helper has something afterwards. */
static int erase_from_helper (const char *name, struct erasure *erasure, bool is_marked, bool *ret_holds,
                              struct error *err)
{
    AUTOPTR (credentials) helper = helper_credentials (name, HELPER_TIMEOUT_MS, err);
    AUTO (credential) held = { .user = NULL };
    if (helper == NULL || look_surely (helper, erasure->key, is_marked, &held, ret_holds, err) != 0)
        return -1;
    if (!*ret_holds || !is_wanted (erasure, &held))
        return 0;
    if (credentials_erase (helper, erasure->key, err) != 0)
        return -1;
    *ret_holds = false;
    erasure->erased = true;
    return 0;
}

/* Beside a helper the file may hold a secret from before that was named, or somebody's who does not ask that helper;
 * and where the helper has nothing any more, the empty entry that says it had is out of date. */
static int erase_from_file (struct docker_file *file, struct erasure *erasure, bool mark_is_old, struct error *err)
{
    AUTO (credential) held = { .user = NULL };
    bool found = docker_file_get (file, erasure->rules, erasure->key, &held);
    bool wanted = found ? is_wanted (erasure, &held) : mark_is_old;
    if (!wanted || !docker_file_remove (file, erasure->key))
        return 0;
    if (docker_file_write (file, err) != 0)
        return -1;
    erasure->erased = erasure->erased || found;
    return 0;
}

/* Whether no helper is asked, and the file has nothing that is wanted: then it need not be one that can be written. */
static bool has_nothing (const struct docker_config *config, const struct erasure *erasure)
{
    AUTO (docker_file) file = { .lock = FILE_LOCK_INIT };
    AUTO (credential) held = { .user = NULL };
    return docker_file_read (&file, config->path, NULL) == 0
           && docker_file_helper (&file, config->rules, erasure->key) == NULL
           && !(docker_file_get (&file, config->rules, erasure->key, &held) && is_wanted (erasure, &held));
}

int docker_config_erase (struct docker_config *config, const char *key,
                         bool (*matches) (void *context, const struct credential *credential), void *context,
                         bool *ret_erased, struct error *err)
{
    AUTO (docker_file) file = { .lock = FILE_LOCK_INIT };
    struct erasure erasure = { .rules = config->rules, .key = key, .matches = matches, .context = context };
    bool helper_holds = false;
    *ret_erased = false;
    if (access (config->path, F_OK) != 0 && errno == ENOENT) /* its folder may be gone as well, with a session's */
        return 0;
    if (has_nothing (config, &erasure))
        return 0;
    if (docker_file_edit (&file, config->path, err) != 0)
        return -1;
    const char *helper = docker_file_helper (&file, config->rules, key);
    bool is_marked = !config->rules->marks_helpers || docker_file_has_entry (&file, key);
    if (helper && erase_from_helper (helper, &erasure, is_marked, &helper_holds, err) != 0)
        return -1;
    bool mark_is_old = helper && !helper_holds && config->rules->marks_helpers;
    if (erase_from_file (&file, &erasure, mark_is_old, err) != 0)
        return -1;
    *ret_erased = erasure.erased;
    return 0;
}

const char *docker_config_store (const struct docker_config *config)
{
    return docker_file_store (&config->file);
}
