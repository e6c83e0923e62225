/* Secrets in files that the environment names: DPAT_PASSWORD_FILE, DPAT_PASSPHRASE_FILE. */
#ifndef DPAT_CLI_SECRET_FILE_H
#define DPAT_CLI_SECRET_FILE_H

#include <stdbool.h>

#include "src/base/error.h"
#include "src/base/secret.h"

/* Read the file that variable names, without the newline at its end. *ret_found tells whether it names one; then a file
 * that cannot be read, is empty or has more than 1024 bytes is ERROR_CONFIG. *ret_secret is owned. */
int secret_file_read (const char *variable, struct secret *ret_secret, bool *ret_found, struct error *err);

#endif
