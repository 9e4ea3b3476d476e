/* loop_plan_test.c: causes, measures, duties, nodes and the plan that is approved over them. */
#include "record_support.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "loop/cause.h"
#include "loop/duty.h"
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
    char sql[300];
    snprintf(sql, sizeof sql, format, (long long)id);
    return count_sql(store, sql);
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

int main(void)
{
    return STORE_RUN(STORE_CASE(a_cause_is_found_shared_and_dropped), STORE_CASE(a_cause_is_not_shared_downwards),
                     STORE_CASE(a_measure_names_kinds_and_people_and_changes),
                     STORE_CASE(a_measure_is_completed_after_its_tasks_and_serves_others));
}
