/* Memory that never fails quietly. */
#include "src/base/memory.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Noreturn void memory_exhausted (void)
{
    static const char line[] = "dpat: out of memory\n";
    ssize_t ignored = write (STDERR_FILENO, line, sizeof (line) - 1);
    (void)ignored;
    _exit (1);
}

void *xmalloc (size_t size)
{
    void *p = malloc (size ? size : 1);
    if (p == NULL)
        memory_exhausted ();
    return p;
}

void *xcalloc (size_t count, size_t size)
{
    void *p = calloc (count ? count : 1, size ? size : 1);
    if (p == NULL)
        memory_exhausted ();
    return p;
}

void *xreallocarray (void *ptr, size_t count, size_t size)
{
    void *p = reallocarray (ptr, count ? count : 1, size ? size : 1);
    if (p == NULL)
        memory_exhausted ();
    return p;
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
    char *text = NULL;
    va_list ap;
    va_start (ap, fmt);
    int n = vasprintf (&text, fmt, ap);
    va_end (ap);
    if (n < 0 || text == NULL)
        memory_exhausted ();
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
