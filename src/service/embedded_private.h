/* What the files of the embedded service share: its struct, the authorised caller, and writing with an audit line. */
#ifndef DPAT_SERVICE_EMBEDDED_PRIVATE_H
#define DPAT_SERVICE_EMBEDDED_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "src/base/signing_key.h"
#include "src/service/embedded.h"
#include "src/service/keys.h"
#include "src/service/service.h"
#include "src/store/store.h"

/* The embedded service: the port's head, its store, and what the key file gave. */
struct embedded {
    struct service service;
    struct store *store;
    struct keys keys;
    struct usage *usage;            /* borrowed; may be NULL */
    struct crypto_mac *token_mac;   /* owned; NULL before the first token's secret was looked at */
    char *key_path;                 /* owned */
    struct stat key_stat;           /* of the key file when its registry keys were read */
    int64_t keys_looked_us;         /* when that was last compared */
    struct signing_key *signer;     /* owned; NULL before the first registry token */
    char *signer_head;              /* owned; the first part of its tokens, which says who signs */
    struct registry_key signer_key; /* what it was made of */
};

/* A caller whose session holds. */
struct authorised {
    struct account_row account;
    struct session_row session;
};

/* Free what it owns. */
void authorised_release (struct authorised *who);

/* Whose session the caller shows, and that it holds now: see the port for the errors. With manage, a session opened
 * with a PAT is ERROR_PAT_CANNOT_MANAGE. Works inside a transaction too. */
int embedded_authorise (struct embedded *embedded, const struct caller *caller, bool manage, struct authorised *ret_who,
                        struct error *err);

/* Begin a write transaction and authorise in it, so that a session ended meanwhile changes nothing. On -1 no
 * transaction is open. */
int embedded_begin (struct embedded *embedded, const struct caller *caller, struct authorised *ret_who,
                    struct error *err);

/* End a transaction: commit when status is 0, else roll back. Returns 0, or -1. */
int embedded_end (struct embedded *embedded, int status, struct error *err);

/* End a transaction in which why, an error, came up. When it is a refusal of who asks (and not a failure of the store),
 * what was written of it, as audit lines and counts, is committed. Always returns -1, with *why in err unless the
 * commit itself failed. */
int embedded_end_refused (struct embedded *embedded, const struct error *why, struct error *err);

/* Write an audit line about account (NULL: unknown) and token (NULL: none). action is a literal. */
int embedded_audit (struct embedded *embedded, const struct caller *caller, const char *actor, const char *action,
                    const struct account_row *account, const struct token *token, const char *note, struct error *err);

/* "owner", "operator" or "pat": who acts in a session of that kind. Borrowed for ever. */
const char *embedded_actor (enum session_kind kind);

/* The account of that name, owned; ERROR_ACCOUNT_NOT_FOUND. And the same in a write transaction that is begun; on -1 no
 * transaction is open. */
int embedded_get_account (struct embedded *embedded, const char *name, struct account_row *ret_row, struct error *err);
int embedded_begin_account (struct embedded *embedded, const char *name, struct account_row *ret_row,
                            struct error *err);

/* Delete tokens of an account with their sessions, each with an audit line. */
int embedded_delete_tokens (struct embedded *embedded, const struct caller *caller, const struct authorised *who,
                            const struct token_list *tokens, const char *note, struct error *err);

/* Open a session of kind for account and give its bearer; token_id is that of the PAT, or "". Inside a transaction. */
int embedded_open_session (struct embedded *embedded, const struct account_row *account, enum session_kind kind,
                           const char *token_id, int64_t life_s, struct session *ret_session, struct error *err);

/* Inside a transaction: see that secret is a right code of the account's second factor, or its recovery code, and use
 * it up. A wrong one is ERROR_WRONG_CREDENTIALS and is counted; after five the second factor is locked for 15 minutes,
 * ERROR_RATE_LIMITED with retry_at. End it with embedded_end_refused, so that the count stays. */
int embedded_use_code (struct embedded *embedded, const struct caller *caller, const struct account_row *account,
                       struct second_factor_row *factor, const struct secret *code, struct error *err);

/* Inside a transaction: remember the request that makes token, or see that it made one before
 * (ERROR_REQUEST_REPEATED). */
int embedded_note_request (struct embedded *embedded, const struct authorised *who,
                           const struct token_request *request, const struct token *token, struct error *err);

/* The MAC under which the store knows a secret. */
int embedded_token_mac (struct embedded *embedded, const struct secret *secret, unsigned char ret_mac[CRYPTO_MAC_SIZE],
                        struct error *err);

/* Record that a token was used, or refused for a reason: at once, or gathered with others. row NULL is a password of
 * account; without account too it is a secret that nobody knows. */
int embedded_use (struct embedded *embedded, const struct caller *caller, const struct token_row *row,
                  const struct account_row *account, enum error_code refused, struct error *err);

/* Write down, in a transaction of its own, that a sign-in failed, and why; account is NULL when nobody has that name.
 */
int embedded_audit_failure (struct embedded *embedded, const struct caller *caller, const struct account_row *account,
                            const char *why, struct error *err);

/* Inside a transaction: the account as it is now, which must be what embedded_check_password found outside, where the
 * owner or the operator may have changed it meanwhile. The errors are those of a wrong secret. */
int embedded_check_again (struct embedded *embedded, const struct account_row *verified, const struct secret *secret,
                          struct error *err);

/* See that user and password are right and the account may sign in. Argon2 runs here: no transaction may be open. The
 * errors are those of service_sign_in; a failure is audited. *ret_account, which was empty, is owned. */
int embedded_check_password (struct embedded *embedded, const struct caller *caller, const char *user,
                             const struct secret *secret, struct account_row *ret_account, struct error *err);

/* The token of a secret, which user (NULL: anybody) must own, and which must work now; its use, or that it was refused,
 * is recorded. The errors are those of service_sign_in. *ret_row and *ret_account, which were empty, are owned. */
int embedded_admit_token (struct embedded *embedded, const struct caller *caller, const char *user,
                          const struct secret *secret, struct token_row *ret_row, struct account_row *ret_account,
                          struct error *err);

/* The second half of that: the token is known. */
int embedded_admit_row (struct embedded *embedded, const struct caller *caller, const struct token_row *row,
                        const struct account_row *account, struct error *err);

/* Finish or drop a rotation of registry keys whose process is no more; see key_change.h. */
int embedded_settle_keys (struct embedded *embedded, struct error *err);

/* A copy of what a caller says of itself, at most 200 bytes, its control characters replaced; NULL for NULL. Owned. */
char *embedded_clean (const char *text);

/* The operations of the port; see service.h. */
int embedded_sign_in (struct service *, const struct caller *, const struct sign_in *, struct session *,
                      struct error *);
int embedded_sign_out (struct service *, const struct caller *, bool, struct error *);
int embedded_whoami (struct service *, const struct caller *, struct session *, struct error *);
int embedded_create (struct service *, const struct caller *, const struct token_wish *, struct token_made *,
                     struct error *);
int embedded_list (struct service *, const struct caller *, struct token_list *, struct error *);
int embedded_find (struct service *, const struct caller *, const char *, struct token_list *, struct error *);
int embedded_get (struct service *, const struct caller *, const char *, struct token *, struct error *);
int embedded_update (struct service *, const struct caller *, const char *, const struct token_change *, struct token *,
                     struct error *);
int embedded_delete (struct service *, const struct caller *, const char *, struct error *);
int embedded_undelivered (struct service *, const struct caller *, struct undelivered_list *, struct error *);
int embedded_set_password (struct service *, const struct caller *, const struct secret *, const struct secret *,
                           struct error *);
int embedded_second_factor (struct service *, const struct caller *, struct second_factor *, struct error *);
int embedded_offer_second_factor (struct service *, const struct caller *, const struct secret *, struct secret *,
                                  struct error *);
int embedded_confirm_second_factor (struct service *, const struct caller *, const struct secret *, struct secret *,
                                    struct error *);
int embedded_drop_second_factor (struct service *, const struct caller *, const struct secret *, const struct secret *,
                                 struct error *);
int embedded_audit_trail (struct service *, const struct caller *, const struct audit_wish *, struct audit_list *,
                          struct error *);
int embedded_registry_afterlife (struct service *, const struct caller *, int64_t *, struct error *);

#endif
