/* The table of connections: who goes first when there is no room, when each is cut, and whose request it holds. */
#include "src/server/connections.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "src/server/exchange.h"
#include "src/server/mhd.h"
#include "tests/support/support.h"

enum { SOCKETS = 16, SECOND = 1000000 };

/* A table, and sockets whose other ends tell whether they were shut down. */
struct world {
    struct connections *connections;
    int near[SOCKETS], far[SOCKETS];
    struct connection *opened[SOCKETS];
};

static struct world open_world (size_t all, size_t of_client)
{
    struct world world = { .connections =
                               connections_new (&(struct connection_limits){ .all = all, .of_client = of_client }) };
    for (size_t i = 0; i < SOCKETS; i++) {
        int ends[2];
        assert_int_equal (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
        world.near[i] = ends[0];
        world.far[i] = ends[1];
    }
    return world;
}

static void close_world (struct world *world)
{
    for (size_t i = 0; i < SOCKETS; i++) {
        assert_null (connections_remove (world->connections, world->opened[i]));
        close (world->near[i]);
        close (world->far[i]);
    }
    connections_free (world->connections);
}

static void add (struct world *world, size_t i, const char *peer, int64_t now_us)
{
    struct address address;
    assert_true (address_parse (peer, &address));
    world->opened[i] = connections_add (world->connections, world->near[i], &address, false, now_us);
    assert_non_null (world->opened[i]);
}

static bool is_cut (const struct world *world, size_t i)
{
    char byte;
    ssize_t got = recv (world->far[i], &byte, 1, 0);
    assert_true (got == 0 || (got < 0 && errno == EAGAIN));
    return got == 0;
}

static void the_oldest_silent_one_of_a_client_makes_room (void **state)
{
    (void)state;
    struct world world = open_world (100, 3);
    for (size_t i = 0; i < 3; i++)
        add (&world, i, "192.0.2.1", (int64_t)i);
    connections_enter (world.connections, world.opened[0], CONNECTION_BODY, 10);
    add (&world, 3, "192.0.2.2", 11); /* another client */
    assert_false (is_cut (&world, 0) || is_cut (&world, 1) || is_cut (&world, 2));
    add (&world, 4, "192.0.2.1", 12);
    assert_true (is_cut (&world, 1)); /* the first has sent its head */
    assert_false (is_cut (&world, 0) || is_cut (&world, 2) || is_cut (&world, 3) || is_cut (&world, 4));
    close_world (&world);
}

static void one_that_waits_for_its_next_request_goes_after_the_silent (void **state)
{
    (void)state;
    struct world world = open_world (100, 2);
    add (&world, 0, "192.0.2.1", 0);
    connections_enter (world.connections, world.opened[0], CONNECTION_IDLE, 1);
    add (&world, 1, "192.0.2.1", 2);
    add (&world, 2, "192.0.2.1", 3);
    assert_true (is_cut (&world, 1));
    connections_enter (world.connections, world.opened[2], CONNECTION_WORK, 4);
    add (&world, 3, "192.0.2.1", 5);
    assert_true (is_cut (&world, 0));
    assert_false (is_cut (&world, 2) || is_cut (&world, 3));
    close_world (&world);
}

static void a_client_with_nothing_to_spare_is_told (void **state)
{
    (void)state;
    struct world world = open_world (100, 2);
    struct address client;
    assert_true (address_parse ("192.0.2.1", &client));
    for (size_t i = 0; i < 2; i++) {
        add (&world, i, "192.0.2.1", 0);
        connections_enter (world.connections, world.opened[i], CONNECTION_BODY, 1);
        assert_false (connections_are_too_many (world.connections, world.opened[i], &client));
    }
    add (&world, 2, "192.0.2.1", 2);
    assert_false (is_cut (&world, 2));
    assert_true (connections_are_too_many (world.connections, world.opened[2], &client));
    add (&world, 3, "192.0.2.1", 3); /* only one waits for that */
    assert_true (is_cut (&world, 2));
    assert_false (is_cut (&world, 3));
    close_world (&world);
}

static void a_network_of_64_bits_is_one_client (void **state)
{
    (void)state;
    struct world world = open_world (100, 2);
    add (&world, 0, "2001:db8:0:1::1", 0);
    add (&world, 1, "2001:db8:0:1:ffff::2", 1);
    add (&world, 2, "2001:db8:0:2::1", 2); /* a neighbour */
    assert_false (is_cut (&world, 0));
    add (&world, 3, "2001:db8:0:1:1:2:3:4", 3);
    assert_true (is_cut (&world, 0));
    assert_false (is_cut (&world, 1) || is_cut (&world, 2) || is_cut (&world, 3));
    close_world (&world);
}

static void when_all_are_taken_the_oldest_silent_one_of_anybody_goes (void **state)
{
    (void)state;
    struct world world = open_world (3, 3);
    add (&world, 0, "192.0.2.1", 0);
    connections_enter (world.connections, world.opened[0], CONNECTION_WRITE, 1);
    add (&world, 1, "192.0.2.2", 2);
    add (&world, 2, "192.0.2.3", 3);
    add (&world, 3, "192.0.2.4", 4);
    assert_true (is_cut (&world, 1));
    connections_enter (world.connections, world.opened[2], CONNECTION_WORK, 5);
    connections_enter (world.connections, world.opened[3], CONNECTION_WORK, 5);
    add (&world, 4, "192.0.2.5", 6); /* nobody is silent: the new one finds no room */
    assert_true (is_cut (&world, 4));
    assert_false (is_cut (&world, 0) || is_cut (&world, 2) || is_cut (&world, 3));
    close_world (&world);
}

static void when_all_wait_with_half_a_body_the_oldest_of_anybody_goes (void **state)
{
    (void)state;
    struct world world = open_world (3, 3);
    for (size_t i = 0; i < 3; i++)
        add (&world, i, "192.0.2.1", (int64_t)i);
    connections_enter (world.connections, world.opened[0], CONNECTION_WORK, 3);
    connections_enter (world.connections, world.opened[1], CONNECTION_BODY, 4);
    connections_enter (world.connections, world.opened[2], CONNECTION_BODY, 5);
    add (&world, 3, "192.0.2.2", 6);
    assert_true (is_cut (&world, 1));
    add (&world, 4, "192.0.2.3", 7); /* one without a head goes before one with half a body */
    assert_true (is_cut (&world, 3));
    assert_false (is_cut (&world, 0) || is_cut (&world, 2) || is_cut (&world, 4));
    close_world (&world);
}

static void a_proxy_speaks_for_many (void **state)
{
    (void)state;
    struct world world = open_world (100, 2);
    struct address proxy, client;
    assert_true (address_parse ("10.0.0.1", &proxy));
    assert_true (address_parse ("203.0.113.9", &client));
    for (size_t i = 0; i < 4; i++) {
        world.opened[i] = connections_add (world.connections, world.near[i], &proxy, true, (int64_t)i);
        assert_int_equal (connections_are_too_many (world.connections, world.opened[i], &client), i >= 2);
    }
    for (size_t i = 0; i < 4; i++)
        assert_false (is_cut (&world, i));
    close_world (&world);
}

static void deadlines_do_not_begin_again (void **state)
{
    (void)state;
    struct world world = open_world (100, 100);
    add (&world, 0, "192.0.2.1", 0);
    add (&world, 1, "192.0.2.1", 0);
    add (&world, 2, "192.0.2.1", 0);
    connections_enter (world.connections, world.opened[0], CONNECTION_HEAD, 9 * SECOND); /* its request line */
    connections_enter (world.connections, world.opened[1], CONNECTION_BODY, 9 * SECOND);
    connections_enter (world.connections, world.opened[2], CONNECTION_IDLE, 9 * SECOND);
    connections_cut (world.connections, 10 * SECOND, false);
    assert_false (is_cut (&world, 0));
    assert_int_equal (connections_cut (world.connections, 11 * SECOND, false), 3);
    assert_true (is_cut (&world, 0));
    connections_enter (world.connections, world.opened[2], CONNECTION_HEAD, 20 * SECOND); /* its next request */
    connections_cut (world.connections, 30 * SECOND, false);
    assert_true (is_cut (&world, 1));
    assert_false (is_cut (&world, 2));
    connections_cut (world.connections, 31 * SECOND, false);
    assert_true (is_cut (&world, 2));
    close_world (&world);
}

static void a_request_goes_with_its_connection (void **state)
{
    (void)state;
    struct world world = open_world (100, 100);
    add (&world, 0, "192.0.2.1", 0);
    struct exchange *first = exchange_new (NULL, "/first", connection_peer (world.opened[0]));
    struct exchange *second = exchange_new (NULL, "/second", connection_peer (world.opened[0]));
    assert_string_equal (first->client_text, "192.0.2.1");
    assert_null (connection_begin_request (world.opened[0], first));
    assert_ptr_equal (connection_begin_request (world.opened[0], second), first); /* its end was never told */
    exchange_free (first);
    assert_ptr_equal (connections_remove (world.connections, world.opened[0]), second);
    exchange_free (second);
    add (&world, 0, "192.0.2.1", 0);
    first = exchange_new (NULL, "/third", connection_peer (world.opened[0]));
    assert_null (connection_begin_request (world.opened[0], first));
    connection_end_request (world.opened[0]);
    exchange_free (first);
    assert_null (connections_remove (world.connections, NULL));
    connection_end_request (NULL);
    close_world (&world);
}

/* As libmicrohttpd 1.0 answers: always in the same place. */
static const union MHD_ConnectionInfo *answer (struct MHD_Connection *connection, enum MHD_ConnectionInfoType type, ...)
{
    static union MHD_ConnectionInfo info;
    static struct sockaddr_storage peer = { .ss_family = AF_INET };
    (void)connection;
    switch (type) {
    case MHD_CONNECTION_INFO_CONNECTION_FD:
        info.connect_fd = 7;
        return &info;
    case MHD_CONNECTION_INFO_CLIENT_ADDRESS:
        info.client_addr = (struct sockaddr *)&peer;
        return &info;
    case MHD_CONNECTION_INFO_SOCKET_CONTEXT:
        info.socket_context = &peer;
        return &info;
    default:
        return NULL;
    }
}

static const union MHD_ConnectionInfo *know_nothing (struct MHD_Connection *connection,
                                                     enum MHD_ConnectionInfoType type, ...)
{
    (void)connection;
    (void)type;
    return NULL;
}

static void what_the_library_says_outlives_its_next_answer (void **state)
{
    (void)state;
    struct mhd mhd = { .get_connection_info = answer };
    int fd = mhd_socket (&mhd, NULL);
    struct address peer = mhd_peer (&mhd, NULL);
    assert_non_null (mhd_socket_context (&mhd, NULL));
    assert_int_equal (fd, 7);
    assert_int_equal (peer.family, AF_INET);
    mhd.get_connection_info = know_nothing;
    assert_int_equal (mhd_socket (&mhd, NULL), -1);
    assert_int_equal (mhd_peer (&mhd, NULL).family, AF_UNSPEC);
    assert_null (mhd_socket_context (&mhd, NULL));
}

int main (void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test (the_oldest_silent_one_of_a_client_makes_room),
                                        cmocka_unit_test (one_that_waits_for_its_next_request_goes_after_the_silent),
                                        cmocka_unit_test (a_client_with_nothing_to_spare_is_told),
                                        cmocka_unit_test (a_network_of_64_bits_is_one_client),
                                        cmocka_unit_test (when_all_are_taken_the_oldest_silent_one_of_anybody_goes),
                                        cmocka_unit_test (when_all_wait_with_half_a_body_the_oldest_of_anybody_goes),
                                        cmocka_unit_test (a_proxy_speaks_for_many),
                                        cmocka_unit_test (deadlines_do_not_begin_again),
                                        cmocka_unit_test (a_request_goes_with_its_connection),
                                        cmocka_unit_test (what_the_library_says_outlives_its_next_answer) };
    return cmocka_run_group_tests (tests, NULL, NULL);
}
