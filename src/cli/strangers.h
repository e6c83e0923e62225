/* Words that people bring from docker, gh and Docker's settings page, and what leads on from each. Nothing here is run:
 * an unknown word stays an error, and this is its hint. */
#ifndef DPAT_CLI_STRANGERS_H
#define DPAT_CLI_STRANGERS_H

/* What kind of word a row is about: a command, a word that is to be left out before one, an option, an argument. */
enum stranger_kind { STRANGER_COMMAND, STRANGER_FILLER, STRANGER_OPTION, STRANGER_ARGUMENT };

/* One row. The list ends with a row whose hint is NULL. */
struct stranger {
    enum stranger_kind kind;
    const char *where; /* commands as "create" or "account add", separated by commas; "" the top; NULL any command */
    const char *words; /* separated by blanks: names, options with their hyphens; NULL any argument too many */
    const char *hint;
};

/* The row for a word that the command path ("" or "account add") does not know, or NULL. The word may be NULL for an
 * argument too many. Borrowed for ever. */
const struct stranger *strangers_find (enum stranger_kind kind, const char *path, const char *word);

/* All rows. Borrowed for ever. */
const struct stranger *strangers_all (void);

#endif
