/* --description: what Docker's settings page calls the name of a token. */
#include "src/cli/name_option.h"

#include <string.h>

const struct option_spec name_specs[] = {
    { "description", 0, OPTION_TEXT, offsetof (struct name_options, description), "NAME",
      "the name of the token, as an argument is", 0 },
    { .name = NULL },
};

int name_choose (const char *what, const char *argument, const struct name_options *options, const char **ret_name,
                 struct error *err)
{
    const char *description = options->description;
    *ret_name = argument ? argument : description;
    if (*ret_name == NULL) {
        error_set (err, ERROR_USAGE, "%s needs a name", what);
        return error_hint (err, "%s --help shows how to write it", what);
    }
    if (argument && description && strcmp (argument, description) != 0) {
        error_set (err, ERROR_USAGE, "\"%.60s\" and --description \"%.60s\" differ, and a token has one name", argument,
                   description);
        return error_hint (err, "the description of a token is its name: give one of them; a name with blanks needs "
                                "quotes");
    }
    return 0;
}
