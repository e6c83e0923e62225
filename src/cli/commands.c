/* The command array and the options that commands share. */
#include "src/cli/commands.h"

#include <string.h>

#include "src/base/memory.h"
#include "src/cli/settings.h"

static const struct command *const all[] = {
    &cmd_create,   &cmd_list,       &cmd_show,   &cmd_rename,     &cmd_activate, &cmd_deactivate, &cmd_delete,
    &cmd_login,    &cmd_logout,     &cmd_status, &cmd_log,        &cmd_account,  &cmd_serve,      &cmd_registry,
    &cmd_keystore, &cmd_credential, &cmd_config, &cmd_completion, &cmd_help,     &cmd_version,    NULL,
};

#define COMMON(member) offsetof (struct common_options, member)

static const struct option_spec common_options[] = {
    { "service", 0, OPTION_TEXT, COMMON (service), "SERVICE", "the token service: hub, local or a URL",
      COMPLETE_SERVICE },
    { "user", 'u', OPTION_TEXT, COMMON (user), "USER", "whose tokens", COMPLETE_NOTHING },
    { "store", 0, OPTION_TEXT, COMMON (store), "FILE", "the store of the embedded service", COMPLETE_FILE },
    { "key-file", 0, OPTION_TEXT, COMMON (key_file), "FILE", "the key file of that store (default: STORE.key)",
      COMPLETE_FILE },
    { "json", 0, OPTION_FLAG, COMMON (json), NULL, "print one JSON document; errors are JSON on stderr", 0 },
    { "color", 0, OPTION_TEXT, COMMON (color), "WHEN", "auto, always or never", COMPLETE_COLOR },
    { "no-input", 0, OPTION_FLAG, COMMON (no_input), NULL, "never ask; what is missing is an error", 0 },
    { "debug", 0, OPTION_FLAG, COMMON (debug), NULL, "tell on stderr what is done; never shows a secret", 0 },
    { "help", 'h', OPTION_FLAG, COMMON (help), NULL, "print help and end", 0 },
    { .name = NULL },
};

static const struct option_spec porcelain_options[] = {
    { "porcelain", 0, OPTION_FLAG, COMMON (porcelain), NULL, "print tab-separated lines that never change", 0 },
    { .name = NULL },
};

static const struct option_spec quiet_options[] = {
    { "quiet", 'q', OPTION_FLAG, COMMON (quiet), NULL, "print only what a script needs, and no words", 0 },
    { .name = NULL },
};

static const struct option_spec dry_run_options[] = {
    { "dry-run", 'n', OPTION_FLAG, COMMON (dry_run), NULL, "change nothing; tell what would be done", 0 },
    { .name = NULL },
};

static const struct option_spec yes_options[] = {
    { "yes", 'y', OPTION_FLAG, COMMON (yes), NULL, "say yes to every question beforehand", 0 },
    { .name = NULL },
};

static const struct option_spec operator_options[] = {
    { "operator", 0, OPTION_FLAG, COMMON (operator_mode), NULL,
      "act for --user as the store's operator, without a session", 0 },
    { .name = NULL },
};

const struct command *const *commands_all (void)
{
    return all;
}

const struct option_spec *commands_common_options (void)
{
    return common_options;
}

const struct accepted_option *commands_accepted_options (void)
{
    static const struct accepted_option accepted[] = {
        { ACCEPTS_PORCELAIN, porcelain_options }, { ACCEPTS_QUIET, quiet_options },
        { ACCEPTS_DRY_RUN, dry_run_options },     { ACCEPTS_YES, yes_options },
        { ACCEPTS_OPERATOR, operator_options },   { .specs = NULL },
    };
    return accepted;
}

struct option_target *commands_option_targets (const struct command *command, void *state,
                                               struct common_options *common)
{
    size_t count = 2; /* the common ones, and the end */
    for (const struct option_group *group = command->groups; group && group->specs; group++)
        count++;
    for (const struct accepted_option *option = commands_accepted_options (); option->specs; option++)
        count++;
    struct option_target *targets = xcalloc (count, sizeof (*targets));
    struct option_target *next = targets;
    *next++ = (struct option_target){ common_options, common };
    for (const struct option_group *group = command->groups; group && group->specs; group++)
        *next++ = (struct option_target){ group->specs, (char *)state + group->offset };
    for (const struct accepted_option *option = commands_accepted_options (); option->specs; option++)
        if (command->accepts & option->bit)
            *next++ = (struct option_target){ option->specs, common };
    return targets;
}

const struct command *commands_find (const struct command *const *list, const char *name)
{
    for (; *list; list++) {
        if (strcmp ((*list)->name, name) == 0)
            return *list;
        for (const char *const *alias = (*list)->aliases; alias && *alias; alias++)
            if (strcmp (*alias, name) == 0)
                return *list;
    }
    return NULL;
}

const char *commands_nearest (const struct command *const *list, const char *name)
{
    const char *words[64];
    size_t count = 0;
    for (; *list; list++) {
        for (const char *const *alias = (*list)->aliases; alias && *alias && count < ARRAY_SIZE (words); alias++)
            words[count++] = *alias;
        if (count < ARRAY_SIZE (words))
            words[count++] = (*list)->name;
    }
    return option_nearest (name, words, count);
}
