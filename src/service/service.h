/* PORT: what a token service does for the owner of an account. Its adapters are the embedded service (embedded.h) and,
 * over HTTP, anything that speaks Docker Hub's API.
 *
 * To add an adapter: put `struct service` first in a struct of your own, fill the ops, and run the contract test in
 * tests/contract/ on it. Callers use the wrappers below, never ops.
 *
 * What holds for every operation:
 * - Every operation but sign_in acts for the session whose bearer the caller shows. No bearer, a malformed one or one
 * of another audience is ERROR_NOT_SIGNED_IN; one that has ended is ERROR_SESSION_EXPIRED.
 * - A session opened with a personal access token may only sign_in, sign_out, whoami and registry_afterlife; all else
 * is ERROR_PAT_CANNOT_MANAGE (rule 6).
 * - What an operation changed is durable before it returns 0; on -1 nothing has changed, except where it is said.
 * - Errors of the store, its disk and its key file have the codes of their table (exit 12); those of a network
 *   ERROR_NETWORK, ERROR_RATE_LIMITED, ERROR_BUSY, ERROR_SERVICE_FAILED.
 * - Results are written only on success, into structs that the caller initialised empty and releases.
 * - Times are microseconds UTC, 0 = none. Strings go in and out as valid UTF-8. */
#ifndef DPAT_SERVICE_SERVICE_H
#define DPAT_SERVICE_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/error.h"
#include "src/base/secret.h"
#include "src/token/audit.h"
#include "src/token/delivery.h"
#include "src/token/name.h"
#include "src/token/token.h"

struct service;

/* Who asks, and from where. All borrowed for the call; each may be NULL. */
struct caller {
    const struct secret *bearer;
    const char *ip;
    const char *user_agent;
};

/* How a session was opened. The operator's is of the embedded service alone. */
enum sign_in_kind { SIGNED_IN_WITH_PASSWORD, SIGNED_IN_WITH_PAT, SIGNED_IN_AS_OPERATOR };

/* What someone shows to sign in. The secret is a password or a personal access token; the service finds out which. */
struct sign_in {
    const char *user;
    const struct secret *secret;
    const struct secret *code; /* the second factor's; NULL when none was asked for yet */
    /* What ERROR_CODE_NEEDED gave: with code it ends that sign-in, and secret is not looked at. NULL: a new sign-in. */
    const struct secret *pending;
    int64_t life_s; /* wanted life of the session; 0 = the service's own (12 h) */
};

/* An open session. Release with session_release. */
struct session {
    enum sign_in_kind kind;
    char user[ACCOUNT_NAME_MAX + 1];
    struct secret bearer; /* JWT-shaped with exp; empty in what whoami gives */
    int64_t expires_us;
    char token_id[TOKEN_ID_SIZE]; /* SIGNED_IN_WITH_PAT: of that token, where the service tells; else "" */
};

/* What a new token shall be. Borrowed for the call. */
struct token_wish {
    const char *name;
    struct scopes scopes;
    int64_t expires_us;      /* 0 = never; for an auto token 0 = with the session */
    unsigned expires_digits; /* as in struct token */
    bool allow_duplicate;    /* make it even when an active token has that name */
    enum token_source source;
    const char *place; /* TOKEN_AUTO: names the place of sign-in; a token of the same place is replaced */
    /* What service_undelivered shall tell of it until its delivery is done; NULL: nothing. */
    const struct token_request *request;
};

/* A token just made. Release with token_made_release. */
struct token_made {
    struct token token;
    struct secret secret; /* the only time it can be had */
    struct token evicted; /* TOKEN_AUTO: the least recently used one that had to go; id "" when none had */
};

/* What shall change in a token: only the members given. Borrowed for the call. */
struct token_change {
    const char *name;   /* NULL: leave it */
    const bool *active; /* NULL: leave it */
    /* How far the delivery of its secret is; NULL: leave it. What is done stays done. */
    const enum delivery_step *delivery;
};

/* What an owner may know of the account's second factor. */
struct second_factor {
    bool enabled;
    bool has_recovery; /* its recovery code was not used yet */
    int64_t locked_until_us;
};

/* Which lines of the audit trail are wanted; all that are given must hold. */
struct audit_wish {
    const char
        *token;       /* a name that a token has or had, or the beginning of its id; NULL: all, and those of no token */
    int64_t since_us; /* at or after */
    int64_t limit;    /* the newest so many; 0: as many as the service gives */
};

/* Free what a session holds. */
void session_release (struct session *session);

/* Free what a made token holds. */
void token_made_release (struct token_made *made);

/* The operations; see the wrappers for their contracts. All are required. */
struct service_ops {
    int (*sign_in) (struct service *, const struct caller *, const struct sign_in *, struct session *, struct error *);
    int (*sign_out) (struct service *, const struct caller *, bool, struct error *);
    int (*whoami) (struct service *, const struct caller *, struct session *, struct error *);
    int (*create) (struct service *, const struct caller *, const struct token_wish *, struct token_made *,
                   struct error *);
    int (*list) (struct service *, const struct caller *, struct token_list *, struct error *);
    int (*find) (struct service *, const struct caller *, const char *, struct token_list *, struct error *);
    int (*get) (struct service *, const struct caller *, const char *, struct token *, struct error *);
    int (*update) (struct service *, const struct caller *, const char *, const struct token_change *, struct token *,
                   struct error *);
    int (*delete) (struct service *, const struct caller *, const char *, struct error *);
    int (*undelivered) (struct service *, const struct caller *, struct undelivered_list *, struct error *);
    int (*set_password) (struct service *, const struct caller *, const struct secret *, const struct secret *,
                         struct error *);
    int (*second_factor) (struct service *, const struct caller *, struct second_factor *, struct error *);
    int (*offer_second_factor) (struct service *, const struct caller *, const struct secret *, struct secret *,
                                struct error *);
    int (*confirm_second_factor) (struct service *, const struct caller *, const struct secret *, struct secret *,
                                  struct error *);
    int (*drop_second_factor) (struct service *, const struct caller *, const struct secret *, const struct secret *,
                               struct error *);
    int (*audit_trail) (struct service *, const struct caller *, const struct audit_wish *, struct audit_list *,
                        struct error *);
    int (*registry_afterlife) (struct service *, const struct caller *, int64_t *, struct error *);
    void (*free) (struct service *);
};

/* The head of every adapter's struct. */
struct service {
    const struct service_ops *ops;
};

/* Open a session. The bearer in caller may be that of an earlier session of the account, opened with its password: who
 * shows one that holds is not kept out while strangers guess the password. It is never needed, and one that has ended,
 * or is another account's, changes nothing. Unknown user and wrong secret give the same ERROR_WRONG_CREDENTIALS after
 * the same time. The right secret is told why it fails: ERROR_TOKEN_EXPIRED, ERROR_TOKEN_INACTIVE,
 * ERROR_ACCOUNT_DISABLED. A PAT is recorded as used. *ret_session is owned: session_release.
 *
 * The password of an account with a second factor, without code, is ERROR_CODE_NEEDED; ret_session->bearer is then what
 * to show as pending, once, within 5 minutes, in a second call that has the code. A wrong code is
 * ERROR_WRONG_CREDENTIALS, and five of them ERROR_RATE_LIMITED for 15 minutes. A PAT needs no code. */
int service_sign_in (struct service *service, const struct caller *caller, const struct sign_in *sign_in,
                     struct session *ret_session, struct error *err);

/* End the caller's session at once, with everywhere all sessions of the account, and delete the auto-generated tokens
 * that belong to what ended. A session opened with a token ends alone: everywhere is ERROR_PAT_CANNOT_MANAGE. */
int service_sign_out (struct service *service, const struct caller *caller, bool everywhere, struct error *err);

/* Who the bearer's session belongs to, how it was opened, and until when. */
int service_whoami (struct service *service, const struct caller *caller, struct session *ret_session,
                    struct error *err);

/* Make a token. Unless allow_duplicate, an active token of that name is ERROR_NAME_TAKEN with its id in the details; of
 * two at once one wins. ERROR_INVALID_NAME, ERROR_INVALID_SCOPE (no scope), ERROR_INVALID_TIME (expiry not after now).
 * An auto token replaces the one of its place; when it would be the account's sixth, the least recently used goes and
 * is told. A request that made a token within the last 24 hours is ERROR_REQUEST_REPEATED with the token's id in the
 * details, whether that token is still there or not. *ret_made is owned: token_made_release. */
int service_create (struct service *service, const struct caller *caller, const struct token_wish *wish,
                    struct token_made *ret_made, struct error *err);

/* All tokens of the account, oldest first. Owned: token_list_release. */
int service_list (struct service *service, const struct caller *caller, struct token_list *ret_list, struct error *err);

/* The tokens that text may mean: all of exactly that name, else all whose id begins with it (at least 4 characters).
 * None is no error. Owned: token_list_release. */
int service_find (struct service *service, const struct caller *caller, const char *text, struct token_list *ret_list,
                  struct error *err);

/* The token of that id, owned: token_release. ERROR_TOKEN_NOT_FOUND; ERROR_INVALID_TOKEN_ID when id is no whole UUID.
 */
int service_get (struct service *service, const struct caller *caller, const char *id, struct token *ret_token,
                 struct error *err);

/* Change what change gives and nothing else; *ret_token (which may be NULL) is the token afterwards, owned:
 * token_release. A token that is not active any more loses its sessions at once. ERROR_TOKEN_NOT_FOUND;
 * ERROR_STATE_CONFLICT for activating or deactivating an expired one; ERROR_INVALID_NAME. The state it already has is
 * no error. Activating a token also says that its owner has the secret: its delivery is done. */
int service_update (struct service *service, const struct caller *caller, const char *id,
                    const struct token_change *change, struct token *ret_token, struct error *err);

/* Delete a token and end its sessions at once. ERROR_TOKEN_NOT_FOUND; ERROR_INVALID_TOKEN_ID when id is no whole
 * UUID. */
int service_delete (struct service *service, const struct caller *caller, const char *id, struct error *err);

/* The tokens made with a request that work, were never used, and whose delivery is not known to be done, oldest first.
 * Owned: undelivered_list_release. ERROR_UNSUPPORTED where the service does not remember requests. */
int service_undelivered (struct service *service, const struct caller *caller, struct undelivered_list *ret_list,
                         struct error *err);

/* Change the account's own password. ERROR_WRONG_CREDENTIALS when old_password is not right; ERROR_INVALID_PASSWORD.
 * All other sessions of the account end; the caller's stays. */
int service_set_password (struct service *service, const struct caller *caller, const struct secret *old_password,
                          const struct secret *new_password, struct error *err);

/* How the account's second factor stands. */
int service_second_factor (struct service *service, const struct caller *caller, struct second_factor *ret_factor,
                           struct error *err);

/* Make a second factor, which is not on until it is confirmed; one that was offered before is replaced. The otpauth URI
 * for the owner's device goes to ret_uri, owned. ERROR_WRONG_CREDENTIALS when password is not right;
 * ERROR_STATE_CONFLICT when a second factor is on. */
int service_offer_second_factor (struct service *service, const struct caller *caller, const struct secret *password,
                                 struct secret *ret_uri, struct error *err);

/* Turn the offered second factor on with a code of the device. The one recovery code goes to ret_recovery, owned, and
 * can never be had again. ERROR_WRONG_CREDENTIALS for a wrong code; ERROR_STATE_CONFLICT when none was offered or one
 * is on. */
int service_confirm_second_factor (struct service *service, const struct caller *caller, const struct secret *code,
                                   struct secret *ret_recovery, struct error *err);

/* Turn the second factor off; it takes the password and a code, or the recovery code. None is no error.
 * ERROR_WRONG_CREDENTIALS, ERROR_RATE_LIMITED as in signing in. */
int service_drop_second_factor (struct service *service, const struct caller *caller, const struct secret *password,
                                const struct secret *code, struct error *err);

/* What was done with the account and its tokens, deleted ones too, oldest first; a token's uses are told when they came
 * from an address for the first time, or were refused. Owned: audit_list_release. ERROR_UNSUPPORTED where there is no
 * trail. */
int service_audit_trail (struct service *service, const struct caller *caller, const struct audit_wish *wish,
                         struct audit_list *ret_list, struct error *err);

/* For how many seconds registries may still take what was issued for a token that ends now; 0 where no registry trusts
 * the service, or it does not say. Also for a session opened with a token. */
int service_registry_afterlife (struct service *service, const struct caller *caller, int64_t *ret_seconds,
                                struct error *err);

/* Close the service. NULL is fine. */
void service_free (struct service *service);

#endif
