/* Where the keystore's passphrase comes from. */
#include "src/cli/keystore_input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/memory.h"
#include "src/cli/prompt.h"

enum { PASSPHRASE_MIN_BYTES = 8, PASSPHRASE_MAX_BYTES = 1024 };

/* *ret_found tells whether there is such a file. */
static int read_passphrase_file (struct secret *ret_passphrase, bool *ret_found, struct error *err)
{
    const char *path = getenv ("DPAT_PASSPHRASE_FILE");
    *ret_found = path && path[0];
    if (!*ret_found)
        return 0;
    AUTOFREE char *what = xasprintf ("the file %s (DPAT_PASSPHRASE_FILE)", path);
    AUTOCLOSE int fd = open (path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_set (err, ERROR_CONFIG, "cannot open %s: %s", what, strerror (errno));
    if (secret_read (ret_passphrase, fd, PASSPHRASE_MAX_BYTES + 2, what, err) != 0) {
        if (err)
            err->code = ERROR_CONFIG;
        return -1;
    }
    secret_chomp (ret_passphrase);
    return 0;
}

static int get (void *context, struct secret *ret_passphrase, struct error *err)
{
    const struct passphrase_input *input = context;
    bool found;
    if (read_passphrase_file (ret_passphrase, &found, err) != 0)
        return -1;
    if (found)
        return 0;
    if (prompt_secret ("Passphrase of dpat's keystore", input->no_input, ret_passphrase, err) == 0)
        return 0;
    if (err && err->code != ERROR_NO_INPUT)
        return -1;
    error_set (err, ERROR_KEYSTORE_LOCKED, "the keystore is locked, and there is nobody to ask for its passphrase");
    return error_hint (err, "unlock it: dpat keystore unlock; or name a file in DPAT_PASSPHRASE_FILE");
}

struct passphrase_source keystore_passphrase_source (struct passphrase_input *input)
{
    return (struct passphrase_source){ .get = get, .context = input };
}

int keystore_check_passphrase (const struct secret *passphrase, struct error *err)
{
    if (passphrase->len >= PASSPHRASE_MIN_BYTES)
        return 0;
    return error_set (err, ERROR_INVALID_PASSWORD, "the passphrase is shorter than %d bytes", PASSPHRASE_MIN_BYTES);
}

int keystore_new_passphrase (bool no_input, struct secret *ret_passphrase, struct error *err)
{
    bool found;
    if (read_passphrase_file (ret_passphrase, &found, err) != 0
        || (!found && prompt_new_secret ("New passphrase of dpat's keystore", no_input, ret_passphrase, err) != 0))
        return -1;
    return keystore_check_passphrase (ret_passphrase, err);
}
