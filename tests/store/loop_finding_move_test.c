/* loop_finding_move_test.c: what goes with a finding that moves to another unit. */
#include "loop_closing_support.h"

#include <stdio.h>

#include "base/clock.h"
#include "loop/finding.h"
#include "loop/review.h"

static void on_day(const char *day)
{
    int32_t n = 0;
    assert_true(date_parse(str_from_cstr(day), &n));
    clock_set_ms(((int64_t)n * 86400 + 2 * 3600) * 1000); /* ten in the morning in China */
}

/* Waits of the finding itself for a unit; since: from that day on, China time. */
static int64_t waits(struct store *store, const char *what, int64_t unit, const char *since)
{
    int32_t n = 0;
    assert_true(date_parse(str_from_cstr(since), &n));
    return count_sqlf(
        store,
        "SELECT count(*) FROM wait WHERE subject_kind = 'finding' AND subject_id = %lld AND what = '%s' AND "
        "actor_kind IN ('unit', 'office') AND actor_id = %lld AND unit_id = %lld AND since >= %lld",
        (long long)world.finding, what, (long long)unit, (long long)unit, ((long long)n * 86400 - 8 * 3600) * 1000);
}

static int64_t all_waits(struct store *store)
{
    return count_sqlf(store, "SELECT count(*) FROM wait WHERE subject_kind = 'finding' AND subject_id = %lld",
                      (long long)world.finding);
}

static enum rc move(struct store *store, int64_t unit)
{
    return run_as(
        store, &world.office, &command_finding_change,
        jsonf(store, "{'id': %lld, 'unit_id': %lld, 'reason': '责任调整'}", (long long)world.finding, (long long)unit),
        NULL);
}

static int64_t ask(struct store *store)
{
    int64_t review;
    STORE_OK(closing_submit(store, &world.chief, world.finding, &review));
    return review;
}

STORE_TEST(the_new_unit_is_waited_for)
{
    on_day("2026-06-01");
    closing_make_world(store);
    STORE_OK(move(store, world.firm));
    assert_int_equal(waits(store, "confirm_finding", world.firm, "2026-06-01"), 1);
    STORE_OK(run_as(store, &world.chief, &command_finding_confirm,
                    jsonf(store, "{'id': %lld}", (long long)world.finding), NULL));
    assert_int_equal(waits(store, "plan_finding", world.firm, "2026-06-01"), 1);
    on_day("2026-06-08");
    STORE_OK(move(store, world.other));
    assert_int_equal(waits(store, "plan_finding", world.other, "2026-06-08"), 1);
    assert_int_equal(all_waits(store), 2);
    STORE_OK(move(store, world.plant));
    STORE_OK(move(store, world.firm)); /* and back: nothing is left behind */
    assert_int_equal(waits(store, "plan_finding", world.firm, "2026-06-08"), 1);
    assert_int_equal(all_waits(store), 2);
    /* The same finding with another title: who is waited for stays, since when too. */
    on_day("2026-06-09");
    STORE_OK(run_as(store, &world.office, &command_finding_change,
                    jsonf(store, "{'id': %lld, 'title': '担保管理'}", (long long)world.finding), NULL));
    assert_int_equal(waits(store, "plan_finding", world.firm, "2026-06-09"), 0);
    assert_int_equal(waits(store, "plan_finding", world.firm, "2026-06-08"), 1);
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(what_is_under_review_stays_with_its_unit)
{
    on_day("2026-06-01");
    closing_make_world(store);
    closing_make_ready(store, world.finding);
    int64_t review = ask(store);
    STORE_RC(move(store, world.other), RC_GUARD);
    assert_string_equal(issue_key(store), "finding.move_under_review");
    assert_string_equal(issue_field(store), "unit_id");
    STORE_OK(closing_sign(store, &world.department, &command_review_approve, review)); /* reviewing */
    STORE_RC(move(store, world.other), RC_GUARD);
    STORE_OK(run_as(store, &world.office, &command_finding_change, /* what is not its place may still be put right */
                    jsonf(store, "{'id': %lld, 'title': '担保管理'}", (long long)world.finding), NULL));
    STORE_OK(closing_sign(store, &world.leader, &command_review_return, review));
    assert_int_equal(closing_state_is(store, world.finding, "returned"), 1);
    int64_t before = all_waits(store);
    assert_true(before > 0);
    on_day("2026-06-08");
    STORE_OK(move(store, world.plant));
    assert_int_equal(all_waits(store), before);
    assert_int_equal(waits(store, "rework_finding", world.plant, "2026-06-08"), 1);
    STORE_OK(move(store, world.firm));
    review = ask(store);
    STORE_OK(closing_sign(store, &world.department, &command_review_reject, review));
    assert_int_equal(closing_state_is(store, world.finding, "doing"), 1);
    assert_int_equal(waits(store, "rework_finding", world.firm, "2026-06-08"), 1);
    on_day("2026-06-10");
    STORE_OK(move(store, world.other));
    assert_int_equal(waits(store, "rework_finding", world.other, "2026-06-10"), 1);
    assert_int_equal(all_waits(store), 1);
    expect_clean(store);
    expect_rebuild_equal(store);
}

int main(void)
{
    return STORE_RUN(STORE_CASE(the_new_unit_is_waited_for), STORE_CASE(what_is_under_review_stays_with_its_unit));
}
