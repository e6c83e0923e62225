/* Option tables and their parser, over getopt_long. */
#include "src/cli/option.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/memory.h"
#include "src/base/text.h"
#include "src/cli/strangers.h"

void string_list_add (struct string_list *list, const char *text)
{
    list->items = xreallocarray (list->items, list->count + 1, sizeof (*list->items));
    list->items[list->count++] = text;
}

void string_list_release (struct string_list *list)
{
    free (list->items);
    *list = (struct string_list){ .items = NULL };
}

const char *option_nearest (const char *word, const char *const *words, size_t count)
{
    const char *nearest = NULL;
    size_t len = strlen (word);
    unsigned best = len <= 3 ? 2 : 3; /* a guess that changes most of a short word is none */
    for (size_t i = 0; i < count; i++) {
        if (len >= 2 && strncmp (words[i], word, len) == 0)
            return words[i];
        unsigned distance = text_distance (word, words[i]);
        if (distance < best) {
            best = distance;
            nearest = words[i];
        }
    }
    return nearest;
}

/* All options of the targets in the forms getopt_long wants. val is the index into rows plus FIRST_VALUE. */
struct option_set {
    struct option *longs;
    char *letters;
    const struct option_spec **rows;
    void **bases;
    const char **names;
    size_t count;
};

enum { FIRST_VALUE = 1000 };

static void option_set_release (struct option_set *set)
{
    free (set->longs);
    free (set->letters);
    free (set->rows);
    free (set->bases);
    free (set->names);
}

static void option_set_init (struct option_set *set, const struct option_target *targets, bool stop_at_argument)
{
    size_t count = 0;
    for (const struct option_target *target = targets; target->specs; target++)
        for (const struct option_spec *spec = target->specs; spec->name; spec++)
            count++;
    set->longs = xcalloc (count + 1, sizeof (*set->longs));
    set->rows = xcalloc (count, sizeof (*set->rows));
    set->bases = xcalloc (count, sizeof (*set->bases));
    set->names = xcalloc (count, sizeof (*set->names));
    set->letters = xcalloc (2 * count + 3, 1);
    /* "+" stops at the first argument, "-" gives arguments as option 1; ":" tells a missing argument apart */
    char *letter = set->letters;
    *letter++ = stop_at_argument ? '+' : '-';
    *letter++ = ':';
    for (const struct option_target *target = targets; target->specs; target++)
        for (const struct option_spec *spec = target->specs; spec->name; spec++) {
            size_t i = set->count++;
            int has_argument = spec->kind == OPTION_FLAG ? no_argument : required_argument;
            set->longs[i] = (struct option){ .name = spec->name, .has_arg = has_argument, .val = FIRST_VALUE + (int)i };
            set->rows[i] = spec;
            set->bases[i] = target->base;
            set->names[i] = spec->name;
            if (spec->letter == 0)
                continue;
            *letter++ = spec->letter;
            if (has_argument == required_argument)
                *letter++ = ':';
        }
}

/* The index of the option of that letter or exact name (len bytes), or -1. */
static int find_letter (const struct option_set *set, int letter)
{
    for (size_t i = 0; i < set->count; i++)
        if (letter != 0 && set->rows[i]->letter == letter)
            return (int)i;
    return -1;
}

static int find_name (const struct option_set *set, const char *name, size_t len)
{
    for (size_t i = 0; i < set->count; i++)
        if (strlen (set->names[i]) == len && strncmp (set->names[i], name, len) == 0)
            return (int)i;
    return -1;
}

/* "create" of "dpat create", "" of "dpat". */
static const char *path_of (const char *what)
{
    const char *blank = strchr (what, ' ');
    return blank ? blank + 1 : "";
}

static int unknown_option (const struct option_set *set, const char *what, const char *name, struct error *err)
{
    AUTOFREE char *word = xstrndup (name, strcspn (name, "="));
    AUTOFREE char *option = xasprintf ("--%s", word);
    const struct stranger *stranger = strangers_find (STRANGER_OPTION, path_of (what), option);
    const char *nearest = option_nearest (word, set->names, set->count);
    error_set (err, ERROR_USAGE, "%s has no option --%.60s", what, word);
    if (stranger)
        return error_hint (err, "%s", stranger->hint);
    if (nearest)
        return error_hint (err, "did you mean --%s? %s --help shows all options", nearest, what);
    return error_hint (err, "%s --help shows its options", what);
}

static int set_number (long *member, const struct option_spec *spec, const char *text, struct error *err)
{
    char *end;
    errno = 0;
    long value = strtol (text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || value < 1 || value > 1000000)
        return error_set (err, ERROR_USAGE, "--%s: \"%.40s\" is no number from 1 to 1000000", spec->name, text);
    *member = value;
    return 0;
}

/* Elsewhere "-" means a standard stream; a file of that name is never what is meant. */
static int refuse_dash (const struct option_spec *spec, struct error *err)
{
    error_set (err, ERROR_USAGE, "--%s needs the name of a file, and \"-\" means standard input or output", spec->name);
    return error_hint (err, "a file that is really called so is ./-");
}

static int set_option (const struct option_set *set, size_t i, const char *argument, struct error *err)
{
    void *member = (char *)set->bases[i] + set->rows[i]->offset;
    switch (set->rows[i]->kind) {
    case OPTION_FLAG:
        *(bool *)member = true;
        break;
    case OPTION_ONCE:
        if (*(const char **)member && strcmp (*(const char **)member, argument) != 0)
            return error_set (err, ERROR_USAGE, "--%s is given twice, with different values", set->rows[i]->name);
        *(const char **)member = argument;
        break;
    case OPTION_TEXT:
        if (set->rows[i]->completion == COMPLETE_FILE && strcmp (argument, "-") == 0)
            return refuse_dash (set->rows[i], err);
        *(const char **)member = argument;
        break;
    case OPTION_LIST:
        string_list_add (member, argument);
        break;
    case OPTION_NUMBER:
        return set_number (member, set->rows[i], argument, err);
    }
    return 0;
}

/* getopt_long would take "--exp" for "--expires"; a script that relies on it breaks when an option is added. */
static int refuse_abbreviation (const struct option_set *set, const char *what, const char *word, int found,
                                struct error *err)
{
    if (word == NULL || strncmp (word, "--", 2) != 0)
        return 0;
    size_t len = strcspn (word + 2, "=");
    if (find_name (set, word + 2, len) == found)
        return 0;
    return unknown_option (set, what, word + 2, err);
}

static int bad_option (const struct option_set *set, const char *what, int code, const char *word, struct error *err)
{
    int found = optopt >= FIRST_VALUE ? optopt - FIRST_VALUE : find_letter (set, optopt);
    if (found >= 0 && refuse_abbreviation (set, what, word, found, err) != 0)
        return -1;
    if (code == ':' && found >= 0) {
        const struct option_spec *spec = set->rows[found];
        return error_set (err, ERROR_USAGE, "--%s needs an argument: %s", spec->name, spec->argument);
    }
    if (found >= 0 && word && strncmp (word, "--", 2) == 0 && strchr (word, '='))
        return error_set (err, ERROR_USAGE, "--%s takes no argument", set->rows[found]->name);
    if (word && strncmp (word, "--", 2) == 0)
        return unknown_option (set, what, word + 2, err);
    const char letter[] = { '-', (char)optopt, '\0' };
    const struct stranger *stranger = strangers_find (STRANGER_OPTION, path_of (what), letter);
    error_set (err, ERROR_USAGE, "%s has no option %s", what, letter);
    if (stranger)
        return error_hint (err, "%s", stranger->hint);
    return error_hint (err, "%s --help shows its options", what);
}

/* One turn of getopt_long. Returns 1 when there is more, 0 at the end, -1 on an error. */
static int parse_next (const struct option_set *set, const char *what, char **argv, int argc, char **arguments,
                       int *count, struct error *err)
{
    int at = optind ? optind : 1;
    int code = getopt_long (argc, argv, set->letters, set->longs, NULL);
    const char *word = at < argc ? argv[at] : NULL;
    if (code == -1)
        return 0;
    if (code == 1) {
        arguments[(*count)++] = optarg;
        return 1;
    }
    if (code == '?' || code == ':')
        return bad_option (set, what, code, word, err);
    int found = code >= FIRST_VALUE ? code - FIRST_VALUE : find_letter (set, code);
    if (refuse_abbreviation (set, what, word, found, err) != 0)
        return -1;
    return set_option (set, (size_t)found, optarg, err) == 0 ? 1 : -1;
}

int option_parse (const struct option_target *targets, const char *what, bool stop_at_argument, char **argv, int argc,
                  int *ret_count, struct error *err)
{
    AUTO (option_set) set = { .count = 0 };
    option_set_init (&set, targets, stop_at_argument);
    AUTOFREE char **arguments = xcalloc ((size_t)argc + 1, sizeof (*arguments));
    int count = 0;
    optind = 0; /* a fresh start for glibc's getopt, which then begins at 1 */
    opterr = 0;
    int more;
    do
        more = parse_next (&set, what, argv, argc, arguments, &count, err);
    while (more > 0);
    if (more < 0)
        return -1;
    for (int i = optind; i < argc; i++)
        arguments[count++] = argv[i];
    for (int i = 0; i < count; i++)
        argv[1 + i] = arguments[i];
    argv[1 + count] = NULL;
    *ret_count = count;
    return 0;
}
