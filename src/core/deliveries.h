/* What interrupted runs left: tokens that work and whose secret may have gone nowhere. */
#ifndef DPAT_CORE_DELIVERIES_H
#define DPAT_CORE_DELIVERIES_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/error.h"
#include "src/service/service.h"
#include "src/token/delivery.h"

/* Who remembers a request until its secret is delivered: the service, or a note in the state folder. */
enum request_keeper { KEEPER_UNKNOWN, KEEPER_SERVICE, KEEPER_NOTE };

/* Where tokens are made, and for whom. All borrowed. */
struct delivery_place {
    struct service *service;
    const struct caller *caller;
    const char *service_name; /* as in struct kept_session */
    const char *user;
    const char *state_folder;
    enum request_keeper keeper; /* KEEPER_UNKNOWN: it is found out when it is needed */
};

/* What was done about a token that an interrupted run left. Nobody had its secret: it was deleted again. Somebody may
 * have it: it is only told, until it is used, activated or deleted. It is not even certain that the run made it. */
enum leftover_outcome { LEFTOVER_DELETED, LEFTOVER_TOLD, LEFTOVER_SUSPECTED };

/* One such token. */
struct leftover {
    char token_id[TOKEN_ID_SIZE];
    char *name; /* owned */
    char sink[16];
    enum leftover_outcome outcome;
};

/* Leftovers, oldest first. */
struct leftover_list {
    struct leftover *items; /* owned */
    size_t count;
};

/* Free the list. */
void leftover_list_release (struct leftover_list *list);

/* Look for what runs that ended left at this place, and settle it: a token whose delivery never began is deleted (not
 * in a dry run), one that Docker's credentials hold is known to be delivered, all others are told. A run that may still
 * be going is left alone: one that is known to run, and for 15 minutes one of which that cannot be known. Tells in
 * place->keeper who remembers requests here. */
int deliveries_settle (struct delivery_place *place, bool dry_run, struct leftover_list *ret_list, struct error *err);

/* See that the secret of a token that is there is not known to be on its way, or lost on it: ERROR_BUSY while another
 * run delivers it, ERROR_NAME_TAKEN when that run ended before it could tell. */
int deliveries_check (struct delivery_place *place, const struct token *token, struct error *err);

/* The secret of this token was delivered, so that it is not the one that a run may have made which was killed before it
 * knew: from now on it is not taken for that. For services that do not remember requests. */
void deliveries_tell_apart (const struct delivery_place *place, const struct token *token);

/* The owner says that the secret of a token has arrived. */
int deliveries_accept (struct delivery_place *place, const char *token_id, struct error *err);

/* Find out who remembers requests here, when it is not known yet. */
int deliveries_find_keeper (struct delivery_place *place, struct error *err);

#endif
