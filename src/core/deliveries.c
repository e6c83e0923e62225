/* What interrupted runs left: tokens that work and whose secret may have gone nowhere. */
#include "src/core/deliveries.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/base/memory.h"
#include "src/core/delivery_note.h"
#include "src/core/docker_entry.h"
#include "src/core/maker.h"

/* Longer than any delivery takes; and how much earlier than ours a service's clock may say that a token was made. */
enum { PATIENCE_S = 15 * 60, CLOCK_SLACK_S = 10 * 60 };

void leftover_list_release (struct leftover_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free (list->items[i].name);
    free (list->items);
    *list = (struct leftover_list){ .items = NULL };
}

static void add (struct leftover_list *list, const struct token *token, const char *sink, enum leftover_outcome outcome)
{
    list->items = xreallocarray (list->items, list->count + 1, sizeof (*list->items));
    struct leftover *item = &list->items[list->count++];
    *item = (struct leftover){ .name = xstrdup (token->name), .outcome = outcome };
    memcpy (item->token_id, token->id, sizeof (item->token_id));
    memcpy (item->sink, sink, strnlen (sink, sizeof (item->sink) - 1));
}

static bool is_over (const struct undelivered *item)
{
    enum maker_life life = maker_life (item->maker);
    return life == MAKER_ENDED || (life == MAKER_UNKNOWN && item->age_s >= PATIENCE_S);
}

/* Docker's own file shows whether the secret arrived. */
static bool has_arrived (const struct delivery_place *place, const char *token_id, const char *sink)
{
    bool holds = false;
    return strcmp (sink, "docker") == 0
           && docker_entry_holds_token (place->state_folder, place->service_name, token_id, NULL, &holds, NULL) == 0
           && holds;
}

/* One that the service remembers, and whose maker has ended. */
static int settle_known (const struct delivery_place *place, const struct undelivered *item, bool dry_run,
                         struct leftover_list *list, struct error *err)
{
    static const enum delivery_step done = DELIVERY_DONE;
    const struct token_change is_done = { .delivery = &done };
    struct error why = ERROR_INIT;
    if (item->step == DELIVERY_MADE && !dry_run) {
        int status = service_delete (place->service, place->caller, item->token.id, &why);
        if (status == 0)
            add (list, &item->token, item->sink, LEFTOVER_DELETED);
        if (status == 0 || why.code == ERROR_TOKEN_NOT_FOUND) /* another run was faster */
            return 0;
    }
    if (item->step == DELIVERY_BEGUN && !dry_run && has_arrived (place, item->token.id, item->sink))
        return service_update (place->service, place->caller, item->token.id, &is_done, NULL, err);
    add (list, &item->token, item->sink, LEFTOVER_TOLD);
    return 0;
}

/* A walk over notes. */
struct settling {
    const struct delivery_place *place;
    bool dry_run;
    struct leftover_list *list;
    struct error *err;
};

static bool may_be_unused (const struct token *token)
{
    return token->last_used_us == 0 && token_state_at (token, clock_now_us ()) == TOKEN_ACTIVE;
}

/* The token is known, and so is that its delivery began. */
static int settle_begun (struct settling *settling, struct delivery_note *note, const struct delivery_note_text *text)
{
    const struct delivery_place *place = settling->place;
    AUTO (token) token = { .name = NULL };
    struct error why = ERROR_INIT;
    int status = service_get (place->service, place->caller, text->token_id, &token, &why);
    if (status != 0 && why.code != ERROR_TOKEN_NOT_FOUND) {
        if (settling->err)
            *settling->err = why;
        return -1;
    }
    if (status == 0 && may_be_unused (&token) && !has_arrived (place, token.id, text->sink))
        add (settling->list, &token, text->sink, LEFTOVER_TOLD);
    else if (!settling->dry_run)
        delivery_note_remove (note);
    return 0;
}

static bool may_be_meant (const struct delivery_note_text *text, const struct token *token)
{
    return may_be_unused (token) && (text->others == NULL || strstr (text->others, token->id) == NULL)
           && token->created_us / 1000000 >= text->at - CLOCK_SLACK_S
           && (text->automatic ? token->source == TOKEN_AUTO : strcmp (token->name, text->name) == 0);
}

/* The service was asked, and its answer was lost: any token that fits may be the one. */
static int settle_asked (struct settling *settling, struct delivery_note *note, const struct delivery_note_text *text)
{
    const struct delivery_place *place = settling->place;
    AUTO (token_list) all = { .items = NULL };
    size_t before = settling->list->count;
    if (service_list (place->service, place->caller, &all, settling->err) != 0)
        return -1;
    for (size_t i = 0; i < all.count; i++)
        if (may_be_meant (text, &all.items[i]))
            add (settling->list, &all.items[i], text->sink, LEFTOVER_SUSPECTED);
    bool is_late = clock_now_us () / 1000000 >= text->at + PATIENCE_S;
    if (settling->list->count == before && is_late && !settling->dry_run)
        delivery_note_remove (note);
    return 0;
}

static int settle_note (void *context, struct delivery_note *note, const struct delivery_note_text *text)
{
    struct settling *settling = context;
    if (strcmp (text->service, settling->place->service_name) != 0 || strcmp (text->user, settling->place->user) != 0)
        return 0;
    return text->token_id[0] ? settle_begun (settling, note, text) : settle_asked (settling, note, text);
}

/* Ask the service what it remembers, which tells whether it does. */
static int ask (struct delivery_place *place, struct undelivered_list *ret_items, struct error *err)
{
    struct error why = ERROR_INIT;
    if (service_undelivered (place->service, place->caller, ret_items, &why) == 0) {
        place->keeper = KEEPER_SERVICE;
        return 0;
    }
    if (why.code == ERROR_UNSUPPORTED) {
        place->keeper = KEEPER_NOTE;
        return 0;
    }
    if (err)
        *err = why;
    return -1;
}

static int fail_lost (const struct token *token, struct error *err)
{
    error_set (err, ERROR_NAME_TAKEN,
               "the token \"%s\" (%s) was made by a run that was interrupted, and its secret may have gone nowhere",
               token->name, token->id);
    error_detail (err, "id", ERROR_DETAIL_TEXT, token->id);
    return error_hint (err, "if you do not have its secret: dpat delete %s; if you do: dpat activate %s", token->id,
                       token->id);
}

/* A token that notes may speak of. */
struct note_search {
    const struct delivery_place *place;
    const struct token *token;
    bool remove;
    bool found;
};

static int search_note (void *context, struct delivery_note *note, const struct delivery_note_text *text)
{
    struct note_search *search = context;
    bool here =
        strcmp (text->service, search->place->service_name) == 0 && strcmp (text->user, search->place->user) == 0;
    bool meant =
        text->token_id[0] ? strcmp (text->token_id, search->token->id) == 0 : may_be_meant (text, search->token);
    if (here && meant)
        search->found = true;
    if (here && meant && search->remove)
        delivery_note_remove (note);
    return 0;
}

/* Its maker has ended, which it may have done well since the service was asked. */
static int check_again (struct delivery_place *place, const struct token *token, struct error *err)
{
    AUTO (undelivered_list) items = { .items = NULL };
    if (ask (place, &items, err) != 0)
        return -1;
    for (size_t i = 0; i < items.count; i++)
        if (strcmp (items.items[i].token.id, token->id) == 0)
            return fail_lost (token, err);
    return 0;
}

int deliveries_check (struct delivery_place *place, const struct token *token, struct error *err)
{
    AUTO (undelivered_list) items = { .items = NULL };
    struct note_search search = { .place = place, .token = token };
    if (ask (place, &items, err) != 0)
        return -1;
    for (size_t i = 0; i < items.count; i++) {
        if (strcmp (items.items[i].token.id, token->id) != 0)
            continue;
        if (is_over (&items.items[i]))
            return check_again (place, token, err);
        error_set (err, ERROR_BUSY, "another run is delivering the secret of \"%s\" just now", token->name);
        return error_hint (err, "try again in a moment");
    }
    (void)delivery_note_walk (place->state_folder, search_note, &search);
    return search.found ? fail_lost (token, err) : 0;
}

int deliveries_accept (struct delivery_place *place, const char *token_id, struct error *err)
{
    static const enum delivery_step done = DELIVERY_DONE;
    const struct token_change change = { .delivery = &done };
    AUTO (token) token = { .name = NULL };
    struct note_search search = { .place = place, .token = &token, .remove = true };
    if (deliveries_find_keeper (place, err) != 0
        || service_get (place->service, place->caller, token_id, &token, err) != 0
        || (place->keeper == KEEPER_SERVICE
            && service_update (place->service, place->caller, token_id, &change, NULL, err) != 0))
        return -1;
    return delivery_note_walk (place->state_folder, search_note, &search);
}

/* A token whose secret was delivered is not what a run made that was killed before. */
static int exclude (void *context, struct delivery_note *note, const struct delivery_note_text *text)
{
    const struct note_search *search = context;
    if (text->token_id[0] == '\0' && strcmp (text->service, search->place->service_name) == 0
        && strcmp (text->user, search->place->user) == 0 && may_be_meant (text, search->token))
        delivery_note_exclude (note, search->token->id);
    return 0;
}

void deliveries_tell_apart (const struct delivery_place *place, const struct token *token)
{
    struct note_search search = { .place = place, .token = token };
    (void)delivery_note_walk (place->state_folder, exclude, &search);
}

int deliveries_find_keeper (struct delivery_place *place, struct error *err)
{
    AUTO (undelivered_list) items = { .items = NULL };
    return place->keeper == KEEPER_UNKNOWN ? ask (place, &items, err) : 0;
}

/* Which of the items are of makers that have ended; the others lose their request's id. */
static bool keep_over (struct undelivered_list *items)
{
    bool any = false;
    for (size_t i = 0; i < items->count; i++) {
        bool over = is_over (&items->items[i]);
        any = any || over;
        if (!over)
            items->items[i].request_id[0] = '\0';
    }
    return any;
}

static bool has_request (const struct undelivered_list *items, const char *request_id)
{
    for (size_t i = 0; i < items->count; i++)
        if (strcmp (items->items[i].request_id, request_id) == 0)
            return true;
    return false;
}

/* Those that the service remembers. A maker may have delivered and ended between the service's answer and our look at
 * it, so what counts is what the service says after that look. */
static int settle_remembered (struct delivery_place *place, bool dry_run, struct leftover_list *list, struct error *err)
{
    AUTO (undelivered_list) before = { .items = NULL };
    AUTO (undelivered_list) after = { .items = NULL };
    if (ask (place, &before, err) != 0)
        return -1;
    if (!keep_over (&before))
        return 0;
    if (ask (place, &after, err) != 0)
        return -1;
    for (size_t i = 0; i < after.count; i++)
        if (has_request (&before, after.items[i].request_id)
            && settle_known (place, &after.items[i], dry_run, list, err) != 0)
            return -1;
    return 0;
}

int deliveries_settle (struct delivery_place *place, bool dry_run, struct leftover_list *ret_list, struct error *err)
{
    struct settling settling = { .place = place, .dry_run = dry_run, .list = ret_list, .err = err };
    if (settle_remembered (place, dry_run, ret_list, err) != 0)
        return -1;
    /* notes may also be left of a time when the service did not remember */
    return delivery_note_walk (place->state_folder, settle_note, &settling);
}
