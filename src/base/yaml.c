/* Reading YAML, by libfyaml. */
#include "src/base/yaml.h"

#include <libfyaml.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/json.h"
#include "src/base/library.h"
#include "src/base/memory.h"

struct fyaml {
    __typeof__ (fy_diag_cfg_default) *diag_cfg_default;
    __typeof__ (fy_diag_create) *diag_create;
    __typeof__ (fy_diag_destroy) *diag_destroy;
    __typeof__ (fy_diag_set_collect_errors) *diag_set_collect_errors;
    __typeof__ (fy_diag_errors_iterate) *diag_errors_iterate;
    __typeof__ (fy_document_build_from_string) *document_build_from_string;
    __typeof__ (fy_document_destroy) *document_destroy;
    __typeof__ (fy_emit_document_to_string) *emit_document_to_string;
};

static int load (struct fyaml *fyaml, struct error *err)
{
    static const struct library_symbol symbols[] = {
        { "fy_diag_cfg_default", offsetof (struct fyaml, diag_cfg_default) },
        { "fy_diag_create", offsetof (struct fyaml, diag_create) },
        { "fy_diag_destroy", offsetof (struct fyaml, diag_destroy) },
        { "fy_diag_set_collect_errors", offsetof (struct fyaml, diag_set_collect_errors) },
        { "fy_diag_errors_iterate", offsetof (struct fyaml, diag_errors_iterate) },
        { "fy_document_build_from_string", offsetof (struct fyaml, document_build_from_string) },
        { "fy_document_destroy", offsetof (struct fyaml, document_destroy) },
        { "fy_emit_document_to_string", offsetof (struct fyaml, emit_document_to_string) },
        { .name = NULL }
    };
    return library_load ("libfyaml.so.0", "libfyaml0", symbols, fyaml, err);
}

/* The first thing that libfyaml found wrong; of an empty document it finds nothing. */
static json_t *fail (const struct fyaml *fyaml, struct fy_diag *diag, const char *what, struct error *err)
{
    void *at = NULL;
    const struct fy_diag_error *first = fyaml->diag_errors_iterate (diag, &at);
    if (first == NULL)
        return json_null ();
    error_set (err, ERROR_CONFIG, "%s is not valid YAML: %s (line %d, column %d)", what, first->msg, first->line,
               first->column);
    return NULL;
}

/* libfyaml writes JSON as well, and that jansson reads. */
static json_t *convert (const struct fyaml *fyaml, struct fy_document *document, const char *what, struct error *err)
{
    char *text = fyaml->emit_document_to_string (document, FYECF_MODE_JSON_ONELINE | FYECF_WIDTH_INF);
    json_error_t problem;
    json_t *value = text ? json_loads (text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &problem) : NULL;
    free (text);
    if (value == NULL)
        error_set (err, ERROR_CONFIG, "%s holds something that only YAML can say", what);
    return value;
}

json_t *yaml_parse (const char *text, size_t len, const char *what, struct error *err)
{
    static const char bom[] = "\xef\xbb\xbf"; /* YAML 1.2 section 5.2 allows one, and libfyaml does not */
    struct fyaml fyaml;
    struct fy_diag_cfg diag_cfg;
    size_t skip = len >= strlen (bom) && strncmp (text, bom, strlen (bom)) == 0 ? strlen (bom) : 0;
    if (load (&fyaml, err) != 0)
        return NULL;
    fyaml.diag_cfg_default (&diag_cfg);
    diag_cfg.fp = NULL;
    diag_cfg.output_fn = NULL;
    struct fy_diag *diag = fyaml.diag_create (&diag_cfg);
    if (diag == NULL)
        memory_exhausted ();
    fyaml.diag_set_collect_errors (diag, true);
    const struct fy_parse_cfg cfg = { .flags = FYPCF_RESOLVE_DOCUMENT | FYPCF_QUIET | FYPCF_COLLECT_DIAG,
                                      .diag = diag };
    struct fy_document *document = fyaml.document_build_from_string (&cfg, text + skip, len - skip);
    json_t *value = document ? convert (&fyaml, document, what, err) : fail (&fyaml, diag, what, err);
    if (document)
        fyaml.document_destroy (document);
    fyaml.diag_destroy (diag);
    return value;
}
