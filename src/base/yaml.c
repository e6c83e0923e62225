/* Reading YAML, by libfyaml. */
#include "src/base/yaml.h"

#include <libfyaml.h>
#include <string.h>

#include "src/base/bounded.h"
#include "src/base/json.h"
#include "src/base/library.h"
#include "src/base/memory.h"
#include "src/base/text.h"
#include "src/base/yaml_scalar.h"

/* What is read at most, aliases resolved. */
enum { NODES_MAX = 100000, DEPTH_MAX = 64 };

/* What reading it may take, and what it may be in JSON. */
enum { TIMEOUT_MS = 5000, MEMORY_MAX_BYTES = 256 << 20, RESULT_MAX_BYTES = 32 << 20 };

/* The members of a result. */
#define VALUE "value"
#define LINE "line"
#define COLUMN "column"
#define WHY "why"

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
    __typeof__ (fy_node_pair_key) *node_pair_key;
    __typeof__ (fy_node_pair_value) *node_pair_value;
    __typeof__ (fy_node_get_type) *node_get_type;
    __typeof__ (fy_node_get_tag) *node_get_tag;
    __typeof__ (fy_node_get_scalar) *node_get_scalar;
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
        { "fy_node_pair_key", offsetof (struct fyaml, node_pair_key) },
        { "fy_node_pair_value", offsetof (struct fyaml, node_pair_value) },
        { "fy_node_get_type", offsetof (struct fyaml, node_get_type) },
        { "fy_node_get_tag", offsetof (struct fyaml, node_get_tag) },
        { "fy_node_get_scalar", offsetof (struct fyaml, node_get_scalar) },
        { .name = NULL }
    };
    return library_load ("libfyaml.so.0", "libfyaml0", symbols, fyaml, err);
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

static json_t *convert (const struct fyaml *fyaml, struct fy_node *node);

/* A scalar that is quoted, or said to be text, is text. NULL when JSON has no such text. */
static json_t *convert_scalar (const struct fyaml *fyaml, struct fy_node *node)
{
    size_t len = 0, tag_len = 0;
    const char *text = fyaml->node_get_scalar (node, &len);
    const char *tag = fyaml->node_get_tag (node, &tag_len);
    bool plain = fyaml->node_get_style (node) == FYNS_PLAIN && tag == NULL;
    if (text == NULL || (len > 0 && memchr (text, '\0', len)))
        return text ? NULL : json_null ();
    return plain ? yaml_scalar_read (text, len) : json_stringn (text, len);
}

static json_t *convert_sequence (const struct fyaml *fyaml, struct fy_node *node)
{
    json_auto_t *list = json_array ();
    struct fy_node *item;
    void *at = NULL;
    while ((item = fyaml->node_sequence_iterate (node, &at)))
        if (json_array_append_new (list, convert (fyaml, item)) != 0)
            return NULL;
    return json_incref (list);
}

/* NULL too for a key that is not a scalar. */
static json_t *convert_mapping (const struct fyaml *fyaml, struct fy_node *node)
{
    json_auto_t *object = json_object ();
    struct fy_node_pair *pair;
    void *at = NULL;
    while ((pair = fyaml->node_mapping_iterate (node, &at))) {
        struct fy_node *key = fyaml->node_pair_key (pair);
        size_t len = 0;
        const char *name = key ? fyaml->node_get_scalar (key, &len) : "";
        AUTOFREE char *copy = name ? xstrndup (name, len) : NULL;
        if (copy == NULL || strlen (copy) != len
            || json_object_set_new (object, copy, convert (fyaml, fyaml->node_pair_value (pair))) != 0)
            return NULL;
    }
    return json_incref (object);
}

/* Owned; NULL when JSON cannot say it. A mapping's missing value is null. */
static json_t *convert (const struct fyaml *fyaml, struct fy_node *node)
{
    if (node == NULL)
        return json_null ();
    switch (fyaml->node_get_type (node)) {
    case FYNT_SEQUENCE:
        return convert_sequence (fyaml, node);
    case FYNT_MAPPING:
        return convert_mapping (fyaml, node);
    case FYNT_SCALAR:
        break;
    }
    return convert_scalar (fyaml, node);
}

/* A text and who reads it. Borrowed. */
struct reading {
    struct fyaml fyaml;
    const char *text;
    size_t len;
};

/* Where the first thing is that libfyaml found wrong; of an empty document it finds nothing. */
static void note_fault (const struct fyaml *fyaml, struct fy_diag *diag, json_t *result)
{
    void *at = NULL;
    const struct fy_diag_error *first = fyaml->diag_errors_iterate (diag, &at);
    if (first == NULL) {
        json_set (result, VALUE, json_null ());
        return;
    }
    json_set (result, LINE, json_integer (first->line));
    json_set (result, COLUMN, json_integer (first->column));
}

static void note_value (const struct fyaml *fyaml, struct fy_document *document, json_t *result)
{
    json_t *value = convert (fyaml, fyaml->document_root (document));
    if (value)
        json_set (result, VALUE, value);
    else
        json_set_string (result, WHY, "it has something that only YAML can say");
}

/* In a process of its own. The result is VALUE, or LINE and COLUMN, or WHY. */
static void parse (const void *context, struct buffer *out)
{
    const struct reading *reading = context;
    const struct fyaml *fyaml = &reading->fyaml;
    struct fy_diag_cfg diag_cfg;
    json_auto_t *result = json_object ();
    int left = NODES_MAX;
    fyaml->diag_cfg_default (&diag_cfg);
    diag_cfg.fp = NULL;
    diag_cfg.output_fn = NULL;
    struct fy_diag *diag = fyaml->diag_create (&diag_cfg);
    if (diag == NULL)
        memory_exhausted ();
    fyaml->diag_set_collect_errors (diag, true);
    const struct fy_parse_cfg cfg = { .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG, .diag = diag };
    struct fy_document *document = fyaml->document_build_from_string (&cfg, reading->text, reading->len);
    if (document && is_too_much (fyaml, fyaml->document_root (document), DEPTH_MAX, &left))
        json_set_string (result, WHY, "it has more in it than any configuration");
    else if (document && fyaml->document_resolve (document) == 0)
        note_value (fyaml, document, result);
    else
        note_fault (fyaml, diag, result);
    json_write (out, result);
    if (document)
        fyaml->document_destroy (document);
    fyaml->diag_destroy (diag);
}

/* The first byte that is not UTF-8 text, or -1: a NUL counts, and libfyaml reads on for ever behind some of the rest.
 */
static long find_bad_byte (const char *text, size_t len)
{
    uint32_t code;
    size_t n = 1;
    for (size_t i = 0; i < len; i += n) {
        n = text_decode (text + i, len - i, &code);
        if (n == 0 || code == 0)
            return (long)i;
    }
    return -1;
}

static json_t *fail_bytes (const char *text, long at, const char *what, struct error *err)
{
    int line = 1;
    long start = 0;
    for (long i = 0; i < at; i++)
        if (text[i] == '\n') {
            line++;
            start = i + 1;
        }
    error_unreadable (err, ERROR_CONFIG, what, "YAML", text[at] ? "it is not UTF-8" : "there is a NUL character in it",
                      line, (int)(at - start) + 1);
    return NULL;
}

json_t *yaml_parse (const char *text, size_t len, const char *what, struct error *err)
{
    static const char bom[] = "\xef\xbb\xbf"; /* YAML 1.2 section 5.2 allows one, and libfyaml does not */
    size_t skip = len >= strlen (bom) && strncmp (text, bom, strlen (bom)) == 0 ? strlen (bom) : 0;
    struct reading reading = { .text = text + skip, .len = len - skip };
    AUTO (buffer) out;
    bool done;
    buffer_init (&out, RESULT_MAX_BYTES);
    long bad = find_bad_byte (reading.text, reading.len);
    if (bad >= 0)
        return fail_bytes (reading.text, bad, what, err);
    if (load (&reading.fyaml, err) != 0
        || bounded_run (parse, &reading, TIMEOUT_MS, MEMORY_MAX_BYTES, &out, &done, err) != 0)
        return NULL;
    json_auto_t *result = done ? json_parse (buffer_text (&out), out.len, what, ERROR_CONFIG, NULL) : NULL;
    json_t *value = json_object_get (result, VALUE);
    const char *why = json_get_string (result, WHY);
    if (value)
        return json_incref (value);
    if (result)
        error_unreadable (err, ERROR_CONFIG, what, "YAML", why, (int)json_get_integer (result, LINE),
                          (int)json_get_integer (result, COLUMN));
    else
        error_set (err, ERROR_CONFIG, "%s cannot be read: libfyaml needs too much time or memory for it, or fails",
                   what);
    return NULL;
}
