/* Telling why a registry would refuse the tokens of this service. */
#include "src/core/registry_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "src/base/address.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/base/signing_key.h"
#include "src/base/yaml.h"
#include "src/core/registry_check_private.h"

enum { CONFIG_MAX_BYTES = 1 << 20, IDS_MAX_BYTES = 64 * 1024 };

#define WRITE_ANEW                                                                                                     \
    "write its files anew (dpat registry config --out DIR --url URL) and restart the registry: it reads them once"

static const char *const versions[] = { "2", "3" }; /* by their bits */

static json_t *version_list (unsigned bits)
{
    json_t *list = json_array ();
    for (size_t i = 0; i < ARRAY_SIZE (versions); i++)
        if (bits & (1U << i))
            json_add (list, json_string (versions[i]));
    return list;
}

void registry_find (struct check *check, unsigned refusing, const char *severity, const char *hint, const char *fmt,
                    ...)
{
    char line[1024];
    va_list arguments;
    va_start (arguments, fmt);
    vsnprintf (line, sizeof (line), fmt, arguments);
    va_end (arguments);
    if (check->asked)
        severity = check->asked & refusing ? "error" : "warning";
    check->works &= ~refusing;
    json_t *finding = json_object ();
    json_set_string (finding, "severity", severity);
    json_set_string (finding, "message", line);
    json_set_string (finding, "hint", hint);
    json_set (finding, "refused_by", version_list (refusing));
    json_add (check->findings, finding);
}

static const char *text_of (const struct check *check, const char *key)
{
    return json_get_string (check->token, key);
}

/* See that a member is text; where it is not there, nothing is said. */
static void check_text (struct check *check, const char *key, unsigned refusing)
{
    const json_t *value = json_object_get (check->token, key);
    if (value && !json_is_null (value) && !json_is_string (value))
        registry_find (
            check, refusing, "error", "put its value into double quotes",
            "auth.token.%s is not text: without quotes YAML reads it as a number, true, false or a list, and "
            "the registry does not start",
            key);
}

/* No version starts without these. */
static void check_members (struct check *check)
{
    static const char *const needed[] = { "realm", "service", "issuer" };
    for (size_t i = 0; i < ARRAY_SIZE (needed); i++) {
        const json_t *value = json_object_get (check->token, needed[i]);
        check_text (check, needed[i], BOTH_VERSIONS);
        if (value == NULL || json_is_null (value))
            REFUSE (check, "dpat registry config prints the whole block",
                    "auth.token.%s is missing, and the registry does not start without it", needed[i]);
    }
    const char *audience = text_of (check, "service");
    const char *issuer = text_of (check, "issuer");
    if (audience && strcmp (audience, check->expected->audience) != 0)
        REFUSE (check, "make it the same as dpat serve --registry-service says",
                "service is \"%s\", but tokens are made for \"%s\": the registry will say \"token intended for another "
                "audience\"",
                audience, check->expected->audience);
    if (issuer && strcmp (issuer, check->expected->issuer) != 0)
        REFUSE (check, NULL,
                "issuer is \"%s\", and must be \"%s\": the registry will say \"token from untrusted issuer\"", issuer,
                check->expected->issuer);
}

/* The path of a URL; "" when it has none. */
static const char *path_of (const char *url)
{
    const char *host = strstr (url, "://");
    const char *path = host ? strchr (host + 3, '/') : NULL;
    return path ? path : "";
}

static bool is_token_path (const char *path)
{
    static const char *const paths[] = { "/token", "/auth/token", "/token/", "/auth/token/" };
    for (size_t i = 0; i < ARRAY_SIZE (paths); i++)
        if (strcmp (path, paths[i]) == 0)
            return true;
    return false;
}

static void check_realm (struct check *check)
{
    const char *realm = text_of (check, "realm");
    const json_t *redirect = json_object_get (check->token, "autoredirect");
    if (redirect && !json_is_boolean (redirect))
        REFUSE (check, "write it without quotes",
                "autoredirect is neither true nor false: the registry does not start");
    if (json_is_true (redirect))
        WARN (check, "leave autoredirect out unless dpat serve answers at the registry's own address",
              "autoredirect is on: clients are sent to /auth/token of the registry's address, and realm is not used");
    if (realm == NULL || json_is_true (redirect))
        return;
    if (strchr (realm, '@')) {
        REFUSE (check, "leave the user out: clients show their own",
                "realm has an \"@\", as if a user and a password were in it; no client uses those");
        return;
    }
    bool tls = strncmp (realm, "https://", 8) == 0;
    check->realm = realm;
    if (!tls && strncmp (realm, "http://", 7) != 0)
        REFUSE (check, NULL, "realm is \"%s\", and clients need a whole address that begins with https://", realm);
    else if (!is_token_path (path_of (realm)))
        REFUSE (check, "tokens are made at /token and at /auth/token",
                "realm is \"%s\", where dpat serve makes no tokens", realm);
    if (strncmp (realm, "http://", 7) == 0 && !address_host_is_loopback (realm + 7))
        WARN (check, "use https://", "realm is \"%s\": clients send their tokens over the network in the clear", realm);
}

/* Whether the list of ids, one a line, has it. */
static bool has_id (const struct buffer *ids, const char *id)
{
    AUTOFREE char *line = xasprintf ("%s\n", id);
    return strstr (buffer_text (ids), line) != NULL;
}

/* See that a file, which one version reads, has the key that signs, and the next one; ids are those that it has. */
static void check_ids (struct check *check, unsigned version, const char *path, const struct buffer *ids)
{
    for (size_t i = 0; i < json_array_size (check->expected->keys); i++) {
        const json_t *key = json_array_get (check->expected->keys, i);
        const char *id = json_get_string (key, "id");
        const char *state = json_get_string (key, "state");
        AUTOFREE char *known = xstrdup (buffer_text (ids));
        for (char *at = strchr (known, '\n'); at; at = strchr (at, '\n'))
            *at = at[1] ? ' ' : '\0';
        if (has_id (ids, id) || strcmp (state, "former") == 0)
            continue;
        if (strcmp (state, "signing") == 0)
            registry_find (
                check, version, "error", WRITE_ANEW,
                "%s has the keys [%s], but tokens are signed with %s: the registry will say: token signed by "
                "untrusted key with ID: \"%s\"",
                path, known, id, id);
        else
            WARN (check, WRITE_ANEW, "%s does not have the key %s yet, which signs from %s on", path, id,
                  json_get_string (key, "signs_from"));
    }
}

/* Read a file that the configuration names as key, and without which these versions do not start. Returns false when
 * there is nothing more to see. */
static bool read_named (struct check *check, const char *key, unsigned refusing, struct buffer *out)
{
    const char *path = text_of (check, key);
    struct error why = ERROR_INIT;
    buffer_init (out, CONFIG_MAX_BYTES);
    if (path && file_read (path, out, &why) == 0)
        return true;
    if (path)
        registry_find (check, refusing, "error", "it must be there, and readable for the registry", "%s", why.text);
    return false;
}

/* Of a file that is not named; where the other one is, a registry of the other version works. */
static void find_missing (struct check *check, const char *key, unsigned refusing, const char *other, const char *fmt)
{
    bool alone = text_of (check, other) == NULL;
    check_text (check, key, refusing);
    if (text_of (check, key) == NULL)
        registry_find (check, refusing, alone ? "error" : "warning",
                       "dpat registry config --out DIR --url URL writes it", "auth.token.%s is missing: %s", key, fmt);
}

static void check_bundle (struct check *check)
{
    AUTO (buffer) pem;
    AUTO (buffer) ids;
    struct error why = ERROR_INIT;
    buffer_init (&ids, IDS_MAX_BYTES);
    find_missing (check, "rootcertbundle", VERSION_2, "jwks", "docker-registry 2.8 does not start without it");
    if (!read_named (check, "rootcertbundle", BOTH_VERSIONS, &pem))
        return;
    const char *path = text_of (check, "rootcertbundle");
    int count = signing_key_list_certificates (buffer_text (&pem), pem.len, &ids, &why);
    if (count < 0)
        REFUSE (check, WRITE_ANEW, "%s: %s", path, why.text);
    else if (count == 0)
        REFUSE (check, WRITE_ANEW, "%s has no certificate: the registry does not start", path);
    else
        check_ids (check, VERSION_2, path, &ids);
}

/* A key in the set counts under its "kid", and only when that is what we call it. */
static void take_jwk (struct check *check, const char *path, const json_t *jwk, struct buffer *ids)
{
    const char *kid = json_get_string (jwk, "kid");
    const char *x = json_get_string (jwk, "x");
    const char *y = json_get_string (jwk, "y");
    char id[SIGNING_KEY_ID_SIZE];
    if (x == NULL || y == NULL || signing_key_id_of_point (x, y, id) != 0)
        return;
    if (kid && strcmp (kid, id) == 0)
        buffer_printf (ids, "%s\n", id);
    else
        WARN (check, WRITE_ANEW, "%s calls a key \"%s\" that dpat calls %s", path, kid ? kid : "", id);
}

static void check_jwks (struct check *check)
{
    AUTO (buffer) text;
    AUTO (buffer) ids;
    struct error why = ERROR_INIT;
    buffer_init (&ids, IDS_MAX_BYTES);
    find_missing (check, "jwks", VERSION_3, "rootcertbundle", "distribution 3 finds no key without it");
    if (!read_named (check, "jwks", VERSION_3, &text))
        return;
    const char *path = text_of (check, "jwks");
    json_auto_t *set = json_parse (buffer_text (&text), text.len, path, ERROR_CONFIG, &why);
    const json_t *keys = json_object_get (set, "keys");
    if (!json_is_array (keys)) {
        registry_find (check, VERSION_3, "error", WRITE_ANEW, "%s is no JSON Web Key Set%s%s", path,
                       why.text[0] ? ": " : "", why.text);
        return;
    }
    for (size_t i = 0; i < json_array_size (keys); i++)
        take_jwk (check, path, json_array_get (keys, i), &ids);
    check_ids (check, VERSION_3, path, &ids);
}

/* Version 3 can be told which algorithms it takes. */
static void check_algorithms (struct check *check)
{
    const json_t *list = json_object_get (check->token, "signingalgorithms");
    bool found = list == NULL || json_is_null (list);
    for (size_t i = 0; i < json_array_size (list) && !found; i++) {
        const char *name = json_string_value (json_array_get (list, i));
        found = name && strcmp (name, "ES256") == 0;
    }
    if (!found)
        registry_find (check, VERSION_3, "error", "add ES256 to it, or leave it out",
                       "auth.token.signingalgorithms has no ES256, by which dpat signs");
}

static void check_token (struct check *check)
{
    check_members (check);
    check_realm (check);
    check_bundle (check);
    check_jwks (check);
    check_algorithms (check);
    registry_check_hosts (check);
}

/* Whether a member of storage is a setting beside the driver; "tag" is one since version 3. */
static bool is_setting (const char *key)
{
    static const char *const settings[] = { "maintenance", "cache", "delete", "redirect", "tag" };
    for (size_t i = 0; i < ARRAY_SIZE (settings); i++)
        if (strcmp (key, settings[i]) == 0)
            return true;
    return false;
}

static void check_storage (struct check *check)
{
    json_t *storage = json_object_get (check->config, "storage");
    const char *key, *first = NULL, *other = NULL;
    json_t *value;
    json_object_foreach (storage, key, value)
    {
        if (!is_setting (key) && first)
            other = key;
        else if (!is_setting (key))
            first = key;
    }
    if (!json_is_object (storage))
        REFUSE (check, NULL, "storage is missing: the registry does not start");
    else if (first == NULL)
        REFUSE (check, NULL, "storage names no driver: the registry does not start");
    else if (other)
        REFUSE (check, "leave one of them; REGISTRY_STORAGE=NAME in the environment replaces the one in the file",
                "storage has both \"%s\" and \"%s\": the registry takes one and does not start", first, other);
    else if (json_object_get (storage, "tag"))
        registry_find (check, VERSION_2, "warning", "leave it out for version 2",
                       "storage has \"tag\", which docker-registry 2.8 takes for a driver: it does not start");
}

static void check_level (struct check *check, const json_t *level, const char *name)
{
    static const char *const levels[] = { "error", "warn", "info", "debug" };
    const char *text = json_string_value (level);
    bool found = level == NULL || json_is_null (level);
    for (size_t i = 0; i < ARRAY_SIZE (levels) && !found; i++)
        found = text && strcasecmp (text, levels[i]) == 0;
    if (!found)
        REFUSE (check, NULL, "%s is none of error, warn, info and debug: the registry does not start", name);
}

/* What a registry needs to start at all, whoever may use it. */
static void check_start (struct check *check)
{
    const json_t *config = check->config;
    const json_t *version = json_object_get (config, "version");
    const char *text = json_string_value (version);
    bool known =
        text ? strcmp (text, "0.1") == 0 : json_real_value (version) > 0.09 && json_real_value (version) < 0.11;
    if (!json_is_object (config))
        REFUSE (check, NULL, "it is empty, or no mapping: the registry does not start");
    else if (!known)
        REFUSE (check, "begin with \"version: 0.1\"", "version is missing or not 0.1: the registry does not start");
    if (!json_is_object (config))
        return;
    check_storage (check);
    check_level (check, json_object_get (json_object_get (config, "log"), "level"), "log.level");
    check_level (check, json_object_get (config, "loglevel"), "loglevel");
}

/* Other ways of authentication that a registry has. */
static void check_auth (struct check *check)
{
    static const char hint[] = "dpat registry config --out DIR --url URL prints what belongs there";
    const json_t *auth = json_object_get (check->config, "auth");
    const char *other = NULL;
    const char *key;
    json_t *value;
    check->token = json_object_get (auth, "token");
    json_object_foreach ((json_t *)(uintptr_t)auth, key, value) other = strcmp (key, "token") == 0 ? other : key;
    if (other && check->token)
        REFUSE (check, hint, "auth has both \"token\" and \"%s\": the registry takes one and does not start", other);
    if (json_is_object (check->token))
        check_token (check);
    else if (check->token)
        REFUSE (check, hint, "auth.token is empty");
    else if (other)
        REFUSE (check, hint, "the registry authenticates by \"%s\", and asks for no token", other);
    else
        REFUSE (check, hint, "there is no \"auth\": the registry lets everybody do everything");
}

/* "2", "2.8", "3.1.2": the first number counts. */
static int parse_version (const char *text, unsigned *ret_bit, struct error *err)
{
    *ret_bit = NEITHER;
    if (text == NULL)
        return 0;
    for (size_t i = 0; i < ARRAY_SIZE (versions); i++)
        if (text[0] == versions[i][0] && (text[1] == '\0' || text[1] == '.')
            && strspn (text + 1, ".0123456789") == strlen (text + 1))
            *ret_bit = 1U << i;
    if (*ret_bit)
        return 0;
    error_set (err, ERROR_USAGE, "\"%.40s\" is not a version of the registry that dpat knows", text);
    return error_hint (err, "versions are 2 (docker-registry 2.8) and 3 (distribution 3)");
}

static bool has_error (const json_t *findings)
{
    for (size_t i = 0; i < json_array_size (findings); i++)
        if (strcmp (json_get_string (json_array_get (findings, i), "severity"), "error") == 0)
            return true;
    return false;
}

static json_t *read_config (const char *path, struct error *err)
{
    AUTO (buffer) text;
    struct error why = ERROR_INIT;
    buffer_init (&text, CONFIG_MAX_BYTES);
    if (file_read (path, &text, &why) != 0) {
        error_set (err, ERROR_CONFIG, "%s", why.text);
        return NULL;
    }
    return yaml_parse (buffer_text (&text), text.len, path, err);
}

int registry_check (const struct registry_wish *wish, const struct registry_expectation *expected, json_t **ret_result,
                    struct error *err)
{
    unsigned asked;
    if (parse_version (wish->version, &asked, err) != 0)
        return -1;
    json_auto_t *config = read_config (wish->path, err);
    json_auto_t *findings = json_array ();
    json_auto_t *names = json_array ();
    struct check check = {
        .expected = expected, .config = config, .asked = asked, .works = BOTH_VERSIONS, .findings = findings
    };
    if (config == NULL || registry_apply_environment (&check, wish, config, names, err) != 0)
        return -1;
    check_start (&check);
    check_auth (&check);
    json_t *result = json_object ();
    json_set (result, "ok", json_boolean (!has_error (findings)));
    json_set (result, "works_for", version_list (check.works));
    json_set (result, "environment", json_incref (names));
    json_set (result, "findings", json_incref (findings));
    *ret_result = result;
    return 0;
}
