/* Objects read as Go's encoding/json reads them into a struct. */
#include "src/credentials/go_json.h"

#include <ctype.h>
#include <string.h>

#include "src/base/json.h"
#include "src/base/memory.h"

/* The letter that stands at *at, in small, and *at behind it. */
static char next_letter (const char **at)
{
    static const struct {
        const char *text;
        char letter;
    } others[] = { { "\xc5\xbf", 's' }, { "\xe2\x84\xaa", 'k' } };
    for (size_t i = 0; i < ARRAY_SIZE (others); i++)
        if (strncmp (*at, others[i].text, strlen (others[i].text)) == 0) {
            *at += strlen (others[i].text);
            return others[i].letter;
        }
    return (char)tolower ((unsigned char)*(*at)++);
}

bool go_is_name (const char *key, const char *name)
{
    while (*key && *name)
        if (next_letter (&key) != tolower ((unsigned char)*name++))
            return false;
    return *key == *name;
}

const char *go_get_string (json_t *object, const char *name)
{
    const char *key;
    json_t *value;
    const json_t *found = NULL;
    json_object_foreach (object, key, value)
    {
        if (!json_is_null (value) && go_is_name (key, name))
            found = value;
    }
    return json_string_value (found);
}

void go_remove (json_t *object, const char *name)
{
    const char *key;
    json_t *value;
    void *next;
    json_object_foreach_safe (object, next, key, value)
    {
        if (go_is_name (key, name))
            json_object_del (object, key);
    }
}

const char *go_find_key (json_t *object, const char *name)
{
    const char *key;
    json_t *value;
    json_object_foreach (object, key, value)
    {
        if (go_is_name (key, name))
            return key;
    }
    return NULL;
}

/* What Go has of a member after reading value over what it had. merged is taken; the result is owned. */
static json_t *read_over (json_t *merged, json_t *value)
{
    bool is_map = json_is_object (merged);
    if (is_map && json_is_object (value)) {
        const char *key;
        json_t *inside;
        json_object_foreach (value, key, inside)
        {
            json_object_del (merged, key); /* so that it stands where it counts */
            json_set (merged, key, json_incref (inside));
        }
        return merged;
    }
    if (json_is_null (value) && merged && !is_map)
        return merged;
    json_decref (merged);
    return is_map && json_is_null (value) ? json_object () : json_deep_copy (value);
}

void go_collapse (json_t *object, const char *name)
{
    const char *key;
    json_t *value;
    size_t count = 0;
    json_t *merged = NULL;
    json_object_foreach (object, key, value) count += go_is_name (key, name);
    if (count < 2)
        return;
    json_object_foreach (object, key, value)
    {
        if (go_is_name (key, name))
            merged = read_over (merged, value);
    }
    const char *first = go_find_key (object, name);
    AUTOFREE char *kept = xstrdup (first);
    json_set (object, kept, merged);
    void *next;
    json_object_foreach_safe (object, next, key, value)
    {
        if (go_is_name (key, name) && strcmp (key, kept) != 0)
            json_object_del (object, key);
    }
}
