/* A service in tests: with the accounts alice and bob, alice signed in, and a way to do what its operator does. */
#ifndef DPAT_TESTS_CONTRACT_SERVICE_WORLD_H
#define DPAT_TESTS_CONTRACT_SERVICE_WORLD_H

#include "tests/support/clock.h"
#include "tests/support/support.h"

#include "src/server/server.h"
#include "src/service/accounts.h"
#include "src/service/embedded.h"

/* One adapter of service.h, opened afresh for each test. */
struct world {
    struct service *service;
    struct embedded *embedded; /* the operator's side, for what the port cannot do */
    struct server *server;     /* between the two, for the adapter that needs one */
    char *store_path;          /* owned */
    const char *ip;            /* what the service takes for the caller's address */
    struct session session;    /* alice's, opened with her password */
};

#define ALICE_PASSWORD "correct horse"
#define BOB_PASSWORD "battery staple"

extern struct world world;

/* Setups of cmocka, one per adapter, and the teardown of all. */
int open_embedded (void **state);
int open_hub (void **state); /* over HTTP, on a server of the embedded service */
int close_world (void **state);

/* The caller that shows this session. */
struct caller as (const struct session *session);

/* Sign in with a password or a token. */
int sign_in (const char *user, const char *text, struct session *ret_session, struct error *err);

/* Make an account, as the operator. */
void add_account (const char *name, const char *text);

/* Make a token of alice's; its secret goes to ret_secret when that is not NULL. */
void make (const char *name, int64_t life_s, struct token *ret_token, struct secret *ret_secret);

/* Make an auto-generated token for that place of sign-in. */
int make_auto (const char *place, const struct session *session, struct token_made *ret_made, struct error *err);

/* How many tokens alice has. */
size_t count_tokens (void);

/* Alice's token of that id, and whether there is one. */
void get (const char *id, struct token *ret_token, bool *ret_found);

/* Switch alice's token of that id on or off. */
void set_active (const char *id, bool active);

/* See that signing in as user with text fails with this code, and that the error does not tell the secret. */
void assert_refused (const char *user, const char *text, enum error_code code);

#endif
