/* What only the operator of the embedded service can do: accounts, and acting for their owners. Everything that changes
 * something is audited in the same transaction. */
#ifndef DPAT_SERVICE_ACCOUNTS_H
#define DPAT_SERVICE_ACCOUNTS_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/crypto.h"
#include "src/service/embedded.h"

/* An account as its operator sees it. Times are microseconds UTC. */
struct account {
    char id[CRYPTO_UUID_SIZE];
    char name[ACCOUNT_NAME_MAX + 1];
    bool disabled;
    bool second_factor; /* is on */
    int64_t created_us;
    size_t token_count;
    size_t active_token_count;
};

/* Accounts by name. */
struct account_list {
    struct account *items; /* owned */
    size_t count;
};

/* Free a list. */
void account_list_release (struct account_list *list);

/* Make an account. ERROR_INVALID_ACCOUNT_NAME, ERROR_INVALID_PASSWORD, ERROR_ACCOUNT_EXISTS. *ret_account (may be NULL)
 * is the new one. caller's bearer is not looked at, here and below: who can open the store is its operator. */
int accounts_add (struct embedded *embedded, const struct caller *caller, const char *name,
                  const struct secret *password, struct account *ret_account, struct error *err);

/* All accounts by name. Owned: account_list_release. */
int accounts_list (struct embedded *embedded, struct account_list *ret_list, struct error *err);

/* One account; ERROR_ACCOUNT_NOT_FOUND. */
int accounts_get (struct embedded *embedded, const char *name, struct account *ret_account, struct error *err);

/* Set a password and end all sessions of the account. With old_password not NULL it must be right
 * (ERROR_WRONG_CREDENTIALS); NULL resets. ERROR_ACCOUNT_NOT_FOUND, ERROR_INVALID_PASSWORD. */
int accounts_set_password (struct embedded *embedded, const struct caller *caller, const char *name,
                           const struct secret *old_password, const struct secret *new_password, struct error *err);

/* Disable (its sessions end at once, its tokens authenticate nothing) or enable again. The state it already has is no
 * error; *ret_changed tells. ERROR_ACCOUNT_NOT_FOUND. */
int accounts_set_disabled (struct embedded *embedded, const struct caller *caller, const char *name, bool disabled,
                           bool *ret_changed, struct error *err);

/* Take the account's second factor away, for an owner who lost both device and recovery code. None is no error;
 * *ret_changed tells. ERROR_ACCOUNT_NOT_FOUND. */
int accounts_reset_second_factor (struct embedded *embedded, const struct caller *caller, const char *name,
                                  bool *ret_changed, struct error *err);

/* Delete an account with all its tokens and sessions; the audit trail stays. ERROR_ACCOUNT_NOT_FOUND. */
int accounts_delete (struct embedded *embedded, const struct caller *caller, const char *name, struct error *err);

/* Count the tokens of all accounts. It reads them all. */
int accounts_count_tokens (struct embedded *embedded, struct token_counts *ret_counts, struct error *err);

/* The audit trail of all accounts, and of what concerns none; wish's token is not looked at. Owned:
 * audit_list_release. */
int accounts_audit_trail (struct embedded *embedded, const struct audit_wish *wish, struct audit_list *ret_list,
                          struct error *err);

/* Open a short session (15 min) of kind SIGNED_IN_AS_OPERATOR that may do for the account what its owner may. Audited.
 * *ret_session is owned: session_release. ERROR_ACCOUNT_NOT_FOUND. */
int accounts_act_for (struct embedded *embedded, const struct caller *caller, const char *name,
                      struct session *ret_session, struct error *err);

#endif
