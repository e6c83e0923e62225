/* How results look to people and to line-based scripts. */
#ifndef DPAT_CLI_VIEW_H
#define DPAT_CLI_VIEW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "src/base/buffer.h"

/* How to write, and where to. */
struct view {
    bool terminal; /* stdout is one */
    bool color;
    bool porcelain;
    bool quiet;
    unsigned width;      /* of the terminal, in columns */
    int64_t now;         /* seconds UTC */
    struct buffer *out;  /* for stdout: data */
    struct buffer *talk; /* for stderr: words */
    bool talk_first;     /* set by a view whose words introduce its data */
};

/* Render result, a dpat/1 document of the kind the function is for. */
typedef void view_function (struct view *view, const json_t *result);

view_function view_token_table;     /* token_list as a table */
view_function view_token_details;   /* token_list, everything known of each */
view_function view_created;         /* token_created, in words; the secret is not shown here */
view_function view_changes;         /* result */
view_function view_status;          /* status */
view_function view_status_or_list;  /* status, or session_list */
view_function view_sessions;        /* session_list */
view_function view_accounts;        /* account_list */
view_function view_account;         /* account, changed or shown */
view_function view_second_factor;   /* second_factor */
view_function view_config;          /* config */
view_function view_nothing;         /* what went well and needs no words */
view_function view_keystore;        /* keystore */
view_function view_registry_config; /* registry_config, as the registry's YAML */
view_function view_registry_keys;   /* registry_keys */
view_function view_registry_check;  /* registry_check */
view_function view_grants;          /* grant_list */
view_function view_grant;           /* grant, given or taken */
view_function view_public;          /* public_repositories */
view_function view_log;             /* log */
view_function view_version;         /* version */

#endif
