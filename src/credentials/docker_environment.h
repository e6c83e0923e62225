/* Credentials for docker in the environment: DOCKER_AUTH_CONFIG, which docker 28.3 and later prefers to all others. */
#ifndef DPAT_CREDENTIALS_DOCKER_ENVIRONMENT_H
#define DPAT_CREDENTIALS_DOCKER_ENVIRONMENT_H

#include <stdbool.h>

/* Whether DOCKER_AUTH_CONFIG has credentials for exactly that key. A value that docker rejects has none: it is one JSON
 * object that has nothing but "auths", whose entries have nothing but "auth", base64 of user:secret. */
bool docker_environment_has (const char *key);

/* Whether it has credentials for any key. */
bool docker_environment_is_set (void);

#endif
