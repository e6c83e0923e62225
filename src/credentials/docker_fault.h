/* What keeps docker from reading config.json, though it is JSON: docker then warns, goes on with what it has read by
 * chance, and loses other entries when it writes the file. */
#ifndef DPAT_CREDENTIALS_DOCKER_FAULT_H
#define DPAT_CREDENTIALS_DOCKER_FAULT_H

#include <jansson.h>

#include "src/base/error.h"

/* Look for the first such thing in root, the object in the file at path. The entry of key (NULL: none) is about to be
 * replaced and does not count. Returns 0 when there is nothing; ERROR_CREDENTIALS_FILE, which names the entry or member
 * and says how to mend it. */
int docker_fault_check (json_t *root, const char *path, const char *key, struct error *err);

#endif
