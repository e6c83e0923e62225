/* Fuzz target: what clients of registries send, a form with a scope in it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/form.h"
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/token/access.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* What is granted is written as it was read: reading it again gives the same. */
static void check_round (const struct access_list *list)
{
    AUTO (buffer) text;
    AUTO (buffer) again;
    AUTO (access_list) second = { .items = NULL };
    buffer_init (&text, 1 << 20);
    buffer_init (&again, 1 << 20);
    access_list_format (list, &text);
    access_list_parse (&second, buffer_text (&text));
    access_list_format (&second, &again);
    if (strcmp (buffer_text (&text), buffer_text (&again)) != 0 || list->count > ACCESS_MAX)
        abort ();
}

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    AUTO (access_list) list = { .items = NULL };
    json_start ();
    json_auto_t *form = form_parse ((const char *)data, size, "scope", NULL);
    const char *scope = json_get_string (form, "scope");
    if (scope == NULL)
        return 0;
    access_list_parse (&list, scope);
    json_auto_t *claim = access_list_to_json (&list);
    check_round (&list);
    return 0;
}
