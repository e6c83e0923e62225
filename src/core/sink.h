/* Where a new secret goes. A sink is opened, and so checked, before the service is asked for the secret. */
#ifndef DPAT_CORE_SINK_H
#define DPAT_CORE_SINK_H

#include "src/base/error.h"
#include "src/base/memory.h"
#include "src/core/docker_entry.h"
#include "src/core/saved_secret.h"
#include "src/service/service.h"

struct sink;

/* What a sink does; all are required. */
struct sink_ops {
    /* Hand the secret over, durably. On -1 nothing of it may remain. Called at most once. */
    int (*deliver) (struct sink *, const struct token_made *, struct error *);
    /* Close; what was prepared and got no secret is removed. */
    void (*free) (struct sink *);
    /* The `delivered_to` of dpat/1: "stdout", "file", "docker", "command", "keystore". */
    const char *name;
};

/* The head of every sink's struct. */
struct sink {
    const struct sink_ops *ops;
};

/* Hand the secret of made over; see sink_ops. */
int sink_deliver (struct sink *sink, const struct token_made *made, struct error *err);

/* Close. NULL is fine. */
void sink_free (struct sink *sink);
DEFINE_AUTOPTR (sink)

/* A sink that writes the secret and a newline to a new file of mode 0600, or to an existing empty regular file of one's
 * own; anything else there is ERROR_FILE_EXISTS. Owned: sink_free, which removes a file made here that got no
 * secret. */
struct sink *sink_file_open (const char *path, struct error *err);

/* Whether path is a file that has something in it, as sink_file_open leaves one whose secret was delivered. An absent
 * one is no error. */
int sink_file_is_filled (const char *path, bool *ret_filled, struct error *err);

/* A sink that runs command by /bin/sh -c with the secret, without a newline, on its stdin; what it prints goes to
 * stderr. A command that fails, or takes longer than ten minutes, has got no secret as far as we are concerned.
 * ERROR_USAGE for an empty one. command is borrowed. Owned: sink_free. */
struct sink *sink_command_open (const char *command, struct error *err);

/* A sink that saves the secret in the keystore under key. That it could be put there and remembered is checked, and
 * a keystore that is locked opened, now. All is borrowed until sink_free. Owned: sink_free. */
struct sink *sink_keystore_open (const struct saved_place *place, const char *key, struct error *err);

/* A sink that signs the Docker CLI, or podman, in with the new token. entry is borrowed until sink_free. Whether the
 * entry could be written is checked now. Owned: sink_free. */
struct sink *sink_docker_open (struct docker_entry *entry, struct error *err);

#endif
