/* Objects read as Go's encoding/json reads them into a struct, which is how docker and podman read their files: a name
 * matches in any case of letters, and of several that match the last one counts. */
#ifndef DPAT_CREDENTIALS_GO_JSON_H
#define DPAT_CREDENTIALS_GO_JSON_H

#include <jansson.h>
#include <stdbool.h>

/* Whether a key of an object is that name, which is ASCII. As in Go, "ſ" (U+017F) is an s and "K" (U+212A) a k. */
bool go_is_name (const char *key, const char *name);

/* The text of a string member: the last one that is not null. NULL when there is none, or it is no string. Borrowed. */
const char *go_get_string (json_t *object, const char *name);

/* Remove every member of that name. */
void go_remove (json_t *object, const char *name);

/* Leave one of the members of that name, with the value that Go reads from all of them: objects are merged, null
 * empties them; of other values the last one counts that is not null. One member alone stays as it is. */
void go_collapse (json_t *object, const char *name);

/* The key of the member of that name in an object that was collapsed; NULL when there is none. Borrowed. */
const char *go_find_key (json_t *object, const char *name);

#endif
