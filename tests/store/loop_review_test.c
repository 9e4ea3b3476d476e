/* loop_review_test.c: chains and cases of review, and how a finding is closed by one. */
#include "loop_closing_support.h"

#include "loop/cause.h"
#include "loop/report.h"
#include "loop/sweep.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

static int64_t count_complete(struct store *store)
{
    int64_t count;
    STORE_OK(db_get_int(store->ctx, db_query(store->db, Q_CHECK_CLOSED_COMPLETE), &count));
    return count;
}

/* ---- closing ------------------------------------------------------------------------------------------------ */

STORE_TEST(a_finding_is_closed_by_five_opinions_and_gets_a_certificate)
{
    int64_t review;
    closing_make_world(store);
    closing_make_ready(store, world.finding);
    STORE_OK(closing_submit(store, &world.chief, world.finding, &review));
    assert_int_equal(closing_state_is(store, world.finding, "submitted"), 1);
    assert_int_equal(count_sql(store, "SELECT step_n FROM review"), 2); /* the request is the unit's own opinion */
    assert_int_equal(count_sql(store, "SELECT count(*) FROM review_sign WHERE slot_id = 0 AND verdict = 'approve'"), 1);
    assert_int_equal(closing_sign(store, &world.group, &command_review_approve, review), RC_FORBIDDEN);
    assert_string_equal(issue_key(store), "lifecycle.not_holder");
    assert_int_equal(closing_sign(store, &world.outsider, &command_review_approve, review), RC_NOT_FOUND);
    STORE_OK(closing_sign(store, &world.department, &command_review_approve, review));
    assert_int_equal(closing_state_is(store, world.finding, "reviewing"), 1);
    STORE_OK(closing_sign(store, &world.leader, &command_review_approve, review));
    STORE_OK(closing_sign(store, &world.supervisor, &command_review_approve, review));
    assert_int_equal(count_sql(store, "SELECT step_n FROM review"), 4); /* the office has still to sign */
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE subject_kind = 'review'"), 1);
    STORE_OK(closing_sign(store, &world.office, &command_review_approve, review));
    STORE_OK(closing_sign(store, &world.group, &command_review_approve, review));
    assert_int_equal(closing_state_is(store, world.finding, "closed"), 1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM certificate k JOIN cycle c ON c.certificate_no = k.no AND "
                                      "c.is_on_time = 1 AND c.result = 'completed' WHERE k.n = 1"),
                     1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM certificate WHERE content LIKE '%group%' AND content LIKE "
                                      "'%supervisor%' AND content LIKE '%chief%'"),
                     1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait"), 0);
    expect_clean(store);
    expect_rebuild_equal(store);
}

/* Closed stays closed: what finance had not confirmed by then is not asked for any more. */
STORE_TEST(money_of_a_closed_finding_waits_for_nobody)
{
    int64_t review;
    struct value *task, *report;
    closing_make_world(store);
    closing_make_ready(store, world.finding);
    STORE_OK(run_as(
        store, &world.office, &command_task_assign,
        jsonf(store, "{'measure_id': %lld, 'unit_id': %lld}", (long long)world.measure, (long long)world.firm), &task));
    long long id = (long long)value_get_int(task, "id", 0);
    STORE_OK(run_as(store, &world.reporter, &command_task_accept, jsonf(store, "{'id': %lld}", id), NULL));
    STORE_OK(run_as(store, &world.reporter, &command_task_report, jsonf(store, "{'id': %lld}", id), &report));
    STORE_OK(run_as(store, &world.reporter, &command_report_submit,
                    jsonf(store,
                          "{'id': %lld, 'progress': 100, 'done_text': '已收回', 'next_text': '无', 'recovered_fen': "
                          "'88'}",
                          (long long)value_get_int(report, "id", 0)),
                    NULL));
    STORE_OK(run_as(store, &world.chief, &command_report_accept,
                    jsonf(store, "{'id': %lld}", (long long)value_get_int(report, "id", 0)), NULL));
    closing_prove(store, "task", id, "photo");
    closing_finish_task(store, id);
    STORE_OK(closing_submit(store, &world.chief, world.finding, &review));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE what = 'confirm_money'"), 1);
    closing_sign_all(store, review);
    assert_int_equal(closing_state_is(store, world.finding, "closed"), 1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE what = 'confirm_money'"), 0);
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(everything_that_is_missing_is_told_at_once)
{
    closing_make_world(store);
    closing_make_ready(store, world.finding);
    int64_t second = make(store, &command_measure_plan,
                          jsonf(store, "{'finding_id': %lld, 'text': '建立制度'}", (long long)world.finding));
    STORE_OK(run(store, &command_finding_change,
                 jsonf(store, "{'id': %lld, 'due': null, 'reason': '时限待定'}", (long long)world.finding), NULL));
    struct value *result;
    STORE_OK(run_as(store, &world.office, &command_task_assign,
                    jsonf(store, "{'measure_id': %lld, 'unit_id': %lld}", (long long)second, (long long)world.firm),
                    &result));
    tamper(store, "UPDATE account SET is_disabled = 1 WHERE login IN ('group', 'group2')");
    assert_int_equal(closing_submit(store, &world.chief, world.finding, NULL), RC_GUARD);
    int n = 0;
    char keys[400] = "";
    for (const struct ctx_issue *issue = store->ctx->first; issue; issue = issue->next, n++) {
        assert_true(issue->place.n > 0); /* each has a link */
        strncat(keys, arena_copy_cstr(store->ctx->arena, issue->key), 60);
        strncat(keys, " ", 2);
    }
    assert_string_equal(keys,
                        "guard.finding_no_due guard.finding_open_measure guard.finding_open_task review.nobody_signs ");
    assert_int_equal(n, 4);
}

STORE_TEST(a_finding_waits_for_the_units_that_were_asked_about_it)
{
    struct value *result;
    closing_make_world(store);
    closing_make_ready(store, world.finding);
    STORE_OK(run(
        store, &command_sweep_open,
        jsonf(
            store,
            "{'finding_id': %lld, 'items': '有无同类问题', 'due': '2099-12-31', 'reach': 'units', 'unit_ids': [%lld]}",
            (long long)world.finding, (long long)world.other),
        &result));
    STORE_RC(closing_submit(store, &world.chief, world.finding, NULL), RC_GUARD);
    assert_string_equal(issue_key(store), "guard.finding_open_sweeps");
    STORE_OK(run(store, &command_sweep_cancel,
                 jsonf(store, "{'id': %lld, 'reason': '不再排查'}", (long long)value_get_int(result, "id", 0)), NULL));
    STORE_OK(closing_submit(store, &world.chief, world.finding, NULL));
}

STORE_TEST(a_pledge_is_signed_with_the_request)
{
    closing_make_world(store);
    closing_make_ready(store, world.finding);
    assert_int_equal(
        run_as(store, &world.chief, &command_finding_submit,
               jsonf(store, "{'id': %lld, 'self_result': '完成', 'pledge': '承诺'}", (long long)world.finding), NULL),
        RC_INVALID);
    assert_string_equal(issue_field(store), "is_pledged");
    assert_int_equal(closing_submit(store, &world.reporter, world.finding, NULL), RC_FORBIDDEN);
    assert_int_equal(closing_submit(store, &world.outsider, world.finding, NULL), RC_FORBIDDEN);
    STORE_OK(closing_submit(store, &world.chief, world.finding, NULL));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM review WHERE pledge <> '' AND pledge_by = 'chief'"), 1);
}

STORE_TEST(what_is_sent_back_is_counted_and_asked_for_again)
{
    int64_t review, second;
    closing_make_world(store);
    closing_make_ready(store, world.finding);
    STORE_OK(closing_submit(store, &world.chief, world.finding, &review));
    assert_int_equal(closing_submit(store, &world.chief, world.finding, NULL), RC_GUARD);
    assert_int_equal(
        run_as(store, &world.department, &command_review_return, jsonf(store, "{'id': %lld}", (long long)review), NULL),
        RC_INVALID);
    assert_string_equal(issue_field(store), "reason");
    STORE_OK(closing_sign(store, &world.department, &command_review_return, review));
    assert_int_equal(closing_state_is(store, world.finding, "returned"), 1);
    assert_int_equal(count_sql(store, "SELECT returned_count FROM cycle"), 1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE what = 'rework_finding'"), 1);
    assert_int_equal(closing_sign(store, &world.department, &command_review_approve, review), RC_GUARD);
    STORE_OK(closing_submit(store, &world.chief, world.finding, &second));
    assert_true(second != review);
    struct actor deputy = closing_make_person(store, "deputy", "unit_approver", world.firm);
    assert_int_equal(closing_sign(store, &deputy, &command_review_withdraw, second), RC_FORBIDDEN);
    STORE_OK(closing_sign(store, &world.chief, &command_review_withdraw, second)); /* only who asked */
    assert_int_equal(closing_state_is(store, world.finding, "returned"), 1);
    assert_int_equal(count_sql(store, "SELECT returned_count FROM cycle"), 1); /* nobody returned it */
    STORE_OK(closing_submit(store, &world.chief, world.finding, &second));
    STORE_OK(closing_sign(store, &world.department, &command_review_reject, second));
    assert_int_equal(closing_state_is(store, world.finding, "doing"), 1);
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(what_was_true_when_it_was_asked_for_must_be_true_at_the_last_signature)
{
    int64_t review;
    closing_make_world(store);
    closing_make_ready(store, world.finding);
    STORE_OK(closing_submit(store, &world.chief, world.finding, &review));
    const struct actor *before[] = {&world.department, &world.leader, &world.supervisor, &world.office};
    for (size_t i = 0; i < 4; i++)
        STORE_OK(closing_sign(store, before[i], &command_review_approve, review));
    STORE_OK(run(store, &command_cause_drop,
                 jsonf(store, "{'id': %lld, 'reason': '有误'}",
                       (long long)count_sql(store, "SELECT cause_id FROM finding_cause")),
                 NULL));
    assert_int_equal(closing_sign(store, &world.group, &command_review_approve, review), RC_GUARD);
    assert_string_equal(issue_key(store), "guard.finding_no_cause");
    assert_int_equal(count_sql(store, "SELECT count(*) FROM certificate"), 0);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM doc_no"), 0);
    STORE_OK(closing_sign(store, &world.group, &command_review_return, review));
    assert_int_equal(closing_state_is(store, world.finding, "returned"), 1);
}

STORE_TEST(nothing_is_closed_without_cause_and_dated_step)
{
    closing_make_world(store);
    closing_make_ready(store, world.finding);
    tamper(store, "UPDATE cause SET is_dropped = 1");
    assert_int_equal(closing_submit(store, &world.chief, world.finding, NULL), RC_GUARD);
    assert_string_equal(issue_key(store), "guard.finding_no_cause");
    tamper(store, "UPDATE cause SET is_dropped = 0");
    tamper(store, "UPDATE node SET is_dropped = 1");
    assert_int_equal(closing_submit(store, &world.chief, world.finding, NULL), RC_GUARD);
    assert_string_equal(issue_key(store), "guard.finding_no_node");
    tamper(store, "UPDATE node SET is_dropped = 0");
    int64_t review;
    STORE_OK(closing_submit(store, &world.chief, world.finding, &review));
    closing_sign_all(store, review);
    assert_int_equal(count_complete(store), 0);
    tamper(store, "UPDATE node SET is_dropped = 1");
    assert_int_equal(count_complete(store), 1);
}

STORE_TEST(what_is_said_to_be_done_is_proved)
{
    int64_t review;
    closing_make_world(store);
    closing_make_ready(store, world.finding);
    tamper(store, "UPDATE evidence SET verdict = 'insufficient'");
    assert_int_equal(closing_submit(store, &world.chief, world.finding, NULL), RC_GUARD);
    assert_string_equal(issue_key(store), "guard.finding_no_evidence");
    tamper(store, "UPDATE evidence SET verdict = 'effective', expires = '2020-01-01'");
    assert_int_equal(closing_submit(store, &world.chief, world.finding, NULL), RC_GUARD);
    assert_string_equal(issue_key(store), "guard.finding_no_evidence");
    tamper(store, "UPDATE evidence SET expires = NULL");
    tamperf(store,
            "INSERT INTO expected_evidence (id, measure_id, class, text, is_dropped) VALUES (1, %lld, 'minutes', "
            "'会议纪要', 0)",
            (long long)world.measure);
    assert_int_equal(closing_submit(store, &world.chief, world.finding, NULL), RC_GUARD);
    assert_string_equal(issue_key(store), "guard.finding_no_expected");
    closing_prove(store, "measure", world.measure, "minutes");
    STORE_OK(closing_submit(store, &world.chief, world.finding, &review));
    closing_sign_all(store, review);
    assert_int_equal(
        count_sqlf(store,
                   "SELECT count(*) FROM certificate WHERE content LIKE '%%%064lld%%' AND content LIKE '%%%064lld%%'",
                   (long long)world.measure, (long long)world.task),
        1);
}

/* ---- four eyes ---------------------------------------------------------------------------------------------- */

static void expect_entangled(struct store *store, const struct actor *actor, int64_t review, const char *key)
{
    assert_int_equal(closing_sign(store, actor, &command_review_approve, review), RC_FORBIDDEN);
    assert_string_equal(issue_key(store), key);
    assert_int_equal(closing_sign(store, actor, &command_review_claim, review), RC_FORBIDDEN);
    assert_string_equal(issue_key(store), key);
}

static void grant(struct store *store, const struct actor *actor, const char *role)
{
    (void)make(store, &command_grant_give,
               jsonf(store, "{'id': %lld, 'role': '%s', 'unit_id': %lld, 'clearance': 1}", (long long)actor->account_id,
                     role, (long long)world.root));
}

static struct actor reload(struct store *store, struct actor actor)
{
    struct actor fresh;
    STORE_OK(actor_load(store->ctx, store->db, actor.account_id, &fresh));
    fresh.name = actor.name;
    return fresh;
}

static void delegate(struct store *store, const struct actor *from, const struct actor *to, int taken_back)
{
    tamperf(store,
            "INSERT INTO delegation (id, from_person, to_person, valid_from, valid_to, is_taken_back, reason) VALUES "
            "(%lld, %lld, %lld, '2020-01-01', '2099-01-01', %d, '')",
            (long long)(from->account_id * 100 + to->account_id), (long long)closing_person_of(store, from),
            (long long)closing_person_of(store, to), taken_back);
}

STORE_TEST(nobody_signs_what_they_handled_or_asked_for_nor_two_steps)
{
    int64_t review;
    closing_make_world(store);
    grant(store, &world.reporter, "lead_department");
    grant(store, &world.chief, "lead_department");
    grant(store, &world.department, "lead_leader");
    world.reporter = reload(store, world.reporter);
    world.chief = reload(store, world.chief);
    world.department = reload(store, world.department);
    closing_make_ready(store, world.finding);
    STORE_OK(closing_submit(store, &world.chief, world.finding, &review));
    expect_entangled(store, &world.chief, review, "review.entangled_submitted");
    expect_entangled(store, &world.reporter, review, "review.entangled_handled");
    STORE_OK(closing_sign(store, &world.department, &command_review_approve, review));
    expect_entangled(store, &world.department, review, "review.entangled_signed");
    assert_int_equal(closing_sign(store, NULL, &command_review_approve, review), RC_FORBIDDEN);
    assert_string_equal(issue_key(store), "review.program_signs_nothing");
    STORE_OK(closing_sign(store, &world.leader, &command_review_approve, review));
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(a_delegation_hides_nobody)
{
    int64_t review;
    closing_make_world(store);
    struct actor deputy = closing_make_person(store, "deputy", "reviewer", world.root);
    closing_make_ready(store, world.finding);
    STORE_OK(closing_submit(store, &world.chief, world.finding, &review));
    grant(store, &deputy, "lead_department");
    deputy = reload(store, deputy);
    delegate(store, &world.reporter, &deputy, 0); /* acts in the place of who did the work */
    expect_entangled(store, &deputy, review, "review.entangled_handled");
    tamper(store, "DELETE FROM delegation");
    delegate(store, &deputy, &world.reporter, 1); /* who did the work acted in the deputy's place */
    expect_entangled(store, &deputy, review, "review.entangled_handled");
    tamper(store, "DELETE FROM delegation");
    delegate(store, &world.chief, &deputy, 0);
    expect_entangled(store, &deputy, review, "review.entangled_submitted");
    tamper(store, "DELETE FROM delegation");
    STORE_OK(closing_sign(store, &world.department, &command_review_approve, review));
    delegate(store, &world.department, &deputy, 0);
    grant(store, &deputy, "lead_leader");
    deputy = reload(store, deputy);
    expect_entangled(store, &deputy, review, "review.entangled_signed");
    tamper(store, "DELETE FROM delegation");
    STORE_OK(closing_sign(store, &deputy, &command_review_approve, review));
}

STORE_TEST(who_is_named_to_do_a_task_does_not_sign)
{
    int64_t review;
    closing_make_world(store);
    closing_make_ready(store, world.finding);
    tamperf(
        store,
        "INSERT INTO duty (id, subject_kind, subject_id, role, actor_kind, actor_id, since, until) VALUES (1, 'task', "
        "%lld, 'doer', 'person', %lld, '2026-01-01', NULL)",
        (long long)world.task, (long long)closing_person_of(store, &world.department));
    STORE_OK(closing_submit(store, &world.chief, world.finding, &review));
    expect_entangled(store, &world.department, review, "review.entangled_handled");
}

/* ---- steps -------------------------------------------------------------------------------------------------- */

static int64_t set_chain(struct store *store, const char *steps)
{
    return make(
        store, &command_review_chain_set,
        jsonf(store, "{'purpose': 'close', 'name': '简', 'unit_id': %lld, 'steps': %s}", (long long)world.firm, steps));
}

STORE_TEST(a_step_is_taken_up_and_given_back)
{
    int64_t review;
    closing_make_world(store);
    struct actor colleague = closing_make_person(store, "colleague", "lead_department", world.root);
    closing_make_ready(store, world.finding);
    STORE_OK(closing_submit(store, &world.chief, world.finding, &review));
    STORE_OK(closing_sign(store, &world.department, &command_review_claim, review));
    assert_int_equal(closing_state_is(store, world.finding, "reviewing"), 1);
    assert_int_equal(
        count_sql(store, "SELECT count(*) FROM wait WHERE subject_kind = 'review' AND actor_kind = 'person'"), 1);
    assert_int_equal(closing_sign(store, &colleague, &command_review_approve, review), RC_FORBIDDEN);
    assert_int_equal(closing_sign(store, &world.department, &command_review_claim, review), RC_GUARD);
    STORE_OK(closing_sign(store, &world.department, &command_review_release, review));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM review_slot WHERE claimed_by IS NOT NULL"), 0);
    STORE_OK(closing_sign(store, &colleague, &command_review_approve, review));
    assert_int_equal(count_sql(store, "SELECT step_n FROM review"), 3);
    STORE_OK(closing_sign(store, &world.chief, &command_review_withdraw, review));
    expect_kinds(store, "review");
    expect_rebuild_equal(store);
}

STORE_TEST(a_vote_is_decided_by_its_threshold_either_way)
{
    int64_t review;
    closing_make_world(store);
    set_chain(store, "[{'title': '表决', 'mode': 'vote', 'threshold': 2, 'limit_days': 3, 'signers': [{'kind': 'role', "
                     "'ref': 'leading_group'}]}]");
    closing_make_ready(store, world.finding);
    STORE_OK(closing_submit(store, &world.chief, world.finding, &review));
    STORE_OK(closing_sign(store, &world.group, &command_review_approve, review));
    assert_int_equal(closing_sign(store, &world.group, &command_review_approve, review), RC_FORBIDDEN);
    struct actor third = closing_make_person(store, "group3", "leading_group", world.root);
    STORE_OK(closing_sign(store, &third, &command_review_return, review));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM review WHERE state = 'open'"), 1);
    STORE_OK(closing_sign(store, &world.second_group, &command_review_approve, review));
    assert_int_equal(closing_state_is(store, world.finding, "closed"), 1);
    int64_t next = make_finding(store, world.source, "第二个");
    closing_make_ready(store, next);
    STORE_OK(closing_submit(store, &world.chief, next, &review));
    STORE_OK(closing_sign(store, &world.group, &command_review_return, review));
    assert_int_equal(closing_state_is(store, next, "reviewing"), 1);
    STORE_OK(closing_sign(store, &third, &command_review_return, review));
    assert_int_equal(closing_state_is(store, next, "returned"), 1);
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(a_running_case_keeps_its_version_of_the_chain)
{
    int64_t review;
    closing_make_world(store);
    int64_t chain =
        set_chain(store, "[{'title': '一', 'mode': 'any', 'limit_days': 3, 'signers': [{'kind': 'role', 'ref': "
                         "'office'}]}, {'title': '二', 'mode': 'any', 'limit_days': 3, 'signers': [{'kind': "
                         "'role', 'ref': 'leading_group'}]}]");
    closing_make_ready(store, world.finding);
    STORE_OK(closing_submit(store, &world.chief, world.finding, &review));
    STORE_OK(run_as(
        store, &world.office, &command_review_chain_set,
        jsonf(store,
              "{'id': %lld, 'purpose': 'close', 'name': '简', 'unit_id': %lld, 'steps': [{'title': '一', 'mode': "
              "'any', 'limit_days': 3, 'signers': [{'kind': 'role', 'ref': 'office'}]}]}",
              (long long)chain, (long long)world.firm),
        NULL));
    STORE_OK(closing_sign(store, &world.office, &command_review_approve, review));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM review WHERE state = 'open' AND step_n = 2"), 1);
    STORE_OK(closing_sign(store, &world.group, &command_review_approve, review));
    int64_t next = make_finding(store, world.source, "第二个");
    closing_make_ready(store, next);
    STORE_OK(closing_submit(store, &world.chief, next, &review));
    STORE_OK(closing_sign(store, &world.office, &command_review_approve, review));
    assert_int_equal(closing_state_is(store, next, "closed"), 1);
    assert_int_equal(
        run(store, &command_review_chain_retire, jsonf(store, "{'id': %lld, 'reason': 'x'}", (long long)chain), NULL),
        RC_CONFLICT); /* an old version */
    STORE_OK(run(store, &command_review_chain_retire,
                 jsonf(store, "{'id': %lld, 'reason': 'x'}",
                       (long long)count_sql(store, "SELECT id FROM review_chain WHERE is_current = 1 AND version = 2")),
                 NULL));
    expect_kinds(store, "review_chain");
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(a_chain_that_nobody_could_sign_is_refused)
{
    static const struct {
        const char *steps, *key;
    } rows[] = {
        {"[]", "review.no_steps"},
        {"[{'title': 'a', 'mode': 'self', 'limit_days': 3}]", "review.no_steps"},
        {"[{'title': '', 'mode': 'any', 'limit_days': 3, 'signers': []}]", "review.step_title"},
        {"[{'title': 'a', 'mode': 'some', 'limit_days': 3, 'signers': []}]", "review.step_mode"},
        {"[{'title': 'a', 'mode': 'any', 'limit_days': 0, 'signers': []}]", "review.step_days"},
        {"[{'title': 'a', 'mode': 'any', 'limit_days': 3, 'signers': []}]", "review.step_signers"},
        {"[{'title': 'a', 'mode': 'vote', 'limit_days': 3, 'signers': [{'kind': 'role', 'ref': 'office'}]}]",
         "review.step_threshold"},
        {"[{'title': 'a', 'mode': 'any', 'limit_days': 3, 'signers': [{'kind': 'role', 'ref': 'reader'}]}]",
         "review.signer_role"},
        {"[{'title': 'a', 'mode': 'any', 'limit_days': 3, 'signers': [{'kind': 'duty', 'ref': 'doer'}]}]",
         "review.signer_unknown"},
        {"[{'title': 'a', 'mode': 'any', 'limit_days': 3, 'signers': [{'kind': 'post', 'ref_id': 99999}]}]",
         "review.signer_unknown"},
    };
    closing_make_world(store);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(run(store, &command_review_chain_set,
                             jsonf(store, "{'purpose': 'close', 'name': 'x', 'unit_id': %lld, 'steps': %s}",
                                   (long long)world.firm, rows[i].steps),
                             NULL),
                         RC_INVALID);
        assert_string_equal(issue_key(store), rows[i].key);
    }
    assert_int_equal(
        run_as(store, &world.chief, &command_review_chain_set,
               jsonf(store, "{'purpose': 'close', 'name': 'x', 'unit_id': %lld, 'steps': []}", (long long)world.firm),
               NULL),
        RC_FORBIDDEN);
}

STORE_TEST(the_duty_of_the_finding_names_who_signs)
{
    int64_t review;
    closing_make_world(store);
    struct actor named = closing_make_person(store, "named", "lead_leader", world.root);
    closing_make_ready(store, world.finding);
    tamperf(store,
            "INSERT INTO duty (id, subject_kind, subject_id, role, actor_kind, actor_id, since, until) VALUES (1, "
            "'finding', %lld, 'lead_leader', 'person', %lld, '2026-01-01', NULL)",
            (long long)world.finding, (long long)closing_person_of(store, &named));
    STORE_OK(closing_submit(store, &world.chief, world.finding, &review));
    STORE_OK(closing_sign(store, &world.department, &command_review_approve, review));
    assert_int_equal(closing_sign(store, &world.leader, &command_review_approve, review), RC_FORBIDDEN);
    delegate(store, &named, &world.leader, 0);
    STORE_OK(closing_sign(store, &world.leader, &command_review_approve, review));
    assert_int_equal(
        count_sql(store, "SELECT count(*) FROM review_sign WHERE signer = 'leader' AND acted_for = 'named'"), 1);
}

int main(void)
{
    return STORE_RUN(
        STORE_CASE(a_finding_is_closed_by_five_opinions_and_gets_a_certificate),
        STORE_CASE(money_of_a_closed_finding_waits_for_nobody), STORE_CASE(everything_that_is_missing_is_told_at_once),
        STORE_CASE(a_finding_waits_for_the_units_that_were_asked_about_it),
        STORE_CASE(a_pledge_is_signed_with_the_request), STORE_CASE(what_is_sent_back_is_counted_and_asked_for_again),
        STORE_CASE(what_was_true_when_it_was_asked_for_must_be_true_at_the_last_signature),
        STORE_CASE(nothing_is_closed_without_cause_and_dated_step), STORE_CASE(what_is_said_to_be_done_is_proved),
        STORE_CASE(nobody_signs_what_they_handled_or_asked_for_nor_two_steps), STORE_CASE(a_delegation_hides_nobody),
        STORE_CASE(who_is_named_to_do_a_task_does_not_sign), STORE_CASE(a_step_is_taken_up_and_given_back),
        STORE_CASE(a_vote_is_decided_by_its_threshold_either_way),
        STORE_CASE(a_running_case_keeps_its_version_of_the_chain),
        STORE_CASE(a_chain_that_nobody_could_sign_is_refused), STORE_CASE(the_duty_of_the_finding_names_who_signs));
}
