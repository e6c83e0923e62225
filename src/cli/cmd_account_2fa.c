/* dpat account 2fa: the second factor of one's own account, and the operator's way to take one away. */
#include <string.h>
#include <unistd.h>

#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/cli/app.h"
#include "src/cli/commands.h"
#include "src/cli/output.h"
#include "src/cli/prompt.h"
#include "src/cli/qr.h"
#include "src/cli/service_words.h"
#include "src/cli/sign_in_input.h"
#include "src/service/accounts.h"

enum { TRIES = 3 };

struct factor_options {
    bool password_stdin;
    bool otp_stdin;
};

static const struct option_spec factor_specs[] = {
    { "password-stdin", 0, OPTION_FLAG, offsetof (struct factor_options, password_stdin), NULL,
      "read the password from stdin", 0 },
    { "otp-stdin", 0, OPTION_FLAG, offsetof (struct factor_options, otp_stdin), NULL,
      "disable: read the code from stdin, behind the password", 0 },
    { .name = NULL },
};

/* What was done, and how the second factor stands now. */
static json_t *factor_document (const char *action, bool dry_run, const char *user, const struct second_factor *factor,
                                const struct secret *recovery)
{
    json_t *document = output_document ("second_factor");
    json_set_string (document, "action", action);
    json_set (document, "dry_run", json_boolean (dry_run));
    json_set_string (document, "user", user);
    json_set (document, "enabled", json_boolean (factor->enabled));
    json_set (document, "recovery_code_left", json_boolean (factor->has_recovery));
    json_set_time (document, "locked_until", factor->locked_until_us / 1000000);
    json_set_string (document, "recovery_code", recovery ? secret_text (recovery) : NULL);
    return document;
}

/* Show the secret as people's devices take it: photographed, or typed. */
static int show_offer (const struct secret *uri, bool no_input, struct error *err)
{
    AUTO (buffer) text;
    struct error why = ERROR_INIT;
    buffer_init (&text, 1 << 20);
    if (qr_append (&text, secret_text (uri), &why) != 0)
        output_note ("note: no QR code: %s", why.text);
    buffer_printf (&text, "\nScan this with an authenticator app, or give it this address:\n\n  %s\n\n",
                   secret_text (uri));
    return prompt_show (buffer_text (&text), no_input, err);
}

/* A code may be mistyped, or go stale while it is typed. */
static int confirm (struct app *app, const char *user, struct secret *ret_recovery, struct error *err)
{
    AUTOFREE char *label = xasprintf ("Code of %s at %s that it shows now", user, app_service_title (app));
    for (int tries = 1;; tries++) {
        AUTO (secret) code = SECRET_INIT;
        struct error why = ERROR_INIT;
        if (prompt_secret (label, app->options.no_input, &code, err) != 0)
            return -1;
        if (service_confirm_second_factor (app->service, &app->caller, &code, ret_recovery, &why) == 0)
            return 0;
        if (why.code != ERROR_WRONG_CREDENTIALS || tries == TRIES) {
            *err = why;
            return -1;
        }
        output_note ("%s; try again", why.text);
    }
}

static int enable (const struct invocation *invocation, const char *user, json_t **ret_result, struct error *err)
{
    const struct factor_options *options = invocation->state;
    struct app *app = invocation->app;
    AUTO (secret) password = SECRET_INIT;
    AUTO (secret) uri = SECRET_INIT;
    AUTO (secret) recovery = SECRET_INIT;
    AUTOFREE char *label = service_label (app, "Password", user);
    /* the recovery code is shown once: see first that it can be */
    if (output_check (app->stdout_was_closed, err) != 0 || prompt_check (app->options.no_input, err) != 0
        || sign_in_read (label, options->password_stdin, app->options.no_input, &password, err) != 0
        || service_offer_second_factor (app->service, &app->caller, &password, &uri, err) != 0
        || show_offer (&uri, app->options.no_input, err) != 0 || confirm (app, user, &recovery, err) != 0)
        return -1;
    const struct second_factor now = { .enabled = true, .has_recovery = true };
    *ret_result = factor_document ("enable", false, user, &now, &recovery);
    return 0;
}

static int disable (const struct invocation *invocation, const char *user, json_t **ret_result, struct error *err)
{
    const struct factor_options *options = invocation->state;
    struct app *app = invocation->app;
    AUTO (code_input)
    codes = { .service = app_service_title (app),
              .from_stdin = options->otp_stdin,
              .no_input = app->options.no_input };
    const struct code_source source = sign_in_code_source (&codes);
    AUTO (secret) password = SECRET_INIT;
    AUTO (secret) code = SECRET_INIT;
    AUTOFREE char *label = service_label (app, "Password", user);
    int status = sign_in_read_with_code (label, options->password_stdin, &codes, &password, err);
    if (status == 0)
        status = source.get (source.context, user, &code, err);
    if (status == 0)
        status = service_drop_second_factor (app->service, &app->caller, &password, &code, err);
    if (status == 0)
        *ret_result = factor_document ("disable", false, user, &(struct second_factor){ .enabled = false }, NULL);
    return status;
}

static int reset (const struct invocation *invocation, json_t **ret_result, struct error *err)
{
    struct app *app = invocation->app;
    bool changed;
    if (invocation->count < 2)
        return error_set (err, ERROR_USAGE, "dpat account 2fa reset needs the NAME of the account");
    const char *name = invocation->arguments[1];
    AUTOFREE char *question = xasprintf ("Take the second factor of %s away?", name);
    struct account account;
    if (account_name_check (name, err) != 0 || app_open_embedded (app, false, err) != 0
        || accounts_get (app->embedded, name, &account, err) != 0)
        return -1;
    if (!app->options.dry_run
        && ((!app->options.yes && prompt_confirm (question, app->options.no_input, err) != 0)
            || accounts_reset_second_factor (app->embedded, &app->caller, name, &changed, err) != 0))
        return -1;
    *ret_result =
        factor_document ("reset", app->options.dry_run, name, &(struct second_factor){ .enabled = false }, NULL);
    return 0;
}

/* The actions of the owner: whose session it is, and what stands now. */
static int run_own (const struct invocation *invocation, const char *action, json_t **ret_result, struct error *err)
{
    struct app *app = invocation->app;
    AUTO (session) who = { .bearer = SECRET_INIT };
    struct second_factor factor;
    if (invocation->count > 1) {
        error_set (err, ERROR_USAGE, "dpat account 2fa %s is about the account that is signed in, and takes no NAME",
                   action);
        return error_hint (err, "name another user with --user");
    }
    if (app_sign_in (app, err) != 0 || service_whoami (app->service, &app->caller, &who, err) != 0
        || service_second_factor (app->service, &app->caller, &factor, err) != 0)
        return -1;
    if (strcmp (action, "status") == 0 || app->options.dry_run) {
        *ret_result = factor_document (action, app->options.dry_run, who.user, &factor, NULL);
        return 0;
    }
    if (strcmp (action, "enable") == 0)
        return enable (invocation, who.user, ret_result, err);
    return disable (invocation, who.user, ret_result, err);
}

static int run (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    const char *action = invocation->arguments[0];
    if (strcmp (action, "reset") == 0)
        return reset (invocation, ret_result, err);
    if (strcmp (action, "enable") == 0 || strcmp (action, "disable") == 0 || strcmp (action, "status") == 0)
        return run_own (invocation, action, ret_result, err);
    error_set (err, ERROR_USAGE, "\"%.60s\" is nothing that dpat account 2fa does", action);
    return error_hint (err, "it does: enable, disable, status, reset");
}

const struct command account_2fa = {
    .name = "2fa",
    .summary = "turn the second factor on or off",
    .synopsis = "enable | disable | status | reset NAME",
    .description =
        "With a second factor on, signing in with the password asks for a six-digit code of the owner's device as\n"
        "well, and registry clients must use a token. Tokens need no code.\n"
        "\n"
        "enable asks for the password, shows a QR code and its otpauth:// address on the terminal, and turns the\n"
        "second factor on when a code proves that the device has it. It then prints the recovery code, once: it\n"
        "stands in for one code when the device is lost. disable takes the password and a code. status tells how it\n"
        "stands. These three are about the account that is signed in.\n"
        "\n"
        "reset takes the second factor of NAME away. It is the operator's, on the embedded service (--service local),\n"
        "for someone who lost device and recovery code both. It asks first, or needs -y.\n"
        "\n"
        "Each code works once. After five wrong ones the second factor is locked for 15 minutes; tokens work on.",
    .examples = (const struct command_example[]){ { "dpat account 2fa status", "is it on?" }, { .line = NULL } },
    .topics = (const char *const[]){ "secrets", NULL },
    .groups = (const struct option_group[]){ { factor_specs, 0 }, { .specs = NULL } },
    .state_size = sizeof (struct factor_options),
    .accepts = ACCEPTS_QUIET | ACCEPTS_DRY_RUN | ACCEPTS_YES,
    .min_arguments = 1,
    .max_arguments = 2,
    .argument_kind = ARGUMENT_SECOND_FACTOR,
    .run = run,
    .view = view_second_factor,
};
