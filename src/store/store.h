/* The rows of the embedded token service: accounts, tokens, sessions, audit, and the transactions around them.
 *
 * One set of portable SQL statements over the engine port (engine.h); no rule of the service lives here. Times are
 * microseconds UTC, 0 = none. Every function returns 0, or -1 with an error of the ERROR_STORE_ family (exit 12); the
 * engine turns its own failures into those. Outside a transaction each write is one of its own. */
#ifndef DPAT_STORE_STORE_H
#define DPAT_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "src/base/crypto.h"
#include "src/base/error.h"
#include "src/base/signing_key.h"
#include "src/token/access.h"
#include "src/token/delivery.h"
#include "src/token/name.h"
#include "src/token/token.h"

/* Characters of a key id (hex) and a NUL. */
#define STORE_KEY_ID_SIZE 33

struct store;

/* An account as it rests. */
struct account_row {
    char id[CRYPTO_UUID_SIZE];
    char name[ACCOUNT_NAME_MAX + 1];
    char *password_phc; /* owned */
    bool disabled;
    int64_t created_us;
    int64_t password_us; /* when the password was last set */
};

/* Accounts by name. */
struct account_row_list {
    struct account_row *items; /* owned */
    size_t count;
};

/* A token as it rests: the public part, whose it is, and what only the service knows of it. */
struct token_row {
    struct token token;
    char account_id[CRYPTO_UUID_SIZE];
    unsigned char mac[CRYPTO_MAC_SIZE]; /* HMAC-SHA-256 of the secret */
    char last4[5];                      /* the last four characters of the secret */
    char *place;                        /* owned; auto tokens: where the sign-in was made; else NULL */
    char session_id[CRYPTO_UUID_SIZE];  /* auto tokens: the session it belongs to; else "" */
};

/* How a session was opened; SESSION_CODE is none yet: the password was right and the second factor's code is awaited.
 */
enum session_kind { SESSION_PASSWORD, SESSION_PAT, SESSION_OPERATOR, SESSION_CODE };

/* A session as it rests; its bearer is not kept. */
struct session_row {
    char id[CRYPTO_UUID_SIZE]; /* the bearer's jti */
    char account_id[CRYPTO_UUID_SIZE];
    enum session_kind kind;
    char token_id[CRYPTO_UUID_SIZE]; /* kind SESSION_PAT: the token that opened it; else "" */
    int64_t created_us;
    int64_t expires_us;
};

/* Bytes of a sealed second factor at most. */
#define STORE_SEALED_MAX 128

/* The second factor of an account as it rests. */
struct second_factor_row {
    char account_id[CRYPTO_UUID_SIZE];
    unsigned char sealed[STORE_SEALED_MAX]; /* the secret shared with the owner's device, sealed */
    size_t sealed_len;
    bool enabled; /* false: offered, and not yet confirmed by a code */
    bool has_recovery;
    unsigned char recovery_mac[CRYPTO_MAC_SIZE]; /* HMAC-SHA-256 of the recovery code, with has_recovery */
    int64_t last_step;                           /* of the last code used; only later ones count */
    int64_t failures;                            /* wrong codes since the last right one or lock */
    int64_t locked_until_us;
    int64_t created_us;
};

/* One line of the audit trail; NULL strings are allowed except in actor and action. Never a secret in it. */
struct audit_row {
    int64_t at_us;
    const char *account_id; /* whose account it concerns; NULL when none is known */
    const char *account_name;
    const char *actor;  /* "owner", "operator", "pat", "nobody" */
    const char *action; /* "token_created", "sign_in_failed", … */
    const char *token_id;
    const char *token_name;
    const char *ip;
    const char *user_agent;
    const char *note;
};

/* How store_open treats a store that is not there. */
enum store_open_mode { STORE_EXISTING, STORE_CREATE };

/* Open the SQLite store at path. STORE_EXISTING: ERROR_STORE_MISSING when it is not there (or is an empty file), and
 * nothing is made. STORE_CREATE: folder (0700) and file (0600) are made when absent. Older schemas are migrated in one
 * transaction; a newer one is ERROR_STORE_NEWER, a damaged or foreign file ERROR_STORE_CORRUPT. timeout_ms is how long
 * to wait for other processes (ERROR_STORE_LOCKED). On success *ret_store is owned: store_close. */
int store_open (const char *path, enum store_open_mode mode, int timeout_ms, struct store **ret_store,
                struct error *err);

/* Close; an open transaction is rolled back. NULL is fine. */
void store_close (struct store *store);

/* Begin a write transaction (it takes the writer's lock at once, so what is read in it stays true until commit). */
int store_begin (struct store *store, struct error *err);

/* Begin a transaction in which nothing is written: all that is read in it is of one moment. store_rollback ends it. */
int store_begin_reading (struct store *store, struct error *err);

/* Make what was written since store_begin durable. On failure nothing of it stays and no transaction is open. */
int store_commit (struct store *store, struct error *err);

/* Undo what was written since store_begin. Safe to call when no transaction is open. */
void store_rollback (struct store *store);

/* The id of the key that MACs and bearers of this store are made with; "" in a store that has none yet. */
int store_key_id (struct store *store, char ret_id[STORE_KEY_ID_SIZE], struct error *err);

/* Set the key id of a store that has none. */
int store_set_key_id (struct store *store, const char *id, struct error *err);

/* For how many seconds a registry token that was issued for this store may still be good; 0 where none ever was. */
int store_registry_life (struct store *store, int64_t *ret_life_s, struct error *err);
int store_set_registry_life (struct store *store, int64_t life_s, struct error *err);

/* The id of the key for registry tokens that the last rotation made; "" where none ever did. */
int store_registry_key (struct store *store, char ret_id[SIGNING_KEY_ID_SIZE], struct error *err);
int store_set_registry_key (struct store *store, const char *id, struct error *err);

/* Free what a row owns. */
void account_row_release (struct account_row *row);
void account_row_list_release (struct account_row_list *list);
void token_row_release (struct token_row *row);

/* ERROR_ACCOUNT_EXISTS when the name is taken. */
int store_account_insert (struct store *store, const struct account_row *row, struct error *err);

/* Fill *ret_row (owned: account_row_release) and set *ret_found; of an absent account only *ret_found is set, to
 * false. */
int store_account_by_name (struct store *store, const char *name, struct account_row *ret_row, bool *ret_found,
                           struct error *err);
int store_account_by_id (struct store *store, const char *id, struct account_row *ret_row, bool *ret_found,
                         struct error *err);

/* All accounts by name. Owned: account_row_list_release. */
int store_account_list (struct store *store, struct account_row_list *ret_list, struct error *err);

/* Replace the password's PHC string; changed_us 0 leaves password_us (a re-hash of the same password). */
int store_account_set_password (struct store *store, const char *id, const char *phc, int64_t changed_us,
                                struct error *err);
int store_account_set_disabled (struct store *store, const char *id, bool disabled, struct error *err);

/* Delete an account, its tokens and its sessions; the audit trail stays. */
int store_account_delete (struct store *store, const char *id, struct error *err);

int store_token_insert (struct store *store, const struct token_row *row, struct error *err);

/* Count the tokens of all accounts by their state at now_us. */
int store_token_count (struct store *store, int64_t now_us, struct token_counts *ret_counts, struct error *err);

/* Tokens of an account, oldest first. Owned: token_list_release. */
int store_token_list (struct store *store, const char *account_id, struct token_list *ret_list, struct error *err);

/* Tokens of an account whose name is exactly text, or, when there is none, whose id begins with text (in any case of
 * letters; only when text could be an id, see token_id_is_prefix). Owned: token_list_release. */
int store_token_find (struct store *store, const char *account_id, const char *text, struct token_list *ret_list,
                      struct error *err);

/* The token of that id or of that MAC, in any account and state; *ret_row is owned (token_row_release) when found. */
int store_token_by_id (struct store *store, const char *account_id, const char *id, struct token_row *ret_row,
                       bool *ret_found, struct error *err);
int store_token_by_mac (struct store *store, const unsigned char mac[CRYPTO_MAC_SIZE], struct token_row *ret_row,
                        bool *ret_found, struct error *err);

/* Whether the account has a token of that name that is active at now_us; its id goes to ret_id. */
int store_token_active_name (struct store *store, const char *account_id, const char *name, int64_t now_us,
                             char ret_id[TOKEN_ID_SIZE], bool *ret_found, struct error *err);

/* The account's auto-generated tokens of that place (NULL: of any), least recently used first, never used counting as
 * its creation. Owned: token_list_release. */
int store_token_auto_list (struct store *store, const char *account_id, const char *place, struct token_list *ret_list,
                           struct error *err);

/* Change one member and nothing else. */
int store_token_set_name (struct store *store, const char *id, const char *name, struct error *err);
int store_token_set_active (struct store *store, const char *id, bool active, struct error *err);

/* Note that a token was used from an address; *ret_new tells whether it never was before. */
int store_token_address_add (struct store *store, const char *token_id, const char *address, int64_t at_us,
                             bool *ret_new, struct error *err);

/* Record a use; ip and user_agent may be NULL. *ret_found tells whether the token is there. */
int store_token_touch (struct store *store, const char *id, int64_t at_us, const char *ip, const char *user_agent,
                       bool *ret_found, struct error *err);

/* Delete one token. *ret_deleted tells whether it was there. */
int store_token_delete (struct store *store, const char *id, bool *ret_deleted, struct error *err);

/* The account's second factor; *ret_found tells whether it has one. */
int store_second_factor_get (struct store *store, const char *account_id, struct second_factor_row *ret_row,
                             bool *ret_found, struct error *err);

/* Set the account's second factor, whether it had one or not; or take it away. */
int store_second_factor_put (struct store *store, const struct second_factor_row *row, struct error *err);
int store_second_factor_delete (struct store *store, const char *account_id, struct error *err);

int store_session_insert (struct store *store, const struct session_row *row, struct error *err);
int store_session_get (struct store *store, const char *id, struct session_row *ret_row, bool *ret_found,
                       struct error *err);

/* End one session, those a token opened, those of an account (except_id, which may be NULL, stays), those past now_us.
 * Auto tokens of ended sessions are the caller's to delete. */
int store_session_delete (struct store *store, const char *id, struct error *err);
int store_session_delete_of_token (struct store *store, const char *token_id, struct error *err);
int store_session_delete_of_account (struct store *store, const char *account_id, const char *except_id,
                                     struct error *err);
int store_session_prune (struct store *store, int64_t now_us, struct error *err);

/* The auto-generated tokens bound to a session. Owned: token_list_release. */
int store_token_of_session (struct store *store, const char *session_id, struct token_list *ret_list,
                            struct error *err);

/* What an account other than its owner may do in a namespace; "*" stands for all namespaces. */
struct grant_row {
    char account_id[CRYPTO_UUID_SIZE];
    char account_name[ACCOUNT_NAME_MAX + 1];
    char namespace[NAMESPACE_SIZE];
    enum namespace_right right;
    int64_t created_us;
};

/* Grants by account name and namespace. */
struct grant_row_list {
    struct grant_row *items; /* owned */
    size_t count;
};

/* Names of repositories in order. */
struct repository_list {
    char **names; /* owned, and each of them */
    size_t count;
};

/* Free what a list owns. */
void grant_row_list_release (struct grant_row_list *list);
void repository_list_release (struct repository_list *list);

/* Set what an account may do in a namespace, or take it away; *ret_changed and *ret_deleted tell whether there was
 * another grant, or one. */
int store_grant_put (struct store *store, const struct grant_row *row, bool *ret_changed, struct error *err);
int store_grant_delete (struct store *store, const char *account_id, const char *namespace, bool *ret_deleted,
                        struct error *err);

/* The grants of an account (NULL: of all). Owned: grant_row_list_release. */
int store_grant_list (struct store *store, const char *account_id, struct grant_row_list *ret_list, struct error *err);

/* The most that an account was granted in a namespace, by name or by "*". */
int store_grant_right (struct store *store, const char *account_id, const char *namespace,
                       enum namespace_right *ret_right, struct error *err);

/* Make a repository one that everybody may pull, or no more; *ret_changed tells whether it was otherwise. */
int store_public_set (struct store *store, const char *repository, bool public, int64_t at_us, bool *ret_changed,
                      struct error *err);

/* Whether everybody may pull it; all of those. Owned: repository_list_release. */
int store_public_has (struct store *store, const char *repository, bool *ret_public, struct error *err);
int store_public_list (struct store *store, struct repository_list *ret_list, struct error *err);

/* A request for a token, and how far the delivery of its secret is. It outlives the token, so that the same request
 * never makes a second one. */
struct delivery_row {
    char account_id[CRYPTO_UUID_SIZE];
    char request_id[TOKEN_ID_SIZE];
    char token_id[CRYPTO_UUID_SIZE];
    char maker[DELIVERY_MAKER_SIZE];
    char sink[16];
    enum delivery_step step;
    int64_t at_us;
};

/* Deliveries, oldest first. */
struct delivery_row_list {
    struct delivery_row *items; /* owned */
    size_t count;
};

/* Free the list. */
void delivery_row_list_release (struct delivery_row_list *list);

/* ERROR_STATE_CONFLICT when the account has had that request. */
int store_delivery_insert (struct store *store, const struct delivery_row *row, struct error *err);

/* The token that the request of an account made; *ret_found is false when there was no such request. */
int store_delivery_token (struct store *store, const char *account_id, const char *request_id,
                          char ret_token_id[CRYPTO_UUID_SIZE], bool *ret_found, struct error *err);

/* The deliveries of an account that are not done. Owned: delivery_row_list_release. */
int store_delivery_list_open (struct store *store, const char *account_id, struct delivery_row_list *ret_list,
                              struct error *err);

/* Note how far the delivery of a token is; of a token without a request nothing is noted. */
int store_delivery_set_step (struct store *store, const char *token_id, enum delivery_step step, struct error *err);

/* Forget the requests from before before_us whose delivery is done, or whose token was used or is not there. */
int store_delivery_prune (struct store *store, int64_t before_us, struct error *err);

/* Add a line to the audit trail. */
int store_audit_add (struct store *store, const struct audit_row *row, struct error *err);

/* Which lines of the audit trail are meant; all that are given must hold. */
struct audit_query {
    const char *account_id; /* NULL: of any account, and of none */
    /* NULL: of any token. Needs account_id: a name that a token has or had, or the beginning of its id (see
     * token_id_is_prefix); deleted tokens count. */
    const char *token;
    int64_t since_us; /* at or after */
    int64_t limit;    /* the newest so many; 0: all */
};

/* Call each for those lines, oldest first; a non-zero return of each ends the walk and is returned. The row is borrowed
 * during the call. */
int store_audit_walk (struct store *store, const struct audit_query *query,
                      int (*each) (void *context, const struct audit_row *), void *context, struct error *err);

#endif
