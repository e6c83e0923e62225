/* What a personal access token is: its members, its state, and its JSON. No input or output here. */
#ifndef DPAT_TOKEN_TOKEN_H
#define DPAT_TOKEN_TOKEN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/token/scope.h"

/* A UUID in lower case and a NUL. */
#define TOKEN_ID_SIZE 37

/* Expired beats inactive. */
enum token_state { TOKEN_ACTIVE, TOKEN_INACTIVE, TOKEN_EXPIRED };
/* Made by hand, or by a sign-in on the user's behalf. */
enum token_source { TOKEN_MANUAL, TOKEN_AUTO };

/* From where something was done; NULL where it is not known. Owned by the struct that has it. */
struct token_origin {
    char *ip;
    char *user_agent;
};

/* A token without its secret, which nobody has after its making. Times are microseconds UTC, 0 = none. */
struct token {
    char id[TOKEN_ID_SIZE];
    char *name; /* owned */
    struct scopes scopes;
    bool active; /* as switched; says nothing of the expiry */
    enum token_source source;
    int64_t created_us;
    struct token_origin creator;
    int64_t expires_us;
    unsigned expires_digits; /* of a second's fraction, 0 to 6, that the expiry was given with */
    int64_t last_used_us;
    struct token_origin last_used_from;
};

/* Tokens in an order of their own, and the counts of the whole account. */
struct token_list {
    struct token *items; /* owned */
    size_t count;
};

/* Free what the token owns and make it empty. */
void token_release (struct token *token);

/* *to, which is empty or released, becomes a copy. */
void token_copy (struct token *to, const struct token *from);

/* Free a list and its tokens. */
void token_list_release (struct token_list *list);

/* A new empty token at the end of the list; fill it in place. Borrowed until the next addition. */
struct token *token_list_add (struct token_list *list);

/* The state at that instant: expired beats inactive. A token expires when now reaches its expiry. */
enum token_state token_state_at (const struct token *token, int64_t now_us);

/* How many tokens there are, of one account or of all, by their state at one instant. */
struct token_counts {
    size_t all;
    size_t active;
    size_t inactive;
    size_t expired;
};

/* "active", "inactive", "expired". Borrowed for ever. */
const char *token_state_name (enum token_state state);

/* "manual", "auto". Borrowed for ever. */
const char *token_source_name (enum token_source source);

/* The T of dpat/1: {"id","name","state","active","scopes","source","created_at","expires_at","last_used_at",
 * "last_used_from","creator"}; absent is null. Owned: json_decref. */
json_t *token_to_json (const struct token *token, int64_t now_us);

/* Whether text is a whole UUID (RFC 9562, either case). */
bool token_id_is_whole (const char *text);

/* Whether text could be the beginning of an id: at least 4 of its characters, well placed. */
bool token_id_is_prefix (const char *text);

#endif
