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

/* What is to be checked. Borrowed. */
struct registry_wish {
    const char *path; /* of the registry's YAML */
    char *const
        *variables; /* "NAME=VALUE", NULL-terminated: the registry's environment; those named REGISTRY_… count */
    const char *env_file; /* a file with them, one a line, in place of variables; NULL: none */
    const char *version;  /* "2" or "3", with more behind a dot: the version that will read it; NULL: either */
};

/* Read the registry's YAML, what its environment overrides in it, and the files it names, and tell what is wrong.
 * *ret_result is owned: {"ok": true, "works_for": ["2", "3"], "environment": [NAME, …], "findings": [{"severity",
 * "message", "hint", "refused_by": ["2", "3"]}]}. severity is "error" (tokens are refused, or the registry does not
 * start) or "warning"; without errors it is ok. ERROR_CONFIG when the YAML or the environment cannot be read,
 * ERROR_USAGE for another version. */
int registry_check (const struct registry_wish *wish, const struct registry_expectation *expected, json_t **ret_result,
                    struct error *err);

/* What clients would say to tokens made at realm, a URL, for a registry at registry ("HOST[:PORT]", or NULL: unknown):
 * findings as above. Owned. */
json_t *registry_find_hosts (const char *realm, const char *registry);

#endif
