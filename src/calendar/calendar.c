/* calendar.c: working days in China; see calendar.h. */
#include "calendar/calendar.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"

static const struct calendar_row builtin[] = {
#include "calendar/builtin.inc"
};

enum { BUILTIN_COUNT = sizeof builtin / sizeof builtin[0] };

/* Rows of run time, sorted by day.  Readers hold the lock for the whole of one question, so an answer never mixes two
 * sets. */
static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static struct calendar_row *extra;
static size_t extra_count;

static int compare_rows(const void *a, const void *b)
{
    const struct calendar_row *x = a, *y = b;
    return (x->day > y->day) - (x->day < y->day);
}

enum rc calendar_set_rows(const struct calendar_row *rows, size_t count)
{
    struct calendar_row *fresh = NULL;
    if (count) {
        fresh = alloc_zeroed(count, sizeof *fresh);
        if (!fresh)
            return RC_NOMEM;
        memcpy(fresh, rows, count * sizeof *fresh);
        qsort(fresh, count, sizeof *fresh, compare_rows);
    }
    for (size_t i = 0; i < count; i++) {
        fresh[i].name[CALENDAR_NAME_BYTES - 1] = '\0';
        if (i == 0 || fresh[i].day != fresh[i - 1].day)
            continue;
        alloc_free(fresh);
        return RC_INVALID;
    }
    pthread_rwlock_wrlock(&lock);
    struct calendar_row *old = extra;
    extra = fresh;
    extra_count = count;
    pthread_rwlock_unlock(&lock);
    alloc_free(old);
    return RC_OK;
}

/* The row of day, those of run time first; NULL when none.  The caller holds the lock. */
static const struct calendar_row *find_row(int32_t day)
{
    struct calendar_row key = {.day = day};
    const struct calendar_row *row = NULL;
    if (extra_count)
        row = bsearch(&key, extra, extra_count, sizeof *extra, compare_rows);
    return row ? row : bsearch(&key, builtin, BUILTIN_COUNT, sizeof builtin[0], compare_rows);
}

static bool is_working(int32_t day)
{
    const struct calendar_row *row = find_row(day);
    return row ? !row->is_off : date_weekday(day) < 5;
}

static bool is_known_year(int32_t day)
{
    int year, month, day_of_month;
    date_to_civil(day, &year, &month, &day_of_month);
    int32_t national_day;
    return date_from_civil(year, 10, 1, &national_day) && find_row(national_day);
}

/* Whether a year that from..to touches is unknown. */
static bool is_estimate(int32_t from, int32_t to)
{
    int year, last, month, day_of_month;
    date_to_civil(from, &year, &month, &day_of_month);
    date_to_civil(to, &last, &month, &day_of_month);
    for (; year <= last; year++) {
        int32_t national_day;
        if (!date_from_civil(year, 10, 1, &national_day) || !find_row(national_day))
            return true;
    }
    return false;
}

/* Days beyond date_from_civil's years are counted as its first or last day: a wrong day number must not cost time. */
static int32_t clamp_day(int32_t day)
{
    enum { FIRST_DAY = -25567, LAST_DAY = 376199 }; /* 1900-01-01, 2999-12-31 */
    return day < FIRST_DAY ? FIRST_DAY : day > LAST_DAY ? LAST_DAY : day;
}

bool calendar_is_working_day(int32_t day)
{
    pthread_rwlock_rdlock(&lock);
    bool result = is_working(day);
    pthread_rwlock_unlock(&lock);
    return result;
}

bool calendar_is_known(int32_t day)
{
    pthread_rwlock_rdlock(&lock);
    bool result = is_known_year(day);
    pthread_rwlock_unlock(&lock);
    return result;
}

bool calendar_find_row(int32_t day, struct calendar_row *ret)
{
    pthread_rwlock_rdlock(&lock);
    const struct calendar_row *row = find_row(day);
    if (row)
        *ret = *row;
    pthread_rwlock_unlock(&lock);
    return row;
}

int calendar_count_working_days(int32_t from, int32_t to, bool include_start, bool *ret_is_estimated)
{
    int count = 0;
    if (ret_is_estimated)
        *ret_is_estimated = false;
    if (to < from)
        return 0;
    from = clamp_day(from);
    to = clamp_day(to);
    pthread_rwlock_rdlock(&lock);
    for (int32_t day = from; day < to; day++)
        count += (day != from || include_start) && is_working(day);
    count += (to != from || include_start) && is_working(to);
    if (ret_is_estimated)
        *ret_is_estimated = is_estimate(from, to);
    pthread_rwlock_unlock(&lock);
    return count;
}

int32_t calendar_add_working_days(int32_t from, int n, bool include_start, bool *ret_is_estimated)
{
    if (n > CALENDAR_COUNT_MAX)
        n = CALENDAR_COUNT_MAX;
    from = clamp_day(from);
    pthread_rwlock_rdlock(&lock);
    int32_t day = from;
    int left = n > 0 ? n - (include_start && is_working(from)) : 0;
    while (left > 0)
        left -= is_working(++day);
    if (ret_is_estimated)
        *ret_is_estimated = is_estimate(from, day);
    pthread_rwlock_unlock(&lock);
    return day;
}

bool calendar_builtin_row(size_t index, struct calendar_row *ret)
{
    if (index >= BUILTIN_COUNT)
        return false;
    *ret = builtin[index];
    return true;
}
