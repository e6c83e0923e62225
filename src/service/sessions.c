/* Signing in and out of the embedded service. */
#include <string.h>

#include "src/base/clock.h"
#include "src/base/memory.h"
#include "src/base/time.h"

#include "src/service/bearer.h"
#include "src/service/embedded_private.h"
#include "src/service/password.h"
#include "src/token/token_secret.h"

/* How long sessions live, and the half of a sign-in that awaits a code, in seconds. */
enum { SESSION_LIFE_S = 12 * 3600, SESSION_LIFE_MAX_S = 30 * TIME_DAY, CODE_LIFE_S = 5 * 60 };

static enum sign_in_kind sign_in_kind (enum session_kind kind)
{
    static const enum sign_in_kind kinds[] = { [SESSION_PASSWORD] = SIGNED_IN_WITH_PASSWORD,
                                               [SESSION_PAT] = SIGNED_IN_WITH_PAT,
                                               [SESSION_OPERATOR] = SIGNED_IN_AS_OPERATOR,
                                               [SESSION_CODE] = SIGNED_IN_WITH_PASSWORD };
    return kinds[kind];
}

int embedded_open_session (struct embedded *embedded, const struct account_row *account, enum session_kind kind,
                           const char *token_id, int64_t life_s, struct session *ret_session, struct error *err)
{
    int64_t now_us = clock_now_us ();
    struct session_row row = { .kind = kind, .created_us = now_us, .expires_us = now_us + life_s * 1000000 };
    if (crypto_uuid (row.id, err) != 0)
        return -1;
    memcpy (row.account_id, account->id, sizeof (row.account_id));
    memcpy (row.token_id, token_id, strlen (token_id) + 1);
    struct bearer_claims claims = { .use = kind == SESSION_CODE ? BEARER_CODE : BEARER_SESSION,
                                    .issued_at = now_us / 1000000,
                                    .expires_at = row.expires_us / 1000000,
                                    .user = account->name,
                                    .token_id = token_id };
    memcpy (claims.account_id, row.account_id, sizeof (claims.account_id));
    memcpy (claims.session_id, row.id, sizeof (claims.session_id));
    if (store_session_prune (embedded->store, now_us, err) != 0
        || store_session_insert (embedded->store, &row, err) != 0
        || bearer_make (embedded->keys.bearer_key, &claims, &ret_session->bearer, err) != 0)
        return -1;
    ret_session->kind = sign_in_kind (kind);
    ret_session->expires_us = row.expires_us;
    memcpy (ret_session->user, account->name, sizeof (ret_session->user));
    memcpy (ret_session->token_id, row.token_id, sizeof (ret_session->token_id));
    return 0;
}

/* Unknown user and wrong secret must look the same, so this is the only place that says it. */
static int fail_wrong (const struct secret *secret, struct error *err)
{
    error_set (err, ERROR_WRONG_CREDENTIALS, "the user name or the secret is wrong");
    if (token_secret_is_pat (secret_text (secret)) && !token_secret_is_valid (secret_text (secret), secret->len))
        return error_hint (err, "the token is mistyped, or not one of this service");
    return -1;
}

int embedded_audit_failure (struct embedded *embedded, const struct caller *caller, const struct account_row *account,
                            const char *why, struct error *err)
{
    if (store_begin (embedded->store, err) != 0)
        return -1;
    int status = embedded_audit (embedded, caller, "nobody", "sign_in_failed", account, NULL, why, err);
    return embedded_end (embedded, status, err);
}

static int fail_disabled (const struct account_row *account, struct error *err)
{
    error_set (err, ERROR_ACCOUNT_DISABLED, "the account %s is disabled", account->name);
    return error_hint (err, "its operator can enable it: dpat account enable %s", account->name);
}

/* The life of a session, in seconds. */
static int choose_life (int64_t wanted_s, int64_t *ret_life_s, struct error *err)
{
    if (wanted_s > SESSION_LIFE_MAX_S)
        return error_set (err, ERROR_INVALID_TIME, "a session lasts 30 days at most");
    *ret_life_s = wanted_s ? wanted_s : SESSION_LIFE_S;
    return 0;
}

int embedded_check_again (struct embedded *embedded, const struct account_row *verified, const struct secret *secret,
                          struct error *err)
{
    AUTO (account_row) now = { .password_phc = NULL };
    bool found;
    if (store_account_by_id (embedded->store, verified->id, &now, &found, err) != 0)
        return -1;
    if (!found || strcmp (now.password_phc, verified->password_phc) != 0)
        return fail_wrong (secret, err);
    return now.disabled ? fail_disabled (&now, err) : 0;
}

static int open_password_session (struct embedded *embedded, const struct caller *caller,
                                  const struct account_row *account, int64_t life_s, struct session *ret_session,
                                  struct error *err)
{
    if (embedded_open_session (embedded, account, SESSION_PASSWORD, "", life_s, ret_session, err) != 0)
        return -1;
    return embedded_audit (embedded, caller, "owner", "signed_in", account, NULL, NULL, err);
}

/* The password was right, and that is half of it: *ret_session is only good for the other half. */
static int ask_for_code (struct embedded *embedded, const struct account_row *account, struct session *ret_session,
                         struct error *err)
{
    if (embedded_open_session (embedded, account, SESSION_CODE, "", CODE_LIFE_S, ret_session, err) != 0)
        return -1;
    error_set (err, ERROR_CODE_NEEDED, "the password is right; %s has a second factor, whose code is needed as well",
               account->name);
    return error_hint (err, "give it with --otp-stdin or DPAT_OTP_COMMAND, or sign in on a terminal");
}

static int admit (struct embedded *embedded, const struct caller *caller, const struct account_row *account,
                  const struct sign_in *sign_in, const char *new_phc, int64_t life_s, struct session *ret_session,
                  struct error *err)
{
    struct second_factor_row factor = { .enabled = false };
    bool found;
    if (embedded_check_again (embedded, account, sign_in->secret, err) != 0
        || (new_phc && store_account_set_password (embedded->store, account->id, new_phc, 0, err) != 0)
        || store_second_factor_get (embedded->store, account->id, &factor, &found, err) != 0)
        return -1;
    if (factor.enabled && sign_in->code == NULL)
        return ask_for_code (embedded, account, ret_session, err);
    if (factor.enabled && embedded_use_code (embedded, caller, account, &factor, sign_in->code, err) != 0)
        return -1;
    return open_password_session (embedded, caller, account, life_s, ret_session, err);
}

static int fail_pending (struct error *err)
{
    error_set (err, ERROR_WRONG_CREDENTIALS, "this sign-in has ended before its code came");
    return error_hint (err, "begin again with the password");
}

/* Inside a transaction: end what ask_for_code began. */
static int admit_pending (struct embedded *embedded, const struct caller *caller, const struct sign_in *sign_in,
                          const struct bearer_claims *claims, int64_t life_s, struct session *ret_session,
                          struct error *err)
{
    AUTO (account_row) account = { .password_phc = NULL };
    struct session_row pending;
    struct second_factor_row factor = { .enabled = false };
    bool found;
    if (store_session_get (embedded->store, claims->session_id, &pending, &found, err) != 0)
        return -1;
    if (!found || pending.kind != SESSION_CODE || pending.expires_us <= clock_now_us ())
        return fail_pending (err);
    if (store_account_by_id (embedded->store, pending.account_id, &account, &found, err) != 0)
        return -1;
    if (!found)
        return fail_pending (err);
    if (account.disabled)
        return fail_disabled (&account, err);
    if (store_second_factor_get (embedded->store, account.id, &factor, &found, err) != 0
        || (factor.enabled && embedded_use_code (embedded, caller, &account, &factor, sign_in->code, err) != 0)
        || store_session_delete (embedded->store, pending.id, err) != 0)
        return -1;
    return open_password_session (embedded, caller, &account, life_s, ret_session, err);
}

static int sign_in_with_code (struct embedded *embedded, const struct caller *caller, const struct sign_in *sign_in,
                              struct session *ret_session, struct error *err)
{
    struct bearer_claims claims;
    struct error why = ERROR_INIT;
    int64_t life_s = SESSION_LIFE_S;
    if (sign_in->code == NULL)
        return error_set (err, ERROR_CODE_NEEDED, "the code of the second factor is missing");
    if (choose_life (sign_in->life_s, &life_s, err) != 0)
        return -1;
    if (bearer_read (embedded->keys.bearer_key, sign_in->pending, BEARER_CODE, &claims, &why) != 0)
        return fail_pending (err);
    if (store_begin (embedded->store, err) != 0)
        return -1;
    if (admit_pending (embedded, caller, sign_in, &claims, life_s, ret_session, &why) != 0)
        return embedded_end_refused (embedded, &why, err);
    return embedded_end (embedded, 0, err);
}

int embedded_check_password (struct embedded *embedded, const struct caller *caller, const char *user,
                             const struct secret *secret, struct account_row *ret_account, struct error *err)
{
    bool found, right;
    if (store_account_by_name (embedded->store, user ? user : "", ret_account, &found, err) != 0
        || password_verify (found ? ret_account->password_phc : NULL, secret, &right, err) != 0)
        return -1;
    if (!right) {
        if (embedded_audit_failure (embedded, caller, found ? ret_account : NULL, "wrong password", err) != 0)
            return -1;
        return fail_wrong (secret, err);
    }
    if (!ret_account->disabled)
        return 0;
    if (embedded_audit_failure (embedded, caller, ret_account, "account disabled", err) != 0)
        return -1;
    return fail_disabled (ret_account, err);
}

/* Argon2 runs outside the transaction: it would keep the writer's lock for as long as it takes. */
static int sign_in_with_password (struct embedded *embedded, const struct caller *caller, const struct sign_in *sign_in,
                                  struct session *ret_session, struct error *err)
{
    AUTO (account_row) account = { .password_phc = NULL };
    AUTOFREE char *new_phc = NULL;
    int64_t life_s = SESSION_LIFE_S;
    if (choose_life (sign_in->life_s, &life_s, err) != 0
        || embedded_check_password (embedded, caller, sign_in->user, sign_in->secret, &account, err) != 0)
        return -1;
    if (password_is_outdated (account.password_phc) && password_hash (sign_in->secret, &new_phc, err) != 0)
        return -1;
    struct error why = ERROR_INIT;
    if (store_begin (embedded->store, err) != 0)
        return -1;
    if (admit (embedded, caller, &account, sign_in, new_phc, life_s, ret_session, &why) != 0)
        return embedded_end_refused (embedded, &why, err);
    return embedded_end (embedded, 0, err);
}

/* Why a token that is known does not sign in; 0 when it does. */
static int check_token (const struct token *token, const struct account_row *account, int64_t now_us, struct error *err)
{
    char when[TIME_TEXT_SIZE];
    switch (token_state_at (token, now_us)) {
    case TOKEN_EXPIRED:
        error_set (err, ERROR_TOKEN_EXPIRED, "the token \"%s\" expired at %s", token->name,
                   time_format (token->expires_us / 1000000, when));
        return error_hint (err, "make a new one with dpat create");
    case TOKEN_INACTIVE:
        error_set (err, ERROR_TOKEN_INACTIVE, "the token \"%s\" is deactivated", token->name);
        return error_hint (err, "its owner can activate it: dpat activate %s", token->id);
    case TOKEN_ACTIVE:
        break;
    }
    return account->disabled ? fail_disabled (account, err) : 0;
}

/* A session of a token ends with it. */
static int64_t pat_life_s (const struct token *token, int64_t now_us)
{
    int64_t left_s = token->expires_us ? (token->expires_us - now_us + 999999) / 1000000 : SESSION_LIFE_S;
    return left_s < SESSION_LIFE_S ? left_s : SESSION_LIFE_S;
}

int embedded_admit_row (struct embedded *embedded, const struct caller *caller, const struct token_row *row,
                        const struct account_row *account, struct error *err)
{
    struct error why = ERROR_INIT;
    int status = check_token (&row->token, account, clock_now_us (), &why);
    if (embedded_use (embedded, caller, row, account, status == 0 ? ERROR_NONE : why.code, err) != 0)
        return -1;
    if (status != 0 && err)
        *err = why;
    return status;
}

int embedded_admit_token (struct embedded *embedded, const struct caller *caller, const char *user,
                          const struct secret *secret, struct token_row *ret_row, struct account_row *ret_account,
                          struct error *err)
{
    unsigned char mac[CRYPTO_MAC_SIZE];
    bool found;
    if (embedded_token_mac (embedded, secret, mac, err) != 0
        || store_token_by_mac (embedded->store, mac, ret_row, &found, err) != 0)
        return -1;
    if (found && store_account_by_id (embedded->store, ret_row->account_id, ret_account, &found, err) != 0)
        return -1;
    if (found && (user == NULL || strcmp (user, ret_account->name) == 0))
        return embedded_admit_row (embedded, caller, ret_row, ret_account, err);
    if (embedded_use (embedded, caller, NULL, NULL, ERROR_WRONG_CREDENTIALS, err) != 0)
        return -1;
    return fail_wrong (secret, err);
}

/* Inside a transaction. */
static int open_pat_session (struct embedded *embedded, const struct caller *caller, const struct sign_in *sign_in,
                             struct session *ret_session, struct error *err)
{
    AUTO (token_row) row = { .place = NULL };
    AUTO (account_row) account = { .password_phc = NULL };
    if (embedded_admit_token (embedded, caller, sign_in->user, sign_in->secret, &row, &account, err) != 0)
        return -1;
    return embedded_open_session (embedded, &account, SESSION_PAT, row.token.id,
                                  pat_life_s (&row.token, clock_now_us ()), ret_session, err);
}

static int sign_in_with_token (struct embedded *embedded, const struct caller *caller, const struct sign_in *sign_in,
                               struct session *ret_session, struct error *err)
{
    struct error why = ERROR_INIT;
    if (store_begin (embedded->store, err) != 0)
        return -1;
    if (open_pat_session (embedded, caller, sign_in, ret_session, &why) != 0)
        return embedded_end_refused (embedded, &why, err);
    return embedded_end (embedded, 0, err);
}

int embedded_sign_in (struct service *service, const struct caller *caller, const struct sign_in *sign_in,
                      struct session *ret_session, struct error *err)
{
    struct embedded *embedded = (struct embedded *)service;
    AUTO (session) session = { .bearer = SECRET_INIT };
    struct error why = ERROR_INIT;
    int status;
    if (sign_in->pending)
        status = sign_in_with_code (embedded, caller, sign_in, &session, &why);
    else if (token_secret_is_valid (secret_text (sign_in->secret), sign_in->secret->len))
        status = sign_in_with_token (embedded, caller, sign_in, &session, &why);
    else
        status = sign_in_with_password (embedded, caller, sign_in, &session, &why);
    if (status != 0 && err)
        *err = why;
    if (status != 0 && why.code != ERROR_CODE_NEEDED)
        return -1;
    struct secret bearer = SECRET_INIT;
    secret_move (&bearer, &session.bearer);
    *ret_session = session;
    ret_session->bearer = bearer;
    return status;
}

/* Inside a transaction: end the caller's session, or all of the account, with the automatic tokens that belong to
 * it. */
static int end_sessions (struct embedded *embedded, const struct caller *caller, const struct authorised *who,
                         bool everywhere, struct error *err)
{
    AUTO (token_list) automatic = { .items = NULL };
    const char *actor = embedded_actor (who->session.kind);
    if (everywhere) {
        if (store_token_auto_list (embedded->store, who->account.id, NULL, &automatic, err) != 0
            || embedded_delete_tokens (embedded, caller, who, &automatic, "signed out everywhere", err) != 0
            || store_session_delete_of_account (embedded->store, who->account.id, NULL, err) != 0)
            return -1;
        return embedded_audit (embedded, caller, actor, "signed_out", &who->account, NULL, "everywhere", err);
    }
    if (store_token_of_session (embedded->store, who->session.id, &automatic, err) != 0
        || embedded_delete_tokens (embedded, caller, who, &automatic, "signed out", err) != 0
        || store_session_delete (embedded->store, who->session.id, err) != 0)
        return -1;
    return embedded_audit (embedded, caller, actor, "signed_out", &who->account, NULL, NULL, err);
}

int embedded_sign_out (struct service *service, const struct caller *caller, bool everywhere, struct error *err)
{
    struct embedded *embedded = (struct embedded *)service;
    AUTO (authorised) who = { .account = { .password_phc = NULL } };
    if (store_begin (embedded->store, err) != 0)
        return -1;
    int status = embedded_authorise (embedded, caller, everywhere, &who, err);
    if (status == 0)
        status = end_sessions (embedded, caller, &who, everywhere, err);
    return embedded_end (embedded, status, err);
}

int embedded_whoami (struct service *service, const struct caller *caller, struct session *ret_session,
                     struct error *err)
{
    AUTO (authorised) who = { .account = { .password_phc = NULL } };
    if (embedded_authorise ((struct embedded *)service, caller, false, &who, err) != 0)
        return -1;
    ret_session->kind = sign_in_kind (who.session.kind);
    ret_session->expires_us = who.session.expires_us;
    memcpy (ret_session->user, who.account.name, sizeof (ret_session->user));
    memcpy (ret_session->token_id, who.session.token_id, sizeof (ret_session->token_id));
    return 0;
}

int embedded_set_password (struct service *service, const struct caller *caller, const struct secret *old_password,
                           const struct secret *new_password, struct error *err)
{
    struct embedded *embedded = (struct embedded *)service;
    AUTO (authorised) before = { .account = { .password_phc = NULL } };
    AUTO (authorised) who = { .account = { .password_phc = NULL } };
    AUTOFREE char *phc = NULL;
    bool right;
    if (embedded_authorise (embedded, caller, true, &before, err) != 0 || password_check (new_password, err) != 0
        || password_verify (before.account.password_phc, old_password, &right, err) != 0)
        return -1;
    if (!right)
        return error_set (err, ERROR_WRONG_CREDENTIALS, "the old password is wrong; nothing was changed");
    if (password_hash (new_password, &phc, err) != 0 || embedded_begin (embedded, caller, &who, err) != 0)
        return -1;
    int status = 0;
    if (strcmp (before.account.password_phc, who.account.password_phc) != 0)
        status = error_set (err, ERROR_WRONG_CREDENTIALS, "the password was changed meanwhile; nothing was changed");
    if (status == 0)
        status = store_account_set_password (embedded->store, who.account.id, phc, clock_now_us (), err);
    if (status == 0)
        status = store_session_delete_of_account (embedded->store, who.account.id, who.session.id, err);
    if (status == 0)
        status = embedded_audit (embedded, caller, embedded_actor (who.session.kind), "password_changed", &who.account,
                                 NULL, NULL, err);
    return embedded_end (embedded, status, err);
}
