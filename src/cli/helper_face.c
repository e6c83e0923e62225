/* dpat as a credential helper of Docker's, over the keystore. */
#include "src/cli/helper_face.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "config.h"
#include "src/base/clock.h"
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/cli/app.h"
#include "src/cli/output.h"
#include "src/core/docker_entry.h"

/* Bytes of a line that a client may send, and of an answer. */
enum { INPUT_MAX_BYTES = 65536, ANSWER_MAX_BYTES = 4 << 20 };

#define HELPER_NAME "docker-credential-dpat"

/* Words that clients compare: they must stand alone, and the exit status be 1. */
#define NOT_FOUND "credentials not found in native keychain"
#define NO_SERVER "no credentials server URL"
#define NO_USER "no credentials username"

/* One call of the helper. */
struct helper_call {
    struct app *app;
    struct buffer answer;
};

/* Answer with what is wrong. */
static int complain (struct helper_call *call, const char *words)
{
    buffer_puts (&call->answer, words);
    call->app->exit_status = 1;
    return 0;
}

/* Cut white space at both ends, as the reference does. Owned. */
static char *trimmed (const struct secret *text)
{
    const char *start = secret_text (text);
    size_t len = text->len;
    while (len > 0 && strchr (" \t\r\n", start[len - 1]))
        len--;
    size_t skip = strspn (start, " \t\r\n");
    return skip < len ? xstrndup (start + skip, len - skip) : xstrdup ("");
}

/* A string member; clients written in Go take its key in any case of letters, and so it may come. */
static const json_t *get_member (const json_t *object, const char *wanted)
{
    const char *key;
    json_t *value;
    const json_t *found = json_object_get (object, wanted);
    json_object_foreach ((json_t *)(uintptr_t)object, key, value)
    {
        if (found == NULL && strcasecmp (key, wanted) == 0)
            found = value;
    }
    return json_is_string (found) ? found : NULL;
}

/* What is asked for, and of which run. */
struct question {
    const struct app *app;
    const char *key;
};

static bool has_expired (void *context, const struct credential *credential)
{
    const struct question *question = context;
    return docker_entry_has_expired (question->app->settings.state_folder, question->key, credential,
                                     clock_now_us () / 1000000);
}

static int get (struct helper_call *call, const struct secret *input, struct error *err)
{
    AUTOFREE char *key = trimmed (input);
    AUTO (credential) credential = { .user = NULL };
    bool found;
    if (key[0] == '\0')
        return complain (call, NO_SERVER);
    if (credentials_get (keystore_credentials (call->app->keystore), key, &credential, &found, err) != 0)
        return -1;
    struct question question = { .app = call->app, .key = key };
    bool expired = found && has_expired (&question, &credential);
    if (expired && keystore_erase_if (call->app->keystore, key, has_expired, &question, &found, err) != 0)
        return -1;
    if (!found || expired)
        return complain (call, NOT_FOUND);
    json_auto_t *object = json_object ();
    json_set_string (object, "ServerURL", key);
    json_set_string (object, "Username", credential.user);
    json_set (object, "Secret", json_stringn (secret_text (&credential.secret), credential.secret.len));
    json_write (&call->answer, object);
    return 0;
}

/* Lines are joined, as the reference does. */
static void join_lines (struct secret *text)
{
    size_t len = 0;
    for (size_t i = 0; i < text->len; i++)
        if (text->data[i] != '\n' && text->data[i] != '\r')
            text->data[len++] = text->data[i];
    if (text->len > len) /* what moved forward stands behind as well */
        secret_wipe (text->data + len, text->len - len);
    text->len = len;
}

static int store (struct helper_call *call, struct secret *input, struct error *err)
{
    join_lines (input);
    json_auto_t *object = json_parse (secret_text (input), input->len, "the input", ERROR_USAGE, err);
    if (object == NULL)
        return -1;
    const json_t *key = get_member (object, "ServerURL");
    const json_t *user = get_member (object, "Username");
    const json_t *secret = get_member (object, "Secret");
    if (json_string_length (key) == 0)
        return complain (call, NO_SERVER);
    if (json_string_length (user) == 0)
        return complain (call, NO_USER);
    AUTO (credential) credential = { .user = xstrdup (json_string_value (user)) };
    secret_set (&credential.secret, secret ? json_string_value (secret) : "", json_string_length (secret));
    return credentials_put (keystore_credentials (call->app->keystore), json_string_value (key), &credential, err);
}

/* Of an absent one nothing is said: a client would crash. */
static int erase (struct helper_call *call, const struct secret *input, struct error *err)
{
    AUTOFREE char *key = trimmed (input);
    if (key[0] == '\0')
        return complain (call, NO_SERVER);
    return credentials_erase (keystore_credentials (call->app->keystore), key, err);
}

static int add_to_list (void *context, const char *key, const char *user)
{
    json_set_string (context, key, user);
    return 0;
}

static int list (struct helper_call *call, struct error *err)
{
    json_auto_t *object = json_object ();
    if (keystore_walk (call->app->keystore, add_to_list, object, err) != 0)
        return -1;
    json_write (&call->answer, object);
    return 0;
}

static int act (struct helper_call *call, const char *action, struct error *err)
{
    AUTO (secret) input = SECRET_INIT;
    if (strcmp (action, "list") == 0) /* whose input means nothing */
        return list (call, err);
    if (secret_read (&input, STDIN_FILENO, INPUT_MAX_BYTES, "the input", err) != 0)
        return -1;
    if (strcmp (action, "get") == 0)
        return get (call, &input, err);
    if (strcmp (action, "store") == 0)
        return store (call, &input, err);
    return erase (call, &input, err);
}

static bool is_action (const char *action)
{
    static const char *const actions[] = { "get", "store", "erase", "list" };
    for (size_t i = 0; i < ARRAY_SIZE (actions); i++)
        if (strcmp (action, actions[i]) == 0)
            return true;
    return false;
}

int helper_perform (struct app *app, const char *action, struct error *err)
{
    struct helper_call call = { .app = app };
    struct error why = ERROR_INIT;
    if (!is_action (action)) {
        error_set (err, ERROR_USAGE, "\"%.60s\" is nothing that a credential helper does", action);
        return error_hint (err, "it does: get, store, erase, list");
    }
    if (settings_check_folders (err) != 0 || app_load_settings (app, err) != 0)
        return -1;
    buffer_init (&call.answer, ANSWER_MAX_BYTES);
    if (act (&call, action, &why) != 0) {
        buffer_puts (&call.answer, why.text);
        buffer_puts (&call.answer, why.hint[0] ? "; " : "");
        complain (&call, why.hint);
    }
    if (call.answer.len > 0)
        buffer_puts (&call.answer, "\n");
    int status = call.answer.len > 0 ? output_write (&call.answer, err) : 0;
    buffer_release (&call.answer);
    return status;
}

bool helper_is_called (const char *name)
{
    const char *slash = strrchr (name, '/');
    return strcmp (slash ? slash + 1 : name, HELPER_NAME) == 0;
}

/* What is asked of every program by its first argument. Returns whether that was it. */
static bool answer_about_itself (const char *word, struct buffer *out)
{
    if (strcmp (word, "version") == 0 || strcmp (word, "--version") == 0 || strcmp (word, "-v") == 0)
        buffer_puts (out, HELPER_NAME " (dpat) v" PACKAGE_VERSION "\n");
    else if (strcmp (word, "--help") == 0 || strcmp (word, "-h") == 0)
        buffer_puts (out, "Usage: " HELPER_NAME " <store|get|erase|list|version>\n");
    return out->len > 0;
}

int helper_run (int argc, char **argv, bool stdout_was_closed)
{
    struct app app;
    struct error err = ERROR_INIT;
    AUTO (buffer) text;
    buffer_init (&text, 1024);
    app_init (&app, stdout_was_closed);
    app.options.no_input = settings_environment_flag ("DPAT_NO_INPUT");
    int status = 0;
    if (argc == 2 && answer_about_itself (argv[1], &text))
        status = output_write (&text, &err);
    else if (argc == 2 && is_action (argv[1]))
        status = helper_perform (&app, argv[1], &err);
    else {
        if (argc == 2)
            buffer_printf (&text, HELPER_NAME ": unknown action: %.60s\n", argv[1]);
        else
            buffer_puts (&text, "Usage: " HELPER_NAME " <store|get|erase|list|version>\n");
        app.exit_status = 1;
        status = output_write (&text, &err);
    }
    int exit_status = app.exit_status;
    app_release (&app);
    if (status == 0)
        return exit_status;
    output_error (&err, false);
    return 1;
}
