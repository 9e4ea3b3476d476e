/* loop_supervise_test.c: hung items, lead cases, meetings, working groups, handovers and reminders. */
#include "supervise_support.h"

#include <stdio.h>

#include "base/clock.h"
#include "loop/group.h"
#include "loop/handover.h"
#include "loop/hang.h"
#include "loop/lead.h"
#include "loop/meeting.h"
#include "loop/notice.h"
#include "loop/task.h"

/* ---- hung items --------------------------------------------------------------------------------------------- */

STORE_TEST(what_misses_its_date_is_hung_by_itself_and_released_by_decision)
{
    make_world(store);
    day_comes(store, "2026-07-31");
    assert_int_equal(one(store, "SELECT count(*) FROM hang"), 0);
    day_comes(store, "2026-08-03");
    assert_int_equal(one(store,
                         "SELECT count(*) FROM hang WHERE state = 'open' AND level = 'department' AND miss_count = 1 "
                         "AND missed_due = '2026-07-31' AND subject_kind = 'task'"),
                     1);
    day_comes(store, "2026-08-04"); /* nothing is hung twice */
    assert_int_equal(one(store, "SELECT count(*) FROM hang"), 1);
    assert_int_equal(
        one(store, "SELECT count(*) FROM hang h JOIN task t ON t.id = h.subject_id AND t.finding_id = h.finding_id"),
        1); /* a task hangs its finding too */
    int64_t hang = one(store, "SELECT id FROM hang");
    assert_int_equal(waits(store, "hear_hang"), 1);
    assert_int_equal(act(store, &world.approver, &command_hang_release, hang, ", 'is_met': true, 'reason': 'x'"),
                     RC_FORBIDDEN);
    assert_int_equal(act(store, &world.outsider, &command_hang_release, hang, ", 'is_met': true, 'reason': 'x'"),
                     RC_FORBIDDEN);
    assert_int_equal(act(store, &world.office, &command_hang_release, hang, ", 'is_met': true, 'reason': '完成'"),
                     RC_GUARD);
    assert_int_equal(store->ctx->issue_count, 2); /* condition and hearing are missed at once */
    const char *way = ", 'reason_class': 'subjective', 'level': 'department', 'new_due': '%s', 'adjusted': '加派人手', "
                      "'cycle_days': 20, 'release_rule': '清理完成'";
    char more[400];
    snprintf(more, sizeof more, way, "2026-08-03");
    assert_int_equal(act(store, &world.office, &command_hang_set, hang, more), RC_INVALID);
    assert_string_equal(issue_field(store), "new_due");
    snprintf(more, sizeof more, way, "2026-08-31");
    STORE_OK(act(store, &world.office, &command_hang_set, hang, more));
    assert_int_equal(one(store, "SELECT count(*) FROM hang WHERE next_hearing = '2026-08-23'"), 1);
    day_comes(store, "2026-09-01"); /* the new date has passed too: one level up */
    assert_int_equal(
        one(store, "SELECT count(*) FROM hang WHERE level = 'leader' AND miss_count = 2 AND new_due IS NULL"), 1);
    assert_int_equal(act(store, &world.office, &command_hang_hear, hang,
                         ", 'heard_on': '2026-09-02', 'heard_by': '领导小组', 'text': '汇报'"),
                     RC_INVALID);
    STORE_OK(act(store, &world.office, &command_hang_hear, hang,
                 ", 'heard_on': '2026-09-01', 'heard_by': '领导小组', 'text': '汇报', 'opinion': '抓紧'"));
    assert_int_equal(one(store, "SELECT count(*) FROM hang WHERE hearing_count = 1 AND next_hearing = '2026-09-21'"),
                     1);
    assert_int_equal(act(store, &world.office, &command_hang_release, hang, ", 'reason': '完成'"), RC_INVALID);
    STORE_OK(act(store, &world.office, &command_hang_release, hang, ", 'is_met': true, 'reason': '清理完成'"));
    assert_int_equal(waits(store, "hear_hang"), 0);
    day_comes(store, "2026-09-02"); /* released, and not hung again for the same date */
    assert_int_equal(one(store, "SELECT count(*) FROM hang WHERE state = 'open'"), 0);
    expect_kinds(store, "hang");
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(a_hung_item_is_released_when_its_task_is_over_and_keeps_its_findings_label)
{
    make_world(store);
    day_comes(store, "2026-08-03");
    STORE_OK(run_as(store, &world.office, &command_finding_change,
                    jsonf(store, "{'id': %lld, 'label': 2}", (long long)world.finding), NULL));
    assert_int_equal(one(store, "SELECT label FROM hang"), 2);
    assert_int_equal(one(store, "SELECT count(*) FROM letter WHERE label <> 2"), 0);
    assert_int_equal(one(store, "SELECT count(*) FROM wait WHERE label <> 2"), 0);
    assert_int_equal(one(store, "SELECT count(*) FROM notice WHERE label <> 2"), 0);
    int64_t drafts = one(store, "SELECT count(*) FROM letter WHERE state = 'draft' AND subject_kind = 'task'");
    assert_true(drafts > 0);
    STORE_OK(act(store, &world.office, &command_task_cancel, world.task, ", 'reason': '并入其他任务'"));
    assert_int_equal(one(store, "SELECT count(*) FROM letter WHERE state = 'draft' AND subject_kind = 'task'"), drafts);
    day_comes(store, "2026-08-04"); /* what nobody issued about it goes with it */
    assert_int_equal(one(store, "SELECT count(*) FROM letter WHERE state = 'draft' AND subject_kind = 'task'"), 0);
    assert_int_equal(waits(store, "issue_letter"), 0);
    assert_int_equal(one(store, "SELECT count(*) FROM hang WHERE state = 'released' AND subject_kind = 'task'"), 1);
    expect_rebuild_equal(store);
}

/* ---- leading ------------------------------------------------------------------------------------------------ */

STORE_TEST(a_lead_case_has_a_log_that_only_its_leader_and_the_office_write)
{
    make_world(store);
    struct value *result;
    const char *start = "{'finding_id': %lld, 'kind': 'whole', 'person_id': %lld, 'difficulty': '历史担保多'}";
    STORE_OK(run_as(store, &world.office, &command_lead_start,
                    jsonf(store, start, (long long)world.finding, (long long)world.boss), &result));
    int64_t lead = value_get_int(result, "id", 0);
    assert_int_equal(run_as(store, &world.office, &command_lead_start,
                            jsonf(store, start, (long long)world.finding, (long long)world.boss), NULL),
                     RC_GUARD);
    assert_int_equal(one(store, "SELECT count(*) FROM lead_case WHERE next_hear = '2026-07-31'"), 1);
    struct actor other;
    other = make_actor_of(store, "other", "lead_leader", world.root, world.heir);
    const char *log = ", 'kind': 'hear', 'on_day': '2026-06-01', 'text': '听取汇报', 'result': '加快'";
    assert_int_equal(act(store, &other, &command_lead_log, lead, log), RC_GUARD);
    assert_string_equal(issue_key(store), "lead.not_yours");
    STORE_OK(act(store, &world.leader, &command_lead_log, lead, log));
    STORE_OK(act(store, &world.leader, &command_lead_log, lead,
                 ", 'kind': 'visit', 'on_day': '2026-06-01', 'text': '调研'"));
    assert_int_equal(
        act(store, &world.leader, &command_lead_log, lead, ", 'kind': 'hear', 'on_day': '2026-06-02', 'text': 'x'"),
        RC_INVALID);
    assert_int_equal(one(store, "SELECT hear_count * 10 + visit_count FROM lead_case"), 11);
    STORE_OK(act(store, &world.leader, &command_lead_change, lead, ", 'kind': 'lead', 'next_hear': '2026-07-01'"));
    assert_int_equal(one(store, "SELECT count(*) FROM wait WHERE what = 'hear_lead' AND due = '2026-07-01'"), 1);
    assert_int_equal(act(store, &world.leader, &command_lead_end, lead, ", 'reason': 'x'"), RC_FORBIDDEN);
    STORE_OK(act(store, &world.office, &command_lead_end, lead, ", 'reason': '完成'"));
    assert_int_equal(waits(store, "hear_lead"), 0);
    expect_kinds(store, "lead");
    expect_rebuild_equal(store);
}

/* ---- meetings ----------------------------------------------------------------------------------------------- */

STORE_TEST(decisions_become_tasks_and_problems_become_findings)
{
    make_world(store);
    struct value *result;
    STORE_OK(run_as(store, &world.office, &command_meeting_create,
                    jsonf(store,
                          "{'unit_id': %lld, 'kind': 'democratic_life', 'title': '专题民主生活会', 'held_on': "
                          "'2026-06-01', 'agenda': '对照检查'}",
                          (long long)world.root),
                    &result));
    int64_t meeting = value_get_int(result, "id", 0);
    assert_true(str_equal(value_get_text(result, "no"), STR("HY-2026-001")));
    STORE_OK(act(store, &world.office, &command_meeting_change, meeting,
                 ", 'title': '民主生活会', 'held_on': '2026-06-01'"));
    char more[300];
    snprintf(more, sizeof more, ", 'text': '清理担保', 'unit_id': %lld, 'due': '2026-08-31'", (long long)world.firm);
    for (int i = 0; i < 3; i++)
        STORE_OK(act(store, &world.office, &command_meeting_decide, meeting, more));
    assert_int_equal(waits(store, "do_decision"), 3);
    int64_t first = one(store, "SELECT min(id) FROM decision"), last = one(store, "SELECT max(id) FROM decision");
    snprintf(more, sizeof more, ", 'measure_id': %lld", (long long)world.measure);
    STORE_OK(act(store, &world.office, &command_decision_task, first, more));
    assert_int_equal(act(store, &world.office, &command_decision_task, first, more), RC_GUARD);
    assert_int_equal(
        one(store, "SELECT count(*) FROM task t JOIN decision d ON d.task_id = t.id WHERE t.due = '2026-08-31'"), 1);
    assert_int_equal(act(store, &world.office, &command_decision_finish, first, ", 'result': '已办'"), RC_GUARD);
    assert_true(str_equal(store->ctx->first->key, STR("guard.decision_open_task"))); /* it ends with its task */
    assert_int_equal(act(store, &world.outsider, &command_decision_finish, last, ", 'result': 'x'"), RC_NOT_FOUND);
    STORE_OK(act(store, &world.approver, &command_decision_finish, last, ", 'result': '已办'"));
    STORE_OK(act(store, &world.office, &command_decision_cancel,
                 one(store, "SELECT id FROM decision WHERE no LIKE '%J2'"), ", 'reason': '合并'"));
    STORE_OK(act(store, &world.office, &command_meeting_problem, meeting, ", 'text': '担当不够', 'cause': '思想认识'"));
    int64_t problem = one(store, "SELECT id FROM meeting_problem");
    snprintf(more, sizeof more, ", 'problem_id': %lld, 'source_id': %lld", (long long)problem, (long long)world.source);
    STORE_OK(act(store, &world.office, &command_meeting_find, meeting, more));
    assert_int_equal(act(store, &world.office, &command_meeting_find, meeting, more), RC_GUARD);
    assert_int_equal(
        one(store,
            "SELECT count(*) FROM finding f JOIN meeting_problem p ON p.finding_id = f.id WHERE f.title = '担当不够'"),
        1);
    snprintf(more, sizeof more, ", 'held_on': '2026-06-01', 'attended': [%lld], 'absent': [%lld]",
             (long long)world.boss, (long long)world.boss);
    assert_int_equal(act(store, &world.office, &command_meeting_hold, meeting, more), RC_INVALID);
    snprintf(more, sizeof more, ", 'held_on': '2026-06-01', 'attended': [%lld], 'absent': [%lld]",
             (long long)world.boss, (long long)world.heir);
    STORE_OK(act(store, &world.office, &command_meeting_hold, meeting, more));
    STORE_OK(act(store, &world.office, &command_meeting_report, meeting, ", 'report_on': '2026-06-10'"));
    assert_int_equal(one(store, "SELECT count(*) FROM meeting_person WHERE role = 'attended'"), 1);
    STORE_OK(run_as(store, &world.office, &command_meeting_create,
                    jsonf(store, "{'unit_id': %lld, 'kind': 'special', 'title': '专题会', 'held_on': '2026-06-02'}",
                          (long long)world.root),
                    &result));
    STORE_OK(act(store, &world.office, &command_meeting_void, value_get_int(result, "id", 0), ", 'reason': '改期'"));
    /* A decision ends with its task. */
    STORE_OK(act(store, &world.office, &command_task_cancel,
                 one(store, "SELECT task_id FROM decision WHERE task_id IS NOT NULL"), ", 'reason': '不再需要'"));
    day_comes(store, "2026-06-02");
    assert_int_equal(one(store, "SELECT count(*) FROM decision WHERE state = 'cancelled'"), 2);
    expect_kinds(store, "meeting");
    expect_kinds(store, "decision");
    expect_clean(store);
    expect_rebuild_equal(store);
}

/* ---- working groups ----------------------------------------------------------------------------------------- */

STORE_TEST(a_working_group_stands_one_to_one_with_its_finding)
{
    make_world(store);
    struct value *result;
    const char *set_up =
        "{'finding_id': %lld, 'name': '担保清理专项组', 'head_id': %lld, 'member_ids': [%lld, %lld], 'plan': "
        "'专门方案'}";
    STORE_OK(run_as(store, &world.office, &command_group_set_up,
                    jsonf(store, set_up, (long long)world.finding, (long long)world.boss, (long long)world.boss,
                          (long long)world.heir),
                    &result));
    int64_t group = value_get_int(result, "id", 0);
    assert_int_equal(run_as(store, &world.office, &command_group_set_up,
                            jsonf(store, set_up, (long long)world.finding, (long long)world.boss, (long long)world.boss,
                                  (long long)world.heir),
                            NULL),
                     RC_GUARD);
    assert_int_equal(one(store, "SELECT count(*) FROM team WHERE kind = 'task_force' AND pinyin <> ''"), 1);
    assert_int_equal(one(store, "SELECT count(*) FROM team_member"), 2); /* the head is no member besides */
    on_day("2026-06-12");
    STORE_OK(act(store, &world.office, &command_group_meet, group, ", 'on_day': '2026-06-12', 'text': '研究'"));
    assert_int_equal(one(store, "SELECT count(*) FROM wait WHERE what = 'meet_group' AND due = '2026-06-26'"), 1);
    STORE_OK(act(store, &world.office, &command_group_brief, group,
                 ", 'on_day': '2026-06-12', 'brief': '第一期', 'text': '进展'"));
    STORE_OK(act(store, &world.office, &command_group_change, group, ", 'cycle_days': 7, 'plan': '新方案'"));
    assert_int_equal(act(store, &world.office, &command_group_change, group, ", 'cycle_days': 0, 'plan': '新方案'"),
                     RC_INVALID);
    STORE_OK(act(store, &world.office, &command_group_end, group, ", 'reason': '完成'"));
    assert_int_equal(one(store, "SELECT count(*) FROM team WHERE valid_to = '2026-06-12'"), 1);
    expect_kinds(store, "group");
    expect_clean(store);
    expect_rebuild_equal(store);
}

/* ---- handovers ---------------------------------------------------------------------------------------------- */

STORE_TEST(a_handover_moves_what_somebody_carries_when_both_have_signed)
{
    make_world(store);
    struct actor heir;
    struct value *result;
    heir = make_actor_of(store, "heir", "lead_leader", world.root, world.heir);
    const char *begin = "{'from_person': %lld, 'to_person': %lld}";
    assert_int_equal(run_as(store, &world.office, &command_handover_begin,
                            jsonf(store, begin, (long long)world.boss, (long long)world.heir), NULL),
                     RC_GUARD);
    assert_string_equal(issue_key(store), "handover.nothing");
    STORE_OK(run_as(store, &world.office, &command_lead_start,
                    jsonf(store, "{'finding_id': %lld, 'kind': 'lead', 'person_id': %lld}", (long long)world.finding,
                          (long long)world.boss),
                    NULL));
    (void)make(store, &command_task_assign,
               jsonf(store, "{'measure_id': %lld, 'unit_id': %lld, 'doer_id': %lld}", (long long)world.measure,
                     (long long)world.firm, (long long)world.boss));
    STORE_OK(run_as(store, &world.office, &command_handover_begin,
                    jsonf(store, begin, (long long)world.boss, (long long)world.heir), &result));
    int64_t handover = value_get_int(result, "id", 0);
    assert_int_equal(one(store, "SELECT count(*) FROM handover_item"), 2);
    assert_int_equal(run_as(store, &world.office, &command_handover_begin,
                            jsonf(store, begin, (long long)world.boss, (long long)world.heir), NULL),
                     RC_GUARD);
    assert_int_equal(act(store, &world.office, &command_handover_sign, handover, ""), RC_GUARD);
    STORE_OK(act(store, &world.leader, &command_handover_sign, handover, ""));
    assert_int_equal(act(store, &world.leader, &command_handover_sign, handover, ""), RC_GUARD);
    assert_int_equal(one(store, "SELECT count(*) FROM handover WHERE state = 'open' AND to_signed IS NULL"), 1);
    assert_int_equal(count_sqlf(store, "SELECT count(*) FROM lead_case WHERE leader_id = %lld", (long long)world.boss),
                     1); /* nothing moves with one signature */
    STORE_OK(act(store, &heir, &command_handover_sign, handover, ""));
    assert_int_equal(count_sqlf(store,
                                "SELECT count(*) FROM lead_case WHERE leader_id = %lld AND handed_on = '2026-06-01'",
                                (long long)world.heir),
                     1);
    assert_int_equal(count_sqlf(store, "SELECT count(*) FROM wait WHERE what = 'hear_lead' AND actor_id = %lld",
                                (long long)world.heir),
                     1);
    assert_int_equal(count_sqlf(store,
                                "SELECT count(*) FROM duty WHERE role = 'doer' AND actor_id = %lld AND until IS NULL",
                                (long long)world.heir),
                     1);
    assert_int_equal(one(store, "SELECT count(*) FROM duty WHERE until IS NOT NULL"), 1);
    assert_int_equal(one(store, "SELECT count(*) FROM event WHERE kind = 'duty.handed'"), 2);
    assert_int_equal(waits(store, "sign_handover"), 0);
    STORE_OK(run_as(store, &world.office, &command_handover_begin,
                    jsonf(store, begin, (long long)world.heir, (long long)world.boss), &result));
    STORE_OK(act(store, &world.office, &command_handover_cancel, value_get_int(result, "id", 0), ", 'reason': '留任'"));
    expect_kinds(store, "handover");
    expect_kinds(store, "duty");
    expect_clean(store);
    expect_rebuild_equal(store);
}

/* ---- reminders ---------------------------------------------------------------------------------------------- */

static int64_t told(struct store *store, const char *rule, const char *skipped)
{
    return count_sqlf(store,
                      "SELECT count(*) FROM notice WHERE rule = '%s' AND skipped = '%s' AND subject_kind = 'task'",
                      rule, skipped);
}

STORE_TEST(reminders_come_once_a_day_and_say_who_was_not_told)
{
    make_world(store);
    struct value *result;
    struct actor blind;
    /* A reporter of the firm who may only read what is public: the task is internal. */
    int64_t account = make(store, &command_account_create, json(store, "{'login': 'blind', 'name': 'blind'}"));
    (void)make(store, &command_grant_give,
               jsonf(store, "{'id': %lld, 'role': 'unit_reporter', 'unit_id': %lld, 'clearance': 0}",
                     (long long)account, (long long)world.firm));
    STORE_OK(actor_load(store->ctx, store->db, account, &blind));
    day_comes(store, "2026-07-10"); /* fifteen working days before 31 July */
    assert_int_equal(told(store, "t15", ""), 1);
    assert_int_equal(told(store, "t15", "no_access"), 1);
    day_comes(store, "2026-07-11"); /* a Saturday */
    day_comes(store, "2026-07-13");
    assert_int_equal(told(store, "t15", ""), 1);
    day_comes(store, "2026-07-31");
    assert_int_equal(told(store, "due", ""), 1);
    day_comes(store, "2026-08-03"); /* the first working day after, and the first of the week */
    assert_int_equal(told(store, "overdue", ""), 1);
    day_comes(store, "2026-08-04");
    assert_int_equal(told(store, "overdue", ""), 1);
    /* Muted: not shown any more, and written down. */
    struct notice_mute mute = {
        .account_id = world.approver.account_id,
        .id = count_sql(store,
                        "SELECT min(id) FROM notice WHERE rule = 'overdue' AND skipped = '' AND subject_kind = 'task'"),
        .until = STR("2026-08-12")};
    STORE_OK(db_begin(store->ctx, store->db, true));
    STORE_OK(notice_work_mute(store->ctx, store->db, &mute));
    STORE_OK(db_commit(store->ctx, store->db));
    day_comes(store, "2026-08-10"); /* the next week */
    assert_int_equal(told(store, "overdue", ""), 1);
    assert_int_equal(told(store, "overdue", "muted"), 1);
    day_comes(store, "2026-08-17"); /* no longer muted */
    assert_int_equal(told(store, "overdue", ""), 2);
    struct notice_read read = {.account_id = world.approver.account_id, .now_ms = clock_now_ms()};
    STORE_OK(db_begin(store->ctx, store->db, true));
    STORE_OK(notice_work_read(store->ctx, store->db, &read));
    STORE_OK(db_commit(store->ctx, store->db));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM notice WHERE read_at = 0 AND skipped = '' AND rule = "
                                      "'overdue' AND subject_kind = 'task'"),
                     0);
    /* Nobody holds the post of a unit without accounts: that is written down too. */
    int64_t empty = make_unit(store, world.root, "E", "无人公司");
    STORE_OK(run_as(store, &world.office, &command_task_assign,
                    jsonf(store, "{'measure_id': %lld, 'unit_id': %lld, 'due': '2026-12-01'}", (long long)world.measure,
                          (long long)empty),
                    &result));
    day_comes(store, "2026-08-20"); /* the day to accept it */
    assert_int_equal(told(store, "due", "nobody"), 1);
    expect_rebuild_equal(store);
}

int main(void)
{
    return STORE_RUN(STORE_CASE(what_misses_its_date_is_hung_by_itself_and_released_by_decision),
                     STORE_CASE(a_hung_item_is_released_when_its_task_is_over_and_keeps_its_findings_label),
                     STORE_CASE(a_lead_case_has_a_log_that_only_its_leader_and_the_office_write),
                     STORE_CASE(decisions_become_tasks_and_problems_become_findings),
                     STORE_CASE(a_working_group_stands_one_to_one_with_its_finding),
                     STORE_CASE(a_handover_moves_what_somebody_carries_when_both_have_signed),
                     STORE_CASE(reminders_come_once_a_day_and_say_who_was_not_told));
}
