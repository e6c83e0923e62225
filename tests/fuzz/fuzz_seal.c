/* Fuzz target: the header of the keystore, and its text under a key that does not fit. */
#include <stdint.h>
#include <stdlib.h>

#include "src/base/memory.h"
#include "src/credentials/seal.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
    static const unsigned char key[CRYPTO_KEY_SIZE];
    AUTO (secret) text = SECRET_INIT;
    struct seal_header header;
    struct error err = ERROR_INIT;
    if (seal_read_header ("keystore", data, size, &header, &err) != 0)
        return 0;
    if (seal_key_fits (&header, key) || seal_open ("keystore", data, size, key, &text, &err) == 0)
        abort (); /* a key of zeros opens nothing */
    return 0;
}
