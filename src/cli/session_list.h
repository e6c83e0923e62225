/* The `session_list` document of dpat/1: everybody who is signed in from here, at whichever service. */
#ifndef DPAT_CLI_SESSION_LIST_H
#define DPAT_CLI_SESSION_LIST_H

#include <jansson.h>

#include "src/base/error.h"

struct app;
struct session_file;

/* Every session of file that has not expired and whose bearer is not lost, and every user whose token dpat gave to
 * Docker or podman without a session: {"service","user","current","signed_in_with","expires_at","secrets_in",
 * "registries":[]}. has_keystore: there is one, which may have bearers. Owned. */
json_t *session_list_document (const struct app *app, const struct session_file *file, bool has_keystore);

#endif
