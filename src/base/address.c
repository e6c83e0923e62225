/* Internet addresses of peers. */
#include "src/base/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/memory.h"

enum { FORWARDED_MAX = 8 };

void network_list_release (struct network_list *list)
{
    free (list->items);
    *list = (struct network_list){ .items = NULL };
}

static size_t byte_count (const struct address *address)
{
    return address->family == AF_INET ? 4 : address->family == AF_INET6 ? 16 : 0;
}

static struct address from_ipv6 (const struct in6_addr *in6)
{
    struct address address = { .family = AF_INET6 };
    if (IN6_IS_ADDR_V4MAPPED (in6)) {
        address.family = AF_INET;
        memcpy (address.bytes, in6->s6_addr + 12, 4);
    } else
        memcpy (address.bytes, in6->s6_addr, 16);
    return address;
}

struct address address_of_socket (const struct sockaddr *socket_address)
{
    struct address address = { .family = AF_UNSPEC };
    if (socket_address == NULL)
        return address;
    if (socket_address->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy (&in6, socket_address, sizeof (in6));
        return from_ipv6 (&in6.sin6_addr);
    }
    if (socket_address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy (&in, socket_address, sizeof (in));
        address.family = AF_INET;
        memcpy (address.bytes, &in.sin_addr, 4);
    }
    return address;
}

static bool parse_plain (const char *text, struct address *ret_address)
{
    struct in6_addr in6;
    struct address address = { .family = AF_INET };
    if (inet_pton (AF_INET, text, address.bytes) == 1) {
        *ret_address = address;
        return true;
    }
    if (inet_pton (AF_INET6, text, &in6) != 1)
        return false;
    *ret_address = from_ipv6 (&in6);
    return true;
}

bool address_parse (const char *text, struct address *ret_address)
{
    char plain[ADDRESS_TEXT_SIZE];
    const char *start = text[0] == '[' ? text + 1 : text;
    const char *first_colon = strchr (start, ':');
    size_t len = strlen (start);
    if (text[0] == '[') {
        const char *end = strchr (start, ']');
        len = end ? (size_t)(end - start) : 0;
    }
    if (text[0] != '[' && first_colon && strchr (first_colon + 1, ':') == NULL)
        len = (size_t)(first_colon - start); /* one colon: an IPv4 address and a port */
    if (len == 0 || len >= sizeof (plain))
        return false;
    memcpy (plain, start, len);
    plain[len] = '\0';
    return parse_plain (plain, ret_address);
}

const char *address_format (const struct address *address, char out[ADDRESS_TEXT_SIZE])
{
    if (address->family == AF_UNSPEC || inet_ntop (address->family, address->bytes, out, ADDRESS_TEXT_SIZE) == NULL)
        snprintf (out, ADDRESS_TEXT_SIZE, "unknown");
    return out;
}

bool address_equal (const struct address *a, const struct address *b)
{
    return a->family == b->family && memcmp (a->bytes, b->bytes, byte_count (a)) == 0;
}

bool address_is_loopback (const struct address *address)
{
    static const struct address one = { .family = AF_INET6, .bytes = { [15] = 1 } };
    return (address->family == AF_INET && address->bytes[0] == 127) || address_equal (address, &one);
}

bool address_is_unspecified (const struct address *address)
{
    static const struct address every4 = { .family = AF_INET };
    static const struct address every6 = { .family = AF_INET6 };
    return address_equal (address, &every4) || address_equal (address, &every6);
}

bool address_is_private (const struct address *address)
{
    unsigned first = address->bytes[0], second = address->bytes[1];
    if (address_is_loopback (address) || address_is_unspecified (address))
        return true;
    if (address->family == AF_INET6)
        return (first & 0xfe) == 0xfc || (first == 0xfe && (second & 0xc0) == 0x80);
    return address->family == AF_INET
           && (first == 0 || first == 10 || (first == 172 && (second & 0xf0) == 16) || (first == 192 && second == 168)
               || (first == 169 && second == 254) || (first == 100 && (second & 0xc0) == 64));
}

bool address_host_is_loopback (const char *host)
{
    if (memchr (host, '@', strcspn (host, "/?#"))) /* then the host comes behind it */
        return false;
    size_t len = strcspn (host, ":/?#");
    return (len == 9 && strncasecmp (host, "localhost", 9) == 0)
           || (strncmp (host, "[::1]", 5) == 0 && strcspn (host + 5, ":/?#") == 0)
           || (strncmp (host, "127.", 4) == 0 && strspn (host, "0123456789.") == len);
}

struct address address_neighbourhood (const struct address *address)
{
    struct address net = *address;
    if (net.family == AF_INET6)
        memset (net.bytes + 8, 0, 8);
    return net;
}

int network_list_add (struct network_list *list, const char *text, struct error *err)
{
    struct network network;
    char plain[ADDRESS_TEXT_SIZE];
    const char *slash = strchr (text, '/');
    size_t len = slash ? (size_t)(slash - text) : strlen (text);
    snprintf (plain, sizeof (plain), "%.*s", (int)(len < sizeof (plain) ? len : 0), text);
    if (!parse_plain (plain, &network.address))
        return error_set (err, ERROR_USAGE, "\"%.60s\" is no network; write it as 10.0.0.0/8 or 2001:db8::/32", text);
    unsigned most = 8 * (unsigned)byte_count (&network.address);
    char *end = NULL;
    unsigned long bits = slash ? strtoul (slash + 1, &end, 10) : most;
    if (slash && (slash[1] < '0' || slash[1] > '9' || *end != '\0' || bits > most))
        return error_set (err, ERROR_USAGE, "\"%.60s\" is no network: behind the slash stands a number up to %u", text,
                          most);
    network.bits = (unsigned)bits;
    list->items = xreallocarray (list->items, list->count + 1, sizeof (*list->items));
    list->items[list->count++] = network;
    return 0;
}

static bool network_has (const struct network *network, const struct address *address)
{
    if (network->address.family != address->family)
        return false;
    size_t whole = network->bits / 8;
    unsigned rest = network->bits % 8;
    if (memcmp (network->address.bytes, address->bytes, whole) != 0)
        return false;
    return rest == 0 || (network->address.bytes[whole] ^ address->bytes[whole]) >> (8 - rest) == 0;
}

bool network_list_has (const struct network_list *list, const struct address *address)
{
    for (size_t i = 0; i < list->count; i++)
        if (network_has (&list->items[i], address))
            return true;
    return false;
}

/* Take the last element off the list of len characters; *len is then the length of what stands before it. */
static bool take_last (const char *list, size_t *len, char out[ADDRESS_TEXT_SIZE + 8])
{
    size_t end = *len;
    size_t start = end;
    while (start > 0 && list[start - 1] != ',')
        start--;
    *len = start > 0 ? start - 1 : 0;
    while (start < end && (list[start] == ' ' || list[start] == '\t'))
        start++;
    while (end > start && (list[end - 1] == ' ' || list[end - 1] == '\t'))
        end--;
    if (end == start || end - start >= ADDRESS_TEXT_SIZE + 8)
        return false;
    memcpy (out, list + start, end - start);
    out[end - start] = '\0';
    return true;
}

struct address address_of_client (const struct address *peer, const char *forwarded_for,
                                  const struct network_list *trusted)
{
    struct address client = *peer;
    size_t len = forwarded_for ? strlen (forwarded_for) : 0;
    for (int i = 0; i < FORWARDED_MAX && len > 0 && network_list_has (trusted, &client); i++) {
        char text[ADDRESS_TEXT_SIZE + 8];
        struct address next;
        if (!take_last (forwarded_for, &len, text) || !address_parse (text, &next))
            break;
        client = next;
    }
    return client;
}
