/* The tokens of the embedded service. */
#include <string.h>

#include "src/base/clock.h"
#include "src/base/memory.h"
#include "src/service/embedded_private.h"
#include "src/token/token_secret.h"

enum { AUTO_TOKENS_MAX = 5 };

int embedded_list (struct service *service, const struct caller *caller, struct token_list *ret_list, struct error *err)
{
    struct embedded *embedded = (struct embedded *)service;
    AUTO (authorised) who = { .account = { .password_phc = NULL } };
    if (embedded_authorise (embedded, caller, true, &who, err) != 0)
        return -1;
    return store_token_list (embedded->store, who.account.id, ret_list, err);
}

int embedded_find (struct service *service, const struct caller *caller, const char *text, struct token_list *ret_list,
                   struct error *err)
{
    struct embedded *embedded = (struct embedded *)service;
    AUTO (authorised) who = { .account = { .password_phc = NULL } };
    if (embedded_authorise (embedded, caller, true, &who, err) != 0)
        return -1;
    return store_token_find (embedded->store, who.account.id, text, ret_list, err);
}

static int check_wish (const struct token_wish *wish, int64_t now_us, struct error *err)
{
    if (token_name_check (wish->name, err) != 0)
        return -1;
    if (wish->scopes.count == 0)
        return error_set (err, ERROR_INVALID_SCOPE, "a token needs a scope");
    if (wish->expires_us != 0 && wish->expires_us <= now_us)
        return error_set (err, ERROR_INVALID_TIME, "the expiry of the token is past");
    return 0;
}

static int check_name_is_free (struct embedded *embedded, const char *account_id, const char *name,
                               const char *except_id, struct error *err)
{
    char id[TOKEN_ID_SIZE];
    bool taken;
    if (store_token_active_name (embedded->store, account_id, name, clock_now_us (), id, &taken, err) != 0)
        return -1;
    if (!taken || strcmp (id, except_id) == 0)
        return 0;
    error_set (err, ERROR_NAME_TAKEN, "an active token named \"%s\" exists (%s)", name, id);
    error_detail (err, "id", ERROR_DETAIL_TEXT, id);
    return error_hint (err, "choose another name, or delete or deactivate that token first");
}

int embedded_delete_tokens (struct embedded *embedded, const struct caller *caller, const struct authorised *who,
                            const struct token_list *tokens, const char *note, struct error *err)
{
    bool deleted;
    for (size_t i = 0; i < tokens->count; i++)
        if (store_session_delete_of_token (embedded->store, tokens->items[i].id, err) != 0
            || store_token_delete (embedded->store, tokens->items[i].id, &deleted, err) != 0
            || embedded_audit (embedded, caller, embedded_actor (who->session.kind), "token_deleted", &who->account,
                               &tokens->items[i], note, err)
                   != 0)
            return -1;
    return 0;
}

/* Make room for one more auto-generated token: expired ones go, and beyond four others the least recently used one. */
static int make_room (struct embedded *embedded, const struct caller *caller, const struct authorised *who,
                      struct token *ret_evicted, struct error *err)
{
    AUTO (token_list) all = { .items = NULL };
    AUTO (token_list) expired = { .items = NULL };
    AUTO (token_list) evicted = { .items = NULL };
    int64_t now_us = clock_now_us ();
    if (store_token_auto_list (embedded->store, who->account.id, NULL, &all, err) != 0)
        return -1;
    size_t live = 0;
    for (size_t i = 0; i < all.count; i++)
        if (token_state_at (&all.items[i], now_us) == TOKEN_EXPIRED)
            token_copy (token_list_add (&expired), &all.items[i]);
        else
            live++;
    for (size_t i = 0; i < all.count && live >= AUTO_TOKENS_MAX; i++)
        if (token_state_at (&all.items[i], now_us) != TOKEN_EXPIRED) {
            token_copy (token_list_add (&evicted), &all.items[i]);
            live--;
        }
    if (embedded_delete_tokens (embedded, caller, who, &expired, "expired", err) != 0
        || embedded_delete_tokens (embedded, caller, who, &evicted, "used least recently", err) != 0)
        return -1;
    if (evicted.count > 0)
        token_copy (ret_evicted, &evicted.items[0]);
    return 0;
}

/* What an auto-generated token needs beyond any other: its place, its session, and room. */
static int prepare_auto (struct embedded *embedded, const struct caller *caller, const struct authorised *who,
                         const struct token_wish *wish, struct token_row *row, struct token *ret_evicted,
                         struct error *err)
{
    AUTO (token_list) same_place = { .items = NULL };
    row->place = embedded_clean (wish->place ? wish->place : "");
    memcpy (row->session_id, who->session.id, sizeof (row->session_id));
    if (row->token.expires_us == 0 || row->token.expires_us > who->session.expires_us)
        row->token.expires_us = who->session.expires_us;
    if (store_token_auto_list (embedded->store, who->account.id, row->place, &same_place, err) != 0
        || embedded_delete_tokens (embedded, caller, who, &same_place, "replaced by a sign-in from the same place", err)
               != 0)
        return -1;
    return make_room (embedded, caller, who, ret_evicted, err);
}

static int fill_row (struct embedded *embedded, const struct caller *caller, const struct token_wish *wish,
                     const struct secret *secret, struct token_row *row, struct error *err)
{
    row->token = (struct token){ .name = xstrdup (wish->name),
                                 .scopes = wish->scopes,
                                 .active = true,
                                 .source = wish->source,
                                 .created_us = clock_now_us (),
                                 .expires_us = wish->expires_us,
                                 .expires_digits = wish->expires_digits,
                                 .creator = { embedded_clean (caller->ip), embedded_clean (caller->user_agent) } };
    memcpy (row->last4, secret->data + secret->len - 4, 5);
    if (crypto_uuid (row->token.id, err) != 0)
        return -1;
    return embedded_token_mac (embedded, secret, row->mac, err);
}

static int insert (struct embedded *embedded, const struct caller *caller, const struct authorised *who,
                   const struct token_wish *wish, struct token_row *row, struct token *ret_evicted, struct error *err)
{
    memcpy (row->account_id, who->account.id, sizeof (row->account_id));
    if (wish->request && embedded_note_request (embedded, who, wish->request, &row->token, err) != 0)
        return -1;
    if (wish->source == TOKEN_AUTO) {
        if (prepare_auto (embedded, caller, who, wish, row, ret_evicted, err) != 0)
            return -1;
    } else if (!wish->allow_duplicate
               && check_name_is_free (embedded, who->account.id, wish->name, row->token.id, err) != 0)
        return -1;
    if (store_token_insert (embedded->store, row, err) != 0)
        return -1;
    return embedded_audit (embedded, caller, embedded_actor (who->session.kind), "token_created", &who->account,
                           &row->token, NULL, err);
}

int embedded_create (struct service *service, const struct caller *caller, const struct token_wish *wish,
                     struct token_made *ret_made, struct error *err)
{
    struct embedded *embedded = (struct embedded *)service;
    AUTO (authorised) who = { .account = { .password_phc = NULL } };
    AUTO (token_row) row = { .place = NULL };
    AUTO (token) evicted = { .name = NULL };
    AUTO (secret) secret = SECRET_INIT;
    if (check_wish (wish, clock_now_us (), err) != 0 || token_secret_generate (&secret, err) != 0
        || fill_row (embedded, caller, wish, &secret, &row, err) != 0
        || (wish->source == TOKEN_AUTO && embedded_write_usage (embedded, err) != 0) /* who is used least? */
        || embedded_begin (embedded, caller, &who, err) != 0)
        return -1;
    int status = insert (embedded, caller, &who, wish, &row, &evicted, err);
    if (embedded_end (embedded, status, err) != 0)
        return -1;
    ret_made->token = row.token;
    row.token = (struct token){ .name = NULL }; /* handed over, as is what follows */
    ret_made->evicted = evicted;
    evicted = (struct token){ .name = NULL };
    secret_move (&ret_made->secret, &secret);
    return 0;
}

/* Inside a transaction: the account's token of that id. */
static int get_token (struct embedded *embedded, const struct authorised *who, const char *id,
                      struct token_row *ret_row, struct error *err)
{
    bool found = false;
    if (!token_id_is_whole (id))
        return error_set (err, ERROR_INVALID_TOKEN_ID, "\"%.60s\" is no token id", id);
    if (store_token_by_id (embedded->store, who->account.id, id, ret_row, &found, err) != 0)
        return -1;
    return found ? 0 : error_set (err, ERROR_TOKEN_NOT_FOUND, "there is no token with the id %s", id);
}

int embedded_get (struct service *service, const struct caller *caller, const char *id, struct token *ret_token,
                  struct error *err)
{
    struct embedded *embedded = (struct embedded *)service;
    AUTO (authorised) who = { .account = { .password_phc = NULL } };
    AUTO (token_row) row = { .place = NULL };
    if (embedded_authorise (embedded, caller, true, &who, err) != 0 || get_token (embedded, &who, id, &row, err) != 0)
        return -1;
    token_copy (ret_token, &row.token);
    return 0;
}

static int rename_token (struct embedded *embedded, const struct caller *caller, const struct authorised *who,
                         struct token *token, const char *name, struct error *err)
{
    if (strcmp (token->name, name) == 0)
        return 0;
    if (token->active && check_name_is_free (embedded, who->account.id, name, token->id, err) != 0)
        return -1;
    if (store_token_set_name (embedded->store, token->id, name, err) != 0
        || embedded_audit (embedded, caller, embedded_actor (who->session.kind), "token_renamed", &who->account, token,
                           name, err)
               != 0)
        return -1;
    memory_cleanup_free (&token->name);
    token->name = xstrdup (name);
    return 0;
}

static int switch_token (struct embedded *embedded, const struct caller *caller, const struct authorised *who,
                         struct token *token, bool active, struct error *err)
{
    if (token->active == active)
        return 0;
    if (store_token_set_active (embedded->store, token->id, active, err) != 0
        || (!active && store_session_delete_of_token (embedded->store, token->id, err) != 0))
        return -1;
    token->active = active;
    return embedded_audit (embedded, caller, embedded_actor (who->session.kind),
                           active ? "token_activated" : "token_deactivated", &who->account, token, NULL, err);
}

static int change_token (struct embedded *embedded, const struct caller *caller, const struct authorised *who,
                         const struct token_change *change, struct token *token, struct error *err)
{
    if (token_state_at (token, clock_now_us ()) == TOKEN_EXPIRED)
        return error_set (err, ERROR_STATE_CONFLICT, "the token \"%s\" has expired and can only be deleted",
                          token->name);
    static const enum delivery_step done = DELIVERY_DONE;
    const enum delivery_step *delivery = change->active && *change->active ? &done : change->delivery;
    if ((delivery && store_delivery_set_step (embedded->store, token->id, *delivery, err) != 0)
        || (change->name && rename_token (embedded, caller, who, token, change->name, err) != 0))
        return -1;
    return change->active ? switch_token (embedded, caller, who, token, *change->active, err) : 0;
}

int embedded_update (struct service *service, const struct caller *caller, const char *id,
                     const struct token_change *change, struct token *ret_token, struct error *err)
{
    struct embedded *embedded = (struct embedded *)service;
    AUTO (authorised) who = { .account = { .password_phc = NULL } };
    AUTO (token_row) row = { .place = NULL };
    if ((change->name && token_name_check (change->name, err) != 0)
        || embedded_begin (embedded, caller, &who, err) != 0)
        return -1;
    int status = get_token (embedded, &who, id, &row, err);
    if (status == 0)
        status = change_token (embedded, caller, &who, change, &row.token, err);
    if (embedded_end (embedded, status, err) != 0)
        return -1;
    if (ret_token)
        token_copy (ret_token, &row.token);
    return 0;
}

int embedded_delete (struct service *service, const struct caller *caller, const char *id, struct error *err)
{
    struct embedded *embedded = (struct embedded *)service;
    AUTO (authorised) who = { .account = { .password_phc = NULL } };
    AUTO (token_row) row = { .place = NULL };
    /* its uses belong to the trail, and cannot be written when it is gone */
    if (embedded_write_usage (embedded, err) != 0 || embedded_begin (embedded, caller, &who, err) != 0)
        return -1;
    int status = get_token (embedded, &who, id, &row, err);
    if (status == 0) {
        struct token_list one = { .items = &row.token, .count = 1 };
        status = embedded_delete_tokens (embedded, caller, &who, &one, NULL, err);
    }
    return embedded_end (embedded, status, err);
}
