/* Completion scripts, made from the command tables. */
#include "src/cli/completion.h"

#include <string.h>

#include "src/base/memory.h"
#include "src/cli/commands.h"
#include "src/cli/help.h"
#include "src/cli/settings.h"

/* Commands are written for the shells as paths: "create", "account add". */
typedef void path_function (struct buffer *out, const struct command *command, const struct command *parent);

static void each_path (struct buffer *out, path_function *each)
{
    for (const struct command *const *command = commands_all (); *command; command++) {
        each (out, *command, NULL);
        for (const struct command *const *sub = (*command)->subcommands; sub && *sub; sub++)
            each (out, *sub, *command);
    }
}

static void put_names (struct buffer *out, const struct command *const *commands)
{
    for (; *commands; commands++) {
        buffer_printf (out, "%s ", (*commands)->name);
        for (const char *const *alias = (*commands)->aliases; alias && *alias; alias++)
            buffer_printf (out, "%s ", *alias);
    }
}

/* A shell pattern of a path with its aliases: "list|ls" or "account:list|account:ls". */
static void put_pattern (struct buffer *out, const struct command *command, const struct command *parent)
{
    const char *front = parent ? parent->name : "";
    const char *colon = parent ? ":" : "";
    buffer_printf (out, "%s%s%s", front, colon, command->name);
    for (const char *const *alias = command->aliases; alias && *alias; alias++)
        buffer_printf (out, "|%s%s%s", front, colon, *alias);
}

/* What completes an argument of each kind, as words or, with a leading "@", a function of the script. */
static const char *option_words (const struct option_spec *spec)
{
    switch (spec->completion) {
    case COMPLETE_FILE:
    case COMPLETE_FILE_OR_STDOUT:
        return "@files";
    case COMPLETE_SCOPE:
        return "repo:public_read repo:read repo:write repo:admin public_read read write admin";
    case COMPLETE_STATE:
        return "active inactive expired";
    case COMPLETE_SORT:
        return "name id state source last-used expires created";
    case COMPLETE_COLOR:
        return "auto always never";
    case COMPLETE_SERVICE:
        return "hub local";
    case COMPLETE_FORMAT:
        return "docker podman";
    case COMPLETE_NOTHING:
        break;
    }
    return "";
}

/* The commands that have subcommands, each behind a blank. */
static void put_parents (struct buffer *out, const char *before)
{
    buffer_puts (out, before);
    for (const struct command *const *command = commands_all (); *command; command++)
        if ((*command)->subcommands)
            buffer_printf (out, " %s", (*command)->name);
}

static void put_topics (struct buffer *out)
{
    put_names (out, commands_all ());
    for (const struct help_topic *topic = help_topics (); topic->name; topic++)
        buffer_printf (out, "%s ", topic->name);
}

static void put_argument_words (struct buffer *out, const struct command *command)
{
    switch (command->argument_kind) {
    case ARGUMENT_TOKEN:
        buffer_puts (out, "@tokens");
        break;
    case ARGUMENT_ACCOUNT:
        buffer_puts (out, "@accounts");
        break;
    case ARGUMENT_TOPIC:
        put_topics (out);
        break;
    case ARGUMENT_SHELL:
        buffer_puts (out, "bash zsh fish");
        break;
    case ARGUMENT_SETTING:
        for (const char *const *name = settings_names (); *name; name++)
            buffer_printf (out, "%s ", *name);
        break;
    case ARGUMENT_CREDENTIAL:
        buffer_puts (out, "get store erase list");
        break;
    case ARGUMENT_SECOND_FACTOR:
        buffer_puts (out, "enable disable status reset");
        break;
    case ARGUMENT_REGISTRY_KEYS:
        buffer_puts (out, "list rotate");
        break;
    case ARGUMENT_NONE:
        break;
    }
}

static void put_long_option (void *context, const struct option_spec *spec, bool own)
{
    (void)own;
    buffer_printf (context, "--%s ", spec->name);
    if (spec->letter)
        buffer_printf (context, "-%c ", spec->letter);
}

/* The option that a word of a command line names; NULL when it is none that the command has. */
struct option_search {
    const char *word;
    const struct option_spec *found;
};

static void match_option (void *context, const struct option_spec *spec, bool own)
{
    struct option_search *search = context;
    (void)own;
    bool is_long = strncmp (search->word, "--", 2) == 0 && strcmp (search->word + 2, spec->name) == 0;
    bool is_short =
        spec->letter && search->word[0] == '-' && search->word[1] == spec->letter && search->word[2] == '\0';
    if (is_long || is_short)
        search->found = spec;
}

/* The option that takes the next word as its argument; NULL when word is none such. */
static const struct option_spec *find_option (const struct command *command, const char *word)
{
    struct option_search search = { .word = word };
    if (word[0] == '-' && command)
        help_each_option (command, match_option, &search);
    for (const struct option_spec *spec = commands_common_options (); word[0] == '-' && spec->name; spec++)
        match_option (&search, spec, false);
    return search.found && search.found->kind != OPTION_FLAG ? search.found : NULL;
}

void completion_words (char *const *words, int count, struct buffer *out)
{
    const struct command *command = NULL;
    const struct option_spec *awaits = NULL; /* the word that is being typed is its argument */
    for (int i = 0; i + 1 < count; i++) {
        const struct command *const *below = command ? command->subcommands : commands_all ();
        if (awaits)
            awaits = NULL;
        else if (words[i][0] == '-')
            awaits = find_option (command, words[i]);
        else if (below && commands_find (below, words[i]))
            command = commands_find (below, words[i]);
    }
    if (awaits)
        buffer_puts (out, option_words (awaits));
    else if (count > 0 && words[count - 1][0] == '-' && command)
        help_each_option (command, put_long_option, out);
    else if (command == NULL || command->subcommands)
        put_names (out, command ? command->subcommands : commands_all ());
    else
        put_argument_words (out, command);
}

/* One row of the table that bash and zsh walk: pattern) dpat_options=…; dpat_words=… */
static void put_case (struct buffer *out, const struct command *command, const struct command *parent)
{
    buffer_puts (out, "    ");
    put_pattern (out, command, parent);
    buffer_puts (out, ")\n      dpat_options='");
    help_each_option (command, put_long_option, out);
    buffer_puts (out, "'\n      dpat_words='");
    if (command->subcommands)
        put_names (out, command->subcommands);
    else
        put_argument_words (out, command);
    buffer_puts (out, "' ;;\n");
}

/* Every option that takes an argument, with what completes it. */
struct value_table {
    struct buffer *out;
    struct string_list seen;
};

static void put_value (void *context, const struct option_spec *spec, bool own)
{
    (void)own;
    struct value_table *table = context;
    if (spec->kind == OPTION_FLAG)
        return;
    for (size_t i = 0; i < table->seen.count; i++)
        if (strcmp (table->seen.items[i], spec->name) == 0)
            return;
    string_list_add (&table->seen, spec->name);
    buffer_printf (table->out, "    --%s", spec->name);
    if (spec->letter)
        buffer_printf (table->out, "|-%c", spec->letter);
    buffer_printf (table->out, ") dpat_values='%s'; return 0 ;;\n", option_words (spec));
}

static void put_values (struct buffer *out)
{
    struct value_table table = { .out = out };
    for (const struct command *const *command = commands_all (); *command; command++) {
        help_each_option (*command, put_value, &table);
        for (const struct command *const *sub = (*command)->subcommands; sub && *sub; sub++)
            help_each_option (*sub, put_value, &table);
    }
    string_list_release (&table.seen);
}

/* What bash and zsh share: functions that look up commands, options and values. */
static void put_shared (struct buffer *out)
{
    put_parents (out, "# Whether a command has commands of its own.\n_dpat_is_parent() { [[ '");
    buffer_puts (out, " ' == *\" $1 \"* ]]; }\n\n");
    buffer_puts (out, "# Sets dpat_values when the option takes an argument.\n"
                      "_dpat_value() {\n  dpat_values=''\n  case $1 in\n");
    put_values (out);
    buffer_puts (out, "  esac\n  return 1\n}\n\n"
                      "# Sets dpat_options and dpat_words of a command, as \"list\" or \"account:add\".\n"
                      "_dpat_command() {\n  dpat_options='' dpat_words=''\n  case $1 in\n"
                      "    '')\n      dpat_options='");
    for (const struct option_spec *spec = commands_common_options (); spec->name; spec++)
        put_long_option (out, spec, false);
    buffer_puts (out, "--version '\n      dpat_words='");
    put_names (out, commands_all ());
    buffer_puts (out, "' ;;\n");
    each_path (out, put_case);
    buffer_puts (out, "  esac\n}\n\n"
                      "# Names of tokens and accounts, one a line; never asks, never fails aloud.\n"
                      "_dpat_tokens() { command dpat list --porcelain --no-input 2>/dev/null | cut -f 2; }\n"
                      "_dpat_accounts() { command dpat account list -q --no-input 2>/dev/null; }\n\n");
}

void completion_bash (struct buffer *out)
{
    buffer_puts (out, "# bash completion for dpat; made by: dpat completion bash\n\n");
    put_shared (out);
    buffer_puts (
        out, "# Offers the lines of stdin that begin with $1, quoted for the shell.\n"
             "_dpat_offer() {\n"
             "  local line\n"
             "  while IFS= read -r line; do\n"
             "    [[ $line == \"$1\"* ]] && COMPREPLY+=(\"$(printf '%q' \"$line\")\")\n"
             "  done\n"
             "}\n\n"
             "_dpat_offer_words() {\n"
             "  case $2 in\n"
             "    @tokens) _dpat_offer \"$1\" < <(_dpat_tokens) ;;\n"
             "    @accounts) _dpat_offer \"$1\" < <(_dpat_accounts) ;;\n"
             "    @files) compopt -o default; COMPREPLY=() ;;\n"
             "    *) mapfile -t COMPREPLY < <(compgen -W \"$2\" -- \"$1\") ;;\n"
             "  esac\n"
             "}\n\n"
             "_dpat() {\n"
             "  local current previous word path='' dpat_options dpat_words dpat_values i\n"
             "  COMPREPLY=()\n"
             "  if declare -F _get_comp_words_by_ref >/dev/null; then\n"
             "    local cword\n"
             "    local -a line\n"
             "    _get_comp_words_by_ref -n : -c current -p previous -w line -i cword\n"
             "  else\n"
             "    local cword=$COMP_CWORD\n"
             "    local -a line=(\"${COMP_WORDS[@]}\")\n"
             "    current=${line[cword]} previous=${line[cword-1]}\n"
             "  fi\n"
             "  for ((i = 1; i < cword; i++)); do\n"
             "    word=${line[i]}\n"
             "    case $word in\n"
             "      -*) _dpat_value \"$word\" && ((i++)) ;;\n"
             "      *)\n"
             "        if [[ -z $path ]]; then path=$word\n"
             "        elif _dpat_is_parent \"$path\"; then path=$path:$word\n"
             "        fi ;;\n"
             "    esac\n"
             "  done\n"
             "  if _dpat_value \"$previous\"; then\n"
             "    _dpat_offer_words \"$current\" \"$dpat_values\"\n"
             "  else\n"
             "    _dpat_command \"$path\"\n"
             "    if [[ $current == -* ]]; then _dpat_offer_words \"$current\" \"$dpat_options\"\n"
             "    else _dpat_offer_words \"$current\" \"$dpat_words\"\n"
             "    fi\n"
             "  fi\n"
             "  if declare -F __ltrim_colon_completions >/dev/null; then __ltrim_colon_completions \"$current\"; fi\n"
             "}\n\n"
             "complete -F _dpat dpat\n");
}

void completion_zsh (struct buffer *out)
{
    buffer_puts (out, "#compdef dpat\n# zsh completion for dpat; made by: dpat completion zsh\n\n");
    put_shared (out);
    buffer_puts (out,
                 "_dpat_offer_words() {\n"
                 "  local -a offered\n"
                 "  case $1 in\n"
                 "    @tokens) offered=(\"${(@f)$(_dpat_tokens)}\") ;;\n"
                 "    @accounts) offered=(\"${(@f)$(_dpat_accounts)}\") ;;\n"
                 "    @files) _files; return ;;\n"
                 "    *) offered=(${=1}) ;;\n"
                 "  esac\n"
                 "  offered=(${offered:#})\n"
                 "  compadd -a offered\n"
                 "}\n\n"
                 "_dpat() {\n"
                 "  local word dpat_path dpat_options dpat_words dpat_values i\n"
                 "  for ((i = 2; i < CURRENT; i++)); do\n"
                 "    word=$words[i]\n"
                 "    case $word in\n"
                 "      -*) _dpat_value \"$word\" && ((i++)) ;;\n"
                 "      *)\n"
                 "        if [[ -z $dpat_path ]]; then dpat_path=$word\n"
                 "        elif _dpat_is_parent \"$dpat_path\"; then dpat_path=$dpat_path:$word\n"
                 "        fi ;;\n"
                 "    esac\n"
                 "  done\n"
                 "  if _dpat_value \"$words[CURRENT-1]\"; then\n"
                 "    _dpat_offer_words \"$dpat_values\"\n"
                 "    return\n"
                 "  fi\n"
                 "  _dpat_command \"$dpat_path\"\n"
                 "  if [[ $words[CURRENT] == -* ]]; then _dpat_offer_words \"$dpat_options\"\n"
                 "  else _dpat_offer_words \"$dpat_words\"\n"
                 "  fi\n"
                 "}\n\n"
                 "if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _dpat \"$@\"; else compdef _dpat dpat; fi\n");
}

/* A fish word in single quotes. */
static void put_fish_quoted (struct buffer *out, const char *text)
{
    buffer_puts (out, "'");
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            buffer_puts (out, "\\");
        buffer_append (out, text, 1);
    }
    buffer_puts (out, "'");
}

/* What a fish rule completes and when. */
struct fish_rule {
    struct buffer *out;
    const char *condition;
};

static void put_fish_argument (struct buffer *out, const char *words)
{
    if (strcmp (words, "@files") == 0)
        buffer_puts (out, " -r -F");
    else if (strcmp (words, "@tokens") == 0)
        buffer_puts (out, " -x -a '(__dpat_tokens)'");
    else if (strcmp (words, "@accounts") == 0)
        buffer_puts (out, " -x -a '(__dpat_accounts)'");
    else if (words[0]) {
        buffer_puts (out, " -x -a ");
        put_fish_quoted (out, words);
    } else
        buffer_puts (out, " -x");
}

static void put_fish_option (void *context, const struct option_spec *spec, bool own)
{
    const struct fish_rule *rule = context;
    if (!own)
        return; /* the common ones are there once for all */
    buffer_printf (rule->out, "complete -c dpat -n '%s' -l %s", rule->condition, spec->name);
    if (spec->letter)
        buffer_printf (rule->out, " -s %c", spec->letter);
    if (spec->kind != OPTION_FLAG)
        put_fish_argument (rule->out, option_words (spec));
    buffer_puts (rule->out, " -d ");
    put_fish_quoted (rule->out, spec->help);
    buffer_puts (rule->out, "\n");
}

static char *fish_condition (const struct command *command, const struct command *parent)
{
    AUTO (buffer) text;
    buffer_init (&text, 1024);
    if (parent)
        buffer_printf (&text, "__fish_seen_subcommand_from %s; and ", parent->name);
    buffer_printf (&text, "__fish_seen_subcommand_from %s", command->name);
    for (const char *const *alias = command->aliases; alias && *alias; alias++)
        buffer_printf (&text, " %s", *alias);
    if (parent == NULL)
        put_parents (&text, "; and not __fish_seen_subcommand_from");
    return xstrdup (buffer_text (&text));
}

static void put_fish_command (struct buffer *out, const struct command *command, const struct command *parent)
{
    AUTOFREE char *condition = command->subcommands ? xasprintf ("__fish_seen_subcommand_from %s", command->name)
                                                    : fish_condition (command, parent);
    struct fish_rule rule = { .out = out, .condition = condition };
    AUTO (buffer) words;
    buffer_init (&words, 4096);
    if (parent == NULL) {
        buffer_printf (out, "complete -c dpat -n __fish_use_subcommand -x -a %s -d ", command->name);
        put_fish_quoted (out, command->summary);
        buffer_puts (out, "\n");
    }
    help_each_option (command, put_fish_option, &rule);
    if (command->subcommands)
        put_names (&words, command->subcommands);
    else
        put_argument_words (&words, command);
    if (words.len == 0)
        return;
    buffer_printf (out, "complete -c dpat -n '%s'", condition);
    put_fish_argument (out, buffer_text (&words));
    buffer_puts (out, "\n");
}

static void put_fish_common (struct buffer *out)
{
    for (const struct option_spec *spec = commands_common_options (); spec->name; spec++) {
        buffer_printf (out, "complete -c dpat -l %s", spec->name);
        if (spec->letter)
            buffer_printf (out, " -s %c", spec->letter);
        if (spec->kind != OPTION_FLAG)
            put_fish_argument (out, option_words (spec));
        buffer_puts (out, " -d ");
        put_fish_quoted (out, spec->help);
        buffer_puts (out, "\n");
    }
    buffer_puts (out, "complete -c dpat -n __fish_use_subcommand -l version -d 'print the version and end'\n");
}

void completion_fish (struct buffer *out)
{
    buffer_puts (out, "# fish completion for dpat; made by: dpat completion fish\n\n"
                      "function __dpat_tokens\n"
                      "    command dpat list --porcelain --no-input 2>/dev/null | cut -f 2\n"
                      "end\n"
                      "function __dpat_accounts\n"
                      "    command dpat account list -q --no-input 2>/dev/null\n"
                      "end\n\n"
                      "complete -c dpat -f\n");
    put_fish_common (out);
    each_path (out, put_fish_command);
}
