/* text_counted.c: figures that count something, in either script, and what only looks like one. */
#include "unit.h"

#include "text/counted.h"

/* The counted figures of a text, parted by blanks: kind, digits, "/" decimals, "*" fen of the unit. */
static void check(const char *text, const char *expected)
{
    static const char *const kinds[] = {"", "m", "%"};
    struct arena *arena = arena_new(1 << 20);
    struct counted c;
    struct str all = STR_EMPTY;
    for (size_t at = 0; counted_next(str_from_cstr(text), &at, &c);) {
        all = arena_format(arena, "%.*s%s%s%lld", STR_ARG(all), all.n ? " " : "", kinds[c.kind], (long long)c.value);
        if (c.decimals)
            all = arena_format(arena, "%.*s/%d", STR_ARG(all), c.decimals);
        if (c.kind == COUNTED_MONEY)
            all = arena_format(arena, "%.*s*%lld", STR_ARG(all), (long long)c.unit_fen);
    }
    if (!str_equal_cstr(all, expected))
        fail_msg("%s\n  got      %.*s\n  expected %s", text, STR_ARG(all), expected);
    arena_free(arena);
}

static void reads_figures_of_either_script(void **state)
{
    (void)state;
    check("共16个问题", "16");
    check("共十六个问题，整改措施四十八项", "16 48");
    check("二十二个", "22");
    check("一百零五条、一千二百人、三万名", "105 1200 30000");
    check("两项、三家、七起", "2 3 7");
    check("１６项，１，２３４件", "16 1234");
    check("1,234件，3，456", "1234");
    check("拾陆项", "16");
    check("16 项", "16");
    check("《方案》明确十六项", "16");
    check("“共十六项问题，其中有十个是长期坚持的”", "16 10");
}

static void reads_money_and_rates(void **state)
{
    (void)state;
    check("三百二十万元", "m320*1000000");
    check("三百二十万五千元", "m3205000*100");
    check("三亿二千万元", "m32000*1000000");
    check("两亿元", "m2*10000000000");
    check("三点五亿元", "m35/1*10000000000");
    check("320万元，123.46万元", "m320*1000000 m12346/2*1000000");
    check("１２３．４６万元", "m12346/2*1000000");
    check("3亿2000万元", "m32000*1000000");
    check("3千万元", "m3*1000000000");
    check("12元", "m12*100");
    check("百分之八十五，85%，８５％，85.5 %，百分之85，百分之百", "%85 %85 %85 %855/1 %85 %100");
    check("百分之八十五点五", "%855/1");
}

static void passes_over_what_is_no_figure(void **state)
{
    (void)state;
    static const char *const texts[] = {"一是明确分工。二是压实责任。三是跟踪问效。",
                                        "第一，第二项，第十六条，第3项，第16条",
                                        "党的二十大、十九届六中全会、二十届三中全会",
                                        "三重一大事项，两金压降，一岗双责",
                                        "一方案三清单",
                                        "严守中央八项规定精神",
                                        "四个意识、四个自信、两个维护、三个区分开来",
                                        "落实“三个聚焦”",
                                        "二〇二六年三月十五日",
                                        "2026年3月15日，3月底前",
                                        "15个工作日内，3个月内，六个月",
                                        "三年一次，十四五规划",
                                        "三项制度改革",
                                        "五个一工程，做到五个一",
                                        "一个问题一个问题地改，每一项，一户一策，一企一策",
                                        "一起抓，一次性，一批，一些",
                                        "五六个，三五家，七八次",
                                        "几十个，数十项，数百条，上百个",
                                        "从三个方面发力，四个环节",
                                        "千家万户，百花齐放，万人",
                                        "二次供水，三次产业",
                                        "监督检查二处，审计三处",
                                        "《关于进一步做好16项工作的通知》、《十项举措》",
                                        "一、二、三、（一）（二）1.2.",
                                        "1 个别单位",
                                        "A3项，GB/T 9704",
                                        "三分之二，十分之三",
                                        "元旦",
                                        "2元旦",
                                        "零容忍",
                                        "６月底",
                                        "三位一体",
                                        "不足十人以上者"};
    for (size_t i = 0; i + 1 < sizeof texts / sizeof texts[0]; i++)
        check(texts[i], "");
    check(texts[sizeof texts / sizeof texts[0] - 1], "10");
}

static bool known(const struct value *figures, const char *text)
{
    struct counted c;
    size_t at = 0;
    assert_true(counted_next(str_from_cstr(text), &at, &c));
    return counted_is_known(figures, &c);
}

static void compares_at_the_precision_as_written(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    struct value *figures = value_new_map(arena);
    value_put_int(arena, figures, "findings", 20);
    value_put_int(arena, figures, "findings_over", 17);
    value_put_int(arena, figures, "findings_amount_fen", 320450000);
    value_put_int(arena, figures, "progress_bp", 3333);
    assert_true(known(figures, "二十个") && known(figures, "20项") && known(figures, "十七件"));
    assert_false(known(figures, "二十一个") || known(figures, "2.0个") || known(figures, "320450000个"));
    assert_true(known(figures, "三百二十万元") && known(figures, "320万元") && known(figures, "320.45万元") &&
                known(figures, "三百二十万四千五百元") && known(figures, "0.03亿元"));
    assert_false(known(figures, "三百二十一万元") || known(figures, "320.4万元") || known(figures, "320元") ||
                 known(figures, "20万元"));
    assert_true(known(figures, "百分之八十五") && known(figures, "85%") && known(figures, "85.0%") &&
                known(figures, "33.3%") && known(figures, "33.33％"));
    assert_false(known(figures, "百分之八十六") || known(figures, "20%") || known(figures, "33.4%"));
    arena_free(arena);
}

static bool is_of_register(const char *text)
{
    struct counted c;
    size_t at = 0;
    assert_true(counted_next(str_from_cstr(text), &at, &c));
    return counted_is_of_register(str_from_cstr(text), &c);
}

static void tells_what_the_register_holds(void **state)
{
    (void)state;
    assert_true(is_of_register("反馈的十六个问题") && is_of_register("48项整改措施") && is_of_register("分解九项任务"));
    assert_false(is_of_register("移交三个问题线索") || is_of_register("修订16项制度") || is_of_register("挽回320万元"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_figures_of_either_script), cmocka_unit_test(reads_money_and_rates),
        cmocka_unit_test(passes_over_what_is_no_figure), cmocka_unit_test(compares_at_the_precision_as_written),
        cmocka_unit_test(tells_what_the_register_holds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
