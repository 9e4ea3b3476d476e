/* text_difference.c: joined, the pieces give the texts; what is the same is the same on both sides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "text/difference.h"

enum { SHOWN_BYTES = 1000 };
static struct arena *arena;

/* "[gone] same" with what differs in brackets. */
static void show(const struct difference_piece *pieces, size_t count, char *text)
{
    *text = '\0';
    for (size_t i = 0; i < count; i++)
        snprintf(text + strlen(text), SHOWN_BYTES - strlen(text), pieces[i].is_same ? "%.*s" : "[%.*s]",
                 (int)pieces[i].text.n, pieces[i].text.p);
}

static void expect(const char *a, const char *b, const char *a_shown, const char *b_shown)
{
    struct difference difference;
    char text[SHOWN_BYTES];
    assert_int_equal(difference_find(arena, str_from_cstr(a), str_from_cstr(b), &difference), RC_OK);
    show(difference.a, difference.a_count, text);
    assert_string_equal(text, a_shown);
    show(difference.b, difference.b_count, text);
    assert_string_equal(text, b_shown);
}

static void differences_are_marked_by_character(void **state)
{
    (void)state;
    expect("", "", "", "");
    expect("", "新", "", "[新]");
    expect("清理担保三笔，已办结", "清理担保四笔，已办结", "清理担保[三]笔，已办结", "清理担保[四]笔，已办结");
    expect("一二三", "一三", "一[二]三", "一三");
    expect("abc", "xyz", "[abc]", "[xyz]");
    expect("甲乙丙丁", "乙丙戊丁", "[甲]乙丙丁", "乙丙[戊]丁");
}

static uint32_t seed = 7;
static uint32_t random_below(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % n;
}

/* Both sides keep the same text, and joined they are what was given. */
static void check_sides(struct str a, struct str b)
{
    struct difference difference;
    static char whole[2][4000], same[2][4000];
    assert_int_equal(difference_find(arena, a, b, &difference), RC_OK);
    for (int side = 0; side < 2; side++) {
        const struct difference_piece *pieces = side ? difference.b : difference.a;
        size_t count = side ? difference.b_count : difference.a_count, w = 0, s = 0;
        for (size_t i = 0; i < count; i++) {
            memcpy(whole[side] + w, pieces[i].text.p, pieces[i].text.n);
            w += pieces[i].text.n;
            if (pieces[i].is_same) {
                memcpy(same[side] + s, pieces[i].text.p, pieces[i].text.n);
                s += pieces[i].text.n;
            }
        }
        whole[side][w] = same[side][s] = '\0';
        assert_true(str_equal((struct str){whole[side], w}, side ? b : a));
    }
    assert_string_equal(same[0], same[1]);
}

static void random_texts_are_whole(void **state)
{
    char a[3000], b[3000];
    (void)state;
    for (int round = 0; round < 300; round++) {
        size_t a_n = random_below(round < 290 ? 60 : 900), b_n = random_below(round < 290 ? 60 : 900);
        uint32_t letters = 2 + random_below(20);
        for (size_t i = 0; i < a_n; i++)
            a[i] = (char)('a' + random_below(letters));
        for (size_t i = 0; i < b_n; i++)
            b[i] = (char)('a' + random_below(letters));
        check_sides((struct str){a, a_n}, (struct str){b, b_n});
        arena_reset(arena);
    }
}

int main(void)
{
    arena = arena_new(64 * 1024 * 1024);
    const struct CMUnitTest tests[] = {cmocka_unit_test(differences_are_marked_by_character),
                                       cmocka_unit_test(random_texts_are_whole)};
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(arena);
    return failed;
}
