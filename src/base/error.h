/* Every way dpat can fail: one table of codes, and the error a caller owns and a callee fills. */
#ifndef DPAT_BASE_ERROR_H
#define DPAT_BASE_ERROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The table of codes: X(CODE, json name, exit status, HTTP status, retryable, sentence).
 * It is the one source of the `code` member of JSON errors, of exit codes, of the server's HTTP status and of the
 * help topic and man page on exit codes. Codes are only added, never renamed. */
#define ERROR_CODES(X)                                                                                                 \
    X (INTERNAL, "internal", 1, 500, false, "an error that fits no other code")                                        \
    X (SETTING_NOT_SET, "setting_not_set", 1, 404, false, "a setting has no value in the config file")                 \
    X (USAGE, "usage", 2, 400, false, "unknown command or option, or a missing or superfluous argument")               \
    X (SECRET_IN_ARGUMENT, "secret_in_argument", 2, 400, false, "an argument looks like a secret; it was not used")    \
    X (INVALID_NAME, "invalid_name", 2, 400, false, "a token name is empty, too long or has hidden characters")        \
    X (INVALID_SCOPE, "invalid_scope", 2, 400, false, "a scope is unknown")                                            \
    X (INVALID_TIME, "invalid_time", 2, 400, false, "an expiry, a time or a duration cannot be read or is past")       \
    X (INVALID_TOKEN_ID, "invalid_token_id", 2, 400, false, "a token id is malformed")                                 \
    X (INVALID_ACCOUNT_NAME, "invalid_account_name", 2, 400, false, "an account name breaks the rule for names")       \
    X (INVALID_PASSWORD, "invalid_password", 2, 400, false, "a password is too short, too long or not text")           \
    X (NO_SINK, "no_sink", 2, 400, false, "nowhere to deliver a new secret to")                                        \
    X (TOO_MANY_MATCHES, "too_many_matches", 2, 400, false, "a bulk command matches more tokens than --max allows")    \
    X (TOKEN_NOT_FOUND, "token_not_found", 3, 404, false, "no such token")                                             \
    X (ACCOUNT_NOT_FOUND, "account_not_found", 3, 404, false, "no such account")                                       \
    X (SECRET_NOT_FOUND, "secret_not_found", 3, 404, false, "the keystore has no secret of that name")                 \
    X (NOT_SIGNED_IN, "not_signed_in", 4, 401, false, "not signed in")                                                 \
    X (SESSION_EXPIRED, "session_expired", 4, 401, false, "the session has ended")                                     \
    X (WRONG_CREDENTIALS, "wrong_credentials", 4, 401, false, "the user name or the secret is wrong")                  \
    X (TOKEN_EXPIRED, "token_expired", 4, 401, false, "the secret is right, but its token has expired")                \
    X (TOKEN_INACTIVE, "token_inactive", 4, 401, false, "the secret is right, but its token is deactivated")           \
    X (ACCOUNT_DISABLED, "account_disabled", 4, 401, false, "the secret is right, but the account is disabled")        \
    X (CODE_NEEDED, "code_needed", 4, 401, false, "the password is right, but a second-factor code is needed")         \
    X (PAT_NEEDED, "pat_needed", 4, 401, false,                                                                        \
       "the password is right, but a registry needs a personal access token here")                                     \
    X (FORBIDDEN, "forbidden", 5, 403, false, "signed in, but not allowed to do this")                                 \
    X (PAT_CANNOT_MANAGE, "pat_cannot_manage", 5, 403, false,                                                          \
       "who signs in with a personal access token cannot manage tokens")                                               \
    X (UNSUPPORTED, "unsupported", 5, 501, false, "this service cannot do this")                                       \
    X (NAME_TAKEN, "name_taken", 6, 409, false, "an active token of that name exists")                                 \
    X (REQUEST_REPEATED, "request_repeated", 6, 409, false, "this request has made a token before")                    \
    X (AMBIGUOUS, "ambiguous", 6, 409, false, "a name or id prefix matches more than one token")                       \
    X (ACCOUNT_EXISTS, "account_exists", 6, 409, false, "an account of that name exists")                              \
    X (STATE_CONFLICT, "state_conflict", 6, 409, false, "the token's state does not allow this")                       \
    X (NETWORK, "network", 7, 502, true, "the service cannot be reached")                                              \
    X (RATE_LIMITED, "rate_limited", 8, 429, true, "too many requests; try later")                                     \
    X (BUSY, "busy", 8, 503, true, "the service is busy; try later")                                                   \
    X (PARTIAL, "partial", 9, 207, false, "some of several tokens failed, each for its own reason")                    \
    X (DECLINED, "declined", 10, 400, false, "the answer was no")                                                      \
    X (NO_INPUT, "no_input", 10, 400, false, "an answer is needed and there is nobody to ask")                         \
    X (CONFIG, "config", 12, 500, false, "a setting or a configuration file is wrong")                                 \
    X (STATE, "state", 12, 500, false, "dpat's own folder or file of sessions cannot be used")                         \
    X (STORE_MISSING, "store_missing", 12, 500, false, "the store is not there")                                       \
    X (STORE_CORRUPT, "store_corrupt", 12, 500, false, "the store is damaged or is no dpat store")                     \
    X (STORE_READ_ONLY, "store_read_only", 12, 500, false, "the store cannot be written")                              \
    X (STORE_FULL, "store_full", 12, 507, false, "the disk that holds the store is full")                              \
    X (STORE_LOCKED, "store_locked", 12, 503, true, "another process holds the store locked")                          \
    X (STORE_NEWER, "store_newer", 12, 500, false, "the store was written by a newer dpat")                            \
    X (STORE_FAILED, "store_failed", 12, 500, false, "the store could not be read or written")                         \
    X (KEY_MISSING, "key_missing", 12, 500, false, "the store's key file is not there")                                \
    X (KEY_MISMATCH, "key_mismatch", 12, 500, false, "the key file is not the one this store was made with")           \
    X (KEY_INVALID, "key_invalid", 12, 500, false, "the key file cannot be used")                                      \
    X (CREDENTIALS_FILE, "credentials_file", 12, 500, false, "a file of Docker's credentials cannot be used")          \
    X (CREDENTIAL_HELPER, "credential_helper", 12, 500, false, "a Docker credential helper failed")                    \
    X (KEYSTORE, "keystore", 12, 500, false, "the keystore cannot be used")                                            \
    X (KEYSTORE_LOCKED, "keystore_locked", 4, 401, false, "the keystore is locked, or its passphrase is wrong")        \
    X (FILE_ABSENT, "file_absent", 12, 500, false, "a file is not there")                                              \
    X (FILE_EXISTS, "file_exists", 12, 500, false, "a file is already there and is not replaced")                      \
    X (FILE_FAILED, "file_failed", 12, 500, false, "a file cannot be read or written")                                 \
    X (FILE_LOCKED, "file_locked", 12, 503, true, "another process holds a file locked")                               \
    X (OUTPUT, "output", 12, 500, false, "standard output is closed or cannot be written")                             \
    X (SERVICE_FAILED, "service_failed", 13, 502, true, "the service failed or answered nonsense")                     \
    X (UNDELIVERED, "undelivered", 14, 500, false, "the token was made, but its secret could not be delivered")

/* The codes of the table. */
/* clang-format off */
enum error_code {
    ERROR_NONE = 0,
#define ERROR_ENUM(name, json, status, http, retry, sentence) ERROR_##name,
    ERROR_CODES (ERROR_ENUM)
#undef ERROR_ENUM
    ERROR_CODE_COUNT
};
/* clang-format on */

/* One row of the table above. */
struct error_kind {
    const char *name; /* the JSON `code` */
    int exit_status;
    int http_status;
    bool retryable;
    const char *sentence;
};

/* What a detail's text stands for. */
enum error_detail_kind { ERROR_DETAIL_TEXT, ERROR_DETAIL_BOOL, ERROR_DETAIL_LIST };

/* A member of `details`: text is the string, "true" or "false", or list items separated by newlines. */
struct error_detail {
    const char *key; /* a literal */
    enum error_detail_kind kind;
    char text[400];
};

/* What went wrong. The caller owns it; it holds no memory and needs no release. Untouched on success. */
struct error {
    enum error_code code;
    int64_t retry_at; /* seconds UTC when trying again makes sense; 0 = unknown */
    size_t detail_count;
    struct error_detail details[3];
    char text[512]; /* one sentence: what was wrong and where; no control characters */
    char hint[256]; /* what to do about it; may be empty */
};

#define ERROR_INIT                                                                                                     \
    {                                                                                                                  \
        .code = ERROR_NONE                                                                                             \
    }

/* The row of code; of a code that is none, the row of ERROR_INTERNAL. Borrowed for ever. */
const struct error_kind *error_kind (enum error_code code);

/* What the four below evaluate to: -1, so that a failing function can end with one of them. Inline, for compilers and
 * analyzers to know it. */
static inline int error_result (void)
{
    return -1;
}

/* error_set (err, code, fmt, ...): fill err (which may be NULL) with a new error; hint and details are cleared. Control
 * characters and broken UTF-8 in the result are replaced, for text from elsewhere must not drive a terminal. */
#define error_set(...) (error_fill (__VA_ARGS__), error_result ())
void error_fill (struct error *err, enum error_code code, const char *fmt, ...) __attribute__ ((format (printf, 3, 4)));

/* The sentence of every parser that fails: what (borrowed, as a path) is not valid language ("JSON"), why, and where:
 * line and column are counted from 1, line 0 is nowhere in particular. The text that was parsed may be a secret and is
 * never part of the sentence: why is a literal of ours, or NULL, and never a parser's own message, which may quote it.
 * Always returns -1. */
int error_unreadable (struct error *err, enum error_code code, const char *what, const char *language, const char *why,
                      int line, int column);

/* Refuse for want of memory, ERROR_BUSY. Always returns -1. */
int error_no_memory (struct error *err);

/* error_prefix (err, fmt, ...): put "what we were doing: " in front of the sentence. */
#define error_prefix(...) (error_fill_prefix (__VA_ARGS__), error_result ())
void error_fill_prefix (struct error *err, const char *fmt, ...) __attribute__ ((format (printf, 2, 3)));

/* error_hint (err, fmt, ...): say what to do about it. */
#define error_hint(...) (error_fill_hint (__VA_ARGS__), error_result ())
void error_fill_hint (struct error *err, const char *fmt, ...) __attribute__ ((format (printf, 2, 3)));

/* error_detail (err, key, kind, text): add a member to `details`; beyond three, nothing happens. key is a literal. */
#define error_detail(...) (error_fill_detail (__VA_ARGS__), error_result ())
void error_fill_detail (struct error *err, const char *key, enum error_detail_kind kind, const char *text);

/* Add item to the list `details[key]`, making it when it is not there; what does not fit is left out. */
void error_detail_append (struct error *err, const char *key, const char *item);

#endif
