/* Which process makes a token, in words that another process can check. */
#include "src/core/maker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/memory.h"

/* "36 characters of a boot's id : inode of the PID namespace", which together say where a PID means something. */
#define PLACE_SIZE 64

/* The first line of a file of /proc. Returns its length, 0 when it cannot be read. */
static size_t read_line (const char *path, char *out, size_t size)
{
    AUTOCLOSE int fd = open (path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read (fd, out, size - 1) : -1;
    out[n > 0 ? n : 0] = '\0';
    out[strcspn (out, "\n")] = '\0';
    return strlen (out);
}

static int read_place (char out[PLACE_SIZE])
{
    char boot[48];
    struct stat space;
    if (read_line ("/proc/sys/kernel/random/boot_id", boot, sizeof (boot)) != 36
        || stat ("/proc/self/ns/pid", &space) != 0)
        return -1;
    snprintf (out, PLACE_SIZE, "%s:%lu", boot, (unsigned long)space.st_ino);
    return 0;
}

/* When a process was started, in ticks since boot, and its state. proc(5): the fields after the name, which is in
 * parentheses and may have some itself. */
static int read_start (long pid, unsigned long long *ret_start, char *ret_state)
{
    char path[32];
    char line[1024];
    snprintf (path, sizeof (path), "/proc/%ld/stat", pid);
    const char *at = read_line (path, line, sizeof (line)) > 0 ? strrchr (line, ')') : NULL;
    if (at == NULL || at[1] != ' ')
        return -1;
    *ret_state = at[2];
    for (int field = 3; field < 22 && at; field++)
        at = strchr (at + (field == 3 ? 2 : 1), ' ');
    if (at == NULL)
        return -1;
    *ret_start = strtoull (at + 1, NULL, 10);
    return 0;
}

void maker_self (char ret_maker[DELIVERY_MAKER_SIZE])
{
    char place[PLACE_SIZE];
    unsigned long long start;
    char state;
    ret_maker[0] = '\0';
    if (read_place (place) == 0 && read_start (getpid (), &start, &state) == 0)
        snprintf (ret_maker, DELIVERY_MAKER_SIZE, "%s:%ld:%llu", place, (long)getpid (), start);
}

enum maker_life maker_life (const char *maker)
{
    char place[PLACE_SIZE];
    unsigned long long start;
    char state;
    char *end;
    if (maker[0] == '\0' || read_place (place) != 0)
        return MAKER_UNKNOWN;
    size_t len = strlen (place);
    if (strncmp (maker, place, len) != 0 || maker[len] != ':')
        return MAKER_UNKNOWN;
    long pid = strtol (maker + len + 1, &end, 10);
    if (pid <= 0 || *end != ':')
        return MAKER_UNKNOWN;
    if (kill ((pid_t)pid, 0) != 0 && errno == ESRCH)
        return MAKER_ENDED;
    /* where another's start cannot be seen, a process of that number counts as the one that is meant */
    if (read_start (pid, &start, &state) != 0)
        return MAKER_RUNS;
    return state == 'Z' || state == 'X' || start != strtoull (end + 1, NULL, 10) ? MAKER_ENDED : MAKER_RUNS;
}
