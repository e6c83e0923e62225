/* Secrets in files that the environment names. */
#include "src/cli/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/file.h"
#include "src/base/memory.h"

enum { SECRET_MAX_BYTES = 1024 };

int secret_file_read (const char *variable, struct secret *ret_secret, bool *ret_found, struct error *err)
{
    const char *path = getenv (variable);
    *ret_found = path && path[0];
    if (!*ret_found)
        return 0;
    AUTOFREE char *what = xasprintf ("the file %s (%s)", path, variable);
    if (file_check_trusted (path, ERROR_CONFIG, err) != 0)
        return error_prefix (err, "%s is not used", variable);
    AUTOCLOSE int fd = open (path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_set (err, ERROR_CONFIG, "cannot open %s: %s", what, strerror (errno));
    if (secret_read (ret_secret, fd, SECRET_MAX_BYTES + 2, what, err) != 0) {
        if (err)
            err->code = ERROR_CONFIG;
        return -1;
    }
    secret_chomp (ret_secret);
    return ret_secret->len > 0 ? 0 : error_set (err, ERROR_CONFIG, "%s is empty", what);
}
