/* The rules of Docker's and podman's files: which registry has which key, and which file it is. */
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/json.h"
#include "src/credentials/docker_config.h"

static void assert_keys (const struct docker_rules *rules, const char *const rows[][2], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct error err = ERROR_INIT;
        AUTOFREE char *key = rules->make_key (rows[i][0], &err);
        if (key == NULL)
            fail_msg ("%s is refused: %s", rows[i][0], err.text);
        assert_string_equal (key, rows[i][1]);
    }
}

static void assert_no_keys (const struct docker_rules *rules, const char *const *bad, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct error err = ERROR_INIT;
        AUTOFREE char *key = rules->make_key (bad[i], &err);
        if (key)
            fail_msg ("%s is taken, as %s", bad[i], key);
        assert_code (&err, ERROR_USAGE);
    }
}

static void registries_have_docker_keys (void **state)
{
    (void)state;
    static const char *const rows[][2] = { { "registry.example:5000", "registry.example:5000" },
                                           { "https://registry.example/v2/", "registry.example" },
                                           { "http://localhost:5000", "localhost:5000" },
                                           { "docker.io", "https://index.docker.io/v1/" },
                                           { "index.docker.io", "https://index.docker.io/v1/" },
                                           { "https://index.docker.io/v1/", "https://index.docker.io/v1/" },
                                           { "registry-1.docker.io", "https://index.docker.io/v1/" },
                                           { "hub.docker.com", "hub.docker.com" },
                                           { "[::1]:5000", "[::1]:5000" } };
    static const char *const bad[] = { "", "https://", "a b", "user@host", "host\n", "/x", "a?b" };
    assert_keys (&rules_docker, rows, ARRAY_SIZE (rows));
    assert_no_keys (&rules_docker, bad, ARRAY_SIZE (bad));
}

static void podman_keys_may_name_a_repository (void **state)
{
    (void)state;
    static const char *const rows[][2] = { { "registry.example:5000", "registry.example:5000" },
                                           { "registry.example:5000/team", "registry.example:5000/team" },
                                           { "localhost/team/my_app-1.x", "localhost/team/my_app-1.x" },
                                           { "[::1]:5000/team", "[::1]:5000/team" },
                                           { "docker.io", "docker.io" },
                                           { "index.docker.io", "docker.io" },
                                           { "registry-1.docker.io/v2/", "docker.io" },
                                           { "https://registry-1.docker.io", "docker.io" },
                                           { "https://index.docker.io/v1/", "docker.io" },
                                           { "index.docker.io/alice/app", "docker.io/alice/app" } };
    static const char *const bad[] = {
        "",
        "/x",
        "https://registry.example",
        "http://registry.example/team",
        "https://index.docker.io/alice",
        "alice@registry.example",
        "registry.example/app@sha256:00",
        "registry.example/app:1",
        "registry.example/",
        "registry.example//app",
        "registry.example/app/",
        "registry.example/App",
        "registry.example/a b",
        "registry.example/\n",
        "a b/app",
    };
    assert_keys (&rules_podman, rows, ARRAY_SIZE (rows));
    assert_no_keys (&rules_podman, bad, ARRAY_SIZE (bad));
}

static void a_refused_key_of_podmans_is_told_why (void **state)
{
    (void)state;
    static const char *const rows[][2] = { { "https://registry.example", "scheme" },
                                           { "registry.example/app:1", "tag" },
                                           { "registry.example/app@sha256:00", "@" },
                                           { "registry.example/App", "lower-case" } };
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        struct error err = ERROR_INIT;
        assert_null (rules_podman.make_key (rows[i][0], &err));
        assert_non_null (strstr (err.text, rows[i][0]));
        assert_non_null (strstr (err.text, rows[i][1]));
    }
}

static void assert_path (void **state, const struct docker_rules *rules, const char *name)
{
    struct error err = ERROR_INIT;
    struct docker_config *opened = NULL;
    AUTOFREE char *real = realpath (*state, NULL);
    AUTOFREE char *expected = name[0] == '/' ? xstrdup (name) : xasprintf ("%s/%s", real, name);
    assert_ok (docker_config_open (rules, NULL, &opened, &err), &err);
    AUTOPTR (docker_config) config = opened;
    assert_string_equal (docker_config_path (config), expected);
}

static void the_environment_names_dockers_file (void **state)
{
    assert_int_equal (setenv ("REGISTRY_AUTH_FILE", "/nowhere/auth.json", 1), 0); /* is podman's */
    assert_int_equal (setenv ("DOCKER_CONFIG", *state, 1), 0);
    assert_path (state, &rules_docker, "config.json");
    AUTOFREE char *slashed = support_path (state, "later/sub/");
    assert_int_equal (setenv ("DOCKER_CONFIG", slashed, 1), 0);
    assert_path (state, &rules_docker, "later/sub/config.json");
    assert_int_equal (setenv ("DOCKER_CONFIG", "", 1), 0);
    assert_int_equal (setenv ("HOME", *state, 1), 0);
    assert_path (state, &rules_docker, ".docker/config.json");
}

static void the_environment_names_podmans_file (void **state)
{
    AUTOFREE char *file = support_path (state, "mine.json");
    AUTOFREE char *folder = support_path (state, "docker");
    assert_int_equal (setenv ("REGISTRY_AUTH_FILE", file, 1), 0);
    assert_int_equal (setenv ("DOCKER_CONFIG", folder, 1), 0);
    assert_int_equal (setenv ("XDG_RUNTIME_DIR", *state, 1), 0);
    assert_path (state, &rules_podman, "mine.json");
    assert_int_equal (chdir (*state), 0);
    assert_int_equal (setenv ("REGISTRY_AUTH_FILE", "not/yet/there.json", 1), 0);
    assert_path (state, &rules_podman, "not/yet/there.json");
    assert_int_equal (chdir ("/"), 0);
    assert_int_equal (setenv ("REGISTRY_AUTH_FILE", "", 1), 0);
    assert_path (state, &rules_podman, "docker/config.json");
    assert_int_equal (unsetenv ("DOCKER_CONFIG"), 0);
    assert_path (state, &rules_podman, "containers/auth.json");
    assert_int_equal (unsetenv ("XDG_RUNTIME_DIR"), 0);
    AUTOFREE char *last = xasprintf ("/run/containers/%u/auth.json", (unsigned int)getuid ());
    assert_path (state, &rules_podman, last);
}

static void a_runtime_folder_that_is_not_there_is_not_made (void **state)
{
    struct error err = ERROR_INIT;
    AUTOFREE char *absent = support_path (state, "absent");
    assert_int_equal (unsetenv ("REGISTRY_AUTH_FILE"), 0);
    assert_int_equal (unsetenv ("DOCKER_CONFIG"), 0);
    assert_int_equal (setenv ("XDG_RUNTIME_DIR", absent, 1), 0);
    struct docker_config *config = NULL;
    assert_int_equal (docker_config_open (&rules_podman, NULL, &config, &err), -1);
    assert_code (&err, ERROR_CREDENTIALS_FILE);
    assert_non_null (strstr (err.text, absent));
    assert_non_null (strstr (err.hint, "REGISTRY_AUTH_FILE"));
}

int main (void)
{
#define TEST(name) cmocka_unit_test_setup_teardown (name, support_make_folder, support_remove_folder)
    const struct CMUnitTest tests[] = {
        TEST (registries_have_docker_keys),          TEST (podman_keys_may_name_a_repository),
        TEST (a_refused_key_of_podmans_is_told_why), TEST (the_environment_names_dockers_file),
        TEST (the_environment_names_podmans_file),   TEST (a_runtime_folder_that_is_not_there_is_not_made),
    };
    json_start ();
    return cmocka_run_group_tests (tests, NULL, NULL);
}
