/* dpat as a plugin of the Docker CLI. */
#include "src/cli/plugin_face.h"

#include <string.h>

#include "config.h"
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/cli/app.h"
#include "src/cli/completion.h"
#include "src/cli/output.h"

enum { ANSWER_MAX_BYTES = 1 << 20 };

#define PLUGIN_NAME "docker-pat"
#define WORD "pat"
#define METADATA "docker-cli-plugin-metadata"

/* No files beside what is offered (of cobra's shell completion). */
#define DIRECTIVE ":4\n"

bool plugin_is_called (const char *name)
{
    const char *slash = strrchr (name, '/');
    return strcmp (slash ? slash + 1 : name, PLUGIN_NAME) == 0;
}

/* Docker's own options that take an argument; the others that may stand there are flags. */
static bool takes_argument (const char *word)
{
    static const char *const options[] = { "--config",    "--context", "-c",          "--host",    "-H",
                                           "--log-level", "-l",        "--tlscacert", "--tlscert", "--tlskey" };
    for (size_t i = 0; i < ARRAY_SIZE (options); i++)
        if (strcmp (word, options[i]) == 0)
            return true;
    return false;
}

bool plugin_take_line (struct plugin_line *line)
{
    int i = 1;
    if (line->argc > 1 && (strcmp (line->argv[1], METADATA) == 0 || strncmp (line->argv[1], "__complete", 10) == 0))
        return false;
    for (; i < line->argc && line->argv[i][0] == '-'; i++) {
        if (strncmp (line->argv[i], "--config=", 9) == 0)
            line->docker_folder = line->argv[i] + 9;
        if (!takes_argument (line->argv[i]) || i + 1 == line->argc)
            continue;
        if (strcmp (line->argv[i], "--config") == 0)
            line->docker_folder = line->argv[i + 1];
        i++;
    }
    if (i < line->argc && strcmp (line->argv[i], WORD) == 0) {
        line->argv += i; /* and "pat" stands for the name */
        line->argc -= i;
    } else if (i + 1 < line->argc && strcmp (line->argv[i], "help") == 0 && strcmp (line->argv[i + 1], WORD) == 0) {
        line->argv[i + 1] = line->argv[i]; /* docker help pat create: dpat help create */
        line->argv += i;
        line->argc -= i;
    }
    return true;
}

static void put_metadata (struct buffer *out)
{
    json_auto_t *object = json_object ();
    json_set_string (object, "SchemaVersion", "0.1.0");
    json_set_string (object, "Vendor", "dpat");
    json_set_string (object, "Version", "v" PACKAGE_VERSION);
    json_set_string (object, "ShortDescription", "Manage personal access tokens");
    json_write (out, object);
    buffer_puts (out, "\n");
}

/* The names of the tokens, as far as they are to be had without asking anybody; nothing else is an answer here. */
static void put_token_names (const char *typed, struct buffer *out)
{
    struct app app;
    AUTO (token_list) list = { .items = NULL };
    app_init (&app, false);
    app.options.no_input = true;
    app.options.quiet = true;
    if (app_sign_in (&app, NULL) == 0 && service_list (app.service, &app.caller, &list, NULL) == 0)
        for (size_t i = 0; i < list.count; i++)
            if (strncmp (list.items[i].name, typed, strlen (typed)) == 0
                && strpbrk (list.items[i].name, "\t\n") == NULL)
                buffer_printf (out, "%s\n", list.items[i].name);
    app_release (&app);
}

/* The words that begin as what was typed, one a line. */
static void put_matching (const char *words, const char *typed, struct buffer *out)
{
    while (*words) {
        size_t len = strcspn (words, " ");
        if (len >= strlen (typed) && strncmp (words, typed, strlen (typed)) == 0)
            buffer_printf (out, "%.*s\n", (int)len, words);
        words += len + strspn (words + len, " ");
    }
}

/* "__complete pat WORD… TYPED" */
static void put_completion (const struct plugin_line *line, struct buffer *out)
{
    AUTO (buffer) words;
    buffer_init (&words, ANSWER_MAX_BYTES);
    int skip = line->argc > 2 && strcmp (line->argv[2], WORD) == 0 ? 3 : 2;
    int count = line->argc - skip;
    const char *typed = count > 0 ? line->argv[line->argc - 1] : "";
    completion_words (line->argv + skip, count, &words);
    if (strcmp (buffer_text (&words), "@files") == 0) {
        buffer_puts (out, ":0\n");
        return;
    }
    if (strcmp (buffer_text (&words), "@tokens") == 0)
        put_token_names (typed, out);
    else if (buffer_text (&words)[0] != '@')
        put_matching (buffer_text (&words), typed, out);
    buffer_puts (out, DIRECTIVE);
}

int plugin_answer (const struct plugin_line *line)
{
    struct error err = ERROR_INIT;
    AUTO (buffer) out;
    buffer_init (&out, ANSWER_MAX_BYTES);
    if (strcmp (line->argv[1], METADATA) == 0)
        put_metadata (&out);
    else
        put_completion (line, &out);
    if (output_write (&out, &err) == 0)
        return 0;
    output_error (&err, false);
    return error_kind (err.code)->exit_status;
}
