/* The resource of the account that is signed in: who it is, its password, its second factor. */
#include <string.h>

#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/base/time.h"
#include "src/server/handlers.h"
#include "src/server/server_private.h"
#include "src/service/accounts.h"

/* A UUID without its hyphens. Returns out. */
static const char *trim_id (const char *id, char out[CRYPTO_UUID_SIZE])
{
    char *at = out;
    for (; *id; id++)
        if (*id != '-')
            *at++ = *id;
    *at = '\0';
    return out;
}

/* The user object of Docker Hub, and beyond it "session": how it was opened and until when it lasts; and
 * "registry_afterlife", see service_registry_afterlife. */
int handle_user (struct call *call, struct error *err)
{
    static const char *const empty[] = { "full_name",    "location",    "company", "gravatar_email",
                                         "gravatar_url", "profile_url", NULL };
    char when[TIME_TEXT_US_SIZE];
    char id[CRYPTO_UUID_SIZE];
    struct account account;
    int64_t afterlife_s;
    if (accounts_get (call->embedded, call->session.user, &account, err) != 0
        || service_registry_afterlife (call->service, &call->caller, &afterlife_s, err) != 0)
        return -1;
    json_t *body = json_object ();
    json_t *session = json_object ();
    json_set_string (body, "id", trim_id (account.id, id));
    json_set_string (body, "username", account.name);
    json_set_string (body, "date_joined", time_format_us (account.created_us, 6, when));
    for (const char *const *key = empty; *key; key++)
        json_set_string (body, *key, "");
    json_set (body, "is_staff", json_false ());
    json_set (body, "is_admin", json_false ());
    json_set_string (body, "type", "User");
    json_set_string (session, "signed_in_with", call->session.kind == SIGNED_IN_WITH_PAT ? "pat" : "password");
    json_set_string (session, "token_uuid", call->session.token_id[0] ? call->session.token_id : NULL);
    json_set_string (session, "expires_at", time_format_us (call->session.expires_us, 6, when));
    json_set (body, "session", session);
    json_set (body, "registry_afterlife", json_integer (afterlife_s));
    exchange_reply (call->exchange, 200, body);
    return 0;
}

/* There are no organisations here: Docker Hub's page of none. */
int handle_orgs (struct call *call, struct error *err)
{
    (void)err;
    json_t *body = json_object ();
    json_set (body, "count", json_integer (0));
    json_set_string (body, "next", NULL);
    json_set_string (body, "previous", NULL);
    json_set (body, "results", json_array ());
    exchange_reply (call->exchange, 200, body);
    return 0;
}

/* What a password allows. */
struct guarded {
    int (*act) (struct call *, const struct secret *, struct error *);
    const struct secret *password;
};

static int attempt_act (struct call *call, void *context, struct error *err)
{
    const struct guarded *guarded = context;
    return guarded->act (call, guarded->password, err);
}

/* Do something that a password allows, unless it was wrong too often. */
static int with_throttle (struct call *call, int (*act) (struct call *, const struct secret *, struct error *),
                          const char *password_key, struct error *err)
{
    AUTO (secret) password = SECRET_INIT;
    if (handlers_take_secret (call, password_key, true, &password, err) != 0)
        return -1;
    struct guarded guarded = { .act = act, .password = &password };
    return handlers_try (call, call->session.user, &password, attempt_act, &guarded, err);
}

static int change_password (struct call *call, const struct secret *old_password, struct error *err)
{
    AUTO (secret) new_password = SECRET_INIT;
    if (handlers_take_secret (call, "new_password", true, &new_password, err) != 0
        || service_set_password (call->service, &call->caller, old_password, &new_password, err) != 0)
        return -1;
    exchange_reply (call->exchange, 204, NULL);
    return 0;
}

int handle_password (struct call *call, struct error *err)
{
    return with_throttle (call, change_password, "old_password", err);
}

int handle_second_factor (struct call *call, struct error *err)
{
    struct second_factor factor;
    char when[TIME_TEXT_US_SIZE];
    if (service_second_factor (call->service, &call->caller, &factor, err) != 0)
        return -1;
    json_t *body = json_object ();
    json_set (body, "enabled", json_boolean (factor.enabled));
    json_set (body, "recovery_code_left", json_boolean (factor.has_recovery));
    json_set_string (body, "locked_until",
                     factor.locked_until_us ? time_format_us (factor.locked_until_us, 6, when) : NULL);
    exchange_reply (call->exchange, 200, body);
    return 0;
}

static int offer (struct call *call, const struct secret *password, struct error *err)
{
    AUTO (secret) uri = SECRET_INIT;
    if (service_offer_second_factor (call->service, &call->caller, password, &uri, err) != 0)
        return -1;
    exchange_reply (call->exchange, 201, json_object ());
    json_set_string (call->exchange->reply.body, "otpauth_uri", secret_text (&uri));
    return 0;
}

int handle_second_factor_offer (struct call *call, struct error *err)
{
    return with_throttle (call, offer, "password", err);
}

int handle_second_factor_confirm (struct call *call, struct error *err)
{
    AUTO (secret) code = SECRET_INIT;
    AUTO (secret) recovery = SECRET_INIT;
    if (handlers_take_secret (call, "code", true, &code, err) != 0
        || service_confirm_second_factor (call->service, &call->caller, &code, &recovery, err) != 0)
        return -1;
    exchange_reply (call->exchange, 200, json_object ());
    json_set_string (call->exchange->reply.body, "recovery_code", secret_text (&recovery));
    return 0;
}

static int disable (struct call *call, const struct secret *password, struct error *err)
{
    AUTO (secret) code = SECRET_INIT;
    if (handlers_take_secret (call, "code", true, &code, err) != 0
        || service_drop_second_factor (call->service, &call->caller, password, &code, err) != 0)
        return -1;
    exchange_reply (call->exchange, 204, NULL);
    return 0;
}

int handle_second_factor_disable (struct call *call, struct error *err)
{
    return with_throttle (call, disable, "password", err);
}
