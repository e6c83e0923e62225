/* Where the keystore's passphrase comes from. */
#include "src/cli/keystore_input.h"

#include "src/cli/prompt.h"
#include "src/cli/secret_file.h"

#define PASSPHRASE_FILE "DPAT_PASSPHRASE_FILE"

enum { PASSPHRASE_MIN_BYTES = 8 };

static int get (void *context, struct secret *ret_passphrase, struct error *err)
{
    const struct passphrase_input *input = context;
    bool found;
    if (secret_file_read (PASSPHRASE_FILE, ret_passphrase, &found, err) != 0)
        return -1;
    if (found)
        return 0;
    if (prompt_secret ("Passphrase of dpat's keystore", input->no_input, ret_passphrase, err) == 0)
        return 0;
    if (err && err->code != ERROR_NO_INPUT)
        return -1;
    error_set (err, ERROR_KEYSTORE_LOCKED, "the keystore is locked, and there is nobody to ask for its passphrase");
    return error_hint (err, "unlock it: dpat keystore unlock; or name a file in DPAT_PASSPHRASE_FILE");
}

struct passphrase_source keystore_passphrase_source (struct passphrase_input *input)
{
    return (struct passphrase_source){ .get = get, .context = input };
}

int keystore_check_passphrase (const struct secret *passphrase, struct error *err)
{
    if (passphrase->len >= PASSPHRASE_MIN_BYTES)
        return 0;
    return error_set (err, ERROR_INVALID_PASSWORD, "the passphrase is shorter than %d bytes", PASSPHRASE_MIN_BYTES);
}

int keystore_new_passphrase (bool no_input, struct secret *ret_passphrase, struct error *err)
{
    bool found;
    if (secret_file_read (PASSPHRASE_FILE, ret_passphrase, &found, err) != 0)
        return -1;
    if (!found && prompt_new_secret ("New passphrase of dpat's keystore", no_input, ret_passphrase, err) != 0)
        return err && err->code == ERROR_NO_INPUT ? error_hint (err, "name a file with it in DPAT_PASSPHRASE_FILE")
                                                  : -1;
    return keystore_check_passphrase (ret_passphrase, err);
}
