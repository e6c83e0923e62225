/* The second factor of the embedded service: a one-time code of the owner's device behind the password. */
#include <ctype.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/base/memory.h"
#include "src/base/time.h"
#include "src/service/embedded_private.h"
#include "src/service/password.h"
#include "src/service/totp.h"

enum { FAILURES_MAX = 5, LOCK_S = 15 * 60, RECOVERY_BYTES = 10, RECOVERY_GROUP = 5 };

/* What is sealed, and for whom: one account's secret cannot be put into another's row. */
static char *seal_context (const char *account_id)
{
    return xasprintf ("second factor of %s", account_id);
}

static int fail_wrong_code (struct error *err)
{
    return error_set (err, ERROR_WRONG_CREDENTIALS, "the code is wrong, or was used already");
}

static int fail_locked (const struct second_factor_row *factor, struct error *err)
{
    char when[TIME_TEXT_SIZE];
    error_set (err, ERROR_RATE_LIMITED, "too many wrong codes: the second factor is locked until %s",
               time_format (factor->locked_until_us / 1000000, when));
    if (err)
        err->retry_at = factor->locked_until_us / 1000000;
    return error_hint (err, "wait until then; tokens work on");
}

/* The MAC of a recovery code as its owner may have typed it: hyphens, blanks and case do not matter. */
static int recovery_mac (const struct embedded *embedded, const struct secret *code,
                         unsigned char ret_mac[CRYPTO_MAC_SIZE], struct error *err)
{
    AUTO (secret) plain = SECRET_INIT;
    size_t len = 0;
    secret_set (&plain, code->data, code->len);
    for (size_t i = 0; i < plain.len; i++)
        if (plain.data[i] != '-' && plain.data[i] != ' ')
            plain.data[len++] = (char)tolower ((unsigned char)plain.data[i]);
    return crypto_hmac (embedded->keys.token_key, CRYPTO_KEY_SIZE, secret_text (&plain), len, ret_mac, err);
}

static int open_sealed (const struct embedded *embedded, const struct second_factor_row *factor,
                        struct secret *ret_secret, struct error *err)
{
    AUTOFREE char *context = seal_context (factor->account_id);
    return crypto_open (embedded->keys.seal_key, context, factor->sealed, factor->sealed_len, ret_secret, err);
}

/* Whether code is right; what it used up is changed in factor. *ret_used: it is one of now that was used already, which
 * is no guess: jobs that run side by side ask the same device. */
static int try_code (const struct embedded *embedded, struct second_factor_row *factor, const struct secret *code,
                     bool *ret_right, bool *ret_recovery, bool *ret_used, struct error *err)
{
    AUTO (secret) secret = SECRET_INIT;
    unsigned char mac[CRYPTO_MAC_SIZE];
    int64_t now_s = clock_now_us () / 1000000;
    int64_t step;
    int64_t any_step;
    if (open_sealed (embedded, factor, &secret, err) != 0
        || totp_match (&secret, code, now_s, factor->last_step, &step, err) != 0
        || totp_match (&secret, code, now_s, 0, &any_step, err) != 0 || recovery_mac (embedded, code, mac, err) != 0)
        return -1;
    *ret_used = step == 0 && any_step != 0;
    *ret_recovery = factor->has_recovery && crypto_equal (mac, factor->recovery_mac, sizeof (mac));
    *ret_right = step != 0 || *ret_recovery;
    if (step != 0)
        factor->last_step = step;
    if (*ret_recovery)
        factor->has_recovery = false;
    return 0;
}

int embedded_use_code (struct embedded *embedded, const struct caller *caller, const struct account_row *account,
                       struct second_factor_row *factor, const struct secret *code, struct error *err)
{
    int64_t now_us = clock_now_us ();
    bool right, recovery, used;
    if (factor->locked_until_us > now_us)
        return fail_locked (factor, err);
    if (try_code (embedded, factor, code, &right, &recovery, &used, err) != 0)
        return -1;
    if (!used)
        factor->failures = right ? 0 : factor->failures + 1;
    factor->locked_until_us = 0;
    if (factor->failures >= FAILURES_MAX) {
        factor->failures = 0;
        factor->locked_until_us = now_us + (int64_t)LOCK_S * 1000000;
    }
    if (store_second_factor_put (embedded->store, factor, err) != 0)
        return -1;
    if (right)
        return recovery ? embedded_audit (embedded, caller, "owner", "recovery_code_used", account, NULL, NULL, err)
                        : 0;
    if (embedded_audit (embedded, caller, "nobody", "sign_in_failed", account, NULL, "wrong code", err) != 0)
        return -1;
    return factor->locked_until_us ? fail_locked (factor, err) : fail_wrong_code (err);
}

int embedded_second_factor (struct service *service, const struct caller *caller, struct second_factor *ret_factor,
                            struct error *err)
{
    struct embedded *embedded = (struct embedded *)service;
    AUTO (authorised) who = { .account = { .password_phc = NULL } };
    struct second_factor_row row = { .enabled = false };
    bool found;
    if (embedded_authorise (embedded, caller, true, &who, err) != 0
        || store_second_factor_get (embedded->store, who.account.id, &row, &found, err) != 0)
        return -1;
    *ret_factor = (struct second_factor){ .enabled = row.enabled,
                                          .has_recovery = row.enabled && row.has_recovery,
                                          .locked_until_us = row.enabled ? row.locked_until_us : 0 };
    return 0;
}

/* Whose session it is, when the password is that account's. Argon2 runs outside any transaction. */
static int authorise_with_password (struct embedded *embedded, const struct caller *caller,
                                    const struct secret *password, struct error *err)
{
    AUTO (authorised) who = { .account = { .password_phc = NULL } };
    bool right;
    if (embedded_authorise (embedded, caller, true, &who, err) != 0
        || password_verify (who.account.password_phc, password, &right, err) != 0)
        return -1;
    return right ? 0 : error_set (err, ERROR_WRONG_CREDENTIALS, "the password is wrong; nothing was changed");
}

static int fail_is_on (struct error *err)
{
    error_set (err, ERROR_STATE_CONFLICT, "the second factor is on already");
    return error_hint (err, "turn it off first: dpat account 2fa disable");
}

static int offer (struct embedded *embedded, const struct caller *caller, const struct authorised *who,
                  const struct secret *secret, struct error *err)
{
    struct second_factor_row row = { .enabled = false };
    AUTOFREE char *context = seal_context (who->account.id);
    bool found;
    if (store_second_factor_get (embedded->store, who->account.id, &row, &found, err) != 0)
        return -1;
    if (row.enabled)
        return fail_is_on (err);
    row = (struct second_factor_row){ .sealed_len = secret->len + CRYPTO_SEAL_OVERHEAD, .created_us = clock_now_us () };
    memcpy (row.account_id, who->account.id, sizeof (row.account_id));
    if (crypto_seal (embedded->keys.seal_key, context, secret->data, secret->len, row.sealed, err) != 0
        || store_second_factor_put (embedded->store, &row, err) != 0)
        return -1;
    return embedded_audit (embedded, caller, embedded_actor (who->session.kind), "second_factor_offered", &who->account,
                           NULL, NULL, err);
}

int embedded_offer_second_factor (struct service *service, const struct caller *caller, const struct secret *password,
                                  struct secret *ret_uri, struct error *err)
{
    struct embedded *embedded = (struct embedded *)service;
    AUTO (authorised) who = { .account = { .password_phc = NULL } };
    AUTO (secret) secret = SECRET_INIT;
    AUTO (secret) uri = SECRET_INIT;
    unsigned char bytes[TOTP_SECRET_SIZE];
    if (authorise_with_password (embedded, caller, password, err) != 0
        || crypto_random (bytes, sizeof (bytes), err) != 0)
        return -1;
    secret_set (&secret, bytes, sizeof (bytes));
    secret_wipe (bytes, sizeof (bytes));
    if (embedded_begin (embedded, caller, &who, err) != 0)
        return -1;
    int status = totp_uri (&secret, who.account.name, &uri, err);
    if (status == 0)
        status = offer (embedded, caller, &who, &secret, err);
    if (embedded_end (embedded, status, err) != 0)
        return -1;
    secret_move (ret_uri, &uri);
    return 0;
}

/* Five times two bytes in hex, in groups: "3f2a1-…". */
static int make_recovery (struct secret *ret_code, struct error *err)
{
    unsigned char bytes[RECOVERY_BYTES];
    char hex[2 * RECOVERY_BYTES + 1];
    AUTO (buffer) text;
    buffer_init (&text, 64);
    if (crypto_random (bytes, sizeof (bytes), err) != 0)
        return -1;
    crypto_hex (hex, bytes, sizeof (bytes));
    for (size_t i = 0; i < 2 * RECOVERY_BYTES; i += RECOVERY_GROUP) {
        buffer_puts (&text, i ? "-" : "");
        buffer_append (&text, hex + i, RECOVERY_GROUP);
    }
    secret_set (ret_code, buffer_text (&text), text.len);
    secret_wipe (bytes, sizeof (bytes));
    secret_wipe (hex, sizeof (hex));
    return 0;
}

static int confirm (struct embedded *embedded, const struct caller *caller, const struct authorised *who,
                    const struct secret *code, const struct secret *recovery, struct error *err)
{
    struct second_factor_row row;
    bool found;
    if (store_second_factor_get (embedded->store, who->account.id, &row, &found, err) != 0)
        return -1;
    if (!found)
        return error_set (err, ERROR_STATE_CONFLICT, "no second factor was offered that could be turned on");
    if (row.enabled)
        return fail_is_on (err);
    if (embedded_use_code (embedded, caller, &who->account, &row, code, err) != 0)
        return -1;
    row.enabled = true;
    row.has_recovery = true;
    if (recovery_mac (embedded, recovery, row.recovery_mac, err) != 0
        || store_second_factor_put (embedded->store, &row, err) != 0)
        return -1;
    return embedded_audit (embedded, caller, embedded_actor (who->session.kind), "second_factor_enabled", &who->account,
                           NULL, NULL, err);
}

/* Begin, do the step in a transaction, and end it so that a refusal is written down. */
static int end_step (struct embedded *embedded, int status, const struct error *why, struct error *err)
{
    return status == 0 ? embedded_end (embedded, 0, err) : embedded_end_refused (embedded, why, err);
}

int embedded_confirm_second_factor (struct service *service, const struct caller *caller, const struct secret *code,
                                    struct secret *ret_recovery, struct error *err)
{
    struct embedded *embedded = (struct embedded *)service;
    AUTO (authorised) who = { .account = { .password_phc = NULL } };
    AUTO (secret) recovery = SECRET_INIT;
    struct error why = ERROR_INIT;
    if (make_recovery (&recovery, err) != 0 || embedded_begin (embedded, caller, &who, err) != 0)
        return -1;
    int status = confirm (embedded, caller, &who, code, &recovery, &why);
    if (end_step (embedded, status, &why, err) != 0)
        return -1;
    secret_move (ret_recovery, &recovery);
    return 0;
}

static int drop (struct embedded *embedded, const struct caller *caller, const struct authorised *who,
                 const struct secret *code, struct error *err)
{
    struct second_factor_row row = { .enabled = false };
    bool found;
    if (store_second_factor_get (embedded->store, who->account.id, &row, &found, err) != 0)
        return -1;
    if (!found)
        return 0;
    if (row.enabled && embedded_use_code (embedded, caller, &who->account, &row, code, err) != 0)
        return -1;
    if (store_second_factor_delete (embedded->store, who->account.id, err) != 0)
        return -1;
    return embedded_audit (embedded, caller, embedded_actor (who->session.kind), "second_factor_disabled",
                           &who->account, NULL, NULL, err);
}

int embedded_drop_second_factor (struct service *service, const struct caller *caller, const struct secret *password,
                                 const struct secret *code, struct error *err)
{
    struct embedded *embedded = (struct embedded *)service;
    AUTO (authorised) who = { .account = { .password_phc = NULL } };
    struct error why = ERROR_INIT;
    if (authorise_with_password (embedded, caller, password, err) != 0
        || embedded_begin (embedded, caller, &who, err) != 0)
        return -1;
    int status = drop (embedded, caller, &who, code, &why);
    return end_step (embedded, status, &why, err);
}
