/* calendar.h: working days in China.
 *
 * Owns the yearly notices of the State Council as data: rows compiled in from data/holidays.csv, and rows set at run
 * time, which take precedence.  A day that no row names is a working day from Monday to Friday.  A year is
 * known when a row names its 1 October (every yearly notice does); a result that touches a day of an unknown year is
 * estimated and must be shown so.  Days are day numbers (base/clock.h).  Any thread; calendar_set_rows may run beside
 * readers.
 */
#ifndef BIHUAN_CALENDAR_CALENDAR_H
#define BIHUAN_CALENDAR_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "base/str.h"

enum { CALENDAR_NAME_BYTES = 96, CALENDAR_COUNT_MAX = 100000 };

struct calendar_row {
    int32_t day;
    bool is_off;                    /* true: free; false: a working day that makes up for one */
    char name[CALENDAR_NAME_BYTES]; /* of the holiday, NUL-terminated UTF-8; may be empty */
};

/* Replaces the rows of run time by a copy of rows, in any order, each day at most once; count 0 removes them.
 * RC_NOMEM, RC_INVALID for a repeated day; the old rows then stay. */
enum rc calendar_set_rows(const struct calendar_row *rows, size_t count) MUST_CHECK;
bool calendar_is_working_day(int32_t day);
/* Whether the year of day has its notice. */
bool calendar_is_known(int32_t day);
/* The row that names day, copied to *ret; false when there is none. */
bool calendar_find_row(int32_t day, struct calendar_row *ret);
/* Working days from `from` to `to`, `to` included, `from` counted only when include_start; 0 when to < from.
 * ret_is_estimated may be NULL. */
int calendar_count_working_days(int32_t from, int32_t to, bool include_start, bool *ret_is_estimated);
/* The n-th working day from `from` on, which itself counts as the first when include_start and it is a working day.  n
 * is 1 .. CALENDAR_COUNT_MAX; n <= 0 gives `from`.  ret_is_estimated may be NULL. */
int32_t calendar_add_working_days(int32_t from, int n, bool include_start, bool *ret_is_estimated);
/* The compiled-in rows in order of day, for export and display: false when index is past the last. */
bool calendar_builtin_row(size_t index, struct calendar_row *ret);

#endif
