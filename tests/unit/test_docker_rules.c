/* The rules of Docker's and podman's files: which registry has which key, and which file it is. */
#include "tests/support/support.h"

#include <errno.h>
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

#define HUB "https://index.docker.io/v1/"

static void registries_have_docker_keys (void **state)
{
    (void)state;
    static const char *const rows[][2] = { { "registry.example:5000", "registry.example:5000" },
                                           { "https://registry.example/v2/", "registry.example" },
                                           { "http://localhost:5000", "localhost:5000" },
                                           { "HTTPS://h", "h" },
                                           { "Https://h:65535/", "h:65535" },
                                           { "docker://registry.example", "registry.example" },
                                           { "h:1", "h:1" },
                                           { "REG.example", "REG.example" },
                                           { "10.0.0.7:5000", "10.0.0.7:5000" },
                                           { "a-b.c1.example", "a-b.c1.example" },
                                           { "[::1]:5000", "[::1]:5000" },
                                           { "https://[2001:db8::1]/", "[2001:db8::1]" } };
    static const char *const bad[] = { "",
                                       "https://",
                                       "a b",
                                       "user@host",
                                       "host\n",
                                       "/x",
                                       "a?b",
                                       "docker://h/x",
                                       "h:",
                                       ":5000",
                                       "h:99999",
                                       "h:65536",
                                       "h:0",
                                       "h:05",
                                       "h:+5",
                                       "h:5000:1",
                                       "h:5x",
                                       "h:5 ",
                                       "$REGISTRY",
                                       "${REGISTRY}",
                                       "<registry>",
                                       "..",
                                       ".",
                                       "h..x",
                                       ".h",
                                       "h.",
                                       "-x",
                                       "x-",
                                       "h.-x",
                                       "--",
                                       "h_x",
                                       "h/x",
                                       "h//",
                                       "h/v3",
                                       "https://https://h",
                                       "ftp://h",
                                       "oci://h",
                                       "https:/h",
                                       "https:h",
                                       "//h",
                                       "::1",
                                       "[::1",
                                       "::1]",
                                       "[]",
                                       "[::1]x",
                                       "[::1]:",
                                       "[::1]:0",
                                       "[g::1]",
                                       "[10.0.0.1]",
                                       "[fe80::1%eth0]",
                                       "*",
                                       "h#x",
                                       "h?x",
                                       "h\\x",
                                       "h,x",
                                       "h;x",
                                       "h\x7f",
                                       "h\xc3\xa4",
                                       "https://user:pw@h",
                                       "h@x" };
    assert_keys (&rules_docker, rows, ARRAY_SIZE (rows));
    assert_no_keys (&rules_docker, bad, ARRAY_SIZE (bad));
}

static void a_host_is_no_longer_than_names_can_be (void **state)
{
    (void)state;
    char name[300];
    memset (name, 'a', sizeof (name));
    name[63] = '.';
    name[127] = '.';
    name[191] = '.';
    name[253] = '\0';
    AUTOFREE char *longest = rules_docker.make_key (name, NULL);
    assert_non_null (longest);
    name[253] = 'a';
    name[254] = '\0';
    assert_null (rules_docker.make_key (name, NULL));
    name[253] = '\0';
    name[127] = 'a';
    assert_null (rules_docker.make_key (name, NULL)); /* one label is too long */
}

static void docker_hub_has_one_key_in_all_its_spellings (void **state)
{
    (void)state;
    static const char *const before[] = { "", "https://", "http://", "HTTPS://", "Http://", "docker://" };
    static const char *const hosts[] = { "docker.io", "index.docker.io", "registry-1.docker.io", "hub.docker.com",
                                         "DOCKER.IO", "Docker.io",       "Index.Docker.IO",      "docker.io:443" };
    static const char *const behind[] = { "", "/", "/v1", "/v1/", "/v2", "/v2/" };
    for (size_t i = 0; i < ARRAY_SIZE (before); i++)
        for (size_t j = 0; j < ARRAY_SIZE (hosts); j++)
            for (size_t k = 0; k < ARRAY_SIZE (behind); k++) {
                AUTOFREE char *text = xasprintf ("%s%s%s", before[i], hosts[j], behind[k]);
                const char *const docker[][2] = { { text, HUB } };
                const char *const podman[][2] = { { text, "docker.io" } };
                assert_keys (&rules_docker, docker, 1);
                assert_keys (&rules_podman, podman, 1);
            }
    static const char *const others[][2] = { { "docker.io:5000", "docker.io:5000" },
                                             { "notdocker.io", "notdocker.io" },
                                             { "docker.io.example", "docker.io.example" } };
    assert_keys (&rules_docker, others, ARRAY_SIZE (others));
}

static void a_key_of_either_belongs_to_a_registry (void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        { HUB, HUB }, { "docker.io", HUB }, { "docker.io/alice/app", HUB }, { "h:5000/team", "h:5000" }, { "h", "h" }
    };
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        AUTOFREE char *key = docker_rules_registry_of (rows[i][0]);
        assert_string_equal (key, rows[i][1]);
    }
}

/* What is said of a password that was typed beside the host. */
static void a_password_in_front_of_the_host_is_not_repeated (void **state)
{
    (void)state;
    static const struct docker_rules *const both[] = { &rules_docker, &rules_podman };
    for (size_t i = 0; i < ARRAY_SIZE (both); i++) {
        struct error err = ERROR_INIT;
        assert_null (both[i]->make_key ("https://alice:s3cret@h", &err));
        assert_null (strstr (err.text, "s3cret"));
        assert_null (strstr (err.hint, "s3cret"));
        assert_null (both[i]->make_key ("alice:s3cret@h/team", &err));
        assert_null (strstr (err.text, "s3cret"));
    }
}

static void podman_keys_may_name_a_repository (void **state)
{
    (void)state;
    static const char *const rows[][2] = { { "registry.example:5000", "registry.example:5000" },
                                           { "registry.example:5000/team", "registry.example:5000/team" },
                                           { "localhost/team/my_app-1.x", "localhost/team/my_app-1.x" },
                                           { "registry.example/v2", "registry.example/v2" },
                                           { "https://registry.example", "registry.example" },
                                           { "HTTPS://registry.example/v2/", "registry.example" },
                                           { "[::1]:5000/team", "[::1]:5000/team" },
                                           { "https://index.docker.io/v1/", "docker.io" },
                                           { "index.docker.io/alice/app", "docker.io/alice/app" } };
    static const char *const bad[] = {
        "",
        "/x",
        "http://registry.example/team",
        "docker://registry.example/team",
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
        "h:/app",
        ":5000/app",
        "h:99999/app",
        "$REGISTRY/app",
        "../app",
        "-x",
    };
    assert_keys (&rules_podman, rows, ARRAY_SIZE (rows));
    assert_no_keys (&rules_podman, bad, ARRAY_SIZE (bad));
}

static void a_refused_key_of_podmans_is_told_why (void **state)
{
    (void)state;
    static const char *const rows[][2] = { { "https://registry.example/team", "scheme" },
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
    if (access ("/run/containers", X_OK) == 0 || errno == ENOENT) /* it is root's where root ran podman */
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
        TEST (registries_have_docker_keys),
        TEST (a_host_is_no_longer_than_names_can_be),
        TEST (docker_hub_has_one_key_in_all_its_spellings),
        TEST (a_key_of_either_belongs_to_a_registry),
        TEST (a_password_in_front_of_the_host_is_not_repeated),
        TEST (podman_keys_may_name_a_repository),
        TEST (a_refused_key_of_podmans_is_told_why),
        TEST (the_environment_names_dockers_file),
        TEST (the_environment_names_podmans_file),
        TEST (a_runtime_folder_that_is_not_there_is_not_made),
    };
    json_start ();
    return cmocka_run_group_tests (tests, NULL, NULL);
}
