/* Docker's config.json, or podman's auth.json, as a document, and ADAPTER of credentials.h: the entries under its
 * "auths". */
#ifndef DPAT_CREDENTIALS_DOCKER_FILE_H
#define DPAT_CREDENTIALS_DOCKER_FILE_H

#include <jansson.h>

#include "src/base/file.h"
#include "src/credentials/credentials.h"
#include "src/credentials/docker_rules.h"

/* One reading of config.json. With a lock held it may be written back. */
struct docker_file {
    char *path;      /* owned */
    json_t *root;    /* an object; empty when there is no file */
    json_t *as_read; /* as it was, when it was opened for changing and there was a file */
    bool ended_with_newline;
    struct file_lock lock;
};

/* Read path (for what is refused see docker_config_open). Release with docker_file_release. */
int docker_file_read (struct docker_file *file, const char *path, struct error *err);

/* The same under the lock, which is held until release; the folder is made (0700) when absent. */
int docker_file_edit (struct docker_file *file, const char *path, struct error *err);

/* See that path could be written now, as file_check_replace does: before something is made that is to go there.
 * ERROR_CREDENTIALS_FILE, ERROR_FILE_LOCKED. */
int docker_file_check (const char *path, struct error *err);

/* Write the document back, as docker formats it; one that is as it was read is not written. Needs docker_file_edit. */
int docker_file_write (struct docker_file *file, struct error *err);

/* Let go of lock and document. */
void docker_file_release (struct docker_file *file);

/* The helper that the client uses for key: credHelpers[key] exactly, else, where the rules have that, credsStore; NULL
 * means the file. Borrowed. */
const char *docker_file_helper (const struct docker_file *file, const struct docker_rules *rules, const char *key);

/* Whether the file names a helper or has an entry; where it does neither, docker chooses a helper by itself. */
bool docker_file_has_auth (const struct docker_file *file);

/* The helper of credsStore, NULL when there is none (borrowed); and setting it. */
const char *docker_file_store (const struct docker_file *file);
void docker_file_set_store (struct docker_file *file, const char *helper);

/* What docker compares of keys when none is the one it looks for: "reg.example:5000" of "https://reg.example:5000/v2/".
 * Owned. */
char *docker_file_host_of (const char *key);

/* What the entry that the client would find for key holds, as docker_auth_read has it. Returns whether that is
 * anything. */
bool docker_file_get (const struct docker_file *file, const struct docker_rules *rules, const char *key,
                      struct credential *ret_credential);

/* See that docker can read the file, once the entry of key (NULL: none) is replaced; see docker_fault_check. */
int docker_file_check_readable (const struct docker_file *file, const char *key, struct error *err);

/* Have docker use a helper for one host, whatever credsStore says: credHelpers; "" means the file. */
void docker_file_set_helper (struct docker_file *file, const char *host, const char *helper);

/* The keys of all entries, in their order. *ret_count tells how many; the array and each are owned. */
char **docker_file_keys (const struct docker_file *file, size_t *ret_count);

/* Whether the entry of key is the empty one that says that a helper has the secret. */
bool docker_file_is_marked (const struct docker_file *file, const char *key);

/* Whether there is an entry of exactly that key, be it empty. */
bool docker_file_has_entry (const struct docker_file *file, const char *key);

/* Take out the entry of key. Returns whether there was one. */
bool docker_file_remove (struct docker_file *file, const char *key);

/* Replace the entry of key by "{}", which says that a helper has it. */
void docker_file_mark (struct docker_file *file, const char *key);

/* The adapter: get, put and erase on path by the rules. Owned: credentials_free. */
struct credentials *docker_file_credentials (const struct docker_rules *rules, const char *path);

#endif
