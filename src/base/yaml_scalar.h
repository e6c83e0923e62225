/* What a word of YAML means that stands without quotes. */
#ifndef DPAT_BASE_YAML_SCALAR_H
#define DPAT_BASE_YAML_SCALAR_H

#include <jansson.h>
#include <stddef.h>

/* The value of a plain scalar of len bytes as docker's registries read it (Go's yaml.v2, which follows YAML 1.1 for the
 * most part): null, true or false (as yes, on, n), a number (as 0x10, 1_000, 1e3), else the text. Owned. NULL when
 * that is not UTF-8. */
json_t *yaml_scalar_read (const char *text, size_t len);

#endif
