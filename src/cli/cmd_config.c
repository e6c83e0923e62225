/* dpat config: read and write settings. */
#include <string.h>

#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/cli/app.h"
#include "src/cli/commands.h"
#include "src/cli/output.h"
#include "src/cli/remembered.h"

struct list_options {
    bool all;
};

static const struct option_spec list_specs[] = {
    { "all", 0, OPTION_FLAG, offsetof (struct list_options, all), NULL,
      "user and registry of every service, not only of the current one", 0 },
    { .name = NULL },
};

/* The value of a setting as the file has it; user and registry are those of the current service. */
static const char *stored_value (const struct app *app, const char *name)
{
    const struct settings *settings = &app->settings;
    return remembered_is (name) ? remembered_get (settings->config, name, settings->service_name)
                                : json_get_string (settings->config, name);
}

static json_t *config_document (json_t **ret_settings)
{
    json_t *document = output_document ("config");
    *ret_settings = json_object ();
    json_set (document, "settings", *ret_settings);
    json_set (document, "services", json_null ());
    return document;
}

/* One setting as it is now; NULL: not set. */
static json_t *setting_document (const char *name, const char *value)
{
    json_t *settings;
    json_t *document = config_document (&settings);
    json_set_string (settings, name, value);
    return document;
}

static int run_list (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    struct app *app = invocation->app;
    json_t *settings;
    if (app_load (app, err) != 0)
        return -1;
    *ret_result = config_document (&settings);
    for (const char *const *name = settings_names (); *name; name++)
        if (stored_value (app, *name))
            json_set_string (settings, *name, stored_value (app, *name));
    const struct list_options *options = invocation->state;
    if (options->all || app->options.json)
        json_set (*ret_result, "services", remembered_all (app->settings.config));
    return 0;
}

static int run_get (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    struct app *app = invocation->app;
    const char *name = invocation->arguments[0];
    if (settings_check_name (name, err) != 0 || app_load (app, err) != 0)
        return -1;
    const char *value = stored_value (app, name);
    if (value == NULL) {
        error_set (err, ERROR_SETTING_NOT_SET, "the setting %s is not set%s", name,
                   remembered_is (name) ? " for the current service" : "");
        return error_hint (err, "dpat config set %s VALUE sets it: %s", name, settings_help (name));
    }
    *ret_result = setting_document (name, value);
    invocation->app->options.quiet = true; /* a single value stands alone, for $(dpat config get …) */
    return 0;
}

static int change (struct app *app, const char *name, const char *value, struct error *err)
{
    if (app_load (app, err) != 0)
        return -1;
    json_auto_t *changes = json_object ();
    if (remembered_is (name))
        remembered_change (changes, name, app->settings.service_name, value);
    else
        json_set_string (changes, name, value);
    return settings_write (app->settings.config_folder, changes, err);
}

static int run_set (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    const char *name = invocation->arguments[0];
    AUTOFREE char *value = settings_clean (name, invocation->arguments[1], err);
    if (value == NULL || change (invocation->app, name, value, err) != 0)
        return -1;
    *ret_result = setting_document (name, value);
    return 0;
}

static int run_unset (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    const char *name = invocation->arguments[0];
    if (settings_check_name (name, err) != 0 || change (invocation->app, name, NULL, err) != 0)
        return -1;
    *ret_result = setting_document (name, NULL);
    return 0;
}

static const struct command config_list = {
    .name = "list",
    .aliases = (const char *const[]){ "ls", NULL },
    .summary = "list the settings that are set",
    .synopsis = "[--all]",
    .description =
        "List the settings of the config file, one NAME=VALUE a line. Settings are service, user, store, key_file,\n"
        "default_expires, color and registry; user and registry are those of the current service. With --all lines "
        "for\n"
        "the other services follow, each with the name of its service behind it.",
    .groups = (const struct option_group[]){ { list_specs, 0 }, { .specs = NULL } },
    .state_size = sizeof (struct list_options),
    .accepts = ACCEPTS_PORCELAIN,
    .run = run_list,
    .view = view_config,
};

static const struct command config_get = {
    .name = "get",
    .summary = "print one setting",
    .synopsis = "NAME",
    .description = "Print the value of one setting of the config file; exit 1 (setting_not_set) when it is not set.",
    .min_arguments = 1,
    .max_arguments = 1,
    .argument_kind = ARGUMENT_SETTING,
    .run = run_get,
    .view = view_config,
};

static const struct command config_set = {
    .name = "set",
    .summary = "change one setting",
    .synopsis = "NAME VALUE",
    .description = "Change one setting of the config file. The value is checked first.",
    .examples = (const struct command_example[]){ { "dpat config set service local", "use the embedded service" },
                                                  { "dpat config set default_expires 30d", "shorter lives" },
                                                  { .line = NULL } },
    .min_arguments = 2,
    .max_arguments = 2,
    .argument_kind = ARGUMENT_SETTING,
    .run = run_set,
    .view = view_nothing,
};

static const struct command config_unset = {
    .name = "unset",
    .summary = "forget one setting",
    .synopsis = "NAME",
    .description = "Take one setting out of the config file; one that is not set is fine.",
    .min_arguments = 1,
    .max_arguments = 1,
    .argument_kind = ARGUMENT_SETTING,
    .run = run_unset,
    .view = view_nothing,
};

const struct command cmd_config = {
    .name = "config",
    .summary = "read and write settings",
    .synopsis = "COMMAND",
    .description =
        "Read and write the settings of the config file. The command line and the environment come before it.\n"
        "\n"
        "  service          the token service: hub, local or a URL; written by dpat login\n"
        "  user             whose tokens, remembered for each service; written by dpat login\n"
        "  store            the file of the embedded service's store\n"
        "  key_file         the key file of that store\n"
        "  default_expires  the life of a new token when -e is not given, as 90d, or never\n"
        "  color            auto, always or never\n"
        "  registry         what --docker signs in to, remembered for each service; written by dpat login\n"
        "                   --registry",
    .topics = (const char *const[]){ "environment", NULL },
    .keeps_files = true,
    .subcommands = (const struct command *const[]){ &config_get, &config_set, &config_unset, &config_list, NULL },
};
