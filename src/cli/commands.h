/* The commands, one in each cmd_X.c, and the options that they share. */
#ifndef DPAT_CLI_COMMANDS_H
#define DPAT_CLI_COMMANDS_H

#include "src/cli/command.h"

struct common_options;

extern const struct command cmd_create;
extern const struct command cmd_keystore;
extern const struct command cmd_list;
extern const struct command cmd_serve;
extern const struct command cmd_show;
extern const struct command cmd_registry;
extern const struct command cmd_rename;
extern const struct command cmd_activate;
extern const struct command cmd_deactivate;
extern const struct command cmd_credential;
extern const struct command cmd_delete;
extern const struct command cmd_log;
extern const struct command cmd_login;
extern const struct command cmd_logout;
extern const struct command cmd_status;
extern const struct command keystore_command_get; /* of cmd_keystore */
extern const struct command account_2fa; /* subcommands of cmd_account */
extern const struct command account_grant;
extern const struct command account_revoke;
extern const struct command account_grants;
extern const struct command account_public;
extern const struct command cmd_account;
extern const struct command cmd_config;
extern const struct command cmd_completion;
extern const struct command cmd_help;
extern const struct command cmd_version;

/* All commands in the order of the help, ending with NULL. Borrowed for ever. */
const struct command *const *commands_all (void);

/* The command of that name or alias in a list, or NULL. Borrowed for ever. */
const struct command *commands_find (const struct command *const *list, const char *name);

/* The nearest name in a list, or NULL. Borrowed for ever. */
const char *commands_nearest (const struct command *const *list, const char *name);

/* The options that every command takes; ends with a row without a name. Borrowed for ever. */
const struct option_spec *commands_common_options (void);

/* A shared option: the bit with which a command accepts it, and its table of one row. */
struct accepted_option {
    enum accepts bit;
    const struct option_spec *specs;
};

/* All that a command's line may set: common options and accepted ones in common, its own groups in state. Owned: free
 * it; ends with specs NULL. */
struct option_target *commands_option_targets (const struct command *command, void *state,
                                               struct common_options *common);

/* The shared options in the order of the help, one per bit of enum accepts; the last has specs NULL. Borrowed for
 * ever. */
const struct accepted_option *commands_accepted_options (void);

#endif
