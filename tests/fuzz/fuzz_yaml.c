/* Fuzz target: YAML, as the configuration of a registry is read. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/base/yaml.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Nothing takes too long, or needs too much, or crashes; and what was read is JSON that can be written and read. */
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    struct error err = ERROR_INIT;
    AUTO (buffer) text;
    buffer_init (&text, 64 << 20);
    json_start ();
    json_auto_t *value = yaml_parse ((const char *)data, size, "it", &err);
    if (value == NULL && err.code == ERROR_UNSUPPORTED)
        return 0; /* no libfyaml here */
    if (value == NULL && strncmp (err.text, "it is not valid YAML", strlen ("it is not valid YAML")) != 0)
        abort ();
    if (value == NULL)
        return 0;
    json_write (&text, value);
    json_auto_t *again = json_parse_value (buffer_text (&text), text.len, "it", ERROR_CONFIG, NULL);
    if (again == NULL)
        abort ();
    return 0;
}
