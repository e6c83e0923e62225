/* The contract of credentials.h, run on every adapter: the file of Docker's config.json, a credential helper, and the
 * keystore. */
#include "tests/support/support.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/json.h"
#include "src/credentials/docker_file.h"
#include "src/credentials/helper.h"
#include "src/credentials/keystore.h"

struct place {
    struct credentials *credentials;
    struct keystore *keystore; /* what the adapter is part of, for one of them */
    const char *held;          /* the file that holds secrets */
};

static struct place place;

static int open_file (void **state)
{
    if (support_make_folder (state) != 0)
        return -1;
    AUTOFREE char *path = support_path (state, "config.json");
    place.credentials = docker_file_credentials (&rules_docker, path);
    place.held = "config.json";
    return 0;
}

/* A helper as docker's own are: one file per key, "not found" on stdout with exit 1. */
static const char helper_script[] =
    "#!/bin/sh\n"
    "cd \"$(dirname \"$0\")\" || exit 1\n"
    "input=$(cat)\n"
    "key=$(printf %s \"$input\" | sed -n 's/.*\"ServerURL\":\"\\([^\"]*\\)\".*/\\1/p')\n"
    "file=held-$(printf %s \"${key:-$input}\" | tr / _)\n"
    "case $1 in\n"
    "  store) printf '%s\\n' \"$input\" >\"$file\" ;;\n"
    "  get) [ -f \"$file\" ] && cat \"$file\" || { echo 'credentials not found in native keychain'; exit 1; } ;;\n"
    "  erase) rm -f \"$file\" ;;\n"
    "esac\n";

static int open_helper (void **state)
{
    if (support_make_folder (state) != 0)
        return -1;
    AUTOFREE char *path = support_path (state, "docker-credential-contract");
    AUTOFREE char *search = xasprintf ("%s:/usr/bin:/bin", (char *)*state);
    support_write (path, helper_script, 0700);
    setenv ("PATH", search, 1);
    place.credentials = helper_credentials ("contract", 20000, NULL);
    place.held = "held-one.example:5000";
    return place.credentials ? 0 : -1;
}

static int give_passphrase (void *context, struct secret *ret_passphrase, struct error *err)
{
    (void)context;
    (void)err;
    secret_set (ret_passphrase, "a long passphrase", 17);
    return 0;
}

static const struct passphrase_source passphrases = { .get = give_passphrase };

static int open_keystore (void **state)
{
    if (support_make_folder (state) != 0)
        return -1;
    AUTO (secret) passphrase = support_secret ("a long passphrase");
    struct error err = ERROR_INIT;
    place.keystore = keystore_new (*state, &passphrases);
    assert_ok (keystore_init (place.keystore, &passphrase, &err), &err);
    place.credentials = keystore_credentials (place.keystore);
    place.held = "keystore";
    return 0;
}

/* The same file, its other part. */
static int open_sessions (void **state)
{
    if (open_keystore (state) != 0)
        return -1;
    place.credentials = keystore_sessions (place.keystore);
    return 0;
}

static int close_place (void **state)
{
    credentials_free (place.credentials);
    keystore_free (place.keystore);
    place = (struct place){ .credentials = NULL };
    return support_remove_folder (state);
}

static void put (const char *key, const char *user, const char *secret)
{
    struct error err = ERROR_INIT;
    AUTO (credential) credential = { .user = xstrdup (user), .secret = support_secret (secret) };
    assert_ok (credentials_put (place.credentials, key, &credential, &err), &err);
}

static void assert_holds (const char *key, const char *user, const char *secret)
{
    struct error err = ERROR_INIT;
    AUTO (credential) credential = { .user = NULL };
    bool found = false;
    assert_ok (credentials_get (place.credentials, key, &credential, &found, &err), &err);
    assert_int_equal (found, user != NULL);
    if (user) {
        assert_string_equal (credential.user, user);
        assert_string_equal (secret_text (&credential.secret), secret);
    }
}

static void gives_back_what_was_put (void **state)
{
    (void)state;
    put ("one.example:5000", "alice", "dpat_s3cret");
    put ("https://index.docker.io/v1/", "bob", "pass:word \"quoted\" \xc3\xbc");
    assert_holds ("one.example:5000", "alice", "dpat_s3cret");
    assert_holds ("https://index.docker.io/v1/", "bob", "pass:word \"quoted\" \xc3\xbc");
}

static void replaces (void **state)
{
    (void)state;
    put ("one.example:5000", "alice", "first");
    put ("one.example:5000", "bob", "second");
    assert_holds ("one.example:5000", "bob", "second");
}

static void of_an_absent_key_nothing_is_found (void **state)
{
    (void)state;
    assert_holds ("absent.example", NULL, NULL);
    put ("one.example:5000", "alice", "x");
    assert_holds ("absent.example", NULL, NULL);
}

static void erases_only_that_key (void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    put ("one.example:5000", "alice", "x");
    put ("two.example", "bob", "y");
    assert_ok (credentials_erase (place.credentials, "one.example:5000", &err), &err);
    assert_ok (credentials_erase (place.credentials, "one.example:5000", &err), &err);
    assert_holds ("one.example:5000", NULL, NULL);
    assert_holds ("two.example", "bob", "y");
}

static void what_holds_nonsense_is_an_error_without_the_secret (void **state)
{
    AUTOFREE char *path = support_path (state, place.held);
    struct error err = ERROR_INIT;
    AUTO (credential) credential = { .user = NULL };
    bool found;
    put ("one.example:5000", "alice", "dpat_s3cret");
    support_write (path, "{\"Username\":\"alice\",\"Secret\":\"dpat_s3cret\"", 0600);
    assert_int_equal (credentials_get (place.credentials, "one.example:5000", &credential, &found, &err), -1);
    assert_int_equal (error_kind (err.code)->exit_status, 12);
    assert_null (strstr (err.text, "s3cret"));
}

/* Of the keystore alone: registries and sessions do not see each other. */
static void sessions_are_apart (void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    put ("one", "alice", "of a registry");
    place.credentials = keystore_sessions (place.keystore);
    assert_holds ("one", NULL, NULL);
    put ("one", "bob", "of a session");
    put ("two", "bob", "of a session");
    place.credentials = keystore_credentials (place.keystore);
    assert_holds ("one", "alice", "of a registry");
    assert_holds ("two", NULL, NULL);
    assert_ok (credentials_erase (place.credentials, "one", &err), &err);
    place.credentials = keystore_sessions (place.keystore);
    assert_holds ("one", "bob", "of a session");
}

static bool is_of_alice (void *context, const struct credential *credential)
{
    (*(int *)context)++;
    return strcmp (credential->user, "alice") == 0;
}

static void erases_only_what_matches (void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    int asked = 0;
    bool erased;
    put ("one", "alice", "x");
    put ("two", "bob", "y");
    assert_ok (keystore_erase_if (place.keystore, "two", is_of_alice, &asked, &erased, &err), &err);
    assert_false (erased);
    assert_ok (keystore_erase_if (place.keystore, "absent", is_of_alice, &asked, &erased, &err), &err);
    assert_false (erased);
    assert_ok (keystore_erase_if (place.keystore, "one", is_of_alice, &asked, &erased, &err), &err);
    assert_true (erased);
    assert_int_equal (asked, 2);
    assert_holds ("one", NULL, NULL);
    assert_holds ("two", "bob", "y");
}

static void nothing_is_erased_where_there_is_no_keystore (void **state)
{
    AUTOFREE char *path = support_path (state, "keystore");
    struct error err = ERROR_INIT;
    unlink (path);
    assert_ok (credentials_erase (place.credentials, "one", &err), &err);
    assert_int_equal (access (path, F_OK), -1);
}

/* Of the helper alone: how programs go wrong. */
static void assert_helper_fails (void **state, const char *script, const char *part)
{
    AUTOFREE char *path = support_path (state, "docker-credential-contract");
    struct error err = ERROR_INIT;
    AUTO (credential) credential = { .user = NULL };
    bool found;
    support_write (path, script, 0700);
    assert_int_equal (credentials_get (place.credentials, "one.example:5000", &credential, &found, &err), -1);
    assert_code (&err, ERROR_CREDENTIAL_HELPER);
    if (strstr (err.text, part) == NULL)
        fail_msg ("%s", err.text);
}

static void a_helper_that_fails_is_told (void **state)
{
    assert_helper_fails (state, "#!/bin/sh\necho dpat_s3cret; exit 3\n", "exit status 3");
    assert_helper_fails (state, "#!/bin/sh\necho '[]'\n", "not a credential");
    assert_helper_fails (state, "#!/bin/sh\nkill -9 $$\n", "docker-credential-contract get was killed by SIGKILL");
    assert_helper_fails (state, "#!/bin/sh\nyes x\n", "docker-credential-contract");
    assert_helper_fails (state, "not a program\n", "docker-credential-contract");
}

static void a_helper_that_hangs_is_ended (void **state)
{
    credentials_free (place.credentials);
    place.credentials = helper_credentials ("contract", 200, NULL);
    assert_helper_fails (state, "#!/bin/sh\nsleep 60\n", "docker-credential-contract");
}

static void a_helper_needs_a_plain_name (void **state)
{
    (void)state;
    static const char *const bad[] = { "", "../x", "a/b" };
    for (size_t i = 0; i < ARRAY_SIZE (bad); i++) {
        struct error err = ERROR_INIT;
        assert_null (helper_credentials (bad[i], 100, &err));
        assert_code (&err, ERROR_CREDENTIAL_HELPER);
    }
}

int main (void)
{
#define EACH(X, adapter)                                                                                               \
    X (gives_back_what_was_put, adapter), X (replaces, adapter), X (of_an_absent_key_nothing_is_found, adapter),       \
        X (erases_only_that_key, adapter), X (what_holds_nonsense_is_an_error_without_the_secret, adapter)
#define TEST(promise, adapter)                                                                                         \
    {                                                                                                                  \
#adapter ": " #promise, promise, open_##adapter, close_place, NULL                                             \
    }
    const struct CMUnitTest tests[] = {
        EACH (TEST, file),
        EACH (TEST, helper),
        EACH (TEST, keystore),
        EACH (TEST, sessions),
        TEST (sessions_are_apart, keystore),
        TEST (erases_only_what_matches, keystore),
        TEST (nothing_is_erased_where_there_is_no_keystore, keystore),
        TEST (a_helper_that_fails_is_told, helper),
        TEST (a_helper_that_hangs_is_ended, helper),
        TEST (a_helper_needs_a_plain_name, helper),
    };
    json_start ();
    signal (SIGPIPE, SIG_IGN); /* as main() does: a helper may end without reading */
    return cmocka_run_group_tests (tests, NULL, NULL);
}
