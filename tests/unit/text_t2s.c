/* text_t2s.c: the tables of the build against OpenCC itself. */
#include "unit.h"

#include <opencc/opencc.h>

#include "text/normalize.h"
#include "text/t2s.h"
#include "text/utf8.h"

static opencc_t oracle;

static int open_oracle(void **state)
{
    (void)state;
    oracle = opencc_open(OPENCC_DEFAULT_CONFIG_TRAD_TO_SIMP);
    return oracle == (opencc_t)-1 ? -1 : 0;
}

static int close_oracle(void **state)
{
    (void)state;
    return opencc_close(oracle);
}

/* Where ours goes beyond OpenCC: what 着 and 著 of a text are. */
static struct str without_zhe(struct arena *arena, struct str text)
{
    struct str out = STR(""), part;
    for (size_t at; (at = str_find(text, STR("着"), 0)) != SIZE_MAX; text = str_slice(text, at + 3, text.n)) {
        part = arena_concat(arena, str_slice(text, 0, at), STR("著"));
        out = arena_concat(arena, out, part);
    }
    return arena_concat(arena, out, text);
}

static void compare(struct str text)
{
    struct arena *arena = arena_new(1 << 20);
    struct str simple;
    assert_ok(text_simplify(arena, text, &simple));
    char *expected = opencc_convert_utf8(oracle, text.p, text.n);
    assert_non_null(expected);
    assert_true(str_equal(without_zhe(arena, simple), without_zhe(arena, str_from_cstr(expected))));
    opencc_convert_utf8_free(expected);
    arena_free(arena);
}

static void converts_every_character(void **state)
{
    (void)state;
    char line[64 * (UTF8_MAX_BYTES + 1)];
    for (uint32_t code = 0x3400; code < 0x32400; code += 64) {
        size_t n = 0;
        for (uint32_t i = 0; i < 64; i++) {
            n += utf8_encode(code + i, line + n);
            line[n++] = ','; /* no phrase goes over it */
        }
        compare((struct str){line, n});
    }
}

/* Phrases alone, cut, doubled, and run into each other. */
static void converts_phrases(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 22);
    struct str before = STR("");
    assert_true(t2s_phrase_count > 200);
    for (size_t i = 0; i < t2s_phrase_count; i++) {
        char text[256];
        size_t n = 0, last = 0;
        for (size_t k = 0; k < t2s_phrases[i].n && n < sizeof text - UTF8_MAX_BYTES; k++) {
            last = n;
            n += utf8_encode(t2s_phrases[i].from[k], text + n);
        }
        struct str phrase = arena_copy_str(arena, (struct str){text, n});
        compare(phrase);
        compare((struct str){text, last});
        compare(arena_concat(arena, before, phrase));
        compare(arena_concat(arena, (struct str){text, last}, phrase));
        before = phrase;
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(converts_every_character), cmocka_unit_test(converts_phrases)};
    return cmocka_run_group_tests(tests, open_oracle, close_oracle);
}
