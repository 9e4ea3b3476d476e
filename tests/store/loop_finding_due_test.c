/* loop_finding_due_test.c: a date moves by a decision: who may, why, and what a later date does not make good. */
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

static int64_t due_is(struct store *store, const char *table, int64_t id, const char *day)
{
    return count_sqlf(store, "SELECT count(*) FROM %s WHERE id = %lld AND due = '%s'", table, (long long)id, day);
}

static int64_t cycle_is(struct store *store, const char *due, const char *first)
{
    return count_sqlf(store,
                      "SELECT count(*) FROM cycle WHERE finding_id = %lld AND due = '%s' AND original_due = '%s'",
                      (long long)world.finding, due, first);
}

static enum rc set_due(struct store *store, const struct actor *actor, const char *due, const char *reason)
{
    return run_as(store, actor, &command_finding_change,
                  jsonf(store, "{'id': %lld, 'due': '%s', 'reason': '%s'}", (long long)world.finding, due, reason),
                  NULL);
}

static enum rc set_measure_due(struct store *store, const struct actor *actor, const char *due, const char *reason)
{
    return run_as(store, actor, &command_measure_change,
                  jsonf(store, "{'id': %lld, 'due': '%s', 'reason': '%s'}", (long long)world.measure, due, reason),
                  NULL);
}

/* One row of a bulk edit: its message, "" when it went through. */
static struct str bulk(struct store *store, const struct actor *actor, const char *due, const char *reason)
{
    struct value *result;
    STORE_OK(run_as(store, actor, &command_finding_bulk,
                    jsonf(store, "{'ids': [%lld], 'field': 'due', 'value': '%s', 'reason': '%s'}",
                          (long long)world.finding, due, reason),
                    &result));
    return value_get_text(value_get(result, "rows")->items.first, "message");
}

/* Under way, to be done by 31 July 2026; one who may write, but does not supervise. */
static struct actor make_under_way(struct store *store)
{
    on_day("2026-06-01");
    closing_make_world(store);
    STORE_OK(set_due(store, &world.office, "2026-06-30", "")); /* free until the plan is approved */
    closing_make_ready(store, world.finding);
    STORE_OK(set_due(store, &world.office, "2026-07-31", "会议决定"));
    assert_int_equal(due_is(store, "finding", world.finding, "2026-07-31"), 1);
    return closing_make_person(store, "writer", "lead_department", world.root);
}

STORE_TEST(a_date_moves_with_a_reason_by_who_supervises)
{
    struct actor writer = make_under_way(store);
    STORE_RC(set_due(store, &world.office, "2026-08-31", ""), RC_INVALID);
    assert_string_equal(issue_key(store), "finding.due_reason");
    assert_string_equal(issue_field(store), "reason");
    STORE_RC(set_due(store, &world.office, "2026-08-31", "  "), RC_INVALID);
    STORE_RC(run_as(store, &world.office, &command_finding_change,
                    jsonf(store, "{'id': %lld, 'due': null}", (long long)world.finding), NULL),
             RC_INVALID);
    STORE_RC(set_due(store, &writer, "2026-08-31", "来不及"), RC_FORBIDDEN); /* may write, does not supervise */
    assert_string_equal(issue_key(store), "finding.due_not_yours");
    STORE_RC(set_measure_due(store, &writer, "2026-08-31", "来不及"), RC_FORBIDDEN);
    STORE_RC(set_measure_due(store, &world.office, "2026-08-31", ""), RC_INVALID);
    assert_string_equal(issue_field(store), "reason");
    assert_int_equal(due_is(store, "measure", world.measure, "2026-08-31"), 0);
    assert_true(str_equal(bulk(store, &world.office, "2026-08-31", ""), STR("finding.due_reason")));
    assert_int_equal(due_is(store, "finding", world.finding, "2026-07-31"), 1);
    /* What moves no date needs no reason. */
    STORE_OK(run_as(store, &world.office, &command_finding_change,
                    jsonf(store, "{'id': %lld, 'title': '担保', 'due': '2026-07-31'}", (long long)world.finding),
                    NULL));
    assert_int_equal(bulk(store, &world.office, "2026-08-31", "会议决定").n, 0);
    STORE_OK(set_measure_due(store, &world.office, "2026-08-31", "会议决定"));
    assert_int_equal(due_is(store, "measure", world.measure, "2026-08-31"), 1);
    assert_int_equal(cycle_is(store, "2026-08-31", "2099-12-31"), 1); /* the first date stays */
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(what_is_signed_keeps_its_date)
{
    (void)make_under_way(store);
    int64_t review;
    STORE_OK(closing_submit(store, &world.chief, world.finding, &review));
    STORE_RC(set_due(store, &world.office, "2026-08-31", "会议决定"), RC_GUARD);
    assert_string_equal(issue_key(store), "finding.due_under_review");
    assert_string_equal(issue_field(store), "due");
    STORE_RC(set_measure_due(store, &world.office, "2026-08-31", "会议决定"), RC_GUARD);
    assert_true(str_equal(bulk(store, &world.office, "2026-08-31", "会议决定"), STR("finding.due_under_review")));
    closing_sign_all(store, review);
    STORE_RC(set_due(store, &world.office, "2026-08-31", "会议决定"), RC_GUARD);
    assert_string_equal(issue_key(store), "record.frozen");
    assert_int_equal(cycle_is(store, "2026-07-31", "2099-12-31"), 1);
}

STORE_TEST(a_date_that_has_passed_is_not_made_good)
{
    (void)make_under_way(store);
    on_day("2026-07-31"); /* the last day: still in time to decide */
    STORE_OK(set_due(store, &world.office, "2026-08-14", "会议决定"));
    assert_int_equal(cycle_is(store, "2026-08-14", "2099-12-31"), 1);
    on_day("2026-08-15");
    STORE_OK(set_due(store, &world.office, "2026-09-30", "会议决定"));
    assert_int_equal(due_is(store, "finding", world.finding, "2026-09-30"), 1);
    assert_int_equal(cycle_is(store, "2026-08-14", "2099-12-31"), 1);
    STORE_OK(set_due(store, &world.office, "2026-12-31", "会议决定")); /* nor in two steps */
    assert_int_equal(cycle_is(store, "2026-08-14", "2099-12-31"), 1);
    int64_t review;
    STORE_OK(closing_submit(store, &world.chief, world.finding, &review));
    closing_sign_all(store, review);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM cycle WHERE state = 'closed' AND is_on_time = 0"), 1);
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(the_work_waits_until_the_date_that_was_set)
{
    int64_t review;
    (void)make_under_way(store);
    STORE_OK(closing_submit(store, &world.chief, world.finding, &review));
    STORE_OK(closing_sign(store, &world.chief, &command_review_withdraw, review)); /* the work goes on */
    static const char waits[] =
        "SELECT count(*) FROM wait WHERE what = 'work_finding' AND due = '%s' AND due_key = due";
    assert_int_equal(count_sqlf(store, waits, "2026-07-31"), 1);
    STORE_OK(set_due(store, &world.office, "2026-08-14", "会议决定"));
    assert_int_equal(count_sqlf(store, waits, "2026-08-14"), 1);
    expect_rebuild_equal(store);
}

/* As it was written when a later date still made good one that had passed. */
STORE_TEST(an_older_change_is_replayed_as_it_was_accepted)
{
    (void)make_under_way(store);
    on_day("2026-08-15");
    struct event_new event = {
        .kind = EVENT_FINDING_CHANGED,
        .chain = world.source,
        .subject = world.finding,
        .at_ms = clock_now_ms(),
        .reason = STR(""),
        .body =
            jsonf(store,
                  "{'id': %lld, 'title': '担保', 'facts': '', 'aspect_id': null, 'phase': 'concentrated', 'nature': "
                  "'', 'severity': '', 'status_stated': '', 'amount_fen': null, 'responsible': '', 'unit_id': %lld, "
                  "'label': 1, 'due': '2026-12-31', 'due_stated': '', 'changed': ['due'], 'was': {'due': "
                  "'2026-07-31'}, 'noun': 'finding', 'no': 'LY-2026-001-001'}",
                  (long long)world.finding, (long long)world.root)};
    int64_t seq;
    STORE_OK(db_begin(store->ctx, store->db, true));
    STORE_OK(event_append(store->ctx, store->db, &event, &seq));
    STORE_OK(db_commit(store->ctx, store->db));
    assert_int_equal(cycle_is(store, "2026-12-31", "2099-12-31"), 1);
    expect_rebuild_equal(store);
}

int main(void)
{
    return STORE_RUN(STORE_CASE(a_date_moves_with_a_reason_by_who_supervises),
                     STORE_CASE(what_is_signed_keeps_its_date), STORE_CASE(the_work_waits_until_the_date_that_was_set),
                     STORE_CASE(an_older_change_is_replayed_as_it_was_accepted),
                     STORE_CASE(a_date_that_has_passed_is_not_made_good));
}
