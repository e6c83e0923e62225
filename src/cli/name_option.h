/* --description: what Docker's settings page calls the name of a token. */
#ifndef DPAT_CLI_NAME_OPTION_H
#define DPAT_CLI_NAME_OPTION_H

#include "src/base/error.h"
#include "src/cli/option.h"

/* What the option sets. */
struct name_options {
    const char *description;
};

/* Its table. */
extern const struct option_spec name_specs[];

/* The name that is meant: argument and option, of which one may be NULL; both and different is ERROR_USAGE, and so is
 * neither. what names the command in sentences. Borrowed from them. */
int name_choose (const char *what, const char *argument, const struct name_options *options, const char **ret_name,
                 struct error *err);

#endif
