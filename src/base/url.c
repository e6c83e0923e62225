/* The addresses that people type. */
#include "src/base/url.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/memory.h"

enum { NAME_MAX_BYTES = 253, LABEL_MAX_BYTES = 63, PORT_MAX = 65535, PORT_DIGITS_MAX = 5 };

static bool is_letter_or_digit (char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_label (const char *label, size_t len, enum url_hosts hosts)
{
    bool allows_underscore = hosts == URL_HOSTS_OF_SERVICES;
    if (len == 0 || len > LABEL_MAX_BYTES || label[0] == '-' || label[len - 1] == '-')
        return false;
    for (size_t i = 0; i < len; i++)
        if (!is_letter_or_digit (label[i]) && label[i] != '-' && !(allows_underscore && label[i] == '_'))
            return false;
    return true;
}

static bool is_name (const char *name, size_t len, enum url_hosts hosts)
{
    const char *end = name + len;
    if (len > NAME_MAX_BYTES)
        return false;
    for (const char *label = name;;) {
        const char *dot = memchr (label, '.', (size_t)(end - label));
        if (!is_label (label, (size_t)((dot ? dot : end) - label), hosts))
            return false;
        if (dot == NULL)
            return true;
        label = dot + 1;
    }
}

static bool is_ipv6 (const char *text, size_t len)
{
    struct in6_addr address;
    AUTOFREE char *plain = xstrndup (text, len);
    return strlen (plain) == len && inet_pton (AF_INET6, plain, &address) == 1;
}

static bool is_port (const char *text, size_t len)
{
    unsigned number = 0;
    if (len == 0 || len > PORT_DIGITS_MAX || text[0] == '0')
        return false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        number = 10 * number + (unsigned)(text[i] - '0');
    }
    return number <= PORT_MAX;
}

bool url_is_authority (const char *text, size_t len, enum url_hosts hosts)
{
    const char *bracket = len > 0 && text[0] == '[' ? memchr (text, ']', len) : NULL;
    const char *host_end = bracket ? bracket + 1 : memchr (text, ':', len);
    size_t host_len = host_end ? (size_t)(host_end - text) : len;
    bool is_host = bracket ? is_ipv6 (text + 1, host_len - 2) : is_name (text, host_len, hosts);
    if (!is_host || host_len == len)
        return is_host;
    return text[host_len] == ':' && is_port (text + host_len + 1, len - host_len - 1);
}

const char *url_skip_scheme (const char *text, const char *const *schemes)
{
    for (size_t i = 0; schemes[i]; i++) {
        size_t len = strlen (schemes[i]);
        if (strncasecmp (text, schemes[i], len) == 0 && strncmp (text + len, "://", 3) == 0)
            return text + len + 3;
    }
    return text;
}

static bool has_stray_character (const char *text)
{
    for (const char *at = text; *at; at++)
        if ((unsigned char)*at <= ' ' || (unsigned char)*at >= 0x7f || strchr ("?#\"<>\\", *at))
            return true;
    return false;
}

/* SCHEME and HOST[:PORT] in small letters, without the port that the scheme means anyway, and the path. */
static char *join_normal (bool plain, const char *authority, size_t len, const char *path)
{
    AUTOFREE char *lower = xstrndup (authority, len);
    for (char *at = lower; *at; at++)
        *at = (char)tolower ((unsigned char)*at);
    char *port = strrchr (lower, ':');
    if (port && strcmp (port, plain ? ":80" : ":443") == 0 && (lower[0] != '[' || port[-1] == ']'))
        *port = '\0';
    size_t path_len = strlen (path);
    while (path_len > 0 && path[path_len - 1] == '/')
        path_len--;
    return xasprintf ("%s://%s%.*s", plain ? "http" : "https", lower, (int)path_len, path);
}

char *url_normalise (const char *text, struct error *err)
{
    static const char *const https[] = { "https", NULL };
    static const char *const http[] = { "http", NULL };
    const char *authority = url_skip_scheme (text, https);
    bool plain = authority == text;
    if (plain)
        authority = url_skip_scheme (text, http);
    size_t len = strcspn (authority, "/?#");
    if (memchr (authority, '@', len)) {
        error_set (err, ERROR_USAGE, "the service's URL has a user in it");
        error_hint (err, "write it as https://tokens.example; dpat login asks for user and password");
        return NULL;
    }
    if (authority != text && !has_stray_character (text) && url_is_authority (authority, len, URL_HOSTS_OF_SERVICES))
        return join_normal (plain, authority, len, authority + len);
    error_set (err, ERROR_USAGE, "\"%.100s\" is not the URL of a service", text);
    error_hint (err, "write it as https://HOST or https://HOST:PORT, for example https://tokens.example:8443");
    return NULL;
}
