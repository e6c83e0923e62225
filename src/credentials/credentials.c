/* The wrappers around a credential store's operations. */
#include "src/credentials/credentials.h"

#include <stdlib.h>
#include <string.h>

void credential_release (struct credential *credential)
{
    free (credential->user);
    secret_release (&credential->secret);
    *credential = (struct credential){ .user = NULL };
}

bool credential_equal (const struct credential *a, const struct credential *b)
{
    return strcmp (a->user, b->user) == 0 && secret_equal (&a->secret, &b->secret);
}

int credentials_get (struct credentials *credentials, const char *key, struct credential *ret_credential,
                     bool *ret_found, struct error *err)
{
    return credentials->ops->get (credentials, key, ret_credential, ret_found, err);
}

int credentials_put (struct credentials *credentials, const char *key, const struct credential *credential,
                     struct error *err)
{
    return credentials->ops->put (credentials, key, credential, err);
}

int credentials_erase (struct credentials *credentials, const char *key, struct error *err)
{
    return credentials->ops->erase (credentials, key, err);
}

void credentials_free (struct credentials *credentials)
{
    if (credentials)
        credentials->ops->free (credentials);
}
