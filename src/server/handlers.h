/* The handlers of the routes, one file per resource, and what they share. */
#ifndef DPAT_SERVER_HANDLERS_H
#define DPAT_SERVER_HANDLERS_H

#include "src/server/routes.h"

handler handle_login;       /* sign_in.c */
handler handle_second_step; /* sign_in.c */
handler handle_auth_token;  /* sign_in.c */
handler handle_logout;      /* sign_in.c */

handler handle_token_list;       /* tokens.c */
handler handle_token_create;     /* tokens.c */
handler handle_token_get;        /* tokens.c */
handler handle_token_change;     /* tokens.c */
handler handle_token_delete;     /* tokens.c */
handler handle_desktop_generate; /* tokens.c */

handler handle_orgs;                  /* user.c */
handler handle_user;                  /* user.c */
handler handle_password;              /* user.c */
handler handle_second_factor;         /* user.c */
handler handle_second_factor_offer;   /* user.c */
handler handle_second_factor_confirm; /* user.c */
handler handle_second_factor_disable; /* user.c */

handler handle_registry_token; /* registry.c */

handler handle_audit; /* audit.c */

handler handle_health;  /* health.c */
handler handle_metrics; /* health.c */

/* The grant_type that the client of a registry signs in by, "" for none: it stands in a body, never in a URL, which
 * ends up in logs. Borrowed. */
const char *handlers_grant_type (const struct exchange *exchange);

/* Let attempt try a secret of account, and count in the metrics how it went. A secret that can be guessed is refused
 * (ERROR_RATE_LIMITED) to who has failed too often, and ERROR_WRONG_CREDENTIALS is held against account and address;
 * or, when those have failed too often and a session of the account is shown too, against that session alone. NULL, and
 * a well-formed token, cannot be guessed. account may be NULL. */
int handlers_try (struct call *call, const char *account, const struct secret *secret,
                  int (*attempt) (struct call *call, void *context, struct error *err), void *context,
                  struct error *err);

/* The string member key of the body as a secret, which is empty when it is absent. ERROR_USAGE when it is no string, or
 * absent though required. */
int handlers_take_secret (const struct call *call, const char *key, bool required, struct secret *ret_secret,
                          struct error *err);

/* The member key of the body that is true or false; false when it is absent or null. ERROR_USAGE when it is something
 * else. */
int handlers_take_flag (const struct call *call, const char *key, bool *ret_flag, struct error *err);

/* The string member key of the body, NULL when it is absent or null. ERROR_USAGE when it is something else, or absent
 * though required. Borrowed from the body. */
int handlers_take_text (const struct call *call, const char *key, bool required, const char **ret_text,
                        struct error *err);

#endif
