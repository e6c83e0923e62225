/* Which service is meant, as people are told it. */
#include "src/cli/service_words.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/memory.h"
#include "src/cli/output.h"
#include "src/service/accounts.h"
#include "src/token/name.h"

char *service_label (const struct app *app, const char *what, const char *user)
{
    return xasprintf ("%s of %s at %s", what, user, app_service_title (app));
}

/* Whether the store on this machine, of which *ret_path is the path (owned), has that account. A store that cannot be
 * read has none. */
static bool is_local_account (const struct app *app, const char *user, char **ret_path)
{
    struct embedded *embedded;
    struct account account;
    *ret_path = settings_store_path (&app->settings, &app->options, NULL);
    const struct embedded_place place = { .store_path = *ret_path, .key_path = app->settings.key_file };
    if (*ret_path == NULL || account_name_check (user, NULL) != 0 || embedded_open (&place, &embedded, NULL) != 0)
        return false;
    bool found = accounts_get (embedded, user, &account, NULL) == 0;
    service_free (embedded_service (embedded));
    return found;
}

/* Whether a word can be a host: no account name has these, or only those of the embedded service. */
static bool is_like_host (const char *word)
{
    return strpbrk (word, ".:/") != NULL || strcmp (word, "localhost") == 0;
}

int service_check_user (const struct app *app, const char *user, struct error *err)
{
    AUTOFREE char *path = NULL;
    const char *meant = app->options.user ? app->options.user : "USER";
    bool is_name = account_name_check (user, NULL) == 0;
    enum service_kind kind = app->settings.service_kind;
    if (!is_like_host (user) || (is_name && kind == SERVICE_URL)
        || (is_name && kind == SERVICE_LOCAL && is_local_account (app, user, &path)))
        return 0;
    error_set (err, ERROR_USAGE, "\"%.80s\" is not a user: dpat login takes the name of a user there", user);
    if (strncmp (user, "https://", 8) == 0 || strncmp (user, "http://", 7) == 0)
        return error_hint (err,
                           "for a token service: dpat login %s --service %.80s; for a registry: dpat login %s "
                           "--registry HOST",
                           meant, user, meant);
    return error_hint (err, "for a registry: dpat login %s --registry %.100s", meant, user);
}

void service_warn (const struct app *app, const char *user)
{
    AUTOFREE char *path = NULL;
    if (app->options.json || app->settings.service_kind != SERVICE_HUB || app->settings.service_is_said
        || !is_local_account (app, user, &path))
        return;
    output_note ("note: this is for Docker Hub. The store %s on this machine has an account %s, too; for that one: "
                 "dpat login %s --service local",
                 path, user, user);
}

void service_explain (const struct app *app, struct error *err)
{
    AUTOFREE char *path = NULL;
    const char *user = app->settings.user;
    bool unreachable = err->code == ERROR_NETWORK;
    if (!app->loaded || app->settings.service_kind == SERVICE_LOCAL
        || (!unreachable && err->code != ERROR_WRONG_CREDENTIALS))
        return;
    if (unreachable && app->settings.service_kind == SERVICE_HUB)
        error_prefix (err, "Docker Hub%s", app->settings.service_is_said ? "" : ", the default service");
    if (err->hint[0] || (!unreachable && app->caller.bearer)) /* a better hint; or the account is there */
        return;
    if (user && is_local_account (app, user, &path))
        error_hint (err, "the store %.120s on this machine has an account %s, too: dpat login %s --service local", path,
                    user, user);
    else if (unreachable && err->hint[0] == '\0')
        error_hint (err, "to use another service: --service local, --service URL, or DPAT_SERVICE; see dpat help "
                         "services");
    else if (!unreachable && user && is_like_host (user))
        error_hint (err, "if %s is a registry: dpat login USER --registry %s", user, user);
}
