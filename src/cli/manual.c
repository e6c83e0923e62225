/* Man pages, made from the command tables and help topics. */
#include "src/cli/manual.h"

#include <ctype.h>
#include <string.h>

#include "config.h"
#include "src/base/memory.h"
#include "src/cli/commands.h"

/* Text with what roff would take for itself made harmless: backslashes, hyphens that must stay hyphens, quotes, and
 * dots or quotes at the beginning of a line. */
static void put_text (struct buffer *out, const char *text)
{
    bool line_begins = out->len > 0 && out->data[out->len - 1] == '\n';
    for (; *text; text++) {
        if (line_begins && (*text == '.' || *text == '\''))
            buffer_puts (out, "\\&");
        if (*text == '\\')
            buffer_puts (out, "\\e");
        else if (*text == '-')
            buffer_puts (out, "\\-");
        else if (*text == '\'')
            buffer_puts (out, "\\(aq");
        else if (*text == '^')
            buffer_puts (out, "\\(ha");
        else if (*text == '~')
            buffer_puts (out, "\\(ti");
        else
            buffer_append (out, text, 1);
        line_begins = *text == '\n';
    }
}

/* Paragraphs: a blank line begins a new one, a run of lines that begin with a blank is kept as it is. */
static void put_paragraphs (struct buffer *out, const char *text)
{
    bool kept = false;
    bool blank_before = false;
    for (const char *at = text; *at;) {
        size_t len = strcspn (at, "\n");
        AUTOFREE char *line = xstrndup (at, len);
        bool keep = line[0] == ' ';
        bool first = at == text;
        at += len + (at[len] == '\n');
        if (len == 0) {
            blank_before = true;
            continue;
        }
        if (kept && !keep)
            buffer_puts (out, ".fi\n");
        if (kept && keep && blank_before)
            buffer_puts (out, "\n");
        else if (!first && (blank_before || keep != kept))
            buffer_puts (out, ".PP\n");
        if (keep && !kept)
            buffer_puts (out, ".nf\n");
        put_text (out, line);
        buffer_puts (out, "\n");
        kept = keep;
        blank_before = false;
    }
    if (kept)
        buffer_puts (out, ".fi\n");
}

static void put_header (struct buffer *out, const char *name, int section, const char *summary)
{
    AUTO (buffer) upper;
    buffer_init (&upper, 256);
    for (const char *at = name; *at; at++) {
        char c = (char)toupper ((unsigned char)*at);
        buffer_append (&upper, &c, 1);
    }
    buffer_puts (out, ".TH ");
    put_text (out, buffer_text (&upper));
    buffer_printf (out, " %d \"\" \"dpat %s\" \"dpat\"\n.SH NAME\n", section, PACKAGE_VERSION);
    put_text (out, name);
    buffer_puts (out, " \\- ");
    put_text (out, summary);
    buffer_puts (out, "\n");
}

static void put_option (struct buffer *out, const struct option_spec *spec)
{
    buffer_puts (out, ".TP\n");
    if (spec->letter)
        buffer_printf (out, "\\fB\\-%c\\fR, ", spec->letter);
    buffer_puts (out, "\\fB\\-\\-");
    put_text (out, spec->name);
    buffer_puts (out, "\\fR");
    if (spec->argument) {
        buffer_puts (out, " \\fI");
        put_text (out, spec->argument);
        buffer_puts (out, "\\fR");
    }
    buffer_puts (out, "\n");
    put_text (out, spec->help);
    buffer_puts (out, "\n");
}

struct option_writer {
    struct buffer *out;
    bool own;
};

static void put_if_wanted (void *context, const struct option_spec *spec, bool own)
{
    const struct option_writer *writer = context;
    if (own == writer->own)
        put_option (writer->out, spec);
}

static void put_synopsis (struct buffer *out, const struct command *command, const struct command *parent)
{
    buffer_puts (out, "\\fBdpat ");
    if (parent) {
        put_text (out, parent->name);
        buffer_puts (out, " ");
    }
    put_text (out, command->name);
    buffer_puts (out, "\\fR ");
    put_text (out, command->synopsis);
    buffer_puts (out, "\n");
}

static void put_examples (struct buffer *out, const struct command *command)
{
    if (command->examples == NULL)
        return;
    buffer_puts (out, ".SH EXAMPLES\n");
    for (const struct command_example *example = command->examples; example->line; example++) {
        buffer_puts (out, ".TP\n\\fB");
        put_text (out, example->line);
        buffer_puts (out, "\\fR\n");
        put_text (out, example->text);
        buffer_puts (out, "\n");
    }
}

static void put_see_also (struct buffer *out, const struct command *command)
{
    buffer_puts (out, ".SH SEE ALSO\n.BR dpat (1)");
    for (const char *const *topic = command->topics; topic && *topic; topic++) {
        buffer_puts (out, ",\n.BR dpat\\-");
        put_text (out, *topic);
        buffer_puts (out, " (7)");
    }
    buffer_puts (out, "\n");
}

static void put_subcommands (struct buffer *out, const struct command *parent)
{
    for (const struct command *const *sub = parent->subcommands; sub && *sub; sub++) {
        struct option_writer writer = { .out = out, .own = true };
        buffer_puts (out, ".SS ");
        put_synopsis (out, *sub, parent);
        put_paragraphs (out, (*sub)->description);
        help_each_option (*sub, put_if_wanted, &writer);
    }
}

void manual_command (struct buffer *out, const struct command *command)
{
    AUTOFREE char *name = xasprintf ("dpat-%s", command->name);
    put_header (out, name, 1, command->summary);
    buffer_puts (out, ".SH SYNOPSIS\n");
    put_synopsis (out, command, NULL);
    for (const char *const *alias = command->aliases; alias && *alias; alias++) {
        buffer_puts (out, ".br\n\\fBdpat ");
        put_text (out, *alias);
        buffer_puts (out, "\\fR ...\n");
    }
    buffer_puts (out, ".SH DESCRIPTION\n");
    put_paragraphs (out, command->description);
    put_subcommands (out, command);
    struct option_writer writer = { .out = out, .own = true };
    buffer_puts (out, ".SH OPTIONS\n");
    help_each_option (command, put_if_wanted, &writer);
    buffer_puts (out, ".SS Options of every command\n");
    writer.own = false;
    help_each_option (command, put_if_wanted, &writer);
    put_examples (out, command);
    put_see_also (out, command);
}

void manual_topic (struct buffer *out, const struct help_topic *topic)
{
    AUTOFREE char *name = xasprintf ("dpat-%s", topic->name);
    AUTO (buffer) text;
    buffer_init (&text, 1 << 20);
    if (topic->text)
        buffer_puts (&text, topic->text);
    if (topic->write)
        topic->write (&text);
    put_header (out, name, 7, topic->title);
    buffer_puts (out, ".SH DESCRIPTION\n");
    put_paragraphs (out, buffer_text (&text));
    buffer_puts (out, ".SH SEE ALSO\n.BR dpat (1)\n");
}

void manual_overview (struct buffer *out)
{
    put_header (out, "dpat", 1, "manage Docker personal access tokens");
    buffer_puts (out, ".SH SYNOPSIS\n\\fBdpat\\fR [OPTIONS] \\fICOMMAND\\fR [ARGUMENTS]\n.SH DESCRIPTION\n");
    put_paragraphs (out, help_find_topic ("overview")->text);
    buffer_puts (out, ".SH COMMANDS\n");
    for (const struct command *const *command = commands_all (); *command; command++) {
        buffer_puts (out, ".TP\n.BR dpat\\-");
        put_text (out, (*command)->name);
        buffer_puts (out, " (1)\n");
        put_text (out, (*command)->summary);
        buffer_puts (out, "\n");
    }
    buffer_puts (out, ".SH OPTIONS\n");
    for (const struct option_spec *spec = commands_common_options (); spec->name; spec++)
        put_option (out, spec);
    buffer_puts (out, ".TP\n\\fB\\-\\-version\\fR\nprint the version and end\n.SH SEE ALSO\n");
    for (const struct help_topic *topic = help_topics (); topic->name; topic++) {
        buffer_puts (out, ".BR dpat\\-");
        put_text (out, topic->name);
        buffer_printf (out, " (7)%s\n", topic[1].name ? "," : "");
    }
}
