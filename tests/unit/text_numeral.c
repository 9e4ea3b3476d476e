/* text_numeral.c: numerals read and written. */
#include "unit.h"

#include "text/numeral.h"

static void reads_whole_numerals(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value;
    } cases[] = {{"一", 1},
                 {"十", 10},
                 {"十二", 12},
                 {"二十", 20},
                 {"二十一", 21},
                 {"九十九", 99},
                 {"一百", 100},
                 {"一百零五", 105},
                 {"一百一十", 110},
                 {"二百五十六", 256},
                 {"一千零一十", 1010},
                 {"一千零十", 1010},
                 {"三千四百", 3400},
                 {"一万", 10000},
                 {"十二万三千", 123000},
                 {"一亿零五", 100000005},
                 {"一亿二千万", 120000000},
                 {"二〇二六", 2026},
                 {"二○二四", 2024},
                 {"二零二四", 2024},
                 {"〇", 0},
                 {"零", 0},
                 {"壹佰贰拾叁", 123},
                 {"叁仟零肆拾伍", 3045},
                 {"两", 2},
                 {"两百", 200},
                 {"第一", 1},
                 {"第十四", 14},
                 {"第12", 12},
                 {"２０２４", 2024},
                 {"15", 15},
                 {"①", 1},
                 {"⑳", 20},
                 {"㈢", 3},
                 {"⒈", 1},
                 {"九千九百九十九万九千九百九十九亿", 9999999900000000}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t value = -1;
        if (!numeral_parse(str_from_cstr(cases[i].text), &value) || value != cases[i].value)
            fail_msg("%s: %lld", cases[i].text, (long long)value);
    }
}

static void refuses_what_is_no_numeral(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",         "百", "万", "一是", "十十", "一百百", "零零百", "一百零", "第", "12a", "9223372036854775808",
        "三十五十", "亿"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t value;
        if (numeral_parse(str_from_cstr(cases[i]), &value))
            fail_msg("%s: %lld", cases[i], (long long)value);
    }
}

static void stops_where_the_numeral_ends(void **state)
{
    (void)state;
    int64_t value;
    assert_int_equal(numeral_scan_han(STR("(十二)加强"), 1, &value), 6);
    assert_int_equal(value, 12);
    assert_int_equal(numeral_scan(STR("12.建立"), 0, &value), 2);
    assert_int_equal(value, 12);
    assert_int_equal(numeral_scan_ordinal(STR("第十四巡视组"), 0, &value), 9);
    assert_int_equal(value, 14);
    assert_int_equal(numeral_scan(STR("甲乙"), 0, &value), 0);
    assert_int_equal(numeral_scan(STR("一"), 3, &value), 0);
}

static void writes_what_it_reads(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    static const struct {
        int64_t n;
        const char *text;
    } cases[] = {{0, "零"},
                 {10, "十"},
                 {11, "十一"},
                 {20, "二十"},
                 {101, "一百零一"},
                 {110, "一百一十"},
                 {1010, "一千零一十"},
                 {10000, "一万"},
                 {100005, "十万零五"},
                 {100050000, "一亿零五万"},
                 {100005000, "一亿零五千"},
                 {-3, "负三"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_str(numeral_format(arena, cases[i].n), cases[i].text);
    for (int64_t n = 0; n < 9000000000000000; n += n < 20000 ? 1 : n / 37 + 1) {
        struct str text = numeral_format(arena, n);
        int64_t back = -1;
        if (!numeral_parse(text, &back) || back != n)
            fail_msg("%lld is written %.*s, read %lld", (long long)n, STR_ARG(text), (long long)back);
        if (n % 1000 == 0)
            arena_reset(arena);
    }
    assert_true(numeral_format(arena, INT64_MIN).n > 0);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_whole_numerals),
        cmocka_unit_test(refuses_what_is_no_numeral),
        cmocka_unit_test(stops_where_the_numeral_ends),
        cmocka_unit_test(writes_what_it_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
