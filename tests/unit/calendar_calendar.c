/* calendar_calendar.c: working days against the figures of the notices. */
#include "unit.h"

#include "base/clock.h"
#include "calendar/calendar.h"

static int32_t day_of(const char *text)
{
    int32_t day = 0;
    if (!date_parse(str_from_cstr(text), &day))
        fail_msg("%s", text);
    return day;
}

static void counts_a_publicity_period(void **state)
{
    (void)state;
    bool is_estimated = true;
    assert_int_equal(calendar_count_working_days(day_of("2024-07-08"), day_of("2024-07-26"), true, &is_estimated), 15);
    assert_false(is_estimated);
    assert_int_equal(calendar_count_working_days(day_of("2024-07-08"), day_of("2024-07-26"), false, NULL), 14);
    assert_int_equal(calendar_count_working_days(day_of("2026-02-09"), day_of("2026-03-06"), false, NULL), 15);
    assert_int_equal(calendar_count_working_days(day_of("2026-02-09"), day_of("2026-03-06"), true, NULL), 16);
    assert_int_equal(calendar_count_working_days(day_of("2024-07-08"), day_of("2024-07-07"), true, NULL), 0);
}

static void adds_working_days_over_holidays(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"2024-07-08", "2024-07-26"}, {"2024-09-09", "2024-09-29"}, {"2024-09-25", "2024-10-18"},
        {"2025-01-20", "2025-02-13"}, {"2025-04-25", "2025-05-19"}, {"2025-09-25", "2025-10-21"},
        {"2026-02-09", "2026-03-05"}, {"2026-09-21", "2026-10-16"}, {"2025-09-22", "2025-10-16"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool is_estimated = true;
        char text[DATE_TEXT_BYTES];
        assert_str(date_format(calendar_add_working_days(day_of(cases[i][0]), 15, true, &is_estimated), text),
                   cases[i][1]);
        assert_false(is_estimated);
        assert_int_equal(calendar_count_working_days(day_of(cases[i][0]), day_of(cases[i][1]), true, NULL), 15);
    }
    assert_int_equal(calendar_add_working_days(day_of("2024-07-08"), 0, true, NULL), day_of("2024-07-08"));
    assert_int_equal(calendar_add_working_days(day_of("2024-07-06"), 1, true, NULL), day_of("2024-07-08"));
    assert_int_equal(calendar_add_working_days(day_of("2024-07-08"), 1, false, NULL), day_of("2024-07-09"));
}

static void counts_whole_years(void **state)
{
    (void)state;
    static const int years[][2] = {{2019, 250}, {2020, 249}, {2021, 250}, {2022, 249},
                                   {2023, 249}, {2024, 251}, {2025, 248}, {2026, 248}};
    for (size_t i = 0; i < sizeof years / sizeof years[0]; i++) {
        int32_t first, last;
        assert_true(date_from_civil(years[i][0], 1, 1, &first));
        assert_true(date_from_civil(years[i][0], 12, 31, &last));
        assert_int_equal(calendar_count_working_days(first, last, true, NULL), years[i][1]);
    }
}

static int count_by_day(int32_t from, int32_t to, bool include_start)
{
    int count = 0;
    for (int32_t day = from; day <= to; day++)
        count += (day != from || include_start) && calendar_is_working_day(day);
    return count;
}

/* Counting sums up; walking from day to day is the oracle, with rows of run time and without. */
static void counts_as_walking_does(void **state)
{
    (void)state;
    struct calendar_row rows[] = {{.day = day_of("2024-07-10"), .is_off = true},
                                  {.day = day_of("2024-07-13")},
                                  {.day = day_of("2024-10-01")},
                                  {.day = day_of("2031-05-03"), .is_off = true},
                                  {.day = day_of("1950-05-01"), .is_off = true}};
    for (int round = 0; round < 2; round++) {
        uint32_t random = 12345;
        for (int i = 0; i < 2000; i++) {
            random = random * 1664525 + 1013904223;
            int32_t from = day_of("2004-01-01") + (int32_t)(random >> 8) % 10000,
                    to = from + (int32_t)(random >> 4) % 700 - 5;
            bool include = i % 2;
            assert_int_equal(calendar_count_working_days(from, to, include, NULL), count_by_day(from, to, include));
        }
        assert_int_equal(calendar_count_working_days(day_of("1900-01-01"), day_of("1960-01-01"), true, NULL),
                         count_by_day(day_of("1900-01-01"), day_of("1960-01-01"), true));
        assert_ok(calendar_set_rows(rows, round ? 0 : sizeof rows / sizeof rows[0]));
    }
}

static void marks_years_without_notice_as_estimated(void **state)
{
    (void)state;
    bool is_estimated = false;
    assert_true(calendar_is_known(day_of("2007-01-01")));
    assert_true(calendar_is_known(day_of("2026-12-31")));
    assert_false(calendar_is_known(day_of("2006-12-30")));
    assert_false(calendar_is_known(day_of("2027-01-01")));
    (void)calendar_add_working_days(day_of("2026-12-28"), 15, true, &is_estimated);
    assert_true(is_estimated);
    assert_int_equal(calendar_count_working_days(day_of("2028-01-03"), day_of("2028-01-09"), true, &is_estimated), 5);
    assert_true(is_estimated);
    assert_true(calendar_count_working_days(INT32_MIN, INT32_MAX, true, &is_estimated) > 0);
    assert_true(is_estimated);
}

static void takes_rows_of_run_time(void **state)
{
    (void)state;
    struct calendar_row rows[] = {
        {day_of("2027-10-01"), true, "a"}, {day_of("2027-09-25"), false, "b"}, {day_of("2024-07-09"), true, "c"}};
    assert_ok(calendar_set_rows(rows, 3));
    assert_true(calendar_is_known(day_of("2027-03-01")));
    assert_false(calendar_is_working_day(day_of("2027-10-01")));
    assert_true(calendar_is_working_day(day_of("2027-09-25"))); /* a Saturday */
    assert_int_equal(calendar_count_working_days(day_of("2024-07-08"), day_of("2024-07-26"), true, NULL), 14);
    struct calendar_row row;
    assert_true(calendar_find_row(day_of("2024-07-09"), &row));
    assert_string_equal(row.name, "c");
    rows[1].day = rows[0].day;
    assert_int_equal(calendar_set_rows(rows, 2), RC_INVALID);
    assert_false(calendar_is_working_day(day_of("2024-07-09"))); /* the old rows stay */
    alloc_fail_at(1);
    assert_int_equal(calendar_set_rows(rows, 1), RC_NOMEM);
    alloc_fail_at(0);
    assert_ok(calendar_set_rows(NULL, 0));
    assert_true(calendar_is_working_day(day_of("2024-07-09")));
    assert_false(calendar_find_row(day_of("2024-07-09"), &row));
}

static void agrees_with_the_shared_facts(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 22);
    struct str rest = read_shared(arena, "cases/holidays.csv"), line;
    assert_true(str_split_next(&rest, '\n', &line));
    size_t count = 0;
    while (str_split_next(&rest, '\n', &line)) {
        struct str date, off;
        if (str_trim(line).n == 0)
            continue;
        struct calendar_row row;
        int32_t day;
        assert_true(str_split_next(&line, ',', &date));
        assert_true(str_split_next(&line, ',', &off));
        assert_true(date_parse(date, &day));
        assert_true(calendar_find_row(day, &row));
        assert_int_equal(row.is_off, str_equal_cstr(off, "1"));
        assert_true(str_equal_cstr(str_trim(line), row.name));
        assert_true(calendar_builtin_row(count, &row));
        assert_int_equal(row.day, day);
        count++;
    }
    struct calendar_row row;
    assert_true(count > 600);
    assert_false(calendar_builtin_row(count, &row));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_a_publicity_period),
        cmocka_unit_test(adds_working_days_over_holidays),
        cmocka_unit_test(counts_whole_years),
        cmocka_unit_test(counts_as_walking_does),
        cmocka_unit_test(marks_years_without_notice_as_estimated),
        cmocka_unit_test(takes_rows_of_run_time),
        SHARED_TEST(agrees_with_the_shared_facts, "cases/holidays.csv"),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
