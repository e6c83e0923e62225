/* Whether the secret of a new token has arrived where it belongs. No input or output here.
 *
 * Who makes a token gives the request an id of its own. The service remembers it with the token until the secret is
 * delivered, so that the token of a program that was killed in between is known to the next one. */
#ifndef DPAT_TOKEN_DELIVERY_H
#define DPAT_TOKEN_DELIVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/token/token.h"

/* Bytes of a text that says who makes a token, with its NUL; see delivery_maker_is_valid. */
#define DELIVERY_MAKER_SIZE 128

/* How far a delivery is. Once it has begun, nobody but who makes the token can tell whether the secret arrived. */
enum delivery_step { DELIVERY_MADE, DELIVERY_BEGUN, DELIVERY_DONE };

/* Who asks for a token, and how the secret will be delivered. Borrowed for the call. */
struct token_request {
    const char *id;    /* a whole UUID that no other request has */
    const char *maker; /* says which process asks, for who runs on the same machine; "" when that cannot be said */
    const char *sink;  /* "stdout", "file", "docker", "command", "keystore" */
};

/* A token that works and whose secret may not have been delivered. */
struct undelivered {
    struct token token;
    char request_id[TOKEN_ID_SIZE];
    char maker[DELIVERY_MAKER_SIZE];
    char sink[16];
    enum delivery_step step;
    int64_t age_s; /* since it was made, by the clock of who made it */
};

/* Such tokens, oldest first. */
struct undelivered_list {
    struct undelivered *items; /* owned */
    size_t count;
};

/* Free a list and its tokens. */
void undelivered_list_release (struct undelivered_list *list);

/* A new empty item at the end of the list; fill it in place. Borrowed until the next addition. */
struct undelivered *undelivered_list_add (struct undelivered_list *list);

/* "made", "begun", "done". Borrowed for ever. */
const char *delivery_step_name (enum delivery_step step);

/* The step of that name; -1 when there is none. */
int delivery_step_parse (const char *text, enum delivery_step *ret_step);

/* Whether a text may say who makes a token: at most 127 characters of letters, digits and "-._:". */
bool delivery_maker_is_valid (const char *text);

/* Whether it is one of the sinks above. */
bool delivery_sink_is_valid (const char *text);

#endif
