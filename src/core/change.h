/* Doing one thing to several tokens, and telling of each how it went. */
#ifndef DPAT_CORE_CHANGE_H
#define DPAT_CORE_CHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/error.h"
#include "src/service/service.h"

/* What is done to each token. */
enum change_action { CHANGE_RENAME, CHANGE_ACTIVATE, CHANGE_DEACTIVATE, CHANGE_DELETE };

/* How it went with one token. */
enum change_outcome {
    CHANGE_DONE,      /* changed; in a dry run: would be changed */
    CHANGE_UNCHANGED, /* it was so already */
    CHANGE_ABSENT,    /* there is no such token, and that is fine (--if-exists) */
    CHANGE_FAILED
};

/* One token and how it went. name is the token's, after a rename the new one; id is "" and name what was asked for when
 * no token was found. */
struct change_item {
    char id[TOKEN_ID_SIZE];
    char *name; /* owned */
    enum change_outcome outcome;
    struct error error; /* of CHANGE_FAILED */
};

/* How it went with all. Release with change_report_release. */
struct change_report {
    enum change_action action;
    bool dry_run;
    struct change_item *items; /* owned */
    size_t count;
};

/* Free a report. */
void change_report_release (struct change_report *report);

/* "rename", "activate", "deactivate", "delete". Borrowed for ever. */
const char *change_action_name (enum change_action action);

/* Do the report's action to token and add how it went; in a dry run only see what would be. new_name is for
 * CHANGE_RENAME. */
void change_token (struct change_report *report, struct service *service, const struct caller *caller,
                   const struct token *token, const char *new_name, int64_t now_us);

/* Add a token that could not be looked up: text is what was asked for. With absent_is_fine, ERROR_TOKEN_NOT_FOUND is
 * CHANGE_ABSENT. */
void change_not_found (struct change_report *report, const char *text, const struct error *why, bool absent_is_fine);

/* 0 when nothing failed; else -1 with the one error, that of all when all failed with one code, or ERROR_PARTIAL. */
int change_verdict (const struct change_report *report, struct error *err);

#endif
