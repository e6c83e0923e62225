/* What REGISTRY_ variables change in a registry's configuration: as distribution's configuration/parser.go does it, in
 * versions 2 and 3 alike. A variable names the path of a member by its keys in capital letters, divided by "_"; its
 * value is YAML. They are applied in the order of their names: REGISTRY_AUTH comes before REGISTRY_AUTH_TOKEN. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/base/yaml.h"
#include "src/core/registry_check_private.h"

enum { FILE_MAX_BYTES = 1 << 20, VARIABLES_MAX = 1000, PARTS_MAX = 32 };

#define PREFIX "REGISTRY_"

/* The members that a configuration has; a registry passes over others. */
static const char *const known[] = { "VERSION",       "LOG",    "LOGLEVEL",      "STORAGE",   "AUTH",    "MIDDLEWARE",
                                     "REPORTING",     "HTTP",   "REDIS",         "HEALTH",    "CATALOG", "PROXY",
                                     "COMPATIBILITY", "POLICY", "NOTIFICATIONS", "VALIDATION" };

/* The parts of a variable's name, and its value. */
struct override {
    char *parts[PARTS_MAX]; /* borrowed from a copy of the name */
    size_t count;
    json_t *value; /* borrowed */
};

static bool is_key (const char *key, const char *part)
{
    size_t i = 0;
    while (key[i] && toupper ((unsigned char)key[i]) == part[i])
        i++;
    return key[i] == '\0' && part[i] == '\0';
}

/* The key in object that a part names: the one there, else the part in small letters. Owned. */
static char *find_key (json_t *object, const char *part)
{
    const char *key;
    json_t *value;
    json_object_foreach (object, key, value)
    {
        if (is_key (key, part))
            return xstrdup (key);
    }
    char *small = xstrdup (part);
    for (char *at = small; *at; at++)
        *at = (char)tolower ((unsigned char)*at);
    return small;
}

static void put (json_t *node, const struct override *override, size_t at);

static void put_in_object (json_t *object, const struct override *override, size_t at)
{
    AUTOFREE char *key = find_key (object, override->parts[at]);
    json_t *inner = json_object_get (object, key);
    if (at + 1 == override->count) {
        json_set (object, key, json_incref (override->value));
        return;
    }
    if (inner == NULL || json_is_null (inner)) {
        inner = json_object ();
        json_set (object, key, inner);
    }
    put (inner, override, at + 1);
}

/* A number counts from 0; one beyond the last adds an item. */
static void put_in_array (json_t *array, const struct override *override, size_t at)
{
    char *end;
    unsigned long index = strtoul (override->parts[at], &end, 10);
    if (*end || end == override->parts[at] || index > json_array_size (array))
        return;
    if (index == json_array_size (array))
        json_add (array, at + 1 == override->count ? json_null () : json_object ());
    if (at + 1 == override->count)
        json_array_set (array, index, override->value);
    else
        put (json_array_get (array, index), override, at + 1);
}

/* What is neither has nothing below it: a registry passes over that. */
static void put (json_t *node, const struct override *override, size_t at)
{
    if (json_is_object (node))
        put_in_object (node, override, at);
    else if (json_is_array (node))
        put_in_array (node, override, at);
}

static void split (char *name, struct override *override)
{
    override->count = 0;
    for (char *part = name; part && override->count < PARTS_MAX;) {
        char *next = strchr (part, '_');
        if (next)
            *next++ = '\0';
        override->parts[override->count++] = part;
        part = next;
    }
}

static bool is_known (const char *part)
{
    for (size_t i = 0; i < ARRAY_SIZE (known); i++)
        if (strcmp (part, known[i]) == 0)
            return true;
    return false;
}

/* "auth: token" and "storage: inmemory" are short for an object with nothing in it. */
static void expand (json_t *config, const char *key)
{
    const char *name = json_get_string (config, key);
    if (name == NULL)
        return;
    json_t *object = json_object ();
    json_set (object, name, json_object ());
    json_set (config, key, object);
}

static void apply (struct check *check, json_t *config, const char *variable, json_t *names)
{
    struct override override;
    struct error why = ERROR_INIT;
    AUTOFREE char *name = xstrndup (variable, strcspn (variable, "="));
    AUTOFREE char *path = xstrdup (name + strlen (PREFIX));
    const char *text = variable + strlen (name) + 1;
    split (path, &override);
    if (!is_known (override.parts[0])) {
        WARN (check, NULL, "%s names nothing that a registry's configuration has, and is passed over", name);
        return;
    }
    json_auto_t *value = yaml_parse (text, strlen (text), name, &why);
    json_add (names, json_string (name));
    if (value == NULL) {
        REFUSE (check, NULL, "%s: the registry does not start", why.text);
        return;
    }
    if (strcmp (override.parts[0], "VERSION") == 0) /* what the file says is looked at before */
        return;
    override.value = value;
    put (config, &override, 0);
    expand (config, "auth");
    expand (config, "storage");
}

static int compare_names (const void *left, const void *right)
{
    return strcmp (*(const char *const *)left, *(const char *const *)right);
}

/* Apply them by name. own tells that they are this process's: there REGISTRY_AUTH_FILE is podman's. */
static void apply_all (struct check *check, json_t *config, char *const *variables, bool own, json_t *names)
{
    AUTOFREE const char **sorted = xcalloc (VARIABLES_MAX, sizeof (*sorted));
    size_t count = 0;
    for (size_t i = 0; variables[i] && count < VARIABLES_MAX; i++) {
        bool is_podmans = own && strncmp (variables[i], "REGISTRY_AUTH_FILE=", strlen ("REGISTRY_AUTH_FILE=")) == 0;
        if (strncmp (variables[i], PREFIX, strlen (PREFIX)) == 0 && strchr (variables[i], '=') && !is_podmans)
            sorted[count++] = variables[i];
    }
    qsort (sorted, count, sizeof (*sorted), compare_names);
    for (size_t i = 0; i < count; i++)
        apply (check, config, sorted[i], names);
}

/* Take the quotes off a value, as systemd does. */
static void unquote (char *value)
{
    size_t len = strlen (value);
    if (len < 2 || (value[0] != '"' && value[0] != '\'') || value[len - 1] != value[0])
        return;
    memmove (value, value + 1, len - 2);
    value[len - 2] = '\0';
}

/* The variables of a file as systemd (EnvironmentFile=) and docker (--env-file) read it: one a line; text is changed.
 * The list is owned, its items are borrowed. */
static char **split_file (char *text)
{
    char **list = xcalloc (VARIABLES_MAX + 1, sizeof (*list));
    size_t count = 0;
    for (char *line = text, *next; line && count < VARIABLES_MAX; line = next) {
        next = strchr (line, '\n');
        if (next)
            *next++ = '\0';
        line += strspn (line, " \t");
        line += strncmp (line, "export ", 7) == 0 ? 7 : 0;
        line[strcspn (line, "\r")] = '\0';
        if (strncmp (line, PREFIX, strlen (PREFIX)) != 0 || strchr (line, '=') == NULL)
            continue;
        unquote (strchr (line, '=') + 1);
        list[count++] = line;
    }
    return list;
}

int registry_apply_environment (struct check *check, const struct registry_wish *wish, json_t *config, json_t *names,
                                struct error *err)
{
    AUTO (buffer) text;
    struct error why = ERROR_INIT;
    buffer_init (&text, FILE_MAX_BYTES);
    expand (config, "auth");
    expand (config, "storage");
    if (wish->env_file == NULL) {
        apply_all (check, config, wish->variables, true, names);
        return 0;
    }
    if (file_read (wish->env_file, &text, &why) != 0)
        return error_set (err, ERROR_CONFIG, "%s", why.text);
    AUTOFREE char *copy = xstrdup (buffer_text (&text));
    AUTOFREE char **variables = split_file (copy);
    apply_all (check, config, variables, false, names);
    return 0;
}
