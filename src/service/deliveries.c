/* Requests for tokens of the embedded service, and what became of their secrets. */
#include <string.h>

#include "src/base/clock.h"
#include "src/base/memory.h"
#include "src/base/time.h"
#include "src/service/embedded_private.h"

static int check_request (const struct token_request *request, struct error *err)
{
    if (!token_id_is_whole (request->id))
        return error_set (err, ERROR_USAGE, "the id of the request is not a whole UUID");
    if (!delivery_maker_is_valid (request->maker))
        return error_set (err, ERROR_USAGE, "the maker of the request is not valid");
    return delivery_sink_is_valid (request->sink) ? 0 : error_set (err, ERROR_USAGE, "the sink is not known");
}

static int fail_repeated (const char *token_id, struct error *err)
{
    error_set (err, ERROR_REQUEST_REPEATED, "this request has made a token before (%s); no second one was made",
               token_id);
    error_detail (err, "id", ERROR_DETAIL_TEXT, token_id);
    return error_hint (err, "its secret cannot be had again: delete it and make another one");
}

int embedded_note_request (struct embedded *embedded, const struct authorised *who, const struct token_request *request,
                           const struct token *token, struct error *err)
{
    struct delivery_row row = { .step = DELIVERY_MADE, .at_us = token->created_us };
    char made[CRYPTO_UUID_SIZE];
    bool found;
    if (check_request (request, err) != 0
        || store_delivery_prune (embedded->store, token->created_us - TIME_DAY * 1000000, err) != 0
        || store_delivery_token (embedded->store, who->account.id, request->id, made, &found, err) != 0)
        return -1;
    if (found)
        return fail_repeated (made, err);
    memcpy (row.account_id, who->account.id, sizeof (row.account_id));
    memcpy (row.request_id, request->id, strlen (request->id) + 1);
    memcpy (row.token_id, token->id, sizeof (row.token_id));
    memcpy (row.maker, request->maker, strlen (request->maker) + 1);
    memcpy (row.sink, request->sink, strlen (request->sink) + 1);
    return store_delivery_insert (embedded->store, &row, err);
}

/* Add what is undelivered of a row: a token that is gone, does not work, or was used by who has its secret is not. */
static int add (struct embedded *embedded, const struct delivery_row *row, int64_t now_us,
                struct undelivered_list *list, struct error *err)
{
    AUTO (token_row) token = { .place = NULL };
    bool found;
    if (store_token_by_id (embedded->store, row->account_id, row->token_id, &token, &found, err) != 0)
        return -1;
    if (!found || token.token.last_used_us != 0 || token_state_at (&token.token, now_us) != TOKEN_ACTIVE)
        return 0;
    struct undelivered *item = undelivered_list_add (list);
    token_copy (&item->token, &token.token);
    memcpy (item->request_id, row->request_id, sizeof (item->request_id));
    memcpy (item->maker, row->maker, sizeof (item->maker));
    memcpy (item->sink, row->sink, sizeof (item->sink));
    item->step = row->step;
    item->age_s = now_us > row->at_us ? (now_us - row->at_us) / 1000000 : 0;
    return 0;
}

int embedded_undelivered (struct service *service, const struct caller *caller, struct undelivered_list *ret_list,
                          struct error *err)
{
    struct embedded *embedded = (struct embedded *)service;
    AUTO (authorised) who = { .account = { .password_phc = NULL } };
    AUTO (delivery_row_list) rows = { .items = NULL };
    AUTO (undelivered_list) list = { .items = NULL };
    if (embedded_authorise (embedded, caller, true, &who, err) != 0
        || store_delivery_list_open (embedded->store, who.account.id, &rows, err) != 0)
        return -1;
    for (size_t i = 0; i < rows.count; i++)
        if (add (embedded, &rows.items[i], clock_now_us (), &list, err) != 0)
            return -1;
    *ret_list = list;
    list = (struct undelivered_list){ .items = NULL }; /* handed over */
    return 0;
}
