/* Making a token so that its secret is either delivered or the token is gone again. */
#include "src/core/creation.h"

#include <stdio.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/base/crypto.h"
#include "src/base/memory.h"
#include "src/core/delivery_note.h"
#include "src/core/interrupt.h"
#include "src/core/maker.h"

/* What a delivery may need where memory ends while it is under way. */
enum { RESERVE_BYTES = 4 << 20 };

/* A creation under way. */
struct making {
    const struct delivery_place *place;
    struct sink *sink;
    struct token_made made;
    struct delivery_note note; /* where the service does not remember the request */
};

static void making_release (struct making *making)
{
    token_made_release (&making->made);
    delivery_note_release (&making->note);
}

void creation_release (struct creation *creation)
{
    token_release (&creation->token);
    token_release (&creation->evicted);
    memory_set_last_words (NULL, 0);
}

static int undeliver (struct making *making, const struct error *why, struct error *err)
{
    const struct token *token = &making->made.token;
    struct error failure = ERROR_INIT;
    bool undone = service_delete (making->place->service, making->place->caller, token->id, &failure) == 0
                  || failure.code == ERROR_TOKEN_NOT_FOUND;
    error_set (err, ERROR_UNDELIVERED, "the secret of \"%s\" could not be delivered (%s); the token %s", token->name,
               why->text, undone ? "was deleted again" : "could not be deleted either");
    if (undone) {
        delivery_note_remove (&making->note);
        error_hint (err, "%s", why->hint[0] ? why->hint : "mend that and make the token again");
    } else
        error_hint (err, "delete it yourself: dpat delete %s", token->id);
    error_detail (err, "id", ERROR_DETAIL_TEXT, token->id);
    error_detail (err, "undone", ERROR_DETAIL_BOOL, undone ? "true" : "false");
    return -1;
}

/* Keep a note where the service does not remember the request. That none can be kept is told, and no reason to make no
 * token: where there is no place for notes, there is no later run to read them. */
static void keep_note (struct making *making, const struct token_wish *wish, struct error *ret_unnoted)
{
    const struct delivery_place *place = making->place;
    AUTO (delivery_note_text)
    text = { .service = xstrdup (place->service_name),
             .user = xstrdup (place->user),
             .name = xstrdup (wish->name),
             .sink = xstrdup (wish->request->sink),
             .automatic = wish->source == TOKEN_AUTO,
             .at = clock_now_us () / 1000000 };
    memcpy (text.request_id, wish->request->id, TOKEN_ID_SIZE);
    (void)delivery_note_new (place->state_folder, &text, &making->note, ret_unnoted);
}

/* Whether the service may have made a token though it gave none. */
static bool may_have_made (const struct error *why)
{
    bool sent = false;
    for (size_t i = 0; i < why->detail_count; i++)
        sent = sent || (strcmp (why->details[i].key, "sent") == 0 && strcmp (why->details[i].text, "true") == 0);
    return why->code == ERROR_SERVICE_FAILED || (why->code == ERROR_NETWORK && sent);
}

static int ask (struct making *making, const struct token_wish *wish, struct creation *creation, struct error *err)
{
    const struct delivery_place *place = making->place;
    struct error why = ERROR_INIT;
    if (place->keeper == KEEPER_NOTE)
        keep_note (making, wish, &creation->unnoted);
    struct token_wish asked = *wish;
    if (place->keeper != KEEPER_SERVICE)
        asked.request = NULL;
    memory_set_last_words ("dpat: out of memory while a token was being made; the next dpat command looks after it\n",
                           error_kind (ERROR_INTERNAL)->exit_status);
    if (service_create (place->service, place->caller, &asked, &making->made, &why) == 0)
        return 0;
    memory_set_last_words (NULL, 0);
    if (!may_have_made (&why))
        delivery_note_remove (&making->note);
    if (err)
        *err = why;
    return -1;
}

/* From here on nobody but this run can tell whether the secret arrived. */
static int begin (struct making *making, struct error *err)
{
    static const enum delivery_step begun = DELIVERY_BEGUN;
    const struct token_change change = { .delivery = &begun };
    const char *id = making->made.token.id;
    if (making->place->keeper == KEEPER_SERVICE)
        return service_update (making->place->service, making->place->caller, id, &change, NULL, err);
    return making->note.fd < 0 ? 0 : delivery_note_begin (&making->note, id, err);
}

static int deliver (struct making *making, struct error *why)
{
    if (begin (making, why) != 0)
        return -1;
    if (interrupt_pending ())
        return error_set (why, ERROR_UNDELIVERED, "a signal came first");
    return sink_deliver (making->sink, &making->made, why);
}

/* The secret has arrived: nothing is left to be looked after. */
static int finish (struct making *making, struct creation *creation, struct error *err)
{
    static const enum delivery_step done = DELIVERY_DONE;
    const struct token_change change = { .delivery = &done };
    const struct delivery_place *place = making->place;
    if (place->keeper != KEEPER_SERVICE) {
        deliveries_tell_apart (place, &making->made.token);
        delivery_note_remove (&making->note);
    } else if (service_update (place->service, place->caller, making->made.token.id, &change, NULL,
                               &creation->unconfirmed)
                   != 0
               && creation->unconfirmed.code == ERROR_TOKEN_NOT_FOUND) {
        const struct error why = { .text = "somebody deleted it meanwhile" };
        return undeliver (making, &why, err);
    }
    return 0;
}

static void set_last_words (struct creation *creation, const struct token *token, bool delivered)
{
    snprintf (creation->last_words, sizeof (creation->last_words),
              delivered ? "dpat: out of memory; the token %s was made and its secret delivered\n"
                        : "dpat: out of memory; the token %s was made, and its secret may not have been delivered: the "
                          "next dpat command looks after it, or: dpat delete %s\n",
              token->id, token->id);
    memory_set_last_words (creation->last_words,
                           error_kind (delivered ? ERROR_INTERNAL : ERROR_UNDELIVERED)->exit_status);
}

static int make_and_deliver (struct making *making, const struct token_wish *wish, struct creation *creation,
                             struct error *err)
{
    struct error why = ERROR_INIT;
    if (ask (making, wish, creation, err) != 0)
        return -1;
    set_last_words (creation, &making->made.token, false);
    if (deliver (making, &why) != 0)
        return undeliver (making, &why, err);
    set_last_words (creation, &making->made.token, true);
    if (finish (making, creation, err) != 0)
        return -1;
    creation->token = making->made.token;
    making->made.token = (struct token){ .name = NULL }; /* handed over, as is what follows */
    creation->evicted = making->made.evicted;
    making->made.evicted = (struct token){ .name = NULL };
    return 0;
}

int creation_run (const struct delivery_place *place, const struct token_wish *wish, struct sink *sink,
                  struct creation *ret_creation, struct error *err)
{
    struct interrupt_guard guard;
    char id[CRYPTO_UUID_SIZE];
    char maker[DELIVERY_MAKER_SIZE];
    struct delivery_place known = *place;
    const struct token_request request = { .id = id, .maker = maker, .sink = sink->ops->name };
    struct token_wish asked = *wish;
    AUTO (making) making = { .place = &known, .sink = sink, .note = DELIVERY_NOTE_INIT };
    if (deliveries_find_keeper (&known, err) != 0 || crypto_uuid (id, err) != 0)
        return -1;
    maker_self (maker);
    asked.request = &request;
    if (memory_keep_reserve (RESERVE_BYTES, false) != 0)
        return error_set (err, ERROR_INTERNAL, "there is no memory to deliver a secret with");
    interrupt_begin (&guard);
    int status = make_and_deliver (&making, &asked, ret_creation, err);
    interrupt_end (&guard);
    return status;
}
