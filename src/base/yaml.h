/* Reading YAML, by libfyaml: other programs' settings are written in it. */
#ifndef DPAT_BASE_YAML_H
#define DPAT_BASE_YAML_H

#include <jansson.h>
#include <stddef.h>

#include "src/base/error.h"

/* Read one YAML document of len bytes as JSON, its plain scalars as yaml_scalar_read does; an empty one is null. It is
 * read in a process of its own, within 5 s and 256 MiB. ERROR_CONFIG is error_unreadable's about what (borrowed), and
 * shows nothing of the text; ERROR_UNSUPPORTED when libfyaml is not there. Owned: json_decref. */
json_t *yaml_parse (const char *text, size_t len, const char *what, struct error *err);

#endif
