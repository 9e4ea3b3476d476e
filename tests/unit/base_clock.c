/* base_clock.c: days and times. */
#include "unit.h"

#include <time.h>

#include "base/clock.h"

static void round_trips_every_day(void **state)
{
    (void)state;
    int32_t expected = 0, first = 0;
    assert_true(date_from_civil(1900, 1, 1, &first));
    expected = first;
    for (int year = 1900; year <= 2999; year++)
        for (int month = 1; month <= 12; month++)
            for (int day = 1; day <= date_days_in_month(year, month); day++, expected++) {
                int32_t number, parsed;
                int y, m, d;
                char text[DATE_TEXT_BYTES];
                assert_true(date_from_civil(year, month, day, &number) && number == expected);
                date_to_civil(number, &y, &m, &d);
                assert_true(y == year && m == month && d == day);
                assert_true(date_parse(date_format(number, text), &parsed) && parsed == number);
                assert_true(date_weekday(number) == (number - first) % 7); /* 1900-01-01 was a Monday */
            }
}

/* The C library's own calendar as oracle. */
static void agrees_with_gmtime(void **state)
{
    (void)state;
    for (int32_t day = -25567; day < 376199; day += 97) {
        time_t seconds = (time_t)day * 86400;
        struct tm tm;
        int y, m, d;
        gmtime_r(&seconds, &tm);
        date_to_civil(day, &y, &m, &d);
        assert_true(y == tm.tm_year + 1900 && m == tm.tm_mon + 1 && d == tm.tm_mday);
        assert_int_equal(date_weekday(day), (tm.tm_wday + 6) % 7);
    }
}

static void refuses_days_that_are_none(void **state)
{
    (void)state;
    int32_t day;
    assert_false(date_from_civil(2025, 2, 29, &day));
    assert_true(date_from_civil(2024, 2, 29, &day));
    assert_false(date_from_civil(2100, 2, 29, &day));
    assert_false(date_from_civil(1899, 12, 31, &day));
    assert_false(date_from_civil(3000, 1, 1, &day));
    assert_false(date_from_civil(2025, 0, 1, &day));
    assert_false(date_from_civil(2025, 13, 1, &day));
    assert_false(date_from_civil(2025, 1, 0, &day));
    static const char *const bad[] = {"",           "2025-1-01",  "2025-01-1", "2025/01/01", "2025-01-01 ",
                                      "2025-02-30", "-025-01-01", "20250101"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(date_parse(str_from_cstr(bad[i]), &day));
}

static void takes_the_day_in_china(void **state)
{
    (void)state;
    int32_t expected;
    assert_true(date_from_civil(2024, 7, 9, &expected));
    clock_set_ms(((int64_t)expected - 1) * 86400000 + 16 * 3600000); /* 16:00 UTC is midnight in China */
    assert_int_equal(clock_today(), expected);
    clock_set_ms(clock_now_ms() - 1);
    assert_int_equal(clock_today(), expected - 1);
    char text[TIME_TEXT_BYTES];
    assert_str(time_format_china(clock_now_ms(), text), "2024-07-08 23:59:59");
    clock_set_ms(0);
    assert_true(clock_monotonic_us() <= clock_monotonic_us());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trips_every_day),
        cmocka_unit_test(agrees_with_gmtime),
        cmocka_unit_test(refuses_days_that_are_none),
        cmocka_unit_test(takes_the_day_in_china),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
