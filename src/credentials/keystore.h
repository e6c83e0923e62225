/* ADAPTER of credentials.h: dpat's own sealed file, for machines that have no credential manager.
 *
 * Everything in it is sealed, the names of the servers too (seal.h). The derived key may rest in the kernel's keyring
 * for a while (keyring.h); else it comes from a passphrase. Where the file is not there, nothing is to be erased, and
 * all else is ERROR_KEYSTORE. Errors are ERROR_KEYSTORE, and ERROR_KEYSTORE_LOCKED where the passphrase is needed and
 * wrong or not to be had. */
#ifndef DPAT_CREDENTIALS_KEYSTORE_H
#define DPAT_CREDENTIALS_KEYSTORE_H

#include <stdbool.h>

#include "src/base/memory.h"
#include "src/credentials/credentials.h"

struct keystore;

/* Where a passphrase comes from when the keyring has no key: get fills *ret_passphrase (owned by the caller) or fails.
 */
struct passphrase_source {
    int (*get) (void *context, struct secret *ret_passphrase, struct error *err);
    void *context;
};

/* The keystore in folder (the file "keystore"). Nothing is read yet. passphrases, which may be NULL where only
 * keystore_status is asked, is borrowed as long as it lives. Owned: keystore_free. */
struct keystore *keystore_new (const char *folder, const struct passphrase_source *passphrases);

/* Wipe and free. NULL is fine. */
void keystore_free (struct keystore *keystore);
DEFINE_AUTOPTR (keystore)

/* The path of its file. Borrowed. */
const char *keystore_path (const struct keystore *keystore);

/* Make an empty keystore under passphrase; ERROR_FILE_EXISTS when there is one. */
int keystore_init (struct keystore *keystore, const struct secret *passphrase, struct error *err);

/* See that it can be opened; the key is then known. */
int keystore_check (struct keystore *keystore, struct error *err);

/* See that something could be put into it now, as file_check_replace does: before something is made that is to go
 * there. */
int keystore_check_write (struct keystore *keystore, struct error *err);

/* Seal it anew under another passphrase; a key that rests in the keyring is forgotten. */
int keystore_set_passphrase (struct keystore *keystore, const struct secret *passphrase, struct error *err);

/* Get the key by passphrase and keep it in the keyring for so many seconds. */
int keystore_unlock (struct keystore *keystore, unsigned life_s, struct error *err);

/* Forget the key in the keyring. *ret_was tells whether there was one. */
int keystore_lock (struct keystore *keystore, bool *ret_was, struct error *err);

/* What is known without a passphrase. */
struct keystore_status {
    bool exists;
    bool unlocked; /* the keyring has its key */
};

/* See how it stands; nothing is asked. */
int keystore_status (struct keystore *keystore, struct keystore_status *ret_status, struct error *err);

/* The port's view of the registries' credentials in it. Borrowed as long as it lives. */
struct credentials *keystore_credentials (struct keystore *keystore);

/* The port's view of dpat's own sessions in it, which are apart: no key of the one is found in the other. Borrowed as
 * long as it lives. */
struct credentials *keystore_sessions (struct keystore *keystore);

/* Remove the registry's credentials under key if matches (context, credential) says so, all under the lock; *ret_erased
 * tells. */
int keystore_erase_if (struct keystore *keystore, const char *key,
                       bool (*matches) (void *context, const struct credential *credential), void *context,
                       bool *ret_erased, struct error *err);

/* Call each for every registry's entry, by server name; a non-zero return of each ends the walk and is returned. */
int keystore_walk (struct keystore *keystore, int (*each) (void *context, const char *key, const char *user),
                   void *context, struct error *err);

#endif
