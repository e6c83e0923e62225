/* A line of the audit trail, and its JSON, which both ends of the HTTP API and the command line share. */
#ifndef DPAT_TOKEN_AUDIT_H
#define DPAT_TOKEN_AUDIT_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/error.h"

/* What was done, when, by whom and from where. Strings are owned; NULL where there is nothing to say. */
struct audit_entry {
    int64_t at_us;
    char *user;   /* whose account it concerns */
    char *actor;  /* "owner", "operator", "pat", "nobody" */
    char *action; /* "token_created", "sign_in_failed", … */
    char *token_id;
    char *token_name; /* as it was then */
    char *ip;
    char *user_agent;
    char *note;
};

/* Lines, oldest first. */
struct audit_list {
    struct audit_entry *items; /* owned */
    size_t count;
};

/* Free a list. */
void audit_list_release (struct audit_list *list);

/* A new empty line at the end of the list; fill it in place. Borrowed until the next addition. */
struct audit_entry *audit_list_add (struct audit_list *list);

/* {"at","user","by","action","token":{"id","name"},"ip","user_agent","note"}; absent is null. Owned. */
json_t *audit_entry_to_json (const struct audit_entry *entry);

/* Read such an object, as a service may send it, into an empty entry. ERROR_SERVICE_FAILED when it has no time, actor
 * or action. */
int audit_entry_read (const json_t *object, struct audit_entry *entry, struct error *err);

#endif
