/* ADAPTER of service.h: opening, closing, who may, and what every operation needs. */
#include "src/service/embedded.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/clock.h"
#include "src/base/log.h"
#include "src/base/memory.h"
#include "src/base/text.h"
#include "src/service/bearer.h"
#include "src/service/embedded_private.h"
#include "src/service/usage.h"

enum { TIMEOUT_MS = 5000, WORDS_MAX_BYTES = 200 };

static void embedded_free (struct service *service)
{
    struct embedded *embedded = (struct embedded *)service;
    store_close (embedded->store);
    keys_release (&embedded->keys);
    crypto_mac_free (embedded->token_mac);
    signing_key_free (embedded->signer);
    free (embedded->signer_head);
    secret_wipe (&embedded->signer_key, sizeof (embedded->signer_key));
    free (embedded->key_path);
    free (embedded);
}

static bool is_there (const char *path)
{
    struct stat st;
    return stat (path, &st) == 0 && (!S_ISREG (st.st_mode) || st.st_size > 0);
}

/* Read the key file, or make it together with a new store. Never for a store that is there already: its tokens could
 * not be checked with another key. */
static int open_keys (struct embedded *embedded, const struct embedded_place *place, const char *key_path,
                      struct error *err)
{
    if (place->create && !is_there (place->store_path))
        return keys_make (key_path, &embedded->keys, err);
    if (keys_read (key_path, &embedded->keys, err) == 0)
        return 0;
    return err && err->code == ERROR_KEY_MISSING ? error_prefix (err, "the store %s", place->store_path) : -1;
}

/* See that key file and store belong together; a store just made gets its key id now. */
static int match_keys (struct embedded *embedded, const struct embedded_place *place, const char *key_path,
                       struct error *err)
{
    char id[STORE_KEY_ID_SIZE];
    if (store_key_id (embedded->store, id, err) != 0)
        return -1;
    if (id[0] == '\0' && !place->create) {
        error_set (err, ERROR_STORE_MISSING, "the store %s has no account yet", place->store_path);
        return error_hint (err, "make the first account with dpat account add NAME, or name another with --store");
    }
    if (id[0] == '\0') {
        if (store_begin (embedded->store, err) != 0)
            return -1;
        int status = store_key_id (embedded->store, id, err);
        if (status == 0 && id[0] == '\0') {
            memcpy (id, embedded->keys.id, sizeof (id));
            status = store_set_key_id (embedded->store, id, err);
        }
        if (embedded_end (embedded, status, err) != 0)
            return -1;
    }
    if (strcmp (id, embedded->keys.id) == 0)
        return 0;
    error_set (err, ERROR_KEY_MISMATCH, "the key file %s is not the one that the store %s was made with", key_path,
               place->store_path);
    return error_hint (err, "put the right one back from the backup, or name it with --key-file");
}

int embedded_open (const struct embedded_place *place, struct embedded **ret_embedded, struct error *err)
{
    static const struct service_ops ops = { .sign_in = embedded_sign_in,
                                            .sign_out = embedded_sign_out,
                                            .whoami = embedded_whoami,
                                            .create = embedded_create,
                                            .list = embedded_list,
                                            .find = embedded_find,
                                            .get = embedded_get,
                                            .update = embedded_update,
                                            .delete = embedded_delete,
                                            .undelivered = embedded_undelivered,
                                            .set_password = embedded_set_password,
                                            .second_factor = embedded_second_factor,
                                            .offer_second_factor = embedded_offer_second_factor,
                                            .confirm_second_factor = embedded_confirm_second_factor,
                                            .drop_second_factor = embedded_drop_second_factor,
                                            .audit_trail = embedded_audit_trail,
                                            .registry_afterlife = embedded_registry_afterlife,
                                            .free = embedded_free };
    struct embedded *embedded = xcalloc (1, sizeof (*embedded));
    char *key_path = place->key_path ? xstrdup (place->key_path) : xasprintf ("%s.key", place->store_path);
    embedded->key_path = key_path;
    embedded->service.ops = &ops;
    embedded->usage = place->usage;
    enum store_open_mode mode = place->create ? STORE_CREATE : STORE_EXISTING;
    int timeout_ms = place->timeout_ms ? place->timeout_ms : TIMEOUT_MS;
    bool fresh = !is_there (place->store_path);
    struct error why = ERROR_INIT;
    /* Without create a missing store is told before a missing key file, and nothing is made. */
    int status = fresh && !place->create ? store_open (place->store_path, mode, timeout_ms, &embedded->store, err)
                                         : open_keys (embedded, place, key_path, err);
    if (status == 0 && embedded->store == NULL)
        status = store_open (place->store_path, mode, timeout_ms, &embedded->store, err);
    if (status == 0)
        status = match_keys (embedded, place, key_path, err);
    /* what cannot be settled now does not keep anybody out; a next rotation tells */
    if (status == 0 && embedded_settle_keys (embedded, &why) != 0)
        log_debug ("%s", why.text);
    if (status != 0) {
        embedded_free (&embedded->service);
        return -1;
    }
    *ret_embedded = embedded;
    return 0;
}

struct service *embedded_service (struct embedded *embedded)
{
    return &embedded->service;
}

void authorised_release (struct authorised *who)
{
    account_row_release (&who->account);
}

static int fail_ended (struct error *err)
{
    error_set (err, ERROR_SESSION_EXPIRED, "the session has ended");
    return error_hint (err, "sign in again: dpat login");
}

/* A session opened with a PAT lives no longer than the token works. */
static int check_pat (struct embedded *embedded, const struct session_row *session, int64_t now_us, struct error *err)
{
    AUTO (token_row) row = { .place = NULL };
    bool found;
    if (store_token_by_id (embedded->store, session->account_id, session->token_id, &row, &found, err) != 0)
        return -1;
    return found && token_state_at (&row.token, now_us) == TOKEN_ACTIVE ? 0 : fail_ended (err);
}

static int fail_pat (struct error *err)
{
    error_set (err, ERROR_PAT_CANNOT_MANAGE,
               "this session was opened with a personal access token, which cannot manage "
               "tokens");
    return error_hint (err, "sign in with the account's password");
}

int embedded_authorise (struct embedded *embedded, const struct caller *caller, bool manage, struct authorised *ret_who,
                        struct error *err)
{
    struct bearer_claims claims;
    AUTO (authorised) who = { .account = { .password_phc = NULL } };
    bool found;
    int64_t now_us = clock_now_us ();
    if (caller->bearer == NULL)
        return error_set (err, ERROR_NOT_SIGNED_IN, "no session was shown");
    if (bearer_read (embedded->keys.bearer_key, caller->bearer, BEARER_SESSION, &claims, err) != 0)
        return -1;
    if (store_session_get (embedded->store, claims.session_id, &who.session, &found, err) != 0)
        return -1;
    if (!found || who.session.expires_us <= now_us || who.session.kind == SESSION_CODE)
        return fail_ended (err);
    if (store_account_by_id (embedded->store, who.session.account_id, &who.account, &found, err) != 0)
        return -1;
    if (!found || who.account.disabled)
        return fail_ended (err);
    if (who.session.kind == SESSION_PAT && check_pat (embedded, &who.session, now_us, err) != 0)
        return -1;
    if (manage && who.session.kind == SESSION_PAT)
        return fail_pat (err);
    *ret_who = who;
    who.account.password_phc = NULL; /* handed over */
    return 0;
}

int embedded_begin (struct embedded *embedded, const struct caller *caller, struct authorised *ret_who,
                    struct error *err)
{
    if (store_begin (embedded->store, err) != 0)
        return -1;
    if (embedded_authorise (embedded, caller, true, ret_who, err) == 0)
        return 0;
    store_rollback (embedded->store);
    return -1;
}

int embedded_end (struct embedded *embedded, int status, struct error *err)
{
    if (status == 0)
        return store_commit (embedded->store, err);
    store_rollback (embedded->store);
    return -1;
}

int embedded_end_refused (struct embedded *embedded, const struct error *why, struct error *err)
{
    int http_status = error_kind (why->code)->http_status;
    bool keep = http_status == 401 || http_status == 429;
    if (embedded_end (embedded, keep ? 0 : -1, keep ? err : NULL) != 0 && keep)
        return -1;
    if (err)
        *err = *why;
    return -1;
}

const char *embedded_actor (enum session_kind kind)
{
    switch (kind) {
    case SESSION_OPERATOR:
        return "operator";
    case SESSION_PAT:
        return "pat";
    case SESSION_PASSWORD:
    case SESSION_CODE:
        break;
    }
    return "owner";
}

char *embedded_clean (const char *text)
{
    if (text == NULL)
        return NULL;
    char *clean = xstrndup (text, strnlen (text, WORDS_MAX_BYTES));
    text_clean_in_place (clean);
    return clean;
}

int embedded_audit (struct embedded *embedded, const struct caller *caller, const char *actor, const char *action,
                    const struct account_row *account, const struct token *token, const char *note, struct error *err)
{
    AUTOFREE char *ip = embedded_clean (caller->ip);
    AUTOFREE char *user_agent = embedded_clean (caller->user_agent);
    struct audit_row row = { .at_us = clock_now_us (),
                             .account_id = account ? account->id : NULL,
                             .account_name = account ? account->name : NULL,
                             .actor = actor,
                             .action = action,
                             .token_id = token ? token->id : NULL,
                             .token_name = token ? token->name : NULL,
                             .ip = ip,
                             .user_agent = user_agent,
                             .note = note };
    return store_audit_add (embedded->store, &row, err);
}

/* Strings of others are only read through a use. */
static char *borrow (const char *text)
{
    return (char *)(uintptr_t)text;
}

int embedded_use (struct embedded *embedded, const struct caller *caller, const struct token_row *row,
                  const struct account_row *account, enum error_code refused, struct error *err)
{
    AUTOFREE char *ip = embedded_clean (caller->ip);
    AUTOFREE char *user_agent = embedded_clean (caller->user_agent);
    struct token_use use = { .at_us = clock_now_us (), .ip = ip, .user_agent = user_agent, .refused = refused };
    if (row) {
        use.token_id = borrow (row->token.id);
        use.token_name = row->token.name;
    }
    if (account) {
        use.account_id = borrow (account->id);
        use.account_name = borrow (account->name);
    }
    if (embedded->usage == NULL)
        return usage_record (embedded->store, &use, err);
    usage_add (embedded->usage, &use);
    return 0;
}

int embedded_write_usage (struct embedded *embedded, struct error *err)
{
    return embedded->usage ? usage_write (embedded->usage, embedded->store, err) : 0;
}

int embedded_check (struct embedded *embedded, struct error *err)
{
    char id[STORE_KEY_ID_SIZE];
    return store_key_id (embedded->store, id, err);
}

int embedded_token_mac (struct embedded *embedded, const struct secret *secret, unsigned char ret_mac[CRYPTO_MAC_SIZE],
                        struct error *err)
{
    if (embedded->token_mac == NULL)
        embedded->token_mac = crypto_mac_new (embedded->keys.token_key, CRYPTO_KEY_SIZE, err);
    return embedded->token_mac ? crypto_mac_make (embedded->token_mac, secret_text (secret), secret->len, ret_mac, err)
                               : -1;
}
