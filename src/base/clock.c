/* clock.c: time; see clock.h.  Civil-date arithmetic after H. Hinnant's days_from_civil. */
#include "base/clock.h"

#include <stdatomic.h>
#include <time.h>

static _Atomic int64_t clock_pinned_ms;

int64_t clock_now_ms(void)
{
    int64_t pinned = atomic_load_explicit(&clock_pinned_ms, memory_order_relaxed);
    if (pinned)
        return pinned;
    struct timespec ts;
    (void)clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_monotonic_us(void)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t clock_monotonic_ms(void) { return clock_monotonic_us() / 1000; }

void clock_set_ms(int64_t now_ms) { atomic_store(&clock_pinned_ms, now_ms); }

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a % b < 0) != (b < 0)); }

int32_t clock_today(void) { return (int32_t)floor_div(clock_now_ms() / 1000 + CLOCK_CHINA_OFFSET_S, 86400); }

int date_days_in_month(int year, int month)
{
    static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && is_leap ? 29 : days[(month - 1) % 12];
}

bool date_from_civil(int year, int month, int day, int32_t *ret_day)
{
    if (year < 1900 || year > 2999 || month < 1 || month > 12 || day < 1 || day > date_days_in_month(year, month))
        return false;
    int y = year - (month <= 2);
    int era = y / 400;
    int yoe = y - era * 400;
    int doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    *ret_day = era * 146097 + doe - 719468;
    return true;
}

void date_to_civil(int32_t day, int *ret_year, int *ret_month, int *ret_day)
{
    int64_t z = (int64_t)day + 719468;
    int64_t era = floor_div(z, 146097);
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    *ret_day = (int)(doy - (153 * mp + 2) / 5 + 1);
    *ret_month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *ret_year = (int)(yoe + era * 400 + (*ret_month <= 2));
}

int date_weekday(int32_t day) { return (int)(((int64_t)day % 7 + 7 + 3) % 7); /* 1970-01-01 was a Thursday */ }

static void put_two(char *to, unsigned n)
{
    to[0] = (char)('0' + n / 10 % 10);
    to[1] = (char)('0' + n % 10);
}

struct str date_format(int32_t day, char text[DATE_TEXT_BYTES])
{
    int y, m, d;
    date_to_civil(day, &y, &m, &d);
    if (y < 0 || y > 9999)
        y = m = d = 0;
    put_two(text, (unsigned)y / 100);
    put_two(text + 2, (unsigned)y % 100);
    put_two(text + 5, (unsigned)m);
    put_two(text + 8, (unsigned)d);
    text[4] = text[7] = '-';
    text[DATE_TEXT_BYTES - 1] = '\0';
    return (struct str){text, DATE_TEXT_BYTES - 1};
}

struct str date_text(struct arena *arena, int32_t day)
{
    char text[DATE_TEXT_BYTES];
    return arena_copy_str(arena, date_format(day, text));
}

static bool parse_digits(struct str s, size_t from, size_t n, int *ret)
{
    int value = 0;
    for (size_t i = from; i < from + n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        value = value * 10 + (s.p[i] - '0');
    }
    *ret = value;
    return true;
}

bool date_parse(struct str s, int32_t *ret_day)
{
    int y, m, d;
    return s.n == 10 && s.p[4] == '-' && s.p[7] == '-' && parse_digits(s, 0, 4, &y) && parse_digits(s, 5, 2, &m) &&
           parse_digits(s, 8, 2, &d) && date_from_civil(y, m, d, ret_day);
}

struct str time_format_china(int64_t at_ms, char text[TIME_TEXT_BYTES])
{
    int64_t seconds = floor_div(at_ms, 1000) + CLOCK_CHINA_OFFSET_S;
    int64_t day = floor_div(seconds, 86400);
    int64_t rest = seconds - day * 86400;
    (void)date_format((int32_t)day, text);
    put_two(text + 11, (unsigned)(rest / 3600));
    put_two(text + 14, (unsigned)(rest / 60 % 60));
    put_two(text + 17, (unsigned)(rest % 60));
    text[10] = ' ';
    text[13] = text[16] = ':';
    text[19] = '\0';
    return (struct str){text, TIME_TEXT_BYTES - 2};
}
