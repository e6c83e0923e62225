/* Where the bearers of kept sessions rest: in the file of sessions, or in the keystore.
 *
 * The file says which of the two is wanted, and of each session where its bearer is or may be. Whatever is changed here
 * is on disk before the next step, in an order in which a process that dies leaves a session that works, or one that is
 * told to be gone; a bearer that may rest in both places is known as such, and bearers_settle puts that right. keystore
 * is the port's view of the keystore's sessions (keystore_sessions). */
#ifndef DPAT_CREDENTIALS_BEARERS_H
#define DPAT_CREDENTIALS_BEARERS_H

#include "src/credentials/credentials.h"
#include "src/credentials/session_file.h"

/* See, before a session of user is opened, that its bearer can be kept: a keystore that is wanted for it is opened. Its
 * errors, and what to do about a keystore that is gone or damaged. */
int bearers_check (const struct session_file *file, struct credentials *keystore, const char *user, struct error *err);

/* Fill in the bearer of a session that is not over. The errors of bearers_check; ERROR_NOT_SIGNED_IN when it is in
 * neither place. */
int bearers_read (struct credentials *keystore, struct kept_session *session, struct error *err);

/* Keep a session, with its bearer where it is wanted; on failure what was kept before stays. Needs
 * session_file_edit. */
int bearers_keep (struct session_file *file, struct credentials *keystore, const struct kept_session *session,
                  struct error *err);

/* Forget the session of service and user, its bearer first; on failure it stays. Where sessions are no longer kept in
 * the keystore and that is damaged, the session is over for everybody, and its bearer goes when the keystore can be
 * read again. Needs session_file_edit. */
int bearers_forget (struct session_file *file, struct credentials *keystore, const char *service, const char *user,
                    struct error *err);

/* Put the bearers in folder's file of sessions where they are wanted, and take away those of sessions that are over by
 * now (seconds UTC). Where all is in place, nothing is locked or written. The first failure is the error, after the
 * others were done. */
int bearers_settle (const char *folder, struct credentials *keystore, int64_t now, struct error *err);

/* Want them in the keystore, or in the file, from now on; then settle. */
int bearers_move (const char *folder, struct credentials *keystore, bool to_keystore, int64_t now, struct error *err);

#endif
