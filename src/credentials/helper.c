/* ADAPTER of credentials.h: an external credential helper. */
#include "src/credentials/helper.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/crypto.h"
#include "src/base/json.h"
#include "src/base/log.h"
#include "src/base/text.h"
#include "src/credentials/process.h"
#include "src/credentials/program.h"

enum { ANSWER_MAX_BYTES = 64 * 1024, LIST_MAX_BYTES = 4 << 20 };

#define NOT_FOUND "credentials not found in native keychain"

/* No registry can have that name (RFC 2606). */
#define TRIAL_KEY "dpat-trial.invalid"

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
                 const struct secret *secret, const struct process_result *result, struct error *err)
{
    AUTO (buffer) clean;
    AUTO (buffer) words;
    char ending[PROCESS_WORDS_SIZE];
    buffer_init (&clean, ANSWER_MAX_BYTES * 4);
    buffer_init (&words, ANSWER_MAX_BYTES * 4);
    process_describe (result, ending);
    if (result->signal)
        return error_set (err, ERROR_CREDENTIAL_HELPER, "%s %s was %s", helper->program, action, ending);
    text_append_clean (&clean, buffer_text (answer), answer->len);
    log_redact (&words, buffer_text (&clean));
    bool may_be_credential = strcmp (action, "get") == 0 || memchr (buffer_text (answer), '{', answer->len);
    if (words.len > 0 && !may_be_credential && (secret == NULL || !shows (answer, secret)))
        return error_set (err, ERROR_CREDENTIAL_HELPER, "%s %s failed: %.200s", helper->program, action,
                          buffer_text (&words));
    /* what stands in the answer of a get may be the secret */
    error_set (err, ERROR_CREDENTIAL_HELPER, "%s %s failed (%s)", helper->program, action, ending);
    return error_hint (err, "unlock what it keeps credentials in; for dpat's: dpat keystore unlock");
}

static int run (const struct helper *helper, const char *action, const char *input, size_t len, struct buffer *answer,
                struct process_result *ret_result, struct error *err)
{
    const char *const arguments[] = { helper->program, action, NULL };
    if (process_run (arguments, input, len, helper->timeout_ms, answer, ret_result, err) != 0)
        return -1;
    trim (answer);
    return 0;
}

/* A string member of an answer, whose name Go's clients take in any case of letters. */
static const json_t *get_member (json_t *object, const char *wanted)
{
    const char *key;
    json_t *value;
    json_t *found = json_object_get (object, wanted);
    json_object_foreach (object, key, value)
    {
        if (found == NULL && strcasecmp (key, wanted) == 0)
            found = value;
    }
    return json_is_string (found) ? found : NULL;
}

/* Returns false when it is no credential. */
static bool parse_answer (const struct buffer *answer, struct credential *ret_credential,
                          enum helper_holding *ret_holding)
{
    json_auto_t *object =
        json_parse_first (buffer_text (answer), answer->len, "its answer", ERROR_CREDENTIAL_HELPER, NULL);
    const json_t *user = get_member (object, "Username");
    const json_t *secret = get_member (object, "Secret");
    bool has_user = json_string_length (user) > 0;
    if (!json_is_object (object) || (has_user && secret == NULL))
        return false;
    *ret_holding = has_user ? HELPER_HAS_ONE : HELPER_HAS_NONE;
    if (has_user) {
        ret_credential->user = xstrdup (json_string_value (user));
        secret_set (&ret_credential->secret, json_string_value (secret), json_string_length (secret));
    }
    return true;
}

int helper_look (struct credentials *credentials, const char *key, struct credential *ret_credential,
                 enum helper_holding *ret_holding, struct error *ret_why, struct error *err)
{
    const struct helper *helper = (struct helper *)credentials;
    AUTO (buffer) answer;
    buffer_init (&answer, ANSWER_MAX_BYTES);
    struct process_result result;
    if (run (helper, "get", key, strlen (key), &answer, &result, err) != 0)
        return -1;
    if (result.exit_status == 0 && parse_answer (&answer, ret_credential, ret_holding))
        return 0;
    *ret_holding = HELPER_DOES_NOT_TELL;
    if (result.exit_status == 0)
        error_set (ret_why, ERROR_CREDENTIAL_HELPER, "%s get answers something that is not a credential",
                   helper->program);
    else if (strcmp (buffer_text (&answer), NOT_FOUND) == 0)
        *ret_holding = HELPER_HAS_NONE;
    else
        fail (helper, "get", &answer, NULL, &result, ret_why);
    return 0;
}

static int helper_get (struct credentials *credentials, const char *key, struct credential *ret_credential,
                       bool *ret_found, struct error *err)
{
    enum helper_holding holding;
    if (helper_look (credentials, key, ret_credential, &holding, err, err) != 0 || holding == HELPER_DOES_NOT_TELL)
        return -1;
    *ret_found = holding == HELPER_HAS_ONE;
    return 0;
}

int helper_lists (struct credentials *credentials, const char *key, bool *ret_listed, struct error *err)
{
    const struct helper *helper = (struct helper *)credentials;
    AUTO (buffer) answer;
    buffer_init (&answer, LIST_MAX_BYTES);
    struct process_result result;
    if (run (helper, "list", "", 0, &answer, &result, err) != 0)
        return -1;
    if (result.exit_status != 0)
        return fail (helper, "list", &answer, NULL, &result, err);
    json_auto_t *object =
        json_parse_first (buffer_text (&answer), answer.len, "its list", ERROR_CREDENTIAL_HELPER, NULL);
    if (!json_is_object (object))
        return error_set (err, ERROR_CREDENTIAL_HELPER, "%s list does not answer with a list", helper->program);
    *ret_listed = json_object_get (object, key) != NULL;
    return 0;
}

static int store (const struct helper *helper, const char *key, const struct credential *credential, struct error *err)
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
    struct process_result result;
    if (request.failed)
        return error_set (err, ERROR_CREDENTIAL_HELPER, "the credential is too long for a helper");
    if (run (helper, "store", request.data, request.len, &answer, &result, err) != 0)
        return -1;
    return result.exit_status == 0 ? 0 : fail (helper, "store", &answer, &credential->secret, &result, err);
}

/* See that docker will get what was stored. */
static int check_stored (struct helper *helper, const char *key, const struct credential *credential, struct error *err)
{
    AUTO (credential) held = { .user = NULL };
    bool found;
    if (helper_get (&helper->credentials, key, &held, &found, err) != 0)
        return error_prefix (err, "%s store reported success, but what it stored cannot be read", helper->program);
    if (found && credential_equal (&held, credential))
        return 0;
    return error_set (err, ERROR_CREDENTIAL_HELPER, "%s store reported success, but has not stored it",
                      helper->program);
}

/* A helper that does not tell what it has is believed; one that still gives something is not. */
static int helper_erase (struct credentials *credentials, const char *key, struct error *err)
{
    const struct helper *helper = (struct helper *)credentials;
    AUTO (credential) held = { .user = NULL };
    AUTO (buffer) answer;
    buffer_init (&answer, ANSWER_MAX_BYTES);
    struct process_result result;
    enum helper_holding holding;
    if (run (helper, "erase", key, strlen (key), &answer, &result, err) != 0)
        return -1;
    bool was_absent = result.exit_status != 0 && strcmp (buffer_text (&answer), NOT_FOUND) == 0;
    if (result.exit_status != 0 && !was_absent) {
        /* its words may quote what it was to erase */
        (void)helper_look (credentials, key, &held, &holding, NULL, NULL);
        return fail (helper, "erase", &answer, held.user ? &held.secret : NULL, &result, err);
    }
    if (was_absent || helper_look (credentials, key, &held, &holding, NULL, NULL) != 0 || holding != HELPER_HAS_ONE)
        return 0;
    return error_set (err, ERROR_CREDENTIAL_HELPER, "%s erase reported success, but has not erased it",
                      helper->program);
}

/* What was there before a store that failed comes back; where nothing was, nothing is left. */
static void put_back (struct helper *helper, const char *key, const struct credential *old, struct error *err)
{
    AUTO (credential) held = { .user = NULL };
    enum helper_holding holding;
    bool known = helper_look (&helper->credentials, key, &held, &holding, NULL, NULL) == 0;
    if (old->user == NULL) {
        if (!known || holding != HELPER_HAS_NONE)
            (void)helper_erase (&helper->credentials, key, NULL);
        return;
    }
    if (known && holding == HELPER_HAS_ONE && credential_equal (&held, old))
        return;
    if (store (helper, key, old, NULL) != 0 || check_stored (helper, key, old, NULL) != 0)
        error_prefix (err, "the credentials of %s for %s are gone", old->user, key);
}

/* Some helpers (pass) keep one credential per server and user, and give any of them: what another user had must go
 * first. What a helper did not tell of is not touched when it stores nothing. */
static int helper_put (struct credentials *credentials, const char *key, const struct credential *credential,
                       struct error *err)
{
    struct helper *helper = (struct helper *)credentials;
    AUTO (credential) old = { .user = NULL };
    enum helper_holding before = HELPER_DOES_NOT_TELL;
    if (helper_look (credentials, key, &old, &before, NULL, err) != 0)
        return -1;
    if (old.user && credential_equal (&old, credential))
        return 0;
    if (old.user && strcmp (old.user, credential->user) != 0 && helper_erase (credentials, key, err) != 0)
        return -1;
    bool stored = store (helper, key, credential, err) == 0;
    if (stored && check_stored (helper, key, credential, err) == 0)
        return 0;
    if (stored || before != HELPER_DOES_NOT_TELL)
        put_back (helper, key, &old, err);
    return -1;
}

int helper_try (struct credentials *credentials, struct error *err)
{
    struct helper *helper = (struct helper *)credentials;
    unsigned char bytes[16];
    char text[2 * sizeof (bytes) + 1];
    AUTO (credential) trial = { .user = xstrdup ("dpat") };
    if (crypto_random (bytes, sizeof (bytes), err) != 0)
        return -1;
    crypto_hex (text, bytes, sizeof (bytes));
    secret_set (&trial.secret, text, strlen (text));
    int status = store (helper, TRIAL_KEY, &trial, err);
    if (status == 0)
        status = check_stored (helper, TRIAL_KEY, &trial, err);
    return helper_erase (credentials, TRIAL_KEY, status == 0 ? err : NULL) == 0 ? status : -1;
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

int helper_check (const char *name, const char *named_in, struct error *err)
{
    if (check_name (name, err) != 0)
        return error_prefix (err, "%s cannot be used", named_in);
    AUTOFREE char *program = xasprintf ("docker-credential-%s", name);
    AUTOFREE char *file = program_find (program);
    AUTOFREE char *interpreter = file ? program_missing_interpreter (file) : NULL;
    if (file && interpreter == NULL)
        return 0;
    if (interpreter) {
        error_set (err, ERROR_CREDENTIAL_HELPER, "%s, which %s names, cannot be run: its interpreter %s is not there",
                   file, named_in, interpreter);
        return error_hint (err, "install %s, or take the helper out of credsStore or credHelpers", interpreter);
    }
    error_set (err, ERROR_CREDENTIAL_HELPER, "%s, which %s names, is not a program on PATH", program, named_in);
    return error_hint (err, "install it, or take it out of credsStore or credHelpers");
}

const char *helper_detect (void)
{
    AUTOFREE char *pass = program_find ("pass");
    const char *name = pass ? "pass" : "secretservice";
    AUTOFREE char *program = xasprintf ("docker-credential-%s", name);
    AUTOFREE char *helper = program_find (program);
    return helper ? name : NULL;
}
