/* ADAPTER of credentials.h: an external credential helper. */
#include "src/credentials/helper.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/json.h"
#include "src/base/log.h"
#include "src/base/text.h"
#include "src/credentials/process.h"

enum { ANSWER_MAX_BYTES = 64 * 1024 };

#define NOT_FOUND "credentials not found in native keychain"

struct helper {
    struct credentials credentials;
    char *program;
    int timeout_ms;
};

/* Cut white space at the end, as every client of helpers does. */
static void trim (struct buffer *text)
{
    while (text->len > 0 && strchr (" \t\r\n", text->data[text->len - 1]))
        text->data[--text->len] = '\0';
}

/* Whether some of the secret stands in the answer. */
static bool shows (const struct buffer *answer, const struct secret *secret)
{
    enum { PART_BYTES = 8 };
    size_t part = secret->len < PART_BYTES ? secret->len : PART_BYTES;
    for (size_t i = 0; part > 0 && i + part <= secret->len; i++)
        if (memmem (buffer_text (answer), answer->len, secret->data + i, part))
            return true;
    return false;
}

/* A helper says what is wrong on stdout. secret, which may be NULL, is what it was given. */
static int fail (const struct helper *helper, const char *action, const struct buffer *answer,
                 const struct secret *secret, int exit_status, struct error *err)
{
    AUTO (buffer) clean;
    AUTO (buffer) words;
    buffer_init (&clean, ANSWER_MAX_BYTES * 4);
    buffer_init (&words, ANSWER_MAX_BYTES * 4);
    text_append_clean (&clean, buffer_text (answer), answer->len);
    log_redact (&words, buffer_text (&clean));
    if (words.len > 0 && strcmp (action, "get") != 0 && (secret == NULL || !shows (answer, secret)))
        return error_set (err, ERROR_CREDENTIAL_HELPER, "%s %s failed: %.200s", helper->program, action,
                          buffer_text (&words));
    /* what stands in the answer of a get may be the secret */
    error_set (err, ERROR_CREDENTIAL_HELPER, "%s %s failed (exit status %d)", helper->program, action, exit_status);
    return error_hint (err, "unlock what it keeps credentials in; for dpat's: dpat keystore unlock");
}

static int run (const struct helper *helper, const char *action, const char *input, size_t len, struct buffer *answer,
                int *ret_exit, struct error *err)
{
    struct process_result result;
    const char *const arguments[] = { helper->program, action, NULL };
    if (process_run (arguments, input, len, helper->timeout_ms, answer, &result, err) != 0)
        return -1;
    trim (answer);
    *ret_exit = result.exit_status;
    return 0;
}

static int parse_answer (const struct helper *helper, const struct buffer *answer, struct credential *ret_credential,
                         bool *ret_found, struct error *err)
{
    json_auto_t *object = json_parse (buffer_text (answer), answer->len, "its answer", ERROR_CREDENTIAL_HELPER, NULL);
    const char *user = json_get_string (object, "Username");
    const char *secret = json_get_string (object, "Secret");
    if (!json_is_object (object) || (user && user[0] && secret == NULL))
        return error_set (err, ERROR_CREDENTIAL_HELPER, "%s get answers something that is no credential",
                          helper->program);
    *ret_found = user && user[0];
    if (*ret_found) {
        ret_credential->user = xstrdup (user);
        secret_set (&ret_credential->secret, secret, strlen (secret));
    }
    return 0;
}

static int helper_get (struct credentials *credentials, const char *key, struct credential *ret_credential,
                       bool *ret_found, struct error *err)
{
    const struct helper *helper = (struct helper *)credentials;
    AUTO (buffer) answer;
    buffer_init (&answer, ANSWER_MAX_BYTES);
    int exit_status;
    if (run (helper, "get", key, strlen (key), &answer, &exit_status, err) != 0)
        return -1;
    if (exit_status == 0)
        return parse_answer (helper, &answer, ret_credential, ret_found, err);
    if (strcmp (buffer_text (&answer), NOT_FOUND) != 0)
        return fail (helper, "get", &answer, NULL, exit_status, err);
    *ret_found = false;
    return 0;
}

/* A store that went well says nothing; *ret_doubtful tells of one that did say something. */
static int store (const struct helper *helper, const char *key, const struct credential *credential, bool *ret_doubtful,
                  struct error *err)
{
    AUTO (buffer) request;
    AUTO (buffer) answer;
    buffer_init (&request, ANSWER_MAX_BYTES);
    buffer_init (&answer, ANSWER_MAX_BYTES);
    if (text_count (secret_text (&credential->secret), credential->secret.len) < 0)
        return error_set (err, ERROR_CREDENTIAL_HELPER, "the credential is not UTF-8, which a helper needs");
    json_auto_t *object = json_object ();
    json_set_string (object, "ServerURL", key);
    json_set_string (object, "Username", credential->user);
    json_set (object, "Secret", json_stringn (credential->secret.data, credential->secret.len));
    json_write (&request, object);
    buffer_puts (&request, "\n");
    int exit_status;
    if (request.failed)
        return error_set (err, ERROR_CREDENTIAL_HELPER, "the credential is too long for a helper");
    if (run (helper, "store", request.data, request.len, &answer, &exit_status, err) != 0)
        return -1;
    *ret_doubtful = answer.len > 0;
    return exit_status == 0 ? 0 : fail (helper, "store", &answer, &credential->secret, exit_status, err);
}

/* Store, and where the helper's words make that doubtful see what it has. */
static int store_surely (struct helper *helper, const char *key, const struct credential *credential, struct error *err)
{
    AUTO (credential) held = { .user = NULL };
    bool doubtful = false, found;
    if (store (helper, key, credential, &doubtful, err) != 0)
        return -1;
    if (!doubtful
        || (helper_get (&helper->credentials, key, &held, &found, NULL) == 0 && found
            && strcmp (held.user, credential->user) == 0 && secret_equal (&held.secret, &credential->secret)))
        return 0;
    return error_set (err, ERROR_CREDENTIAL_HELPER, "%s store says that all is well, but has not stored it",
                      helper->program);
}

static int helper_erase (struct credentials *credentials, const char *key, struct error *err)
{
    const struct helper *helper = (struct helper *)credentials;
    AUTO (buffer) answer;
    buffer_init (&answer, ANSWER_MAX_BYTES);
    int exit_status;
    if (run (helper, "erase", key, strlen (key), &answer, &exit_status, err) != 0)
        return -1;
    if (exit_status == 0 || strcmp (buffer_text (&answer), NOT_FOUND) == 0)
        return 0;
    return fail (helper, "erase", &answer, NULL, exit_status, err);
}

/* Some helpers (pass) keep one credential per server and user, and give any of them: what another user had must go
 * first, and comes back when the new one cannot be stored. */
static int helper_put (struct credentials *credentials, const char *key, const struct credential *credential,
                       struct error *err)
{
    struct helper *helper = (struct helper *)credentials;
    AUTO (credential) old = { .user = NULL };
    bool found = false;
    bool replaces =
        helper_get (credentials, key, &old, &found, NULL) == 0 && found && strcmp (old.user, credential->user) != 0;
    if (replaces && helper_erase (credentials, key, err) != 0)
        return -1;
    if (store_surely (helper, key, credential, err) == 0)
        return 0;
    if (replaces && store_surely (helper, key, &old, NULL) != 0)
        error_prefix (err, "the credentials of %s for %s are gone", old.user, key);
    return -1;
}

static void helper_free (struct credentials *credentials)
{
    struct helper *helper = (struct helper *)credentials;
    free (helper->program);
    free (helper);
}

static int check_name (const char *name, struct error *err)
{
    if (name[0] == '\0' || strchr (name, '/'))
        return error_set (err, ERROR_CREDENTIAL_HELPER, "\"%.60s\" is no name of a credential helper", name);
    return 0;
}

struct credentials *helper_credentials (const char *name, int timeout_ms, struct error *err)
{
    static const struct credentials_ops ops = {
        .get = helper_get, .put = helper_put, .erase = helper_erase, .free = helper_free
    };
    if (check_name (name, err) != 0)
        return NULL;
    struct helper *helper = xmalloc (sizeof (*helper));
    *helper = (struct helper){ .credentials.ops = &ops,
                               .program = xasprintf ("docker-credential-%s", name),
                               .timeout_ms = timeout_ms };
    return &helper->credentials;
}

static bool is_program (const char *file)
{
    struct stat st;
    return stat (file, &st) == 0 && S_ISREG (st.st_mode) && access (file, X_OK) == 0;
}

int helper_check (const char *name, const char *named_in, struct error *err)
{
    if (check_name (name, err) != 0)
        return error_prefix (err, "%s cannot be used", named_in);
    const char *path = getenv ("PATH");
    AUTOFREE char *program = xasprintf ("docker-credential-%s", name);
    while (path && *path) {
        size_t len = strcspn (path, ":");
        AUTOFREE char *file = xasprintf ("%.*s/%s", len ? (int)len : 1, len ? path : ".", program);
        if (is_program (file))
            return 0;
        path += len + (path[len] == ':');
    }
    error_set (err, ERROR_CREDENTIAL_HELPER, "%s, which %s names, is no program on PATH", program, named_in);
    return error_hint (err, "install it, or take it out of credsStore or credHelpers");
}
