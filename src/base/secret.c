/* Holding, comparing, reading and wiping secrets. */
#include "src/base/secret.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/memory.h"

void secret_set (struct secret *secret, const void *data, size_t len)
{
    struct secret fresh = { .data = xmalloc (len + 1), .len = len };
    if (len > 0)
        memcpy (fresh.data, data, len);
    fresh.data[len] = '\0';
    secret_move (secret, &fresh);
}

void secret_release (struct secret *secret)
{
    if (secret->data)
        explicit_bzero (secret->data, secret->len + 1);
    free (secret->data);
    *secret = (struct secret)SECRET_INIT;
}

void secret_move (struct secret *to, struct secret *from)
{
    secret_release (to);
    *to = *from;
    *from = (struct secret)SECRET_INIT;
}

const char *secret_text (const struct secret *secret)
{
    return secret->data ? secret->data : "";
}

bool secret_equal (const struct secret *a, const struct secret *b)
{
    if (a->len != b->len)
        return false;
    unsigned char difference = 0;
    for (size_t i = 0; i < a->len; i++)
        difference |= (unsigned char)(a->data[i] ^ b->data[i]);
    return difference == 0;
}

int secret_read (struct secret *secret, int fd, size_t max, const char *what, struct error *err)
{
    size_t size = max + 2; /* one byte beyond max tells "too long", one for the NUL */
    char *data = xmalloc (size);
    size_t len = 0;
    ssize_t n;
    do {
        n = read (fd, data + len, max + 1 - len);
        if (n > 0)
            len += (size_t)n;
    } while ((n > 0 && len <= max) || (n < 0 && errno == EINTR));
    int status = 0;
    if (n < 0)
        status = error_set (err, ERROR_FILE_FAILED, "cannot read %s: %s", what, strerror (errno));
    else if (len > max)
        status = error_set (err, ERROR_USAGE, "%s is longer than %zu bytes", what, max);
    else
        secret_set (secret, data, len);
    explicit_bzero (data, size);
    free (data);
    return status;
}

void secret_chomp (struct secret *secret)
{
    if (secret->len > 0 && secret->data[secret->len - 1] == '\n') {
        secret->data[--secret->len] = '\0';
        if (secret->len > 0 && secret->data[secret->len - 1] == '\r')
            secret->data[--secret->len] = '\0';
    }
}

void secret_wipe (void *data, size_t len)
{
    explicit_bzero (data, len);
}
