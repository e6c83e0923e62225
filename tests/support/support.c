/* What test programs share. */
#include "tests/support/support.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int support_make_folder (void **state)
{
    const char *base = getenv ("TMPDIR");
    char *path = xasprintf ("%s/dpat-test-XXXXXX", base && base[0] ? base : "/tmp");
    if (mkdtemp (path) == NULL)
        return -1;
    *state = path;
    return 0;
}

static int remove_entry (const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    (void)kind;
    (void)where;
    return remove (path);
}

int support_remove_folder (void **state)
{
    int status = nftw (*state, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    free (*state);
    return status;
}

char *support_path (void **state, const char *name)
{
    return xasprintf ("%s/%s", (const char *)*state, name);
}

void support_write (const char *path, const char *text, unsigned mode)
{
    FILE *file = fopen (path, "w");
    assert_non_null (file);
    assert_true (fputs (text, file) >= 0);
    assert_int_equal (fclose (file), 0);
    assert_int_equal (chmod (path, (mode_t)mode), 0);
}

char *support_read (const char *path)
{
    FILE *file = fopen (path, "r");
    char *text = NULL;
    size_t size = 0;
    if (file == NULL)
        return NULL;
    if (getdelim (&text, &size, '\0', file) < 0) {
        free (text);
        text = xstrdup ("");
    }
    fclose (file);
    return text;
}

struct secret support_secret (const char *text)
{
    struct secret secret = SECRET_INIT;
    secret_set (&secret, text, strlen (text));
    return secret;
}

void support_assert_code (const struct error *err, enum error_code code, const char *file, int line)
{
    if (err->code != code)
        print_error ("%s:%d: expected %s, got %s: %s\n", file, line, error_kind (code)->name,
                     error_kind (err->code)->name, err->text);
    _assert_int_equal (err->code, code, file, line);
}

void support_assert_ok (int status, const struct error *err, const char *file, int line)
{
    if (status != 0)
        print_error ("%s:%d: %s (%s)\n", file, line, err->text, err->hint);
    _assert_int_equal (status, 0, file, line);
}
