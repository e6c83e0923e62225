/* What a client of a registry asks for and is granted. */
#include "src/token/access.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/json.h"
#include "src/base/memory.h"

static const struct {
    const char *name;
    enum access_action action;
} actions[] = { { "pull", ACCESS_PULL }, { "push", ACCESS_PUSH }, { "delete", ACCESS_DELETE } };

static const char *const rights[] = {
    [RIGHT_NONE] = "none", [RIGHT_READ] = "read", [RIGHT_WRITE] = "write", [RIGHT_ADMIN] = "admin"
};

void access_list_release (struct access_list *list)
{
    free (list->items);
    *list = (struct access_list){ .items = NULL };
}

static bool is_alphanumeric (char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* The length of the separator at text: ".", "_", "__", or any number of "-"; 0 for none. */
static size_t separator_length (const char *text)
{
    if (text[0] == '.')
        return 1;
    if (text[0] == '_')
        return text[1] == '_' ? 2 : 1;
    return strspn (text, "-");
}

/* The length of the path component at text; 0 when there is none. */
static size_t component_length (const char *text)
{
    size_t len = 0;
    while (is_alphanumeric (text[len])) {
        while (is_alphanumeric (text[len]))
            len++;
        size_t separator = separator_length (text + len);
        if (separator == 0 || !is_alphanumeric (text[len + separator]))
            return len;
        len += separator;
    }
    return len;
}

bool namespace_is_valid (const char *name)
{
    size_t len = component_length (name);
    return len > 0 && len < NAMESPACE_SIZE && name[len] == '\0';
}

bool repository_name_is_valid (const char *name)
{
    if (strlen (name) >= REPOSITORY_NAME_SIZE || strcspn (name, "/") >= NAMESPACE_SIZE)
        return false;
    for (;;) {
        size_t len = component_length (name);
        if (len == 0 || (name[len] != '/' && name[len] != '\0'))
            return false;
        if (name[len] == '\0')
            return true;
        name += len + 1;
    }
}

const char *namespace_of (const char *repository, char out[NAMESPACE_SIZE])
{
    size_t len = strcspn (repository, "/");
    len = len < NAMESPACE_SIZE ? len : NAMESPACE_SIZE - 1;
    memcpy (out, repository, len);
    out[len] = '\0';
    return out;
}

/* "pull,push" or "*" */
static unsigned parse_actions (const char *text)
{
    unsigned found = 0;
    while (*text) {
        size_t len = strcspn (text, ",");
        if (len == 1 && text[0] == '*')
            found |= ACCESS_PULL | ACCESS_PUSH | ACCESS_DELETE;
        for (size_t i = 0; i < ARRAY_SIZE (actions); i++)
            if (strlen (actions[i].name) == len && strncmp (text, actions[i].name, len) == 0)
                found |= actions[i].action;
        text += len + (text[len] == ',');
    }
    return found;
}

static void add (struct access_list *list, const struct access *wanted)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].type == wanted->type && strcmp (list->items[i].name, wanted->name) == 0) {
            list->items[i].actions |= wanted->actions;
            return;
        }
    if (list->count == ACCESS_MAX)
        return;
    list->items = xreallocarray (list->items, list->count + 1, sizeof (*list->items));
    list->items[list->count++] = *wanted;
}

/* The type ends at the first colon and the actions begin behind the last, for a name may have one itself. */
static void parse_resource (struct access_list *list, char *text)
{
    char *type_end = strchr (text, ':');
    char *name_end = strrchr (text, ':');
    if (type_end == NULL || name_end == type_end)
        return;
    *type_end = '\0';
    *name_end = '\0';
    const char *name = type_end + 1;
    struct access wanted = { .actions = parse_actions (name_end + 1) };
    text[strcspn (text, "(")] = '\0'; /* a class says nothing any more */
    if (strcmp (text, "repository") == 0 && repository_name_is_valid (name))
        memcpy (wanted.name, name, strlen (name) + 1);
    else if (strcmp (text, "registry") == 0 && strcmp (name, "catalog") == 0 && strcmp (name_end + 1, "*") == 0)
        wanted.type = ACCESS_CATALOG;
    else
        return;
    add (list, &wanted);
}

void access_list_parse (struct access_list *list, const char *scope)
{
    while (*scope) {
        size_t len = strcspn (scope, " ");
        AUTOFREE char *resource = xstrndup (scope, len);
        parse_resource (list, resource);
        scope += len + (scope[len] == ' ');
    }
}

static const char *type_name (const struct access *access)
{
    return access->type == ACCESS_CATALOG ? "registry" : "repository";
}

static const char *resource_name (const struct access *access)
{
    return access->type == ACCESS_CATALOG ? "catalog" : access->name;
}

json_t *access_list_to_json (const struct access_list *list)
{
    json_t *array = json_array ();
    for (size_t i = 0; i < list->count; i++) {
        const struct access *access = &list->items[i];
        json_t *object = json_object ();
        json_t *names = json_array ();
        for (size_t a = 0; a < ARRAY_SIZE (actions) && access->type == ACCESS_REPOSITORY; a++)
            if (access->actions & actions[a].action)
                json_add (names, json_string (actions[a].name));
        if (access->type == ACCESS_CATALOG)
            json_add (names, json_string ("*"));
        json_set_string (object, "type", type_name (access));
        json_set_string (object, "name", resource_name (access));
        json_set (object, "actions", names);
        if (access->actions)
            json_add (array, object);
        else
            json_decref (object);
    }
    return array;
}

void access_list_format (const struct access_list *list, struct buffer *out)
{
    size_t start = out->len;
    for (size_t i = 0; i < list->count; i++) {
        const struct access *access = &list->items[i];
        const char *comma = "";
        if (access->actions == 0)
            continue;
        buffer_printf (out, "%s%s:%s:%s", out->len > start ? " " : "", type_name (access), resource_name (access),
                       access->type == ACCESS_CATALOG ? "*" : "");
        for (size_t a = 0; a < ARRAY_SIZE (actions) && access->type == ACCESS_REPOSITORY; a++)
            if (access->actions & actions[a].action) {
                buffer_printf (out, "%s%s", comma, actions[a].name);
                comma = ",";
            }
    }
}

unsigned access_cut (unsigned asked, enum namespace_right right, const struct scopes *scopes, bool is_public)
{
    unsigned granted = 0;
    if ((is_public && (scopes == NULL || scopes_allow (scopes, SCOPE_PUBLIC_READ)))
        || (right >= RIGHT_READ && scopes && scopes_allow (scopes, SCOPE_READ)))
        granted |= ACCESS_PULL;
    if (right >= RIGHT_WRITE && scopes && scopes_allow (scopes, SCOPE_WRITE))
        granted |= ACCESS_PUSH;
    if (right >= RIGHT_ADMIN && scopes && scopes_allow (scopes, SCOPE_ADMIN))
        granted |= ACCESS_DELETE;
    return asked & granted;
}

const char *namespace_right_name (enum namespace_right right)
{
    return rights[right];
}

enum namespace_right namespace_right_parse (const char *text)
{
    for (enum namespace_right right = RIGHT_READ; right <= RIGHT_ADMIN; right++)
        if (strcmp (text, rights[right]) == 0)
            return right;
    return RIGHT_NONE;
}
