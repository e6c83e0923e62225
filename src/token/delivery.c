/* Whether the secret of a new token has arrived where it belongs. */
#include "src/token/delivery.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/memory.h"

void undelivered_list_release (struct undelivered_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        token_release (&list->items[i].token);
    free (list->items);
    *list = (struct undelivered_list){ .items = NULL };
}

struct undelivered *undelivered_list_add (struct undelivered_list *list)
{
    list->items = xreallocarray (list->items, list->count + 1, sizeof (*list->items));
    struct undelivered *item = &list->items[list->count++];
    *item = (struct undelivered){ .step = DELIVERY_MADE };
    return item;
}

static const char *const step_names[] = { "made", "begun", "done" };

const char *delivery_step_name (enum delivery_step step)
{
    return step_names[step];
}

int delivery_step_parse (const char *text, enum delivery_step *ret_step)
{
    for (size_t i = 0; i < ARRAY_SIZE (step_names); i++)
        if (text && strcmp (text, step_names[i]) == 0) {
            *ret_step = (enum delivery_step)i;
            return 0;
        }
    return -1;
}

bool delivery_maker_is_valid (const char *text)
{
    size_t len = 0;
    while (text[len] && (isalnum ((unsigned char)text[len]) || strchr ("-._:", text[len])))
        len++;
    return text[len] == '\0' && len < DELIVERY_MAKER_SIZE;
}

bool delivery_sink_is_valid (const char *text)
{
    static const char *const sinks[] = { "stdout", "file", "docker", "command", "keystore" };
    for (size_t i = 0; i < ARRAY_SIZE (sinks); i++)
        if (strcmp (text, sinks[i]) == 0)
            return true;
    return false;
}
