/* Reading YAML, by libfyaml: other programs' settings are written in it. */
#ifndef DPAT_BASE_YAML_H
#define DPAT_BASE_YAML_H

#include <jansson.h>
#include <stddef.h>

#include "src/base/error.h"

/* Read one YAML document (1.2) of len bytes as JSON; an empty one is null. ERROR_CONFIG names what (borrowed), line and
 * column; ERROR_UNSUPPORTED when libfyaml is not there. Owned: json_decref. */
json_t *yaml_parse (const char *text, size_t len, const char *what, struct error *err);

#endif
