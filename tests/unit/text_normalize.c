/* text_normalize.c: pinyin residue, traditional characters, widths, offset maps. */
#include "unit.h"

#include "text/normalize.h"
#include "text/utf8.h"

static struct cleaned clean(struct arena *arena, const char *text)
{
    struct cleaned cleaned;
    assert_ok(text_clean(arena, str_from_cstr(text), &cleaned));
    return cleaned;
}

static void strips_marks_by_shape(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    struct cleaned c = clean(arena, "電子產(chǎn)業(yè)結(jié)構(gòu)(以下簡稱集團),我們(men)");
    assert_str(c.text, "电子产业结构(以下简称集团),我们");
    assert_int_equal(c.mark_count, 5);
    assert_int_equal(c.mark_han_count, 5);
    assert_str(clean(arena, "綠(lǜ)色轉(zhuǎn)型,產(chan\xcc\x8c)品").text, "绿色转型,产品");
    /* real brackets stay */
    assert_str(clean(arena, "系统(erp)和平台（chǎn）").text, "系统(erp)和平台（chǎn）");
    assert_str(clean(arena, "甲(Chǎn)乙(chǎn业)丙(chǎn1)丁()").text, "甲(Chǎn)乙(chǎn业)丙(chǎn1)丁()");
    assert_str(clean(arena, "abc(chǎn)").text, "abc(chǎn)");
    assert_str(clean(arena, "产(chǎn").text, "产(chǎn");
    assert_str(clean(arena, "产(chǎn)(yè)").text, "产(yè)");
    assert_str(clean(arena, "").text, "");
    arena_free(arena);
}

/* Several syllables are taken by their tones, and for no more characters than stand round the bracket. */
static void strips_marks_of_several_syllables(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    static const char *const rows[][2] = {
        {"整改(zhěnggǎi)到位", "整改到位"},
        {"重(zhòngdà)大事项", "重大事项"},
        {"整改(zhěng gǎi)、西安(xī'ān)", "整改、西安"},
        {"干部們(gànbùmen)", "干部们"},
        {"巡视(xu\xcc\x81nshi\xcc\x80)组", "巡视组"},
        {"中国共产党(zhōngguógòngchǎndǎng)", "中国共产党"},
        {"旅(lǚyóu)游(yóu)", "旅游"},
        /* Latin words, and more syllables than characters */
        {"支付宝(alipay)、微信(weixin)、北京(beijing)", "支付宝(alipay)、微信(weixin)、北京(beijing)"},
        {"咖啡(café)、菜单(menú)、似曾相识(déjà)", "咖啡(café)、菜单(menú)、似曾相识(déjà)"},
        {"简历(résumé)", "简历(résumé)"},
        {"甲(zhěnggǎi)", "甲(zhěnggǎi)"},
        {"系统(zhěnggǎi platform)", "系统(zhěnggǎi platform)"},
        {"整改( zhěnggǎi)、整改(zhěnggǎi )", "整改( zhěnggǎi)、整改(zhěnggǎi )"},
        {"整改(zhěng  gǎi)", "整改(zhěng  gǎi)"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cleaned c = clean(arena, rows[i][0]);
        assert_str(c.text, rows[i][1]);
        assert_int_equal(c.raw_offset[c.text.n], strlen(rows[i][0]));
    }
    assert_int_equal(clean(arena, "整改(zhěnggǎi)").mark_count, 1);
    arena_free(arena);
}

static void maps_back_to_the_raw_text(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    struct str raw = STR("中國電子產(chǎn)業(yè)集團");
    struct cleaned c = clean(arena, raw.p);
    size_t at = str_find(c.text, STR("产业"), 0), from, to;
    assert_int_equal(at, 12);
    cleaned_raw_range(&c, at, at + 6, &from, &to);
    assert_str(str_slice(raw, from, to), "產(chǎn)業(yè)");
    cleaned_raw_range(&c, 0, c.text.n, &from, &to);
    assert_int_equal(from, 0);
    assert_int_equal(to, raw.n);
    arena_free(arena);
}

/* 著 is two words: only the neighbours tell. */
static void tells_zhe_from_zhu(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    static const char *const rows[][2] = {{"著力補齊短板", "着力补齐短板"},
                                          {"隨著形勢發展", "随着形势发展"},
                                          {"沿著道路", "沿着道路"},
                                          {"意味著", "意味着"},
                                          {"發揮著作用", "发挥着作用"},
                                          {"起著作用", "起着作用"},
                                          {"有著作權", "有著作权"},
                                          {"存在著著名的", "存在着著名的"},
                                          {"顯著成效", "显著成效"},
                                          {"論著和譯著", "论著和译著"},
                                          {"編著者", "编著者"},
                                          {"著眼長遠、著手解決", "着眼长远、着手解决"},
                                          {"著", "著"},
                                          {"本著實事求是", "本着实事求是"},
                                          {"已经着力推进,名著仍是名著", "已经着力推进,名著仍是名著"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cleaned c = clean(arena, rows[i][0]);
        assert_str(c.text, rows[i][1]);
        assert_int_equal(c.raw_offset[c.text.n], strlen(rows[i][0]));
    }
    arena_free(arena);
}

/* A phrase that the dictionary maps to another number of characters must not shift what stands around it. */
static void keeps_the_map_where_lengths_differ(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 22);
    static const char *const words[] = {"甚麼", "甚么", "瞭解", "乾隆", "著作", "么么",
                                        "裏面", "頭髮", "皇后", "𠀾",   "㑯",   "𡃤"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct str raw = arena_format(arena, "第1項,%s;後續(xù)。", words[i]);
        struct cleaned c = clean(arena, raw.p);
        size_t at = str_find(c.text, STR(";"), 0), from, to;
        cleaned_raw_range(&c, at, at + 1, &from, &to);
        assert_str(str_slice(raw, from, to), ";");
        for (size_t k = 0; k < c.text.n; k++)
            assert_true(c.raw_offset[k] <= c.raw_offset[k + 1]);
    }
    arena_free(arena);
}

static void folds_widths_for_matching(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    struct cleaned c;
    assert_ok(text_fold_width(arena, STR("（１２）Ａｂ，　。％"), &c));
    assert_str(c.text, "(12)Ab, 。%");
    size_t from, to;
    cleaned_raw_range(&c, 1, 3, &from, &to);
    assert_int_equal(from, 3);
    assert_int_equal(to, 9);
    arena_free(arena);
}

static void cleans_the_seed(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 24);
    struct str raw = read_shared(arena, "samples/cec-2024-bulletin.txt");
    struct cleaned c;
    assert_ok(text_clean(arena, raw, &c));
    assert_int_equal(c.mark_count, 455);
    assert_int_equal(c.mark_han_count, 40);
    size_t brackets = 0;
    for (size_t i = 0; i < c.text.n; i++)
        brackets += c.text.p[i] == '(';
    assert_int_equal(brackets, 27);
    assert_true(c.converted_count > 1000);
    assert_true(str_find(c.text, STR("中共中国电子信息产业集团有限公司党组"), 0) != SIZE_MAX);
    assert_true(utf8_is_clean(c.text));
    /* every clean character comes from a raw character at its offset, and offsets never fall */
    for (size_t at = 0; at < c.text.n;) {
        uint32_t code, raw_code;
        size_t start = at, raw_at = c.raw_offset[at];
        assert_true(utf8_decode(c.text, &at, &code));
        assert_true(utf8_decode(raw, &raw_at, &raw_code));
        assert_true(code == raw_code || (utf8_is_han(code) && utf8_is_han(raw_code)));
        assert_true(c.raw_offset[start] < c.raw_offset[at]);
    }
    arena_free(arena);
}

static void refuses_bad_bytes_and_small_arenas(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 12);
    struct cleaned c;
    assert_int_equal(text_clean(arena, STR("\xff"), &c), RC_BAD_ENCODING);
    char big[4000];
    memset(big, 'a', sizeof big);
    assert_int_equal(text_clean(arena, (struct str){big, sizeof big}, &c), RC_TOO_LARGE);
    arena_free(arena);
}

static enum rc clean_in_arena(void)
{
    CLEANUP(arena_free_ptr) struct arena *arena = arena_new(1 << 20);
    if (!arena)
        return RC_NOMEM;
    struct cleaned c;
    return text_clean(arena, STR("電子產(chǎn)業(yè)"), &c);
}

static void reports_short_memory(void **state)
{
    (void)state;
    torture(clean_in_arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strips_marks_by_shape),
        cmocka_unit_test(strips_marks_of_several_syllables),
        cmocka_unit_test(tells_zhe_from_zhu),
        cmocka_unit_test(maps_back_to_the_raw_text),
        cmocka_unit_test(keeps_the_map_where_lengths_differ),
        cmocka_unit_test(folds_widths_for_matching),
        SHARED_TEST(cleans_the_seed, "samples/cec-2024-bulletin.txt"),
        cmocka_unit_test(refuses_bad_bytes_and_small_arenas),
        cmocka_unit_test(reports_short_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
