/* loop_schedule.c: the critical path in working days, over a holiday, with overlap, actual dates and a circle. */
#include "unit.h"

#include "base/clock.h"
#include "loop/schedule.h"

static int32_t day(const char *text)
{
    int32_t d = 0;
    assert_true(date_parse(str_from_cstr(text), &d));
    return d;
}

static struct schedule_node node(const char *start, const char *due)
{
    return (struct schedule_node){.start = day(start), .due = day(due)};
}

static void test_the_longest_chain_is_critical(void **state)
{
    struct arena *arena = arena_new(1 << 20);
    struct ctx ctx = {.arena = arena};
    /* Monday 2026-03-02: two days, then three days on one branch and one day on the other, then the end. */
    struct schedule_node nodes[] = {node("2026-03-02", "2026-03-03"), node("2026-03-04", "2026-03-06"),
                                    node("2026-03-04", "2026-03-04"), node("2026-03-09", "2026-03-09")};
    const struct schedule_link links[] = {{1, 0}, {2, 0}, {3, 1}, {3, 2}};
    (void)state;
    assert_int_equal(schedule_compute(&ctx, nodes, 4, links, 4, day("2026-03-01")), RC_OK);
    assert_true(nodes[0].is_critical && nodes[1].is_critical && nodes[3].is_critical);
    assert_false(nodes[2].is_critical);
    assert_int_equal(nodes[2].slack_days, 2);
    assert_int_equal(nodes[2].late_due, day("2026-03-06"));
    assert_int_equal(nodes[3].early_due, day("2026-03-09")); /* the weekend does not count */
    arena_free(arena);
}

static void test_a_delay_moves_what_follows(void **state)
{
    struct arena *arena = arena_new(1 << 20);
    struct ctx ctx = {.arena = arena};
    struct schedule_node nodes[] = {node("2026-03-02", "2026-03-03"), node("2026-03-04", "2026-03-05")};
    const struct schedule_link links[] = {{1, 0}};
    (void)state;
    nodes[0].real_start = day("2026-03-02");
    nodes[0].real_due = day("2026-03-06"); /* three working days late */
    assert_int_equal(schedule_compute(&ctx, nodes, 2, links, 1, day("2026-03-12")), RC_OK);
    assert_int_equal(nodes[0].late_days, 3);
    assert_false(nodes[0].is_critical);
    assert_int_equal(nodes[1].early_start, day("2026-03-09"));
    assert_int_equal(nodes[1].early_due, day("2026-03-10"));
    assert_int_equal(nodes[1].late_days, 5);
    assert_true(nodes[1].is_critical);
    nodes[1].is_overlap = true; /* begins with its predecessor, so its own date holds */
    assert_int_equal(schedule_compute(&ctx, nodes, 2, links, 1, day("2026-03-12")), RC_OK);
    assert_int_equal(nodes[1].early_start, day("2026-03-04"));
    arena_free(arena);
}

static void test_a_circle_is_refused(void **state)
{
    struct arena *arena = arena_new(1 << 20);
    struct ctx ctx = {.arena = arena};
    struct schedule_node nodes[] = {node("2026-03-02", "2026-03-03"), node("2026-03-04", "2026-03-05")};
    const struct schedule_link links[] = {{1, 0}, {0, 1}};
    (void)state;
    assert_int_equal(schedule_compute(&ctx, nodes, 2, links, 2, day("2026-03-01")), RC_GUARD);
    assert_int_equal(schedule_compute(&ctx, nodes, 0, links, 0, day("2026-03-01")), RC_OK);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_the_longest_chain_is_critical),
                                       cmocka_unit_test(test_a_delay_moves_what_follows),
                                       cmocka_unit_test(test_a_circle_is_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
