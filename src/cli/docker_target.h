/* The entry of Docker's or podman's credentials that a command will write: --docker, --registry and --format. */
#ifndef DPAT_CLI_DOCKER_TARGET_H
#define DPAT_CLI_DOCKER_TARGET_H

#include "src/cli/app.h"
#include "src/core/docker_entry.h"

/* An entry and what it needs. Release with docker_target_release. */
struct docker_target {
    struct docker_config *config; /* owned; NULL: no entry is wanted */
    char *registry;               /* owned; the key */
    struct docker_entry entry;
};

/* Free what it owns. */
void docker_target_release (struct docker_target *target);

/* See that format (of --format; NULL: docker's) is one, and that registry (of --registry, or NULL) can be a key of it,
 * before anybody is asked for anything; ERROR_USAGE. */
int docker_target_check (const char *format, const char *registry, struct error *err);

/* What an entry is to be. Borrowed. */
struct docker_wish {
    const char *format;   /* of --format; NULL: docker's */
    const char *registry; /* of --registry; NULL: the one remembered for the service, or Docker Hub's for that */
    const char *user;
    const struct secret *secret; /* NULL when it is not made yet */
};

/* Find and read the file that is wished for; nothing is checked, and nobody is asked. */
int docker_target_find (struct app *app, const struct docker_wish *wish, struct docker_target *ret_target,
                        struct error *err);

/* Find and read the file that is wished for, see that the entry can be written, and ask before one is replaced that
 * dpat did not write. Where the secret is there already neither is needed. What the entry has of app and wish is
 * borrowed. */
int docker_target_open (struct app *app, const struct docker_wish *wish, struct docker_target *ret_target,
                        struct error *err);

/* Open Docker's own config.json: in the folder that docker called us with, else where the environment says. *ret_config
 * is owned. */
int docker_target_open_config (const struct app *app, struct docker_config **ret_config, struct error *err);

/* Where the secret rests. Borrowed. NULL when no entry is wanted. */
const char *docker_target_stored_in (const struct docker_target *target);

/* Warn when it rests there in clear text, as docker login does, and when docker does not look at it. */
void docker_target_warn (const struct docker_target *target);

#endif
