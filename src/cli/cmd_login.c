/* dpat login: open the session that manages tokens, and sign the Docker CLI in. */
#include <stdlib.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/base/text.h"
#include "src/cli/app.h"
#include "src/cli/commands.h"
#include "src/cli/docker_target.h"
#include "src/cli/output.h"
#include "src/cli/prompt.h"
#include "src/cli/remembered.h"
#include "src/cli/service_words.h"
#include "src/cli/sign_in_input.h"
#include "src/cli/status_document.h"
#include "src/token/expiry.h"
#include "src/token/token_secret.h"

struct login_options {
    bool password_stdin;
    bool otp_stdin;
    bool docker;
    const char *registry;
    const char *format;
    const char *life;
};

#define LOGIN(member) offsetof (struct login_options, member)

static const struct option_spec login_specs[] = {
    { "password-stdin", 0, OPTION_FLAG, LOGIN (password_stdin), NULL, "read the password or a token from stdin", 0 },
    { "otp-stdin", 0, OPTION_FLAG, LOGIN (otp_stdin), NULL, "read the code of the second factor from stdin", 0 },
    { "docker", 0, OPTION_FLAG, LOGIN (docker), NULL, "sign the Docker CLI in to the service's registry as well", 0 },
    { "registry", 0, OPTION_TEXT, LOGIN (registry), "HOST", "sign the Docker CLI in to this registry, and remember it",
      0 },
    { "format", 0, OPTION_TEXT, LOGIN (format), "FORMAT",
      "whose credentials are written: docker (the default) or podman", COMPLETE_FORMAT },
    { "for", 0, OPTION_TEXT, LOGIN (life), "SPAN", "how long the session lasts (default 12h, at most 30d)", 0 },
    { .name = NULL },
};

/* Everything a sign-in needs. */
struct login_work {
    char *user;
    struct secret secret;
    struct code_input codes;
    struct docker_target docker; /* its config is NULL when only the session is wanted */
    int64_t life_s;
};

static void login_work_release (struct login_work *work)
{
    memory_cleanup_free (&work->user);
    secret_release (&work->secret);
    code_input_release (&work->codes);
    docker_target_release (&work->docker);
}

/* The user: the argument, else --user, environment or config, else asked for. */
static int choose_user (const struct invocation *invocation, struct login_work *work, struct error *err)
{
    struct app *app = invocation->app;
    if (invocation->count > 0)
        work->user = xstrdup (invocation->arguments[0]);
    else if (app->settings.user)
        work->user = xstrdup (app->settings.user);
    else {
        AUTOFREE char *label = xasprintf ("User at %s", app_service_title (app));
        work->user = prompt_line (label, app->options.no_input, err);
    }
    if (work->user == NULL)
        return error_hint (err, "name the user: dpat login USER");
    if (service_check_user (app, work->user, err) != 0)
        return -1;
    if (invocation->count > 0 && app->options.user && strcmp (app->options.user, work->user) != 0)
        return error_set (err, ERROR_USAGE, "\"%.60s\" and --user \"%.60s\" differ: one user signs in at a time",
                          work->user, app->options.user);
    free (app->settings.user); /* of this run, whoever is the current user */
    app->settings.user = xstrdup (work->user);
    if (app->settings.service_kind == SERVICE_LOCAL)
        return account_name_check (work->user, err);
    if (work->user[0] == '\0' || strlen (work->user) > ACCOUNT_NAME_MAX
        || text_has_control (work->user, strlen (work->user)))
        return error_set (err, ERROR_INVALID_ACCOUNT_NAME, "a user name has 1 to %d characters", ACCOUNT_NAME_MAX);
    return 0;
}

/* Whether a person at a terminal who signs in to Docker Hub wants the Docker CLI signed in too. */
static bool wants_docker (const struct app *app, bool password_stdin)
{
    return app->settings.service_kind == SERVICE_HUB && !password_stdin && !app->options.no_input
           && prompt_confirm ("Sign the Docker CLI in as well?", false, NULL) == 0;
}

/* Docker's config is read and parsed before anything is made. A token is of no other use than to sign the Docker CLI
 * in. */
static int prepare_docker (const struct invocation *invocation, struct login_work *work, struct error *err)
{
    const struct login_options *options = invocation->state;
    struct app *app = invocation->app;
    if (!options->docker && options->registry == NULL && options->format == NULL
        && !token_secret_is_pat (secret_text (&work->secret)) && !wants_docker (app, options->password_stdin))
        return 0;
    const struct docker_wish wish = {
        .format = options->format, .registry = options->registry, .user = work->user, .secret = &work->secret
    };
    return docker_target_open (app, &wish, &work->docker, err);
}

static int prepare (const struct invocation *invocation, struct login_work *work, struct error *err)
{
    const struct login_options *options = invocation->state;
    struct app *app = invocation->app;
    if (docker_target_check (options->format, options->registry, err) != 0
        || (options->life && duration_parse (options->life, "--for", &work->life_s, err) != 0)
        || choose_user (invocation, work, err) != 0 || app_open_service (app, err) != 0)
        return -1;
    AUTOFREE char *label = service_label (app, "Password or token", work->user);
    work->codes = (struct code_input){ .service = app_service_title (app),
                                       .from_stdin = options->otp_stdin,
                                       .no_input = app->options.no_input };
    if (!options->password_stdin && !app->options.no_input)
        service_warn (app, work->user);
    if (sign_in_read_with_code (label, options->password_stdin, &work->codes, &work->secret, err) != 0)
        return -1;
    return prepare_docker (invocation, work, err);
}

/* Make service, user and registry the current ones. A session that is kept is not undone for this. */
static void remember (struct app *app, const struct login_work *work, const struct login_result *result)
{
    const struct settings *settings = &app->settings;
    json_auto_t *changes = json_object ();
    struct error why = ERROR_INIT;
    json_set_string (changes, "service", settings->service);
    remembered_change (changes, "user", settings->service_name, result->user);
    if (app->options.store)
        json_set_string (changes, "store", settings->store);
    if (app->options.key_file)
        json_set_string (changes, "key_file", settings->key_file);
    if (work->docker.config) { /* of a repository of podman's the host: docker knows no other keys */
        AUTOFREE char *registry = docker_rules_registry_of (work->docker.registry);
        remembered_change (changes, "registry", settings->service_name, registry);
    }
    if (settings_write (settings->config_folder, changes, &why) != 0)
        output_note ("warning: signed in, but it could not be remembered as the current user: %s", why.text);
}

static void tell (const struct app *app, const struct login_work *work, const struct login_result *result)
{
    docker_target_warn (&work->docker);
    if (result->evicted.id[0])
        output_note ("the automatic token \"%s\" (%s), used least recently, was deleted: an account has five at most",
                     result->evicted.name, result->evicted.id);
    if (app->options.json)
        return;
    if (result->docker_signed_in)
        output_note ("%s is signed in to %s as %s", docker_config_rules (work->docker.config)->client,
                     work->docker.registry, result->user);
    if (result->kind != SIGNED_IN_WITH_PAT)
        output_note ("signed in to %s as %s", app_service_title (app), result->user);
}

/* The result for programs; people were told already. */
static int describe (const struct app *app, const struct login_result *result, json_t **ret_result, struct error *err)
{
    AUTOFREE char *sessions = xasprintf ("%s/sessions.json", app->settings.state_folder);
    struct status_facts facts = { .service = app->settings.service,
                                  .user = result->user,
                                  .with = result->kind == SIGNED_IN_WITH_PAT ? STATUS_PAT : STATUS_PASSWORD,
                                  .expires_at = result->expires_at,
                                  .docker_entries = status_docker_entries (app, result->user, err) };
    if (facts.docker_entries == NULL)
        return error_prefix (err, "signed in as %s", result->user);
    if (result->expires_at)
        facts.secrets_in = result->in_keystore ? keystore_path (app->keystore) : sessions;
    *ret_result = status_document (&facts);
    return 0;
}

static int run (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    struct app *app = invocation->app;
    AUTO (login_work) work = { .user = NULL };
    AUTO (login_result) result = { .expires_at = 0 };
    if (app_load (app, err) != 0 || prepare (invocation, &work, err) != 0)
        return -1;
    struct login_place place = app_login_place (app);
    struct code_source codes = sign_in_code_source (&work.codes);
    struct login_docker docker = { .config = work.docker.config, .registry = work.docker.registry };
    struct sign_in sign_in = { .user = work.user, .secret = &work.secret, .life_s = work.life_s };
    int status = login_run (&place, &sign_in, &codes, &docker, &result, err);
    bool kept = result.expires_at != 0; /* the session stays when only the Docker CLI could not be signed in */
    if (status != 0 && !kept)
        return -1;
    remember (app, &work, &result);
    tell (app, &work, &result);
    if (status != 0)
        return error_prefix (err, "signed in as %s, but not %s", result.user,
                             docker_config_rules (docker.config)->client);
    if (app->options.json)
        return describe (app, &result, ret_result, err);
    return 0;
}

const struct command cmd_login = {
    .name = "login",
    .summary = "sign in, to manage tokens and to use registries",
    .synopsis = "[USER] [--password-stdin] [--otp-stdin] [--docker | --registry HOST] [--format FORMAT] [--for SPAN]",
    .description =
        "Sign in with the account's password, asked for without echo or read from stdin, and the code of the second\n"
        "factor where the account has one: asked for, read from stdin (with both, the password is the first line and\n"
        "the code the second), or printed by the command in DPAT_OTP_COMMAND. That opens the session in\n"
        "which tokens can be managed, and makes service and user the current ones. With --docker or --registry the\n"
        "Docker CLI is signed in as well, with an automatic token of its own (scope repo:admin, gone with the\n"
        "session); an account has five of those at most, and the one used least recently goes first.\n"
        "\n"
        "With a personal access token instead of the password the token is checked, and the Docker CLI signed in\n"
        "with it; no session is opened, because a token cannot manage tokens.\n"
        "\n"
        "With --format podman it is podman that is signed in instead of the Docker CLI, and skopeo and buildah with\n"
        "it. podman's --registry may name a repository, as registry.example/team.\n"
        "\n"
        "The password is never stored. Entries of Docker's or podman's credentials that dpat did not write are\n"
        "replaced only with a yes, or -y.",
    .examples =
        (const struct command_example[]){
            { "dpat login alice", "asks for the password" },
            { "dpat login alice --password-stdin <password.txt", "in a script" },
            { "dpat login alice --registry registry.example:5000", "and docker push works from now on" },
            { "dpat login alice --password-stdin --registry registry.example:5000 <ci.token",
              "signs only the Docker CLI in, with a token" },
            { "dpat login alice --format podman --registry registry.example:5000", "podman and skopeo instead" },
            { .line = NULL } },
    .topics = (const char *const[]){ "secrets", "services", "environment", NULL },
    .groups = (const struct option_group[]){ { login_specs, 0 }, { .specs = NULL } },
    .state_size = sizeof (struct login_options),
    .accepts = ACCEPTS_YES,
    .max_arguments = 1,
    .keeps_files = true,
    .run = run,
    .view = view_status,
};
