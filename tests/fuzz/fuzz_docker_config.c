/* Fuzz target: Docker's config.json, read, looked up, and written back. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/base/file.h"
#include "src/base/json.h"
#include "src/credentials/docker_file.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* What can be read can be written back, and read again. */
static void use (const char *path)
{
    struct docker_file file = { .lock = FILE_LOCK_INIT };
    struct error err = ERROR_INIT;
    AUTO (credential) credential = { .user = NULL };
    if (docker_file_edit (&file, path, &err) == 0) {
        (void)docker_file_helper (&file, &rules_podman, "registry.example");
        (void)docker_file_helper (&file, &rules_docker, "registry.example");
        (void)docker_file_get (&file, &rules_docker, "registry.example", &credential);
        (void)docker_file_check_readable (&file, NULL, &err);
        docker_file_mark (&file, "registry.example");
        docker_file_set_store (&file, "dpat");
        if (docker_file_write (&file, &err) != 0)
            abort ();
        struct docker_file again = { .lock = FILE_LOCK_INIT };
        if (docker_file_read (&again, path, &err) != 0)
            abort ();
        docker_file_release (&again);
    }
    docker_file_release (&file);
}

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    char folder[] = "/tmp/dpat-fuzz-XXXXXX";
    json_start ();
    if (mkdtemp (folder) == NULL)
        return 0;
    AUTOFREE char *path = xasprintf ("%s/config.json", folder);
    AUTOFREE char *lock = xasprintf ("%s.lock", path);
    if (file_create (path, data, size, 0600, NULL) == 0)
        use (path);
    (void)unlink (path);
    (void)unlink (lock);
    (void)rmdir (folder);
    return 0;
}
