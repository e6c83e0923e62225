/* Having Docker keep its credentials in another store without losing those it has. */
#ifndef DPAT_CREDENTIALS_DOCKER_MOVE_H
#define DPAT_CREDENTIALS_DOCKER_MOVE_H

#include <stddef.h>

#include "src/credentials/docker_config.h"

/* Something that Docker has now and would not find any more once credsStore is another one. */
struct docker_move_item {
    char *key;                    /* owned; that of the entry */
    char *asked_by;               /* owned; by what Docker asks a helper for it */
    struct credential credential; /* owned; without a user when it cannot move: see docker_move_find */
    bool is_ours;                 /* dpat wrote it. The caller knows, false until then */
    bool is_wanted;               /* it moves; else Docker goes on finding it where it is. The caller decides */
    bool is_put;                  /* docker_move_run has put it into the new store */
    bool is_left;                 /* after docker_move_run: it is in the new store, but in the old one still as well */
};

/* Items in the order of the file. Release with docker_move_list_release. */
struct docker_move_list {
    struct docker_move_item *items; /* owned */
    size_t count;
};

/* Free what a list owns. */
void docker_move_list_release (struct docker_move_list *list);

/* Find what Docker has in the store of config (the file, or the helper of credsStore), but for what credHelpers names
 * another place for. Where credsStore is new_store already, it is what the file holds in the clear beside that.
 * An entry of the file that no store can keep, for it is not a user with a secret, has no credential, so that it stays.
 * *ret_list is owned. */
int docker_move_find (struct docker_config *config, const char *new_store, struct docker_move_list *ret_list,
                      struct error *err);

/* Name new_store as credsStore, and put what is wanted of list into it, through store, which is that store. Entries in
 * the file become the empty ones that docker leaves; what another helper had is erased there. For the others
 * credHelpers says where they are.
 *
 * What store has already under a name is not replaced: the entry is not wanted any more then. Only where credsStore was
 * new_store already, so that docker does not look at the file, an entry of dpat's there goes, and nothing is changed
 * about the others.
 *
 * All under the lock of the file: ERROR_CREDENTIALS_FILE when an entry was changed since it was found. What was put is
 * taken out again where the file cannot be written. */
int docker_move_run (struct docker_config *config, const char *new_store, struct credentials *store,
                     struct docker_move_list *list, struct error *err);

#endif
