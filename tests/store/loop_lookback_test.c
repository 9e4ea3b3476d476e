/* loop_lookback_test.c: closed stays closed, the next cycle, two clocks, look-backs. */
#include "loop_closing_support.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "loop/tick.h"

static int64_t last_review(struct store *store) { return count_sql(store, "SELECT max(id) FROM review"); }

static enum rc propose(struct store *store, const struct actor *actor, int64_t finding)
{
    return run_as(store, actor, &command_finding_propose_reopen,
                  jsonf(store, "{'id': %lld, 'basis': 'recurrence', 'due': '2099-06-30', 'reason': '再次发生'}",
                        (long long)finding),
                  NULL);
}

/* ---- cycles ------------------------------------------------------------------------------------------------- */

STORE_TEST(recurrence_opens_the_next_cycle_and_leaves_the_closed_one)
{
    closing_make_world(store);
    closing_close(store, world.finding);
    int64_t measure = world.measure, task = world.task;
    assert_int_equal(propose(store, &world.chief, world.finding), RC_FORBIDDEN);
    STORE_OK(propose(store, &world.office, world.finding));
    assert_int_equal(propose(store, &world.office, world.finding), RC_GUARD);
    assert_string_equal(issue_key(store), "review.already_open");
    assert_int_equal(closing_state_is(store, world.finding, "closed"), 1);
    assert_int_equal(closing_sign(store, &world.office, &command_review_approve, last_review(store)), RC_FORBIDDEN);
    STORE_OK(closing_sign(store, &world.group, &command_review_approve, last_review(store)));
    assert_int_equal(closing_state_is(store, world.finding, "planned"), 1);
    assert_int_equal(count_sql(store,
                               "SELECT count(*) FROM cycle WHERE n = 1 AND state = 'closed' AND is_on_time = 1 AND "
                               "certificate_no <> ''"),
                     1);
    assert_int_equal(count_sql(store,
                               "SELECT count(*) FROM cycle WHERE n = 2 AND basis = 'recurrence' AND original_due = "
                               "'2099-06-30' AND is_on_time IS NULL"),
                     1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE what = 'plan_finding'"), 2);
    assert_int_equal(count_sql(store, "SELECT progress_bp FROM finding"), 0);
    /* what belongs to the first cycle stays closed */
    assert_int_equal(run(store, &command_measure_change,
                         jsonf(store, "{'id': %lld, 'text': 'x', 'phase': 'immediate'}", (long long)measure), NULL),
                     RC_GUARD);
    assert_string_equal(issue_key(store), "record.frozen");
    assert_int_equal(
        run(store, &command_task_assign,
            jsonf(store, "{'measure_id': %lld, 'unit_id': %lld}", (long long)measure, (long long)world.firm), NULL),
        RC_GUARD);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM task"), 1);
    (void)task;
    /* nothing of the first cycle counts for the second */
    closing_force_state(store, world.finding, "doing");
    assert_int_equal(closing_submit(store, &world.chief, world.finding, NULL), RC_GUARD);
    assert_string_equal(issue_key(store), "guard.finding_no_evidence"); /* the last of: measure, node, evidence */
    closing_close(store, world.finding);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM certificate"), 2);
    assert_int_equal(count_sql(store, "SELECT max(n) FROM certificate"), 2);
    assert_int_equal(closing_state_is(store, world.finding, "closed"), 1);
    expect_kinds(store, "certificate");
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(what_is_basically_done_is_kept_up_and_closed_by_a_later_review)
{
    closing_make_world(store);
    closing_make_ready(store, world.finding);
    const char *form = "{'id': %lld, 'self_result': '基本完成', 'pledge': '承诺', 'is_pledged': true}";
    assert_int_equal(
        run_as(store, &world.chief, &command_finding_keep, jsonf(store, form, (long long)world.finding), NULL),
        RC_GUARD);
    assert_string_equal(issue_key(store), "guard.finding_no_slow_report");
    int64_t measure = make(store, &command_measure_plan,
                           jsonf(store, "{'finding_id': %lld, 'text': '长期坚持'}", (long long)world.finding));
    struct value *result;
    STORE_OK(run_as(store, &world.office, &command_task_assign,
                    jsonf(store,
                          "{'measure_id': %lld, 'unit_id': %lld, 'phase': 'concentrated', 'report_cycle': 'bimonthly',"
                          " 'due': '2099-06-30'}",
                          (long long)measure, (long long)world.firm),
                    &result));
    int64_t task = value_get_int(result, "id", 0);
    STORE_OK(run_as(store, &world.reporter, &command_task_accept, jsonf(store, "{'id': %lld}", (long long)task), NULL));
    /* the second clock is given by the leading group */
    const char *clock =
        "{'id': %lld, 'due': '%s', 'yearly_goal': '每年评估', 'finish_mark': '制度运行两年', 'reason': '需要长期坚持'}";
    assert_int_equal(run_as(store, &world.chief, &command_task_to_long_term,
                            jsonf(store, clock, (long long)task, "2099-06-30"), NULL),
                     RC_INVALID);
    STORE_OK(run_as(store, &world.chief, &command_task_to_long_term, jsonf(store, clock, (long long)task, "2100-12-31"),
                    NULL));
    STORE_OK(closing_sign(store, &world.group, &command_review_approve, last_review(store)));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM task WHERE phase = 'long_term' AND due = '2100-12-31' AND "
                                      "original_due = '2099-06-30' AND yearly_goal <> ''"),
                     1);
    STORE_OK(run_as(store, &world.chief, &command_measure_to_long_term,
                    jsonf(store, clock, (long long)measure, "2100-12-31"), NULL));
    STORE_OK(closing_sign(store, &world.group, &command_review_approve, last_review(store)));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM phase_change"), 2);
    STORE_OK(run_as(store, &world.chief, &command_finding_keep, jsonf(store, form, (long long)world.finding), NULL));
    closing_sign_all(store, last_review(store));
    assert_int_equal(closing_state_is(store, world.finding, "kept"), 1);
    /* kept is not frozen: the work goes on, and ends with a certificate of its own */
    closing_finish_task(store, task);
    int64_t review;
    STORE_OK(closing_submit(store, &world.chief, world.finding, &review));
    closing_sign_all(store, review);
    assert_int_equal(closing_state_is(store, world.finding, "closed"), 1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM certificate WHERE cycle_id = (SELECT id FROM cycle)"), 2);
    assert_int_equal(count_sql(store, "SELECT is_on_time FROM cycle"), 1);
    expect_kinds(store, "phase");
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(an_unfinished_end_names_who_answers_and_until_when)
{
    closing_make_world(store);
    closing_make_ready(store, world.finding);
    const char *form =
        "{'id': %lld, 'self_result': '无法完成', 'pledge': '承诺', 'is_pledged': true, 'accept_reason': '主体灭失',"
        " 'accept_owner': '甲', 'accept_until': '%s'}";
    assert_int_equal(run_as(store, &world.chief, &command_finding_end,
                            jsonf(store, form, (long long)world.finding, "2020-01-01"), NULL),
                     RC_INVALID);
    assert_string_equal(issue_field(store), "accept_until");
    STORE_OK(run_as(store, &world.chief, &command_finding_end,
                    jsonf(store, form, (long long)world.finding, "2099-01-01"), NULL));
    closing_sign_all(store, last_review(store));
    assert_int_equal(closing_state_is(store, world.finding, "ended"), 1);
    assert_int_equal(count_sql(store,
                               "SELECT count(*) FROM cycle WHERE result = 'not_completed' AND accept_owner = '甲' AND "
                               "accept_until = '2099-01-01'"),
                     1);
    expect_clean(store);
    expect_rebuild_equal(store);
}

/* ---- two clocks --------------------------------------------------------------------------------------------- */

STORE_TEST(nothing_under_way_becomes_long_term_without_approval)
{
    closing_make_world(store);
    STORE_OK(run(store, &command_finding_change,
                 jsonf(store, "{'id': %lld, 'phase': 'long_term'}", (long long)world.finding),
                 NULL)); /* while it is registered it is a correction */
    STORE_OK(run(store, &command_finding_change,
                 jsonf(store, "{'id': %lld, 'phase': 'immediate'}", (long long)world.finding), NULL));
    closing_make_ready(store, world.finding);
    assert_int_equal(run(store, &command_finding_change,
                         jsonf(store, "{'id': %lld, 'phase': 'long_term'}", (long long)world.finding), NULL),
                     RC_GUARD);
    assert_string_equal(issue_key(store), "phase.needs_approval");
    assert_int_equal(run(store, &command_measure_change,
                         jsonf(store, "{'id': %lld, 'text': 'x', 'phase': 'long_term'}", (long long)world.measure),
                         NULL),
                     RC_GUARD);
    struct value *result;
    STORE_OK(run(store, &command_finding_bulk,
                 jsonf(store, "{'ids': [%lld], 'field': 'phase=long_term'}", (long long)world.finding), &result));
    assert_int_equal(value_get_int(result, "failed", 0), 1);
    STORE_OK(run_as(
        store, &world.chief, &command_finding_to_long_term,
        jsonf(store,
              "{'id': %lld, 'due': '2100-12-31', 'yearly_goal': '目标', 'finish_mark': '标志', 'reason': '理由'}",
              (long long)world.finding),
        NULL));
    STORE_OK(closing_sign(store, &world.group, &command_review_reject, last_review(store)));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM finding WHERE phase = 'immediate'"), 1);
    STORE_OK(run_as(
        store, &world.chief, &command_finding_to_long_term,
        jsonf(store,
              "{'id': %lld, 'due': '2100-12-31', 'yearly_goal': '目标', 'finish_mark': '标志', 'reason': '理由'}",
              (long long)world.finding),
        NULL));
    STORE_OK(closing_sign(store, &world.group, &command_review_approve, last_review(store)));
    assert_int_equal(count_sql(store,
                               "SELECT count(*) FROM finding f JOIN cycle c ON c.id = f.cycle_id WHERE f.phase = "
                               "'long_term' AND f.yearly_goal = '目标' AND c.due = '2100-12-31' AND c.original_due = "
                               "'2099-12-31'"),
                     1);
    expect_rebuild_equal(store);
}

static int64_t tick(struct store *store, const char *date)
{
    struct value *result;
    STORE_OK(run(store, &command_tick_run, jsonf(store, "{'name': 'long_term', 'date': '%s'}", date), &result));
    return value_get_int(result, "changed", 0);
}

STORE_TEST(a_long_task_without_a_dated_step_is_told_once)
{
    closing_make_world(store);
    closing_make_ready(store, world.finding);
    struct value *result;
    STORE_OK(run_as(store, &world.office, &command_task_assign,
                    jsonf(store, "{'measure_id': %lld, 'unit_id': %lld, 'phase': 'long_term'}",
                          (long long)world.measure, (long long)world.firm),
                    &result));
    int64_t task = value_get_int(result, "id", 0);
    assert_int_equal(tick(store, "2026-01-01"), 0); /* not accepted yet */
    STORE_OK(run_as(store, &world.reporter, &command_task_accept, jsonf(store, "{'id': %lld}", (long long)task), NULL));
    assert_int_equal(tick(store, "2026-01-02"), 1);
    assert_int_equal(tick(store, "2026-01-03"), 0);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE what = 'plan_long_node'"), 1);
    expect_rebuild_equal(store);
    tamperf(store,
            "INSERT INTO node (id, task_id, no, name, deliverable, start, due, weight, is_overlap, is_dropped, "
            "changed_seq) "
            "VALUES (900000, %lld, 1, 'a', '', '2026-02-01', '2026-03-01', 100, 0, 0, 1)",
            (long long)task);
    assert_int_equal(tick(store, "2026-01-04"), 1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE what = 'plan_long_node'"), 0);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE what = 'work_task'"), 1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM event WHERE kind = 'long_term.settled'"), 1);
}

/* ---- look-backs --------------------------------------------------------------------------------------------- */

enum { CLOSED = 6, DRAWN = 3 };

static int64_t draw(struct store *store, const char *seed)
{
    struct value *result;
    STORE_OK(
        run_as(store, &world.office, &command_lookback_draw,
               jsonf(store,
                     "{'name': '年中回头看', 'unit_id': %lld, 'closed_from': '2020-01-01', 'closed_to': '2099-01-01', "
                     "'sample': %d, 'seed': '%s', 'checklist': '是否巩固\\n是否真实', 'due': '2099-01-01'}",
                     (long long)world.root, DRAWN, seed),
               &result));
    return value_get_int(result, "id", 0);
}

static int64_t same_items(struct store *store, int64_t a, int64_t b)
{
    return count_sqlf(
        store,
        "SELECT count(*) FROM lookback_item x JOIN lookback_item y ON y.rank = x.rank AND y.cycle_id = x.cycle_id "
        "WHERE "
        "x.lookback_id = %lld AND y.lookback_id = %lld",
        (long long)a, (long long)b);
}

STORE_TEST(the_same_seed_draws_the_same_sample)
{
    closing_make_world(store);
    assert_int_equal(
        run_as(store, &world.office, &command_lookback_draw,
               jsonf(store,
                     "{'name': 'x', 'unit_id': %lld, 'closed_from': '2020-01-01', 'closed_to': '2099-01-01', "
                     "'sample': 3, 'checklist': 'a', 'due': '2099-01-01'}",
                     (long long)world.root),
               NULL),
        RC_GUARD);
    for (int i = 0; i < CLOSED; i++)
        closing_close(store, i ? make_finding(store, world.source, "又一个") : world.finding);
    int64_t a = draw(store, "2026"), b = draw(store, "2026"), c = draw(store, "2027"), d = draw(store, "");
    assert_int_equal(same_items(store, a, b), DRAWN);
    assert_true(same_items(store, a, c) < DRAWN); /* these two seeds are known to differ */
    assert_int_equal(count_sql(store, "SELECT count(DISTINCT seed) FROM lookback"), 3);
    assert_int_equal(same_items(store, d, d), DRAWN);
    assert_int_equal(count_sql(store, "SELECT min(population) FROM lookback"), CLOSED);
    char first[LOOKBACK_RANK_BYTES], again[LOOKBACK_RANK_BYTES];
    lookback_rank(STR("2026"), 7, first);
    lookback_rank(STR("2026"), 7, again);
    assert_string_equal(first, again);
    /* printf '2026:7' | sha256sum */
    assert_string_equal(first, "c78c55fdc3f98f03a0a45abbd8f76a0867976105c6ac1f1803f62677c5760495");
    expect_rebuild_equal(store);
}

STORE_TEST(a_failed_look_back_proposes_the_next_cycle)
{
    closing_make_world(store);
    for (int i = 0; i < DRAWN; i++)
        closing_close(store, i ? make_finding(store, world.source, "又一个") : world.finding);
    int64_t campaign = draw(store, "1"), item = campaign * 1024 + 1;
    const char *assign = "{'id': %lld, 'checker_id': %lld}";
    assert_int_equal(run_as(store, &world.office, &command_lookback_item_assign,
                            jsonf(store, assign, (long long)item, (long long)closing_person_of(store, &world.chief)),
                            NULL),
                     RC_INVALID);
    assert_string_equal(issue_key(store), "lookback.checker_near");
    for (int i = 0; i < DRAWN; i++)
        STORE_OK(run_as(
            store, &world.office, &command_lookback_item_assign,
            jsonf(store, assign, (long long)item + i, (long long)closing_person_of(store, &world.supervisor)), NULL));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE what = 'check_lookback'"), DRAWN);
    const char *check =
        "{'id': %lld, 'verdict': '%s', 'answers': %s, 'note': '现场核查', 'evidence': '照片', 'due': '2099-06-30'}";
    assert_int_equal(run_as(store, &world.leader, &command_lookback_item_check,
                            jsonf(store, check, (long long)item, "consolidated", "['yes', 'yes']"), NULL),
                     RC_FORBIDDEN);
    assert_int_equal(run_as(store, &world.supervisor, &command_lookback_item_check,
                            jsonf(store, check, (long long)item, "consolidated", "['yes']"), NULL),
                     RC_INVALID);
    STORE_OK(run_as(store, &world.supervisor, &command_lookback_item_check,
                    jsonf(store, check, (long long)item, "consolidated", "['yes', 'na']"), NULL));
    assert_int_equal(run_as(store, &world.office, &command_lookback_finish,
                            jsonf(store, "{'id': %lld, 'conclusion': '总体巩固'}", (long long)campaign), NULL),
                     RC_GUARD);
    STORE_OK(run_as(store, &world.supervisor, &command_lookback_item_check,
                    jsonf(store, check, (long long)item + 1, "untrue", "['no', 'no']"), NULL));
    STORE_OK(run_as(store, &world.supervisor, &command_lookback_item_check,
                    jsonf(store, check, (long long)item + 2, "rebound", "['no', 'yes']"), NULL));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM review WHERE purpose = 'reopen' AND state = 'open'"), 2);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM lookback_item WHERE review_id IS NOT NULL"), 2);
    STORE_OK(closing_sign(store, &world.group, &command_review_approve, last_review(store)));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM cycle WHERE n = 2 AND basis = 'look_back'"), 1);
    STORE_OK(run_as(store, &world.office, &command_lookback_finish,
                    jsonf(store, "{'id': %lld, 'conclusion': '总体巩固'}", (long long)campaign), NULL));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE what = 'check_lookback'"), 0);
    expect_kinds(store, "lookback");
    expect_clean(store);
    expect_rebuild_equal(store);
}

int main(void)
{
    return STORE_RUN(STORE_CASE(recurrence_opens_the_next_cycle_and_leaves_the_closed_one),
                     STORE_CASE(what_is_basically_done_is_kept_up_and_closed_by_a_later_review),
                     STORE_CASE(an_unfinished_end_names_who_answers_and_until_when),
                     STORE_CASE(nothing_under_way_becomes_long_term_without_approval),
                     STORE_CASE(a_long_task_without_a_dated_step_is_told_once),
                     STORE_CASE(the_same_seed_draws_the_same_sample),
                     STORE_CASE(a_failed_look_back_proposes_the_next_cycle));
}
