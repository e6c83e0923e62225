/* Tokens whose secret may not have been delivered, over HTTP. */
#include "src/base/memory.h"
#include "src/hub/hub_private.h"
#include "src/token/wire.h"

static int read_items (const json_t *items, struct undelivered_list *ret_list, struct error *err)
{
    AUTO (undelivered_list) list = { .items = NULL };
    const json_t *item;
    size_t i;
    json_array_foreach (items, i, item)
    {
        if (wire_read_undelivered (item, undelivered_list_add (&list), err) != 0)
            return -1;
    }
    *ret_list = list;
    list = (struct undelivered_list){ .items = NULL }; /* handed over */
    return 0;
}

int hub_undelivered (struct service *service, const struct caller *caller, struct undelivered_list *ret_list,
                     struct error *err)
{
    struct hub *hub = (struct hub *)service;
    AUTO (http_reply) reply = { .body = NULL };
    if (hub_needs_dpat (hub, "undelivered tokens", err) != 0)
        return -1;
    if (hub_ask (hub, caller, "GET", "/v2/access-tokens?undelivered=true&page_size=1", NULL, true, &reply, err) != 0)
        return -1;
    const json_t *items = json_object_get (reply.body, "undelivered");
    if (!json_is_array (items))
        return error_set (err, ERROR_UNSUPPORTED, "%s does not remember what makes its tokens", http_host (hub->http));
    return read_items (items, ret_list, err);
}
