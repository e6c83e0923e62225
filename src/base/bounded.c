/* Work in a child process, bounded in time and memory. */
#include "src/base/bounded.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/file.h"
#include "src/base/memory.h"

#if defined(__SANITIZE_ADDRESS__)
#define IS_SANITIZED 1 /* which reserves all memory there is, and tells of faults on stderr */
#else
#define IS_SANITIZED 0
#endif

/* The bytes of memory that this process has reserved; 0 when that cannot be told. */
static size_t reserved_bytes (void)
{
    size_t pages = 0;
    AUTOCLOSE int fd = open ("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    char part[64];
    ssize_t n = fd >= 0 ? read (fd, part, sizeof (part)) : 0;
    for (ssize_t i = 0; i < n && part[i] >= '0' && part[i] <= '9'; i++)
        pages = pages * 10 + (size_t)(part[i] - '0');
    return pages * (size_t)sysconf (_SC_PAGESIZE);
}

static void limit_child (size_t memory_bytes)
{
    const struct rlimit no_core = { 0, 0 };
    size_t reserved = reserved_bytes ();
    const struct rlimit memory = { reserved + memory_bytes, reserved + memory_bytes };
    (void)prctl (PR_SET_PDEATHSIG, SIGKILL);
    (void)setrlimit (RLIMIT_CORE, &no_core);
    if (IS_SANITIZED)
        return;
    if (reserved > 0)
        (void)setrlimit (RLIMIT_AS, &memory);
    int null = open ("/dev/null", O_WRONLY | O_CLOEXEC);
    if (null >= 0)
        (void)dup2 (null, STDERR_FILENO); /* how it ends is for the parent to tell */
}

static _Noreturn void be_child (bounded_work *work, const void *context, size_t memory_bytes, size_t ceiling, int to)
{
    AUTO (buffer) out;
    limit_child (memory_bytes);
    buffer_init (&out, ceiling);
    work (context, &out);
    bool good = !out.failed && file_write_all (to, buffer_text (&out), out.len) == 0;
    _exit (good ? 0 : 1);
}

/* Collect what the child writes until it closes its end; false when that takes too long. */
static bool collect (int from, int timeout_ms, struct buffer *out)
{
    int64_t deadline_ms = clock_steady_ms () + timeout_ms;
    char part[4096];
    for (;;) {
        int64_t left_ms = deadline_ms - clock_steady_ms ();
        struct pollfd watched = { .fd = from, .events = POLLIN };
        if (left_ms <= 0)
            return false;
        if (poll (&watched, 1, (int)left_ms) <= 0)
            continue; /* the deadline decides, after a signal too */
        ssize_t n = read (from, part, sizeof (part));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0;
        buffer_append (out, part, (size_t)n);
    }
}

int bounded_run (bounded_work *work, const void *context, int timeout_ms, size_t memory_bytes, struct buffer *out,
                 bool *ret_done, struct error *err)
{
    int ends[2];
    if (pipe2 (ends, O_CLOEXEC) != 0)
        return error_set (err, ERROR_INTERNAL, "cannot make a pipe: %s", strerror (errno));
    pid_t child = fork ();
    if (child == 0)
        be_child (work, context, memory_bytes, out->ceiling, ends[1]);
    int saved = errno;
    (void)close (ends[1]);
    if (child < 0) {
        (void)close (ends[0]);
        return error_set (err, ERROR_INTERNAL, "cannot start a process: %s", strerror (saved));
    }
    bool done = collect (ends[0], timeout_ms, out) && !out->failed;
    int how = 0;
    (void)close (ends[0]);
    if (!done)
        (void)kill (child, SIGKILL);
    while (waitpid (child, &how, 0) < 0 && errno == EINTR)
        ;
    *ret_done = done && WIFEXITED (how) && WEXITSTATUS (how) == 0;
    return 0;
}
