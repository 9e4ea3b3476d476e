/* loop_plan_version_test.c: the plan of a source: versions, what differs between them, approval by a meeting. */
#include "record_support.h"

#include <stdio.h>
#include <string.h>

#include "loop/cause.h"
#include "loop/duty.h"
#include "loop/meeting.h"
#include "loop/node.h"
#include "loop/plan.h"
#include "loop/task.h"

static struct {
    int64_t root, firm, source, finding, other, boss, plan;
    struct actor office, chair, approver; /* the chair approves what the office submits */
} world;

/* What one finding needs before its plan is approved. */
struct planned {
    int64_t cause, measure, task, node;
};

static void make_world(struct store *store)
{
    memset(&world, 0, sizeof world);
    world.root = make_root(store);
    world.firm = make_unit(store, world.root, "F", "东部公司");
    world.office = make_actor(store, "office", "office", world.root, LABEL_INTERNAL);
    world.chair = make_actor(store, "chair", "office", world.root, LABEL_INTERNAL);
    world.approver = make_actor(store, "approver", "unit_approver", world.root, LABEL_INTERNAL);
    world.source = make_source(store, world.root, "LY-2026-001");
    world.finding = make_finding(store, world.source, "担保管理不规范");
    world.other = make_finding(store, world.source, "出借资金未收回");
    world.boss =
        make(store, &command_person_create, jsonf(store, "{'unit_id': %lld, 'name': '甲'}", (long long)world.firm));
}

static struct planned prepare(struct store *store, int64_t finding)
{
    struct planned p;
    STORE_OK(run(store, &command_finding_confirm, jsonf(store, "{'id': %lld}", (long long)finding), NULL));
    STORE_OK(run(store, &command_finding_change, jsonf(store, "{'id': %lld, 'due': '2026-12-31'}", (long long)finding),
                 NULL));
    STORE_OK(run(store, &command_finding_charge,
                 jsonf(store, "{'id': %lld, 'lead_leader_id': %lld}", (long long)finding, (long long)world.boss),
                 NULL));
    p.cause = make(store, &command_cause_find,
                   jsonf(store, "{'finding_id': %lld, 'level': 'system', 'method': 'study', 'text': '制度缺失'}",
                         (long long)finding));
    p.measure =
        make(store, &command_measure_plan,
             jsonf(store, "{'finding_id': %lld, 'text': '修订办法', 'cause_id': %lld, 'assist_ids': [%lld, %lld]}",
                   (long long)finding, (long long)p.cause, (long long)world.root, (long long)world.firm));
    p.task = make(store, &command_task_assign,
                  jsonf(store, "{'measure_id': %lld, 'unit_id': %lld, 'goal': '修订办法1项'}", (long long)p.measure,
                        (long long)world.firm));
    p.node = make(store, &command_node_plan,
                  jsonf(store, "{'task_id': %lld, 'name': '起草', 'start': '2026-12-01', 'due': '2026-12-10'}",
                        (long long)p.task));
    return p;
}

static void make_plan(struct store *store)
{
    struct value *result;
    STORE_OK(run_as(store, &world.office, &command_plan_make,
                    jsonf(store, "{'source_id': %lld}", (long long)world.source), &result));
    world.plan = value_get_int(result, "id", 0);
}

static enum rc act(struct store *store, const struct command *command, const char *more)
{
    return run_as(store, command == &command_plan_approve ? &world.chair : &world.office, command,
                  jsonf(store, "{'id': %lld%s}", (long long)world.plan, more), NULL);
}

static int64_t count_of(struct store *store, const char *format, int64_t id)
{
    return count_sqlf(store, format, (long long)id);
}

static bool has_issue(struct store *store, const char *key, const char *argument)
{
    for (const struct ctx_issue *issue = store->ctx->first; issue; issue = issue->next)
        if (str_equal_cstr(issue->key, key) && issue->arg_count && str_equal_cstr(issue->args[0], argument))
            return true;
    return false;
}

static const char MEETING[] = ", 'meeting': '党组会第12次', 'meeting_on': '2026-11-20'";

STORE_TEST(a_plan_is_approved_as_one_whole)
{
    make_world(store);
    make_plan(store);
    STORE_RC(run_as(store, &world.office, &command_plan_make,
                    jsonf(store, "{'source_id': %lld}", (long long)world.source), NULL),
             RC_GUARD);
    assert_string_equal(issue_key(store), "plan.exists");
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE subject_kind = 'plan' AND what = 'submit_plan'"),
                     1);
    struct planned first = prepare(store, world.finding);
    STORE_RC(act(store, &command_plan_submit, ""), RC_GUARD);
    assert_true(has_issue(store, "guard.plan_all_confirm", "1"));
    assert_true(has_issue(store, "guard.plan_all_cause", "1"));
    assert_true(has_issue(store, "guard.plan_all_due", "1"));
    assert_true(has_issue(store, "guard.plan_all_leader", "1"));
    assert_true(has_issue(store, "guard.plan_all_task", "1"));
    assert_int_equal(store->ctx->issue_count, 5);
    prepare(store, world.other);
    STORE_RC(act(store, &command_plan_approve, MEETING), RC_GUARD); /* nothing was submitted */
    STORE_OK(act(store, &command_plan_submit, ""));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM plan_row"), 10);
    assert_int_equal(
        count_sql(store,
                  "SELECT count(*) FROM plan_row WHERE kind = 'measure' AND assist LIKE '%东部公司' AND depth = 1"),
        2);
    assert_int_equal(
        count_sql(store,
                  "SELECT count(*) FROM plan_row WHERE kind = 'finding' AND lead_leader = '甲' AND due = '2026-12-31'"),
        2);
    STORE_RC(run_as(store, &world.office, &command_plan_approve,
                    jsonf(store, "{'id': %lld%s}", (long long)world.plan, MEETING), NULL),
             RC_GUARD); /* nobody approves what they submitted */
    assert_true(has_issue(store, "guard.plan_own", "巡视反馈意见"));
    STORE_RC(act(store, &command_plan_approve, ""), RC_INVALID);
    assert_string_equal(issue_field(store), "meeting");
    STORE_RC(act(store, &command_plan_approve, ", 'meeting': '党组会', 'meeting_on': '2999-01-01'"), RC_INVALID);
    STORE_RC(run_as(store, &world.approver, &command_plan_approve,
                    jsonf(store, "{'id': %lld%s}", (long long)world.plan, MEETING), NULL),
             RC_FORBIDDEN);
    STORE_OK(act(store, &command_plan_approve, MEETING));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM finding WHERE status = 'doing'"), 2);
    assert_int_equal(
        count_of(store, "SELECT count(*) FROM node WHERE id = %lld AND base_due = '2026-12-10'", first.node), 1);
    assert_int_equal(
        count_sql(store,
                  "SELECT count(*) FROM plan p JOIN plan_version v ON v.plan_id = p.id WHERE p.state = 'approved' AND "
                  "p.version = 1 AND v.state = 'approved' AND v.meeting_on = '2026-11-20'"),
        1);
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(what_was_put_before_the_meeting_is_what_it_approves)
{
    make_world(store);
    make_plan(store);
    struct planned first = prepare(store, world.finding);
    prepare(store, world.other);
    STORE_OK(
        act(store, &command_plan_change, ", 'title': '整改方案', 'report_due': '2026-12-05', 'pledge': '按期完成'"));
    STORE_OK(act(store, &command_plan_submit, ""));
    STORE_RC(act(store, &command_plan_change, ", 'title': '另一个'"), RC_GUARD);
    STORE_OK(run(store, &command_measure_change,
                 jsonf(store, "{'id': %lld, 'finish_mark': '印发'}", (long long)first.measure), NULL));
    STORE_RC(act(store, &command_plan_approve, MEETING), RC_GUARD);
    assert_string_equal(issue_key(store), "plan.changed_since");
    assert_int_equal(count_sql(store, "SELECT count(*) FROM finding WHERE status = 'doing'"), 0);
    STORE_RC(act(store, &command_plan_return, ""), RC_INVALID);
    STORE_OK(act(store, &command_plan_return, ", 'reason': '补充完成标志'"));
    STORE_OK(act(store, &command_plan_submit, ", 'reason': '已补充'"));
    STORE_OK(act(store, &command_plan_approve, MEETING));
    assert_int_equal(count_sql(store, "SELECT version FROM plan"), 2);
    assert_int_equal(
        count_sql(store,
                  "SELECT count(*) FROM plan_version WHERE n = 1 AND state = 'returned' AND opinion = '补充完成标志'"),
        1);
    STORE_OK(act(store, &command_plan_send, ", 'sent_on': '2026-11-25'"));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE subject_kind = 'plan'"), 0);
    /* A revision: a node more; the baseline of the others stays. */
    STORE_RC(act(store, &command_plan_submit, ""), RC_GUARD);
    STORE_OK(act(store, &command_plan_revise, ", 'reason': '增加节点'"));
    STORE_OK(run(
        store, &command_node_change,
        jsonf(store, "{'id': %lld, 'name': '起草', 'start': '2026-12-01', 'due': '2026-12-12'}", (long long)first.node),
        NULL));
    int64_t more =
        make(store, &command_node_plan,
             jsonf(store,
                   "{'task_id': %lld, 'name': '印发', 'start': '2026-12-14', 'due': '2026-12-20', 'pred_ids': [%lld]}",
                   (long long)first.task, (long long)first.node));
    STORE_OK(act(store, &command_plan_submit, ", 'reason': '增加节点'"));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM plan_row WHERE kind = 'node' AND preds = '起草'"), 1);
    STORE_OK(act(store, &command_plan_approve, MEETING));
    assert_int_equal(
        count_of(store, "SELECT count(*) FROM node WHERE id = %lld AND base_due = '2026-12-10' AND due = '2026-12-12'",
                 first.node),
        1);
    assert_int_equal(count_of(store, "SELECT count(*) FROM node WHERE id = %lld AND base_due = '2026-12-20'", more), 1);
    expect_kinds(store, "plan");
    expect_clean(store);
    expect_rebuild_equal(store);
}

static struct value *rows_now(struct store *store)
{
    struct value *rows;
    STORE_OK(db_begin(store->ctx, store->db, false));
    STORE_OK(plan_rows_now(store->ctx, store->db, world.source, world.root, LABEL_INTERNAL, &rows));
    db_rollback(store->db);
    return rows;
}

STORE_TEST(two_versions_differ_in_what_was_added_removed_and_changed)
{
    struct value *difference;
    make_world(store);
    struct planned first = prepare(store, world.finding), second = prepare(store, world.other);
    struct value *before = rows_now(store);
    STORE_OK(plan_rows_compare(store->ctx, before, rows_now(store), &difference));
    assert_int_equal(value_get_int(difference, "count", -1), 0);
    STORE_OK(run(store, &command_measure_charge,
                 jsonf(store, "{'id': %lld, 'lead_dept_id': %lld}", (long long)first.measure, (long long)world.firm),
                 NULL));
    STORE_OK(
        run(store, &command_node_drop, jsonf(store, "{'id': %lld, 'reason': '并入'}", (long long)second.node), NULL));
    make(store, &command_node_plan,
         jsonf(store, "{'task_id': %lld, 'name': '催收', 'start': '2026-12-01', 'due': '2026-12-10'}",
               (long long)second.task));
    STORE_OK(plan_rows_compare(store->ctx, before, rows_now(store), &difference));
    assert_int_equal(value_count(value_get(difference, "added")), 1);
    assert_int_equal(value_count(value_get(difference, "removed")), 1);
    assert_int_equal(value_count(value_get(difference, "changed")), 1);
    const struct value *field = value_get(value_get(difference, "changed")->items.first, "fields")->items.first;
    assert_true(str_equal(value_get_text(field, "field"), STR("lead_dept")));
    assert_true(str_equal(value_get_text(field, "before"), STR("")));
    assert_true(str_equal(value_get_text(field, "after"), STR("东部公司")));
}

STORE_TEST(a_plan_holds_no_finding_above_its_label)
{
    make_world(store);
    make_plan(store);
    prepare(store, world.finding);
    STORE_OK(
        run(store, &command_finding_change, jsonf(store, "{'id': %lld, 'label': 2}", (long long)world.other), NULL));
    STORE_OK(act(store, &command_plan_submit, "")); /* the secret one, not even confirmed, is no part of it */
    assert_int_equal(count_of(store, "SELECT count(*) FROM plan_row WHERE finding_id = %lld", world.other), 0);
    STORE_OK(act(store, &command_plan_approve, MEETING));
    assert_int_equal(
        count_of(store, "SELECT count(*) FROM finding WHERE id = %lld AND status = 'registered'", world.other), 1);
    STORE_RC(run_as(store, &world.office, &command_plan_make, jsonf(store, "{'source_id': 99999}"), NULL),
             RC_NOT_FOUND);
    struct actor far = make_actor(store, "far", "office", world.firm, LABEL_INTERNAL);
    STORE_RC(run_as(store, &far, &command_plan_revise,
                    jsonf(store, "{'id': %lld, 'reason': 'x'}", (long long)world.plan), NULL),
             RC_NOT_FOUND);
    expect_rebuild_equal(store);
}

STORE_TEST(the_meeting_is_one_on_record_and_was_held)
{
    struct value *result;
    make_world(store);
    make_plan(store);
    prepare(store, world.finding);
    prepare(store, world.other);
    STORE_OK(act(store, &command_plan_submit, ""));
    STORE_OK(run_as(store, &world.office, &command_meeting_create,
                    jsonf(store,
                          "{'unit_id': %lld, 'kind': 'party_board', 'title': '审议整改方案', 'held_on': '2026-11-20'}",
                          (long long)world.root),
                    &result));
    long long meeting = (long long)value_get_int(result, "id", 0);
    char more[120];
    snprintf(more, sizeof more, ", 'meeting_id': %lld", meeting);
    STORE_RC(act(store, &command_plan_approve, more), RC_INVALID);
    assert_string_equal(issue_key(store), "plan.meeting_not_held");
    STORE_OK(run_as(store, &world.office, &command_meeting_hold,
                    jsonf(store, "{'id': %lld, 'held_on': '2026-11-21'}", meeting), NULL));
    STORE_OK(run_as(store, &world.office, &command_meeting_decide,
                    jsonf(store, "{'id': %lld, 'text': '同意', 'unit_id': %lld}", meeting, (long long)world.root),
                    &result));
    long long decision = (long long)value_get_int(result, "decision_id", 0);
    snprintf(more, sizeof more, ", 'meeting_id': %lld, 'decision_id': 99999", meeting);
    STORE_RC(act(store, &command_plan_approve, more), RC_INVALID);
    assert_string_equal(issue_field(store), "decision_id");
    snprintf(more, sizeof more, ", 'meeting_id': %lld, 'decision_id': %lld", meeting, decision);
    STORE_OK(act(store, &command_plan_approve, more));
    assert_int_equal(count_of(store,
                              "SELECT count(*) FROM plan_version WHERE meeting_id = %lld AND meeting_on = '2026-11-21'",
                              meeting),
                     1);
    assert_true(count_of(store, "SELECT count(*) FROM meeting_plan WHERE meeting_id = %lld", meeting) >
                0); /* each of its findings */
    expect_rebuild_equal(store);
}

STORE_TEST(one_finding_approved_alone_agrees_with_the_whole_plan)
{
    make_world(store);
    make_plan(store);
    prepare(store, world.finding);
    STORE_OK(run_as(store, &world.office, &command_finding_plan,
                    jsonf(store, "{'id': %lld%s}", (long long)world.finding, MEETING), NULL));
    prepare(store, world.other);
    STORE_OK(act(store, &command_plan_submit, ""));
    STORE_OK(act(store, &command_plan_approve, MEETING));
    /* The same moves and the same waits, whether alone or with the whole. */
    assert_int_equal(count_sql(store, "SELECT count(*) FROM finding WHERE status = 'doing'"), 2);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM node WHERE base_due IS NULL"), 0);
    assert_int_equal(
        count_sql(store, "SELECT count(*) FROM wait WHERE subject_kind = 'finding' AND what = 'work_finding'"), 2);
    assert_int_equal(
        count_of(store, "SELECT count(*) FROM event WHERE kind = 'finding.moved' AND subject = %lld", world.finding),
        count_of(store, "SELECT count(*) FROM event WHERE kind = 'finding.moved' AND subject = %lld", world.other));
    expect_rebuild_equal(store);
}

STORE_TEST(a_goal_without_number_or_mark_is_vague)
{
    (void)store;
    assert_true(plan_is_measurable(STR("修订办法1项"), STR("")));
    assert_true(plan_is_measurable(STR("开展三次检查"), STR("")));
    assert_true(plan_is_measurable(STR("收回资金两百万元"), STR("")));
    assert_true(plan_is_measurable(STR("加强管理"), STR("制度印发")));
    assert_false(plan_is_measurable(STR("进一步加强管理"), STR("")));
    assert_false(plan_is_measurable(STR("统一思想，提高认识"), STR("  ")));
    assert_false(plan_is_measurable(STR(""), STR("")));
}

int main(void)
{
    return STORE_RUN(
        STORE_CASE(a_plan_is_approved_as_one_whole), STORE_CASE(what_was_put_before_the_meeting_is_what_it_approves),
        STORE_CASE(two_versions_differ_in_what_was_added_removed_and_changed),
        STORE_CASE(a_plan_holds_no_finding_above_its_label), STORE_CASE(the_meeting_is_one_on_record_and_was_held),
        STORE_CASE(one_finding_approved_alone_agrees_with_the_whole_plan),
        STORE_CASE(a_goal_without_number_or_mark_is_vague));
}
