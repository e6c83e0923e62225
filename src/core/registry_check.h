/* Telling in words why a registry would refuse the tokens of this service, from the registry's own configuration. */
#ifndef DPAT_CORE_REGISTRY_CHECK_H
#define DPAT_CORE_REGISTRY_CHECK_H

#include <jansson.h>

#include "src/base/error.h"

/* What this service does, and a registry must be told. Borrowed. */
struct registry_expectation {
    const char *issuer;
    const char *audience;
    const json_t *keys; /* [{"id","signs_from","signs_until","state"}], see registry_keys_to_json */
};

/* Read the registry's YAML at path and the files it names, and list what is wrong: [{"severity","message","hint"}],
 * severity being "error" (tokens are refused, or the registry does not start) or "warning". *ret_findings is owned.
 * ERROR_CONFIG when the YAML cannot be read. */
int registry_check (const char *path, const struct registry_expectation *expected, json_t **ret_findings,
                    struct error *err);

#endif
