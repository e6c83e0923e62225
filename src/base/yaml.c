/* Reading YAML, by libfyaml. */
#include "src/base/yaml.h"

#include <libfyaml.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/json.h"
#include "src/base/library.h"
#include "src/base/memory.h"

/* What is read at most, aliases resolved. */
enum { NODES_MAX = 100000, DEPTH_MAX = 64 };

struct fyaml {
    __typeof__ (fy_diag_cfg_default) *diag_cfg_default;
    __typeof__ (fy_diag_create) *diag_create;
    __typeof__ (fy_diag_destroy) *diag_destroy;
    __typeof__ (fy_diag_set_collect_errors) *diag_set_collect_errors;
    __typeof__ (fy_diag_errors_iterate) *diag_errors_iterate;
    __typeof__ (fy_document_build_from_string) *document_build_from_string;
    __typeof__ (fy_document_destroy) *document_destroy;
    __typeof__ (fy_document_root) *document_root;
    __typeof__ (fy_document_resolve) *document_resolve;
    __typeof__ (fy_node_get_style) *node_get_style;
    __typeof__ (fy_node_resolve_alias) *node_resolve_alias;
    __typeof__ (fy_node_sequence_iterate) *node_sequence_iterate;
    __typeof__ (fy_node_mapping_iterate) *node_mapping_iterate;
    __typeof__ (fy_node_pair_value) *node_pair_value;
    __typeof__ (fy_node_get_type) *node_get_type;
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
        { "fy_document_root", offsetof (struct fyaml, document_root) },
        { "fy_document_resolve", offsetof (struct fyaml, document_resolve) },
        { "fy_node_get_style", offsetof (struct fyaml, node_get_style) },
        { "fy_node_resolve_alias", offsetof (struct fyaml, node_resolve_alias) },
        { "fy_node_sequence_iterate", offsetof (struct fyaml, node_sequence_iterate) },
        { "fy_node_mapping_iterate", offsetof (struct fyaml, node_mapping_iterate) },
        { "fy_node_pair_value", offsetof (struct fyaml, node_pair_value) },
        { "fy_node_get_type", offsetof (struct fyaml, node_get_type) },
        { "fy_emit_document_to_string", offsetof (struct fyaml, emit_document_to_string) },
        { .name = NULL }
    };
    return library_load ("libfyaml.so.0", "libfyaml0", symbols, fyaml, err);
}

/* Where the first thing is that libfyaml found wrong; of an empty document it finds nothing. */
static json_t *fail (const struct fyaml *fyaml, struct fy_diag *diag, const char *what, struct error *err)
{
    void *at = NULL;
    const struct fy_diag_error *first = fyaml->diag_errors_iterate (diag, &at);
    if (first == NULL)
        return json_null ();
    error_unreadable (err, ERROR_CONFIG, what, "YAML", NULL, first->line, first->column);
    return NULL;
}

/* Whether a node with all that its aliases stand for has more nodes than *left, or goes deeper than depth. */
static bool is_too_much (const struct fyaml *fyaml, struct fy_node *node, int depth, int *left)
{
    void *at = NULL;
    struct fy_node *item;
    struct fy_node_pair *pair;
    if (node && fyaml->node_get_style (node) == FYNS_ALIAS)
        node = fyaml->node_resolve_alias (node);
    if (node == NULL)
        return false; /* which resolving the document tells */
    if (depth == 0 || --*left < 0)
        return true;
    switch (fyaml->node_get_type (node)) {
    case FYNT_SCALAR:
        break;
    case FYNT_SEQUENCE:
        while ((item = fyaml->node_sequence_iterate (node, &at)))
            if (is_too_much (fyaml, item, depth - 1, left))
                return true;
        break;
    case FYNT_MAPPING:
        while ((pair = fyaml->node_mapping_iterate (node, &at)))
            if (is_too_much (fyaml, fyaml->node_pair_value (pair), depth - 1, left))
                return true;
        break;
    }
    return false;
}

/* libfyaml writes JSON as well, and that jansson reads. */
static json_t *convert (const struct fyaml *fyaml, struct fy_document *document, const char *what, struct error *err)
{
    char *text = fyaml->emit_document_to_string (document, FYECF_MODE_JSON_ONELINE | FYECF_WIDTH_INF);
    json_t *value = text ? json_parse_value (text, strlen (text), what, ERROR_CONFIG, NULL) : NULL;
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
    if (memchr (text, '\0', len)) {
        error_unreadable (err, ERROR_CONFIG, what, "YAML", "there is a NUL character in it", 0, 0);
        return NULL;
    }
    fyaml.diag_cfg_default (&diag_cfg);
    diag_cfg.fp = NULL;
    diag_cfg.output_fn = NULL;
    struct fy_diag *diag = fyaml.diag_create (&diag_cfg);
    if (diag == NULL)
        memory_exhausted ();
    fyaml.diag_set_collect_errors (diag, true);
    const struct fy_parse_cfg cfg = { .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG, .diag = diag };
    struct fy_document *document = fyaml.document_build_from_string (&cfg, text + skip, len - skip);
    int left = NODES_MAX;
    json_t *value = NULL;
    if (document && is_too_much (&fyaml, fyaml.document_root (document), DEPTH_MAX, &left))
        error_set (err, ERROR_CONFIG, "%s has more in it than any configuration", what);
    else if (document && fyaml.document_resolve (document) == 0)
        value = convert (&fyaml, document, what, err);
    else
        value = fail (&fyaml, diag, what, err);
    if (document)
        fyaml.document_destroy (document);
    fyaml.diag_destroy (diag);
    return value;
}
