/* What test programs share: a temporary folder per test, files in it, and assertions on errors. */
#ifndef DPAT_TESTS_SUPPORT_SUPPORT_H
#define DPAT_TESTS_SUPPORT_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/base/error.h"
#include "src/base/memory.h"
#include "src/base/secret.h"

/* A setup and teardown for cmocka: *state becomes the path of a new folder, which is removed with all in it. */
int support_make_folder (void **state);
int support_remove_folder (void **state);

/* "folder/name". Owned. */
char *support_path (void **state, const char *name);

/* Write a file of that mode. */
void support_write (const char *path, const char *text, unsigned mode);

/* The content of a file as a string; NULL when it is not there. Owned. */
char *support_read (const char *path);

/* A secret with this text; release it. */
struct secret support_secret (const char *text);

/* That err has this code; prints its sentence when not. */
void support_assert_code (const struct error *err, enum error_code code, const char *file, int line);
#define assert_code(err, code) support_assert_code (err, code, __FILE__, __LINE__)

/* That a call gave 0; prints the sentence of err when not. */
void support_assert_ok (int status, const struct error *err, const char *file, int line);
#define assert_ok(call, err) support_assert_ok (call, err, __FILE__, __LINE__)

#endif
