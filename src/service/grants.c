/* Grants on namespaces, and public repositories. */
#include "src/service/grants.h"

#include <string.h>

#include "src/base/clock.h"
#include "src/base/memory.h"
#include "src/service/embedded_private.h"

static int check_namespace (const char *namespace, struct error *err)
{
    if (namespace_is_valid (namespace) || strcmp (namespace, GRANTS_EVERYWHERE) == 0)
        return 0;
    error_set (err, ERROR_USAGE, "\"%.80s\" is no namespace", namespace);
    return error_hint (err, "a namespace is what stands before the first slash of a repository, of a-z and 0-9 with "
                            "\".\", \"_\" or \"-\" inside; '*' is all of them");
}

int grants_give (struct embedded *embedded, const struct caller *caller, const char *user, const char *namespace,
                 enum namespace_right right, bool *ret_changed, struct error *err)
{
    AUTO (account_row) account = { .password_phc = NULL };
    bool changed = false;
    struct grant_row row = { .right = right, .created_us = clock_now_us () };
    if (check_namespace (namespace, err) != 0 || embedded_begin_account (embedded, user, &account, err) != 0)
        return -1;
    AUTOFREE char *note = xasprintf ("%s %s", namespace_right_name (right), namespace);
    memcpy (row.account_id, account.id, sizeof (row.account_id));
    memcpy (row.namespace, namespace, strlen (namespace) + 1);
    int status = store_grant_put (embedded->store, &row, &changed, err);
    if (status == 0 && changed)
        status = embedded_audit (embedded, caller, "operator", "namespace_granted", &account, NULL, note, err);
    *ret_changed = changed;
    return embedded_end (embedded, status, err);
}

int grants_take (struct embedded *embedded, const struct caller *caller, const char *user, const char *namespace,
                 bool *ret_changed, struct error *err)
{
    AUTO (account_row) account = { .password_phc = NULL };
    bool deleted = false;
    if (check_namespace (namespace, err) != 0 || embedded_begin_account (embedded, user, &account, err) != 0)
        return -1;
    int status = store_grant_delete (embedded->store, account.id, namespace, &deleted, err);
    if (status == 0 && deleted)
        status = embedded_audit (embedded, caller, "operator", "namespace_revoked", &account, NULL, namespace, err);
    *ret_changed = deleted;
    return embedded_end (embedded, status, err);
}

int grants_list (struct embedded *embedded, const char *user, struct grant_row_list *ret_list, struct error *err)
{
    AUTO (account_row) account = { .password_phc = NULL };
    if (user && embedded_get_account (embedded, user, &account, err) != 0)
        return -1;
    return store_grant_list (embedded->store, user ? account.id : NULL, ret_list, err);
}

int grants_set_public (struct embedded *embedded, const struct caller *caller, const char *repository, bool public,
                       bool *ret_changed, struct error *err)
{
    bool changed = false;
    if (!repository_name_is_valid (repository)) {
        error_set (err, ERROR_USAGE, "\"%.80s\" is no name of a repository", repository);
        return error_hint (err, "name it without host and tag, as in alice/app");
    }
    if (store_begin (embedded->store, err) != 0)
        return -1;
    int status = store_public_set (embedded->store, repository, public, clock_now_us (), &changed, err);
    if (status == 0 && changed)
        status =
            embedded_audit (embedded, caller, "operator", public ? "repository_made_public" : "repository_made_private",
                            NULL, NULL, repository, err);
    *ret_changed = changed;
    return embedded_end (embedded, status, err);
}

int grants_list_public (struct embedded *embedded, struct repository_list *ret_list, struct error *err)
{
    return store_public_list (embedded->store, ret_list, err);
}

static bool is_on (const struct grant_row *grant, const char *namespace)
{
    return strcmp (grant->namespace, namespace) == 0 && strcmp (grant->account_name, namespace) != 0;
}

static bool is_in (const char *repository, const char *namespace)
{
    char own[NAMESPACE_SIZE];
    return strcmp (namespace_of (repository, own), namespace) == 0;
}

int grants_count (struct embedded *embedded, const char *namespace, struct namespace_rights *ret_rights,
                  struct error *err)
{
    AUTO (grant_row_list) grants = { .items = NULL };
    AUTO (repository_list) repositories = { .names = NULL };
    if (store_grant_list (embedded->store, NULL, &grants, err) != 0
        || store_public_list (embedded->store, &repositories, err) != 0)
        return -1;
    *ret_rights = (struct namespace_rights){ .grants = 0 };
    for (size_t i = 0; i < grants.count; i++)
        ret_rights->grants += is_on (&grants.items[i], namespace);
    for (size_t i = 0; i < repositories.count; i++)
        ret_rights->public_repositories += is_in (repositories.names[i], namespace);
    return 0;
}

static int end_grants (struct embedded *embedded, const struct caller *caller, const char *namespace, struct error *err)
{
    AUTO (grant_row_list) grants = { .items = NULL };
    bool deleted;
    int status = store_grant_list (embedded->store, NULL, &grants, err);
    for (size_t i = 0; status == 0 && i < grants.count; i++) {
        const struct grant_row *grant = &grants.items[i];
        struct account_row account = { .password_phc = NULL };
        if (!is_on (grant, namespace))
            continue;
        memcpy (account.id, grant->account_id, sizeof (account.id));
        memcpy (account.name, grant->account_name, sizeof (account.name));
        status = store_grant_delete (embedded->store, grant->account_id, namespace, &deleted, err);
        if (status == 0)
            status = embedded_audit (embedded, caller, "operator", "namespace_revoked", &account, NULL, namespace, err);
    }
    return status;
}

static int end_public (struct embedded *embedded, const struct caller *caller, const char *namespace, struct error *err)
{
    AUTO (repository_list) repositories = { .names = NULL };
    bool changed;
    int status = store_public_list (embedded->store, &repositories, err);
    for (size_t i = 0; status == 0 && i < repositories.count; i++) {
        const char *name = repositories.names[i];
        if (!is_in (name, namespace))
            continue;
        status = store_public_set (embedded->store, name, false, 0, &changed, err);
        if (status == 0)
            status = embedded_audit (embedded, caller, "operator", "repository_made_private", NULL, NULL, name, err);
    }
    return status;
}

int grants_end_namespace (struct embedded *embedded, const struct caller *caller, const char *namespace,
                          struct error *err)
{
    if (end_grants (embedded, caller, namespace, err) != 0)
        return -1;
    return end_public (embedded, caller, namespace, err);
}
