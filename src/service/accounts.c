/* What only the operator of the embedded service can do. */
#include "src/service/accounts.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/base/memory.h"
#include "src/service/embedded_private.h"
#include "src/service/grants.h"
#include "src/service/password.h"

enum { OPERATOR_LIFE_S = 15 * 60 };

void account_list_release (struct account_list *list)
{
    free (list->items);
    *list = (struct account_list){ .items = NULL };
}

static int fail_not_found (const char *name, struct error *err)
{
    error_set (err, ERROR_ACCOUNT_NOT_FOUND, "there is no account named %s", name);
    return error_hint (err, "dpat account list shows the accounts there are");
}

int embedded_get_account (struct embedded *embedded, const char *name, struct account_row *ret_row, struct error *err)
{
    bool found;
    if (store_account_by_name (embedded->store, name, ret_row, &found, err) != 0)
        return -1;
    return found ? 0 : fail_not_found (name, err);
}

int embedded_begin_account (struct embedded *embedded, const char *name, struct account_row *ret_row, struct error *err)
{
    if (store_begin (embedded->store, err) != 0)
        return -1;
    if (embedded_get_account (embedded, name, ret_row, err) == 0)
        return 0;
    store_rollback (embedded->store);
    return -1;
}

static int describe (struct embedded *embedded, const struct account_row *row, struct account *ret_account,
                     struct error *err)
{
    AUTO (token_list) tokens = { .items = NULL };
    if (store_token_list (embedded->store, row->id, &tokens, err) != 0)
        return -1;
    struct second_factor_row factor = { .enabled = false };
    bool found;
    if (store_second_factor_get (embedded->store, row->id, &factor, &found, err) != 0)
        return -1;
    struct account account = { .disabled = row->disabled,
                               .second_factor = factor.enabled,
                               .created_us = row->created_us,
                               .token_count = tokens.count };
    memcpy (account.id, row->id, sizeof (account.id));
    memcpy (account.name, row->name, sizeof (account.name));
    for (size_t i = 0; i < tokens.count; i++)
        account.active_token_count += token_state_at (&tokens.items[i], clock_now_us ()) == TOKEN_ACTIVE;
    *ret_account = account;
    return 0;
}

int accounts_add (struct embedded *embedded, const struct caller *caller, const char *name,
                  const struct secret *password, struct account *ret_account, struct error *err)
{
    AUTO (account_row) row = { .created_us = clock_now_us () };
    row.password_us = row.created_us;
    if (account_name_check (name, err) != 0 || password_check (password, err) != 0 || crypto_uuid (row.id, err) != 0)
        return -1;
    memcpy (row.name, name, strlen (name) + 1);
    if (password_hash (password, &row.password_phc, err) != 0 || store_begin (embedded->store, err) != 0)
        return -1;
    int status = store_account_insert (embedded->store, &row, err);
    if (status == 0)
        status = embedded_audit (embedded, caller, "operator", "account_added", &row, NULL, NULL, err);
    if (embedded_end (embedded, status, err) != 0)
        return -1;
    return ret_account ? describe (embedded, &row, ret_account, err) : 0;
}

int accounts_list (struct embedded *embedded, struct account_list *ret_list, struct error *err)
{
    AUTO (account_row_list) rows = { .items = NULL };
    if (store_account_list (embedded->store, &rows, err) != 0)
        return -1;
    AUTO (account_list) list = { .items = xcalloc (rows.count, sizeof (*list.items)) };
    for (size_t i = 0; i < rows.count; i++)
        if (describe (embedded, &rows.items[i], &list.items[list.count++], err) != 0)
            return -1;
    *ret_list = list;
    list.items = NULL; /* handed over */
    return 0;
}

int accounts_get (struct embedded *embedded, const char *name, struct account *ret_account, struct error *err)
{
    AUTO (account_row) row = { .password_phc = NULL };
    if (embedded_get_account (embedded, name, &row, err) != 0)
        return -1;
    return describe (embedded, &row, ret_account, err);
}

/* The old password must be right, where one is asked for. Outside a transaction: it takes its time. */
static int check_old_password (struct embedded *embedded, const char *name, const struct secret *old_password,
                               struct account_row *ret_row, struct error *err)
{
    bool right = true;
    if (embedded_get_account (embedded, name, ret_row, err) != 0
        || (old_password && password_verify (ret_row->password_phc, old_password, &right, err) != 0))
        return -1;
    return right ? 0 : error_set (err, ERROR_WRONG_CREDENTIALS, "the old password is wrong; nothing was changed");
}

int accounts_set_password (struct embedded *embedded, const struct caller *caller, const char *name,
                           const struct secret *old_password, const struct secret *new_password, struct error *err)
{
    AUTO (account_row) before = { .password_phc = NULL };
    AUTO (account_row) row = { .password_phc = NULL };
    AUTOFREE char *phc = NULL;
    if (password_check (new_password, err) != 0 || check_old_password (embedded, name, old_password, &before, err) != 0
        || password_hash (new_password, &phc, err) != 0 || embedded_begin_account (embedded, name, &row, err) != 0)
        return -1;
    int status = 0;
    if (old_password && strcmp (before.password_phc, row.password_phc) != 0)
        status = error_set (err, ERROR_WRONG_CREDENTIALS, "the password was changed meanwhile; nothing was changed");
    if (status == 0)
        status = store_account_set_password (embedded->store, row.id, phc, clock_now_us (), err);
    if (status == 0)
        status = store_session_delete_of_account (embedded->store, row.id, NULL, err);
    if (status == 0)
        status = embedded_audit (embedded, caller, "operator", old_password ? "password_changed" : "password_reset",
                                 &row, NULL, NULL, err);
    return embedded_end (embedded, status, err);
}

int accounts_set_disabled (struct embedded *embedded, const struct caller *caller, const char *name, bool disabled,
                           bool *ret_changed, struct error *err)
{
    AUTO (account_row) row = { .password_phc = NULL };
    if (embedded_begin_account (embedded, name, &row, err) != 0)
        return -1;
    int status = 0;
    bool changed = row.disabled != disabled;
    if (changed)
        status = store_account_set_disabled (embedded->store, row.id, disabled, err);
    if (changed && status == 0 && disabled)
        status = store_session_delete_of_account (embedded->store, row.id, NULL, err);
    if (changed && status == 0)
        status = embedded_audit (embedded, caller, "operator", disabled ? "account_disabled" : "account_enabled", &row,
                                 NULL, NULL, err);
    if (embedded_end (embedded, status, err) != 0)
        return -1;
    *ret_changed = changed;
    return 0;
}

int accounts_reset_second_factor (struct embedded *embedded, const struct caller *caller, const char *name,
                                  bool *ret_changed, struct error *err)
{
    AUTO (account_row) row = { .password_phc = NULL };
    struct second_factor_row factor;
    bool found = false;
    if (embedded_begin_account (embedded, name, &row, err) != 0)
        return -1;
    int status = store_second_factor_get (embedded->store, row.id, &factor, &found, err);
    if (status == 0 && found)
        status = store_second_factor_delete (embedded->store, row.id, err);
    if (status == 0 && found)
        status = embedded_audit (embedded, caller, "operator", "second_factor_reset", &row, NULL, NULL, err);
    if (embedded_end (embedded, status, err) != 0)
        return -1;
    *ret_changed = found && factor.enabled;
    return 0;
}

int accounts_delete (struct embedded *embedded, const struct caller *caller, const char *name, struct error *err)
{
    AUTO (account_row) row = { .password_phc = NULL };
    if (embedded_begin_account (embedded, name, &row, err) != 0)
        return -1;
    int status = grants_end_namespace (embedded, caller, row.name, err);
    if (status == 0)
        status = store_account_delete (embedded->store, row.id, err);
    if (status == 0)
        status = embedded_audit (embedded, caller, "operator", "account_deleted", &row, NULL, NULL, err);
    return embedded_end (embedded, status, err);
}

int accounts_count_tokens (struct embedded *embedded, struct token_counts *ret_counts, struct error *err)
{
    return store_token_count (embedded->store, clock_now_us (), ret_counts, err);
}

int accounts_act_for (struct embedded *embedded, const struct caller *caller, const char *name,
                      struct session *ret_session, struct error *err)
{
    AUTO (account_row) row = { .password_phc = NULL };
    if (embedded_begin_account (embedded, name, &row, err) != 0)
        return -1;
    int status = row.disabled ? error_set (err, ERROR_ACCOUNT_DISABLED, "the account %s is disabled", name) : 0;
    if (status == 0)
        status = embedded_open_session (embedded, &row, SESSION_OPERATOR, "", OPERATOR_LIFE_S, ret_session, err);
    if (status == 0)
        status = embedded_audit (embedded, caller, "operator", "acted_for", &row, NULL, NULL, err);
    return embedded_end (embedded, status, err);
}
