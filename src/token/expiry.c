/* WHEN: how a person writes an expiry or a span of time. */
#include "src/token/expiry.h"

#include <string.h>

#include "src/base/time.h"

int duration_parse (const char *text, const char *option, int64_t *ret_seconds, struct error *err)
{
    int status = time_parse_duration (text, ret_seconds);
    if (status == 0)
        return 0;
    if (status == -2)
        return error_set (err, ERROR_INVALID_TIME, "%s: \"%.40s\" is too long", option, text);
    error_set (err, ERROR_INVALID_TIME, "%s: \"%.40s\" is no span of time", option, text);
    return error_hint (err, "write a number and one of m, h, d, w, y, as in 90m, 12h, 30d, 4w, 1y");
}

int expiry_parse (const char *text, int64_t now, int64_t *ret_seconds, struct error *err)
{
    if (strcmp (text, "never") == 0) {
        *ret_seconds = EXPIRY_NEVER;
        return 0;
    }
    int64_t seconds;
    int status = time_parse_duration (text, &seconds);
    if (status == 0)
        seconds += now;
    if (status == -2 || (status == 0 && seconds > TIME_LAST))
        return error_set (err, ERROR_INVALID_TIME, "the expiry \"%.40s\" lies beyond the year 9999", text);
    if (status != 0 && time_parse_date (text, &seconds) != 0 && time_parse (text, &seconds) != 0) {
        error_set (err, ERROR_INVALID_TIME, "\"%.40s\" is no expiry, or no date that exists", text);
        return error_hint (err, "write 30d, 12h, 4w, 90m, 1y, a date as 2027-01-31, an RFC 3339 time, or never");
    }
    if (seconds <= now) {
        char past[TIME_TEXT_SIZE];
        return error_set (err, ERROR_INVALID_TIME, "the expiry %s is past", time_format (seconds, past));
    }
    *ret_seconds = seconds;
    return 0;
}
