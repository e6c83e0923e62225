/* Writes an empty keystore to stdout whose key is derived by the cheapest settings that dpat reads, for tests in which
 * 64 MiB at each use of the passphrase prove nothing. The passphrase is the only argument; the layout is in seal.h. */
#include <stdio.h>
#include <string.h>

#include "src/base/memory.h"
#include "src/credentials/seal.h"

#define COMMITMENT_AT 38
#define SALT_AT 22

static const char text[] = "{\"version\":1,\"entries\":{}}";

static int make (const char *passphrase_text, struct buffer *out, struct error *err)
{
    /* 8 KiB, one pass, one lane */
    struct seal_header header = { .bytes = "DPATSEAL\1\1\0\0\0\x08\0\0\0\1\0\0\0\1" };
    unsigned char key[CRYPTO_KEY_SIZE];
    AUTO (secret) passphrase = SECRET_INIT;
    secret_set (&passphrase, passphrase_text, strlen (passphrase_text));
    if (crypto_random (header.bytes + SALT_AT, SEAL_SALT_SIZE, err) != 0
        || seal_derive (&header, &passphrase, key, err) != 0
        || crypto_derive (key, "dpat keystore commitment", header.bytes + COMMITMENT_AT, err) != 0)
        return -1;
    seal_checksum (&header);
    return seal_make (&header, key, text, strlen (text), out, err);
}

int main (int argc, char **argv)
{
    struct error err = ERROR_INIT;
    AUTO (buffer) out;
    buffer_init (&out, 4096);
    if (argc != 2 || make (argv[1], &out, &err) != 0 || fwrite (out.data, 1, out.len, stdout) != out.len
        || fflush (stdout) != 0) {
        fprintf (stderr, "no keystore was made: %s\n", err.text);
        return 1;
    }
    return 0;
}
