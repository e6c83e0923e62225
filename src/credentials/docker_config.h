/* The credentials of Docker, or of podman: their file, and the helper it names, with the client's rules for choosing
 * (docker/cli, containers/image). */
#ifndef DPAT_CREDENTIALS_DOCKER_CONFIG_H
#define DPAT_CREDENTIALS_DOCKER_CONFIG_H

#include <stdbool.h>

#include "src/base/memory.h"
#include "src/credentials/credentials.h"
#include "src/credentials/docker_rules.h"

struct docker_config;

/* Read a file by the rules to see that it can be used and where secrets go; nothing is written. path NULL means the one
 * that the rules find. A missing file is an empty one; one that does not parse, or holds a BOM, a non-object, duplicate
 * keys, or is above 16 MiB, is ERROR_CREDENTIALS_FILE. *ret_config is owned: docker_config_free. */
int docker_config_open (const struct docker_rules *rules, const char *path, struct docker_config **ret_config,
                        struct error *err);

/* NULL is fine. */
void docker_config_free (struct docker_config *config);
DEFINE_AUTOPTR (docker_config)

/* Whose rules it follows. Borrowed for ever. */
const struct docker_rules *docker_config_rules (const struct docker_config *config);

/* The file that was opened, absolute where it could be made so. Borrowed. */
const char *docker_config_path (const struct docker_config *config);

/* What rests for a key, as far as it can be told. */
enum docker_holding { DOCKER_HAS_NONE, DOCKER_HAS_ONE, DOCKER_HELPER_DOES_NOT_TELL };

/* Where a secret for key would be stored, for people: "/home/a/.docker/config.json" or "docker-credential-pass".
 * Borrowed. */
const char *docker_config_stored_in (struct docker_config *config, const char *key);

/* Where one that was stored rests, as far as can be seen without asking a helper: in the file if matches (context,
 * credential) knows what that holds, though a helper was named since. NULL when the file shows that it is not there any
 * more. Borrowed. */
const char *docker_config_found_in (struct docker_config *config, const char *key,
                                    bool (*matches) (void *context, const struct credential *credential),
                                    void *context);

/* Whether a secret for key rests in clear text (base64) in the file, of which docker warns. */
bool docker_config_is_plain (const struct docker_config *config, const char *key);

/* See that docker can read the file, once the entry of key (NULL: none) is replaced; see docker_fault_check. podman
 * reads entries one by one, and nothing is found for its files. */
int docker_config_check_readable (const struct docker_config *config, const char *key, struct error *err);

/* See that a secret for key could be stored now, and found: the folder and file can be written, docker can read the
 * file if that is where the secret goes, the helper is on PATH, and no helper has the host of a key that names a
 * repository. */
int docker_config_check (struct docker_config *config, const char *key, struct error *err);

/* Whether DOCKER_AUTH_CONFIG has credentials for key: docker 28.3 and later uses those, whatever rests elsewhere;
 * podman never does. */
bool docker_config_is_overridden (const struct docker_config *config, const char *key);

/* Why a helper that docker chooses by itself, because the file names none and has no entries, is not used: it cannot be
 * used. NULL when there is none such, or it is used. Borrowed, until the next put. */
const char *docker_config_unusable_store (const struct docker_config *config);

/* What rests for key. Where its helper answers in words that are not those of the protocol it is seen whether that
 * works at all (helper_try): ERROR_CREDENTIAL_HELPER when it does not. */
int docker_config_look (struct docker_config *config, const char *key, struct credential *ret_credential,
                        enum docker_holding *ret_holding, struct error *err);

/* The same where a helper that does not tell is an error. */
int docker_config_get (struct docker_config *config, const char *key, struct credential *ret_credential,
                       bool *ret_found, struct error *err);

/* Store for key, as the client's login would: in the helper (and, of docker's, an empty marker entry in the file), or
 * in the file, under the lock and on the file as it is now. Unknown keys, their order, a symbolic link, mode and owner
 * are kept. A helper that docker chooses by itself is named in the file then, as docker does; where that helper fails,
 * the file is used: docker_config_unusable_store. */
int docker_config_put (struct docker_config *config, const char *key, const struct credential *credential,
                       struct error *err);

/* The helper that config.json names for all registries (credsStore); NULL when it names none. Borrowed. */
const char *docker_config_store (const struct docker_config *config);

/* Remove what rests for key, in the helper and in the file, if matches (context, credential) says so, all under the
 * lock; *ret_erased tells. NULL matches removes whatever is there. Where there is no file, there is nothing. */
int docker_config_erase (struct docker_config *config, const char *key,
                         bool (*matches) (void *context, const struct credential *credential), void *context,
                         bool *ret_erased, struct error *err);

#endif
