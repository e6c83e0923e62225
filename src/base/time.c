/* Reading and writing instants and durations, without the C library's time zones. */
#include "src/base/time.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "src/base/memory.h"

/* Days since 1970-01-01 of a date in the proleptic Gregorian calendar, and back, counting in eras of 400 years that
 * begin on the first of March. */
enum { DAYS_OF_ERA = 146097, DAYS_TO_1970 = 719468 };

static int64_t days_from_date (int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = year / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * DAYS_OF_ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - DAYS_TO_1970;
}

static void date_from_days (int64_t days, int *ret_year, int *ret_month, int *ret_day)
{
    days += DAYS_TO_1970;
    int64_t era = days / DAYS_OF_ERA;
    int64_t day_of_era = days - era * DAYS_OF_ERA;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * day_of_year + 2) / 153;
    *ret_day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1);
    *ret_month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    *ret_year = (int)(year_of_era + era * 400 + (*ret_month <= 2));
}

const char *time_format (int64_t seconds, char out[TIME_TEXT_SIZE])
{
    if (seconds < 0)
        seconds = 0;
    if (seconds > TIME_LAST)
        seconds = TIME_LAST;
    int year, month, day;
    date_from_days (seconds / TIME_DAY, &year, &month, &day);
    unsigned rest = (unsigned)(seconds % TIME_DAY);
    snprintf (out, TIME_TEXT_SIZE, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)year % 10000, (unsigned)month % 100,
              (unsigned)day % 100, rest / 3600, rest / 60 % 60, rest % 60);
    return out;
}

const char *time_format_us (int64_t us, unsigned digits, char out[TIME_TEXT_US_SIZE])
{
    unsigned fraction = us > 0 ? (unsigned)(us % 1000000) : 0;
    time_format (us / 1000000, out);
    if (digits == 0)
        return out;
    for (unsigned i = digits; i < 6; i++)
        fraction /= 10;
    size_t at = strlen (out) - 1; /* of the Z */
    snprintf (out + at, TIME_TEXT_US_SIZE - at, ".%0*uZ", (int)(digits < 6 ? digits : 6), fraction);
    return out;
}

static bool read_digits (const char **s, int count, int least, int most, int *ret)
{
    int value = 0;
    for (int i = 0; i < count; i++) {
        if (!isdigit ((unsigned char)**s))
            return false;
        value = value * 10 + (*(*s)++ - '0');
    }
    *ret = value;
    return value >= least && value <= most;
}

static bool read_char (const char **s, const char *choices)
{
    if (**s == '\0' || strchr (choices, **s) == NULL)
        return false;
    (*s)++;
    return true;
}

static bool read_date (const char **s, int64_t *ret_days)
{
    static const int lengths[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int year, month, day;
    if (!read_digits (s, 4, 1970, 9999, &year) || !read_char (s, "-") || !read_digits (s, 2, 1, 12, &month)
        || !read_char (s, "-") || !read_digits (s, 2, 1, lengths[month - 1], &day))
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (month == 2 && day == 29 && !leap)
        return false;
    *ret_days = days_from_date (year, month, day);
    return true;
}

/* "Z", "+02:00" or "-11:30", in seconds east of UTC. */
static bool read_offset (const char **s, int64_t *ret_offset)
{
    *ret_offset = 0;
    if (read_char (s, "Zz"))
        return true;
    int sign = **s == '-' ? -1 : 1;
    int hours, minutes;
    if (!read_char (s, "+-") || !read_digits (s, 2, 0, 23, &hours) || !read_char (s, ":")
        || !read_digits (s, 2, 0, 59, &minutes))
        return false;
    *ret_offset = sign * (hours * 3600 + minutes * 60);
    return true;
}

/* The digits behind a "." as microseconds; those beyond the sixth are cut off. */
static bool read_fraction (const char **s, int64_t *ret_us, unsigned *ret_digits)
{
    int64_t us = 0;
    unsigned digits = 0;
    if (read_char (s, ".")) {
        if (!isdigit ((unsigned char)**s))
            return false;
        for (; isdigit ((unsigned char)**s); (*s)++)
            if (digits < 6) {
                us = us * 10 + (**s - '0');
                digits++;
            }
    }
    for (unsigned i = digits; i < 6; i++)
        us *= 10;
    *ret_us = us;
    *ret_digits = digits;
    return true;
}

int time_parse_us (const char *s, int64_t *ret_us, unsigned *ret_digits)
{
    int64_t days, offset, fraction_us;
    unsigned digits;
    int hour, minute, second;
    if (!read_date (&s, &days) || !read_char (&s, "Tt ") || !read_digits (&s, 2, 0, 23, &hour) || !read_char (&s, ":")
        || !read_digits (&s, 2, 0, 59, &minute) || !read_char (&s, ":") || !read_digits (&s, 2, 0, 60, &second)
        || !read_fraction (&s, &fraction_us, &digits) || !read_offset (&s, &offset) || *s != '\0')
        return -1;
    int64_t seconds = days * TIME_DAY + hour * 3600 + minute * 60 + (second == 60 ? 59 : second) - offset;
    if (seconds < 0 || seconds > TIME_LAST)
        return -1;
    *ret_us = seconds * 1000000 + fraction_us;
    if (ret_digits)
        *ret_digits = digits;
    return 0;
}

int time_parse (const char *s, int64_t *ret_seconds)
{
    int64_t us;
    if (time_parse_us (s, &us, NULL) != 0)
        return -1;
    *ret_seconds = us / 1000000;
    return 0;
}

int time_parse_date (const char *s, int64_t *ret_seconds)
{
    int64_t days;
    if (!read_date (&s, &days) || *s != '\0')
        return -1;
    *ret_seconds = days * TIME_DAY + TIME_DAY - 1;
    return 0;
}

static const struct {
    char letter;
    const char *word;
    int64_t seconds;
} units[] = { { 'y', "year", 365 * TIME_DAY }, { 'w', "week", 7 * TIME_DAY }, { 'd', "day", TIME_DAY },
              { 'h', "hour", 3600 },           { 'm', "minute", 60 },         { 's', "second", 1 } };

int time_parse_duration (const char *s, int64_t *ret_seconds)
{
    const int64_t longest = 10000 * 365 * TIME_DAY;
    int64_t count = 0;
    if (!isdigit ((unsigned char)*s))
        return -1;
    bool too_long = false;
    for (; isdigit ((unsigned char)*s); s++) {
        count = count * 10 + (*s - '0');
        too_long = too_long || count > longest;
        if (too_long)
            count = longest + 1;
    }
    for (size_t i = 0; i < ARRAY_SIZE (units); i++) {
        if (s[0] != units[i].letter || s[1] != '\0')
            continue;
        if (too_long || count > longest / units[i].seconds)
            return -2;
        if (count == 0)
            return -1;
        *ret_seconds = count * units[i].seconds;
        return 0;
    }
    return -1;
}

const char *time_relative (int64_t seconds, int64_t now, char *out, unsigned size)
{
    int64_t distance = seconds > now ? seconds - now : now - seconds;
    for (size_t i = 0; i < ARRAY_SIZE (units) - 1; i++) {
        int64_t count = distance / units[i].seconds;
        /* weeks are hard to compare with days; people say "45 days" */
        if (count == 0 || units[i].letter == 'w' || (units[i].letter == 'y' && count < 2))
            continue;
        if (seconds > now) /* a moment after "in 30 days" was asked for it still is that */
            count = (distance + units[i].seconds / 2) / units[i].seconds;
        snprintf (out, size, "%s%" PRId64 " %s%s%s", seconds > now ? "in " : "", count, units[i].word,
                  count == 1 ? "" : "s", seconds > now ? "" : " ago");
        return out;
    }
    snprintf (out, size, "%s", seconds > now ? "in seconds" : "just now");
    return out;
}

const char *time_format_duration (int64_t seconds, char *out, unsigned size)
{
    for (size_t i = 0; i < ARRAY_SIZE (units); i++) {
        bool whole = seconds % units[i].seconds == 0 && seconds >= units[i].seconds;
        if (!whole || (units[i].letter == 'w' && seconds % TIME_DAY == 0))
            continue;
        snprintf (out, size, "%" PRId64 "%c", seconds / units[i].seconds, units[i].letter);
        return out;
    }
    snprintf (out, size, "%" PRId64 "s", seconds);
    return out;
}
