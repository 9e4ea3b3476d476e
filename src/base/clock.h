/* clock.h: time, in units named in the function.
 *
 * Wall time is UTC milliseconds since 1970.  Dates are `int32_t` days since
 * 1970-01-01 in the proleptic Gregorian calendar ("day numbers"), in China
 * Standard Time (UTC+8, no summer time) when taken from the clock.
 */
#ifndef BIHUAN_BASE_CLOCK_H
#define BIHUAN_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

enum { CLOCK_CHINA_OFFSET_S = 8 * 3600, DATE_TEXT_BYTES = 11, TIME_TEXT_BYTES = 21 };

int64_t clock_now_ms(void);       /* wall clock; tests may pin it with clock_set_ms */
int64_t clock_monotonic_ms(void); /* for intervals */
int64_t clock_monotonic_us(void);
void clock_set_ms(int64_t now_ms); /* tests and as-of: 0 gives the real clock back */
int32_t clock_today(void);         /* day number in China */

/* Day number of a civil date; false when there is no such day or year is outside 1900..2999. */
bool date_from_civil(int year, int month, int day, int32_t *ret_day);
void date_to_civil(int32_t day, int *ret_year, int *ret_month, int *ret_day);
/* 0 = Monday .. 6 = Sunday. */
int date_weekday(int32_t day);
/* "2024-07-08" into text[DATE_TEXT_BYTES]; returns text as slice. */
struct str date_format(int32_t day, char text[DATE_TEXT_BYTES]);
/* The same, in memory of the arena; STR_EMPTY when it has none left. */
struct str date_text(struct arena *arena, int32_t day);
/* Exactly "YYYY-MM-DD". */
bool date_parse(struct str s, int32_t *ret_day);
/* Last day of a month, 28..31. */
int date_days_in_month(int year, int month);
/* China wall time "2024-07-08 09:30:00" of a UTC time into text[TIME_TEXT_BYTES]. */
struct str time_format_china(int64_t at_ms, char text[TIME_TEXT_BYTES]);

#endif
