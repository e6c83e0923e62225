/* Shared libraries that only some commands need: loaded when first used, so that all others start without them. */
#ifndef DPAT_BASE_LIBRARY_H
#define DPAT_BASE_LIBRARY_H

#include <stddef.h>

#include "src/base/error.h"

/* One function of a library and where its address goes. A table of them ends with a row whose name is NULL. */
struct library_symbol {
    const char *name;
    size_t offset; /* of a function pointer in the caller's struct */
};

/* Load the shared library file ("libcurl.so.4") and write the address of each symbol into functions. It stays loaded
 * until the program ends; to load it again costs next to nothing. ERROR_UNSUPPORTED names the library and its Debian
 * package when it, or one of the symbols, is not there. */
int library_load (const char *file, const char *package, const struct library_symbol *symbols, void *functions,
                  struct error *err);

#endif
