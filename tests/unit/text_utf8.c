/* text_utf8.c: code points and the boundary check. */
#include "unit.h"

#include "text/utf8.h"

static void round_trips_every_code_point(void **state)
{
    (void)state;
    for (uint32_t code = 0; code <= 0x110000; code++) {
        char text[UTF8_MAX_BYTES];
        size_t n = utf8_encode(code, text), at = 0;
        uint32_t back = 0;
        if ((code >= 0xD800 && code <= 0xDFFF) || code > 0x10FFFF) {
            assert_int_equal(n, 0);
            continue;
        }
        assert_true(utf8_decode((struct str){text, n}, &at, &back) && back == code && at == n);
        at = 0;
        assert_false(n > 1 && utf8_decode((struct str){text, n - 1}, &at, &back));
    }
}

static void refuses_what_is_not_utf8(void **state)
{
    (void)state;
    static const char *const bad[] = {"\x80",         "\xC0\x80",         "\xC1\xBF",         "\xE0\x80\x80",
                                      "\xED\xA0\x80", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
                                      "\xFF",         "a\xE4\xB8",        "\xE4\xB8z"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(utf8_find_fault(str_from_cstr(bad[i]), NULL), UTF8_FAULT_BYTES);
}

static void names_the_fault_and_its_place(void **state)
{
    (void)state;
    size_t at = 0;
    assert_int_equal(utf8_find_fault(STR("中\0x"), &at), UTF8_FAULT_CONTROL);
    assert_int_equal(at, 3);
    assert_int_equal(utf8_find_fault(STR("a\x1b"), NULL), UTF8_FAULT_CONTROL);
    assert_int_equal(utf8_find_fault(STR("\xC2\x85"), NULL), UTF8_FAULT_CONTROL);
    assert_int_equal(utf8_find_fault(STR("\xEF\xBB\xBF"), NULL), UTF8_FAULT_CONTROL);
    assert_int_equal(utf8_find_fault(STR("a\xE2\x80\xAE"), &at), UTF8_FAULT_BIDI);
    assert_int_equal(at, 1);
    assert_true(utf8_is_clean(STR("一\t二\r\n三")));
    assert_true(utf8_is_clean(STR_EMPTY));
    struct arena *arena = arena_new(1 << 16);
    struct ctx ctx = {.arena = arena};
    assert_ok(utf8_check(&ctx, STR("ok"), "title"));
    assert_int_equal(utf8_check(&ctx, STR("ab\xff"), "title"), RC_BAD_ENCODING);
    assert_str(ctx.first->field, "title");
    assert_str(ctx.first->args[0], "2");
    arena_free(arena);
}

static void measures(void **state)
{
    (void)state;
    assert_int_equal(utf8_count(STR("a中\xff")), 3);
    assert_int_equal(utf8_width(STR("a中Ａ。e\xCC\x81")), 8);
    assert_str(utf8_cut_bytes(STR("中文"), 5), "中");
    assert_str(utf8_cut_bytes(STR("中文"), 6), "中文");
    assert_str(utf8_cut_bytes(STR("中文"), 2), "");
    assert_str(utf8_cut_count(STR("中文a"), 2), "中文");
    assert_true(utf8_is_han(0x4E2D) && utf8_is_han(0x3007) && utf8_is_han(0x20000) && utf8_is_han(0x3400));
    assert_false(utf8_is_han('a') || utf8_is_han(0x3002) || utf8_is_han(0xFF08));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trips_every_code_point),
        cmocka_unit_test(refuses_what_is_not_utf8),
        cmocka_unit_test(names_the_fault_and_its_place),
        cmocka_unit_test(measures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
