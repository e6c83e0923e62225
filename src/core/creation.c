/* Making a token so that its secret is either delivered or the token is gone again. */
#include "src/core/creation.h"

#include <string.h>

#include "src/base/memory.h"
#include "src/core/interrupt.h"

void creation_release (struct creation *creation)
{
    token_release (&creation->token);
    token_release (&creation->evicted);
}

static int undeliver (struct service *service, const struct caller *caller, const struct token *token,
                      const struct error *why, struct error *err)
{
    struct error failure = ERROR_INIT;
    bool undone = service_delete (service, caller, token->id, &failure) == 0 || failure.code == ERROR_TOKEN_NOT_FOUND;
    error_set (err, ERROR_UNDELIVERED, "the secret of \"%s\" could not be delivered (%s); the token %s", token->name,
               why->text, undone ? "was deleted again" : "could not be deleted either");
    if (undone)
        error_hint (err, "%s", why->hint[0] ? why->hint : "mend that and make the token again");
    else
        error_hint (err, "delete it yourself: dpat delete %s", token->id);
    error_detail (err, "id", ERROR_DETAIL_TEXT, token->id);
    error_detail (err, "undone", ERROR_DETAIL_BOOL, undone ? "true" : "false");
    return -1;
}

static int make_and_deliver (struct service *service, const struct caller *caller, const struct token_wish *wish,
                             struct sink *sink, struct token_made *made, struct error *err)
{
    if (service_create (service, caller, wish, made, err) != 0)
        return -1;
    struct error why = ERROR_INIT;
    if (interrupt_pending ())
        error_set (&why, ERROR_UNDELIVERED, "a signal came first");
    else if (sink_deliver (sink, made, &why) == 0)
        return 0;
    return undeliver (service, caller, &made->token, &why, err);
}

/* The token that an ERROR_NAME_TAKEN tells of. */
static int find_taken (struct service *service, const struct caller *caller, const struct error *taken,
                       struct token *ret_token, struct error *err)
{
    const char *id = taken->detail_count ? taken->details[0].text : "";
    if (service_get (service, caller, id, ret_token, err) == 0)
        return 0;
    return error_prefix (err, "the token of that name cannot be looked at");
}

int creation_run (struct service *service, const struct caller *caller, const struct token_wish *wish, bool if_absent,
                  struct sink *sink, struct creation *ret_creation, struct error *err)
{
    struct interrupt_guard guard;
    AUTO (token_made) made = { .secret = SECRET_INIT };
    struct error why = ERROR_INIT;
    interrupt_begin (&guard);
    int status = make_and_deliver (service, caller, wish, sink, &made, &why);
    interrupt_end (&guard);
    if (status == 0) {
        ret_creation->created = true;
        token_copy (&ret_creation->token, &made.token);
        token_copy (&ret_creation->evicted, &made.evicted);
        return 0;
    }
    if (if_absent && why.code == ERROR_NAME_TAKEN)
        return find_taken (service, caller, &why, &ret_creation->token, err);
    if (err)
        *err = why;
    return -1;
}
