/* dpat keystore: the sealed file of credentials, for machines that have no credential manager. */
#include <string.h>

#include "src/base/clock.h"
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/cli/app.h"
#include "src/cli/commands.h"
#include "src/cli/docker_target.h"
#include "src/cli/keystore_input.h"
#include "src/cli/output.h"
#include "src/cli/prompt.h"
#include "src/credentials/bearers.h"
#include "src/credentials/docker_move.h"
#include "src/credentials/helper.h"
#include "src/credentials/keystore.h"
#include "src/credentials/records.h"
#include "src/token/expiry.h"

/* How long unlock keeps the key when it is not said, and at most. */
enum { UNLOCK_S = 8 * 3600, UNLOCK_MAX_S = 30 * 24 * 3600 };

#define HELPER "dpat"

struct init_options {
    bool docker;
    bool sessions;
};

static const struct option_spec init_specs[] = {
    { "docker", 0, OPTION_FLAG, offsetof (struct init_options, docker), NULL,
      "have the Docker CLI keep its credentials there (credsStore)", 0 },
    { "sessions", 0, OPTION_FLAG, offsetof (struct init_options, sessions), NULL, "have dpat's own sessions rest there",
      0 },
    { .name = NULL },
};

struct unlock_options {
    const char *life;
};

static const struct option_spec unlock_specs[] = {
    { "for", 0, OPTION_TEXT, offsetof (struct unlock_options, life), "SPAN", "how long (default 8h, at most 30d)", 0 },
    { .name = NULL },
};

static json_t *keystore_document (const char *action, const struct app *app, const struct keystore_status *status,
                                  bool sessions)
{
    json_t *document = output_document ("keystore");
    json_set_string (document, "action", action);
    json_set_string (document, "path", keystore_path (app->keystore));
    json_set (document, "exists", json_boolean (status->exists));
    json_set (document, "unlocked", json_boolean (status->unlocked));
    json_set (document, "sessions", json_boolean (sessions));
    json_set (document, "moved", json_null ());
    json_set (document, "kept", json_null ());
    return document;
}

/* Whether sessions rest in the keystore. */
static int see_sessions (const struct app *app, bool *ret_sessions, struct error *err)
{
    AUTOPTR (session_file) file = NULL;
    if (session_file_open (app->settings.state_folder, &file, err) != 0)
        return -1;
    *ret_sessions = session_file_wants_keystore (file);
    return 0;
}

/* How it stands after what was done: that is known, and what cannot be seen now does not undo it. */
static int done (const char *action, const struct app *app, bool unlocked, json_t **ret_result)
{
    const struct keystore_status status = { .exists = true, .unlocked = unlocked };
    bool sessions = false;
    (void)see_sessions (app, &sessions, NULL);
    *ret_result = keystore_document (action, app, &status, sessions);
    return 0;
}

static int report (const char *action, const struct app *app, json_t **ret_result, struct error *err)
{
    struct keystore_status status;
    bool sessions;
    if (keystore_status (app->keystore, &status, err) != 0 || see_sessions (app, &sessions, err) != 0)
        return -1;
    *ret_result = keystore_document (action, app, &status, sessions);
    return 0;
}

/* Whether Docker's config.json may name the keystore: another store that it names is replaced only with a yes. */
static int ask_about_docker (const struct app *app, struct docker_config *config, struct error *err)
{
    const char *other = docker_config_store (config);
    if (other == NULL || other[0] == '\0' || strcmp (other, HELPER) == 0 || app->options.yes)
        return 0;
    AUTOFREE char *question =
        xasprintf ("Docker's credentials are kept by docker-credential-%s now. Have dpat's keystore keep them?", other);
    return prompt_confirm (question, app->options.no_input, err);
}

/* The keystore is opened first: who is asked for its passphrase must not keep the file of sessions locked. */
static int move_sessions (struct app *app, bool to_keystore, struct error *err)
{
    if (keystore_check (app->keystore, err) != 0 && (to_keystore || err->code != ERROR_KEYSTORE))
        return -1;
    return bearers_move (app->settings.state_folder, keystore_sessions (app->keystore), to_keystore,
                         clock_now_us () / 1000000, err);
}

/* What dpat wrote for docker moves into the keystore; of each of the others it is asked. */
static int choose_moves (const struct app *app, struct docker_config *config, struct docker_move_list *list,
                         struct error *err)
{
    AUTOPTR (session_file) file = NULL;
    if (session_file_open (app->settings.state_folder, &file, err) != 0)
        return -1;
    for (size_t i = 0; i < list->count; i++) {
        struct docker_move_item *item = &list->items[i];
        struct error why = ERROR_INIT;
        if (item->credential.user == NULL)
            continue;
        item->is_ours = session_file_is_ours (file, docker_config_path (config), item->key, &item->credential);
        AUTOFREE char *question = xasprintf ("Move the credentials of %s for %s, which dpat did not write, too?",
                                             item->credential.user, item->key);
        item->is_wanted =
            item->is_ours || app->options.yes || prompt_confirm (question, app->options.no_input, &why) == 0;
        if (why.code == ERROR_NONE || why.code == ERROR_DECLINED)
            continue;
        *err = why;
        return -1;
    }
    return 0;
}

/* Docker finds the helper on PATH, and nowhere else. */
static void tell_of_docker (const struct app *app, struct docker_config *config, const struct docker_move_list *list)
{
    struct error why = ERROR_INIT;
    if (helper_check (HELPER, "Docker's config.json", &why) != 0)
        output_note ("warning: %s; put it there: ln -s \"$(command -v dpat)\" /usr/local/bin/docker-credential-dpat",
                     why.text);
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].is_left)
            output_note ("warning: a copy of the credentials for %s is still where Docker kept them; erase it: printf "
                         "%%s '%s' | docker-credential-%s erase",
                         list->items[i].key, list->items[i].asked_by, docker_config_store (config));
    if (app->options.quiet || app->options.json)
        return;
    for (size_t i = 0; i < list->count; i++)
        output_note (list->items[i].is_wanted ? "moved the credentials for %s into the keystore"
                                              : "left the credentials for %s where they are",
                     list->items[i].key);
    output_note ("Docker keeps its credentials in it from now on");
}

static json_t *list_keys (const struct docker_move_list *list, bool wanted)
{
    json_t *keys = json_array ();
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].is_wanted == wanted)
            json_add (keys, json_string (list->items[i].key));
    return keys;
}

/* What init needs for Docker; config is NULL without --docker. */
struct docker_part {
    struct docker_config *config;
    struct docker_move_list moves;
};

static void docker_part_release (struct docker_part *part)
{
    docker_config_free (part->config);
    docker_move_list_release (&part->moves);
}

static int prepare_docker (struct app *app, struct docker_part *part, struct error *err)
{
    if (docker_target_open_config (app, &part->config, err) != 0 || ask_about_docker (app, part->config, err) != 0
        || docker_move_find (part->config, HELPER, &part->moves, err) != 0)
        return -1;
    return choose_moves (app, part->config, &part->moves, err);
}

/* The keystore is opened before config.json is locked. */
static int move_docker (struct app *app, struct docker_part *part, struct error *err)
{
    bool moves = false;
    for (size_t i = 0; i < part->moves.count; i++)
        moves = moves || part->moves.items[i].is_wanted;
    if ((moves && keystore_check (app->keystore, err) != 0)
        || docker_move_run (part->config, HELPER, keystore_credentials (app->keystore), &part->moves, err) != 0)
        return error_prefix (err, "the keystore is there, but Docker does not use it");
    tell_of_docker (app, part->config, &part->moves);
    return 0;
}

static int run_init (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    const struct init_options *options = invocation->state;
    struct app *app = invocation->app;
    AUTO (docker_part) docker = { .config = NULL };
    AUTO (secret) passphrase = SECRET_INIT;
    struct keystore_status status;
    if (app_load (app, err) != 0 || keystore_status (app->keystore, &status, err) != 0
        || (options->docker && prepare_docker (app, &docker, err) != 0))
        return -1;
    if (status.exists && !options->docker && !options->sessions)
        return keystore_init (app->keystore, &passphrase, err); /* which says what there is */
    if (!status.exists
        && (keystore_new_passphrase (app->options.no_input, &passphrase, err) != 0
            || keystore_init (app->keystore, &passphrase, err) != 0))
        return -1;
    if (options->sessions && move_sessions (app, true, err) != 0)
        return error_prefix (err, "the keystore is there, but not all sessions rest in it");
    if (docker.config && move_docker (app, &docker, err) != 0)
        return -1;
    done ("init", app, status.unlocked, ret_result);
    if (docker.config) {
        json_set (*ret_result, "moved", list_keys (&docker.moves, true));
        json_set (*ret_result, "kept", list_keys (&docker.moves, false));
    }
    return 0;
}

static int run_release (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    struct app *app = invocation->app;
    if (app_load (app, err) != 0)
        return -1;
    if (move_sessions (app, false, err) == 0)
        return report ("release", app, ret_result, err);
    if (err->code == ERROR_KEYSTORE) {
        error_prefix (err, "new sessions rest in sessions.json, but those in the keystore could not be moved");
        error_hint (err, "sign in again; a keystore that is put back from a backup gives them back");
    }
    return -1;
}

static int run_unlock (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    const struct unlock_options *options = invocation->state;
    struct app *app = invocation->app;
    int64_t life_s = UNLOCK_S;
    if (options->life && duration_parse (options->life, "--for", &life_s, err) != 0)
        return -1;
    if (life_s > UNLOCK_MAX_S)
        return error_set (err, ERROR_INVALID_TIME, "a keystore is unlocked for 30 days at most");
    if (app_load (app, err) != 0 || keystore_unlock (app->keystore, (unsigned)life_s, err) != 0)
        return -1;
    return done ("unlock", app, true, ret_result);
}

static int run_lock (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    struct app *app = invocation->app;
    bool was;
    if (app_load (app, err) != 0 || keystore_lock (app->keystore, &was, err) != 0)
        return -1;
    return report ("lock", app, ret_result, err);
}

/* The old passphrase is asked for by the keystore itself, unless the kernel has the key. */
static int run_passphrase (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    struct app *app = invocation->app;
    AUTO (secret) passphrase = SECRET_INIT;
    bool was;
    if (app_load (app, err) != 0 || keystore_lock (app->keystore, &was, err) != 0
        || keystore_check (app->keystore, err) != 0
        || prompt_new_secret ("New passphrase of dpat's keystore", app->options.no_input, &passphrase, err) != 0
        || keystore_check_passphrase (&passphrase, err) != 0
        || keystore_set_passphrase (app->keystore, &passphrase, err) != 0)
        return -1;
    return done ("passphrase", app, false, ret_result);
}

static int run_status (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    struct app *app = invocation->app;
    if (app_load (app, err) != 0)
        return -1;
    return report ("status", app, ret_result, err);
}

static const struct command keystore_command_init = {
    .name = "init",
    .summary = "make the keystore",
    .synopsis = "[--docker] [--sessions]",
    .description =
        "Make an empty keystore. Its passphrase, of 8 bytes at least, is asked for twice, or read from the file in\n"
        "DPAT_PASSPHRASE_FILE. With --docker the Docker CLI keeps its credentials there from now on: \"credsStore\" "
        "of\n"
        "Docker's config.json becomes \"dpat\"; another store that it names is replaced only with a yes, or -y. What\n"
        "dpat stored for Docker moves into the keystore. For each of Docker's other credentials there is a question,\n"
        "which -y answers with yes: those that do not move stay where they are, and Docker still finds them there\n"
        "(credHelpers). Docker looks for docker-credential-dpat on PATH, which is dpat under that name; unlock the\n"
        "keystore first, or docker asks at each look.\n"
        "\n"
        "With --sessions dpat's own sessions rest there from now on, those of now included: sessions.json then has\n"
        "no bearer, but who is signed in where and until when, and which tokens were given to Docker. Commands that\n"
        "need a session ask for the passphrase, unless the keystore is unlocked. dpat keystore release is the way "
        "back.\n"
        "\n"
        "With either, a keystore that is there already is the one that is meant.",
    .examples =
        (const struct command_example[]){ { "dpat keystore init --docker", "asks for the passphrase" },
                                          { "dpat keystore init --docker --sessions", "everything in one place" },
                                          { .line = NULL } },
    .groups = (const struct option_group[]){ { init_specs, 0 }, { .specs = NULL } },
    .state_size = sizeof (struct init_options),
    .accepts = ACCEPTS_QUIET | ACCEPTS_YES,
    .run = run_init,
    .view = view_keystore,
};

static const struct command keystore_command_unlock = {
    .name = "unlock",
    .summary = "have the kernel keep the key for a while",
    .synopsis = "[--for SPAN]",
    .description =
        "Ask for the passphrase and leave the key in the kernel's keyring of this user, for 8 hours or --for. Until\n"
        "then nothing asks for the passphrase, in other sessions of this user neither. Containers often have no\n"
        "keyring: there DPAT_PASSPHRASE_FILE says the passphrase to each command.",
    .examples = (const struct command_example[]){ { "dpat keystore unlock --for 1h", "asks for the passphrase" },
                                                  { .line = NULL } },
    .groups = (const struct option_group[]){ { unlock_specs, 0 }, { .specs = NULL } },
    .state_size = sizeof (struct unlock_options),
    .accepts = ACCEPTS_QUIET,
    .run = run_unlock,
    .view = view_keystore,
};

static const struct command keystore_command_release = {
    .name = "release",
    .summary = "have sessions rest in sessions.json again",
    .synopsis = "",
    .description =
        "The way back from init --sessions: dpat's own sessions move out of the keystore, into sessions.json, and\n"
        "later ones are kept there. Where the keystore is gone or damaged its sessions cannot be moved (exit 12);\n"
        "sign in again then.",
    .accepts = ACCEPTS_QUIET,
    .run = run_release,
    .view = view_keystore,
};

static const struct command keystore_command_lock = {
    .name = "lock",
    .summary = "take the key back from the kernel",
    .synopsis = "",
    .description = "Forget the key that unlock left in the kernel's keyring. None is fine.",
    .accepts = ACCEPTS_QUIET,
    .run = run_lock,
    .view = view_keystore,
};

static const struct command keystore_command_passphrase = {
    .name = "passphrase",
    .summary = "change the passphrase",
    .synopsis = "",
    .description =
        "Ask for the old passphrase (or read it from DPAT_PASSPHRASE_FILE), then for the new one twice, and seal the\n"
        "keystore anew. A key in the kernel's keyring is forgotten.",
    .accepts = ACCEPTS_QUIET,
    .run = run_passphrase,
    .view = view_keystore,
};

static const struct command keystore_command_status = {
    .name = "status",
    .summary = "tell where the keystore is, and whether it is unlocked",
    .synopsis = "",
    .description = "Tell where the keystore is, and whether the kernel has its key. Nothing is asked.",
    .accepts = ACCEPTS_QUIET,
    .run = run_status,
    .view = view_keystore,
};

const struct command cmd_keystore = {
    .name = "keystore",
    .summary = "manage the sealed file of credentials",
    .synopsis = "COMMAND",
    .description =
        "The keystore is a file, sealed under a passphrase, for credentials on machines that have no credential\n"
        "manager. Docker uses it as the credential helper docker-credential-dpat (see dpat credential --help). The\n"
        "names of the servers are sealed with the secrets.",
    .topics = (const char *const[]){ "secrets", "environment", NULL },
    .keeps_files = true,
    .subcommands =
        (const struct command *const[]){ &keystore_command_init, &keystore_command_unlock, &keystore_command_lock,
                                         &keystore_command_passphrase, &keystore_command_release,
                                         &keystore_command_status, &keystore_command_get, NULL },
};
