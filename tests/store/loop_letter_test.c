/* loop_letter_test.c: letters that are drafted, issued, raised and answered, and urging by hand. */
#include "supervise_support.h"

#include "loop/hang.h"
#include "loop/lead.h"
#include "loop/letter.h"
#include "loop/task.h"

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

int main(void)
{
    return STORE_RUN(STORE_CASE(letters_are_drafted_raised_and_answered),
                     STORE_CASE(letter_numbers_have_no_gap_and_void_ones_keep_theirs),
                     STORE_CASE(letters_are_issued_many_at_once_each_for_itself),
                     STORE_CASE(a_notice_of_a_talk_says_when_and_where_before_it_is_issued),
                     STORE_CASE(a_second_yellow_letter_goes_to_the_leader),
                     STORE_CASE(urging_by_hand_keeps_a_quiet_interval));
}
