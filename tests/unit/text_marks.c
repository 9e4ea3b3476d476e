/* text_marks.c: half-width marks in Chinese text. */
#include "unit.h"

#include "text/marks.h"

static void writes_chinese_marks_beside_chinese(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    static const char *const rows[][2] = {
        {"根据统一部署,2023年4月6日至6月25日,巡视组(以下简称某组)开展了巡视",
         "根据统一部署，2023年4月6日至6月25日，巡视组（以下简称某组）开展了巡视"},
        {"“四个自信”,“两个维护”", "“四个自信”，“两个维护”"},
        {"联系电话:010-83026423(工作日9:00—17:00);邮编:518057",
         "联系电话：010-83026423（工作日9:00—17:00）；邮编：518057"},
        {"合计1,947项,金额3,205.18万元", "合计1,947项，金额3,205.18万元"},
        {"系统(ERP)和平台(erp (v2) x)", "系统（ERP）和平台（erp (v2) x）"},
        {"see (annex), then: stop", "see (annex), then: stop"},
        {"是否合规?", "是否合规？"},
        {"不成对)的(括号", "不成对)的(括号"},
        {"已是全角，（不变）。", "已是全角，（不变）。"},
        {"[[findings:9]]个,[[measures@12:3]]项", "[[findings:9]]个，[[measures@12:3]]项"},
        {"", ""}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_str(marks_chinese(arena, str_from_cstr(rows[i][0])), rows[i][1]);
    struct str same = STR("没有要改的");
    assert_ptr_equal(marks_chinese(arena, same).p, same.p);
    arena_free(arena);
}

static void nests_deeper_than_anybody_writes(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    struct str deep = STR("");
    for (int i = 0; i < 40; i++)
        deep = arena_concat(arena, arena_concat(arena, STR("("), deep), STR(")"));
    assert_true(str_equal(marks_chinese(arena, deep), deep));
    assert_true(str_has_suffix(marks_chinese(arena, arena_concat(arena, STR("甲"), deep)), STR("）")));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(writes_chinese_marks_beside_chinese),
                                       cmocka_unit_test(nests_deeper_than_anybody_writes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
