/* dpat account: the accounts of the embedded service, as its operator. */
#include <string.h>

#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/cli/app.h"
#include "src/cli/commands.h"
#include "src/cli/output.h"
#include "src/cli/prompt.h"
#include "src/cli/service_words.h"
#include "src/cli/sign_in_input.h"
#include "src/service/accounts.h"
#include "src/service/grants.h"
#include "src/service/password.h"

struct account_options {
    bool password_stdin;
    bool reset;
};

static const struct option_spec password_specs[] = {
    { "password-stdin", 0, OPTION_FLAG, offsetof (struct account_options, password_stdin), NULL,
      "read the password from stdin", 0 },
    { .name = NULL },
};

static const struct option_spec reset_specs[] = {
    { "reset", 0, OPTION_FLAG, offsetof (struct account_options, reset), NULL, "do not ask for the old password", 0 },
    { .name = NULL },
};

static const struct option_group password_groups[] = { { password_specs, 0 }, { .specs = NULL } };

static json_t *account_to_json (const struct account *account)
{
    json_t *object = json_object ();
    json_set_string (object, "id", account->id[0] ? account->id : NULL);
    json_set_string (object, "name", account->name);
    json_set (object, "disabled", json_boolean (account->disabled));
    json_set (object, "second_factor", json_boolean (account->second_factor));
    json_set_time (object, "created_at", account->created_us / 1000000);
    json_set (object, "token_count", json_integer ((json_int_t)account->token_count));
    json_set (object, "active_token_count", json_integer ((json_int_t)account->active_token_count));
    return object;
}

/* What was done, or in a dry run would be, to one account. */
static json_t *account_document (const char *action, bool dry_run, const struct account *account)
{
    json_t *document = output_document ("account");
    json_set_string (document, "action", action);
    json_set (document, "dry_run", json_boolean (dry_run));
    json_set (document, "account", account_to_json (account));
    return document;
}

static int get_account (struct invocation *invocation, struct account *ret_account, struct error *err)
{
    struct app *app = invocation->app;
    if (account_name_check (invocation->arguments[0], err) != 0 || app_open_embedded (app, false, err) != 0)
        return -1;
    return accounts_get (app->embedded, invocation->arguments[0], ret_account, err);
}

/* A namespace may be older than the account that now owns it. */
static void tell_rights (const struct app *app, const char *name)
{
    struct namespace_rights rights;
    if (app->options.quiet || grants_count (app->embedded, name, &rights, NULL) != 0
        || rights.grants + rights.public_repositories == 0)
        return;
    output_note ("note: others have rights in the namespace %s from before: %zu grant%s, %zu public repositor%s; see "
                 "dpat account grants and dpat account public",
                 name, rights.grants, rights.grants == 1 ? "" : "s", rights.public_repositories,
                 rights.public_repositories == 1 ? "y" : "ies");
}

static int run_add (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    const struct account_options *options = invocation->state;
    struct app *app = invocation->app;
    const char *name = invocation->arguments[0];
    AUTO (secret) password = SECRET_INIT;
    struct account account = { .disabled = false };
    if (account_name_check (name, err) != 0 || app_load (app, err) != 0)
        return -1;
    AUTOFREE char *label = service_label (app, "New password", name);
    if (app->options.dry_run) {
        memcpy (account.name, name, strlen (name) + 1);
        *ret_result = account_document ("add", true, &account);
        return 0;
    }
    if (app_check_local (app, err) != 0
        || sign_in_read_new (label, options->password_stdin, app->options.no_input, &password, err) != 0
        || app_open_embedded (app, true, err) != 0
        || accounts_add (app->embedded, &app->caller, name, &password, &account, err) != 0)
        return -1;
    tell_rights (app, name);
    *ret_result = account_document ("add", false, &account);
    return 0;
}

static int run_list (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    struct app *app = invocation->app;
    AUTO (account_list) accounts = { .items = NULL };
    if (app_open_embedded (app, false, err) != 0 || accounts_list (app->embedded, &accounts, err) != 0)
        return -1;
    json_t *items = json_array ();
    for (size_t i = 0; i < accounts.count; i++)
        json_add (items, account_to_json (&accounts.items[i]));
    *ret_result = output_document ("account_list");
    json_set (*ret_result, "count", json_integer ((json_int_t)accounts.count));
    json_set (*ret_result, "accounts", items);
    return 0;
}

/* The old and the new password, from stdin in that order or asked for; no old one with --reset. */
static int read_passwords (const struct invocation *invocation, const char *name, struct secret passwords[2],
                           struct error *err)
{
    const struct account_options *options = invocation->state;
    bool no_input = invocation->app->options.no_input;
    if (options->password_stdin && !options->reset) {
        if (sign_in_read_lines (passwords, 2, err) != 0)
            return -1;
        return password_check (&passwords[1], err);
    }
    AUTOFREE char *old_label = service_label (invocation->app, "Old password", name);
    AUTOFREE char *new_label = service_label (invocation->app, "New password", name);
    if (!options->reset && sign_in_read (old_label, false, no_input, &passwords[0], err) != 0)
        return -1;
    return sign_in_read_new (new_label, options->password_stdin, no_input, &passwords[1], err);
}

/* Whether it is the password of the one whose session is used. */
static bool is_own (const struct app *app, const char *name)
{
    return app->settings.user && strcmp (app->settings.user, name) == 0;
}

/* Whose password it is. On another service than the embedded one everybody can only change his own. */
static int choose_account (struct invocation *invocation, struct account *ret_account, struct error *err)
{
    const struct account_options *options = invocation->state;
    struct app *app = invocation->app;
    const char *name = invocation->arguments[0];
    if (app_load (app, err) != 0)
        return -1;
    if (app->settings.service_kind == SERVICE_LOCAL || options->reset || !is_own (app, name)) {
        if (app_check_local (app, err) != 0)
            return -1;
        return get_account (invocation, ret_account, err);
    }
    *ret_account = (struct account){ .disabled = false };
    if (account_name_check (name, err) != 0)
        return -1;
    memcpy (ret_account->name, name, strlen (name) + 1);
    return app_sign_in (app, err);
}

/* Who is signed in changes his own password in his session, which then stays; else the operator does it. */
static int set_password (struct app *app, const char *name, const struct secret *old_password,
                         const struct secret *new_password, struct error *err)
{
    struct error ignored = ERROR_INIT;
    if (is_own (app, name) && old_password && app_sign_in (app, &ignored) == 0)
        return service_set_password (app->service, &app->caller, old_password, new_password, err);
    return accounts_set_password (app->embedded, &app->caller, name, old_password, new_password, err);
}

static int run_passwd (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    const struct account_options *options = invocation->state;
    struct app *app = invocation->app;
    struct account account;
    struct secret passwords[2] = { SECRET_INIT, SECRET_INIT };
    if (choose_account (invocation, &account, err) != 0)
        return -1;
    int status = 0;
    if (!app->options.dry_run) {
        status = read_passwords (invocation, account.name, passwords, err);
        if (status == 0)
            status = set_password (app, account.name, options->reset ? NULL : &passwords[0], &passwords[1], err);
    }
    secret_release (&passwords[0]);
    secret_release (&passwords[1]);
    if (status == 0)
        *ret_result = account_document ("passwd", app->options.dry_run, &account);
    return status;
}

static int set_disabled (struct invocation *invocation, bool disabled, json_t **ret_result, struct error *err)
{
    struct app *app = invocation->app;
    struct account account;
    bool changed;
    if (get_account (invocation, &account, err) != 0)
        return -1;
    if (!app->options.dry_run
        && accounts_set_disabled (app->embedded, &app->caller, account.name, disabled, &changed, err) != 0)
        return -1;
    account.disabled = disabled;
    if (disabled)
        app_tell_afterlife (app);
    *ret_result = account_document (disabled ? "disable" : "enable", app->options.dry_run, &account);
    return 0;
}

static int run_disable (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    return set_disabled (invocation, true, ret_result, err);
}

static int run_enable (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    return set_disabled (invocation, false, ret_result, err);
}

static int run_delete (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    struct app *app = invocation->app;
    struct account account;
    if (get_account (invocation, &account, err) != 0)
        return -1;
    AUTOFREE char *question = xasprintf ("Delete the account %s with its %zu token%s?", account.name,
                                         account.token_count, account.token_count == 1 ? "" : "s");
    if (!app->options.dry_run
        && ((!app->options.yes && prompt_confirm (question, app->options.no_input, err) != 0)
            || accounts_delete (app->embedded, &app->caller, account.name, err) != 0))
        return -1;
    app_tell_afterlife (app);
    *ret_result = account_document ("delete", app->options.dry_run, &account);
    return 0;
}

static const struct command account_add = {
    .name = "add",
    .summary = "make an account",
    .synopsis = "NAME [--password-stdin]",
    .description =
        "Make an account. The first one makes the store and its key file. NAME has 2 to 30 of a-z and 0-9, with\n"
        "single \".\", \"_\" or \"-\" inside. The password, 8 to 1024 bytes, is asked for twice, or read from stdin.",
    .examples =
        (const struct command_example[]){ { "dpat account add alice", "asks for the password" }, { .line = NULL } },
    .groups = password_groups,
    .state_size = sizeof (struct account_options),
    .accepts = ACCEPTS_QUIET | ACCEPTS_DRY_RUN,
    .min_arguments = 1,
    .max_arguments = 1,
    .run = run_add,
    .view = view_account,
};

static const struct command account_list = {
    .name = "list",
    .aliases = (const char *const[]){ "ls", NULL },
    .summary = "list the accounts",
    .synopsis = "",
    .description = "List the accounts by name, with the number of their tokens.",
    .accepts = ACCEPTS_PORCELAIN | ACCEPTS_QUIET,
    .run = run_list,
    .view = view_accounts,
};

static const struct command account_passwd = {
    .name = "passwd",
    .summary = "set the password of an account",
    .synopsis = "NAME [--reset] [--password-stdin]",
    .description =
        "Set a new password. The old one is asked for first; --reset, for a forgotten one, does without. With\n"
        "--password-stdin the old password is the first line and the new one the second (with --reset, the new\n"
        "one alone). All other sessions of the account end. On a service at a URL you can change your own password.",
    .examples =
        (const struct command_example[]){ { "dpat account passwd alice --reset", "she forgot it" }, { .line = NULL } },
    .groups = (const struct option_group[]){ { reset_specs, 0 }, { password_specs, 0 }, { .specs = NULL } },
    .state_size = sizeof (struct account_options),
    .accepts = ACCEPTS_QUIET | ACCEPTS_DRY_RUN,
    .min_arguments = 1,
    .max_arguments = 1,
    .argument_kind = ARGUMENT_ACCOUNT,
    .run = run_passwd,
    .view = view_account,
};

static const struct command account_disable = {
    .name = "disable",
    .summary = "stop an account from signing in",
    .synopsis = "NAME",
    .description =
        "Disable an account: its sessions end at once and its tokens authenticate nothing, until it is enabled\n"
        "again. Nothing is deleted.",
    .accepts = ACCEPTS_QUIET | ACCEPTS_DRY_RUN,
    .min_arguments = 1,
    .max_arguments = 1,
    .argument_kind = ARGUMENT_ACCOUNT,
    .run = run_disable,
    .view = view_account,
};

static const struct command account_enable = {
    .name = "enable",
    .summary = "let a disabled account sign in again",
    .synopsis = "NAME",
    .description = "Enable a disabled account. Its tokens work again as they did.",
    .accepts = ACCEPTS_QUIET | ACCEPTS_DRY_RUN,
    .min_arguments = 1,
    .max_arguments = 1,
    .argument_kind = ARGUMENT_ACCOUNT,
    .run = run_enable,
    .view = view_account,
};

static const struct command account_delete = {
    .name = "delete",
    .aliases = (const char *const[]){ "rm", NULL },
    .summary = "delete an account and its tokens",
    .synopsis = "NAME",
    .description =
        "Delete an account with all its tokens and sessions, the rights it was granted, the rights of others in its\n"
        "namespace, and the public flags of its repositories. It asks first, or needs -y where there is nobody to\n"
        "ask. What was done with the account stays in the audit trail, and its images stay in the registries that\n"
        "trust dpat: an account that gets the same name later has them. Disable an account to keep its name taken.",
    .accepts = ACCEPTS_QUIET | ACCEPTS_DRY_RUN | ACCEPTS_YES,
    .min_arguments = 1,
    .max_arguments = 1,
    .argument_kind = ARGUMENT_ACCOUNT,
    .run = run_delete,
    .view = view_account,
};

const struct command cmd_account = {
    .name = "account",
    .summary = "manage the accounts of the embedded service",
    .synopsis = "COMMAND",
    .description =
        "Manage the accounts of the embedded service (--service local). Who can open the store's file is its\n"
        "operator and needs no session; everything is written to the audit trail.",
    .topics = (const char *const[]){ "environment", "exit-codes", NULL },
    .subcommands = (const struct command *const[]){ &account_add, &account_list, &account_passwd, &account_disable,
                                                    &account_enable, &account_delete, &account_2fa, &account_grant,
                                                    &account_revoke, &account_grants, &account_public, NULL },
};
