/* text_compare.c: two versions of a text side by side. */
#include "unit.h"

#include "base/buf.h"
#include "text/compare.h"

static struct str pieces(struct arena *arena, const struct value *list)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 4096);
    VALUE_EACH (piece, list) {
        bool is_other = value_get_bool(piece, "is_other");
        buf_add_cstr(&out, is_other ? "[" : "");
        buf_add(&out, value_get_text(piece, "text"));
        buf_add_cstr(&out, is_other ? "]" : "");
    }
    return arena_copy_str(arena, buf_str(&out));
}

/* Rows as "kind|old|now;" with what differs in brackets. */
static struct str compared(struct arena *arena, const char *old, const char *now)
{
    struct buf out CLEANUP(buf_done);
    struct value *rows;
    buf_init(&out, 1 << 16);
    assert_ok(text_compare(arena, str_from_cstr(old), str_from_cstr(now), &rows));
    VALUE_EACH (row, rows) {
        buf_add(&out, value_get_text(row, "kind"));
        buf_add_char(&out, '|');
        buf_add(&out, pieces(arena, value_get(row, "old")));
        buf_add_char(&out, '|');
        buf_add(&out, pieces(arena, value_get(row, "now")));
        buf_add_char(&out, ';');
    }
    return arena_copy_str(arena, buf_str(&out));
}

static void expect(struct arena *arena, const char *old, const char *now, const char *want)
{
    struct str got = compared(arena, old, now);
    if (!str_equal_cstr(got, want))
        fail_msg("%.*s", STR_ARG(got));
}

static void sets_versions_side_by_side(void **state)
{
    (void)state;
    struct arena *arena = arena_new(64 << 20);
    expect(arena, "第一条 总则\n\n第二条 范围", " 第一条 总则 \n第二条 范围",
           "same|第一条 总则|第一条 总则;same|第二条 范围|第二条 范围;");
    expect(arena, "", "第一条", "added||[第一条];");
    expect(arena, "第一条", "", "removed|[第一条]|;");
    expect(arena, "担保总额不得超过净资产的50%。", "担保总额不得超过净资产的40%。",
           "changed|担保总额不得超过净资产的[5]0%。|担保总额不得超过净资产的[4]0%。;");
    expect(arena, "甲乙丙丁\n不变的一条\n旧的末条已经作废", "不变的一条\n全新内容写在这里",
           "removed|[甲乙丙丁]|;same|不变的一条|不变的一条;removed|[旧的末条已经作废]|;added||[全新内容写在这里];");
    expect(arena, "投资事项由总经理办公会审批决定", "新设专门委员会\n投资事项由党委会前置研究审批决定",
           "added||[新设专门委员会];changed|投资事项由[总经理办公]会审批决定|投资事项由[党委]会[前置研究]审批决定;");
    expect(arena, "", "", "");
    arena_free(arena);
}

/* What stands on each side is the text itself, whatever is marked. */
static void loses_no_word(void **state)
{
    (void)state;
    struct arena *arena = arena_new(256 << 20);
    uint32_t seed = 7;
    for (int round = 0; round < 200; round++) {
        char text[2][200];
        struct value *rows;
        struct str back[2] = {STR(""), STR("")};
        for (int side = 0; side < 2; side++) {
            size_t n = 0;
            while (n < 60 + (size_t)round % 60) {
                seed = seed * 1664525u + 1013904223u;
                text[side][n++] = "abcde\nfg"[(seed >> 20) % 8];
            }
            text[side][n] = '\0';
        }
        assert_ok(text_compare(arena, str_from_cstr(text[0]), str_from_cstr(text[1]), &rows));
        VALUE_EACH (row, rows) {
            static const char *const keys[] = {"old", "now"};
            for (int side = 0; side < 2; side++)
                VALUE_EACH (piece, value_get(row, keys[side]))
                    back[side] = arena_concat(arena, back[side], value_get_text(piece, "text"));
        }
        for (int side = 0; side < 2; side++) {
            struct str rest = str_from_cstr(text[side]), line, want = STR("");
            while (str_split_next(&rest, '\n', &line))
                want = arena_concat(arena, want, line);
            assert_true(str_equal(back[side], want));
        }
        arena_reset(arena);
    }
    arena_free(arena);
}

static void refuses_what_is_too_long(void **state)
{
    (void)state;
    struct arena *arena = arena_new(16 << 20);
    struct value *rows;
    char text[2 * (COMPARE_LINES_MAX + 1) + 1];
    for (int i = 0; i <= COMPARE_LINES_MAX; i++) {
        text[2 * i] = 'a';
        text[2 * i + 1] = '\n';
    }
    text[2 * (COMPARE_LINES_MAX + 1)] = '\0';
    assert_int_equal(text_compare(arena, str_from_cstr(text), STR(""), &rows), RC_TOO_LARGE);
    assert_ok(text_compare(arena, str_slice(str_from_cstr(text), 2, SIZE_MAX), STR("a"), &rows));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sets_versions_side_by_side), cmocka_unit_test(loses_no_word),
                                       cmocka_unit_test(refuses_what_is_too_long)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
