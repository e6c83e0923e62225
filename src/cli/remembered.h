/* What config.json remembers for each service: its user and its registry.
 *
 * Two members are objects whose keys are names of services as in struct settings: "users" and "registry". A file of the
 * first layout has one string "user" instead: that of the service beside it, or of any where none is named. */
#ifndef DPAT_CLI_REMEMBERED_H
#define DPAT_CLI_REMEMBERED_H

#include <jansson.h>
#include <stdbool.h>

#include "src/base/error.h"

/* Whether a setting is remembered for each service: "user", "registry". */
bool remembered_is (const char *setting);

/* Check the objects of config, and bring a "user" of the first layout into them; path is for sentences.
 * ERROR_CONFIG. */
int remembered_load (json_t *config, const char *path, struct error *err);

/* The value for a service, or NULL. Borrowed from config. */
const char *remembered_get (const json_t *config, const char *setting, const char *service_name);

/* Put into changes what settings_write shall do: value for a service, or NULL to forget it. */
void remembered_change (json_t *changes, const char *setting, const char *service_name, const char *value);

/* Everything: {"SERVICE": {"user", "registry"}, …}; a value that is not known is null. Owned. */
json_t *remembered_all (const json_t *config);

#endif
