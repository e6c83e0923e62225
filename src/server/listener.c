/* The socket that is listened on. */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "src/base/memory.h"
#include "src/server/server_private.h"

enum { BACKLOG = 1024 };

/* "HOST:PORT", "[ADDRESS]:PORT" or ":PORT" in its parts, which are owned. */
static int split (const char *text, char **ret_host, char **ret_port, struct error *err)
{
    const char *colon = strrchr (text, ':');
    char *end = NULL;
    unsigned long port = colon ? strtoul (colon + 1, &end, 10) : 0;
    if (colon == NULL || colon[1] < '0' || colon[1] > '9' || *end != '\0' || port > 65535)
        return error_set (err, ERROR_USAGE, "\"%.80s\" is nothing to listen on; write HOST:PORT, as 127.0.0.1:7380",
                          text);
    size_t len = (size_t)(colon - text);
    bool bracketed = len >= 2 && text[0] == '[' && text[len - 1] == ']';
    *ret_host = bracketed ? xstrndup (text + 1, len - 2) : xstrndup (text, len);
    *ret_port = xstrdup (colon + 1);
    return 0;
}

static int open_one (const struct addrinfo *address, int *ret_fd)
{
    int on = 1, off = 0;
    AUTOCLOSE int fd = socket (address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, address->ai_protocol);
    if (fd < 0 || setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof (on)) != 0
        || (address->ai_family == AF_INET6 && setsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof (off)) != 0)
        || bind (fd, address->ai_addr, address->ai_addrlen) != 0 || listen (fd, BACKLOG) != 0)
        return errno;
    *ret_fd = fd;
    fd = -1; /* handed over */
    return 0;
}

static int describe (int fd, unsigned *ret_port, bool *ret_loopback)
{
    struct sockaddr_storage bound;
    socklen_t size = sizeof (bound);
    if (getsockname (fd, (struct sockaddr *)&bound, &size) != 0)
        return -1;
    const struct address address = address_of_socket ((const struct sockaddr *)&bound);
    struct sockaddr_in6 in6;
    memcpy (&in6, &bound, sizeof (in6)); /* the port stands at one place in both families */
    *ret_port = ntohs (in6.sin6_port);
    *ret_loopback = address_is_loopback (&address);
    return 0;
}

int listener_open (const char *text, int *ret_fd, unsigned *ret_port, bool *ret_loopback, struct error *err)
{
    AUTOFREE char *host = NULL;
    AUTOFREE char *port = NULL;
    struct addrinfo *found = NULL;
    const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
    if (split (text, &host, &port, err) != 0)
        return -1;
    int code = getaddrinfo (host[0] ? host : NULL, port, &hints, &found);
    if (code != 0)
        return error_set (err, ERROR_NETWORK, "%s cannot be listened on: %s", text, gai_strerror (code));
    int why = open_one (found, ret_fd);
    freeaddrinfo (found);
    if (why != 0 || describe (*ret_fd, ret_port, ret_loopback) != 0)
        return error_set (err, ERROR_NETWORK, "%s cannot be listened on: %s", text, strerror (why ? why : errno));
    return 0;
}
