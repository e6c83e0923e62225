/* Addresses, networks, and who stands behind a proxy. */
#include "tests/support/support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "src/base/address.h"

static struct address address (const char *text)
{
    struct address result;
    assert_true (address_parse (text, &result));
    return result;
}

static void addresses_are_read_as_proxies_write_them (void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        { "192.0.2.7", "192.0.2.7" },       { "192.0.2.7:8080", "192.0.2.7" },      { "2001:db8::1", "2001:db8::1" },
        { "[2001:db8::1]", "2001:db8::1" }, { "[2001:db8::1]:443", "2001:db8::1" }, { "::ffff:192.0.2.7", "192.0.2.7" }
    };
    static const char *const bad[] = { "",        "x",       "192.0.2",   "192.0.2.256", "192.0.2.7/8",
                                       "[",       "[]",      ":80",       "1.2.3.4.",    "2001:db8::g",
                                       "unknown", "_hidden", "2001:db8:", "[::1" };
    char text[ADDRESS_TEXT_SIZE];
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        struct address read = address (rows[i][0]);
        assert_string_equal (address_format (&read, text), rows[i][1]);
    }
    for (size_t i = 0; i < ARRAY_SIZE (bad); i++) {
        struct address read;
        assert_false (address_parse (bad[i], &read));
    }
}

static void sockets_have_addresses (void **state)
{
    (void)state;
    char text[ADDRESS_TEXT_SIZE];
    struct sockaddr_in in = { .sin_family = AF_INET };
    struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
    struct sockaddr other = { .sa_family = AF_UNIX };
    assert_int_equal (inet_pton (AF_INET, "192.0.2.7", &in.sin_addr), 1);
    assert_int_equal (inet_pton (AF_INET6, "::ffff:192.0.2.8", &in6.sin6_addr), 1);
    struct address a = address_of_socket ((const struct sockaddr *)&in);
    struct address b = address_of_socket ((const struct sockaddr *)&in6);
    struct address none = address_of_socket (&other);
    assert_string_equal (address_format (&a, text), "192.0.2.7");
    assert_string_equal (address_format (&b, text), "192.0.2.8");
    assert_string_equal (address_format (&none, text), "unknown");
    assert_int_equal (address_of_socket (NULL).family, AF_UNSPEC);
}

static void loopback_is_known (void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool loopback;
    } rows[] = { { "127.0.0.1", true },  { "127.255.0.1", true }, { "::1", true },
                 { "128.0.0.1", false }, { "::2", false },        { "0.0.0.0", false } };
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        struct address read = address (rows[i].text);
        assert_int_equal (address_is_loopback (&read), rows[i].loopback);
    }
}

static void networks_have_their_addresses_and_no_others (void **state)
{
    (void)state;
    static const struct {
        const char *network, *address;
        bool has;
    } rows[] = { { "10.0.0.0/8", "10.255.1.2", true },
                 { "10.0.0.0/8", "11.0.0.1", false },
                 { "192.0.2.128/25", "192.0.2.129", true },
                 { "192.0.2.128/25", "192.0.2.127", false },
                 { "0.0.0.0/0", "203.0.113.1", true },
                 { "0.0.0.0/0", "2001:db8::1", false },
                 { "192.0.2.7", "192.0.2.7", true },
                 { "192.0.2.7", "192.0.2.6", false },
                 { "2001:db8::/33", "2001:db8:7fff::1", true },
                 { "2001:db8::/33", "2001:db8:8000::1", false } };
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        AUTO (network_list) list = { .items = NULL };
        struct error err = ERROR_INIT;
        struct address read = address (rows[i].address);
        assert_ok (network_list_add (&list, rows[i].network, &err), &err);
        assert_int_equal (network_list_has (&list, &read), rows[i].has);
    }
}

static void bad_networks_are_refused (void **state)
{
    (void)state;
    static const char *const rows[] = {
        "", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "2001:db8::/129", "x/8", "/8"
    };
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        AUTO (network_list) list = { .items = NULL };
        struct error err = ERROR_INIT;
        assert_int_equal (network_list_add (&list, rows[i], &err), -1);
        assert_code (&err, ERROR_USAGE);
    }
}

static void the_right_most_address_that_is_no_proxy_counts (void **state)
{
    (void)state;
    static const struct {
        const char *peer, *forwarded_for, *client;
    } rows[] = { { "203.0.113.1", "198.51.100.1", "203.0.113.1" }, /* a peer that is no proxy is not believed */
                 { "10.0.0.1", NULL, "10.0.0.1" },
                 { "10.0.0.1", "", "10.0.0.1" },
                 { "10.0.0.1", "198.51.100.1", "198.51.100.1" },
                 { "10.0.0.1", "198.51.100.9, 198.51.100.1",
                   "198.51.100.1" }, /* the left one is the client's own word */
                 { "10.0.0.1", "198.51.100.1 , 10.0.0.2,\t10.0.0.3", "198.51.100.1" },
                 { "10.0.0.1", "10.0.0.2", "10.0.0.2" },
                 { "10.0.0.1", "nonsense", "10.0.0.1" },
                 { "10.0.0.1", "198.51.100.1, nonsense", "10.0.0.1" },
                 { "10.0.0.1", "198.51.100.1, ", "10.0.0.1" },
                 { "10.0.0.1", "198.51.100.1:1234", "198.51.100.1" },
                 { "10.0.0.1", "198.51.100.1,10.1.1.1,10.1.1.1,10.1.1.1,10.1.1.1,10.1.1.1,10.1.1.1,10.1.1.1,10.1.1.1",
                   "10.1.1.1" } };
    AUTO (network_list) proxies = { .items = NULL };
    struct error err = ERROR_INIT;
    assert_ok (network_list_add (&proxies, "10.0.0.0/8", &err), &err);
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        char text[ADDRESS_TEXT_SIZE];
        struct address peer = address (rows[i].peer);
        struct address client = address_of_client (&peer, rows[i].forwarded_for, &proxies);
        assert_string_equal (address_format (&client, text), rows[i].client);
    }
}

static void neighbours_share_what_a_provider_gives (void **state)
{
    (void)state;
    char text[ADDRESS_TEXT_SIZE];
    struct address v6 = address ("2001:db8:1:2:3:4:5:6");
    struct address v4 = address ("192.0.2.7");
    struct address near6 = address_neighbourhood (&v6);
    struct address near4 = address_neighbourhood (&v4);
    assert_string_equal (address_format (&near6, text), "2001:db8:1:2::");
    assert_string_equal (address_format (&near4, text), "192.0.2.7");
}

static void a_host_on_this_machine_is_known_by_its_text (void **state)
{
    (void)state;
    static const char *const here[] = { "localhost",   "LocalHost:80", "localhost/path", "127.0.0.1",
                                        "127.9.9.9:1", "[::1]",        "[::1]:7380/x",   "127.0.0.1?q" };
    static const char *const elsewhere[] = { "",
                                             "localhost.example",
                                             "localhos",
                                             "127.0.0.1.example",
                                             "127.example:80",
                                             "[::2]",
                                             "localhost:80@example",
                                             "localhost@example",
                                             "10.0.0.1",
                                             "example/localhost",
                                             "[::1].example",
                                             "[" };
    for (size_t i = 0; i < ARRAY_SIZE (here); i++)
        assert_true (address_host_is_loopback (here[i]));
    for (size_t i = 0; i < ARRAY_SIZE (elsewhere); i++)
        assert_false (address_host_is_loopback (elsewhere[i]));
}

int main (void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test (addresses_are_read_as_proxies_write_them),
                                        cmocka_unit_test (a_host_on_this_machine_is_known_by_its_text),
                                        cmocka_unit_test (sockets_have_addresses),
                                        cmocka_unit_test (loopback_is_known),
                                        cmocka_unit_test (networks_have_their_addresses_and_no_others),
                                        cmocka_unit_test (bad_networks_are_refused),
                                        cmocka_unit_test (the_right_most_address_that_is_no_proxy_counts),
                                        cmocka_unit_test (neighbours_share_what_a_provider_gives) };
    return cmocka_run_group_tests (tests, NULL, NULL);
}
