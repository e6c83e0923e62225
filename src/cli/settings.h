/* Which service, user, store and folders are meant: command line, then environment, then config file, then default. */
#ifndef DPAT_CLI_SETTINGS_H
#define DPAT_CLI_SETTINGS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "src/base/error.h"

/* What --service can mean. */
enum service_kind { SERVICE_HUB, SERVICE_LOCAL, SERVICE_URL };

/* Options that every command takes, and those that several share (see enum accepts). Strings are borrowed from argv. */
struct common_options {
    const char *service;
    const char *user;
    const char *store;
    const char *key_file;
    const char *color;
    const char *docker_folder; /* of docker's own --config, where docker called us; NULL: its default */
    bool json;
    bool no_input;
    bool debug;
    bool help;
    bool version;
    bool porcelain;
    bool quiet;
    bool dry_run;
    bool yes;
    bool operator_mode;
};

/* The settings of one run. All strings are owned. */
struct settings {
    char *config_folder; /* NULL without HOME: there is no place for it */
    char *state_folder;  /* the same */
    json_t *config; /* the config file's object; empty when there is none */
    enum service_kind service_kind;
    char *service;             /* as written: "local", "hub", a URL */
    bool service_is_said;      /* by option, environment or config file: it is not the default */
    char *service_name;        /* as sessions are kept under: "local:/path/service.db", "hub", the URL */
    char *user;                /* NULL when nothing says who */
    char *store;               /* absolute */
    char *key_file;            /* NULL: beside the store */
    int64_t default_expires_s; /* 0: never */
    int timeout_ms;            /* of a service over HTTP; 0: the adapter's own */
};

/* The names of the settings of config.json, ending with NULL. Borrowed for ever. */
const char *const *settings_names (void);

/* What a setting is for, in one line. Borrowed for ever. */
const char *settings_help (const char *name);

/* Work everything out. ERROR_CONFIG for a config file or environment that cannot be used, ERROR_USAGE for options. */
int settings_load (struct settings *settings, const struct common_options *options, struct error *err);

/* Free what it owns. */
void settings_release (struct settings *settings);

/* See that there is a place for config.json and one for sessions and the keystore: ERROR_CONFIG without HOME. */
int settings_check_folders (struct error *err);

/* Read config.json of folder (NULL: there is no place for it) into an object, empty when there is none; every member is
 * checked. Owned. */
json_t *settings_read (const char *folder, struct error *err);

/* See that there is a setting of that name; ERROR_USAGE names the nearest one. */
int settings_check_name (const char *name, struct error *err);

/* One setting as it is written down: service URLs and registries in their normal form. Owned. NULL with ERROR_USAGE for
 * an unknown name (the nearest one is named) or a value of the wrong form. */
char *settings_clean (const char *name, const char *value, struct error *err);

/* Change settings in config.json under its lock: for each member of changes, a string sets it, null removes it, and an
 * object does the same one level below. */
int settings_write (const char *folder, json_t *changes, struct error *err);

/* Where the embedded service's store is or would be, whichever service is meant: absolute. Owned. NULL on failure. */
char *settings_store_path (const struct settings *settings, const struct common_options *options, struct error *err);

/* The registry remembered for the service, or NULL. Borrowed. */
const char *settings_registry (const struct settings *settings);

/* Whether variable is set to something else than "" and "0". */
bool settings_environment_flag (const char *variable);

#endif
