/* text_similarity.c: Dice and MinHash. */
#include "unit.h"

#include "text/similarity.h"

static int dice(struct arena *arena, const char *a, const char *b)
{
    int bp = -1;
    assert_ok(similarity_dice(arena, str_from_cstr(a), str_from_cstr(b), &bp));
    return bp;
}

static int minhash(const char *a, const char *b)
{
    uint32_t x[MINHASH_SIZE], y[MINHASH_SIZE];
    text_minhash(str_from_cstr(a), x);
    text_minhash(str_from_cstr(b), y);
    return minhash_similarity(x, y);
}

static void measures_by_dice(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    assert_int_equal(dice(arena, "整改不到位", "整改不到位"), 10000);
    assert_int_equal(dice(arena, "整改不到位", "采购流程"), 0);
    assert_int_equal(dice(arena, "一二三", "二三四"), 5000);
    assert_int_equal(dice(arena, "ＡＢ，c", "a b c"), 10000);
    assert_int_equal(dice(arena, "", ""), 10000);
    assert_int_equal(dice(arena, "", "整改"), 0);
    arena_free(arena);
}

static void estimates_by_minhash(void **state)
{
    (void)state;
    const char *a = "招标采购管理不规范,部分项目应招未招,供应商准入审核流于形式";
    const char *b = "招标采购管理不够规范,部分项目应招未招,供应商准入审核走过场";
    const char *c = "应收账款清收力度不够,逾期金额较大,长账龄欠款未及时计提坏账";
    assert_int_equal(minhash(a, a), 10000);
    assert_in_range(minhash(a, b), 4500, 9000);
    assert_in_range(minhash(a, c), 0, 1000);
    assert_int_equal(minhash("", ""), 0);
}

static void keeps_the_stored_form(void **state)
{
    (void)state;
    uint32_t sig[MINHASH_SIZE], back[MINHASH_SIZE];
    char text[MINHASH_TEXT_BYTES + 1];
    text_minhash(STR("整改"), sig);
    struct str s = minhash_format(sig, text);
    assert_true(minhash_parse(s, back));
    assert_memory_equal(sig, back, sizeof sig);
    text[5] = 'g';
    assert_false(minhash_parse(s, back));
    assert_false(minhash_parse(STR("00"), back));
    /* signatures are stored: a change of these figures breaks every database */
    assert_int_equal(sig[0], 0x8cffaed4);
    assert_int_equal(sig[63], 0x61af4085);
    for (int i = 0; i < MINHASH_BANDS; i++) {
        assert_true(minhash_band(sig, i) >= 0);
        assert_true(i == 0 || minhash_band(sig, i) != minhash_band(sig, i - 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measures_by_dice),
        cmocka_unit_test(estimates_by_minhash),
        cmocka_unit_test(keeps_the_stored_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
