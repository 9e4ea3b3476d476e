/* loop_plan_test.c: causes, measures, duties, nodes and the plan that is approved over them. */
#include "record_support.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "loop/cause.h"
#include "loop/duty.h"
#include "loop/meeting.h"
#include "loop/node.h"
#include "loop/task.h"

static struct {
    int64_t root, firm, plant, source, finding, other, cause, measure, boss;
    struct actor office, approver, reader;
} world;

static void make_world(struct store *store)
{
    memset(&world, 0, sizeof world);
    world.root = make_root(store);
    world.firm = make_unit(store, world.root, "F", "东部公司");
    world.plant = make_unit(store, world.firm, "F1", "东部一厂");
    world.office = make_actor(store, "office", "office", world.root, LABEL_WORK_SECRET);
    world.approver = make_actor(store, "approver", "unit_approver", world.firm, LABEL_INTERNAL);
    world.reader = make_actor(store, "reader", "reader", world.firm, LABEL_INTERNAL);
    world.source = make_source(store, world.root, "LY-2026-001");
    world.finding = make_finding(store, world.source, "担保管理不规范");
    world.other = make_finding(store, world.source, "出借资金未收回");
    world.boss =
        make(store, &command_person_create, jsonf(store, "{'unit_id': %lld, 'name': '甲'}", (long long)world.firm));
}

static void find_cause(struct store *store)
{
    world.cause = make(store, &command_cause_find,
                       jsonf(store,
                             "{'finding_id': %lld, 'level': 'system', 'method': 'five_why', 'text': '担保制度缺失', "
                             "'steps': '为何超比例\\n为何无人审'}",
                             (long long)world.finding));
}

static void plan_measure(struct store *store)
{
    world.measure =
        make(store, &command_measure_plan,
             jsonf(store,
                   "{'finding_id': %lld, 'text': '修订担保办法', 'cause_id': %lld, 'kinds': ['train', 'rules'],"
                   " 'weight': 60, 'lead_leader_id': %lld, 'assist_ids': [%lld, %lld]}",
                   (long long)world.finding, (long long)world.cause, (long long)world.boss, (long long)world.firm,
                   (long long)world.plant));
}

static enum rc with_other(struct store *store, const struct command *command, int64_t id, int64_t other)
{
    return run_as(store, &world.office, command,
                  jsonf(store, "{'id': %lld, 'other': '%lld', 'reason': '说明'}", (long long)id, (long long)other),
                  NULL);
}

static enum rc act(struct store *store, const struct actor *actor, const struct command *command, int64_t id)
{
    return run_as(store, actor, command, jsonf(store, "{'id': %lld, 'reason': '说明'}", (long long)id), NULL);
}

static int64_t count_of(struct store *store, const char *format, int64_t id)
{
    return count_sqlf(store, format, (long long)id);
}

STORE_TEST(a_cause_is_found_shared_and_dropped)
{
    make_world(store);
    find_cause(store);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM cause WHERE steps = '[\"为何超比例\",\"为何无人审\"]'"), 1);
    STORE_RC(run(store, &command_cause_find,
                 jsonf(store,
                       "{'finding_id': %lld, 'level': 'system', 'method': 'study', 'text': 'x', 'steps': "
                       "'1\\n2\\n3\\n4\\n5\\n6\\n7\\n8\\n9\\n10'}",
                       (long long)world.finding),
                 NULL),
             RC_INVALID);
    STORE_RC(act(store, &world.approver, &command_cause_drop, world.cause), RC_FORBIDDEN);
    STORE_OK(with_other(store, &command_cause_share, world.cause, world.other));
    int64_t before = event_count(store);
    STORE_OK(with_other(store, &command_cause_share, world.cause, world.other));
    assert_int_equal(event_count(store), before);
    STORE_RC(with_other(store, &command_cause_unshare, world.cause, world.finding), RC_INVALID);
    STORE_OK(with_other(store, &command_cause_unshare, world.cause, world.other));
    plan_measure(store);
    STORE_RC(act(store, &world.office, &command_cause_drop, world.cause), RC_GUARD);
    assert_string_equal(issue_key(store), "cause.has_measure");
    STORE_OK(run(store, &command_cause_change,
                 jsonf(store, "{'id': %lld, 'level': 'execution', 'method': 'study', 'text': '执行不严'}",
                       (long long)world.cause),
                 NULL));
    STORE_OK(act(store, &world.office, &command_measure_drop, world.measure));
    STORE_OK(act(store, &world.office, &command_cause_drop, world.cause));
    STORE_RC(act(store, &world.office, &command_cause_drop, world.cause), RC_NOT_FOUND);
    expect_kinds(store, "cause");
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(a_cause_is_not_shared_downwards)
{
    make_world(store);
    STORE_OK(
        run(store, &command_finding_change, jsonf(store, "{'id': %lld, 'label': 2}", (long long)world.finding), NULL));
    find_cause(store);
    plan_measure(store);
    STORE_RC(with_other(store, &command_cause_share, world.cause, world.other), RC_INVALID);
    assert_string_equal(issue_key(store), "cause.lower_label");
    STORE_RC(with_other(store, &command_measure_serve, world.measure, world.other), RC_INVALID);
    STORE_RC(run(store, &command_measure_plan,
                 jsonf(store, "{'finding_id': %lld, 'text': 'x', 'cause_id': %lld}", (long long)world.other,
                       (long long)world.cause),
                 NULL),
             RC_INVALID);
    assert_string_equal(issue_field(store), "cause_id");
}

STORE_TEST(a_measure_names_kinds_and_people_and_changes)
{
    make_world(store);
    find_cause(store);
    plan_measure(store);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM measure WHERE kinds = 'rules,train' AND weight = 60"), 1);
    assert_int_equal(count_of(store, "SELECT count(*) FROM duty WHERE subject_kind = 'measure' AND subject_id = %lld",
                              world.measure),
                     3);
    STORE_RC(run(store, &command_measure_change,
                 jsonf(store, "{'id': %lld, 'kinds': 'rules,nonsense'}", (long long)world.measure), NULL),
             RC_INVALID);
    STORE_OK(run(store, &command_measure_change,
                 jsonf(store, "{'id': %lld, 'weight': 40, 'kinds': ''}", (long long)world.measure), NULL));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM measure WHERE kinds = '' AND weight = 40 AND text = "
                                      "'修订担保办法' AND cause_id IS NOT NULL"),
                     1);
    STORE_OK(run(store, &command_measure_charge,
                 jsonf(store, "{'id': %lld, 'lead_leader_id': null, 'supervisor_id': %lld}", (long long)world.measure,
                       (long long)world.root),
                 NULL));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM duty WHERE role = 'lead_leader' AND until IS NULL"), 0);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM duty WHERE until IS NULL"), 3);
    int64_t before = event_count(store);
    STORE_OK(run(store, &command_measure_charge,
                 jsonf(store, "{'id': %lld, 'supervisor_id': %lld}", (long long)world.measure, (long long)world.root),
                 NULL));
    assert_int_equal(event_count(store), before);
    STORE_RC(run(store, &command_finding_charge,
                 jsonf(store, "{'id': %lld, 'doer_id': 99999}", (long long)world.finding), NULL),
             RC_INVALID);
    assert_string_equal(issue_field(store), "doer_id");
    expect_kinds(store, "duties");
    expect_rebuild_equal(store);
}

STORE_TEST(a_measure_is_completed_after_its_tasks_and_serves_others)
{
    struct value *result;
    make_world(store);
    find_cause(store);
    plan_measure(store);
    STORE_RC(act(store, &world.approver, &command_measure_complete, world.measure), RC_NOT_FOUND);
    STORE_RC(act(store, &world.office, &command_measure_complete, world.measure), RC_GUARD);
    assert_string_equal(issue_key(store), "guard.measure_no_task");
    STORE_OK(
        run_as(store, &world.office, &command_task_assign,
               jsonf(store, "{'measure_id': %lld, 'unit_id': %lld}", (long long)world.measure, (long long)world.firm),
               &result));
    int64_t task = value_get_int(result, "id", 0);
    STORE_RC(act(store, &world.office, &command_measure_complete, world.measure), RC_GUARD);
    assert_string_equal(issue_key(store), "guard.measure_open_tasks");
    STORE_RC(act(store, &world.office, &command_measure_drop, world.measure), RC_GUARD);
    STORE_OK(with_other(store, &command_measure_serve, world.measure, world.other));
    STORE_RC(with_other(store, &command_measure_serve, world.measure, world.finding), RC_INVALID);
    STORE_OK(act(store, &world.office, &command_task_cancel, task));
    STORE_OK(act(store, &world.office, &command_measure_drop, world.measure));
    STORE_OK(act(store, &world.office, &command_measure_reopen, world.measure));
    STORE_OK(run(store, &command_measure_expect,
                 jsonf(store, "{'id': %lld, 'class': 'rule', 'text': '新办法'}", (long long)world.measure), &result));
    STORE_OK(run(store, &command_measure_waive,
                 jsonf(store, "{'id': %lld, 'expected_id': %lld}", (long long)world.measure,
                       (long long)value_get_int(result, "expected_id", 0)),
                 NULL));
    STORE_RC(run(store, &command_measure_waive,
                 jsonf(store, "{'id': %lld, 'expected_id': %lld}", (long long)world.measure,
                       (long long)value_get_int(result, "expected_id", 0)),
                 NULL),
             RC_INVALID);
    STORE_OK(with_other(store, &command_measure_unserve, world.measure, world.other));
    STORE_OK(run(store, &command_measure_change,
                 jsonf(store, "{'id': %lld, 'finish_mark': '印发'}", (long long)world.measure), NULL));
    expect_kinds(store, "measure");
    expect_clean(store);
    expect_rebuild_equal(store);
}

static int64_t add_node(struct store *store, int64_t task, const char *name, const char *start, const char *due,
                        const char *more)
{
    return make(store, &command_node_plan,
                jsonf(store, "{'task_id': %lld, 'name': '%s', 'start': '%s', 'due': '%s'%s}", (long long)task, name,
                      start, due, more));
}

static enum rc change_node(struct store *store, int64_t id, const char *start, const char *due, int64_t pred,
                           const char *more)
{
    return run(store, &command_node_change,
               jsonf(store, "{'id': %lld, 'name': '节点', 'start': '%s', 'due': '%s', 'pred_ids': [%lld]%s}",
                     (long long)id, start, due, (long long)pred, more),
               NULL);
}

static int64_t assign(struct store *store)
{
    return make(store, &command_task_assign,
                jsonf(store, "{'measure_id': %lld, 'unit_id': %lld, 'goal': '修订办法1项'}", (long long)world.measure,
                      (long long)world.firm));
}

static enum rc approve(struct store *store, const struct actor *actor, int64_t id)
{
    return run_as(store, actor, &command_finding_plan,
                  jsonf(store, "{'id': %lld, 'meeting': '党组会第12次', 'meeting_on': '2026-11-20'}", (long long)id),
                  NULL);
}

STORE_TEST(a_finding_names_the_recorded_meeting_that_approved_its_plan)
{
    struct value *result;
    make_world(store);
    STORE_OK(act(store, &world.office, &command_finding_confirm, world.finding));
    find_cause(store);
    plan_measure(store);
    STORE_OK(run(store, &command_finding_change,
                 jsonf(store, "{'id': %lld, 'due': '2026-12-31'}", (long long)world.finding), NULL));
    STORE_OK(run(store, &command_finding_charge,
                 jsonf(store, "{'id': %lld, 'lead_leader_id': %lld}", (long long)world.finding, (long long)world.boss),
                 NULL));
    int64_t task = assign(store);
    (void)add_node(store, task, "起草", "2026-12-01", "2026-12-10", "");
    STORE_OK(run_as(store, &world.office, &command_meeting_create,
                    jsonf(store,
                          "{'unit_id': %lld, 'kind': 'party_board', 'title': '审议整改方案', 'held_on': '2026-11-20'}",
                          (long long)world.root),
                    &result));
    long long meeting = (long long)value_get_int(result, "id", 0);
    struct str no = value_get_text(result, "no");
    char by_number[160];
    snprintf(by_number, sizeof by_number, "{'id': %lld, 'meeting': ' %.*s '}", (long long)world.finding, STR_ARG(no));
    STORE_RC(run_as(store, &world.office, &command_finding_plan, jsonf(store, "%s", by_number), NULL), RC_INVALID);
    assert_string_equal(issue_key(store), "plan.meeting_not_held");
    STORE_RC(run_as(store, &world.office, &command_finding_plan,
                    jsonf(store, "{'id': %lld, 'meeting_id': %lld}", (long long)world.finding, meeting), NULL),
             RC_INVALID);
    assert_string_equal(issue_field(store), "meeting_id"); /* found without its number being given too */
    STORE_RC(run_as(store, &world.office, &command_finding_plan, jsonf(store, "{'id': %lld}", (long long)world.finding),
                    NULL),
             RC_INVALID);
    assert_string_equal(issue_key(store), "plan.which_meeting");
    STORE_OK(run_as(store, &world.office, &command_meeting_hold,
                    jsonf(store, "{'id': %lld, 'held_on': '2026-11-21'}", meeting), NULL));
    STORE_RC(run_as(store, &world.office, &command_finding_plan,
                    jsonf(store, "{'id': %lld, 'meeting': 'HY-1999-001'}", (long long)world.finding), NULL),
             RC_INVALID);
    assert_string_equal(issue_key(store), "meeting.not_found");
    STORE_RC(run_as(store, &world.office, &command_finding_plan,
                    jsonf(store, "{'id': %lld, 'meeting': '党组会第12次'}", (long long)world.finding), NULL),
             RC_INVALID);
    assert_string_equal(issue_field(store), "meeting_on");
    STORE_OK(run_as(store, &world.office, &command_finding_plan, jsonf(store, "%s", by_number), NULL));
    assert_int_equal(
        count_sqlf(store,
                   "SELECT count(*) FROM meeting_plan WHERE meeting_id = %lld AND finding_id = %lld AND approved_on = "
                   "'2026-11-21'",
                   meeting, (long long)world.finding),
        1);
    expect_rebuild_equal(store);
}

STORE_TEST(nodes_follow_one_another_and_never_in_a_circle)
{
    make_world(store);
    find_cause(store);
    plan_measure(store);
    int64_t task = assign(store);
    int64_t first = add_node(store, task, "起草", "2026-03-02", "2026-03-06", "");
    int64_t second = add_node(store, task, "审议", "2026-03-09", "2026-03-13", "");
    STORE_RC(change_node(store, second, "2026-03-06", "2026-03-13", first, ""), RC_INVALID);
    assert_string_equal(issue_key(store), "node.before_pred");
    STORE_OK(change_node(store, second, "2026-03-04", "2026-03-13", first, ", 'is_overlap': true"));
    STORE_RC(change_node(store, first, "2026-03-02", "2026-03-06", second, ", 'is_overlap': true"), RC_INVALID);
    assert_string_equal(issue_key(store), "node.circle");
    STORE_RC(change_node(store, first, "2026-03-02", "2026-03-06", first, ", 'is_overlap': true"), RC_INVALID);
    STORE_RC(change_node(store, first, "2026-03-08", "2026-03-06", 99999, ""), RC_INVALID);
    STORE_RC(run(store, &command_node_report,
                 jsonf(store, "{'id': %lld, 'real_start': '2999-01-01'}", (long long)first), NULL),
             RC_INVALID);
    STORE_OK(run(store, &command_node_report,
                 jsonf(store, "{'id': %lld, 'real_start': '2026-03-02', 'real_due': '2026-03-09'}", (long long)first),
                 NULL));
    STORE_OK(act(store, &world.office, &command_node_drop, second));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM node_pred"), 0);
    STORE_RC(act(store, &world.office, &command_node_drop, second), RC_NOT_FOUND);
    STORE_OK(act(store, &world.office, &command_task_cancel, task));
    STORE_RC(act(store, &world.office, &command_node_drop, first), RC_GUARD);
    expect_rebuild_equal(store);
}

STORE_TEST(a_plan_is_approved_only_whole_and_freezes_its_nodes)
{
    make_world(store);
    STORE_RC(approve(store, &world.office, world.finding), RC_GUARD);
    assert_string_equal(issue_key(store), "lifecycle.not_in_state");
    STORE_OK(act(store, &world.office, &command_finding_confirm, world.finding));
    STORE_RC(approve(store, &world.approver, world.finding), RC_FORBIDDEN);
    STORE_RC(approve(store, &world.office, world.finding), RC_GUARD);
    assert_int_equal(store->ctx->issue_count, 4); /* cause, due date, leader, task: all at once */
    assert_true(str_equal(store->ctx->first->place,
                          arena_format(store->ctx->arena, "/findings/%lld/causes", (long long)world.finding)));
    find_cause(store);
    STORE_RC(approve(store, &world.office, world.finding), RC_GUARD);
    assert_string_equal(issue_key(store), "guard.plan_task");
    plan_measure(store);
    STORE_OK(run(store, &command_finding_change,
                 jsonf(store, "{'id': %lld, 'due': '2026-12-31'}", (long long)world.finding), NULL));
    STORE_OK(run(store, &command_finding_charge,
                 jsonf(store, "{'id': %lld, 'lead_leader_id': %lld}", (long long)world.finding, (long long)world.boss),
                 NULL));
    int64_t task = assign(store);
    STORE_RC(approve(store, &world.office, world.finding), RC_GUARD);
    assert_string_equal(issue_key(store), "guard.plan_node");
    assert_int_equal(store->ctx->issue_count, 1);
    int64_t node = add_node(store, task, "起草", "2026-12-01", "2026-12-10", "");
    STORE_OK(approve(store, &world.office, world.finding));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM finding f JOIN cycle c ON c.id = f.cycle_id WHERE f.status "
                                      "= 'doing' AND c.state = 'doing'"),
                     1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE subject_kind = 'finding' AND what = "
                                      "'work_finding' AND due = '2026-12-31'"),
                     1);
    STORE_RC(change_node(store, node, "2026-12-02", "2026-12-15", node + 100000, ""), RC_INVALID);
    STORE_OK(
        run(store, &command_node_change,
            jsonf(store, "{'id': %lld, 'name': '起草', 'start': '2026-12-02', 'due': '2026-12-15'}", (long long)node),
            NULL));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM node WHERE base_due = '2026-12-10' AND due = '2026-12-15'"),
                     1);
    STORE_OK(run(store, &command_node_report, jsonf(store, "{'id': %lld, 'real_start': '2026-11-01'}", (long long)node),
                 NULL));
    STORE_OK(act(store, &world.office, &command_node_drop, node));
    STORE_RC(approve(store, &world.office, world.finding), RC_GUARD);
    expect_kinds(store, "node");
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(many_are_confirmed_and_approved_by_the_same_rules)
{
    struct value *result;
    make_world(store);
    int64_t hidden = make_finding(store, world.source, "密级事项");
    STORE_OK(run(store, &command_finding_change, jsonf(store, "{'id': %lld, 'label': 2}", (long long)hidden), NULL));
    struct actor lead = make_actor(store, "lead", "lead_department", world.root, LABEL_INTERNAL);
    STORE_OK(run_as(store, &lead, &command_finding_confirm_many,
                    jsonf(store, "{'ids': [%lld, %lld, %lld, 99999]}", (long long)world.finding, (long long)world.other,
                          (long long)hidden),
                    &result));
    assert_int_equal(value_get_int(result, "done", 0), 2);
    assert_int_equal(value_get_int(result, "failed", 0), 2);
    const struct value *third = value_get(result, "rows")->items.first->next->next;
    assert_true(str_equal(value_get_text(third, "title"), STR(""))); /* not even that it exists */
    assert_int_equal(count_sql(store, "SELECT count(*) FROM finding WHERE status = 'confirmed'"), 2);
    STORE_OK(run_as(store, &world.office, &command_finding_plan_many,
                    jsonf(store, "{'ids': [%lld, %lld], 'meeting': '党组会', 'meeting_on': '2026-11-20'}",
                          (long long)world.finding, (long long)world.other),
                    &result));
    assert_int_equal(value_get_int(result, "done", 1), 0);
    assert_int_equal(value_get_int(result, "failed", 0), 2);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM finding WHERE status = 'confirmed'"), 2);
    expect_rebuild_equal(store);
}

int main(void)
{
    return STORE_RUN(STORE_CASE(a_cause_is_found_shared_and_dropped), STORE_CASE(a_cause_is_not_shared_downwards),
                     STORE_CASE(a_measure_names_kinds_and_people_and_changes),
                     STORE_CASE(a_measure_is_completed_after_its_tasks_and_serves_others),
                     STORE_CASE(a_finding_names_the_recorded_meeting_that_approved_its_plan),
                     STORE_CASE(nodes_follow_one_another_and_never_in_a_circle),
                     STORE_CASE(a_plan_is_approved_only_whole_and_freezes_its_nodes),
                     STORE_CASE(many_are_confirmed_and_approved_by_the_same_rules));
}
