/* text_amount.c: money, counts, percentages. */
#include "unit.h"

#include "text/amount.h"

static void check(const char *text, const char *expected)
{
    static const char *const kinds[] = {"money", "count", "percent"};
    static const char *const approx[] = {"", "nearly ", "about ", "over "};
    struct arena *arena = arena_new(1 << 20);
    struct found_amounts found;
    struct str s = str_from_cstr(text), all = STR_EMPTY;
    assert_ok(amounts_find(arena, s, &found));
    for (size_t i = 0; i < found.n; i++) {
        const struct found_amount *a = &found.p[i];
        all = arena_format(arena, "%.*s%s%s%s %lld/%d %.*s%s[%.*s]", STR_ARG(all), i ? "; " : "", approx[a->approx],
                           kinds[a->kind], (long long)a->value, a->decimals, STR_ARG(a->unit),
                           a->is_rounded ? " rounded" : "", STR_ARG(str_slice(s, a->from, a->to)));
    }
    if (!str_equal_cstr(all, expected))
        fail_msg("%s\n  got      %.*s\n  expected %s", text, STR_ARG(all), expected);
    arena_free(arena);
}

static void reads_money_to_the_fen(void **state)
{
    (void)state;
    check("追缴86.35万元", "money 86350000/0 万元[86.35万元]");
    check("1.27亿元,0.63亿元", "money 12700000000/0 亿元[1.27亿元]; money 6300000000/0 亿元[0.63亿元]");
    check("18,742.56万元", "money 18742560000/0 万元[18,742.56万元]");
    check("3,460万元", "money 3460000000/0 万元[3,460万元]");
    check("清退1234.5元", "money 123450/0 元[1234.5元]");
    check("２，０００元", "money 200000/0 元[２，０００元]");
    check("300余万元", "over money 300000000/0 万元[300余万元]");
    check("挽回损失约1.5亿元", "about money 15000000000/0 亿元[约1.5亿元]");
    check("0.001元", "money 0/0 元 rounded[0.001元]");
    check("2023元旦,5万美元", "");
    check("99999999999999999999万元", "");
    check("9000000000000万亿元", "");
}

static void reads_counts(void **state)
{
    (void)state;
    check("25个问题,完成19个", "count 25/0 个[25个]; count 19/0 个[19个]");
    check("处理118人次、3人", "count 118/0 人次[118人次]; count 3/0 人[3人]");
    check("1,947户", "count 1947/0 户[1,947户]");
    check("1.5万件", "count 15000/0 件[1.5万件]");
    check("2.5台(套)", "count 25/1 台(套)[2.5台(套)]");
    check("12台（套）", "count 12/0 台（套）[12台（套）]");
    check("废止制度0项", "count 0/0 项[0项]");
    check("50余家", "over count 50/0 家[50余家]");
    check("超过300名", "over count 300/0 名[超过300名]");
    check("1.建立2项", "count 2/0 项[2项]");
    check("V2.1项 GB18030个", "");
}

static void reads_percentages(void **state)
{
    (void)state;
    check("76%", "percent 7600/0 [76%]");
    check("整改率98.71％", "percent 9871/0 [98.71％]");
    check("近60%", "nearly percent 6000/0 [近60%]");
    check("33.333%", "percent 3333/0  rounded[33.333%]");
    check("80%以上", "over percent 8000/0 [80%以上]");
    check("百分之八十五", "percent 8500/0 [百分之八十五]");
}

static void parses_cells_exactly(void **state)
{
    (void)state;
    int64_t value;
    assert_true(amount_parse_scaled(STR(" 18,742.56 "), 1000000, &value));
    assert_int_equal(value, 18742560000);
    assert_true(amount_parse_scaled(STR("-3"), 1, &value));
    assert_int_equal(value, -3);
    assert_true(amount_parse_scaled(STR("－１２．５"), 100, &value));
    assert_int_equal(value, -1250);
    assert_false(amount_parse_scaled(STR("0.005"), 100, &value));
    assert_false(amount_parse_scaled(STR("1,23"), 1, &value));
    assert_false(amount_parse_scaled(STR("12x"), 1, &value));
    assert_false(amount_parse_scaled(STR(""), 1, &value));
    assert_false(amount_parse_scaled(STR("-"), 1, &value));
    assert_false(amount_parse_scaled(STR("9223372036854775807"), 100, &value));
    assert_true(amount_parse_scaled(STR("9223372036854775807"), 1, &value));
    assert_true(amount_parse_unit(STR("金额(万元)"), &value));
    assert_int_equal(value, 1000000);
    assert_false(amount_parse_unit(STR("数量"), &value));
}

static void formats_with_separators(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 16);
    assert_str(amount_format(arena, 1874256, 2), "18,742.56");
    assert_str(amount_format(arena, 0, 2), "0.00");
    assert_str(amount_format(arena, -5, 2), "-0.05");
    assert_str(amount_format(arena, 1000, 0), "1,000");
    assert_str(amount_format(arena, 999, 0), "999");
    assert_str(amount_format(arena, INT64_MIN, 0), "-9,223,372,036,854,775,808");
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_money_to_the_fen),  cmocka_unit_test(reads_counts),
        cmocka_unit_test(reads_percentages),       cmocka_unit_test(parses_cells_exactly),
        cmocka_unit_test(formats_with_separators),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
