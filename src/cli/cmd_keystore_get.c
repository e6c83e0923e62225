/* dpat keystore get: print a token that dpat create --save kept. */
#include <string.h>

#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/cli/app.h"
#include "src/cli/commands.h"
#include "src/cli/output.h"
#include "src/cli/stdout_sink.h"

static int not_saved (const struct app *app, const char *name, struct error *err)
{
    error_set (err, ERROR_SECRET_NOT_FOUND, "the keystore has no token \"%.100s\" that %s saved at %s", name,
               app->settings.user, app_service_title (app));
    return error_hint (err, "the name is that of dpat create NAME --save, even after a rename; dpat credential list "
                            "names all that is there");
}

static int print (const struct app *app, const char *name, const struct secret *secret, struct error *err)
{
    AUTO (buffer) out;
    buffer_init (&out, 1 << 16);
    if (app->options.json) {
        json_auto_t *document = output_document ("saved_token");
        json_set_string (document, "service", app->settings.service);
        json_set_string (document, "user", app->settings.user);
        json_set_string (document, "name", name);
        json_set (document, "secret", json_stringn (secret->data, secret->len));
        json_write (&out, document);
    } else
        buffer_append (&out, secret->data, secret->len);
    buffer_puts (&out, "\n");
    return output_write (&out, err);
}

static int run (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    struct app *app = invocation->app;
    const char *name = invocation->arguments[0];
    AUTO (credential) credential = { .user = NULL };
    bool found;
    (void)ret_result; /* the secret goes to stdout and nowhere else */
    if (app_load (app, err) != 0
        || stdout_sink_check (&app->options, app->stdout_was_closed, "-q or --json (stdout)", err) != 0)
        return -1;
    if (app->settings.user == NULL) {
        error_set (err, ERROR_USAGE, "dpat keystore get needs to know whose token it is");
        return error_hint (err, "name the user with --user, or in DPAT_USER");
    }
    const struct saved_place place = app_saved_place (app);
    AUTOFREE char *key = saved_secret_key (&place, name);
    if (credentials_get (keystore_credentials (app->keystore), key, &credential, &found, err) != 0)
        return -1;
    return found ? print (app, name, &credential.secret, err) : not_saved (app, name, err);
}

const struct command keystore_command_get = {
    .name = "get",
    .summary = "print a token that create --save kept",
    .synopsis = "NAME [-q | --json]",
    .description =
        "Print the secret of the token that dpat create NAME --save put into the keystore, for the current service "
        "and\n"
        "user. NAME is the one given then. On a terminal the secret is shown; stdout that is not a terminal needs -q "
        "or\n"
        "--json, so that no log catches a secret by accident. A name that is not there is exit 3 (secret_not_found).",
    .examples = (const struct command_example[]){ { "dpat keystore get ci-deploy", "shown on the terminal" },
                                                  { .line = NULL } },
    .accepts = ACCEPTS_QUIET,
    .min_arguments = 1,
    .max_arguments = 1,
    .argument_kind = ARGUMENT_TOKEN,
    .run = run,
};
