/* Where clients are sent for tokens, and what they would say to it: several refuse a realm on a host that is not the
 * registry's when it is on an address of a private network or of this machine, for a hostile registry could make them
 * ask there. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/address.h"
#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/core/registry_check_private.h"

#define ONE_HOST                                                                                                       \
    "put dpat serve and the registry behind one proxy, the realm on the registry's own host and port (/token to dpat " \
    "serve, /v2/ to the registry); on one machine call both localhost"

/* The host of "http://host:port/path" or "host:port", without its port. Owned. */
static char *host_of (const char *text)
{
    const char *start = strstr (text, "://");
    start = start ? start + 3 : text;
    const char *user = memchr (start, '@', strcspn (start, "/?#"));
    start = user ? user + 1 : start;
    size_t len = start[0] == '[' ? strcspn (start, "]") + 1 : strcspn (start, ":/?#");
    return xstrndup (start, strnlen (start, len));
}

/* An address in any way of writing it that resolvers take, as 127.1 or 0x7f000001. */
static bool parse_host (const char *host, struct address *ret_address)
{
    struct in_addr in4;
    if (address_parse (host, ret_address))
        return true;
    if (host[0] == '\0' || strspn (host, "0123456789abcdefABCDEFxX.") != strlen (host) || inet_aton (host, &in4) == 0)
        return false;
    *ret_address = (struct address){ .family = AF_INET };
    memcpy (ret_address->bytes, &in4, sizeof (in4));
    return true;
}

static void check_address (struct check *check, const char *host)
{
    struct address address;
    bool is_address = parse_host (host, &address);
    if (!is_address && host[0] != '[')
        return;
    if (is_address && !address_is_private (&address))
        WARN (check, "use a name, for which there can be a certificate", "the realm's host %s is an IP address", host);
    else
        WARN (check, ONE_HOST,
              "the realm's host %s is a private, loopback or link-local address: clients such as crane and oras refuse "
              "to ask for tokens there",
              host);
}

/* The port of "http://host:port/path" or "host:port"; without one, that of the scheme. Owned. */
static char *port_of (const char *text, const char *scheme)
{
    const char *start = strstr (text, "://");
    AUTOFREE char *host = host_of (text);
    const char *at = strstr (start ? start : text, host) + strlen (host);
    if (*at == ':')
        return xstrndup (at + 1, strspn (at + 1, "0123456789"));
    return xstrdup (strncmp (scheme, "http:", 5) == 0 ? "80" : "443");
}

/* Whether realm and registry are on one host and port: no client minds that. */
static bool is_one_place (const char *realm, const char *registry)
{
    AUTOFREE char *realm_host = host_of (realm);
    AUTOFREE char *realm_port = port_of (realm, realm);
    AUTOFREE char *host = host_of (registry);
    AUTOFREE char *port = port_of (registry, strstr (registry, "://") ? registry : realm);
    return strcasecmp (realm_host, host) == 0 && strcmp (realm_port, port) == 0;
}

/* A registry that listens everywhere does not say what clients call it. */
static bool is_everywhere (const char *host)
{
    struct address address;
    return host[0] == '\0' || (parse_host (host, &address) && address_is_unspecified (&address));
}

static void check_pair (struct check *check, const char *realm_host, const char *registry)
{
    AUTOFREE char *host = host_of (registry);
    if (is_everywhere (host) || strcasecmp (host, realm_host) == 0)
        return;
    WARN (check, ONE_HOST,
          "the realm is on %s, and the registry on %s: clients such as oras refuse a realm on another host than the "
          "registry's when that has a private or loopback address",
          realm_host, host);
}

static void check_hosts (struct check *check, const char *realm, const char *registry)
{
    AUTOFREE char *host = host_of (realm);
    if (registry && is_one_place (realm, registry))
        return;
    check_address (check, host);
    if (registry && host[0])
        check_pair (check, host, registry);
}

json_t *registry_find_hosts (const char *realm, const char *registry)
{
    struct check check = { .findings = json_array () };
    check_hosts (&check, realm, registry);
    return check.findings;
}

/* http.host is what clients call the registry. http.addr is where it listens, which says what they call it only on one
 * machine: elsewhere a proxy stands in front. */
void registry_check_hosts (struct check *check)
{
    const json_t *http = json_object_get (check->config, "http");
    const char *registry = json_get_string (http, "host");
    if (check->realm == NULL)
        return;
    AUTOFREE char *realm_host = host_of (check->realm);
    if ((registry == NULL || registry[0] == '\0') && address_host_is_loopback (realm_host))
        registry = json_get_string (http, "addr");
    check_hosts (check, check->realm, registry);
}
