/* loop_report_cycle.c: which days a report covers and when it is due. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "loop/report_cycle.h"

static int32_t day(const char *text)
{
    int32_t n = 0;
    assert_true(date_parse(str_from_cstr(text), &n));
    return n;
}

static void expect(const char *cycle, const char *from, bool is_first, const char *to, const char *open,
                   const char *due)
{
    struct report_period period;
    assert_true(report_cycle_period(str_from_cstr(cycle), day(from), is_first, &period));
    assert_int_equal(period.from, day(from));
    assert_int_equal(period.to, day(to));
    assert_int_equal(period.open, day(open));
    assert_int_equal(period.due, day(due));
}

static void weeks_end_on_sunday(void **state)
{
    (void)state;
    expect("weekly", "2026-03-02", false, "2026-03-08", "2026-03-06", "2026-03-09");
    expect("weekly", "2026-03-06", true, "2026-03-08", "2026-03-06", "2026-03-09");
    expect("weekly", "2026-03-07", true, "2026-03-15", "2026-03-13", "2026-03-16"); /* two days are joined */
    expect("weekly", "2026-03-08", false, "2026-03-08", "2026-03-08", "2026-03-09");
    expect("weekly", "2026-09-28", false, "2026-10-04", "2026-10-02", "2026-10-08"); /* national days */
}

static void months_and_pairs_of_months(void **state)
{
    (void)state;
    expect("monthly", "2026-02-01", false, "2026-02-28", "2026-02-28", "2026-03-05");
    expect("monthly", "2026-01-25", true, "2026-02-28", "2026-02-28", "2026-03-05");
    expect("monthly", "2026-12-01", false, "2026-12-31", "2026-12-31", "2027-01-05");
    expect("bimonthly", "2026-01-01", false, "2026-02-28", "2026-02-28", "2026-03-05");
    expect("bimonthly", "2026-02-20", true, "2026-04-30", "2026-04-30", "2026-05-06");
    expect("bimonthly", "2026-11-01", false, "2026-12-31", "2026-12-31", "2027-01-05");
}

static void own_days(void **state)
{
    (void)state;
    expect("days:10", "2026-03-02", true, "2026-03-11", "2026-03-11", "2026-03-12");
    expect("days:1", "2026-03-06", false, "2026-03-06", "2026-03-06", "2026-03-09");
}

static void others_have_none(void **state)
{
    static const char *const cycles[] = {"", "daily", "days:", "days:0", "days:367", "days:-1", "days:x", "Weekly"};
    struct report_period period;
    (void)state;
    for (size_t i = 0; i < sizeof cycles / sizeof *cycles; i++)
        assert_false(report_cycle_period(str_from_cstr(cycles[i]), day("2026-03-02"), false, &period));
}

/* Period follows period without a gap or an overlap, and each is due after it ends. */
static void periods_follow_each_other(void **state)
{
    static const char *const cycles[] = {"weekly", "monthly", "bimonthly", "days:17"};
    (void)state;
    for (size_t i = 0; i < sizeof cycles / sizeof *cycles; i++) {
        struct report_period period;
        int32_t from = day("2025-01-15");
        for (int n = 0; n < 60; n++) {
            assert_true(report_cycle_period(str_from_cstr(cycles[i]), from, n == 0, &period));
            assert_true(period.from == from && period.to >= from && period.open >= from && period.open <= period.to &&
                        period.due > period.to);
            from = period.to + 1;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(weeks_end_on_sunday),
                                       cmocka_unit_test(months_and_pairs_of_months), cmocka_unit_test(own_days),
                                       cmocka_unit_test(others_have_none), cmocka_unit_test(periods_follow_each_other)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
