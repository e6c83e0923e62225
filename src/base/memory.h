/* Memory that never fails quietly, and the attributes that free locals at the end of their scope.
 *
 * A program that serves strangers must not end because one of them asked at a bad moment. It keeps a reserve
 * (memory_keep_reserve), looks before it begins with something (memory_is_short, memory_can_give), and refuses it where
 * memory is wanting; what has begun goes on with the reserve. */
#ifndef DPAT_BASE_MEMORY_H
#define DPAT_BASE_MEMORY_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* The x-functions end the program with one line on stderr when memory is exhausted: every input has a ceiling, so
 * that is a dead machine and not an attack. With a reserve they use that first, and then wait a few seconds for what
 * others free. What they return is owned; free it with free(). */
void *xmalloc (size_t size) __attribute__ ((malloc, alloc_size (1), returns_nonnull));

/* count × size zeroed bytes; a product that overflows counts as exhausted memory. */
void *xcalloc (size_t count, size_t size) __attribute__ ((malloc, alloc_size (1, 2), returns_nonnull));

/* Grow ptr to count × size bytes. Never for secrets: the old block is not wiped. */
void *xreallocarray (void *ptr, size_t count, size_t size) __attribute__ ((alloc_size (2, 3)));

/* A copy of s; NULL gives NULL. */
char *xstrdup (const char *s);

/* A copy of the first len bytes of s, NUL-terminated. */
char *xstrndup (const char *s, size_t len) __attribute__ ((malloc, returns_nonnull));

/* A formatted string. */
char *xasprintf (const char *fmt, ...) __attribute__ ((format (printf, 1, 2), malloc, returns_nonnull));

/* count × size zeroed bytes, owned, or NULL: for what can be refused. */
void *memory_try (size_t count, size_t size) __attribute__ ((malloc, alloc_size (1, 2)));

/* Set size bytes apart for the worst moment; they cost address space, but no memory until they are used. waits
 * says whether an allocation waits for what other threads free, once they are used up. Call it before there are
 * threads; a second call changes nothing. Returns -1 when there are not so many. */
int memory_keep_reserve (size_t size, bool waits);

/* Take address space as it is needed, and give large blocks back at once. By itself malloc sets 64 MiB of it apart for
 * each thread and never gives them back: under a limit, a rush would leave a program with threads without any. Call it
 * before there are threads. */
void memory_stay_small (void);

/* Whether the reserve was used and could not be set apart again yet. Without a reserve always false. */
bool memory_is_short (void);

/* Whether size bytes could be had now. */
bool memory_can_give (size_t size);

/* End the program as the x-functions do: for libraries that allocate themselves and have none. */
_Noreturn void memory_exhausted (void);

/* Say this line (borrowed; with its newline) in place of memory_exhausted's own, and end with that status. NULL: its
 * own again. Not for programs with threads. */
void memory_set_last_words (const char *line, int status);

/* For AUTOFREE and AUTOCLOSE only: each takes the address of the local that goes out of scope. */
void memory_cleanup_free (void *address);

/* Close *fd unless it is negative; errno is kept. */
void memory_cleanup_close (const int *fd);

/* A local pointer freed at the end of its scope; always initialise it where it is declared. */
#define AUTOFREE __attribute__ ((cleanup (memory_cleanup_free)))
/* A local descriptor closed at the end of its scope; -1 means none. */
#define AUTOCLOSE __attribute__ ((cleanup (memory_cleanup_close)))
/* A local `struct S` released with S_release() at the end of its scope. */
#define AUTO(S) __attribute__ ((cleanup (S##_release))) struct S

/* Put after the prototype of S_free, so that AUTOPTR (S) p = NULL; frees the struct at the end of p's scope. */
#define DEFINE_AUTOPTR(S)                                                                                              \
    static inline void S##_free_at (struct S **address)                                                                \
    {                                                                                                                  \
        S##_free (*address);                                                                                           \
    }
#define AUTOPTR(S) __attribute__ ((cleanup (S##_free_at))) struct S *

/* Hand a pointer over: the value of *p, which becomes NULL. */
#define take(p)                                                                                                        \
    ({                                                                                                                 \
        __typeof__ (*(p)) taken_ = *(p);                                                                               \
        *(p) = NULL;                                                                                                   \
        taken_;                                                                                                        \
    })

#define ARRAY_SIZE(a) (sizeof (a) / sizeof ((a)[0]))

#endif
