/* An entry of Docker's or podman's credentials that dpat writes, remembers as its own, and takes away again. */
#ifndef DPAT_CORE_DOCKER_ENTRY_H
#define DPAT_CORE_DOCKER_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/error.h"
#include "src/base/secret.h"
#include "src/credentials/docker_config.h"
#include "src/credentials/records.h"

/* One entry, and on whose behalf it is written. All borrowed. */
struct docker_entry {
    struct docker_config *config;
    const char *registry;     /* its key, by the rules of config */
    const char *state_folder; /* of the session file, where the record is kept */
    const char *service;      /* as in struct kept_session */
    const char *user;
};

/* What is remembered with an entry. */
struct docker_entry_note {
    const char *token_id; /* NULL when not known */
    bool automatic;
    int64_t expires_at; /* seconds UTC, 0 = never */
};

/* Whose is what Docker's credentials hold for a registry: nothing, or dpat's; somebody else's; or their helper does not
 * tell. */
enum docker_entry_owner { DOCKER_ENTRY_OURS, DOCKER_ENTRY_FOREIGN, DOCKER_ENTRY_UNKNOWN };

/* See whose it is, with the errors of docker_config_look. */
int docker_entry_find_owner (const struct docker_entry *entry, enum docker_entry_owner *ret_owner, struct error *err);

/* See that the entry could be written and remembered now; see docker_config_check and session_file_check. */
int docker_entry_check (const struct docker_entry *entry, struct error *err);

/* Open the file of a record as it was opened when the record was made. *ret_config is owned. */
int docker_entry_open (const struct docker_record *record, struct docker_config **ret_config, struct error *err);

/* Whether secret (of the user of entry) is what rests for its registry already, so that nothing has to be changed. */
bool docker_entry_holds (const struct docker_entry *entry, const struct secret *secret);

/* Where what a record remembers rests, as far as can be seen in config, which is that of the record, without asking a
 * helper: its path, or the helper's program. NULL when it is not there any more. Borrowed from config. */
const char *docker_entry_found_in (const struct session_file *file, const struct docker_record *record,
                                   struct docker_config *config);

/* Whether the sign-in of a record is ended, by a sign-out or at its time (now: seconds UTC). */
bool docker_entry_is_over (const struct docker_record *record, int64_t now);

/* Whether credential, which rests somewhere for the registry, is what dpat wrote there for a sign-in whose session was
 * over by now (seconds UTC). Somebody else's never is. */
bool docker_entry_has_expired (const char *state_folder, const char *registry, const struct credential *credential,
                               int64_t now);

/* Whether the entry that dpat wrote with the secret of a token is still there: for registry (NULL: any). A helper is
 * asked. */
int docker_entry_holds_token (const char *state_folder, const char *service, const char *token_id, const char *registry,
                              bool *ret_holds, struct error *err);

/* Write user and secret as the client's login would, and remember it. The record is kept before the entry is written,
 * and older ones until it is, so that a process that dies in between leaves no entry that nobody knows of. On -1 both
 * are as before. */
int docker_entry_put (const struct docker_entry *entry, const struct secret *secret,
                      const struct docker_entry_note *note, struct error *err);

/* Take away the entries dpat wrote for service and user, of those that still hold what it wrote, and forget them all.
 * A registry whose credentials cannot be changed keeps its record, which says then that its sign-in is ended; the first
 * such failure is the error, after the others were done, and its detail `left` lists them all. ret_count (may be NULL)
 * counts entries taken away. */
int docker_entry_withdraw (const char *state_folder, const char *service, const char *user, size_t *ret_count,
                           struct error *err);

/* The same for the entries that hold the secret of one token, which is no longer good. */
int docker_entry_withdraw_token (const char *state_folder, const char *service, const char *token_id, size_t *ret_count,
                                 struct error *err);

/* The same for what is left of every service: automatic entries that expired at or before now (seconds UTC), and those
 * whose sign-in is ended. */
int docker_entry_withdraw_expired (const char *state_folder, int64_t now, size_t *ret_count, struct error *err);

#endif
