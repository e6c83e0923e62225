/* Signing in and out: the kept session, and the Docker CLI signed in with a token of its own. */
#ifndef DPAT_CORE_LOGIN_H
#define DPAT_CORE_LOGIN_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/error.h"
#include "src/core/docker_entry.h"
#include "src/service/service.h"

/* Where sign-ins are made and kept. All borrowed. */
struct login_place {
    struct service *service;
    const struct caller *caller; /* its bearer is not looked at */
    const char *service_name;    /* as in struct kept_session */
    const char *state_folder;
    struct credentials *keystore; /* where bearers may rest; see bearers.h */
};

/* Where the code of a second factor comes from when the service asks for one: get fills *ret_code (owned by the caller)
 * or fails. After the service rejected that code get_next fills in a later one, for which it may wait, or fails when
 * there is none; may be NULL. */
struct code_source {
    int (*get) (void *context, const char *user, struct secret *ret_code, struct error *err);
    int (*get_next) (void *context, const char *user, struct secret *ret_code, struct error *err);
    void *context;
};

/* Sign in, with a code from codes when the service asks for one; when it rejects the code, once more with the next one.
 * sign_in's code and pending are not looked at. The errors are those of service_sign_in and of codes. *ret_session is
 * owned: session_release. */
int login_sign_in (struct service *service, const struct caller *caller, const struct sign_in *sign_in,
                   const struct code_source *codes, struct session *ret_session, struct error *err);

/* How the Docker CLI, or podman where config follows its rules, shall be signed in too. Borrowed; NULL config: not at
 * all. */
struct login_docker {
    struct docker_config *config;
    const char *registry; /* the key */
};

/* What came of a sign-in. Release with login_result_release. */
struct login_result {
    enum sign_in_kind kind;
    char user[ACCOUNT_NAME_MAX + 1];
    int64_t expires_at; /* of the kept session; 0 for a PAT, which keeps none */
    bool in_keystore;   /* where its bearer rests */
    bool docker_signed_in;
    struct token evicted; /* id "" when none had to go */
};

/* Free what it owns. */
void login_result_release (struct login_result *result);

/* Sign in. With a password: the session is kept for later commands, and where docker says so an auto-generated token
 * signs the Docker CLI in; when that fails the token is deleted again and the session stays: ERROR_UNDELIVERED with
 * `id` and `undone`. With a PAT: it is checked at the service and put into Docker's credentials; no session is kept and
 * an existing one stays. A PAT without docker is ERROR_USAGE. Else the errors of service_sign_in, ERROR_STATE, and
 * those of a keystore that shall keep the session and cannot be opened: before the service is asked. */
int login_run (const struct login_place *place, const struct sign_in *sign_in, const struct code_source *codes,
               const struct login_docker *docker, struct login_result *ret_result, struct error *err);

/* Sign out: end the session at the service (which deletes its auto-generated tokens), forget it here, and take what
 * dpat wrote for this user out of Docker's credentials. What is here goes even when the service cannot be told; that is
 * the error then, as is what cannot be taken out of Docker's credentials now: all of it is listed in the detail `left`,
 * and goes with a later sign-out or clearing up. *ret_was tells whether there was anything. With everywhere all
 * sessions of the account end, on other machines as well, and all its auto-generated tokens go; that needs a live
 * session (ERROR_NOT_SIGNED_IN). service in place may be NULL when there is no session. Where the session rests in a
 * keystore that is locked or damaged nothing is done; where that is gone, the service cannot be told. */
int logout_run (const struct login_place *place, const char *user, bool everywhere, bool *ret_was, struct error *err);

#endif
