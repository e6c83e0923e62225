/* Fuzz target: what a service answers: a token, a bearer; and what is sent to our own: a bearer, X-Forwarded-For. */
#include <stdint.h>
#include <string.h>

#include "src/base/address.h"
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/hub/hub_private.h"
#include "src/service/bearer.h"
#include "src/token/wire.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void read_as_token (const char *text, size_t len)
{
    AUTO (token) token = { .name = NULL };
    AUTO (secret) secret = SECRET_INIT;
    json_auto_t *object = json_parse (text, len, "it", ERROR_SERVICE_FAILED, NULL);
    if (object && wire_read_token (object, &token, &secret, NULL) == 0) {
        json_auto_t *again = wire_token (&token, &secret);
        json_auto_t *shown = token_to_json (&token, 1);
        (void)again, (void)shown;
    }
}

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    static const unsigned char key[CRYPTO_KEY_SIZE];
    struct hub_claims hub_claims;
    struct bearer_claims claims;
    AUTO (secret) bearer = SECRET_INIT;
    AUTO (network_list) proxies = { .items = NULL };
    json_start ();
    secret_set (&bearer, data, size);
    read_as_token (secret_text (&bearer), size);
    (void)hub_read_claims (&bearer, &hub_claims, NULL);
    (void)bearer_read (key, &bearer, BEARER_SESSION, &claims, NULL);
    (void)network_list_add (&proxies, "10.0.0.0/8", NULL);
    (void)network_list_add (&proxies, secret_text (&bearer), NULL);
    struct address peer;
    if (address_parse ("10.0.0.1", &peer))
        (void)address_of_client (&peer, secret_text (&bearer), &proxies);
    return 0;
}
