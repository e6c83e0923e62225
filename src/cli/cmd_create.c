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

static int open_docker_sink (struct invocation *invocation, struct create_work *work, struct error *err)
{
    const struct create_options *options = invocation->state;
    struct app *app = invocation->app;
    const struct docker_wish wish = { .format = options->format,
                                      .registry = options->registry,
                                      .user = app->settings.user };
    if (docker_target_open (app, &wish, &work->docker, err) != 0)
        return -1;
    work->sink = sink_docker_open (&work->docker.entry, err);
    return work->sink ? 0 : -1;
}

/* Under the names of service, user and token: a secret of the same name is replaced. */
static int open_keystore_sink (struct invocation *invocation, struct create_work *work, struct error *err)
{
    const struct app *app = invocation->app;
    if (settings_check_folders (err) != 0)
        return -1;
    work->saved_place = app_saved_place (app);
    work->saved_as = saved_secret_key (&work->saved_place, work->wish.name);
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

static json_t *created_document (const struct creation *creation, const char *delivered_to, const char *stored_in,
                                 bool dry_run)
{
    json_t *document = output_document ("token_created");
    json_set (document, "created", json_boolean (creation->created));
    json_set (document, "dry_run", json_boolean (dry_run));
    json_set (document, "token", token_to_json (&creation->token, clock_now_us ()));
    json_set (document, "secret", json_null ());
    json_set_string (document, "delivered_to", delivered_to);
    json_set_string (document, "stored_in", stored_in);
    return document;
}

/* The active token of that name, or NULL. Borrowed from all. */
static const struct token *find_active (const struct token_list *all, const char *name)
{
    for (size_t i = 0; i < all->count; i++)
        if (strcmp (all->items[i].name, name) == 0 && token_state_at (&all->items[i], clock_now_us ()) == TOKEN_ACTIVE)
            return &all->items[i];
    return NULL;
}

/* A dry run asks the service only whether the name is free. The token that would be made has no id. */
static int try_out (struct app *app, const struct token_wish *wish, bool if_absent, json_t **ret_result,
                    struct error *err)
{
    AUTO (token_list) all = { .items = NULL };
    AUTO (creation) creation = { .created = false };
    if (service_list (app->service, &app->caller, &all, err) != 0)
        return -1;
    const struct token *taken = wish->allow_duplicate ? NULL : find_active (&all, wish->name);
    if (taken && !if_absent) {
        error_set (err, ERROR_NAME_TAKEN, "an active token named \"%s\" exists (%s)", wish->name, taken->id);
        return error_detail (err, "id", ERROR_DETAIL_TEXT, taken->id);
    }
    if (taken)
        token_copy (&creation.token, taken);
    else
        creation.token = (struct token){
            .name = xstrdup (wish->name), .scopes = wish->scopes, .active = true, .expires_us = wish->expires_us
        };
    *ret_result = created_document (&creation, NULL, NULL, true);
    if (taken == NULL)
        json_set (json_object_get (*ret_result, "token"), "id", json_null ());
    return 0;
}

/* What can be done about a name that is taken is this command's to say. */
static int hint_taken (struct error *err)
{
    if (err->code == ERROR_NAME_TAKEN)
        error_hint (err, "choose another name, or say --if-absent (make none then) or --allow-duplicate");
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

static int run (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    const struct create_options *options = invocation->state;
    struct app *app = invocation->app;
    AUTO (create_work) work = { .sink = NULL };
    AUTO (creation) creation = { .created = false };
    if (app_load (app, err) != 0 || read_wish (invocation, &work.wish, err) != 0 || check_sink (invocation, err) != 0
        || app_sign_in (app, err) != 0)
        return -1;
    announce (app, &work.wish);
    if (app->options.dry_run)
        return try_out (app, &work.wish, options->if_absent, ret_result, err) == 0 ? 0 : hint_taken (err);
    if (open_sink (invocation, &work, err) != 0
        || creation_run (app->service, &app->caller, &work.wish, options->if_absent, work.sink, &creation, err) != 0)
        return hint_taken (err);
    if (creation.created && !app->options.quiet)
        docker_target_warn (&work.docker);
    if (creation.created && work.saved_as && !app->options.quiet && !app->options.json)
        tell_saved (work.wish.name);
    if (!is_for_stdout (options)) /* else the sink wrote the document itself */
        *ret_result = created_document (&creation, creation.created ? work.sink->ops->name : NULL,
                                        creation.created ? docker_target_stored_in (&work.docker) : NULL, false);
    return 0;
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
        "needs -q or --json; --out - is -q. The place is opened before the token is made. When the secret cannot be "
        "delivered, or\n"
        "the command that shall take it fails, the token is deleted again, and the exit code is 14.\n"
        "\n"
        "With --docker the secret goes where docker login would put it for --registry; with --format podman where\n"
        "podman login would, for skopeo and buildah as well. podman's --registry may name a repository, as\n"
        "registry.example/team.\n"
        "\n"
        "An active token of that name is exit 6, unless --allow-duplicate; --if-absent then makes nothing.",
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
