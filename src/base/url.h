/* The addresses that people type: HOST[:PORT] of a registry, and the URL of a service. */
#ifndef DPAT_BASE_URL_H
#define DPAT_BASE_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/error.h"

/* What a host may be called. */
enum url_hosts {
    URL_HOSTS_OF_IMAGES,  /* as in an image's name: labels of letters, digits and "-" inside; or an IP address */
    URL_HOSTS_OF_SERVICES /* "_" as well, which resolvers and containers on one network take */
};

/* Whether these len bytes are HOST or HOST:PORT, with an IPv6 address in brackets and a port from 1 to 65535. No name
 * is looked up. */
bool url_is_authority (const char *text, size_t len, enum url_hosts hosts);

/* text behind "SCHEME://" when it begins with one of schemes (the last is NULL), in letters of any case; else text.
 * Borrowed from text. */
const char *url_skip_scheme (const char *text, const char *const *schemes);

/* The URL of a service in the one form in which two can be compared: scheme and host in small letters, without the
 * scheme's own port (443, 80) and without slashes at its end; a path stays as it is. Owned. NULL with ERROR_USAGE when
 * it does not begin with https:// or http://, or has no host that can be one, a user, a query, a fragment, blanks or
 * control characters. A user, who may have a password beside, is not repeated in the error. */
char *url_normalise (const char *text, struct error *err);

#endif
