/* Programs on PATH: which file would be run, and what it needs that is missing. */
#include "src/credentials/program.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/memory.h"

static bool is_program (const char *file)
{
    struct stat st;
    return stat (file, &st) == 0 && S_ISREG (st.st_mode) && access (file, X_OK) == 0;
}

char *program_find (const char *name)
{
    const char *path = getenv ("PATH");
    while (path && *path) {
        size_t len = strcspn (path, ":");
        AUTOFREE char *file = xasprintf ("%.*s/%s", len ? (int)len : 1, len ? path : ".", name);
        if (is_program (file))
            return file[0] == '/' ? take (&file) : NULL;
        path += len + (path[len] == ':');
    }
    return NULL;
}

/* The word at *at, which moves behind it; NULL at the end. Owned. */
static char *next_word (const char **at)
{
    *at += strspn (*at, " \t");
    size_t len = strcspn (*at, " \t\r\n");
    const char *word = *at;
    *at += len;
    return len > 0 ? xstrndup (word, len) : NULL;
}

char *program_missing_interpreter (const char *file)
{
    char head[256] = ""; /* what the kernel reads of it, too */
    AUTOCLOSE int fd = open (file, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read (fd, head, sizeof (head) - 1) < 2 || strncmp (head, "#!", 2) != 0)
        return NULL;
    head[strcspn (head, "\n")] = '\0';
    const char *at = head + 2;
    AUTOFREE char *interpreter = next_word (&at);
    if (interpreter == NULL)
        return NULL;
    if (!is_program (interpreter))
        return take (&interpreter);
    const char *slash = strrchr (interpreter, '/');
    if (strcmp (slash ? slash + 1 : interpreter, "env") != 0)
        return NULL;
    AUTOFREE char *named = next_word (&at);
    if (named == NULL || named[0] == '-' || strchr (named, '=') || strchr (named, '/'))
        return NULL;
    AUTOFREE char *found = program_find (named);
    return found ? NULL : take (&named);
}
