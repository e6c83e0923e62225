/* Which service, user, store and folders are meant. */
#include "src/cli/settings.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/base/text.h"
#include "src/base/time.h"
#include "src/base/url.h"
#include "src/cli/option.h"
#include "src/cli/remembered.h"
#include "src/credentials/docker_rules.h"
#include "src/token/expiry.h"
#include "src/token/name.h"

#define DEFAULT_EXPIRES "90d"

enum { CONFIG_MAX_BYTES = 64 * 1024 };

static const char *const names[] = { "service",         "user",  "store",    "key_file",
                                     "default_expires", "color", "registry", NULL };

static const char *const helps[] = {
    "the token service: hub, local or a URL; written by dpat login",
    "whose tokens, for each service; written by dpat login",
    "the file of the embedded token service",
    "the key file of that store",
    "the life of a new token when -e is not given, as 90d, or never",
    "auto, always or never",
    "the registry that --docker signs in to, for each service; written by dpat login --registry",
};

const char *const *settings_names (void)
{
    return names;
}

static int find_name (const char *name)
{
    for (int i = 0; names[i]; i++)
        if (strcmp (names[i], name) == 0)
            return i;
    return -1;
}

const char *settings_help (const char *name)
{
    int i = find_name (name);
    return i >= 0 ? helps[i] : "";
}

static const char *environment (const char *variable)
{
    const char *value = getenv (variable);
    return value && value[0] ? value : NULL;
}

bool settings_environment_flag (const char *variable)
{
    const char *value = environment (variable);
    return value && strcmp (value, "0") != 0;
}

/* The folder of one of dpat's own: the variable that names it, else "dpat" under the XDG one (an absolute path, or it
 * does not count), else under HOME. */
static char *own_folder (const char *variable, const char *xdg, const char *under_home, struct error *err)
{
    const char *own = variable ? environment (variable) : NULL;
    if (own)
        return xstrdup (own);
    const char *base = environment (xdg);
    if (base && base[0] == '/')
        return xasprintf ("%s/dpat", base);
    const char *home = environment ("HOME");
    if (home && home[0] == '/')
        return xasprintf ("%s/%s/dpat", home, under_home);
    error_set (err, ERROR_CONFIG, "HOME is not set, so there is no place for dpat's files");
    error_hint (err, "set HOME, or %s%s%s", variable ? variable : "", variable ? " or " : "", xdg);
    return NULL;
}

static char *find_config_folder (struct error *err)
{
    return own_folder ("DPAT_CONFIG_DIR", "XDG_CONFIG_HOME", ".config", err);
}

static char *find_state_folder (struct error *err)
{
    return own_folder ("DPAT_STATE_DIR", "XDG_STATE_HOME", ".local/state", err);
}

int settings_check_folders (struct error *err)
{
    AUTOFREE char *config = find_config_folder (err);
    AUTOFREE char *state = config ? find_state_folder (err) : NULL;
    return state ? 0 : -1;
}

/* The service as it is remembered: a URL in its normal form. Owned; NULL with ERROR_USAGE. */
static char *parse_service (const char *text, enum service_kind *ret_kind, struct error *err)
{
    *ret_kind = strcmp (text, "local") == 0 ? SERVICE_LOCAL : strcmp (text, "hub") == 0 ? SERVICE_HUB : SERVICE_URL;
    if (*ret_kind != SERVICE_URL)
        return xstrdup (text);
    if (strstr (text, "://"))
        return url_normalise (text, err);
    error_set (err, ERROR_USAGE, "\"%.80s\" is not a token service", text);
    error_hint (err, "services are hub, local, or a URL that begins with https://");
    return NULL;
}

static int parse_expires (const char *text, int64_t *ret_span_s, struct error *err)
{
    if (strcmp (text, "never") == 0) {
        *ret_span_s = 0;
        return 0;
    }
    return duration_parse (text, "default_expires", ret_span_s, err);
}

int settings_check_name (const char *name, struct error *err)
{
    if (find_name (name) >= 0)
        return 0;
    const char *nearest = option_nearest (name, names, ARRAY_SIZE (names) - 1);
    error_set (err, ERROR_USAGE, "\"%.60s\" is no setting", name);
    if (nearest)
        return error_hint (err, "did you mean %s? dpat config --help tells of them all", nearest);
    return error_hint (err, "dpat config --help tells which settings there are");
}

/* See that value can be the value of name, and is no text of another kind. */
static int check_value (const char *name, const char *value, struct error *err)
{
    int64_t span_s;
    if (strcmp (name, "default_expires") == 0)
        return parse_expires (value, &span_s, err);
    if (strcmp (name, "user") == 0)
        return account_name_check (value, err);
    bool is_color = strcmp (value, "auto") == 0 || strcmp (value, "always") == 0 || strcmp (value, "never") == 0;
    if (strcmp (name, "color") == 0 && !is_color)
        return error_set (err, ERROR_USAGE, "color is auto, always or never, not \"%.40s\"", value);
    bool is_path = strcmp (name, "store") == 0 || strcmp (name, "key_file") == 0;
    if (is_path && value[0] != '/')
        return error_set (err, ERROR_USAGE, "%s must be an absolute path, not \"%.80s\"", name, value);
    return 0;
}

char *settings_clean (const char *name, const char *value, struct error *err)
{
    enum service_kind kind;
    if (settings_check_name (name, err) != 0)
        return NULL;
    if (value[0] == '\0' || text_has_control (value, strlen (value))) {
        error_set (err, ERROR_USAGE, "the value of %s is empty or has control characters", name);
        return NULL;
    }
    if (strcmp (name, "service") == 0)
        return parse_service (value, &kind, err);
    if (strcmp (name, "registry") == 0)
        return rules_docker.make_key (value, err);
    return check_value (name, value, err) == 0 ? xstrdup (value) : NULL;
}

static int check_config (json_t *config, const char *path, struct error *err)
{
    if (!json_is_object (config))
        return error_set (err, ERROR_CONFIG, "%s holds no JSON object", path);
    for (int i = 0; names[i]; i++) {
        json_t *value = json_object_get (config, names[i]);
        struct error why = ERROR_INIT;
        if (value == NULL || remembered_is (names[i]))
            continue;
        if (!json_is_string (value))
            return error_set (err, ERROR_CONFIG, "%s: \"%s\" is no string", path, names[i]);
        AUTOFREE char *clean = settings_clean (names[i], json_string_value (value), &why);
        if (clean == NULL)
            return error_set (err, ERROR_CONFIG, "%s: %s", path, why.text);
    }
    return remembered_load (config, path, err);
}

static char *config_path (const char *folder)
{
    return xasprintf ("%s/config.json", folder);
}

json_t *settings_read (const char *folder, struct error *err)
{
    if (folder == NULL)
        return json_object ();
    AUTOFREE char *path = config_path (folder);
    AUTO (buffer) text;
    buffer_init (&text, CONFIG_MAX_BYTES);
    struct error why = ERROR_INIT;
    if (file_check_trusted (path, ERROR_CONFIG, err) != 0)
        return NULL;
    if (file_read (path, &text, &why) != 0) {
        if (why.code == ERROR_FILE_ABSENT)
            return json_object ();
        error_set (err, ERROR_CONFIG, "%s", why.text);
        return NULL;
    }
    json_t *config = json_parse (buffer_text (&text), text.len, path, ERROR_CONFIG, err);
    if (config == NULL || check_config (config, path, err) != 0) {
        error_hint (err, "correct the file or move it away");
        json_decref (config);
        return NULL;
    }
    return config;
}

/* What is remembered for other services stays. */
static void apply_changes (json_t *config, json_t *changes)
{
    const char *name;
    json_t *value;
    json_object_foreach (changes, name, value)
    {
        json_t *inside = json_object_get (config, name);
        if (json_is_null (value))
            json_object_del (config, name);
        else if (json_is_object (value)) {
            if (inside == NULL)
                json_set (config, name, inside = json_object ());
            apply_changes (inside, value);
            if (json_object_size (inside) == 0)
                json_object_del (config, name);
        } else
            json_set (config, name, json_incref (value));
    }
}

int settings_write (const char *folder, json_t *changes, struct error *err)
{
    AUTOFREE char *path = config_path (folder);
    struct file_lock lock = FILE_LOCK_INIT;
    if (file_make_folder (folder, err) != 0 || file_lock_take (&lock, path, 5000, err) != 0)
        return -1;
    AUTO (buffer) text;
    buffer_init (&text, CONFIG_MAX_BYTES);
    json_auto_t *config = settings_read (folder, err);
    int status = -1;
    if (config) {
        apply_changes (config, changes);
        json_write_tabs (&text, config);
        buffer_puts (&text, "\n");
        status = text.failed ? error_set (err, ERROR_CONFIG, "%s would grow too large", path)
                             : file_replace (path, buffer_text (&text), text.len, 0600, err);
    }
    file_lock_release (&lock);
    return status;
}

/* The first of: option, environment, config; NULL when none says anything. Borrowed. */
static const char *choose (const char *option, const char *variable, const json_t *config, const char *name)
{
    if (option)
        return option;
    const char *value = environment (variable);
    return value ? value : json_get_string (config, name);
}

static char *absolute_path (const char *path, struct error *err)
{
    char folder[PATH_MAX];
    if (path[0] == '/')
        return xstrdup (path);
    if (getcwd (folder, sizeof (folder)) == NULL) {
        error_set (err, ERROR_CONFIG, "cannot tell the current folder: %s", strerror (errno));
        return NULL;
    }
    return xasprintf ("%s/%s", folder, path);
}

char *settings_store_path (const struct settings *settings, const struct common_options *options, struct error *err)
{
    const char *store = choose (options->store, "DPAT_STORE", settings->config, "store");
    if (store)
        return absolute_path (store, err);
    AUTOFREE char *folder = own_folder (NULL, "XDG_DATA_HOME", ".local/share", err);
    if (folder == NULL)
        error_hint (err, "set HOME, or name the store with --store or DPAT_STORE");
    return folder ? xasprintf ("%s/service.db", folder) : NULL;
}

static int load_store (struct settings *settings, const struct common_options *options, struct error *err)
{
    const char *key_file = choose (options->key_file, "DPAT_KEY_FILE", settings->config, "key_file");
    bool store_is_empty = options->store && options->store[0] == '\0';
    if (store_is_empty || (options->key_file && key_file[0] == '\0'))
        return error_set (err, ERROR_USAGE, "%s needs a path, not an empty argument",
                          store_is_empty ? "--store" : "--key-file");
    settings->store = settings_store_path (settings, options, err);
    if (settings->store == NULL)
        return -1;
    if (key_file)
        settings->key_file = absolute_path (key_file, err);
    return key_file && settings->key_file == NULL ? -1 : 0;
}

static int load_user (struct settings *settings, const struct common_options *options, struct error *err)
{
    const char *user = choose (options->user, "DPAT_USER", NULL, "user");
    if (user == NULL)
        user = remembered_get (settings->config, "user", settings->service_name);
    if (user && settings->service_kind == SERVICE_LOCAL && account_name_check (user, err) != 0)
        return -1;
    settings->user = xstrdup (user);
    return 0;
}

/* DPAT_TIMEOUT: "30s", or seconds alone. */
static int load_timeout (struct settings *settings, struct error *err)
{
    const char *text = getenv ("DPAT_TIMEOUT");
    int64_t seconds = 0;
    if (text == NULL || text[0] == '\0')
        return 0;
    AUTOFREE char *with_unit = xasprintf ("%ss", text);
    if (time_parse_duration (strspn (text, "0123456789") == strlen (text) ? with_unit : text, &seconds) != 0
        || seconds > 3600)
        return error_set (err, ERROR_CONFIG, "DPAT_TIMEOUT is \"%.40s\", and must be a time up to 1h, as 30s", text);
    settings->timeout_ms = (int)seconds * 1000;
    return 0;
}

static int load_service_name (struct settings *settings, const struct common_options *options, struct error *err)
{
    if (settings->service_kind != SERVICE_LOCAL) {
        settings->service_name = xstrdup (settings->service);
        return 0;
    }
    if (load_store (settings, options, err) != 0)
        return -1;
    if (text_count (settings->store, strlen (settings->store)) < 0)
        return error_set (err, ERROR_CONFIG, "the path of the store is not UTF-8, so it cannot be written down");
    settings->service_name = xasprintf ("local:%s", settings->store);
    return 0;
}

int settings_load (struct settings *settings, const struct common_options *options, struct error *err)
{
    settings->config_folder = find_config_folder (NULL);
    settings->state_folder = find_state_folder (NULL);
    settings->config = settings_read (settings->config_folder, err);
    if (settings->config == NULL)
        return -1;
    const char *service = choose (options->service, "DPAT_SERVICE", settings->config, "service");
    settings->service = parse_service (service ? service : "hub", &settings->service_kind, err);
    settings->service_is_said = service != NULL;
    if (settings->service == NULL)
        return -1;
    const char *expires = choose (NULL, "DPAT_DEFAULT_EXPIRES", settings->config, "default_expires");
    if (parse_expires (expires ? expires : DEFAULT_EXPIRES, &settings->default_expires_s, err) != 0)
        return -1;
    if (load_service_name (settings, options, err) != 0)
        return -1;
    return load_user (settings, options, err) == 0 ? load_timeout (settings, err) : -1;
}

void settings_release (struct settings *settings)
{
    free (settings->config_folder);
    free (settings->state_folder);
    json_decref (settings->config);
    free (settings->service);
    free (settings->service_name);
    free (settings->user);
    free (settings->store);
    free (settings->key_file);
    *settings = (struct settings){ .config = NULL };
}

const char *settings_registry (const struct settings *settings)
{
    return remembered_get (settings->config, "registry", settings->service_name);
}
