/* What the parts of registry check share: a configuration being checked, and findings. */
#ifndef DPAT_CORE_REGISTRY_CHECK_PRIVATE_H
#define DPAT_CORE_REGISTRY_CHECK_PRIVATE_H

#include "src/core/registry_check.h"

/* Versions of the registry, as bits: docker-registry 2.8 (distribution 2), distribution 3. */
enum { NEITHER = 0, VERSION_2 = 1, VERSION_3 = 2, BOTH_VERSIONS = 3 };

/* A configuration being checked. Borrowed, but for findings. */
struct check {
    const struct registry_expectation *expected;
    const json_t *config;
    const json_t *token; /* its auth.token */
    const char *realm;   /* of it; NULL when it has none */
    unsigned asked;      /* the version that is asked about; NEITHER: all */
    unsigned works;      /* the versions that no finding refuses */
    json_t *findings;
};

/* Add a finding: refusing are the versions of which it keeps a client's tokens out, or which do not start for it. Where
 * one version is asked about, it is an error when it refuses that one, else a warning; otherwise severity holds. */
void registry_find (struct check *check, unsigned refusing, const char *severity, const char *hint, const char *fmt,
                    ...) __attribute__ ((format (printf, 5, 6)));

#define REFUSE(check, ...) registry_find (check, BOTH_VERSIONS, "error", __VA_ARGS__)
#define WARN(check, ...) registry_find (check, NEITHER, "warning", __VA_ARGS__)

/* Put what the registry's environment says into config, as a registry does when it starts, and append the names of what
 * was put there to names. ERROR_CONFIG when the file of it cannot be read. */
int registry_apply_environment (struct check *check, const struct registry_wish *wish, json_t *config, json_t *names,
                                struct error *err);

/* What clients would say to where the realm is, and the registry. */
void registry_check_hosts (struct check *check);

#endif
