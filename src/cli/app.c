/* One run of dpat: settings, adapters, and who is signed in. */
#include "src/cli/app.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "src/base/clock.h"
#include "src/base/file.h"
#include "src/base/log.h"
#include "src/base/memory.h"
#include "src/base/time.h"
#include "src/cli/output.h"
#include "src/cli/secret_file.h"
#include "src/cli/sign_in_input.h"
#include "src/core/docker_entry.h"
#include "src/credentials/bearers.h"
#include "src/hub/hub.h"
#include "src/service/accounts.h"
#include "src/service/password.h"
#include "src/service/registry.h"

#define PASSWORD_FILE "DPAT_PASSWORD_FILE"

const char *app_user_agent (void)
{
    return "dpat/" PACKAGE_VERSION;
}

const char *app_service_title (const struct app *app)
{
    switch (app->settings.service_kind) {
    case SERVICE_LOCAL:
        return "the embedded service";
    case SERVICE_HUB:
        return "Docker Hub";
    case SERVICE_URL:
        break;
    }
    return app->settings.service;
}

char *app_service_option (const struct app *app)
{
    const char *service = app->options.service;
    return service ? xasprintf (" --service %s", service) : xstrdup ("");
}

void app_init (struct app *app, bool stdout_was_closed)
{
    *app = (struct app){ .stdout_was_closed = stdout_was_closed,
                         .caller = { .ip = "127.0.0.1", .user_agent = app_user_agent () } };
}

void app_release (struct app *app)
{
    if (app->session_is_ours && app->service)
        (void)service_sign_out (app->service, &app->caller, false, NULL); /* it would end by itself in any case */
    service_free (app->service);
    session_release (&app->session);
    keystore_free (app->keystore);
    settings_release (&app->settings);
    *app = (struct app){ .service = NULL };
}

int app_load_settings (struct app *app, struct error *err)
{
    if (app->loaded)
        return 0;
    if (settings_load (&app->settings, &app->options, err) != 0)
        return -1;
    app->passphrase_input = (struct passphrase_input){ .no_input = app->options.no_input };
    app->passphrases = keystore_passphrase_source (&app->passphrase_input);
    const char *folder = app->settings.state_folder;
    /* without a place for it no command gets as far as to look */
    app->keystore = keystore_new (folder ? folder : "/nonexistent", &app->passphrases);
    app->loaded = true;
    return 0;
}

/* What ended sessions and interrupted runs left. Nobody is asked for a passphrase by this: what is locked stays for
 * another time. */
static void tidy (struct app *app)
{
    const struct saved_place place = app_saved_place (app);
    struct error why = ERROR_INIT;
    const char *folder = app->settings.state_folder;
    int64_t now = clock_now_us () / 1000000;
    app->passphrase_input.no_input = true;
    if (docker_entry_withdraw_expired (folder, now, NULL, &why) != 0 && why.code != ERROR_STATE)
        output_note ("dpat: an ended sign-in left credentials: %s", why.text);
    if (bearers_settle (folder, keystore_sessions (app->keystore), now, &why) != 0)
        log_debug ("the bearers of sessions stay where they are: %s", why.text);
    if (saved_secret_tidy (&place, &why) != 0)
        log_debug ("the secrets of deleted tokens stay in the keystore: %s", why.text);
    app->passphrase_input.no_input = app->options.no_input;
}

/* Of the users that are known at the current service, the one there is. */
struct only_user {
    const struct app *app;
    const char *name; /* NULL as long as there is none */
    bool several;
};

static void see_user (struct only_user *only, const char *service, const char *user)
{
    if (strcmp (service, only->app->settings.service_name) != 0)
        return;
    only->several = only->several || (only->name && strcmp (only->name, user) != 0);
    only->name = user;
}

/* Where nothing says who is meant and one session is kept for the service, it is that one's user; without a session,
 * the one for whom something is left in Docker's credentials. */
static int choose_only_user (struct app *app, struct error *err)
{
    AUTOPTR (session_file) file = NULL;
    AUTO (kept_session_list) sessions = { .items = NULL };
    AUTO (docker_record_list) records = { .items = NULL };
    struct only_user only = { .app = app };
    if (app->settings.user)
        return 0;
    if (session_file_open (app->settings.state_folder, &file, err) != 0)
        return -1;
    session_file_list (file, &sessions);
    session_file_list_docker (file, &records);
    for (size_t i = 0; i < sessions.count; i++)
        if (sessions.items[i].expires_at != 0)
            see_user (&only, sessions.items[i].service, sessions.items[i].user);
    for (size_t i = 0; only.name == NULL && i < records.count; i++)
        see_user (&only, records.items[i].service, records.items[i].user);
    if (only.name && !only.several)
        app->settings.user = xstrdup (only.name);
    return 0;
}

int app_load (struct app *app, struct error *err)
{
    if (app->loaded)
        return 0;
    if (app_load_settings (app, err) != 0 || choose_only_user (app, err) != 0)
        return -1;
    log_debug ("service %s, user %s, state in %s", app->settings.service_name,
               app->settings.user ? app->settings.user : "(none)",
               app->settings.state_folder ? app->settings.state_folder : "(no place)");
    if (app->settings.state_folder)
        tidy (app);
    return 0;
}

int app_check_local (struct app *app, struct error *err)
{
    if (app_load (app, err) != 0)
        return -1;
    if (app->settings.service_kind == SERVICE_LOCAL)
        return 0;
    error_set (err, ERROR_UNSUPPORTED, "only the operator of an embedded service can do this, not a user of %s",
               app_service_title (app));
    return error_hint (err, "on the machine that has the store: --service local, or export DPAT_SERVICE=local");
}

int app_open_service (struct app *app, struct error *err)
{
    if (app_load (app, err) != 0)
        return -1;
    if (app->service)
        return 0;
    if (app->settings.service_kind == SERVICE_LOCAL)
        return app_open_embedded (app, false, err);
    const char *ca_file = getenv ("SSL_CERT_FILE");
    if (ca_file && ca_file[0] && file_check_trusted (ca_file, ERROR_CONFIG, err) != 0)
        return error_prefix (err, "SSL_CERT_FILE is not used");
    const struct common_options *options = &app->options;
    app->progress.wanted = isatty (STDERR_FILENO) && !options->quiet && !options->json && !options->porcelain;
    const struct hub_place place = { .url = app->settings.service_kind == SERVICE_HUB ? HUB_URL
                                                                                      : app->settings.service_name,
                                     .ca_file = ca_file && ca_file[0] ? ca_file : NULL,
                                     .timeout_ms = app->settings.timeout_ms,
                                     .progress = progress_show,
                                     .progress_context = &app->progress };
    log_debug ("service at %s", place.url);
    return hub_open (&place, &app->service, err);
}

int app_open_embedded (struct app *app, bool create, struct error *err)
{
    if (app->service)
        return 0;
    if (app_check_local (app, err) != 0)
        return -1;
    struct embedded_place place = { .store_path = app->settings.store,
                                    .key_path = app->settings.key_file,
                                    .create = create };
    if (embedded_open (&place, &app->embedded, err) != 0)
        return -1;
    app->service = embedded_service (app->embedded);
    log_debug ("store %s is open", app->settings.store);
    return 0;
}

int app_open_for_server (void *context, struct usage *usage, struct embedded **ret_embedded, struct error *err)
{
    const struct app *app = context;
    struct embedded_place place = {
        .store_path = app->settings.store, .key_path = app->settings.key_file, .create = true, .usage = usage
    };
    return embedded_open (&place, ret_embedded, err);
}

static int need_user (const struct app *app, const char *why, struct error *err)
{
    if (app->settings.user)
        return 0;
    error_set (err, ERROR_USAGE, "%s needs a user", why);
    return error_hint (err, "name it with --user, or in DPAT_USER");
}

static void use_session (struct app *app, bool is_ours)
{
    app->session_is_ours = is_ours;
    app->caller.bearer = &app->session.bearer;
}

static int sign_in_as_operator (struct app *app, struct error *err)
{
    if (need_user (app, "--operator", err) != 0 || app_open_embedded (app, false, err) != 0
        || accounts_act_for (app->embedded, &app->caller, app->settings.user, &app->session, err) != 0)
        return -1;
    use_session (app, true);
    return 0;
}

static int sign_in_for_this_run (struct app *app, const struct secret *password, struct error *err)
{
    if (need_user (app, PASSWORD_FILE, err) != 0 || app_open_service (app, err) != 0)
        return -1;
    struct sign_in sign_in = { .user = app->settings.user, .secret = password };
    AUTO (code_input) codes = { .service = app_service_title (app), .no_input = app->options.no_input };
    const struct code_source source = sign_in_code_source (&codes);
    if (login_sign_in (app->service, &app->caller, &sign_in, &source, &app->session, err) != 0)
        return -1;
    use_session (app, true);
    return 0;
}

/* Whether the Docker CLI, or podman, was signed in with a PAT for this service and user. */
static bool has_pat (const struct app *app, const struct session_file *file)
{
    AUTO (docker_record_list) records = { .items = NULL };
    session_file_list_docker (file, &records);
    for (size_t i = 0; i < records.count; i++)
        if (strcmp (records.items[i].service, app->settings.service_name) == 0
            && strcmp (records.items[i].user, app->settings.user) == 0 && !records.items[i].automatic
            && !records.items[i].ended)
            return true;
    return false;
}

/* The hint of somebody who is not signed in to this service, and may have meant another one. */
static int hint_sign_in (const struct app *app, const struct session_file *file, struct error *err)
{
    AUTOFREE char *option = app_service_option (app);
    AUTO (kept_session_list) sessions = { .items = NULL };
    const char *user = app->settings.user ? app->settings.user : "USER";
    session_file_list (file, &sessions);
    for (size_t i = 0; i < sessions.count; i++)
        if (strcmp (sessions.items[i].service, app->settings.service_name) != 0)
            return error_hint (err,
                               "sign in: dpat login %s%s; or name another service with --service (dpat status "
                               "--all lists where you are signed in)",
                               user, option);
    return error_hint (err, "sign in: dpat login %s%s", user, option);
}

static int no_session (const struct app *app, const struct session_file *file, struct error *err)
{
    AUTOFREE char *option = app_service_option (app);
    if (app->settings.user == NULL) {
        error_set (err, ERROR_NOT_SIGNED_IN, "you are not signed in to %s", app_service_title (app));
        return hint_sign_in (app, file, err);
    }
    if (has_pat (app, file)) {
        error_set (err, ERROR_PAT_CANNOT_MANAGE,
                   "%s is signed in with a personal access token, which cannot manage tokens", app->settings.user);
        return error_hint (err, "sign in with the account's password: dpat login %s%s", app->settings.user, option);
    }
    error_set (err, ERROR_NOT_SIGNED_IN, "%s is not signed in to %s", app->settings.user, app_service_title (app));
    return hint_sign_in (app, file, err);
}

static int sign_in_by_kept_session (struct app *app, struct error *err)
{
    AUTOPTR (session_file) file = NULL;
    AUTO (kept_session) kept = { .service = NULL };
    bool found = false;
    if (settings_check_folders (err) != 0)
        return error_hint (err, "set HOME, or give the password of --user in a file that DPAT_PASSWORD_FILE names");
    if (session_file_open (app->settings.state_folder, &file, err) != 0)
        return -1;
    if (app->settings.user)
        session_file_get (file, app->settings.service_name, app->settings.user, &kept, &found);
    if (!found)
        return no_session (app, file, err);
    if (kept.expires_at <= clock_now_us () / 1000000) {
        error_set (err, ERROR_SESSION_EXPIRED, "the session of %s has expired", kept.user);
        AUTOFREE char *option = app_service_option (app);
        return error_hint (err, "sign in again: dpat login %s%s", kept.user, option);
    }
    if (bearers_read (keystore_sessions (app->keystore), &kept, err) != 0 || app_open_service (app, err) != 0)
        return -1;
    secret_move (&app->session.bearer, &kept.bearer);
    use_session (app, false);
    return 0;
}

static int sign_in (struct app *app, struct error *err)
{
    if (app->options.operator_mode)
        return sign_in_as_operator (app, err);
    AUTO (secret) password = SECRET_INIT;
    bool found;
    if (secret_file_read (PASSWORD_FILE, &password, &found, err) != 0)
        return -1;
    return found ? sign_in_for_this_run (app, &password, err) : sign_in_by_kept_session (app, err);
}

static void tell_leftover (const struct leftover *leftover)
{
    const char *id = leftover->token_id;
    if (leftover->outcome == LEFTOVER_DELETED) {
        output_note (
            "dpat: a run that was interrupted had made the token \"%s\" (%s) and not begun to deliver its secret "
            "(%s); it was deleted again",
            leftover->name, id, leftover->sink);
        return;
    }
    output_note ("warning: a run that was interrupted %s the token \"%s\" (%s); its secret may have gone nowhere (%s)",
                 leftover->outcome == LEFTOVER_TOLD ? "has made" : "may have made", leftover->name, id, leftover->sink);
    output_note ("hint: if you do not have its secret: dpat delete %s; if you do: dpat activate %s", id, id);
}

/* Even with --quiet: nobody else tells of a token that works and is in nobody's hands. A service that cannot be reached
 * now is not asked again. */
static int settle_leftovers (struct app *app, struct error *err)
{
    struct delivery_place place = app_delivery_place (app);
    AUTO (leftover_list) list = { .items = NULL };
    struct error why = ERROR_INIT;
    int status = deliveries_settle (&place, app->options.dry_run, &list, &why);
    if (status != 0)
        log_debug ("what interrupted runs left cannot be looked at: %s", why.text);
    app->keeper = place.keeper;
    app->has_leftovers = list.count > 0;
    for (size_t i = 0; i < list.count; i++)
        tell_leftover (&list.items[i]);
    if (status == 0 || why.code != ERROR_NETWORK)
        return 0;
    if (err)
        *err = why;
    return -1;
}

int app_sign_in (struct app *app, struct error *err)
{
    if (app->caller.bearer)
        return 0;
    if (app_load (app, err) != 0 || sign_in (app, err) != 0)
        return -1;
    return settle_leftovers (app, err);
}

struct delivery_place app_delivery_place (const struct app *app)
{
    return (struct delivery_place){ .service = app->service,
                                    .caller = &app->caller,
                                    .service_name = app->settings.service_name,
                                    .user = app->settings.user,
                                    .state_folder = app->settings.state_folder,
                                    .keeper = app->keeper };
}

struct login_place app_login_place (struct app *app)
{
    return (struct login_place){ .service = app->service,
                                 .caller = &app->caller,
                                 .service_name = app->settings.service_name,
                                 .state_folder = app->settings.state_folder,
                                 .keystore = keystore_sessions (app->keystore) };
}

struct saved_place app_saved_place (const struct app *app)
{
    return (struct saved_place){ .keystore = app->keystore,
                                 .state_folder = app->settings.state_folder,
                                 .service = app->settings.service_name,
                                 .user = app->settings.user };
}

void app_tell_seconds (const struct app *app, int64_t seconds)
{
    char span[32];
    if (seconds > 0 && !app->options.quiet && !app->options.json && !app->options.porcelain)
        output_note ("a registry takes what it was shown before for %s more at most",
                     time_format_duration (seconds, span, sizeof (span)));
}

void app_tell_afterlife (const struct app *app)
{
    int64_t seconds = 0;
    if (!app->options.dry_run && registry_afterlife (app->embedded, &seconds, NULL) == 0)
        app_tell_seconds (app, seconds);
}
