/* A preload that lets an allocation fail: the one of number OOM_AT, and all from number OOM_FROM on. How many there
 * were is written to the file OOM_COUNT. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t count, size_t size);
extern void *__libc_realloc (void *ptr, size_t size);

static long count;

static long number_of (const char *name)
{
    const char *text = getenv (name);
    return text ? strtol (text, NULL, 10) : 0;
}

static int fails (void)
{
    static long at = -1, from;
    if (at < 0) {
        at = number_of ("OOM_AT");
        from = number_of ("OOM_FROM");
    }
    count++;
    if (count != at && (from == 0 || count < from))
        return 0;
    errno = ENOMEM;
    return 1;
}

void *malloc (size_t size)
{
    return fails () ? NULL : __libc_malloc (size);
}

void *calloc (size_t items, size_t size)
{
    return fails () ? NULL : __libc_calloc (items, size);
}

void *realloc (void *ptr, size_t size)
{
    return fails () ? NULL : __libc_realloc (ptr, size);
}

__attribute__ ((destructor)) static void tell (void)
{
    const char *path = getenv ("OOM_COUNT");
    FILE *out = path ? fopen (path, "w") : NULL;
    if (out) {
        fprintf (out, "%ld\n", count);
        fclose (out);
    }
}
