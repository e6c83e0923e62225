/* dpat create: make a token and hand its secret to where it belongs. */
#include <string.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/base/time.h"
#include "src/cli/app.h"
#include "src/cli/commands.h"
#include "src/cli/docker_target.h"
#include "src/cli/name_option.h"
#include "src/cli/output.h"
#include "src/cli/stdout_sink.h"
#include "src/core/creation.h"
#include "src/token/expiry.h"

struct create_options {
    struct name_options name;
    struct string_list scopes;
    const char *expires;
    const char *out;
    const char *command;
    const char *registry;
    const char *format;
    bool docker;
    bool save;
    bool allow_duplicate;
    bool if_absent;
};

#define CREATE(member) offsetof (struct create_options, member)

static const struct option_spec create_specs[] = {
    { "scope", 's', OPTION_LIST, CREATE (scopes), "SCOPE", "what it may do (default: repo:read); may be repeated",
      COMPLETE_SCOPE },
    { "expires", 'e', OPTION_TEXT, CREATE (expires), "WHEN", "90m, 12h, 30d, 4w, 1y, a date, RFC 3339, or never", 0 },
    { "out", 'o', OPTION_TEXT, CREATE (out), "FILE", "write the secret to a new file (0600); - is the same as -q",
      COMPLETE_FILE_OR_STDOUT },
    { "command", 0, OPTION_TEXT, CREATE (command), "CMD", "run CMD (/bin/sh -c) with the secret on its stdin", 0 },
    { "save", 0, OPTION_FLAG, CREATE (save), NULL, "keep it in dpat's keystore", 0 },
    { "docker", 0, OPTION_FLAG, CREATE (docker), NULL, "sign the Docker CLI in with it", 0 },
    { "registry", 0, OPTION_TEXT, CREATE (registry), "HOST", "the registry that --docker signs in to", 0 },
    { "format", 0, OPTION_TEXT, CREATE (format), "FORMAT",
      "whose credentials --docker writes: docker (the default) or podman", COMPLETE_FORMAT },
    { "allow-duplicate", 0, OPTION_FLAG, CREATE (allow_duplicate), NULL, "even when an active token has that name", 0 },
    { "if-absent", 0, OPTION_FLAG, CREATE (if_absent), NULL,
      "make nothing, and succeed, when an active token has that name", 0 },
    { .name = NULL },
};

/* Everything a creation needs until its end; the sink borrows the target's entry. */
struct create_work {
    struct token_wish wish;
    struct docker_target docker;
    struct saved_place saved_place;
    char *saved_as; /* in the keystore */
    struct sink *sink;
};

static void create_work_release (struct create_work *work)
{
    sink_free (work->sink);
    memory_cleanup_free (&work->saved_as);
    docker_target_release (&work->docker);
}

static int read_wish (const struct invocation *invocation, struct token_wish *wish, struct error *err)
{
    const struct create_options *options = invocation->state;
    const struct app *app = invocation->app;
    int64_t now = clock_now_us () / 1000000;
    int64_t expires = app->settings.default_expires_s ? now + app->settings.default_expires_s : 0;
    wish->source = TOKEN_MANUAL;
    wish->allow_duplicate = options->allow_duplicate;
    const char *argument = invocation->count > 0 ? invocation->arguments[0] : NULL;
    if (name_choose ("dpat create", argument, &options->name, &wish->name, err) != 0
        || token_name_check (wish->name, err) != 0
        || (options->expires && expiry_parse (options->expires, now, &expires, err) != 0))
        return -1;
    wish->expires_us = expires * 1000000;
    for (size_t i = 0; i < options->scopes.count; i++) {
        enum scope scope;
        if (scope_parse (options->scopes.items[i], &scope, err) != 0)
            return -1;
        scopes_add (&wish->scopes, scope);
    }
    if (wish->scopes.count == 0)
        scopes_add (&wish->scopes, SCOPE_READ);
    return 0;
}

static bool is_for_stdout (const struct create_options *options)
{
    return options->out == NULL && options->command == NULL && !options->docker && !options->save;
}

/* Where the secret goes must be clear before anything is opened. */
static int check_sink (const struct invocation *invocation, struct error *err)
{
    struct create_options *options = invocation->state;
    struct common_options *common = &invocation->app->options;
    if ((options->out != NULL) + (options->command != NULL) + options->docker + options->save > 1)
        return error_set (err, ERROR_USAGE,
                          "--out, --command, --save and --docker exclude each other: a secret has one place");
    if (options->out && options->out[0] == '\0')
        return error_set (err, ERROR_USAGE, "--out needs the name of a file, and the one given is empty");
    if (options->out && strcmp (options->out, "-") == 0) {
        options->out = NULL;
        common->quiet = true;
    }
    bool to_stdout = is_for_stdout (options);
    if (options->registry && !options->docker)
        return error_set (err, ERROR_USAGE, "--registry goes with --docker");
    if (options->format && !options->docker)
        return error_set (err, ERROR_USAGE, "--format goes with --docker");
    if (docker_target_check (options->format, options->registry, err) != 0)
        return -1;
    if (options->if_absent && options->allow_duplicate)
        return error_set (err, ERROR_USAGE, "--if-absent and --allow-duplicate exclude each other");
    if (options->if_absent && to_stdout) {
        error_set (err, ERROR_USAGE, "--if-absent may make nothing, and then stdout would be empty");
        return error_hint (err, "send the secret elsewhere: --out FILE, --command CMD, --save or --docker");
    }
    if (!to_stdout || common->dry_run)
        return 0;
    return stdout_sink_check (common, invocation->app->stdout_was_closed,
                              "-q or --json (stdout), --out FILE, --command CMD, --save, or --docker", err);
}

static struct docker_wish docker_wish_of (const struct invocation *invocation)
{
    const struct create_options *options = invocation->state;
    return (struct docker_wish){ .format = options->format,
                                 .registry = options->registry,
                                 .user = invocation->app->settings.user };
}

static int open_docker_sink (struct invocation *invocation, struct create_work *work, struct error *err)
{
    struct app *app = invocation->app;
    const struct docker_wish wish = docker_wish_of (invocation);
    if (docker_target_open (app, &wish, &work->docker, err) != 0)
        return -1;
    work->sink = sink_docker_open (&work->docker.entry, err);
    return work->sink ? 0 : -1;
}

/* Under the names of service, user and token: a secret of the same name is replaced. */
static int name_saved (const struct invocation *invocation, struct create_work *work, const char *name,
                       struct error *err)
{
    const struct app *app = invocation->app;
    if (settings_check_folders (err) != 0)
        return -1;
    work->saved_place = app_saved_place (app);
    work->saved_as = saved_secret_key (&work->saved_place, name);
    return 0;
}

static int open_keystore_sink (struct invocation *invocation, struct create_work *work, struct error *err)
{
    if (name_saved (invocation, work, work->wish.name, err) != 0)
        return -1;
    work->sink = sink_keystore_open (&work->saved_place, work->saved_as, err);
    return work->sink ? 0 : -1;
}

static int open_sink (struct invocation *invocation, struct create_work *work, struct error *err)
{
    const struct create_options *options = invocation->state;
    if (options->docker)
        return open_docker_sink (invocation, work, err);
    if (options->save)
        return open_keystore_sink (invocation, work, err);
    if (options->command)
        work->sink = sink_command_open (options->command, err);
    else
        work->sink = options->out ? sink_file_open (options->out, err) : stdout_sink_open (&invocation->app->options);
    return work->sink ? 0 : -1;
}

/* What will be made, said before it is. */
static void announce (const struct app *app, const struct token_wish *wish)
{
    char scopes[SCOPES_TEXT_SIZE];
    char expires[TIME_TEXT_SIZE];
    if (app->options.quiet || app->options.json)
        return;
    output_note ("token \"%s\" for %s on %s: %s, %s%s", wish->name, app->settings.user, app_service_title (app),
                 scopes_format (&wish->scopes, scopes), wish->expires_us ? "expires " : "never expires",
                 wish->expires_us ? time_format (wish->expires_us / 1000000, expires) : "");
}

static json_t *created_document (const struct token *token, const char *delivered_to, const char *stored_in,
                                 bool dry_run)
{
    json_t *document = output_document ("token_created");
    json_set (document, "created", json_boolean (delivered_to != NULL));
    json_set (document, "dry_run", json_boolean (dry_run));
    json_set (document, "token", token_to_json (token, clock_now_us ()));
    json_set (document, "secret", json_null ());
    json_set_string (document, "delivered_to", delivered_to);
    json_set_string (document, "stored_in", stored_in);
    return document;
}

/* The active token of that name; id "" when there is none. */
static int find_active (struct app *app, const char *name, struct token *ret_token, struct error *err)
{
    AUTO (token_list) all = { .items = NULL };
    if (service_find (app->service, &app->caller, name, &all, err) != 0)
        return -1;
    for (size_t i = 0; i < all.count; i++)
        if (strcmp (all.items[i].name, name) == 0 && token_state_at (&all.items[i], clock_now_us ()) == TOKEN_ACTIVE) {
            token_copy (ret_token, &all.items[i]);
            return 0;
        }
    return 0;
}

/* A dry run asks the service only whether the name is free. The token that would be made has no id. */
static int try_out (struct app *app, const struct token_wish *wish, bool if_absent, json_t **ret_result,
                    struct error *err)
{
    AUTO (token) taken = { .name = NULL };
    AUTO (token) wished = { .name = NULL };
    if (!wish->allow_duplicate && find_active (app, wish->name, &taken, err) != 0)
        return -1;
    if (taken.id[0] && !if_absent) {
        error_set (err, ERROR_NAME_TAKEN, "an active token named \"%s\" exists (%s)", wish->name, taken.id);
        return error_detail (err, "id", ERROR_DETAIL_TEXT, taken.id);
    }
    if (taken.id[0] == '\0')
        wished = (struct token){
            .name = xstrdup (wish->name), .scopes = wish->scopes, .active = true, .expires_us = wish->expires_us
        };
    *ret_result = created_document (taken.id[0] ? &taken : &wished, NULL, NULL, true);
    if (taken.id[0] == '\0')
        json_set (json_object_get (*ret_result, "token"), "id", json_null ());
    return 0;
}

/* What can be done about a name that is taken is this command's to say. */
static int hint_taken (const struct create_options *options, struct error *err)
{
    if (err->code == ERROR_NAME_TAKEN)
        error_hint (err, "choose another name, or say %s--allow-duplicate",
                    is_for_stdout (options) ? "" : "--if-absent (make none then) or ");
    return -1;
}

/* Names may have blanks and quotes, and the line is there to be pasted. */
static void tell_saved (const char *name)
{
    AUTO (buffer) quoted;
    buffer_init (&quoted, 1024);
    for (; *name; name++)
        if (*name == '\'')
            buffer_puts (&quoted, "'\\''");
        else
            buffer_append (&quoted, name, 1);
    output_note ("it is in the keystore; to see it: dpat keystore get '%s'", buffer_text (&quoted));
}

/* Where the secret of a token that is there should be, for sentences; and whether it is. What a command did with it
 * cannot be looked at. */
static int look_into_target (struct invocation *invocation, struct create_work *work, const struct token *token,
                             char **ret_where, bool *ret_holds, struct error *err)
{
    const struct create_options *options = invocation->state;
    struct app *app = invocation->app;
    *ret_holds = true;
    if (options->out) {
        *ret_where = xstrdup (options->out);
        return sink_file_is_filled (options->out, ret_holds, err);
    }
    if (options->save) {
        if (name_saved (invocation, work, token->name, err) != 0)
            return -1;
        *ret_where = xstrdup ("the keystore");
        return saved_secret_holds (&work->saved_place, work->saved_as, token->id, ret_holds, err);
    }
    if (!options->docker)
        return 0;
    struct docker_target *target = &work->docker;
    const struct docker_wish wish = docker_wish_of (invocation);
    if (docker_target_find (app, &wish, target, err) != 0)
        return -1;
    *ret_where = xasprintf ("the entry for %s in %s", target->registry, docker_target_stored_in (target));
    return docker_entry_holds_token (app->settings.state_folder, app->settings.service_name, token->id,
                                     target->registry, ret_holds, err);
}

/* With --if-absent: a token that is there is only as good as its secret where it should be. */
static int accept_present (struct invocation *invocation, const struct token *token, json_t **ret_result,
                           struct error *err)
{
    AUTO (create_work) work = { .sink = NULL };
    AUTOFREE char *where = NULL;
    struct delivery_place place = app_delivery_place (invocation->app);
    bool holds;
    if (deliveries_check (&place, token, err) != 0
        || look_into_target (invocation, &work, token, &where, &holds, err) != 0)
        return -1;
    if (holds) {
        *ret_result = created_document (token, NULL, NULL, false);
        return 0;
    }
    error_set (err, ERROR_NAME_TAKEN, "the token \"%s\" is there (%s), but its secret is not in %s", token->name,
               token->id, where);
    error_detail (err, "id", ERROR_DETAIL_TEXT, token->id);
    return error_hint (err,
                       "a secret is shown once: put it there yourself, or make a new token: dpat delete %s, then again",
                       token->id);
}

static void tell_made (const struct app *app, const struct create_work *work, const struct creation *creation)
{
    if (creation->unnoted.code != ERROR_NONE)
        output_note (
            "warning: no note of the delivery could be kept; had this run been killed, no later one would have "
            "told of the token: %s",
            creation->unnoted.text);
    if (creation->unconfirmed.code != ERROR_NONE)
        output_note (
            "warning: the secret was delivered, but the service could not be told, and later commands will warn "
            "of the token until it is used: %s",
            creation->unconfirmed.text);
    if (!app->options.quiet)
        docker_target_warn (&work->docker);
    if (work->saved_as && !app->options.quiet && !app->options.json)
        tell_saved (work->wish.name);
}

static int make_token (struct invocation *invocation, struct create_work *work, json_t **ret_result, struct error *err)
{
    struct app *app = invocation->app;
    const struct delivery_place place = app_delivery_place (app);
    AUTO (creation) creation = { .token = { .name = NULL } };
    if (open_sink (invocation, work, err) != 0 || creation_run (&place, &work->wish, work->sink, &creation, err) != 0)
        return -1;
    tell_made (app, work, &creation);
    if (!is_for_stdout (invocation->state)) /* else the sink wrote the document itself */
        *ret_result =
            created_document (&creation.token, work->sink->ops->name, docker_target_stored_in (&work->docker), false);
    return 0;
}

/* Another run may make the token between our look and our request. */
static int make_if_absent (struct invocation *invocation, struct create_work *work, json_t **ret_result,
                           struct error *err)
{
    AUTO (token) present = { .name = NULL };
    struct error why = ERROR_INIT;
    if (find_active (invocation->app, work->wish.name, &present, err) != 0)
        return -1;
    if (present.id[0])
        return accept_present (invocation, &present, ret_result, err);
    if (make_token (invocation, work, ret_result, &why) == 0)
        return 0;
    if (why.code == ERROR_NAME_TAKEN && find_active (invocation->app, work->wish.name, &present, NULL) == 0
        && present.id[0])
        return accept_present (invocation, &present, ret_result, err);
    if (err)
        *err = why;
    return -1;
}

static int run (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    const struct create_options *options = invocation->state;
    struct app *app = invocation->app;
    AUTO (create_work) work = { .sink = NULL };
    if (app_load (app, err) != 0 || read_wish (invocation, &work.wish, err) != 0 || check_sink (invocation, err) != 0
        || app_sign_in (app, err) != 0)
        return -1;
    announce (app, &work.wish);
    if (app->options.dry_run)
        return try_out (app, &work.wish, options->if_absent, ret_result, err) == 0 ? 0 : hint_taken (options, err);
    if (options->if_absent)
        return make_if_absent (invocation, &work, ret_result, err);
    return make_token (invocation, &work, ret_result, err) == 0 ? 0 : hint_taken (options, err);
}

const struct command cmd_create = {
    .name = "create",
    .summary = "make a token; its secret is shown once",
    .synopsis = "NAME | --description NAME [-s SCOPE]... [-e WHEN] [-q | --json | --out FILE | --command CMD | --save "
                "| --docker]",
    .description =
        "Make a token named NAME (1 to 100 characters), with scope repo:read and a life of 90 days unless told\n"
        "otherwise; a token that never expires must be asked for (-e never). A date means the end of that day, UTC.\n"
        "\n"
        "The secret is shown once, on a terminal, or goes where an option sends it; stdout that is no terminal\n"
        "needs -q or --json; --out - is -q. The place is opened before the token is made. When the secret cannot be\n"
        "delivered, or the command that takes it fails or does not read its stdin to the end, the token is deleted\n"
        "again, and the exit code is 14. When dpat is killed meanwhile, the next dpat command at that service tells\n"
        "of the token (dpat help secrets).\n"
        "\n"
        "With --docker the secret goes where docker login would put it for --registry; with --format podman where\n"
        "podman login would, for skopeo and buildah as well. podman's --registry may name a repository, as\n"
        "registry.example/team.\n"
        "\n"
        "An active token of that name is exit 6, unless --allow-duplicate. With --if-absent nothing is made then, and\n"
        "that succeeds where its secret is in the file, the keystore or Docker's entry that the options name; else it\n"
        "is exit 6 too. What --command did with a secret cannot be checked.",
    .examples =
        (const struct command_example[]){
            { "dpat create laptop", "shown on the terminal, once" },
            { "dpat create ci-deploy -s write -e 30d -q", "only the secret, for a pipe" },
            { "dpat create backup --out backup.token --if-absent", "into a file, unless it was made before" },
            { "dpat create web --command 'gh secret set REGISTRY_TOKEN'", "into another program's store" },
            { "dpat create build -s write --docker --registry registry.example:5000", "signs the Docker CLI in" },
            { "dpat create mirror --docker --format podman --registry registry.example/team", "podman and skopeo" },
            { .line = NULL } },
    .topics = (const char *const[]){ "scopes", "secrets", "exit-codes", NULL },
    .groups = (const struct option_group[]){ { create_specs, 0 },
                                             { name_specs, offsetof (struct create_options, name) },
                                             { .specs = NULL } },
    .state_size = sizeof (struct create_options),
    .accepts = ACCEPTS_QUIET | ACCEPTS_DRY_RUN | ACCEPTS_YES | ACCEPTS_OPERATOR,
    .max_arguments = 1,
    .run = run,
    .view = view_created,
};
