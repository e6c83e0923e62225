/* The commands, one in each cmd_X.c. */
#ifndef DPAT_CLI_COMMANDS_H
#define DPAT_CLI_COMMANDS_H

#include "src/cli/command.h"

extern const struct command cmd_create;
extern const struct command cmd_list;
extern const struct command cmd_show;
extern const struct command cmd_rename;
extern const struct command cmd_activate;
extern const struct command cmd_deactivate;
extern const struct command cmd_delete;
extern const struct command cmd_login;
extern const struct command cmd_logout;
extern const struct command cmd_status;
extern const struct command cmd_account;
extern const struct command cmd_config;
extern const struct command cmd_completion;
extern const struct command cmd_help;
extern const struct command cmd_version;

#endif
