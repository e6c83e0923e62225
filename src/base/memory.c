/* Memory that never fails quietly. */
#include "src/base/memory.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* Blocks of this size and above have pages of their own: bodies and rows have not, what a password's hash takes has. */
enum { LARGE_BYTES = 1 << 20 };

/* How long an allocation waits for what other threads free. */
enum { WAIT_MS = 10, WAITS_MAX = 500 };

/* The reserve: pages that nobody touches. malloc fails in any thread, so this is the program's and in no struct. */
static struct {
    pthread_mutex_t mutex;
    size_t size; /* 0: none is kept */
    bool waits;
    void *pages; /* NULL: it is in use */
} reserve = { .mutex = PTHREAD_MUTEX_INITIALIZER };

static void *map_pages (size_t size)
{
    void *pages = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return pages == MAP_FAILED ? NULL : pages;
}

int memory_keep_reserve (size_t size, bool waits)
{
    if (reserve.size > 0)
        return 0;
    reserve.pages = map_pages (size);
    reserve.size = reserve.pages ? size : 0;
    reserve.waits = waits;
    return reserve.pages ? 0 : -1;
}

void memory_stay_small (void)
{
    (void)mallopt (M_ARENA_MAX, 1); /* of an allocator that knows no such setting nothing is asked */
    (void)mallopt (M_MMAP_THRESHOLD, LARGE_BYTES);
}

bool memory_is_short (void)
{
    pthread_mutex_lock (&reserve.mutex);
    if (reserve.size > 0 && reserve.pages == NULL)
        reserve.pages = map_pages (reserve.size);
    bool is_short = reserve.size > 0 && reserve.pages == NULL;
    pthread_mutex_unlock (&reserve.mutex);
    return is_short;
}

bool memory_can_give (size_t size)
{
    void *pages = map_pages (size);
    return pages && munmap (pages, size) == 0;
}

/* Make memory free by giving up the reserve, or wait a little for other threads to. Returns whether to try again. */
static bool find_memory (unsigned tries)
{
    pthread_mutex_lock (&reserve.mutex);
    bool kept = reserve.size > 0;
    bool used = reserve.pages && munmap (reserve.pages, reserve.size) == 0;
    reserve.pages = NULL;
    pthread_mutex_unlock (&reserve.mutex);
    if (!reserve.waits)
        return used;
    if (kept && !used && tries > 0)
        nanosleep (&(struct timespec){ .tv_nsec = WAIT_MS * 1000000L }, NULL);
    return kept && tries < WAITS_MAX;
}

/* What is said at the end, and with which status. */
static const char own_words[] = "dpat: out of memory\n";
static const char *last_words = own_words;
static int last_status = 1;

_Noreturn void memory_exhausted (void)
{
    ssize_t ignored = write (STDERR_FILENO, last_words, strlen (last_words));
    (void)ignored;
    _exit (last_status);
}

void memory_set_last_words (const char *line, int status)
{
    last_words = line ? line : own_words;
    last_status = line ? status : 1;
}

void *xmalloc (size_t size)
{
    void *p = malloc (size ? size : 1);
    for (unsigned tries = 0; p == NULL && find_memory (tries); tries++)
        p = malloc (size ? size : 1);
    if (p == NULL)
        memory_exhausted ();
    return p;
}

void *memory_try (size_t count, size_t size)
{
    return calloc (count ? count : 1, size ? size : 1);
}

void *xcalloc (size_t count, size_t size)
{
    void *p = memory_try (count, size);
    for (unsigned tries = 0; p == NULL && find_memory (tries); tries++)
        p = memory_try (count, size);
    if (p == NULL)
        memory_exhausted ();
    return p;
}

void *xreallocarray (void *ptr, size_t count, size_t size)
{
    for (unsigned tries = 0;; tries++) {
        void *p = reallocarray (ptr, count ? count : 1, size ? size : 1); /* ptr is as it was when this fails */
        if (p)
            return p;
        if (!find_memory (tries))
            memory_exhausted ();
    }
}

char *xstrdup (const char *s)
{
    return s ? xstrndup (s, strlen (s)) : NULL;
}

char *xstrndup (const char *s, size_t len)
{
    char *copy = xmalloc (len + 1);
    memcpy (copy, s, len);
    copy[len] = '\0';
    return copy;
}

char *xasprintf (const char *fmt, ...)
{
    va_list ap;
    va_start (ap, fmt);
    int len = vsnprintf (NULL, 0, fmt, ap);
    va_end (ap);
    if (len < 0)
        memory_exhausted ();
    char *text = xmalloc ((size_t)len + 1);
    va_start (ap, fmt);
    vsnprintf (text, (size_t)len + 1, fmt, ap);
    va_end (ap);
    return text;
}

void memory_cleanup_free (void *address)
{
    void *p;
    memcpy (&p, address, sizeof (p));
    free (p);
}

void memory_cleanup_close (const int *fd)
{
    int saved = errno;
    if (*fd >= 0)
        close (*fd);
    errno = saved;
}
