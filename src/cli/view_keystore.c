/* How the keystore's state looks to people. */
#include <string.h>

#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/cli/view_parts.h"

void view_keystore (struct view *view, const json_t *result)
{
    AUTOFREE char *path = view_clean_member (result, "path");
    const char *action = json_get_string (result, "action");
    bool exists = json_is_true (json_object_get (result, "exists"));
    bool sessions = json_is_true (json_object_get (result, "sessions"));
    bool unlocked = json_is_true (json_object_get (result, "unlocked"));
    struct buffer *words = strcmp (action, "status") == 0 ? view->out : view->talk;
    if (view->quiet)
        return;
    if (strcmp (action, "release") == 0)
        buffer_puts (words, "sessions rest in sessions.json\n");
    else if (!exists)
        buffer_puts (words, "there is no keystore yet; make one with: dpat keystore init\n");
    else if (strcmp (action, "init") == 0)
        buffer_printf (words, "the keystore is in %s%s\n", path, sessions ? "; sessions rest in it" : "");
    else if (strcmp (action, "passphrase") == 0)
        buffer_puts (words, "the passphrase was changed\n");
    else
        buffer_printf (words, "the keystore %s is %s%s\n", path, unlocked ? "unlocked" : "locked",
                       sessions ? "; sessions rest in it" : "");
}
