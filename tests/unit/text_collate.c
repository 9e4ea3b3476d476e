/* text_collate.c: composition, pinyin order, romanisation. */
#include "unit.h"

#include <pthread.h>

#include "text/collate.h"

static struct str key_of(struct arena *arena, const char *text)
{
    struct str key;
    assert_ok(text_sort_key(arena, str_from_cstr(text), &key));
    return key;
}

static void orders_by_pinyin(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    static const char *const sorted[] = {"", "10号", "2号", "安徽", "北京", "电子", "广东", "上海", "张三", "中国"};
    for (size_t i = 1; i < sizeof sorted / sizeof sorted[0]; i++)
        if (str_compare(key_of(arena, sorted[i - 1]), key_of(arena, sorted[i])) >= 0)
            fail_msg("%s does not sort before %s", sorted[i - 1], sorted[i]);
    assert_int_equal(key_of(arena, "").n, 0);
    struct str key = key_of(arena, "中国");
    for (size_t i = 0; i < key.n; i++)
        assert_non_null(strchr("0123456789abcdef", key.p[i]));
    assert_true(text_sort_version().n > 0);
    arena_free(arena);
}

static void romanises_names(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    static const char *const cases[][2] = {{"王小明", "wangxiaoming wxm"},
                                           {"单雄信", "shanxiongxin sxx"},
                                           {"曾国藩", "zengguofan zgf"},
                                           {"吕布", "lubu lb lvbu lb"},
                                           {"John Smith", "johnsmith js"},
                                           {"", ""},
                                           {"。", ""},
                                           {"李3", "li3 l"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct str pinyin;
        assert_ok(text_pinyin(arena, str_from_cstr(cases[i][0]), &pinyin));
        assert_str(pinyin, cases[i][1]);
    }
    char longer[5000];
    memset(longer, 'a', sizeof longer);
    struct str pinyin;
    assert_int_equal(text_pinyin(arena, (struct str){longer, sizeof longer}, &pinyin), RC_TOO_LARGE);
    memset(longer, 'a', 4096);
    assert_ok(text_pinyin(arena, (struct str){longer, 4096}, &pinyin));
    arena_free(arena);
}

static void composes(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    struct str nfc;
    assert_ok(text_nfc(arena, STR("e\xCC\x81"), &nfc));
    assert_str(nfc, "\xC3\xA9");
    struct str same = STR("中文 abc");
    assert_ok(text_nfc(arena, same, &nfc));
    assert_ptr_equal(nfc.p, same.p);
    assert_int_equal(text_nfc(arena, STR("\xff\xff"), &nfc), RC_BAD_ENCODING);
    assert_ok(text_nfc(arena, STR("\xF0\x9D\x85\xA0\xEF\xA4\x80"), &nfc)); /* these two grow and change */
    assert_str(nfc, "\xF0\x9D\x85\x98\xF0\x9D\x85\xA5\xF0\x9D\x85\xAE\xE8\xB1\x88");
    arena_free(arena);
}

static void *work(void *unused)
{
    (void)unused;
    struct arena *arena = arena_new(1 << 20);
    for (int i = 0; i < 200; i++) {
        struct str pinyin;
        assert_ok(text_pinyin(arena, STR("王小明"), &pinyin));
        assert_str(pinyin, "wangxiaoming wxm");
        (void)key_of(arena, "王小明");
        arena_reset(arena);
    }
    arena_free(arena);
    return NULL;
}

static void serves_threads(void **state)
{
    (void)state;
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work, NULL), 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
}

static enum rc key_in_arena(void)
{
    CLEANUP(arena_free_ptr) struct arena *arena = arena_new(1 << 20);
    if (!arena)
        return RC_NOMEM;
    struct str key;
    TRY(text_sort_key(arena, STR("王"), &key));
    TRY(text_nfc(arena, STR("e\xCC\x81"), &key));
    return text_pinyin(arena, STR("王"), &key);
}

static void reports_short_memory(void **state)
{
    (void)state;
    torture(key_in_arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_by_pinyin), cmocka_unit_test(romanises_names),      cmocka_unit_test(composes),
        cmocka_unit_test(serves_threads),   cmocka_unit_test(reports_short_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
