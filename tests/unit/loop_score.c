/* loop_score.c: schemes as text, and the arithmetic of scores. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "loop/score.h"

static const char usual[] = "# default\n"
                            "item lead manual 15 组织领导\n"
                            "item duty manual 15 责任落实\n"
                            "item done auto 60 任务完成\n"
                            "rate done tasks_on_time of tasks_due\n"
                            "deduct done tasks_returned 0.5 cap 5\n"
                            "deduct done recurred 3\n"
                            "item satisfied poll 10 满意度\n"
                            "veto answers_wrong 5\n"
                            "band 90 优秀\nband 80 较好\nband 60 一般\nband 0 差\n";

static struct ctx make_ctx(struct arena *arena) { return (struct ctx){.arena = arena}; }

static int64_t part_score(const struct value *result, const char *code)
{
    VALUE_EACH (part, value_get(result, "parts"))
        if (str_equal_cstr(value_get_text(part, "code"), code))
            return value_get_int(part, "score", -1);
    return -1;
}

static void scores_by_the_usual_scheme(void **state)
{
    (void)state;
    struct arena *arena = arena_new(8 << 20);
    struct ctx ctx = make_ctx(arena);
    struct scheme scheme;
    struct score_input input = {0};
    assert_ok(scheme_parse(&ctx, str_from_cstr(usual), &scheme));
    /* Nothing to score by: all points. */
    struct value *result = score_compute(arena, &scheme, &input);
    assert_int_equal(value_get_int(result, "total", 0), 10000);
    assert_true(str_equal_cstr(value_get_text(result, "band"), "优秀"));
    input.marks[0].sum = 1300 + 1401;
    input.marks[0].count = 2;
    input.marks[1].sum = 1500;
    input.marks[1].count = 1;
    input.figures[FIGURE_TASKS_DUE] = 3;
    input.figures[FIGURE_TASKS_ON_TIME] = 2;
    input.figures[FIGURE_TASKS_RETURNED] = 20; /* 10 points, capped at 5 */
    input.figures[FIGURE_RECURRED] = 1;
    input.answers[ANSWER_VERY] = 1;
    input.answers[ANSWER_NOT] = 2;
    result = score_compute(arena, &scheme, &input);
    assert_int_equal(part_score(result, "lead"), 1351); /* 1350.5 up */
    assert_int_equal(part_score(result, "done"), 4000 - 500 - 300);
    assert_int_equal(part_score(result, "satisfied"), 333); /* a third of 1000 */
    assert_int_equal(value_get_int(result, "total", 0), 1351 + 1500 + 3200 + 333);
    assert_true(str_equal_cstr(value_get_text(result, "band"), "一般"));
    input.figures[FIGURE_ANSWERS_WRONG] = 5;
    result = score_compute(arena, &scheme, &input);
    assert_int_equal(value_get_int(result, "total", -1), 0);
    assert_true(str_equal_cstr(value_get_text(result, "band"), "差"));
    arena_free(arena);
}

static void refuses_lines_by_number(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    static const char *const bad[] = {"item a manual 15",
                                      "item a guess 15 x",
                                      "item a manual 1.234 x",
                                      "item a manual -1 x",
                                      "deduct a tasks_late 1",
                                      "veto tasks_late 0",
                                      "veto nothing 1",
                                      "band x y",
                                      "whatever",
                                      "rate a tasks_due tasks_late",
                                      "item a manual 99999999 x"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct ctx ctx = make_ctx(arena);
        struct scheme scheme;
        struct str text = arena_format(arena, "item ok manual 10 x\n\n%s\nband 0 y", bad[i]);
        assert_int_equal(scheme_parse(&ctx, text, &scheme), RC_INVALID);
        assert_true(str_equal_cstr(ctx.first->key, "scheme.bad_line"));
        assert_true(str_equal_cstr(ctx.first->args[0], "3"));
    }
    struct ctx ctx = make_ctx(arena);
    struct scheme scheme;
    assert_int_equal(scheme_parse(&ctx, STR("band 0 y"), &scheme), RC_INVALID);
    assert_int_equal(scheme_parse(&ctx, STR("item a manual 1 x\nband 10 y"), &scheme), RC_INVALID);
    assert_int_equal(scheme_parse(&ctx, STR("item a manual 1 x\nband 0 y\nband 10 z"), &scheme), RC_INVALID);
    assert_int_equal(scheme_parse(&ctx, STR("item a manual 1 x\nitem a manual 1 x\nband 0 y"), &scheme), RC_INVALID);
    arena_free(arena);
}

static uint32_t seed = 12345;
static int64_t below(int64_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (int64_t)(seed >> 8) % n;
}

static struct str random_scheme(struct arena *arena)
{
    static const char *const kinds[] = {"manual", "auto", "poll"};
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 1 << 16);
    int items = 1 + (int)below(8);
    for (int i = 0; i < items; i++) {
        int kind = (int)below(3);
        buf_add(&out, arena_format(arena, "item i%d %s %lld.%02lld t\n", i, kinds[kind], (long long)below(90),
                                   (long long)below(100)));
        for (int64_t k = kind == 1 ? below(4) : 0; k > 0; k--)
            buf_add(&out,
                    arena_format(arena, "deduct i%d %s %lld.%lld%s\n", i, score_figure_name((int)below(FIGURE_COUNT)),
                                 (long long)below(9), (long long)below(10), below(2) ? " cap 7.5" : ""));
        if (kind == 1 && below(2))
            buf_add(&out, arena_format(arena, "rate i%d tasks_on_time of tasks_due\n", i));
    }
    if (below(3) == 0)
        buf_add(&out, arena_format(arena, "veto %s %lld\n", score_figure_name((int)below(FIGURE_COUNT)),
                                   (long long)(1 + below(50))));
    buf_add_cstr(&out, "band 90 a\nband 60 b\nband 0 c\n");
    return arena_copy_str(arena, buf_str(&out));
}

static void random_input(struct score_input *input)
{
    memset(input, 0, sizeof *input);
    for (int i = 0; i < FIGURE_COUNT; i++)
        input->figures[i] = below(4) ? below(30) : below(2000000);
    for (int i = 0; i < SCORE_ITEMS_MAX; i++) {
        input->marks[i].count = below(5);
        for (int64_t k = 0; k < input->marks[i].count; k++)
            input->marks[i].sum += below(9000);
    }
    for (int a = 0; a < SCORE_ANSWERS; a++)
        input->answers[a] = below(3) ? below(100) : 0;
}

/* Whatever the scheme and whatever the unit did: the total is the sum of the parts, and no part leaves its bounds. */
static void the_total_is_the_sum_of_its_parts(void **state)
{
    (void)state;
    struct arena *arena = arena_new(16 << 20);
    for (int round = 0; round < 3000; round++) {
        struct ctx ctx = make_ctx(arena);
        struct scheme scheme;
        struct score_input input;
        assert_ok(scheme_parse(&ctx, random_scheme(arena), &scheme));
        random_input(&input);
        struct value *result = score_compute(arena, &scheme, &input), *again = score_compute(arena, &scheme, &input);
        assert_true(value_equal(result, again));
        int64_t sum = 0, total = value_get_int(result, "total", -1);
        VALUE_EACH (part, value_get(result, "parts")) {
            int64_t score = value_get_int(part, "score", 0), lines = value_get_int(part, "points", 0);
            bool is_veto = str_equal_cstr(value_get_text(part, "kind"), "veto");
            assert_true(is_veto || (score >= 0 && score <= value_get_int(part, "points", 0)));
            VALUE_EACH (line, value_get(part, "lines"))
                lines += value_get_int(line, "points", 0);
            if (is_veto || str_equal_cstr(value_get_text(part, "kind"), "auto"))
                assert_int_equal(lines, score); /* the lines tell the whole score */
            sum += score;
        }
        assert_int_equal(sum, total);
        assert_true(total >= 0);
        arena_reset(arena);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(scores_by_the_usual_scheme),
                                       cmocka_unit_test(refuses_lines_by_number),
                                       cmocka_unit_test(the_total_is_the_sum_of_its_parts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
