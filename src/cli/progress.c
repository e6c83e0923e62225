/* A sign of life on a terminal's stderr. */
#include "src/cli/progress.h"

#include <string.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/file.h"
#include "src/base/memory.h"

enum { PATIENCE_MS = 1000 };

/* What cannot be shown is no loss. */
static void put (const char *text)
{
    (void)file_write_all (STDERR_FILENO, text, strlen (text));
}

void progress_show (void *context, const char *what)
{
    static const char turns[] = "|/-\\";
    struct progress *progress = context;
    if (!progress->wanted)
        return;
    if (what == NULL) {
        if (progress->shown)
            put ("\r\033[K");
        progress->shown = false;
        progress->since_ms = 0;
        return;
    }
    int64_t now = clock_steady_ms ();
    if (progress->since_ms == 0)
        progress->since_ms = now;
    int64_t waited_ms = now - progress->since_ms;
    if (waited_ms < PATIENCE_MS)
        return;
    AUTOFREE char *line = xasprintf ("\r%c %s, %d s\033[K", turns[progress->turn++ % 4], what, (int)(waited_ms / 1000));
    put (line);
    progress->shown = true;
}
