/* What the operator of the embedded service lets accounts do in the namespaces of registries. An account may do all in
 * the namespace of its own name; the rest is granted here. Everything that changes something is audited in the same
 * transaction. */
#ifndef DPAT_SERVICE_GRANTS_H
#define DPAT_SERVICE_GRANTS_H

#include <stdbool.h>

#include "src/service/embedded.h"
#include "src/store/store.h"

/* Every namespace there is or will be. */
#define GRANTS_EVERYWHERE "*"

/* Grant an account a right in a namespace, or in all of them, in place of the one it had there; *ret_changed tells
 * whether that was another.
 * ERROR_ACCOUNT_NOT_FOUND, ERROR_USAGE for what is no namespace. caller's bearer is not looked at, here and below. */
int grants_give (struct embedded *embedded, const struct caller *caller, const char *user, const char *namespace,
                 enum namespace_right right, bool *ret_changed, struct error *err);

/* Take a grant away. None is no error; *ret_changed tells. */
int grants_take (struct embedded *embedded, const struct caller *caller, const char *user, const char *namespace,
                 bool *ret_changed, struct error *err);

/* The grants of an account (user NULL: of all) by name and namespace. Owned: grant_row_list_release. */
int grants_list (struct embedded *embedded, const char *user, struct grant_row_list *ret_list, struct error *err);

/* Let everybody pull a repository, or not any more. ERROR_USAGE for what is no name of one; it need not exist yet. The
 * state it already has is no error; *ret_changed tells. */
int grants_set_public (struct embedded *embedded, const struct caller *caller, const char *repository, bool public,
                       bool *ret_changed, struct error *err);

/* What others may in a namespace. */
struct namespace_rights {
    size_t grants;              /* of accounts other than the one of that name; those in all namespaces do not count */
    size_t public_repositories; /* in it */
};

/* Count them: an account of a name that was a namespace before finds them there. */
int grants_count (struct embedded *embedded, const char *namespace, struct namespace_rights *ret_rights,
                  struct error *err);

/* Inside a transaction: take them all away, each with its line of the audit trail. */
int grants_end_namespace (struct embedded *embedded, const struct caller *caller, const char *namespace,
                          struct error *err);

/* The repositories that everybody may pull. Owned: repository_list_release. */
int grants_list_public (struct embedded *embedded, struct repository_list *ret_list, struct error *err);

#endif
