/* dpat account grant, revoke, grants and public: who may what in the namespaces of a registry, as the operator says. */
#include <string.h>

#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/cli/app.h"
#include "src/cli/commands.h"
#include "src/cli/output.h"
#include "src/service/accounts.h"
#include "src/service/grants.h"

/* What was done, or in a dry run would be; right NULL: nothing is granted any more. */
static json_t *grant_document (const char *action, bool dry_run, const char *user, const char *namespace,
                               const char *right, bool changed)
{
    json_t *document = output_document ("grant");
    json_set_string (document, "action", action);
    json_set (document, "dry_run", json_boolean (dry_run));
    json_set_string (document, "user", user);
    json_set_string (document, "namespace", namespace);
    json_set_string (document, "right", right);
    json_set (document, "changed", json_boolean (changed));
    return document;
}

static int run_grant (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    struct app *app = invocation->app;
    const char *user = invocation->arguments[0];
    const char *namespace = invocation->arguments[1];
    enum namespace_right right = namespace_right_parse (invocation->arguments[2]);
    struct account account;
    bool changed = true;
    if (right == RIGHT_NONE) {
        error_set (err, ERROR_USAGE, "\"%.40s\" is no right", invocation->arguments[2]);
        return error_hint (err, "rights are read (pull), write (push as well) and admin (delete as well)");
    }
    if (app_open_embedded (app, false, err) != 0)
        return -1;
    if (app->options.dry_run ? accounts_get (app->embedded, user, &account, err) != 0
                             : grants_give (app->embedded, &app->caller, user, namespace, right, &changed, err) != 0)
        return -1;
    *ret_result =
        grant_document ("grant", app->options.dry_run, user, namespace, namespace_right_name (right), changed);
    return 0;
}

static int run_revoke (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    struct app *app = invocation->app;
    const char *user = invocation->arguments[0];
    const char *namespace = invocation->arguments[1];
    struct account account;
    bool changed = true;
    if (app_open_embedded (app, false, err) != 0)
        return -1;
    if (app->options.dry_run ? accounts_get (app->embedded, user, &account, err) != 0
                             : grants_take (app->embedded, &app->caller, user, namespace, &changed, err) != 0)
        return -1;
    *ret_result = grant_document ("revoke", app->options.dry_run, user, namespace, NULL, changed);
    if (changed)
        app_tell_afterlife (app);
    return 0;
}

static int run_grants (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    struct app *app = invocation->app;
    AUTO (grant_row_list) list = { .items = NULL };
    const char *user = invocation->count > 0 ? invocation->arguments[0] : NULL;
    if (app_open_embedded (app, false, err) != 0 || grants_list (app->embedded, user, &list, err) != 0)
        return -1;
    json_t *grants = json_array ();
    for (size_t i = 0; i < list.count; i++) {
        json_t *grant = json_object ();
        json_set_string (grant, "user", list.items[i].account_name);
        json_set_string (grant, "namespace", list.items[i].namespace);
        json_set_string (grant, "right", namespace_right_name (list.items[i].right));
        json_set_time (grant, "granted_at", list.items[i].created_us / 1000000);
        json_add (grants, grant);
    }
    *ret_result = output_document ("grant_list");
    json_set (*ret_result, "count", json_integer ((json_int_t)list.count));
    json_set (*ret_result, "grants", grants);
    return 0;
}

static int list_public (struct app *app, json_t *document, struct error *err)
{
    AUTO (repository_list) list = { .names = NULL };
    if (grants_list_public (app->embedded, &list, err) != 0)
        return -1;
    json_t *names = json_array ();
    for (size_t i = 0; i < list.count; i++)
        json_add (names, json_string (list.names[i]));
    json_set (document, "repositories", names);
    return 0;
}

static int run_public (struct invocation *invocation, json_t **ret_result, struct error *err)
{
    struct app *app = invocation->app;
    const char *repository = invocation->count > 0 ? invocation->arguments[0] : NULL;
    const char *state = invocation->count > 1 ? invocation->arguments[1] : "";
    bool public = strcmp (state, "on") == 0;
    bool changed;
    if (repository && !public && strcmp (state, "off") != 0) {
        error_set (err, ERROR_USAGE, "dpat account public takes NAMESPACE/REPO and on or off");
        return error_hint (err, "without both it lists the repositories that are public");
    }
    if (app_open_embedded (app, false, err) != 0
        || (repository && !app->options.dry_run
            && grants_set_public (app->embedded, &app->caller, repository, public, &changed, err) != 0))
        return -1;
    json_auto_t *document = output_document ("public_repositories");
    json_set (document, "dry_run", json_boolean (app->options.dry_run));
    json_set_string (document, "repository", repository);
    json_set (document, "public", repository ? json_boolean (public) : json_null ());
    json_set (document, "repositories", json_null ());
    if (repository == NULL && list_public (app, document, err) != 0)
        return -1;
    *ret_result = json_incref (document);
    return 0;
}

const struct command account_grant = {
    .name = "grant",
    .summary = "let an account use another namespace of the registry",
    .synopsis = "USER NAMESPACE read|write|admin",
    .description =
        "Every account may do all in the namespace of its own name: alice pulls, pushes and deletes alice/app. Grant\n"
        "USER more: read lets it pull from NAMESPACE, write push as well, admin delete as well. NAMESPACE is what "
        "stands\n"
        "before the first slash of a repository, as team in team/app; '*' stands for all of them, and who may delete\n"
        "in all of them may list the registry's catalogue, which a registry shows whole or not at all.\n"
        "\n"
        "What a token may do is the lesser of this and of its own scopes. It counts from the next registry token on.",
    .examples =
        (const struct command_example[]){ { "dpat account grant bob team write", "bob pulls and pushes team/app" },
                                          { "dpat account grant backup '*' read", "pulls everything" },
                                          { .line = NULL } },
    .topics = (const char *const[]){ "private-registry", "scopes", NULL },
    .accepts = ACCEPTS_QUIET | ACCEPTS_DRY_RUN,
    .min_arguments = 3,
    .max_arguments = 3,
    .argument_kind = ARGUMENT_ACCOUNT,
    .run = run_grant,
    .view = view_grant,
};

const struct command account_revoke = {
    .name = "revoke",
    .summary = "take such a right away",
    .synopsis = "USER NAMESPACE",
    .description = "Take what USER was granted in NAMESPACE away. Nothing granted is fine. Registry tokens that were\n"
                   "issued before live on for a few minutes.",
    .topics = (const char *const[]){ "private-registry", NULL },
    .accepts = ACCEPTS_QUIET | ACCEPTS_DRY_RUN,
    .min_arguments = 2,
    .max_arguments = 2,
    .argument_kind = ARGUMENT_ACCOUNT,
    .run = run_revoke,
    .view = view_grant,
};

const struct command account_grants = {
    .name = "grants",
    .summary = "list who may use which namespace",
    .synopsis = "[USER]",
    .description = "List what accounts were granted in other namespaces than their own.",
    .accepts = ACCEPTS_PORCELAIN | ACCEPTS_QUIET,
    .max_arguments = 1,
    .argument_kind = ARGUMENT_ACCOUNT,
    .run = run_grants,
    .view = view_grants,
};

const struct command account_public = {
    .name = "public",
    .summary = "let everybody pull a repository",
    .synopsis = "[NAMESPACE/REPO on|off]",
    .description =
        "Make a repository one that everybody may pull, without signing in, or not any more. It need not exist\n"
        "yet. Without arguments, list the repositories that are public.",
    .examples = (const struct command_example[]){ { "dpat account public alice/app on", "docker pull works for all" },
                                                  { .line = NULL } },
    .topics = (const char *const[]){ "private-registry", NULL },
    .accepts = ACCEPTS_PORCELAIN | ACCEPTS_QUIET | ACCEPTS_DRY_RUN,
    .max_arguments = 2,
    .run = run_public,
    .view = view_public,
};
