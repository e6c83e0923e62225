/* Instants and durations: reading and writing them. Instants are seconds since 1970 UTC, 0 meaning "none". */
#ifndef DPAT_BASE_TIME_H
#define DPAT_BASE_TIME_H

#include <stdint.h>

#define TIME_DAY ((int64_t)86400)

/* The last instant dpat writes: 9999-12-31T23:59:59Z, for RFC 3339 has four digits of year. */
#define TIME_LAST ((int64_t)253402300799)

/* "2027-01-31T23:59:59Z" and a NUL. */
#define TIME_TEXT_SIZE 21

/* Write RFC 3339 UTC with Z. Outside 0..TIME_LAST the nearest end is written. Returns out. */
const char *time_format (int64_t seconds, char out[TIME_TEXT_SIZE]);

/* "2027-01-31T23:59:59.123456Z" and a NUL. */
#define TIME_TEXT_US_SIZE 28

/* Write microseconds since 1970 UTC with so many digits (0 to 6) of a second's fraction. Returns out. */
const char *time_format_us (int64_t us, unsigned digits, char out[TIME_TEXT_US_SIZE]);

/* Read RFC 3339 section 5.6 date-time (any offset, fractions of a second cut off, leap second 60 read as 59). Returns
 * 0, or -1 when s is not one. */
int time_parse (const char *s, int64_t *ret_seconds);

/* The same in microseconds, and how many digits the fraction had (6 at most; ret_digits may be NULL). */
int time_parse_us (const char *s, int64_t *ret_us, unsigned *ret_digits);

/* Read "2027-01-31" as the last second of that day UTC. Returns 0, or -1 when s is no date that exists. */
int time_parse_date (const char *s, int64_t *ret_seconds);

/* Read a positive duration "90m", "12h", "30d", "4w", "1y" (365 days), "45s". Returns 0; -1 when s is none; -2 when it
 * is longer than 10000 years. */
int time_parse_duration (const char *s, int64_t *ret_seconds);

/* What a person says for an instant seen from now: "3 days ago", "in 12 hours", "just now". What is
 * ahead is rounded to the nearest unit, what is past is whole units. out holds size bytes. */
const char *time_relative (int64_t seconds, int64_t now, char *out, unsigned size);

/* A duration in its largest unit that divides it: 7776000 → "90d". out holds size bytes. */
const char *time_format_duration (int64_t seconds, char *out, unsigned size);

#endif
