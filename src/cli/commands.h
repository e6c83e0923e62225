/* The commands, one in each cmd_X.c, and the options that they share. */
#ifndef DPAT_CLI_COMMANDS_H
#define DPAT_CLI_COMMANDS_H

#include "src/cli/command.h"

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

/* The shared options that a command accepts: for each bit of accepts its one-row table. NULL for the others. Borrowed
 * for ever. */
const struct option_spec *commands_accepted_options (unsigned accept_bit);

/* Bits of enum accepts, from the lowest to before this one. */
#define COMMANDS_ACCEPTS_END (1U << 5)

#endif
