/* text_date.c: dates, periods and deadlines in running text. */
#include "unit.h"

#include "base/clock.h"
#include "text/date.h"
#include "text/normalize.h"

/* One find as text: kind, days, flags, words. */
static const char *describe(struct arena *arena, struct str text, const struct found_date *d)
{
    static const char *const kinds[] = {"day", "period", "by", "relative", "ambiguous", "long"};
    static const char *const units[] = {"d", "w", "W", "m", "y"};
    char from[DATE_TEXT_BYTES] = "-", to[DATE_TEXT_BYTES] = "-";
    if (d->from_day != FOUND_DAY_NONE)
        date_format(d->from_day, from);
    if (d->to_day != FOUND_DAY_NONE)
        date_format(d->to_day, to);
    struct str words = str_slice(text, d->from, d->to), base = str_slice(text, d->base_from, d->base_to);
    struct str s;
    if (d->kind == FOUND_DATE_RELATIVE)
        s = arena_format(arena, "relative %d%s <%.*s> [%.*s]", d->count, units[d->unit], STR_ARG(base), STR_ARG(words));
    else
        s = arena_format(arena, "%s %s %s%s%s%s [%.*s]", kinds[d->kind], from, to, d->is_damaged ? " damaged" : "",
                         d->has_elided_year ? " elided" : "", d->is_inferred ? " inferred" : "", STR_ARG(words));
    return s.p;
}

static void check_found(struct arena *arena, const char *text, const struct found_dates *found, const char *expected)
{
    struct str all = STR_EMPTY;
    for (size_t i = 0; i < found->n; i++)
        all = arena_format(arena, "%.*s%s%s", STR_ARG(all), i ? "; " : "",
                           describe(arena, str_from_cstr(text), &found->p[i]));
    if (!str_equal_cstr(all, expected))
        fail_msg("%s\n  got      %.*s\n  expected %s", text, STR_ARG(all), expected);
}

static void check(const char *text, const char *expected)
{
    struct arena *arena = arena_new(1 << 20);
    struct found_dates found;
    assert_ok(dates_find(arena, str_from_cstr(text), &found));
    check_found(arena, text, &found, expected);
    arena_free(arena);
}

static void reads_days(void **state)
{
    (void)state;
    check("签发于2024年7月8日。", "day 2024-07-08 2024-07-08 [2024年7月8日]");
    check("二〇二六年二月九日", "day 2026-02-09 2026-02-09 [二〇二六年二月九日]");
    check("二○二五年十二月三十一日", "day 2025-12-31 2025-12-31 [二○二五年十二月三十一日]");
    check("２０２４年 ７ 月 ８ 日", "day 2024-07-08 2024-07-08 [２０２４年 ７ 月 ８ 日]");
    check("2024-07-08", "day 2024-07-08 2024-07-08 [2024-07-08]");
    check("2024/7/8 2024.7.8", "day 2024-07-08 2024-07-08 [2024/7/8]; day 2024-07-08 2024-07-08 [2024.7.8]");
    check("1.2025年3月1日", "day 2025-03-01 2025-03-01 [2025年3月1日]");
    check("电话010-20240708,12024年3月1日", "");
    check("2025年2月29日", "period 2025-02-01 2025-02-28 [2025年2月]");
}

static void reads_ranges(void **state)
{
    (void)state;
    check("2023年4月6日至6月25日,", "period 2023-04-06 2023-06-25 elided [2023年4月6日至6月25日]");
    check("2025年2月24日至4月18日", "period 2025-02-24 2025-04-18 elided [2025年2月24日至4月18日]");
    check("2024年11月20日至1月15日", "period 2024-11-20 2025-01-15 elided [2024年11月20日至1月15日]");
    check("2024年7月8日至26日", "period 2024-07-08 2024-07-26 elided [2024年7月8日至26日]");
    check("自2026年2月9日起至2026年3月6日止", "period 2026-02-09 2026-03-06 [2026年2月9日起至2026年3月6日止]");
    check("于2024年4月8日开始,至5月26日结束", "period 2024-04-08 2024-05-26 elided [2024年4月8日开始,至5月26日结束]");
    check("2024年7月8日(星期一)至7月26日", "period 2024-07-08 2024-07-26 elided [2024年7月8日(星期一)至7月26日]");
    check("2023年4月至6月", "period 2023-04-01 2023-06-30 elided [2023年4月至6月]");
    check("2021—2023年", "period 2021-01-01 2023-12-31 [2021—2023年]");
    check("2019年至2021年", "period 2019-01-01 2021-12-31 [2019年至2021年]");
    check("2024年5月1日—2024年5月5日", "period 2024-05-01 2024-05-05 [2024年5月1日—2024年5月5日]");
    check("2024年4月6-8日", "period 2024-04-06 2024-04-08 elided [2024年4月6-8日]");
    check("2024年5月5日至2023年1月1日",
          "day 2024-05-05 2024-05-05 [2024年5月5日]; day 2023-01-01 2023-01-01 [2023年1月1日]");
}

static void reads_spans_and_deadlines(void **state)
{
    (void)state;
    check("2025年底前完成", "by - 2025-12-31 [2025年底前]");
    check("2026年6月底前", "by - 2026-06-30 [2026年6月底前]");
    check("2026年9月30日前", "by - 2026-09-30 [2026年9月30日前]");
    check("2026年第一季度", "period 2026-01-01 2026-03-31 [2026年第一季度]");
    check("2026年一季度末前", "by - 2026-03-31 [2026年一季度末前]");
    check("2025年上半年", "period 2025-01-01 2025-06-30 [2025年上半年]");
    check("2025年前三季度", "period 2025-01-01 2025-09-30 [2025年前三季度]");
    check("2024年3月", "period 2024-03-01 2024-03-31 [2024年3月]");
    check("2024年度预算", "period 2024-01-01 2024-12-31 [2024年度]");
    check("2025年内完成", "by - 2025-12-31 [2025年内]");
    check("2026年6月前", "ambiguous 2026-05-31 2026-06-30 [2026年6月前]");
    check("2024年2月底", "by - 2024-02-29 [2024年2月底]");
    check("长期坚持", "long - - [长期坚持]");
}

static void reads_damaged_dates_without_guessing(void **state)
{
    (void)state;
    check("20251115日", "day 2025-11-15 2025-11-15 damaged [20251115日]");
    check("2025915日", "day 2025-09-15 2025-09-15 damaged [2025915日]");
    check("20211228日", "day 2021-12-28 2021-12-28 damaged [20211228日]");
    check("2021111日", "ambiguous 2021-01-11 2021-11-01 damaged [2021111日]");
    check("2021年111日", "ambiguous 2021-01-11 2021-11-01 damaged [2021年111日]");
    check("20261月底", "by - 2026-01-31 damaged [20261月底]");
    check("20219月15日", "day 2021-09-15 2021-09-15 damaged [20219月15日]");
    check("2021915日前", "by - 2021-09-15 damaged [2021915日前]");
    check("20210915日", "day 2021-09-15 2021-09-15 damaged [20210915日]");
    check("20211399日", "");
    /* figure of documents.md: 36 of 2021's days are ambiguous when both marks are lost */
    struct arena *arena = arena_new(1 << 22);
    int ambiguous = 0;
    int32_t first, last;
    assert_true(date_from_civil(2021, 1, 1, &first));
    assert_true(date_from_civil(2021, 12, 31, &last));
    for (int32_t day = first; day <= last; day++) {
        int y, m, d;
        date_to_civil(day, &y, &m, &d);
        struct found_dates found;
        assert_ok(dates_find(arena, arena_format(arena, "%d%d%d日", y, m, d), &found));
        assert_int_equal(found.n, 1);
        assert_true(found.p[0].from_day == day || found.p[0].to_day == day);
        ambiguous += found.p[0].kind == FOUND_DATE_AMBIGUOUS;
    }
    assert_int_equal(ambiguous, 36);
    arena_free(arena);
}

static void reads_relative_deadlines(void **state)
{
    (void)state;
    check("反馈后两个月内", "relative 2m <反馈后> [反馈后两个月内]");
    check("应自收到通知之日起30日内报送", "relative 30d <应自收到通知之日起> [应自收到通知之日起30日内]");
    check("涉及的9个部门均在反馈后两个月内完成", "relative 2m <反馈后> [反馈后两个月内]");
    check("公示期满后15个工作日内", "relative 15w <公示期满后> [公示期满后15个工作日内]");
    check("须在半年内", "relative 6m <> [半年内]");
    check("近三年内发生", "");
    check("公示15个工作日", "");
    struct found_date date = {.kind = FOUND_DATE_RELATIVE, .count = 1, .unit = FOUND_UNIT_MONTH};
    int32_t base, expected;
    assert_true(date_from_civil(2024, 1, 31, &base));
    assert_true(date_from_civil(2024, 2, 29, &expected));
    assert_int_equal(found_date_resolve(&date, base), expected);
    date.unit = FOUND_UNIT_WORKING_DAY;
    assert_int_equal(found_date_resolve(&date, base), FOUND_DAY_NONE);
    assert_int_equal(dates_add_months(base, 12 * 2000), FOUND_DAY_NONE);
}

static void reads_one_cell(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    struct found_date date;
    assert_true(dates_read_one(arena, STR(" 2026年6月底前 "), &date));
    assert_int_equal(date.kind, FOUND_DATE_BY);
    assert_int_equal(date.from, 1);
    assert_true(dates_read_one(arena, STR("长期"), &date));
    assert_int_equal(date.kind, FOUND_DATE_LONG_TERM);
    assert_false(dates_read_one(arena, STR("2021111日"), &date));
    assert_false(dates_read_one(arena, STR("2026年6月底前完成"), &date));
    assert_false(dates_read_one(arena, STR(""), &date));
    arena_free(arena);
}

static void survives_every_cut(void **state)
{
    (void)state;
    struct str text = STR("自2026年2月9日(星期一)起,至二〇二六年三月六日止;20251115日;反馈后两个月内,2025年前三季度");
    struct arena *arena = arena_new(1 << 22);
    for (size_t from = 0; from < text.n; from++)
        for (size_t to = from; to <= text.n; to++) {
            struct found_dates found;
            char *copy = malloc(to - from + 1); /* exact size, so that the sanitizer sees a read beyond */
            memcpy(copy, text.p + from, to - from);
            enum rc rc = dates_find(arena, (struct str){copy, to - from}, &found);
            assert_true(rc == RC_OK || rc == RC_BAD_ENCODING);
            free(copy);
            arena_reset(arena);
        }
    arena_free(arena);
}

/* What samples/INDEX.md says of them, each once. */
static void reads_the_samples(void **state)
{
    (void)state;
    static const struct {
        const char *file, *expected;
    } cases[] = {
        {"samples/cec-2024-bulletin.txt", "period 2023-04-06 2023-06-25 elided [2023年4月6日至6月25日]"},
        {"samples/cec-2024-bulletin.txt", "day 2023-09-21 2023-09-21 [2023年9月21日]"},
        {"samples/cec-2024-bulletin.txt", "day 2024-02-23 2024-02-23 [2024年2月23日]"},
        {"samples/cec-2024-bulletin.txt", "period 2024-07-08 2024-07-26 elided [2024年7月8日至7月26日]"},
        {"samples/bulletin-parent-levels.txt", "period 2025-09-22 2025-10-16 elided [2025年9月22日至10月16日]"},
        {"samples/bulletin-missing-level.txt", "period 2026-02-09 2026-03-06 [2026年2月9日起至2026年3月6日止]"},
        {"samples/bulletin-missing-level.txt", "day 2026-02-09 2026-02-09 [二〇二六年二月九日]"},
        {"samples/audit-report.html", "day 2025-11-15 2025-11-15 damaged [20251115日]"},
        {"samples/audit-report.html", "day 2025-09-15 2025-09-15 damaged [2025915日]"},
        {"samples/audit-report.html", "by - 2026-01-31 damaged [20261月底前]"},
        {"samples/audit-report.html", "relative 2m <反馈后> [反馈后两个月内]"},
        {"samples/audit-report.html", "by - 2026-06-30 [2026年6月底前]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct arena *arena = arena_new(1 << 24);
        struct cleaned cleaned;
        struct found_dates found;
        assert_ok(text_clean(arena, read_shared(arena, cases[i].file), &cleaned));
        assert_ok(dates_find(arena, cleaned.text, &found));
        bool has = false;
        for (size_t k = 0; k < found.n && !has; k++)
            has = strcmp(describe(arena, cleaned.text, &found.p[k]), cases[i].expected) == 0;
        if (!has)
            fail_msg("%s: no %s", cases[i].file, cases[i].expected);
        arena_free(arena);
    }
}

static void reads_months_joined_by_marks(void **state)
{
    (void)state;
    check("2025.12", "period 2025-12-01 2025-12-31 [2025.12]");
    check("2025-12", "period 2025-12-01 2025-12-31 [2025-12]");
    check("2025.6", "period 2025-06-01 2025-06-30 [2025.6]");
    check("2025/6", "period 2025-06-01 2025-06-30 [2025/6]");
    check("预计2025.12底完成", "by - 2025-12-31 [2025.12底]");
    check("2026-06前办结", "ambiguous 2026-05-31 2026-06-30 [2026-06前]");
    check("2024.10—2025.03", "period 2024-10-01 2025-03-31 [2024.10—2025.03]");
    check("金额2025.12万元,面积2025.10亩,第2025-12号,2025.13,电话0715-2025-12", "");
}

static void check_near(const char *text, struct date_context context, const char *expected)
{
    struct arena *arena = arena_new(1 << 20);
    struct found_dates found;
    assert_ok(dates_find_near(arena, str_from_cstr(text), &context, &found));
    check_found(arena, text, &found, expected);
    arena_free(arena);
}

/* Told on 8 September 2025 of what was found on 10 June 2025; and a plan of the same day. */
static void infers_the_year_of_a_deadline(void **state)
{
    (void)state;
    struct date_context told = {FOUND_DAY_NONE, FOUND_DAY_NONE, false};
    assert_true(date_from_civil(2025, 9, 8, &told.base_day) && date_from_civil(2025, 6, 10, &told.since_day));
    struct date_context plan = {told.base_day, FOUND_DAY_NONE, true};
    struct date_context none = {FOUND_DAY_NONE, FOUND_DAY_NONE, false};
    check_near("6月15日前完成平台上线", told, "by - 2025-06-15 inferred [6月15日前]");
    check_near("6月15日前完成平台上线", plan, "by - 2026-06-15 inferred [6月15日前]");
    check_near("预计3月底前完成", told, "by - 2026-03-31 inferred [3月底前]");
    check_near("5月底前完成", told, "by - 2026-05-31 inferred [5月底前]");
    check_near("12月底", plan, "by - 2025-12-31 inferred [12月底]");
    check_near("十二月底前", plan, "by - 2025-12-31 inferred [十二月底前]");
    check_near("年底前建成", plan, "by - 2025-12-31 inferred [年底前]");
    check_near("今年年底", plan, "by - 2025-12-31 inferred [今年年底]");
    check_near("明年2月底前", plan, "by - 2026-02-28 inferred [明年2月底前]");
    check_near("2026年3月底前立项,6月底前开工", told,
               "by - 2026-03-31 [2026年3月底前]; by - 2026-06-30 inferred [6月底前]");
    check_near("6月底前开工", none, "");
    check_near("截至8月末收回,3个月底数,每月底前,6月前期工作,2025年底前", plan, "by - 2025-12-31 [2025年底前]");
    check_near("8月20日已完成,前6月15日", plan, "");
}

static enum rc find_in_arena(void)
{
    CLEANUP(arena_free_ptr) struct arena *arena = arena_new(1 << 20);
    if (!arena)
        return RC_NOMEM;
    struct found_dates found;
    return dates_find(arena, STR("2024年7月8日至26日"), &found);
}

static void reports_short_memory(void **state)
{
    (void)state;
    torture(find_in_arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_days),
        cmocka_unit_test(reads_ranges),
        cmocka_unit_test(reads_spans_and_deadlines),
        cmocka_unit_test(reads_damaged_dates_without_guessing),
        cmocka_unit_test(reads_months_joined_by_marks),
        cmocka_unit_test(infers_the_year_of_a_deadline),
        cmocka_unit_test(reads_relative_deadlines),
        cmocka_unit_test(reads_one_cell),
        cmocka_unit_test(survives_every_cut),
        SHARED_TEST(reads_the_samples, "samples/audit-report.html"),
        cmocka_unit_test(reports_short_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
