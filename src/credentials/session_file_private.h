/* What the files that read and write dpat's file of sessions share. */
#ifndef DPAT_CREDENTIALS_SESSION_FILE_PRIVATE_H
#define DPAT_CREDENTIALS_SESSION_FILE_PRIVATE_H

#include <jansson.h>

#include "src/base/file.h"
#include "src/credentials/session_file.h"

/* One reading of the file. With the lock held it may be written back. */
struct session_file {
    char *folder;
    char *path;
    json_t *root;
    json_t *as_read; /* when it is open for changing */
    struct file_lock lock;
};

/* Say that the file cannot be used, and why. */
int session_file_fail (const char *path, const char *why, struct error *err);

/* A string member of object, "" when it has none of that name. Owned. */
char *session_file_string (const json_t *object, const char *key);

/* The place of the element of array whose two members have these values, or its size. */
size_t session_file_find (const json_t *array, const char *key, const char *value, const char *second_key,
                          const char *second_value);

#endif
