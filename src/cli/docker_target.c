/* The entry of Docker's or podman's credentials that a command will write. */
#include "src/cli/docker_target.h"

#include <sys/stat.h>

#include "src/base/file.h"
#include "src/base/memory.h"
#include "src/cli/output.h"
#include "src/cli/prompt.h"

void docker_target_release (struct docker_target *target)
{
    docker_config_free (target->config);
    memory_cleanup_free (&target->registry);
    *target = (struct docker_target){ .config = NULL };
}

static const struct docker_rules *find_rules (const char *format, struct error *err)
{
    const struct docker_rules *rules = format ? docker_rules_find (format) : &rules_docker;
    if (rules == NULL) {
        error_set (err, ERROR_USAGE, "\"%.40s\" is no format of credentials", format);
        error_hint (err, "formats are docker (config.json) and podman (auth.json, of skopeo and buildah too)");
    }
    return rules;
}

int docker_target_check (const char *format, const char *registry, struct error *err)
{
    const struct docker_rules *rules = find_rules (format, err);
    AUTOFREE char *key = rules && registry ? rules->make_key (registry, err) : NULL;
    return rules && (registry == NULL || key) ? 0 : -1;
}

/* docker's --config is of no concern to podman. */
static int open_config (const struct app *app, const struct docker_rules *rules, struct docker_config **ret_config,
                        struct error *err)
{
    const char *folder = rules == &rules_docker ? app->options.docker_folder : NULL;
    AUTOFREE char *path = folder ? xasprintf ("%s/config.json", folder) : NULL;
    return docker_config_open (rules, path, ret_config, err);
}

int docker_target_open_config (const struct app *app, struct docker_config **ret_config, struct error *err)
{
    return open_config (app, &rules_docker, ret_config, err);
}

/* The key of the registry that is meant. Owned. */
static char *choose_registry (const struct app *app, const struct docker_rules *rules, const char *text,
                              struct error *err)
{
    const char *registry = text ? text : settings_registry (&app->settings);
    if (registry == NULL && app->settings.service_kind == SERVICE_HUB)
        registry = "docker.io";
    if (registry)
        return rules->make_key (registry, err);
    error_set (err, ERROR_USAGE, "no registry is named, and none is remembered for %s", app_service_title (app));
    error_hint (err, "name it: --registry HOST; dpat login remembers it");
    return NULL;
}

static int confirm_replacement (const struct app *app, struct docker_target *target, struct error *err)
{
    enum docker_entry_owner owner;
    if (docker_entry_find_owner (&target->entry, &owner, err) != 0)
        return -1;
    if (owner == DOCKER_ENTRY_OURS || app->options.yes)
        return 0;
    const char *where = docker_target_stored_in (target);
    AUTOFREE char *question =
        owner == DOCKER_ENTRY_FOREIGN
            ? xasprintf ("Replace the credentials for %s that dpat did not write (in %s)?", target->registry, where)
            : xasprintf ("%s does not tell whether it has credentials for %s. Replace what it may have?", where,
                         target->registry);
    return prompt_confirm (question, app->options.no_input, err);
}

int docker_target_find (struct app *app, const struct docker_wish *wish, struct docker_target *ret_target,
                        struct error *err)
{
    const struct docker_rules *rules = find_rules (wish->format, err);
    if (rules == NULL)
        return -1;
    ret_target->registry = choose_registry (app, rules, wish->registry, err);
    if (ret_target->registry == NULL || open_config (app, rules, &ret_target->config, err) != 0)
        return -1;
    ret_target->entry = (struct docker_entry){ .config = ret_target->config,
                                               .registry = ret_target->registry,
                                               .state_folder = app->settings.state_folder,
                                               .service = app->settings.service_name,
                                               .user = wish->user };
    return 0;
}

int docker_target_open (struct app *app, const struct docker_wish *wish, struct docker_target *ret_target,
                        struct error *err)
{
    if (docker_target_find (app, wish, ret_target, err) != 0)
        return -1;
    if (wish->secret && docker_entry_holds (&ret_target->entry, wish->secret))
        return 0;
    return docker_entry_check (&ret_target->entry, err) == 0 ? confirm_replacement (app, ret_target, err) : -1;
}

const char *docker_target_stored_in (const struct docker_target *target)
{
    return target->config ? docker_config_stored_in (target->config, target->registry) : NULL;
}

/* docker makes its file for its owner alone; what others wrote, or a mount, may be open to everybody. */
static void warn_of_readers (const char *path)
{
    AUTOFREE char *folder = file_folder (path);
    struct stat file, above;
    if (stat (path, &file) == 0 && (file.st_mode & S_IROTH) && stat (folder, &above) == 0 && (above.st_mode & S_IXOTH))
        output_note ("warning: the mode of %s (%04o) lets every user of this machine read it; run: chmod o-rwx '%s'",
                     path, (unsigned)(file.st_mode & 07777), path);
}

void docker_target_warn (const struct docker_target *target)
{
    struct error why = ERROR_INIT;
    const char *unusable = target->config ? docker_config_unusable_store (target->config) : NULL;
    if (target->config && docker_config_check_readable (target->config, target->registry, &why) != 0)
        output_note ("warning: %s; %s", why.text, why.hint);
    if (unusable)
        output_note ("warning: the store that Docker would choose cannot be used, so the secret went to the file: %s",
                     unusable);
    if (target->config && docker_config_is_overridden (target->config, target->registry))
        output_note ("warning: DOCKER_AUTH_CONFIG has credentials for %s, which docker 28.3 and later uses instead of "
                     "these; to use these: unset DOCKER_AUTH_CONFIG",
                     target->registry);
    if (target->config && docker_config_is_plain (target->config, target->registry)) {
        output_note (
            "warning: the secret rests unencrypted in %s; configure a credential helper to remove this warning",
            docker_target_stored_in (target));
        warn_of_readers (docker_config_path (target->config));
    }
}
