/* Where the bearers of kept sessions rest: in the file of sessions, or in the keystore. */
#include "src/credentials/bearers.h"

#include <string.h>

/* The name of a session in the keystore. No user has a line break. Owned. */
static char *make_key (const char *service, const char *user)
{
    return xasprintf ("%s\n%s", service, user);
}

/* What can be done about a keystore that is gone or damaged. */
static int explain (const char *user, struct error *err)
{
    if (err == NULL || err->code != ERROR_KEYSTORE)
        return -1;
    error_prefix (err, "sessions rest in the keystore");
    return error_hint (
        err, "put the keystore back from a backup; without one: dpat keystore release, then dpat login %s", user);
}

int bearers_check (const struct session_file *file, struct credentials *keystore, const char *user, struct error *err)
{
    AUTO (credential) held = { .user = NULL };
    bool found;
    if (!session_file_wants_keystore (file) || credentials_get (keystore, "", &held, &found, err) == 0)
        return 0;
    return explain (user, err);
}

int bearers_read (struct credentials *keystore, struct kept_session *session, struct error *err)
{
    AUTO (credential) held = { .user = NULL };
    AUTOFREE char *key = make_key (session->service, session->user);
    bool found = false;
    if (session->bearer.data)
        return 0;
    if (session->in_keystore && credentials_get (keystore, key, &held, &found, err) != 0)
        return explain (session->user, err);
    if (!found) {
        error_set (err, ERROR_NOT_SIGNED_IN, "the session of %s is known, but its secret part is not there any more",
                   session->user);
        return error_hint (err, "sign in again: dpat login %s", session->user);
    }
    secret_move (&session->bearer, &held.secret);
    return 0;
}

static int put_and_save (struct session_file *file, const struct kept_session *session, struct error *err)
{
    session_file_put (file, session);
    return session_file_save (file, err);
}

static int put_into_keystore (struct credentials *keystore, const struct kept_session *session, struct error *err)
{
    AUTOFREE char *key = make_key (session->service, session->user);
    AUTO (credential) credential = { .user = xstrdup (session->user) };
    secret_set (&credential.secret, session->bearer.data, session->bearer.len);
    return credentials_put (keystore, key, &credential, err);
}

static int erase_from_keystore (struct credentials *keystore, const struct kept_session *session, struct error *err)
{
    AUTOFREE char *key = make_key (session->service, session->user);
    return session->in_keystore ? credentials_erase (keystore, key, err) : 0;
}

/* The record comes first: a bearer in the keystore is never one that nobody knows of. */
int bearers_keep (struct session_file *file, struct credentials *keystore, const struct kept_session *session,
                  struct error *err)
{
    AUTO (kept_session) old = { .service = NULL };
    AUTO (kept_session)
    record = { .service = xstrdup (session->service),
               .user = xstrdup (session->user),
               .expires_at = session->expires_at };
    bool found;
    bool wanted = session_file_wants_keystore (file);
    session_file_get (file, session->service, session->user, &old, &found);
    record.in_keystore = wanted || old.in_keystore;
    if (!wanted)
        secret_set (&record.bearer, session->bearer.data, session->bearer.len);
    if (put_and_save (file, &record, err) != 0)
        return -1;
    if (!wanted || put_into_keystore (keystore, session, err) == 0)
        return 0;
    session_file_remove (file, session->service, session->user, NULL);
    if (old.service)
        session_file_put (file, &old);
    (void)session_file_save (file, NULL); /* a record without its bearer is told as such */
    return -1;
}

int bearers_forget (struct session_file *file, struct credentials *keystore, const char *service, const char *user,
                    struct error *err)
{
    AUTO (kept_session) session = { .service = NULL };
    struct error why = ERROR_INIT;
    bool found;
    session_file_get (file, service, user, &session, &found);
    if (!found)
        return 0;
    if (erase_from_keystore (keystore, &session, &why) == 0) {
        session_file_remove (file, service, user, NULL);
        return session_file_save (file, err);
    }
    if (why.code == ERROR_KEYSTORE && !session_file_wants_keystore (file)) {
        secret_release (&session.bearer);
        session.expires_at = 0;
        return put_and_save (file, &session, err);
    }
    if (err)
        *err = why;
    return -1;
}

static bool is_settled (const struct kept_session *session, bool wants_keystore, int64_t now)
{
    if (session->expires_at <= now)
        return session->bearer.data == NULL && !session->in_keystore;
    return wants_keystore ? session->bearer.data == NULL : !session->in_keystore;
}

static int move_in (struct session_file *file, struct credentials *keystore, struct kept_session *session,
                    struct error *err)
{
    if (!session->in_keystore) {
        session->in_keystore = true;
        if (put_and_save (file, session, err) != 0)
            return -1;
    }
    if (put_into_keystore (keystore, session, err) != 0)
        return -1;
    secret_release (&session->bearer);
    return put_and_save (file, session, err);
}

/* Out of the keystore, into the file unless the session is over. */
static int move_out (struct session_file *file, struct credentials *keystore, struct kept_session *session, bool over,
                     struct error *err)
{
    AUTO (credential) held = { .user = NULL };
    AUTOFREE char *key = make_key (session->service, session->user);
    bool found = false;
    if (over)
        secret_release (&session->bearer);
    else if (session->bearer.data == NULL) {
        if (credentials_get (keystore, key, &held, &found, err) != 0)
            return -1;
        secret_move (&session->bearer, &held.secret);
        if (found && put_and_save (file, session, err) != 0)
            return -1;
    }
    if (erase_from_keystore (keystore, session, err) != 0)
        return -1;
    session->in_keystore = false;
    if (session->expires_at != 0)
        return put_and_save (file, session, err);
    session_file_remove (file, session->service, session->user, NULL);
    return session_file_save (file, err);
}

static int settle (struct session_file *file, struct credentials *keystore, int64_t now, struct error *err)
{
    AUTO (kept_session_list) sessions = { .items = NULL };
    bool wanted = session_file_wants_keystore (file);
    int status = 0;
    session_file_list (file, &sessions);
    for (size_t i = 0; i < sessions.count; i++) {
        struct kept_session *session = &sessions.items[i];
        struct error *first = status == 0 ? err : NULL;
        bool over = session->expires_at <= now;
        if (is_settled (session, wanted, now))
            continue;
        if ((wanted && !over ? move_in (file, keystore, session, first)
                             : move_out (file, keystore, session, over, first))
            != 0)
            status = -1;
    }
    return status;
}

static bool is_all_settled (const struct session_file *file, int64_t now)
{
    AUTO (kept_session_list) sessions = { .items = NULL };
    session_file_list (file, &sessions);
    for (size_t i = 0; i < sessions.count; i++)
        if (!is_settled (&sessions.items[i], session_file_wants_keystore (file), now))
            return false;
    return true;
}

int bearers_settle (const char *folder, struct credentials *keystore, int64_t now, struct error *err)
{
    AUTOPTR (session_file) seen = NULL;
    AUTOPTR (session_file) file = NULL;
    if (session_file_open (folder, &seen, err) != 0)
        return -1;
    if (is_all_settled (seen, now))
        return 0;
    return session_file_edit (folder, &file, err) == 0 ? settle (file, keystore, now, err) : -1;
}

int bearers_move (const char *folder, struct credentials *keystore, bool to_keystore, int64_t now, struct error *err)
{
    AUTOPTR (session_file) file = NULL;
    if (session_file_edit (folder, &file, err) != 0)
        return -1;
    session_file_want_keystore (file, to_keystore);
    return session_file_save (file, err) == 0 ? settle (file, keystore, now, err) : -1;
}
