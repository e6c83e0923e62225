/* Work that may take no end of time or memory, or crash, done in a child process: for libraries that read what anybody
 * may have written. */
#ifndef DPAT_BASE_BOUNDED_H
#define DPAT_BASE_BOUNDED_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/buffer.h"
#include "src/base/error.h"

/* Append a result to out. It runs in a copy of this process with nothing but stdin and stdout of it. */
typedef void bounded_work (const void *context, struct buffer *out);

/* Run work and append its result to out, whose ceiling holds for it too. *ret_done is false when it took more than
 * timeout_ms, or memory_bytes beyond what this process has, or when it crashed; out then has nothing that means
 * anything. Not for a process with threads. ERROR_INTERNAL when no process can be started. */
int bounded_run (bounded_work *work, const void *context, int timeout_ms, size_t memory_bytes, struct buffer *out,
                 bool *ret_done, struct error *err);

#endif
