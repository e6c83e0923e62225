/* Form fields as HTTP clients send them: application/x-www-form-urlencoded, in a query or a body (WHATWG URL standard,
 * section 5). */
#ifndef DPAT_BASE_FORM_H
#define DPAT_BASE_FORM_H

#include <jansson.h>
#include <stddef.h>

#include "src/base/error.h"

/* Different fields of one form at most. */
#define FORM_FIELDS_MAX 128

/* Read len bytes of text into an object of strings. The field called repeatable may stand several times, and its values
 * are then joined by a space; any other that stands twice, a broken escape, a NUL, a value that is not UTF-8 or a field
 * too many is ERROR_USAGE. Fields without a name are passed over. Owned: json_decref. */
json_t *form_parse (const char *text, size_t len, const char *repeatable, struct error *err);

#endif
