/* loop_supervise_test.c: hung items, letters, urging, lead cases, meetings, working groups and handovers. */
#include "record_support.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "loop/group.h"
#include "loop/handover.h"
#include "loop/hang.h"
#include "loop/lead.h"
#include "loop/letter.h"
#include "loop/meeting.h"
#include "loop/notice.h"
#include "loop/task.h"
#include "loop/tick.h"

static struct {
    int64_t root, firm, source, finding, measure, task, boss, heir;
    struct actor office, second, approver, leader, outsider;
} world;

static void on_day(const char *day)
{
    int32_t n = 0;
    assert_true(date_parse(str_from_cstr(day), &n));
    clock_set_ms(((int64_t)n * 86400 + 2 * 3600) * 1000); /* ten in the morning in China */
}

static enum rc run_batch(void *arg, struct write_job *job) { return writer_run_once(arg, job); }

static void heard(void *arg, const char *name, int64_t changed, struct ctx *ctx, enum rc rc)
{
    (void)arg;
    (void)changed;
    if (rc != RC_OK)
        print_error("tick %s: %s %.*s\n", name, rc_name(rc), STR_ARG(ctx->first ? ctx->first->key : STR_EMPTY));
}

/* The day comes and the program does its daily work. */
static void day_comes(struct store *store, const char *day)
{
    on_day(day);
    STORE_OK(tick_run_all(str_from_cstr(day), run_batch, heard, store->db));
}

static int64_t make_account_of(struct store *store, const char *login, const char *role, int64_t unit, int64_t person,
                               struct actor *ret_actor)
{
    int64_t id =
        make(store, &command_account_create,
             jsonf(store, "{'login': '%s', 'name': '%s', 'person_id': %lld}", login, login, (long long)person));
    (void)make(store, &command_grant_give,
               jsonf(store, "{'id': %lld, 'role': '%s', 'unit_id': %lld, 'clearance': 1}", (long long)id, role,
                     (long long)unit));
    STORE_OK(actor_load(store->ctx, store->db, id, ret_actor));
    return id;
}

static int64_t make_person(struct store *store, int64_t unit, const char *name)
{
    return make(store, &command_person_create,
                jsonf(store, "{'unit_id': %lld, 'name': '%s', 'email': '%s@example.cn'}", (long long)unit, name, name));
}

static void make_world(struct store *store)
{
    memset(&world, 0, sizeof world);
    on_day("2026-06-01");
    world.root = make_root(store);
    world.firm = make_unit(store, world.root, "F", "东部公司");
    int64_t west = make_unit(store, world.root, "W", "西部公司");
    world.office = make_actor(store, "office", "office", world.root, LABEL_WORK_SECRET);
    world.second = make_actor(store, "second", "office", world.root, LABEL_WORK_SECRET);
    world.approver = make_actor(store, "approver", "unit_approver", world.firm, LABEL_INTERNAL);
    world.outsider = make_actor(store, "outsider", "unit_approver", west, LABEL_INTERNAL);
    world.boss = make_person(store, world.root, "李领导");
    world.heir = make_person(store, world.root, "王领导");
    (void)make_account_of(store, "leader", "lead_leader", world.root, world.boss, &world.leader);
    world.source = make_source(store, world.root, "LY-2026-001");
    world.finding = make_finding(store, world.source, "担保管理不规范");
    STORE_OK(run(store, &command_finding_change,
                 jsonf(store, "{'id': %lld, 'unit_id': %lld, 'due': '2026-12-31'}", (long long)world.finding,
                       (long long)world.firm),
                 NULL));
    world.measure = make(
        store, &command_measure_plan,
        jsonf(store, "{'finding_id': %lld, 'text': '清理超比例担保', 'due': '2026-07-31'}", (long long)world.finding));
    world.task = make(store, &command_task_assign,
                      jsonf(store, "{'measure_id': %lld, 'unit_id': %lld, 'start': '2026-06-01'}",
                            (long long)world.measure, (long long)world.firm));
    STORE_OK(run_as(store, &world.approver, &command_task_accept, jsonf(store, "{'id': %lld}", (long long)world.task),
                    NULL));
}

static enum rc act(struct store *store, const struct actor *actor, const struct command *command, int64_t id,
                   const char *more)
{
    return run_as(store, actor, command, jsonf(store, "{'id': %lld%s}", (long long)id, more), NULL);
}

static int64_t one(struct store *store, const char *sql) { return count_sql(store, sql); }

static int64_t waits(struct store *store, const char *what)
{
    return count_sqlf(store, "SELECT count(*) FROM wait WHERE what = '%s'", what);
}

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

/* ---- letters ------------------------------------------------------------------------------------------------ */

static int64_t newest_letter(struct store *store) { return one(store, "SELECT max(id) FROM letter"); }

static void expect_letter(struct store *store, const char *where)
{
    if (count_sqlf(store, "SELECT count(*) FROM letter WHERE %s", where) != 1)
        fail_msg("no such letter: %s", where);
}

STORE_TEST(letters_are_drafted_raised_and_answered)
{
    make_world(store);
    day_comes(store, "2026-06-15"); /* two of nine weeks gone, nothing done: 23 points behind */
    expect_letter(store, "kind = 'yellow' AND cause = 'behind' AND state = 'draft' AND no = ''");
    int64_t behind = newest_letter(store);
    assert_int_equal(act(store, &world.office, &command_letter_void, behind, ", 'reason': '口头提醒'"), RC_OK);
    day_comes(store, "2026-07-22"); /* seven working days before */
    expect_letter(store, "kind = 'blue' AND cause = 'due_soon' AND state = 'draft'");
    int64_t blue = newest_letter(store);
    assert_int_equal(run_as(store, &world.office, &command_letter_draft,
                            jsonf(store, "{'task_id': %lld, 'kind': 'red'}", (long long)world.task), NULL),
                     RC_GUARD);
    assert_string_equal(issue_key(store), "letter.already_open");
    assert_int_equal(act(store, &world.approver, &command_letter_issue, blue, ", 'delivered_by': 'program'"),
                     RC_FORBIDDEN);
    STORE_OK(act(store, &world.office, &command_letter_change, blue,
                 ", 'kind': 'blue', 'demand': '请自查', 'reply_days': 3"));
    STORE_OK(act(store, &world.office, &command_letter_issue, blue, ", 'delivered_by': 'paper'"));
    expect_letter(store, "state = 'issued' AND due = '2026-07-27'");
    STORE_OK(act(store, &world.office, &command_letter_deliver, blue, ", 'delivered_by': 'paper'"));
    day_comes(store, "2026-07-28"); /* nobody answered: yellow */
    expect_letter(store, "kind = 'blue' AND state = 'raised'");
    expect_letter(store, "kind = 'yellow' AND cause = 'no_answer' AND state = 'draft' AND raised_from IS NOT NULL");
    int64_t yellow = newest_letter(store);
    STORE_OK(act(store, &world.office, &command_letter_issue, yellow, ", 'delivered_by': 'program'"));
    expect_letter(store, "state = 'delivered' AND delivered_by = 'program'");
    assert_int_equal(act(store, &world.office, &command_letter_sign, yellow, ""), RC_FORBIDDEN);
    assert_string_equal(issue_key(store), "lifecycle.not_holder");
    assert_int_equal(act(store, &world.outsider, &command_letter_sign, yellow, ""), RC_NOT_FOUND);
    assert_int_equal(waits(store, "sign_letter"), 1);
    STORE_OK(act(store, &world.approver, &command_letter_sign, yellow, ""));
    STORE_OK(act(store, &world.office, &command_letter_extend, yellow, ", 'due': '2026-08-10', 'reason': '资料较多'"));
    assert_int_equal(act(store, &world.office, &command_letter_extend, yellow, ", 'due': '2026-08-07', 'reason': 'x'"),
                     RC_INVALID);
    STORE_OK(act(store, &world.approver, &command_letter_answer, yellow, ", 'answer': '已清理三笔'"));
    assert_int_equal(act(store, &world.second, &command_letter_close, yellow, ""), RC_GUARD);
    assert_string_equal(issue_key(store), "guard.letter_evidence");
    STORE_OK(act(store, &world.second, &command_letter_refuse, yellow, ", 'reason': '请附凭证'"));
    STORE_OK(act(
        store, &world.approver, &command_letter_attach, yellow,
        ", 'file_sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 'file_name': 'a.pdf', "
        "'file_size': 0"));
    STORE_OK(act(store, &world.approver, &command_letter_answer, yellow, ", 'answer': '已清理三笔，凭证附后'"));
    STORE_OK(act(store, &world.second, &command_letter_close, yellow, ", 'reason': '属实'"));
    assert_int_equal(waits(store, "answer_letter") + waits(store, "close_letter"), 0);
    expect_kinds(store, "letter");
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(letter_numbers_have_no_gap_and_void_ones_keep_theirs)
{
    make_world(store);
    int64_t ids[4];
    for (int i = 0; i < 4; i++) {
        int64_t finding = make_finding(store, world.source, "事项");
        struct value *result;
        STORE_OK(run_as(store, &world.office, &command_letter_draft,
                        jsonf(store, "{'finding_id': %lld, 'kind': 'red', 'demand': '请办理'}", (long long)finding),
                        &result));
        ids[i] = value_get_int(result, "id", 0);
    }
    STORE_OK(
        act(store, &world.office, &command_letter_void, ids[3], ", 'reason': '不发'")); /* never issued: no number */
    for (int i = 0; i < 3; i++)
        STORE_OK(act(store, &world.office, &command_letter_issue, ids[i], ", 'delivered_by': 'program'"));
    STORE_OK(act(store, &world.office, &command_letter_void, ids[1], ", 'reason': '重发'"));
    assert_int_equal(one(store, "SELECT last_n FROM doc_no WHERE kind = 'letter_red' AND year = 2026"), 3);
    assert_int_equal(one(store, "SELECT count(*) FROM letter WHERE kind = 'red' AND no LIKE '%督〔2026〕_号'"), 3);
    assert_int_equal(one(store, "SELECT count(*) FROM letter WHERE state = 'void' AND no LIKE '%2号'"), 1);
    /* A red letter is followed by a talk: its notice waits to be issued. */
    assert_int_equal(
        one(store, "SELECT count(*) FROM letter WHERE kind = 'talk' AND state = 'draft' AND cause = 'red'"), 3);
    STORE_OK(run_as(store, &world.office, &command_letter_draft,
                    jsonf(store, "{'task_id': %lld, 'kind': 'talk'}", (long long)world.task), NULL));
    expect_letter(store, "kind = 'talk' AND cause = 'manual' AND demand LIKE '现就%整改情况约谈%'");
    expect_rebuild_equal(store);
}

/* A talk without its day stays a draft and says why; the others go out with a number each. */
STORE_TEST(letters_are_issued_many_at_once_each_for_itself)
{
    make_world(store);
    struct value *result;
    int64_t ids[3];
    for (int i = 0; i < 3; i++) {
        int64_t finding = make_finding(store, world.source, "事项");
        STORE_OK(run_as(store, &world.office, &command_letter_draft,
                        jsonf(store, "{'finding_id': %lld, 'kind': '%s', 'demand': '请办理'}", (long long)finding,
                              i == 1 ? "talk" : "yellow"),
                        &result));
        ids[i] = value_get_int(result, "id", 0);
    }
    struct value *raw = jsonf(store, "{'ids': [%lld, %lld, %lld, 999999], 'delivered_by': 'program'}",
                              (long long)ids[0], (long long)ids[1], (long long)ids[2]);
    assert_int_equal(run_as(store, &world.approver, &command_letter_issue_many, raw, NULL), RC_FORBIDDEN);
    assert_int_equal(
        run_as(store, &world.office, &command_letter_issue_many, json(store, "{'delivered_by': 'program'}"), NULL),
        RC_INVALID);
    assert_string_equal(issue_key(store), "many.none_chosen");
    STORE_OK(run_as(store, &world.office, &command_letter_issue_many, raw, &result));
    assert_int_equal(value_get_int(result, "done", 0), 2);
    assert_int_equal(value_get_int(result, "failed", 0), 2);
    const struct value *row = value_get(result, "rows")->items.first;
    assert_true(str_has_suffix(value_get_text(row, "no"), STR("1号")));
    row = row->next;
    assert_true(str_equal(value_get_text(row, "message"), STR("guard.letter_talk")));
    assert_true(value_get_text(row, "title").n > 0);
    row = row->next;
    assert_true(str_has_suffix(value_get_text(row, "no"), STR("2号")));
    row = row->next;
    assert_true(str_equal(value_get_text(row, "message"), STR("letter.not_found")));
    assert_int_equal(value_get_text(row, "title").n, 0);
    assert_int_equal(one(store, "SELECT count(*) FROM letter WHERE state = 'delivered'"), 2);
    assert_int_equal(one(store, "SELECT count(*) FROM letter WHERE state = 'draft'"), 1);
    expect_rebuild_equal(store);
}

STORE_TEST(a_notice_of_a_talk_says_when_and_where_before_it_is_issued)
{
    make_world(store);
    struct value *result;
    STORE_OK(run_as(store, &world.office, &command_letter_draft,
                    jsonf(store, "{'task_id': %lld, 'kind': 'talk'}", (long long)world.task), &result));
    int64_t id = value_get_int(result, "id", 0);
    assert_int_equal(act(store, &world.office, &command_letter_issue, id, ", 'delivered_by': 'program'"), RC_GUARD);
    assert_string_equal(issue_key(store), "guard.letter_talk");
    assert_int_equal(act(store, &world.office, &command_letter_change, id,
                         ", 'kind': 'talk', 'demand': '约谈', 'reply_days': 5, 'talk_on': '2020-01-01'"),
                     RC_INVALID);
    assert_string_equal(issue_key(store), "letter.talk_past");
    STORE_OK(
        act(store, &world.office, &command_letter_change, id,
            ", 'kind': 'talk', 'demand': '约谈', 'reply_days': 5, 'talk_on': '2026-06-02', 'talk_time': '上午9:30', "
            "'talk_place': '三楼会议室'"));
    STORE_OK(act(store, &world.office, &command_letter_issue, id, ", 'delivered_by': 'program'"));
    assert_int_equal(one(store, "SELECT count(*) FROM letter WHERE kind = 'talk' AND state = 'delivered' AND talk_on = "
                                "'2026-06-02' AND talk_time = '上午9:30' AND talk_place = '三楼会议室'"),
                     1);
    assert_int_equal(one(store, "SELECT count(*) FROM wait WHERE what = 'sign_letter' AND due = '2026-06-02'"), 1);
    expect_rebuild_equal(store);
}

STORE_TEST(a_second_yellow_letter_goes_to_the_leader)
{
    make_world(store);
    STORE_OK(run_as(store, &world.office, &command_lead_start,
                    jsonf(store, "{'task_id': %lld, 'kind': 'lead', 'person_id': %lld}", (long long)world.task,
                          (long long)world.boss),
                    NULL));
    for (int i = 0; i < 2; i++) {
        struct value *result;
        STORE_OK(run_as(store, &world.office, &command_letter_draft,
                        jsonf(store, "{'task_id': %lld, 'kind': 'yellow'}", (long long)world.task), &result));
        int64_t id = value_get_int(result, "id", 0);
        assert_int_equal(one(store, "SELECT count(*) FROM letter WHERE to_kind = 'person'"), i);
        STORE_OK(act(store, &world.office, &command_letter_issue, id, ", 'delivered_by': 'program'"));
        if (i == 0)
            STORE_OK(act(store, &world.office, &command_letter_void, id, ", 'reason': 'x'"));
    }
    assert_int_equal(one(store, "SELECT count(*) FROM wait WHERE what = 'sign_letter' AND actor_kind = 'person'"), 1);
    expect_rebuild_equal(store);
}

STORE_TEST(urging_by_hand_keeps_a_quiet_interval)
{
    make_world(store);
    assert_int_equal(act(store, &world.approver, &command_task_urge, world.task, ""), RC_FORBIDDEN);
    assert_int_equal(act(store, &world.outsider, &command_task_urge, world.task, ""), RC_FORBIDDEN);
    STORE_OK(act(store, &world.office, &command_task_urge, world.task, ", 'text': '请加快'"));
    assert_int_equal(one(store, "SELECT count(*) FROM notice WHERE rule = 'urged' AND skipped = ''"), 1);
    on_day("2026-06-03");
    assert_int_equal(act(store, &world.office, &command_task_urge, world.task, ""), RC_GUARD);
    assert_string_equal(issue_key(store), "urge.quiet");
    on_day("2026-06-04"); /* the third working day after */
    STORE_OK(act(store, &world.office, &command_task_urge, world.task, ""));
    STORE_OK(act(store, &world.office, &command_finding_urge, world.finding, ""));
    expect_kinds(store, "urge");
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
    (void)make_account_of(store, "other", "lead_leader", world.root, world.heir, &other);
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
    (void)make_account_of(store, "heir", "lead_leader", world.root, world.heir, &heir);
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
                     STORE_CASE(letters_are_drafted_raised_and_answered),
                     STORE_CASE(letter_numbers_have_no_gap_and_void_ones_keep_theirs),
                     STORE_CASE(letters_are_issued_many_at_once_each_for_itself),
                     STORE_CASE(a_notice_of_a_talk_says_when_and_where_before_it_is_issued),
                     STORE_CASE(a_second_yellow_letter_goes_to_the_leader),
                     STORE_CASE(urging_by_hand_keeps_a_quiet_interval),
                     STORE_CASE(a_lead_case_has_a_log_that_only_its_leader_and_the_office_write),
                     STORE_CASE(decisions_become_tasks_and_problems_become_findings),
                     STORE_CASE(a_working_group_stands_one_to_one_with_its_finding),
                     STORE_CASE(a_handover_moves_what_somebody_carries_when_both_have_signed),
                     STORE_CASE(reminders_come_once_a_day_and_say_who_was_not_told));
}
