/* Runs a fuzz target over the files of its corpus, as make check does; speaks TAP. */
#include <dirent.h>
#include <libgen.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/memory.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static int is_file (const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int run (const char *path)
{
    FILE *file = fopen (path, "rb");
    uint8_t *data = malloc (1 << 20);
    if (file == NULL || data == NULL)
        return -1;
    size_t size = fread (data, 1, 1 << 20, file);
    fclose (file);
    int status = LLVMFuzzerTestOneInput (data, size);
    free (data);
    return status;
}

int main (int argc, char **argv)
{
    struct dirent **entries;
    const char *top = getenv ("TOP_SRCDIR");
    (void)argc;
    AUTOFREE char *folder = xasprintf ("%s/tests/fuzz/corpus/%s", top ? top : ".", basename (argv[0]));
    int count = scandir (folder, &entries, is_file, alphasort);
    if (count <= 0) {
        printf ("1..1\nnot ok 1 - no corpus in %s\n", folder);
        return 1;
    }
    printf ("1..%d\n", count);
    for (int i = 0; i < count; i++) {
        AUTOFREE char *path = xasprintf ("%s/%s", folder, entries[i]->d_name);
        printf ("%s %d - %s\n", run (path) == 0 ? "ok" : "not ok", i + 1, entries[i]->d_name);
        fflush (stdout);
        free (entries[i]);
    }
    free (entries);
    return 0;
}
