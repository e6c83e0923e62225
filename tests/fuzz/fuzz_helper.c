/* Fuzz target: what a client sends to the credential helper. The first byte chooses the action. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "src/base/file.h"
#include "src/base/json.h"
#include "src/cli/app.h"
#include "src/cli/helper_face.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Once: no home, no words on stdout. The keystore is not there, so that everything ends after the parser. */
static void prepare (void)
{
    json_start ();
    setenv ("HOME", "/nonexistent", 1);
    setenv ("DPAT_SERVICE", "local", 1);
    unsetenv ("XDG_STATE_HOME");
    unsetenv ("XDG_CONFIG_HOME");
    unsetenv ("DPAT_STATE_DIR");
    unsetenv ("DPAT_CONFIG_DIR");
}

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    static const char *const actions[] = { "get", "store", "erase", "list" };
    struct app app;
    struct error err = ERROR_INIT;
    if (size == 0)
        return 0;
    prepare ();
    AUTOCLOSE int input = memfd_create ("input", MFD_CLOEXEC);
    AUTOCLOSE int quiet = open ("/dev/null", O_WRONLY | O_CLOEXEC);
    AUTOCLOSE int stdout_before = dup (STDOUT_FILENO);
    if (input < 0 || quiet < 0 || file_write_all (input, data + 1, size - 1) != 0 || lseek (input, 0, SEEK_SET) != 0
        || dup2 (input, STDIN_FILENO) < 0 || dup2 (quiet, STDOUT_FILENO) < 0)
        return 0;
    app_init (&app, false);
    app.options.no_input = true;
    (void)helper_perform (&app, actions[data[0] % 4], &err);
    app_release (&app);
    (void)dup2 (stdout_before, STDOUT_FILENO);
    return 0;
}
