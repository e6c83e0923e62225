/* Refusing requests that two programs in a row could read differently, before anything else looks at them. */
#ifndef DPAT_SERVER_GUARD_H
#define DPAT_SERVER_GUARD_H

#include <stdbool.h>
#include <stddef.h>

/* What was seen of a head so far. Begin with all zero. */
struct guard {
    size_t bytes;
    unsigned hosts, lengths, authorizations, encodings;
    bool has_body_length; /* Content-Length is there */
    bool is_chunked;      /* Transfer-Encoding: chunked is there */
    int status;           /* of the refusal; 0: nothing to refuse */
    const char *why;      /* a sentence; borrowed for ever */
};

/* Look at the target of the request line, as it came. */
void guard_target (struct guard *guard, const char *target);

/* Look at one field of the head. */
void guard_field (struct guard *guard, const char *name, size_t name_len, const char *value, size_t value_len);

/* Look at the whole, after all fields; version is "HTTP/1.1". Returns whether the request may go on; else status and
 * why say how it is refused. */
bool guard_finish (struct guard *guard, const char *version);

#endif
