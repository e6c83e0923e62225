/* Telling why a registry would refuse the tokens of this service. */
#include "src/core/registry_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "src/base/address.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/base/signing_key.h"
#include "src/base/yaml.h"

enum { CONFIG_MAX_BYTES = 1 << 20, IDS_MAX_BYTES = 64 * 1024 };

#define WRITE_ANEW                                                                                                     \
    "write its files anew (dpat registry config --out DIR --url URL) and restart the registry: it reads them once"

/* A configuration being checked. */
struct check {
    const struct registry_expectation *expected;
    const json_t *token; /* its auth.token */
    json_t *findings;
};

static void find (struct check *check, const char *severity, const char *hint, const char *fmt, ...)
    __attribute__ ((format (printf, 4, 5)));

static void find (struct check *check, const char *severity, const char *hint, const char *fmt, ...)
{
    char line[1024];
    va_list arguments;
    va_start (arguments, fmt);
    vsnprintf (line, sizeof (line), fmt, arguments);
    va_end (arguments);
    json_t *finding = json_object ();
    json_set_string (finding, "severity", severity);
    json_set_string (finding, "message", line);
    json_set_string (finding, "hint", hint);
    json_add (check->findings, finding);
}

static const char *text_of (const struct check *check, const char *key)
{
    return json_get_string (check->token, key);
}

/* Version 2.8 does not start without the first four. */
static void check_members (struct check *check)
{
    static const char *const needed[] = { "realm", "service", "issuer" };
    for (size_t i = 0; i < ARRAY_SIZE (needed); i++)
        if (text_of (check, needed[i]) == NULL)
            find (check, "error", "dpat registry config prints the whole block",
                  "auth.token.%s is missing, and the registry does not start without it", needed[i]);
    const char *audience = text_of (check, "service");
    const char *issuer = text_of (check, "issuer");
    if (audience && strcmp (audience, check->expected->audience) != 0)
        find (check, "error", "make it the same as dpat serve --registry-service says",
              "service is \"%s\", but tokens are made for \"%s\": the registry will say \"token intended for another "
              "audience\"",
              audience, check->expected->audience);
    if (issuer && strcmp (issuer, check->expected->issuer) != 0)
        find (check, "error", NULL,
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
        find (check, "error", "write it without quotes",
              "autoredirect is neither true nor false: the registry does not start");
    if (json_is_true (redirect))
        find (check, "warning", "leave autoredirect out unless dpat serve answers at the registry's own address",
              "autoredirect is on: clients are sent to /auth/token of the registry's address, and realm is not used");
    if (realm == NULL || json_is_true (redirect))
        return;
    bool tls = strncmp (realm, "https://", 8) == 0;
    if (!tls && strncmp (realm, "http://", 7) != 0)
        find (check, "error", NULL, "realm is \"%s\", and clients need a whole address that begins with https://",
              realm);
    else if (!is_token_path (path_of (realm)))
        find (check, "error", "tokens are made at /token and at /auth/token",
              "realm is \"%s\", where dpat serve makes no "
              "tokens",
              realm);
    if (strncmp (realm, "http://", 7) == 0 && !address_host_is_loopback (realm + 7))
        find (check, "warning", "use https://",
              "realm is \"%s\": clients send their tokens over the network in the clear", realm);
}

/* Whether the list of ids, one a line, has it. */
static bool has_id (const struct buffer *ids, const char *id)
{
    AUTOFREE char *line = xasprintf ("%s\n", id);
    return strstr (buffer_text (ids), line) != NULL;
}

/* See that a file has the key that signs, and the next one; ids are those that it has. */
static void check_ids (struct check *check, const char *path, const struct buffer *ids)
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
            find (check, "error", WRITE_ANEW,
                  "%s has the keys [%s], but tokens are signed with %s: the registry will say: token signed by "
                  "untrusted key with ID: \"%s\"",
                  path, known, id, id);
        else
            find (check, "warning", WRITE_ANEW, "%s does not have the key %s yet, which signs from %s on", path, id,
                  json_get_string (key, "signs_from"));
    }
}

/* Read a file that the configuration names as key; returns false when there is nothing more to see. */
static bool read_named (struct check *check, const char *key, const char *if_absent, const char *severity,
                        struct buffer *out)
{
    const char *path = text_of (check, key);
    struct error why = ERROR_INIT;
    buffer_init (out, CONFIG_MAX_BYTES);
    if (path == NULL) {
        find (check, severity, "dpat registry config --out DIR --url URL writes it", "auth.token.%s is missing: %s",
              key, if_absent);
        return false;
    }
    if (file_read (path, out, &why) == 0)
        return true;
    find (check, "error", "it must be there, and readable for the registry", "%s", why.text);
    return false;
}

static void check_bundle (struct check *check)
{
    AUTO (buffer) pem;
    AUTO (buffer) ids;
    struct error why = ERROR_INIT;
    buffer_init (&ids, IDS_MAX_BYTES);
    if (!read_named (check, "rootcertbundle", "docker-registry 2.8 does not start without it",
                     text_of (check, "jwks") ? "warning" : "error", &pem))
        return;
    const char *path = text_of (check, "rootcertbundle");
    int count = signing_key_list_certificates (buffer_text (&pem), pem.len, &ids, &why);
    if (count < 0)
        find (check, "error", WRITE_ANEW, "%s: %s", path, why.text);
    else if (count == 0)
        find (check, "error", WRITE_ANEW, "%s has no certificate: the registry does not start", path);
    else
        check_ids (check, path, &ids);
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
        find (check, "warning", WRITE_ANEW, "%s calls a key \"%s\" that dpat calls %s", path, kid ? kid : "", id);
}

static void check_jwks (struct check *check)
{
    AUTO (buffer) text;
    AUTO (buffer) ids;
    struct error why = ERROR_INIT;
    buffer_init (&ids, IDS_MAX_BYTES);
    if (!read_named (check, "jwks", "distribution 3 finds no key without it", "warning", &text))
        return;
    const char *path = text_of (check, "jwks");
    json_auto_t *set = json_parse (buffer_text (&text), text.len, path, ERROR_CONFIG, &why);
    const json_t *keys = json_object_get (set, "keys");
    if (!json_is_array (keys)) {
        find (check, "error", WRITE_ANEW, "%s is no JSON Web Key Set%s%s", path, why.text[0] ? ": " : "", why.text);
        return;
    }
    for (size_t i = 0; i < json_array_size (keys); i++)
        take_jwk (check, path, json_array_get (keys, i), &ids);
    check_ids (check, path, &ids);
}

static void check_token (struct check *check)
{
    check_members (check);
    check_realm (check);
    check_bundle (check);
    check_jwks (check);
}

/* What a registry needs to start at all, whoever may use it. */
static void check_start (struct check *check, const json_t *config)
{
    const json_t *version = json_object_get (config, "version");
    const char *text = json_string_value (version);
    bool known =
        text ? strcmp (text, "0.1") == 0 : json_real_value (version) > 0.09 && json_real_value (version) < 0.11;
    if (!json_is_object (config))
        find (check, "error", NULL, "it is empty, or no mapping: the registry does not start");
    else if (!known)
        find (check, "error", "begin with \"version: 0.1\"",
              "version is missing or not 0.1: the registry does not start");
    if (json_is_object (config) && !json_is_object (json_object_get (config, "storage")))
        find (check, "error", NULL, "storage is missing: the registry does not start");
}

/* Other ways of authentication that a registry has. */
static void check_auth (struct check *check, const json_t *config)
{
    static const char hint[] = "dpat registry config --out DIR --url URL prints what belongs there";
    const json_t *auth = json_object_get (config, "auth");
    const char *other = NULL;
    const char *key;
    json_t *value;
    check->token = json_object_get (auth, "token");
    json_object_foreach ((json_t *)(uintptr_t)auth, key, value) other = strcmp (key, "token") == 0 ? other : key;
    if (other && check->token)
        find (check, "error", hint, "auth has both \"token\" and \"%s\": the registry takes one and does not start",
              other);
    if (json_is_object (check->token))
        check_token (check);
    else if (check->token)
        find (check, "error", hint, "auth.token is empty");
    else if (other)
        find (check, "error", hint, "the registry authenticates by \"%s\", and asks for no token", other);
    else
        find (check, "error", hint, "there is no \"auth\": the registry lets everybody do everything");
}

int registry_check (const char *path, const struct registry_expectation *expected, json_t **ret_findings,
                    struct error *err)
{
    AUTO (buffer) text;
    struct error why = ERROR_INIT;
    buffer_init (&text, CONFIG_MAX_BYTES);
    if (file_read (path, &text, &why) != 0)
        return error_set (err, ERROR_CONFIG, "%s", why.text);
    json_auto_t *config = yaml_parse (buffer_text (&text), text.len, path, err);
    if (config == NULL)
        return -1;
    struct check check = { .expected = expected, .findings = json_array () };
    check_start (&check, config);
    check_auth (&check, config);
    *ret_findings = check.findings;
    return 0;
}
