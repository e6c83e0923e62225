/* Instants, durations, and WHEN. */
#include "tests/support/clock.h"
#include "tests/support/support.h"

#include "src/base/time.h"
#include "src/token/expiry.h"

static void writes_rfc_3339 (void **state)
{
    (void)state;
    char text[TIME_TEXT_SIZE];
    assert_string_equal (time_format (0, text), "1970-01-01T00:00:00Z");
    assert_string_equal (time_format (1800000000, text), "2027-01-15T08:00:00Z");
    assert_string_equal (time_format (TIME_LAST, text), "9999-12-31T23:59:59Z");
    assert_string_equal (time_format (INT64_MAX, text), "9999-12-31T23:59:59Z");
    assert_string_equal (time_format (INT64_MIN, text), "1970-01-01T00:00:00Z");
}

static void reads_rfc_3339 (void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds; /* -1: none */
    } rows[] = { { "2027-01-15T08:00:00Z", 1800000000 },
                 { "2027-01-15t08:00:00z", 1800000000 },
                 { "2027-01-15T10:00:00+02:00", 1800000000 },
                 { "2027-01-15T08:00:00.999Z", 1800000000 },
                 { "2027-02-30T00:00:00Z", -1 },
                 { "2027-13-01T00:00:00Z", -1 },
                 { "2027-01-15T25:00:00Z", -1 },
                 { "2027-01-15 08:00:00Z", 1800000000 },
                 { "2027-01-15T08:00:00", -1 },
                 { "2027-01-15T08:00:00Zx", -1 },
                 { "2027-01-15T08:00:00+2:00", -1 },
                 { "", -1 },
                 { "27-01-15T08:00:00Z", -1 },
                 { "2027-1-15T08:00:00Z", -1 } };
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        int64_t seconds = -1;
        int status = time_parse (rows[i].text, &seconds);
        if ((status == 0 ? seconds : -1) != rows[i].seconds)
            fail_msg ("\"%s\" was read as %lld", rows[i].text, (long long)seconds);
    }
}

static void date_is_its_last_second (void **state)
{
    (void)state;
    int64_t seconds;
    assert_int_equal (time_parse_date ("2027-01-31", &seconds), 0);
    assert_int_equal (seconds, 1801439999);
    assert_int_equal (time_parse_date ("2028-02-29", &seconds), 0);
    assert_int_equal (time_parse_date ("2027-02-29", &seconds), -1);
    assert_int_equal (time_parse_date ("2027-02-30", &seconds), -1);
    assert_int_equal (time_parse_date ("2027-00-10", &seconds), -1);
    assert_int_equal (time_parse_date ("2027-01-31x", &seconds), -1);
}

static void reads_durations (void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int status;
        int64_t seconds;
    } rows[] = { { "45s", 0, 45 },      { "90m", 0, 5400 },   { "12h", 0, 43200 },
                 { "30d", 0, 2592000 }, { "4w", 0, 2419200 }, { "1y", 0, 31536000 },
                 { "13q", -1, 0 },      { "30", -1, 0 },      { "0d", -1, 0 },
                 { "-3d", -1, 0 },      { "", -1, 0 },        { "d", -1, 0 },
                 { "1.5h", -1, 0 },     { " 3d", -1, 0 },     { "99999999999999999999d", -2, 0 },
                 { "10001y", -2, 0 } };
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        int64_t seconds = 0;
        int status = time_parse_duration (rows[i].text, &seconds);
        if (status != rows[i].status || (status == 0 && seconds != rows[i].seconds))
            fail_msg ("\"%s\": %d, %lld", rows[i].text, status, (long long)seconds);
    }
}

static void when_is_always_ahead (void **state)
{
    (void)state;
    int64_t now = CLOCK_SOME_DAY, seconds;
    struct error err = ERROR_INIT;
    assert_ok (expiry_parse ("30d", now, &seconds, &err), &err);
    assert_int_equal (seconds, now + 30 * TIME_DAY);
    assert_ok (expiry_parse ("never", now, &seconds, &err), &err);
    assert_int_equal (seconds, EXPIRY_NEVER);
    assert_ok (expiry_parse ("2027-01-31", now, &seconds, &err), &err);
    assert_int_equal (seconds, 1801439999);
    assert_ok (expiry_parse ("2027-01-15", now, &seconds, &err), &err); /* the end of today */
    static const char *const bad[] = { "2027-01-14", "2027-01-15T08:00:00Z",  "2027-02-30", "13q", "",
                                       "9999y",      "99999999999999999999d", "tomorrow",   "-1d", "0d" };
    for (size_t i = 0; i < ARRAY_SIZE (bad); i++) {
        struct error why = ERROR_INIT;
        if (expiry_parse (bad[i], now, &seconds, &why) == 0)
            fail_msg ("\"%s\" was taken", bad[i]);
        assert_code (&why, ERROR_INVALID_TIME);
    }
}

static void says_instants_as_people_do (void **state)
{
    (void)state;
    char text[40];
    int64_t now = CLOCK_SOME_DAY;
    assert_string_equal (time_relative (now - 3 * TIME_DAY, now, text, sizeof (text)), "3 days ago");
    assert_string_equal (time_relative (now + 12 * 3600, now, text, sizeof (text)), "in 12 hours");
    assert_string_equal (time_relative (now + 30 * TIME_DAY - 1, now, text, sizeof (text)), "in 30 days");
    assert_string_equal (time_relative (now + 40 * 60, now, text, sizeof (text)), "in 40 minutes");
    assert_string_equal (time_relative (now - 30 * TIME_DAY + 1, now, text, sizeof (text)), "29 days ago");
    assert_string_equal (time_relative (now, now, text, sizeof (text)), "just now");
    assert_string_equal (time_format_duration (90 * TIME_DAY, text, sizeof (text)), "90d");
    assert_string_equal (time_format_duration (5400, text, sizeof (text)), "90m");
}

static void microseconds_keep_their_digits (void **state)
{
    (void)state;
    static const char *const rows[] = { "2027-01-15T08:00:00Z", "2027-01-15T08:00:00.5Z", "2027-01-15T08:00:00.000Z",
                                        "2027-01-15T08:00:00.019520Z", "2027-01-15T08:00:00.000001Z" };
    char text[TIME_TEXT_US_SIZE];
    int64_t us;
    unsigned digits;
    for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
        assert_int_equal (time_parse_us (rows[i], &us, &digits), 0);
        assert_string_equal (time_format_us (us, digits, text), rows[i]);
    }
    assert_int_equal (time_parse_us ("2027-01-15T08:00:00.12345678Z", &us, &digits), 0);
    assert_string_equal (time_format_us (us, digits, text), "2027-01-15T08:00:00.123456Z");
    assert_int_equal (time_parse_us ("2027-01-15T08:00:00.Z", &us, &digits), -1);
    assert_int_equal (time_parse_us ("1970-01-01T00:00:00+02:00", &us, &digits), -1);
}

int main (void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test (writes_rfc_3339),
        cmocka_unit_test (reads_rfc_3339),
        cmocka_unit_test (date_is_its_last_second),
        cmocka_unit_test (reads_durations),
        cmocka_unit_test (when_is_always_ahead),
        cmocka_unit_test (says_instants_as_people_do),
        cmocka_unit_test (microseconds_keep_their_digits),
    };
    return cmocka_run_group_tests (tests, NULL, NULL);
}
