/* Hints for words of other programs: what they name exists, and no row hides a word that dpat knows. */
#include "tests/support/support.h"

#include <ctype.h>
#include <string.h>

#include "src/base/memory.h"
#include "src/cli/commands.h"
#include "src/cli/help.h"
#include "src/cli/strangers.h"

/* The command of a path as "account add"; NULL when there is none. *ret_rest is what follows it. */
static const struct command *find_path (const char *path, const char **ret_rest)
{
    const struct command *const *below = commands_all ();
    const struct command *found = NULL;
    while (below && *path) {
        AUTOFREE char *word = xstrndup (path, strcspn (path, " ;,:"));
        const struct command *next = commands_find (below, word);
        if (next == NULL)
            break;
        found = next;
        below = next->subcommands;
        path += strlen (word);
        path += *path == ' ';
    }
    *ret_rest = path;
    return found;
}

static void match (void *context, const struct option_spec *spec, bool own)
{
    const char **word = context;
    (void)own;
    const char letter[] = { '-', spec->letter, '\0' };
    if (*word
        && (strcmp (*word, letter) == 0 || (strncmp (*word, "--", 2) == 0 && strcmp (*word + 2, spec->name) == 0)))
        *word = NULL;
}

static bool has_option (const struct command *command, const char *word)
{
    help_each_option (command, match, &word);
    return word == NULL;
}

/* Every command that a row is for; NULL ends it. At most 8. */
static void commands_of (const struct stranger *row, const struct command *commands[9])
{
    size_t count = 0;
    const char *rest;
    for (const char *at = row->where ? row->where : ""; *at; at += strcspn (at, ","), at += *at == ',') {
        AUTOFREE char *path = xstrndup (at, strcspn (at, ","));
        commands[count] = find_path (path, &rest);
        assert_non_null (commands[count]);
        assert_string_equal (rest, "");
        count++;
        assert_in_range (count, 1, 8);
    }
    commands[count] = NULL;
}

static void no_row_hides_what_dpat_knows (void **state)
{
    (void)state;
    for (const struct stranger *row = strangers_all (); row->hint; row++) {
        const struct command *commands[9];
        commands_of (row, commands);
        for (const char *at = row->words ? row->words : ""; *at; at += strcspn (at, " "), at += *at == ' ') {
            AUTOFREE char *word = xstrndup (at, strcspn (at, " "));
            const struct command *const *list = commands[0] ? commands[0]->subcommands : commands_all ();
            bool known = row->kind != STRANGER_OPTION && list && commands_find (list, word);
            for (size_t i = 0; row->kind == STRANGER_OPTION && commands[i]; i++)
                known = known || has_option (commands[i], word);
            if (known)
                fail_msg ("\"%s\" is known: its row hides it", word);
        }
    }
}

/* Whether one of the commands has the option, or every command has. */
static bool is_an_option (const struct command *const *commands, const char *word)
{
    if (strcmp (word, "--help") == 0 || has_option (&cmd_version, word))
        return true;
    for (; *commands; commands++)
        if (has_option (*commands, word))
            return true;
    return false;
}

static void hints_name_what_there_is (void **state)
{
    (void)state;
    for (const struct stranger *row = strangers_all (); row->hint; row++) {
        const struct command *commands[18];
        size_t count = 0;
        commands_of (row, commands);
        while (commands[count])
            count++;
        assert_true (strlen (row->hint) < sizeof (((struct error *)NULL)->hint));
        for (const char *at = strstr (row->hint, "dpat "); at; at = strstr (at + 1, "dpat ")) {
            const char *rest;
            const struct command *named = find_path (at + 5, &rest);
            if (named == NULL || (named->subcommands && islower ((unsigned char)*rest)))
                fail_msg ("\"%s\": no such command", at);
            commands[count++] = named;
            commands[count] = NULL;
        }
        for (const char *at = strstr (row->hint, "--"); at; at = strstr (at + 2, "--")) {
            AUTOFREE char *word = xstrndup (at, 2 + strspn (at + 2, "abcdefghijklmnopqrstuvwxyz-"));
            if (!is_an_option (commands, word))
                fail_msg ("\"%s\": no such option %s", row->hint, word);
        }
    }
}

static void rows_are_found_by_command_and_word (void **state)
{
    (void)state;
    assert_null (strangers_find (STRANGER_COMMAND, "", "xyzzy"));
    assert_null (strangers_find (STRANGER_COMMAND, "account", "rotate"));
    assert_null (strangers_find (STRANGER_OPTION, "list", "--ttl"));
    assert_null (strangers_find (STRANGER_OPTION, "create", "--tt"));
    assert_non_null (strangers_find (STRANGER_OPTION, "create", "--ttl"));
    assert_non_null (strangers_find (STRANGER_OPTION, "activate", "--all")); /* one of several commands */
    assert_non_null (strangers_find (STRANGER_OPTION, "account add", "-p")); /* any command */
    assert_non_null (strangers_find (STRANGER_ARGUMENT, "login", NULL));
    assert_null (strangers_find (STRANGER_ARGUMENT, "show", NULL));
}

int main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (no_row_hides_what_dpat_knows),
        cmocka_unit_test (hints_name_what_there_is),
        cmocka_unit_test (rows_are_found_by_command_and_word),
    };
    return cmocka_run_group_tests (tests, NULL, NULL);
}
