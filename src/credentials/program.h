/* Programs on PATH: which file would be run, and what it needs that is missing. */
#ifndef DPAT_CREDENTIALS_PROGRAM_H
#define DPAT_CREDENTIALS_PROGRAM_H

/* The file that docker (Go's exec.LookPath) would run for name: the first executable regular file on PATH. NULL when
 * there is none, or when PATH names its folder by a relative path: docker runs nothing from there. Owned. */
char *program_find (const char *name);

/* The interpreter that the first line of the script in file names and that is not there, also behind env(1). NULL when
 * nothing is missing as far as can be seen. Owned. */
char *program_missing_interpreter (const char *file);

#endif
