/* libmicrohttpd, loaded when a server is started. */
#include "src/server/mhd.h"

#include "src/base/library.h"

#define SYMBOL(name)                                                                                                   \
    {                                                                                                                  \
        "MHD_" #name, offsetof (struct mhd, name)                                                                      \
    }

int mhd_load (struct mhd *mhd, struct error *err)
{
    static const struct library_symbol symbols[] = { SYMBOL (start_daemon),
                                                     SYMBOL (quiesce_daemon),
                                                     SYMBOL (stop_daemon),
                                                     SYMBOL (get_daemon_info),
                                                     SYMBOL (get_connection_info),
                                                     SYMBOL (get_connection_values_n),
                                                     SYMBOL (create_response_from_buffer_with_free_callback_cls),
                                                     SYMBOL (add_response_header),
                                                     SYMBOL (queue_response),
                                                     SYMBOL (destroy_response),
                                                     SYMBOL (suspend_connection),
                                                     SYMBOL (resume_connection),
                                                     { .name = NULL } };
    return library_load ("libmicrohttpd.so.12", "libmicrohttpd12", symbols, mhd, err);
}

int mhd_socket (const struct mhd *mhd, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = mhd->get_connection_info (connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

struct address mhd_peer (const struct mhd *mhd, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = mhd->get_connection_info (connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return address_of_socket (info ? info->client_addr : NULL);
}

void *mhd_socket_context (const struct mhd *mhd, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = mhd->get_connection_info (connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}
