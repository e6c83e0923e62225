/* libmicrohttpd, loaded when a server is started. */
#ifndef DPAT_SERVER_MHD_H
#define DPAT_SERVER_MHD_H

#include <microhttpd.h>

#include "src/base/address.h"
#include "src/base/error.h"

/* The functions of libmicrohttpd that the server calls, by the library's names without "MHD_". */
struct mhd {
    __typeof__ (MHD_start_daemon) *start_daemon;
    __typeof__ (MHD_quiesce_daemon) *quiesce_daemon;
    __typeof__ (MHD_stop_daemon) *stop_daemon;
    __typeof__ (MHD_get_daemon_info) *get_daemon_info;
    __typeof__ (MHD_get_connection_info) *get_connection_info;
    __typeof__ (MHD_get_connection_values_n) *get_connection_values_n;
    __typeof__ (MHD_create_response_from_buffer_with_free_callback_cls)
        *create_response_from_buffer_with_free_callback_cls;
    __typeof__ (MHD_add_response_header) *add_response_header;
    __typeof__ (MHD_queue_response) *queue_response;
    __typeof__ (MHD_destroy_response) *destroy_response;
    __typeof__ (MHD_suspend_connection) *suspend_connection;
    __typeof__ (MHD_resume_connection) *resume_connection;
};

/* Load the library. ERROR_UNSUPPORTED when it is not there. */
int mhd_load (struct mhd *mhd, struct error *err);

/* What the library knows of a connection, each by value: it keeps an answer only until its next one (as its version 1.0
 * says, and does). The socket, or -1; the peer, of family AF_UNSPEC when there is none; and what the callback for
 * connections kept with it, or NULL. */
int mhd_socket (const struct mhd *mhd, struct MHD_Connection *connection);
struct address mhd_peer (const struct mhd *mhd, struct MHD_Connection *connection);
void *mhd_socket_context (const struct mhd *mhd, struct MHD_Connection *connection);

#endif
