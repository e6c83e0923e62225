/* Internet addresses of peers: text, networks in CIDR form, and which client stands behind a proxy. */
#ifndef DPAT_BASE_ADDRESS_H
#define DPAT_BASE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "src/base/error.h"

/* Room for any address as text, and a NUL. */
#define ADDRESS_TEXT_SIZE 46

/* An IPv4 or IPv6 address; an IPv4 one mapped into IPv6 is kept as IPv4. family is AF_UNSPEC for none. */
struct address {
    int family;
    unsigned char bytes[16]; /* 4 of them for IPv4, in network order */
};

/* All addresses whose first bits are those of address. */
struct network {
    struct address address;
    unsigned bits;
};

/* Networks of trusted proxies. */
struct network_list {
    struct network *items; /* owned */
    size_t count;
};

/* Free what it owns. */
void network_list_release (struct network_list *list);

/* The address of a socket's peer; of a socket of another family, none. */
struct address address_of_socket (const struct sockaddr *socket_address);

/* Read "192.0.2.7", "2001:db8::1", also "[2001:db8::1]:443" and "192.0.2.7:80" as proxies write them. Returns whether
 * text was one. */
bool address_parse (const char *text, struct address *ret_address);

/* Write it to out; "unknown" for none. Returns out. */
const char *address_format (const struct address *address, char out[ADDRESS_TEXT_SIZE]);

/* Whether both are the same. */
bool address_equal (const struct address *a, const struct address *b);

/* 127.0.0.0/8 or ::1. */
bool address_is_loopback (const struct address *address);

/* 0.0.0.0 or ::, which is every address of a machine that listens. */
bool address_is_unspecified (const struct address *address);

/* One that is not of the Internet: loopback, unspecified, private (RFC 1918, fc00::/7), link-local (169.254.0.0/16,
 * fe80::/10) or shared by a provider's customers (100.64.0.0/10). */
bool address_is_private (const struct address *address);

/* Whether a URL leads to this machine, by its text from the host on: localhost, 127.0.0.0/8 or [::1], and what ends the
 * host. No name is looked up. */
bool address_host_is_loopback (const char *host);

/* What one customer of a provider usually has: the address itself for IPv4, the /64 for IPv6. */
struct address address_neighbourhood (const struct address *address);

/* Read "10.0.0.0/8", "2001:db8::/32", or one address, and add it. ERROR_USAGE. */
int network_list_add (struct network_list *list, const char *text, struct error *err);

/* Whether one of the networks has the address. */
bool network_list_has (const struct network_list *list, const struct address *address);

/* Who asks: the peer, or, when it is a trusted proxy, the right-most address of its X-Forwarded-For (NULL: none) that
 * is not one of trusted proxies. At most eight elements are looked at; where one is no address, the last proxy counts.
 */
struct address address_of_client (const struct address *peer, const char *forwarded_for,
                                  const struct network_list *trusted);

#endif
