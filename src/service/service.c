/* The wrappers around a service's operations. */
#include "src/service/service.h"

void session_release (struct session *session)
{
    secret_release (&session->bearer);
    *session = (struct session){ .expires_us = 0 };
}

void token_made_release (struct token_made *made)
{
    token_release (&made->token);
    token_release (&made->evicted);
    secret_release (&made->secret);
}

int service_sign_in (struct service *service, const struct caller *caller, const struct sign_in *sign_in,
                     struct session *ret_session, struct error *err)
{
    return service->ops->sign_in (service, caller, sign_in, ret_session, err);
}

int service_sign_out (struct service *service, const struct caller *caller, bool everywhere, struct error *err)
{
    return service->ops->sign_out (service, caller, everywhere, err);
}

int service_whoami (struct service *service, const struct caller *caller, struct session *ret_session,
                    struct error *err)
{
    return service->ops->whoami (service, caller, ret_session, err);
}

int service_create (struct service *service, const struct caller *caller, const struct token_wish *wish,
                    struct token_made *ret_made, struct error *err)
{
    return service->ops->create (service, caller, wish, ret_made, err);
}

int service_list (struct service *service, const struct caller *caller, struct token_list *ret_list, struct error *err)
{
    return service->ops->list (service, caller, ret_list, err);
}

int service_find (struct service *service, const struct caller *caller, const char *text, struct token_list *ret_list,
                  struct error *err)
{
    return service->ops->find (service, caller, text, ret_list, err);
}

int service_get (struct service *service, const struct caller *caller, const char *id, struct token *ret_token,
                 struct error *err)
{
    return service->ops->get (service, caller, id, ret_token, err);
}

int service_update (struct service *service, const struct caller *caller, const char *id,
                    const struct token_change *change, struct token *ret_token, struct error *err)
{
    return service->ops->update (service, caller, id, change, ret_token, err);
}

int service_delete (struct service *service, const struct caller *caller, const char *id, struct error *err)
{
    return service->ops->delete (service, caller, id, err);
}

int service_undelivered (struct service *service, const struct caller *caller, struct undelivered_list *ret_list,
                         struct error *err)
{
    return service->ops->undelivered (service, caller, ret_list, err);
}

int service_set_password (struct service *service, const struct caller *caller, const struct secret *old_password,
                          const struct secret *new_password, struct error *err)
{
    return service->ops->set_password (service, caller, old_password, new_password, err);
}

int service_second_factor (struct service *service, const struct caller *caller, struct second_factor *ret_factor,
                           struct error *err)
{
    return service->ops->second_factor (service, caller, ret_factor, err);
}

int service_offer_second_factor (struct service *service, const struct caller *caller, const struct secret *password,
                                 struct secret *ret_uri, struct error *err)
{
    return service->ops->offer_second_factor (service, caller, password, ret_uri, err);
}

int service_confirm_second_factor (struct service *service, const struct caller *caller, const struct secret *code,
                                   struct secret *ret_recovery, struct error *err)
{
    return service->ops->confirm_second_factor (service, caller, code, ret_recovery, err);
}

int service_drop_second_factor (struct service *service, const struct caller *caller, const struct secret *password,
                                const struct secret *code, struct error *err)
{
    return service->ops->drop_second_factor (service, caller, password, code, err);
}

int service_audit_trail (struct service *service, const struct caller *caller, const struct audit_wish *wish,
                         struct audit_list *ret_list, struct error *err)
{
    return service->ops->audit_trail (service, caller, wish, ret_list, err);
}

int service_registry_afterlife (struct service *service, const struct caller *caller, int64_t *ret_seconds,
                                struct error *err)
{
    return service->ops->registry_afterlife (service, caller, ret_seconds, err);
}

void service_free (struct service *service)
{
    if (service)
        service->ops->free (service);
}
