/* dpat's own file of sessions: who is signed in where, and what dpat put into Docker's credentials.
 *
 * One JSON file `sessions.json` (0600) in the state folder (0700), changed only under its lock. A folder or file that
 * belongs to another user, or that others may write, is ERROR_STATE. */
#ifndef DPAT_CREDENTIALS_SESSION_FILE_H
#define DPAT_CREDENTIALS_SESSION_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/error.h"
#include "src/base/memory.h"
#include "src/base/secret.h"
#include "src/credentials/credentials.h"

struct session_file;

/* A session kept for later commands. Times are seconds UTC. */
struct kept_session {
    char *service;        /* owned; "local:/absolute/path/of/service.db", or a URL */
    char *user;           /* owned */
    struct secret bearer; /* empty when it rests in the keystore, or went when the session was over; see bearers.h */
    bool in_keystore;     /* the keystore has the bearer, or may have it */
    int64_t expires_at;
};

/* Sessions in the order they were kept. */
struct kept_session_list {
    struct kept_session *items; /* owned */
    size_t count;
};

/* Something dpat wrote to Docker's credentials. Of the secret only a keyed hash is remembered. Times are seconds
 * UTC. */
struct docker_record {
    char *registry;      /* owned; the key in Docker's file */
    char *docker_folder; /* owned; the folder of that config.json */
    char *service;       /* owned; as in kept_session */
    char *user;          /* owned */
    char *token_id;      /* owned; NULL when the service did not tell */
    bool automatic;      /* made by a sign-in, and to be removed with its session; else put there on request */
    int64_t expires_at;  /* 0 = never */
    char *hash;          /* owned; of user and secret, keyed; "" in a damaged record */
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
void kept_session_release (struct kept_session *session);
void kept_session_list_release (struct kept_session_list *list);
void docker_record_release (struct docker_record *record);
void docker_record_list_release (struct docker_record_list *list);
void saved_record_release (struct saved_record *record);
void saved_record_list_release (struct saved_record_list *list);

/* Open the file in folder for reading; where there is none, an empty one, and nothing is made. *ret_file is owned. */
int session_file_open (const char *folder, struct session_file **ret_file, struct error *err);

/* Open it for changing: folder and file are made when absent, the lock is taken (5 s) and held until free. */
int session_file_edit (const char *folder, struct session_file **ret_file, struct error *err);

/* Write the changes made since session_file_edit; the lock stays. */
int session_file_save (struct session_file *file, struct error *err);

/* Let go of lock and memory; unsaved changes are lost. NULL is fine. */
void session_file_free (struct session_file *file);
DEFINE_AUTOPTR (session_file)

/* The random id of this installation, made with the file; "" in an empty one. Borrowed. */
const char *session_file_install_id (const struct session_file *file);

/* The path of the file. Borrowed. */
const char *session_file_path (const struct session_file *file);

/* Whether the bearers of sessions shall rest in the keystore; and setting it, which needs session_file_edit. */
bool session_file_wants_keystore (const struct session_file *file);
void session_file_want_keystore (struct session_file *file, bool wanted);

/* The session kept for service and user; *ret_found tells. Owned: kept_session_release. */
void session_file_get (const struct session_file *file, const char *service, const char *user,
                       struct kept_session *ret_session, bool *ret_found);

/* All sessions. Owned: kept_session_list_release. */
void session_file_list (const struct session_file *file, struct kept_session_list *ret_list);

/* Keep a session as it is given, replacing that of the same service and user. Needs session_file_edit. */
void session_file_put (struct session_file *file, const struct kept_session *session);

/* Forget the session of service and user; *ret_removed (may be NULL) tells whether there was one. */
void session_file_remove (struct session_file *file, const char *service, const char *user, bool *ret_removed);

/* Put back what was read by session_file_edit; it is not saved yet. */
void session_file_revert (struct session_file *file);

/* Remember that credential is being put into Docker's store. Older records of the same folder and registry stay, for
 * until it is there the older entry is: see session_file_settle_docker. The record's own hash is not read. */
int session_file_put_docker (struct session_file *file, const struct docker_record *record,
                             const struct credential *credential, struct error *err);

/* Of the records of that folder and registry forget all but the newest. Returns whether there was one to forget. */
bool session_file_settle_docker (struct session_file *file, const char *docker_folder, const char *registry);

/* Forget a record, known by folder, registry and hash. */
void session_file_remove_docker (struct session_file *file, const struct docker_record *record);

/* All records. Owned: docker_record_list_release. */
void session_file_list_docker (const struct session_file *file, struct docker_record_list *ret_list);

/* Whether credential is what a record remembers. */
bool session_file_matches (const struct session_file *file, const struct docker_record *record,
                           const struct credential *credential);

/* Whether credential is what a record of that folder and registry remembers. */
bool session_file_is_ours (const struct session_file *file, const char *docker_folder, const char *registry,
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
