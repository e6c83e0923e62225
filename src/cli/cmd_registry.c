/* dpat registry: what a registry needs to trust the embedded service. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/address.h"
#include "src/base/clock.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/base/text.h"
#include "src/base/time.h"
#include "src/base/url.h"
#include "src/cli/app.h"
#include "src/cli/commands.h"
#include "src/cli/output.h"
#include "src/cli/prompt.h"
#include "src/core/registry_check.h"
#include "src/service/registry.h"
#include "src/token/expiry.h"

/* How long a new key waits, so that registries can be told of it; and what a check that found something ends with. */
enum { ROTATE_AFTER_S = 3600, ROTATE_AFTER_MAX_S = 30 * TIME_DAY, FOUND = 11 };

struct registry_options {
    const char *out;
    const char *url;
    const char *service;
    const char *config;
    const char *env_file;
    const char *version;
    const char *after;
    bool now;
};

#define REGISTRY(member) offsetof (struct registry_options, member)

#define SERVICE_SPEC                                                                                                   \
    {                                                                                                                  \
        "registry-service", 0, OPTION_TEXT, REGISTRY (service), "NAME",                                                \
            "the registry's \"service\" (default " REGISTRY_AUDIENCE ")", 0                                            \
    }

static const struct option_spec config_specs[] = {
    { "out", 'o', OPTION_TEXT, REGISTRY (out), "DIR", "the folder to write the keys to, where the registry reads them",
      COMPLETE_FILE },
    { "url", 0, OPTION_TEXT, REGISTRY (url), "URL", "what clients call dpat serve", 0 },
    SERVICE_SPEC,
    { .name = NULL },
};

static const struct option_spec keys_specs[] = {
    { "after", 0, OPTION_TEXT, REGISTRY (after), "SPAN", "when the new key begins to sign (default 1h)", 0 },
    { "now", 0, OPTION_FLAG, REGISTRY (now), NULL, "the new key signs at once, and the others are known no more", 0 },
    { .name = NULL },
};

static const struct option_spec check_specs[] = {
    { "config", 0, OPTION_TEXT, REGISTRY (config), "YAML", "the registry's configuration", COMPLETE_FILE },
    { "env-file", 0, OPTION_TEXT, REGISTRY (env_file), "FILE",
      "the registry's environment, one NAME=VALUE a line, in place of this one", COMPLETE_FILE },
    { "for", 0, OPTION_TEXT, REGISTRY (version), "2|3", "the version of the registry that will read it", 0 },
    SERVICE_SPEC,
    { .name = NULL },
};

/* What clients are sent to: the address of dpat serve in its normal form. Owned; NULL with ERROR_USAGE. */
static char *clean_url (const char *text, struct error *err)
{
    AUTOFREE char *url = url_normalise (text, err);
    const char *host = url ? strstr (url, "://") + 3 : NULL;
    if (url == NULL)
        return NULL;
    if (strchr (host, '/') == NULL && (strncmp (url, "https", 5) == 0 || address_host_is_loopback (host)))
        return take (&url);
    error_set (err, ERROR_USAGE, "clients cannot be sent to %.100s", url);
    error_hint (err, "give the address of dpat serve alone, as https://tokens.example:8443; plain http only for this "
                     "machine itself");
    return NULL;
}

/* The registry is another user, and what it reads is no secret. */
static int write_public (const char *folder, const char *name, const struct buffer *content, char **ret_path,
                         struct error *err)
{
    AUTOFREE char *path = xasprintf ("%s/%s", folder, name);
    if (file_replace (path, buffer_text (content), content->len, 0644, err) != 0)
        return -1;
    *ret_path = take (&path);
    return 0;
}

static int make_public_folder (const char *folder, struct error *err)
{
    struct stat st;
    if (stat (folder, &st) == 0)
        return S_ISDIR (st.st_mode) ? 0 : error_set (err, ERROR_FILE_FAILED, "%s is not a folder", folder);
    if (file_make_folder (folder, err) != 0)
        return -1;
    return chmod (folder, 0755) == 0
               ? 0
               : error_set (err, ERROR_FILE_FAILED, "cannot open the folder %s to the registry: %s", folder,
                            strerror (errno));
}

/* What was written, as the registry is told of it. Both paths are owned. */
struct written {
    char *certificates;
    char *jwks;
};

static void written_release (struct written *written)
{
    memory_cleanup_free (&written->certificates);
    memory_cleanup_free (&written->jwks);
}

static int write_files (struct app *app, const char *out, struct written *written, struct error *err)
{
    AUTO (buffer) certificates;
    AUTO (buffer) jwks;
    if (registry_write_keys (app->embedded, &certificates, &jwks, err) != 0 || make_public_folder (out, err) != 0)
        return -1;
    AUTOFREE char *folder = realpath (out, NULL);
    if (folder == NULL)
        return error_set (err, ERROR_FILE_FAILED, "cannot look at %s: %s", out, strerror (errno));
    if (write_public (folder, "rootcertbundle.pem", &certificates, &written->certificates, err) != 0)
        return -1;
    return write_public (folder, "jwks.json", &jwks, &written->jwks, err);
}

/* It is about the store that dpat serve serves, whichever service is used from here. */
static int open_embedded (struct app *app, struct error *err)
{
    if (app->options.service == NULL)
        app->options.service = "local";
    return app_open_embedded (app, false, err);
}

/* Open it with a key to tell of: the first one is made, as dpat serve would make it. */
static int open_with_key (struct app *app, struct error *err)
{
    return open_embedded (app, err) == 0 ? registry_prepare (app->embedded, 0, err) : -1;
}

/* What a registry is told must come out of its YAML as it went in. */
static int check_paths (const struct written *written, struct error *err)
{
    if (text_has_control (written->certificates, strlen (written->certificates)))
        return error_set (err, ERROR_USAGE,
                          "the path of --out is not text, so it cannot be written into the registry's configuration");
    return 0;
}

static int run_config (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    const struct registry_options *options = invocation->state;
    struct app *app = invocation->app;
    __attribute__ ((cleanup (written_release))) struct written written = { .jwks = NULL };
    char id[SIGNING_KEY_ID_SIZE];
    if (options->out == NULL || options->url == NULL)
        return error_set (err, ERROR_USAGE, "dpat registry config needs --out DIR and --url URL");
    const char *service = options->service ? options->service : REGISTRY_AUDIENCE;
    AUTOFREE char *url = clean_url (options->url, err);
    if (url == NULL || registry_audience_check (service, err) != 0 || open_with_key (app, err) != 0
        || write_files (app, options->out, &written, err) != 0 || check_paths (&written, err) != 0
        || registry_key_id (app->embedded, id, err) != 0)
        return -1;
    AUTOFREE char *realm = xasprintf ("%s/token", url);
    json_t *document = output_document ("registry_config");
    json_set_string (document, "realm", realm);
    json_set_string (document, "service", service);
    json_set_string (document, "issuer", REGISTRY_ISSUER);
    json_set_string (document, "rootcertbundle", written.certificates);
    json_set_string (document, "jwks", written.jwks);
    json_set_string (document, "key_id", id);
    json_set (document, "findings", registry_find_hosts (realm, NULL));
    *ret_result = document;
    return 0;
}

static int rotate (struct invocation *invocation, struct error *err)
{
    const struct registry_options *options = invocation->state;
    const struct app *app = invocation->app;
    int64_t after_s = options->now ? 0 : ROTATE_AFTER_S;
    if (options->after && options->now)
        return error_set (err, ERROR_USAGE, "--after and --now exclude each other");
    if (options->after && duration_parse (options->after, "--after", &after_s, err) != 0)
        return -1;
    if (after_s > ROTATE_AFTER_MAX_S)
        return error_set (err, ERROR_INVALID_TIME, "a new key signs within 30 days");
    if (app->options.dry_run)
        return 0;
    if (options->now && !app->options.yes
        && prompt_confirm ("All registries will refuse all tokens until they have the new files. Make a new key now?",
                           app->options.no_input, err)
               != 0)
        return -1;
    return registry_rotate (app->embedded, &app->caller, clock_now_us () / 1000000 + after_s, options->now, err);
}

static int run_keys (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    const struct registry_options *options = invocation->state;
    struct app *app = invocation->app;
    const char *action = invocation->count > 0 ? invocation->arguments[0] : "list";
    bool rotates = strcmp (action, "rotate") == 0;
    if (!rotates && strcmp (action, "list") != 0) {
        error_set (err, ERROR_USAGE, "\"%.60s\" is nothing that dpat registry keys does", action);
        return error_hint (err, "it does: list, rotate");
    }
    if (!rotates && (options->after || options->now))
        return error_set (err, ERROR_USAGE, "--after and --now go with rotate");
    if (open_embedded (app, err) != 0 || (rotates && rotate (invocation, err) != 0))
        return -1;
    json_t *keys = registry_keys_to_json (app->embedded, err);
    if (keys == NULL)
        return -1;
    *ret_result = output_document ("registry_keys");
    json_set_string (*ret_result, "action", action);
    json_set (*ret_result, "dry_run", json_boolean (app->options.dry_run));
    json_set (*ret_result, "keys", keys);
    return 0;
}

extern char **environ;

static int run_check (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    const struct registry_options *options = invocation->state;
    struct app *app = invocation->app;
    json_auto_t *checked = NULL;
    char id[SIGNING_KEY_ID_SIZE];
    const char *service = options->service ? options->service : REGISTRY_AUDIENCE;
    if (options->config == NULL)
        return error_set (err, ERROR_USAGE, "dpat registry check needs --config YAML, the registry's configuration");
    if (registry_audience_check (service, err) != 0 || open_with_key (app, err) != 0
        || registry_key_id (app->embedded, id, err) != 0)
        return -1;
    json_auto_t *keys = registry_keys_to_json (app->embedded, err);
    const struct registry_expectation expected = { .issuer = REGISTRY_ISSUER, .audience = service, .keys = keys };
    const struct registry_wish wish = {
        .path = options->config, .variables = environ, .env_file = options->env_file, .version = options->version
    };
    if (keys == NULL || registry_check (&wish, &expected, &checked, err) != 0)
        return -1;
    *ret_result = output_document ("registry_check");
    json_set_string (*ret_result, "config", options->config);
    json_set_string (*ret_result, "env_file", options->env_file);
    json_set_string (*ret_result, "key_id", id);
    json_object_update (*ret_result, checked);
    app->exit_status = json_is_true (json_object_get (checked, "ok")) ? 0 : FOUND;
    return 0;
}

static const struct command registry_command_config = {
    .name = "config",
    .summary = "write what a registry reads, and print its auth block",
    .synopsis = "--out DIR --url URL [--registry-service NAME]",
    .description =
        "Write the public keys that registry tokens are signed with into DIR (for a registry on another machine: copy "
        "it\n"
        "there, to the same path), for docker-registry 2.8 as certificates\n"
        "(rootcertbundle.pem), for distribution 3 as a JSON Web Key Set (jwks.json), and print the \"auth\" block for\n"
        "the registry's YAML, which is the same for both. URL is where clients find dpat serve. The first key is made\n"
        "when there is none. A registry reads these files when it starts.",
    .examples = (const struct command_example[]){ { "dpat registry config --out /etc/docker/registry --url "
                                                    "https://tokens.example:8443",
                                                    "put what it prints into the registry's config.yml" },
                                                  { .line = NULL } },
    .topics = (const char *const[]){ "private-registry", NULL },
    .groups = (const struct option_group[]){ { config_specs, 0 }, { .specs = NULL } },
    .state_size = sizeof (struct registry_options),
    .accepts = ACCEPTS_QUIET,
    .run = run_config,
    .view = view_registry_config,
};

static const struct command registry_command_keys = {
    .name = "keys",
    .summary = "list the keys that sign registry tokens, or make a new one",
    .synopsis = "[list | rotate [--after SPAN | --now]]",
    .description =
        "list tells the id of each key, as registries write it into their logs, and from when until when it signs.\n"
        "\n"
        "rotate makes a new key, which begins to sign in an hour (--after says otherwise): until then write the\n"
        "registry's files anew (dpat registry config) and restart the registry, which then knows both keys. The "
        "former\n"
        "key stays in these files as long as tokens signed with it may live. A server that runs takes the new key "
        "when\n"
        "its time has come.\n"
        "\n"
        "With --now the new key signs at once and all others are dropped: for when the key file was seen by others.\n"
        "Registries refuse all tokens until they have the new files. It asks first, or needs -y where there is nobody "
        "to\n"
        "ask.",
    .examples = (const struct command_example[]){ { "dpat registry keys", "which keys there are" },
                                                  { "dpat registry keys rotate --after 1d", "a new one from tomorrow" },
                                                  { .line = NULL } },
    .topics = (const char *const[]){ "private-registry", "secrets", NULL },
    .groups = (const struct option_group[]){ { keys_specs, 0 }, { .specs = NULL } },
    .state_size = sizeof (struct registry_options),
    .accepts = ACCEPTS_PORCELAIN | ACCEPTS_QUIET | ACCEPTS_DRY_RUN | ACCEPTS_YES,
    .max_arguments = 1,
    .argument_kind = ARGUMENT_REGISTRY_KEYS,
    .run = run_keys,
    .view = view_registry_keys,
};

static const struct command registry_command_check = {
    .name = "check",
    .summary = "tell why a registry would refuse tokens",
    .synopsis = "--config YAML [--env-file FILE] [--for 2|3] [--registry-service NAME]",
    .description =
        "Read a registry's configuration and the files it names, compare them with the keys of this service, and tell\n"
        "in words what is wrong: for example, which key the registry would call untrusted, and which it should know.\n"
        "It also tells for which versions of the registry the configuration works: 2 (docker-registry 2.8) and 3\n"
        "(distribution 3). The exit code is 11 when tokens would be refused or the registry would not start; with\n"
        "--for 2 or --for 3, when that is so for this version.\n"
        "\n"
        "A registry's environment overrides its configuration: REGISTRY_AUTH_TOKEN_REALM is auth.token.realm. The\n"
        "REGISTRY_ variables of this command's own environment are applied, except REGISTRY_AUTH_FILE, which is\n"
        "podman's. --env-file names a file with those of the registry instead: the EnvironmentFile of its unit, or\n"
        "the --env-file of its container.",
    .examples =
        (const struct command_example[]){
            { "dpat registry check --config /etc/docker/registry/config.yml", "on the machine that has the store" },
            { "dpat registry check --config config.yml --for 3", "for distribution 3 alone" },
            { .line = NULL } },
    .topics = (const char *const[]){ "private-registry", "exit-codes", NULL },
    .groups = (const struct option_group[]){ { check_specs, 0 }, { .specs = NULL } },
    .state_size = sizeof (struct registry_options),
    .accepts = ACCEPTS_QUIET,
    .run = run_check,
    .view = view_registry_check,
};

const struct command cmd_registry = {
    .name = "registry",
    .summary = "let a registry trust the embedded service",
    .synopsis = "COMMAND",
    .description =
        "A registry (Debian's docker-registry 2.8, distribution 3) can send its clients to dpat serve, so that docker\n"
        "login, push and pull work with dpat's tokens. These commands, on the machine that has the store, make what\n"
        "the registry needs for that.",
    .topics = (const char *const[]){ "private-registry", NULL },
    .subcommands = (const struct command *const[]){ &registry_command_config, &registry_command_keys,
                                                    &registry_command_check, NULL },
};
