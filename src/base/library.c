/* Shared libraries loaded on first use, by dlopen(3). */
#include "src/base/library.h"

#include <dlfcn.h>
#include <string.h>

static int fail (const char *file, const char *package, struct error *err)
{
    const char *why = dlerror ();
    error_set (err, ERROR_UNSUPPORTED, "this needs the library %s, which cannot be loaded: %s", file,
               why ? why : "no reason is given");
    return error_hint (err, "install it: apt-get install %s", package);
}

int library_load (const char *file, const char *package, const struct library_symbol *symbols, void *functions,
                  struct error *err)
{
    void *handle = dlopen (file, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL)
        return fail (file, package, err);
    for (const struct library_symbol *symbol = symbols; symbol->name; symbol++) {
        void *address = dlsym (handle, symbol->name);
        if (address == NULL)
            return fail (file, package, err);
        memcpy ((char *)functions + symbol->offset, &address, sizeof (address));
    }
    return 0;
}
