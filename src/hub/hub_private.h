/* What the files of the Hub adapter share. */
#ifndef DPAT_HUB_HUB_PRIVATE_H
#define DPAT_HUB_HUB_PRIVATE_H

#include "src/hub/http.h"
#include "src/hub/hub.h"
#include "src/service/service.h"

/* The adapter: the port's head, and who is asked. */
struct hub {
    struct service service;
    struct http *http;
    bool is_docker_hub; /* and not dpat serve, or something that behaves like neither */
};

/* What a bearer says of itself; nobody but its service can tell whether that is true. */
struct hub_claims {
    char user[ACCOUNT_NAME_MAX + 1]; /* "" when it does not say */
    char token_id[TOKEN_ID_SIZE];    /* of the personal access token it was got with; "" for none */
    bool is_pat;
    int64_t expires_at; /* seconds UTC; 0 when it does not say */
};

/* Read them without checking the signature. ERROR_SERVICE_FAILED for what is no JSON Web Token. */
int hub_read_claims (const struct secret *bearer, struct hub_claims *ret_claims, struct error *err);

/* Whether a bearer can be shown in a head: it is there and has no blanks or control characters. NULL is none. */
bool hub_bearer_is_whole (const struct secret *bearer);

/* Ask something that takes a session. ERROR_NOT_SIGNED_IN when the caller shows none; an answer that is no success is
 * made the error it means. With object the answer must be a JSON object. reply is released by the caller. */
int hub_ask (struct hub *hub, const struct caller *caller, const char *method, const char *path, const json_t *body,
             bool object, struct http_reply *reply, struct error *err);

/* Fill err with what an answer that is no success means. */
int hub_fail (const struct hub *hub, const struct http_reply *reply, struct error *err);

/* ERROR_UNSUPPORTED on Docker Hub, for what only dpat serve has. */
int hub_needs_dpat (const struct hub *hub, const char *what, struct error *err);

/* The operations of the port; see service.h. */
int hub_sign_in (struct service *, const struct caller *, const struct sign_in *, struct session *, struct error *);
int hub_sign_out (struct service *, const struct caller *, bool, struct error *);
int hub_whoami (struct service *, const struct caller *, struct session *, struct error *);
int hub_create (struct service *, const struct caller *, const struct token_wish *, struct token_made *,
                struct error *);
int hub_list (struct service *, const struct caller *, struct token_list *, struct error *);
int hub_find (struct service *, const struct caller *, const char *, struct token_list *, struct error *);
int hub_get (struct service *, const struct caller *, const char *, struct token *, struct error *);
int hub_update (struct service *, const struct caller *, const char *, const struct token_change *, struct token *,
                struct error *);
int hub_delete (struct service *, const struct caller *, const char *, struct error *);
int hub_undelivered (struct service *, const struct caller *, struct undelivered_list *, struct error *);
int hub_set_password (struct service *, const struct caller *, const struct secret *, const struct secret *,
                      struct error *);
int hub_second_factor (struct service *, const struct caller *, struct second_factor *, struct error *);
int hub_offer_second_factor (struct service *, const struct caller *, const struct secret *, struct secret *,
                             struct error *);
int hub_confirm_second_factor (struct service *, const struct caller *, const struct secret *, struct secret *,
                               struct error *);
int hub_drop_second_factor (struct service *, const struct caller *, const struct secret *, const struct secret *,
                            struct error *);
int hub_audit_trail (struct service *, const struct caller *, const struct audit_wish *, struct audit_list *,
                     struct error *);
int hub_registry_afterlife (struct service *, const struct caller *, int64_t *, struct error *);

#endif
