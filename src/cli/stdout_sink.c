/* The sink that is standard output. */
#include "src/cli/stdout_sink.h"

#include <stdlib.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/cli/output.h"

struct stdout_sink {
    struct sink sink;
    const struct common_options *options;
};

static void put_document (struct buffer *out, const struct token_made *made)
{
    json_auto_t *document = output_document ("token_created");
    json_set (document, "created", json_true ());
    json_set (document, "dry_run", json_false ());
    json_set (document, "token", token_to_json (&made->token, clock_now_us ()));
    json_set (document, "secret", json_stringn (made->secret.data, made->secret.len));
    json_set_string (document, "delivered_to", "stdout");
    json_set (document, "stored_in", json_null ());
    json_write (out, document);
}

static int deliver (struct sink *sink, const struct token_made *made, struct error *err)
{
    const struct common_options *options = ((struct stdout_sink *)sink)->options;
    AUTO (buffer) out;
    buffer_init (&out, 1 << 20);
    if (options->json)
        put_document (&out, made);
    else
        buffer_append (&out, made->secret.data, made->secret.len);
    buffer_puts (&out, "\n");
    if (!options->json && !options->quiet)
        output_note ("made the token %s; its secret is shown only now:", made->token.id);
    return output_write (&out, err);
}

static void free_sink (struct sink *sink)
{
    free (sink);
}

int stdout_sink_check (const struct common_options *options, bool stdout_was_closed, const char *ways,
                       struct error *err)
{
    if (!options->quiet && !options->json && !stdout_was_closed && isatty (STDOUT_FILENO) != 1) {
        error_set (err, ERROR_NO_SINK, "stdout is not a terminal, and a secret must not end in a log by accident");
        return error_hint (err, "say where it goes: %s", ways);
    }
    return output_check (stdout_was_closed, err);
}

struct sink *stdout_sink_open (const struct common_options *options)
{
    static const struct sink_ops ops = { .deliver = deliver, .free = free_sink, .name = "stdout" };
    struct stdout_sink *sink = xmalloc (sizeof (*sink));
    *sink = (struct stdout_sink){ .sink.ops = &ops, .options = options };
    return &sink->sink;
}
