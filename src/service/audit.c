/* Reading the audit trail of the embedded service. */
#include <string.h>

#include "src/base/memory.h"
#include "src/service/accounts.h"
#include "src/service/embedded_private.h"
#include "src/service/registry.h"

static int take_line (void *context, const struct audit_row *row)
{
    struct audit_entry *entry = audit_list_add (context);
    *entry = (struct audit_entry){ .at_us = row->at_us,
                                   .user = xstrdup (row->account_name),
                                   .actor = xstrdup (row->actor),
                                   .action = xstrdup (row->action),
                                   .token_id = xstrdup (row->token_id),
                                   .token_name = xstrdup (row->token_name),
                                   .ip = xstrdup (row->ip),
                                   .user_agent = xstrdup (row->user_agent),
                                   .note = xstrdup (row->note) };
    return 0;
}

/* What was gathered belongs to the trail as well, so it is written first. */
static int walk (struct embedded *embedded, const struct audit_query *query, struct audit_list *ret_list,
                 struct error *err)
{
    if (embedded_write_usage (embedded, err) != 0)
        return -1;
    return store_audit_walk (embedded->store, query, take_line, ret_list, err);
}

int embedded_audit_trail (struct service *service, const struct caller *caller, const struct audit_wish *wish,
                          struct audit_list *ret_list, struct error *err)
{
    struct embedded *embedded = (struct embedded *)service;
    AUTO (authorised) who = { .account = { .password_phc = NULL } };
    if (embedded_authorise (embedded, caller, true, &who, err) != 0)
        return -1;
    const struct audit_query query = {
        .account_id = who.account.id, .token = wish->token, .since_us = wish->since_us, .limit = wish->limit
    };
    return walk (embedded, &query, ret_list, err);
}

int accounts_audit_trail (struct embedded *embedded, const struct audit_wish *wish, struct audit_list *ret_list,
                          struct error *err)
{
    const struct audit_query query = { .since_us = wish->since_us, .limit = wish->limit };
    return walk (embedded, &query, ret_list, err);
}

int embedded_registry_afterlife (struct service *service, const struct caller *caller, int64_t *ret_seconds,
                                 struct error *err)
{
    AUTO (authorised) who = { .account = { .password_phc = NULL } };
    if (embedded_authorise ((struct embedded *)service, caller, false, &who, err) != 0)
        return -1;
    return registry_afterlife ((struct embedded *)service, ret_seconds, err);
}
