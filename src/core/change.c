/* Doing one thing to several tokens, and telling of each how it went. */
#include "src/core/change.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/memory.h"

void change_report_release (struct change_report *report)
{
    for (size_t i = 0; i < report->count; i++)
        free (report->items[i].name);
    free (report->items);
    report->items = NULL;
    report->count = 0;
}

const char *change_action_name (enum change_action action)
{
    static const char *const names[] = { "rename", "activate", "deactivate", "delete" };
    return names[action];
}

static struct change_item *add_item (struct change_report *report, const char *name)
{
    report->items = xreallocarray (report->items, report->count + 1, sizeof (*report->items));
    struct change_item *item = &report->items[report->count++];
    *item = (struct change_item){ .name = xstrdup (name) };
    return item;
}

/* What the action asks of the service; false when the token is so already. */
static bool plan_change (enum change_action action, const struct token *token, const char *new_name, const bool *active,
                         struct token_change *ret_change)
{
    *ret_change = (struct token_change){ .name = NULL };
    switch (action) {
    case CHANGE_RENAME:
        ret_change->name = new_name;
        return strcmp (token->name, new_name) != 0;
    case CHANGE_ACTIVATE:
    case CHANGE_DEACTIVATE:
        ret_change->active = active;
        return token->active != *active;
    case CHANGE_DELETE:
        break;
    }
    return true;
}

static int refuse_expired (const struct token *token, struct error *err)
{
    error_set (err, ERROR_STATE_CONFLICT, "the token \"%s\" has expired and can only be deleted", token->name);
    return error_hint (err, "the expiry of a token cannot be changed: make a new one with dpat create");
}

void change_token (struct change_report *report, struct service *service, const struct caller *caller,
                   const struct token *token, const char *new_name, int64_t now_us)
{
    struct change_item *item = add_item (report, token->name);
    memcpy (item->id, token->id, sizeof (item->id));
    bool active = report->action == CHANGE_ACTIVATE;
    struct token_change change;
    int status = 0;
    bool expired = token_state_at (token, now_us) == TOKEN_EXPIRED;
    if (expired && report->action != CHANGE_DELETE)
        status = refuse_expired (token, &item->error);
    else if (!plan_change (report->action, token, new_name, &active, &change))
        item->outcome = CHANGE_UNCHANGED;
    else if (report->dry_run)
        item->outcome = CHANGE_DONE;
    else if (report->action == CHANGE_DELETE)
        status = service_delete (service, caller, token->id, &item->error);
    else
        status = service_update (service, caller, token->id, &change, NULL, &item->error);
    if (status != 0)
        item->outcome = CHANGE_FAILED;
    if (report->action == CHANGE_RENAME && item->outcome == CHANGE_DONE) {
        free (item->name);
        item->name = xstrdup (new_name);
    }
}

void change_not_found (struct change_report *report, const char *text, const struct error *why, bool absent_is_fine)
{
    struct change_item *item = add_item (report, text);
    item->error = *why;
    bool fine = absent_is_fine && why->code == ERROR_TOKEN_NOT_FOUND;
    item->outcome = fine ? CHANGE_ABSENT : CHANGE_FAILED;
}

int change_verdict (const struct change_report *report, struct error *err)
{
    const struct error *first = NULL;
    size_t failed = 0;
    bool alike = true;
    for (size_t i = 0; i < report->count; i++) {
        const struct change_item *item = &report->items[i];
        if (item->outcome != CHANGE_FAILED)
            continue;
        failed++;
        first = first ? first : &item->error;
        alike = alike && item->error.code == first->code;
    }
    if (failed == 0)
        return 0;
    if (failed == report->count && alike) {
        if (err)
            *err = *first;
        if (failed > 1)
            error_prefix (err, "all %zu tokens failed, the first because", failed);
        for (size_t i = 0; failed > 1 && i < report->count; i++)
            error_detail_append (err, "tokens", report->items[i].name);
        return -1;
    }
    return error_set (err, ERROR_PARTIAL, "%zu of %zu tokens failed; each has its reason in the result", failed,
                      report->count);
}
