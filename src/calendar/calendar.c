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

/* Where the working days of the notices differ from Monday to Friday: +1 or -1 at a day, summed up from the first.  A
 * list page counts days for each of its rows, so counting must not walk over them. */
struct shift {
    int32_t day, sum;
};
static pthread_once_t shifts_once = PTHREAD_ONCE_INIT;
static struct shift builtin_shifts[BUILTIN_COUNT];
static size_t builtin_shift_count;
static struct shift *extra_shifts; /* of both kinds of rows; NULL without rows of run time */
static size_t extra_shift_count;

static int compare_rows(const void *a, const void *b)
{
    const struct calendar_row *x = a, *y = b;
    return (x->day > y->day) - (x->day < y->day);
}

/* Adds what row changes; the sorted shifts end at n. */
static size_t add_shift(struct shift *shifts, size_t n, const struct calendar_row *row)
{
    bool is_weekday = date_weekday(row->day) < 5;
    if (is_weekday == !row->is_off)
        return n;
    shifts[n] = (struct shift){row->day, (n ? shifts[n - 1].sum : 0) + (is_weekday ? -1 : 1)};
    return n + 1;
}

static void make_builtin_shifts(void)
{
    for (size_t i = 0; i < BUILTIN_COUNT; i++)
        builtin_shift_count = add_shift(builtin_shifts, builtin_shift_count, &builtin[i]);
}

/* Shifts of the compiled-in rows and of rows, which go before; both are sorted. */
static size_t merge_shifts(const struct calendar_row *rows, size_t count, struct shift *shifts)
{
    size_t n = 0, k = 0;
    for (size_t i = 0; i < BUILTIN_COUNT || k < count;) {
        bool is_ours = k < count && (i == BUILTIN_COUNT || rows[k].day <= builtin[i].day);
        if (is_ours && i < BUILTIN_COUNT && rows[k].day == builtin[i].day)
            i++;
        n = add_shift(shifts, n, is_ours ? &rows[k++] : &builtin[i++]);
    }
    return n;
}

enum rc calendar_set_rows(const struct calendar_row *rows, size_t count)
{
    struct calendar_row *fresh = NULL;
    struct shift *shifts = NULL;
    size_t shift_count = 0;
    if (count) {
        fresh = alloc_zeroed(count, sizeof *fresh);
        shifts = fresh ? alloc_zeroed(count + BUILTIN_COUNT, sizeof *shifts) : NULL;
        if (!shifts) {
            alloc_free(fresh);
            return RC_NOMEM;
        }
        memcpy(fresh, rows, count * sizeof *fresh);
        qsort(fresh, count, sizeof *fresh, compare_rows);
    }
    for (size_t i = 0; i < count; i++) {
        fresh[i].name[CALENDAR_NAME_BYTES - 1] = '\0';
        if (i == 0 || fresh[i].day != fresh[i - 1].day)
            continue;
        alloc_free(fresh);
        alloc_free(shifts);
        return RC_INVALID;
    }
    if (count)
        shift_count = merge_shifts(fresh, count, shifts);
    pthread_rwlock_wrlock(&lock);
    struct calendar_row *old = extra;
    struct shift *old_shifts = extra_shifts;
    extra = fresh;
    extra_count = count;
    extra_shifts = shifts;
    extra_shift_count = shift_count;
    pthread_rwlock_unlock(&lock);
    alloc_free(old);
    alloc_free(old_shifts);
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

/* Sum of the shifts up to day.  The caller holds the lock. */
static int32_t sum_shifts(int32_t day)
{
    const struct shift *shifts = extra_shifts ? extra_shifts : builtin_shifts;
    size_t low = 0, high = extra_shifts ? extra_shift_count : builtin_shift_count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (shifts[mid].day <= day)
            low = mid + 1;
        else
            high = mid;
    }
    return low ? shifts[low - 1].sum : 0;
}

/* Days from Monday to Friday up to day, from a Monday far before 1900. */
static int32_t count_weekdays(int32_t day)
{
    enum { MONDAY = -3 - 7 * 10000 };
    int32_t n = day - MONDAY, rest = n % 7 + 1;
    return n / 7 * 5 + (rest < 5 ? rest : 5);
}

int calendar_count_working_days(int32_t from, int32_t to, bool include_start, bool *ret_is_estimated)
{
    if (ret_is_estimated)
        *ret_is_estimated = false;
    if (to < from)
        return 0;
    from = clamp_day(from);
    to = clamp_day(to);
    (void)pthread_once(&shifts_once, make_builtin_shifts);
    pthread_rwlock_rdlock(&lock);
    int32_t before = include_start ? from - 1 : from;
    int count = count_weekdays(to) - count_weekdays(before) + sum_shifts(to) - sum_shifts(before);
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
