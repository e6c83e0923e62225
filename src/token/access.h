/* What a client of a registry asks for and is granted, as registries write it ("repository:team/app:pull,push"), and
 * the rules by which a grant is cut. No input or output here.
 *
 * Source: distribution's specification of registry tokens (spec/auth/scope.md, spec/auth/token.md). */
#ifndef DPAT_TOKEN_ACCESS_H
#define DPAT_TOKEN_ACCESS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "src/base/buffer.h"
#include "src/token/scope.h"

/* Bytes of the name of a repository at most, and a NUL; and of its namespace. */
#define REPOSITORY_NAME_SIZE 256
#define NAMESPACE_SIZE 129

/* Resources of one request at most; what is asked for beyond them is not granted. */
#define ACCESS_MAX 100

/* What may be done to a repository. */
enum access_action { ACCESS_PULL = 1 << 0, ACCESS_PUSH = 1 << 1, ACCESS_DELETE = 1 << 2 };

/* What can be asked for: a repository, or the catalogue of them all. */
enum access_type { ACCESS_REPOSITORY, ACCESS_CATALOG };

/* One resource and what is asked for, or granted, of it. */
struct access {
    enum access_type type;
    char name[REPOSITORY_NAME_SIZE]; /* of the repository */
    unsigned actions;                /* of enum access_action; of the catalogue not 0 for all there is */
};

/* Resources in the order they were first asked for, each once. */
struct access_list {
    struct access *items; /* owned */
    size_t count;
};

/* What an account may do in a namespace; each implies those before it. */
enum namespace_right { RIGHT_NONE, RIGHT_READ, RIGHT_WRITE, RIGHT_ADMIN };

/* Free a list. */
void access_list_release (struct access_list *list);

/* Add what a scope parameter asks for: resources divided by spaces, "TYPE[(CLASS)]:NAME:ACTION[,ACTION]…". What is
 * unknown or malformed asks for nothing, as the specification has it; "*" asks for all actions. */
void access_list_parse (struct access_list *list, const char *scope);

/* The `access` claim of a registry token: [{"type","name","actions"}]; resources of which nothing is granted are left
 * out. Owned. */
json_t *access_list_to_json (const struct access_list *list);

/* The same as a scope parameter, appended to out. */
void access_list_format (const struct access_list *list, struct buffer *out);

/* What of the asked actions on a repository is granted to who has right in its namespace, by a token of these scopes.
 * scopes NULL is somebody without a token who gave no password either; is_public lets everybody pull. */
unsigned access_cut (unsigned asked, enum namespace_right right, const struct scopes *scopes, bool is_public);

/* Whether name is a repository's: path components of a-z and 0-9 with ".", "_", "__" or "-" inside, divided by slashes
 * (distribution's reference grammar), 255 bytes at most. */
bool repository_name_is_valid (const char *name);

/* Whether name is a namespace's: one path component. */
bool namespace_is_valid (const char *name);

/* The namespace of a repository: what stands before its first slash, or the whole name. Returns out. */
const char *namespace_of (const char *repository, char out[NAMESPACE_SIZE]);

/* "read", "write", "admin". Borrowed for ever. */
const char *namespace_right_name (enum namespace_right right);

/* Read one of those. RIGHT_NONE for anything else. */
enum namespace_right namespace_right_parse (const char *text);

#endif
