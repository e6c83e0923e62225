/* Who asks for a registry token, and what is granted. */
#include "src/service/registry.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/base/memory.h"
#include "src/base/text.h"
#include "src/base/time.h"
#include "src/service/bearer.h"
#include "src/service/embedded_private.h"
#include "src/service/registry_token.h"
#include "src/token/token_secret.h"

/* What a refresh token lives at most. */
enum { REFRESH_LIFE_S = 90 * TIME_DAY };

/* Who asks. */
struct client {
    struct account_row account; /* id "" for nobody */
    struct token_row token;     /* id "" when it was a password */
    struct scopes scopes;
};

static void client_release (struct client *client)
{
    account_row_release (&client->account);
    token_row_release (&client->token);
}

void registry_grant_release (struct registry_grant *grant)
{
    secret_release (&grant->token);
    secret_release (&grant->refresh);
    memory_cleanup_free (&grant->scope);
}

int registry_audience_check (const char *audience, struct error *err)
{
    enum { AUDIENCE_MAX_BYTES = 200 };
    size_t len = strlen (audience);
    if (len > 0 && len <= AUDIENCE_MAX_BYTES && strcspn (audience, "\"\\") == len && !text_has_control (audience, len))
        return 0;
    return error_set (err, ERROR_USAGE,
                      "--registry-service takes a name of 1 to %d bytes without quotes, backslashes and control "
                      "characters",
                      AUDIENCE_MAX_BYTES);
}

static bool shows_password (const struct registry_request *request)
{
    return request->secret && !token_secret_is_valid (secret_text (request->secret), request->secret->len);
}

/* The password was found right. It is as good as a token of all scopes, but not where a second factor guards it
 * (rule 7). */
static int admit_password (struct embedded *embedded, const struct caller *caller,
                           const struct registry_request *request, struct client *client, struct error *err)
{
    struct second_factor_row factor = { .enabled = false };
    bool found;
    if (embedded_check_again (embedded, &client->account, request->secret, err) != 0
        || store_second_factor_get (embedded->store, client->account.id, &factor, &found, err) != 0
        || embedded_use (embedded, caller, NULL, &client->account, factor.enabled ? ERROR_PAT_NEEDED : ERROR_NONE, err)
               != 0)
        return -1;
    scopes_add (&client->scopes, SCOPE_ADMIN);
    if (!factor.enabled)
        return 0;
    error_set (err, ERROR_PAT_NEEDED,
               "%s has a second factor: a registry needs a personal access token, not the password",
               client->account.name);
    return error_hint (err, "make one: dpat create NAME");
}

static int fail_refresh (struct error *err)
{
    error_set (err, ERROR_WRONG_CREDENTIALS, "the refresh token is none of this service, or has ended");
    return error_hint (err, "sign in to the registry again");
}

/* A refresh token stands for the personal access token it was given to, and is good as long as that one. */
static int admit_refresh (struct embedded *embedded, const struct caller *caller,
                          const struct registry_request *request, struct client *client, struct error *err)
{
    struct bearer_claims claims;
    struct error why = ERROR_INIT;
    bool found;
    if (bearer_read (embedded->keys.bearer_key, request->refresh, BEARER_REFRESH, &claims, &why) != 0
        || claims.expires_at <= clock_now_us () / 1000000)
        return fail_refresh (err);
    if (store_token_by_id (embedded->store, claims.account_id, claims.session_id, &client->token, &found, err) != 0
        || (found && store_account_by_id (embedded->store, claims.account_id, &client->account, &found, err) != 0))
        return -1;
    if (!found)
        return fail_refresh (err);
    client->scopes = client->token.token.scopes;
    return embedded_admit_row (embedded, caller, &client->token, &client->account, err);
}

static int admit (struct embedded *embedded, const struct caller *caller, const struct registry_request *request,
                  struct client *client, struct error *err)
{
    if (request->refresh)
        return admit_refresh (embedded, caller, request, client, err);
    if (request->secret == NULL)
        return 0;
    if (shows_password (request))
        return admit_password (embedded, caller, request, client, err);
    if (embedded_admit_token (embedded, caller, request->user, request->secret, &client->token, &client->account, err)
        != 0)
        return -1;
    client->scopes = client->token.token.scopes;
    return 0;
}

/* The account's right in the namespace of a repository: its own, or what it was granted. */
static int find_right (struct embedded *embedded, const struct client *client, const char *namespace,
                       enum namespace_right *ret_right, struct error *err)
{
    *ret_right = RIGHT_NONE;
    if (client->account.id[0] == '\0')
        return 0;
    if (strcmp (namespace, client->account.name) == 0) {
        *ret_right = RIGHT_ADMIN;
        return 0;
    }
    return store_grant_right (embedded->store, client->account.id, namespace, ret_right, err);
}

/* A registry shows the whole catalogue or nothing of it, so it takes a right over all of it. */
static int cut_catalog (struct embedded *embedded, const struct client *client, struct access *access,
                        struct error *err)
{
    enum namespace_right right;
    if (find_right (embedded, client, "*", &right, err) != 0)
        return -1;
    if (right < RIGHT_ADMIN || !scopes_allow (&client->scopes, SCOPE_ADMIN))
        access->actions = 0;
    return 0;
}

static int cut_repository (struct embedded *embedded, const struct client *client, struct access *access,
                           struct error *err)
{
    char namespace[NAMESPACE_SIZE];
    enum namespace_right right;
    bool is_public;
    if (find_right (embedded, client, namespace_of (access->name, namespace), &right, err) != 0
        || store_public_has (embedded->store, access->name, &is_public, err) != 0)
        return -1;
    const struct scopes *scopes = client->account.id[0] ? &client->scopes : NULL;
    access->actions = access_cut (access->actions, right, scopes, is_public);
    return 0;
}

static int cut (struct embedded *embedded, const struct client *client, struct access_list *list, struct error *err)
{
    for (size_t i = 0; i < list->count; i++) {
        struct access *access = &list->items[i];
        int status = access->type == ACCESS_CATALOG ? cut_catalog (embedded, client, access, err)
                                                    : cut_repository (embedded, client, access, err);
        if (status != 0)
            return -1;
    }
    return 0;
}

/* All of one moment, but for the time that a password takes. */
static int admit_and_cut (struct embedded *embedded, const struct caller *caller,
                          const struct registry_request *request, struct client *client, struct access_list *list,
                          struct error *err)
{
    bool reads = embedded->usage != NULL; /* which takes what is to be written */
    if (shows_password (request)
        && embedded_check_password (embedded, caller, request->user, request->secret, &client->account, err) != 0)
        return -1;
    if (reads && store_begin_reading (embedded->store, err) != 0)
        return -1;
    int status = admit (embedded, caller, request, client, err);
    if (status == 0)
        status = cut (embedded, client, list, err);
    if (reads)
        store_rollback (embedded->store);
    return status;
}

/* A registry token lives no longer than the token it was made for. */
static int64_t choose_life (const struct client *client, int64_t wanted_s, int64_t now_us)
{
    int64_t expires_us = client->token.token.expires_us;
    int64_t left_s = expires_us ? (expires_us - now_us + 999999) / 1000000 : wanted_s;
    return left_s < wanted_s ? left_s : wanted_s;
}

static int make_refresh (const struct embedded *embedded, const struct client *client, int64_t now,
                         struct secret *ret_refresh, struct error *err)
{
    struct bearer_claims claims = { .use = BEARER_REFRESH,
                                    .issued_at = now,
                                    .expires_at = now + REFRESH_LIFE_S,
                                    .user = client->account.name,
                                    .token_id = client->token.token.id };
    memcpy (claims.account_id, client->account.id, sizeof (claims.account_id));
    memcpy (claims.session_id, client->token.token.id, sizeof (claims.session_id));
    return bearer_make (embedded->keys.bearer_key, &claims, ret_refresh, err);
}

static char *format_scope (const struct access_list *granted)
{
    AUTO (buffer) text;
    buffer_init (&text, ACCESS_MAX * (REPOSITORY_NAME_SIZE + 64));
    access_list_format (granted, &text);
    return xstrdup (buffer_text (&text));
}

int registry_authorise (struct embedded *embedded, const struct caller *caller, const struct registry_request *request,
                        struct registry_grant *ret_grant, struct error *err)
{
    __attribute__ ((cleanup (client_release))) struct client client = { .account = { .id = "" } };
    AUTO (access_list) list = { .items = NULL };
    AUTO (registry_grant) grant = { .scope = NULL };
    int64_t now_us = clock_now_us ();
    access_list_parse (&list, request->scope);
    if (admit_and_cut (embedded, caller, request, &client, &list, err) != 0)
        return -1;
    grant.issued_at = now_us / 1000000;
    grant.life_s = choose_life (&client, request->life_s, now_us);
    grant.scope = format_scope (&list);
    memcpy (grant.user, client.account.name, sizeof (grant.user));
    const struct registry_claims claims = { .subject = grant.user,
                                            .audience = request->audience,
                                            .issued_at = grant.issued_at,
                                            .life_s = grant.life_s,
                                            .access = &list };
    if (registry_token_make (embedded, &claims, &grant.token, err) != 0)
        return -1;
    if (request->wants_refresh && client.token.token.id[0]
        && make_refresh (embedded, &client, grant.issued_at, &grant.refresh, err) != 0)
        return -1;
    *ret_grant = grant;
    grant = (struct registry_grant){ .scope = NULL }; /* handed over */
    return 0;
}
