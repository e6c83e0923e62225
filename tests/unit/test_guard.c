/* The guard against ambiguous requests, field by field; the whole is in tests/support/probes.py. */
#include "tests/support/support.h"

#include <string.h>

#include "src/server/guard.h"

static void field (struct guard *guard, const char *name, const char *value)
{
    guard_field (guard, name, strlen (name), value, strlen (value));
}

/* What a request with these fields is refused with; 0: it is not. */
static int status_of (const char *target, const char *version, const char *const fields[][2])
{
    struct guard guard = { .bytes = 0 };
    guard_target (&guard, target);
    for (size_t i = 0; fields[i][0]; i++)
        field (&guard, fields[i][0], fields[i][1]);
    bool good = guard_finish (&guard, version);
    assert_int_equal (good, guard.status == 0);
    assert_int_equal (good, guard.why == NULL);
    return guard.status;
}

#define FIELDS(...)                                                                                                    \
    (const char *const[][2])                                                                                           \
    {                                                                                                                  \
        __VA_ARGS__,                                                                                                   \
        {                                                                                                              \
            NULL, NULL                                                                                                 \
        }                                                                                                              \
    }

static void plain_requests_pass (void **state)
{
    (void)state;
    assert_int_equal (status_of ("/", "HTTP/1.1", FIELDS ({ "Host", "x" })), 0);
    assert_int_equal (status_of ("/a%20b?c=d", "HTTP/1.0", FIELDS ({ "hOST", "x" })), 0);
    assert_int_equal (status_of ("/", "HTTP/1.1", FIELDS ({ "Host", "x" }, { "Content-Length", "16384" })), 0);
    assert_int_equal (status_of ("/", "HTTP/1.1", FIELDS ({ "Host", "x" }, { "transfer-encoding", "Chunked" })), 0);
    assert_int_equal (status_of ("/", "HTTP/1.1", FIELDS ({ "Host", "x" }, { "Accept", "a" }, { "Accept", "b" })), 0);
    assert_int_equal (status_of ("/", "HTTP/1.1", FIELDS ({ "Host", "x" }, { "X", "a\tb \xc3\xbc" })), 0);
}

static void what_may_stand_once_stands_once (void **state)
{
    (void)state;
    static const char *const names[] = { "Host", "Authorization", "Content-Length", "Transfer-Encoding" };
    static const char *const values[] = { "x", "Bearer x", "1", "chunked" };
    for (size_t i = 0; i < ARRAY_SIZE (names); i++)
        assert_int_equal (
            status_of ("/", "HTTP/1.1", FIELDS ({ "host", "x" }, { names[i], values[i] }, { names[i], values[i] })),
            400);
}

static void lengths_are_plain_numbers (void **state)
{
    (void)state;
    static const char *const rows[] = { "", "+1", "-1", "0x1", "1,1", "1 ", " 1", "a", "99999999999999999999" };
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++)
        assert_int_equal (status_of ("/", "HTTP/1.1", FIELDS ({ "Host", "x" }, { "Content-Length", rows[i] })), 400);
    assert_int_equal (status_of ("/", "HTTP/1.1", FIELDS ({ "Host", "x" }, { "Content-Length", "16385" })), 413);
}

static void every_control_character_is_refused (void **state)
{
    (void)state;
    for (int c = 1; c < 256; c++) {
        char text[] = { 'a', (char)c, 'b', '\0' };
        bool in_value = c == '\t' || (c >= ' ' && c != 0x7f);
        bool in_target = c > ' ' && c < 0x7f;
        bool in_name = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
                       || (c < 128 && strchr ("!#$%&'*+-.^_`|~", c));
        assert_int_equal (status_of ("/", "HTTP/1.1", FIELDS ({ "Host", "x" }, { "X", text })), in_value ? 0 : 400);
        assert_int_equal (status_of ("/", "HTTP/1.1", FIELDS ({ "Host", "x" }, { text, "x" })), in_name ? 0 : 400);
        assert_int_equal (status_of (text, "HTTP/1.1", FIELDS ({ "Host", "x" })), in_target ? 0 : 400);
    }
    assert_int_equal (status_of ("/", "HTTP/1.1", FIELDS ({ "Host", "x" }, { "", "x" })), 400);
    assert_int_equal (status_of ("/a%00b", "HTTP/1.1", FIELDS ({ "Host", "x" })), 400);
}

static void versions_and_encodings_that_do_not_go_together (void **state)
{
    (void)state;
    assert_int_equal (status_of ("/", "HTTP/1.1", FIELDS ({ "X", "x" })), 400);
    assert_int_equal (status_of ("/", "HTTP/1.0", FIELDS ({ "Host", "x" }, { "Transfer-Encoding", "chunked" })), 400);
    assert_int_equal (
        status_of ("/", "HTTP/1.1",
                   FIELDS ({ "Host", "x" }, { "Content-Length", "1" }, { "Transfer-Encoding", "chunked" })),
        400);
    assert_int_equal (status_of ("/", "HTTP/1.1", FIELDS ({ "Host", "x" }, { "Transfer-Encoding", "gzip" })), 400);
    assert_int_equal (status_of ("/", "HTTP/1.2", FIELDS ({ "Host", "x" })), 505);
}

static void a_large_head_is_refused (void **state)
{
    (void)state;
    char value[6001];
    memset (value, 'a', sizeof (value) - 1);
    value[sizeof (value) - 1] = '\0';
    assert_int_equal (status_of ("/", "HTTP/1.1", FIELDS ({ "Host", "x" }, { "A", value })), 0);
    assert_int_equal (
        status_of ("/", "HTTP/1.1", FIELDS ({ "Host", "x" }, { "A", value }, { "B", value }, { "C", value })), 431);
}

int main (void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test (plain_requests_pass),
                                        cmocka_unit_test (what_may_stand_once_stands_once),
                                        cmocka_unit_test (lengths_are_plain_numbers),
                                        cmocka_unit_test (every_control_character_is_refused),
                                        cmocka_unit_test (versions_and_encodings_that_do_not_go_together),
                                        cmocka_unit_test (a_large_head_is_refused) };
    return cmocka_run_group_tests (tests, NULL, NULL);
}
