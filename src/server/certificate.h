/* The server's certificate and key, seen to fit before they are used. */
#ifndef DPAT_SERVER_CERTIFICATE_H
#define DPAT_SERVER_CERTIFICATE_H

#include "src/base/buffer.h"
#include "src/base/error.h"

/* Read the PEM files and see that they can be parsed, that the key is that of the first certificate, and that this has
 * not expired. Both buffers are initialised and empty. ERROR_CONFIG says which file is wrong, and how. */
int certificate_read (const char *certificate_path, const char *key_path, struct buffer *certificate,
                      struct buffer *key, struct error *err);

#endif
