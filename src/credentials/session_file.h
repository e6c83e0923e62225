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

struct session_file;

/* A session kept for later commands. Times are seconds UTC. */
struct kept_session {
    char *service;        /* owned; "local:/absolute/path/of/service.db", or a URL */
    char *user;           /* owned */
    struct secret bearer; /* empty when it rests in the keystore, or went when the session was over; see bearers.h */
    bool in_keystore;     /* the keystore has the bearer, or may have it */
    int64_t expires_at;   /* 0: it was ended here, and only its bearer is still to be taken out of the keystore */
};

/* Sessions in the order they were kept. */
struct kept_session_list {
    struct kept_session *items; /* owned */
    size_t count;
};

/* Free what each owns. */
void kept_session_release (struct kept_session *session);
void kept_session_list_release (struct kept_session_list *list);

/* Where there is no place for a folder, below folder is NULL: for reading the file is then empty, and whatever changes
 * it is ERROR_CONFIG. */

/* Open the file in folder for reading; where there is none, an empty one, and nothing is made. *ret_file is owned. */
int session_file_open (const char *folder, struct session_file **ret_file, struct error *err);

/* Open it for changing: folder and file are made when absent, the lock is taken (5 s) and held until free. */
int session_file_edit (const char *folder, struct session_file **ret_file, struct error *err);

/* See that session_file_edit and session_file_save could work now, before something is made that must be remembered.
 * ERROR_STATE, ERROR_FILE_LOCKED. */
int session_file_check (const char *folder, struct error *err);

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

/* The session kept for service and user; *ret_found tells, and is false for one that was ended here, though
 * *ret_session says what is left of it. Owned: kept_session_release. */
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

#endif
