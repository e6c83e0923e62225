/* The records in dpat's file of sessions: what it wrote to the credentials of Docker or podman and saved in its
 * keystore. Changing them needs session_file_edit; nothing is kept before session_file_save. */
#ifndef DPAT_CREDENTIALS_RECORDS_H
#define DPAT_CREDENTIALS_RECORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/error.h"
#include "src/credentials/credentials.h"
#include "src/credentials/session_file.h"

/* Something dpat wrote to Docker's or podman's credentials. Of the secret only a keyed hash is remembered. Times are
 * seconds UTC. */
struct docker_record {
    char *registry;     /* owned; the key in Docker's file, or podman's */
    char *path;         /* owned; of that file, absolute */
    char *format;       /* owned; whose rules the file follows: the name of a struct docker_rules */
    char *service;      /* owned; as in kept_session */
    char *user;         /* owned */
    char *token_id;     /* owned; NULL when the service did not tell */
    bool automatic;     /* made by a sign-in, and to be removed with its session; else put there on request */
    bool ended;         /* its sign-in is; it is still to be taken out of the credentials */
    int64_t expires_at; /* 0 = never */
    char *hash;         /* owned; of user and secret, keyed; "" in a damaged record */
};

/* Records in the order they were made. */
struct docker_record_list {
    struct docker_record *items; /* owned */
    size_t count;
};

/* A secret that was put into the keystore for keeping (create --save). */
struct saved_record {
    char *key;      /* owned; its name in the keystore */
    char *service;  /* owned; as in kept_session */
    char *token_id; /* owned */
    bool deleted;   /* the token is, and the secret is to be taken away */
};

/* Records in the order they were made. */
struct saved_record_list {
    struct saved_record *items; /* owned */
    size_t count;
};

/* Free what each owns. */
void docker_record_release (struct docker_record *record);
void docker_record_list_release (struct docker_record_list *list);
void saved_record_release (struct saved_record *record);
void saved_record_list_release (struct saved_record_list *list);

/* Remember that credential is being put into the store. Older records of the same entry (path, format and registry)
 * stay, for until it is there the older entry is: see session_file_settle_docker. The record's own hash is not read. */
int session_file_put_docker (struct session_file *file, const struct docker_record *record,
                             const struct credential *credential, struct error *err);

/* Of the records of the same entry as this one forget all but the newest. Returns whether there was one to forget. */
bool session_file_settle_docker (struct session_file *file, const struct docker_record *record);

/* Remember that the sign-in of a record, known by its entry and hash, is ended. */
void session_file_end_docker (struct session_file *file, const struct docker_record *record);

/* Forget a record, known in the same way. */
void session_file_remove_docker (struct session_file *file, const struct docker_record *record);

/* All records. Owned: docker_record_list_release. */
void session_file_list_docker (const struct session_file *file, struct docker_record_list *ret_list);

/* Whether credential is what a record remembers. */
bool session_file_matches (const struct session_file *file, const struct docker_record *record,
                           const struct credential *credential);

/* Whether credential is what a record for registry in the file at path remembers, of whichever format: where one file
 * serves two clients, dpat wrote both. */
bool session_file_is_ours (const struct session_file *file, const char *path, const char *registry,
                           const struct credential *credential);

/* Remember that credential was saved in the keystore; replaces the record of the same token. */
int session_file_put_saved (struct session_file *file, const struct saved_record *record,
                            const struct credential *credential, struct error *err);

/* Remember that the token of a record is deleted. */
void session_file_mark_saved (struct session_file *file, const char *service, const char *token_id);

/* Forget the record of a token. */
void session_file_remove_saved (struct session_file *file, const char *service, const char *token_id);

/* All records. Owned: saved_record_list_release. */
void session_file_list_saved (const struct session_file *file, struct saved_record_list *ret_list);

/* Whether credential is what the record of that token remembers. */
bool session_file_is_saved (const struct session_file *file, const char *service, const char *token_id,
                            const struct credential *credential);

#endif
