/* loop_report_test.c: reports that fall due by themselves, are written, checked and move the progress above them. */
#include "doing_support.h"

#include <stdio.h>

#include "base/clock.h"

static struct doing it;

static int64_t count_reports(struct store *store, const char *where)
{
    return count_sqlf(store, "SELECT count(*) FROM report WHERE %s", where);
}

STORE_TEST(a_month_makes_its_report_due_and_the_next_one_overtakes_it)
{
    doing_make(store, &it, "2026-03-12", "monthly");
    assert_int_equal(doing_tick(store), 1); /* planned */
    assert_int_equal(doing_tick(store), 0);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM task WHERE report_next = '2026-03-31'"), 1);
    doing_set_day("2026-03-30");
    assert_int_equal(doing_tick(store), 0);
    doing_set_day("2026-03-31");
    assert_int_equal(doing_tick(store), 1);
    assert_int_equal(doing_tick(store), 0);
    /* 5 April 2026 is Qingming, a Sunday; the 6th is free too: the 7th is the first working day. */
    assert_int_equal(count_reports(store,
                                   "state = 'due' AND period_from = '2026-03-12' AND period_to = '2026-03-31' AND "
                                   "due = '2026-04-07' AND no = 'LY-2026-001-001-T1-R1'"),
                     1);
    int64_t report = doing_open_report(store, it.task);
    assert_int_equal(doing_waits(store, "report", report, "write_report"), 1);
    doing_set_day("2026-05-02"); /* two days late: the April one still falls due */
    assert_int_equal(doing_tick(store), 2);
    assert_int_equal(count_reports(store, "state = 'missed' AND n = 1"), 1);
    assert_int_equal(count_reports(store, "state = 'due' AND period_from = '2026-04-01' AND period_to = '2026-04-30'"),
                     1);
    assert_int_equal(doing_waits(store, "report", report, "write_report"), 0);
    assert_int_equal(doing_submit(store, &it.reporter, report, 10, "迟了"), RC_GUARD);
    expect_clean(store);
    expect_rebuild_equal(store);
    doing_end();
}

STORE_TEST(days_that_were_missed_are_made_up_for)
{
    doing_make(store, &it, "2026-03-02", "weekly");
    doing_set_day("2026-03-29");
    assert_true(doing_tick(store) > 0);
    assert_int_equal(count_reports(store, "state = 'missed'"), 3);
    assert_int_equal(count_reports(store, "state = 'due' AND period_to = '2026-03-29' AND due = '2026-03-30'"), 1);
    assert_int_equal(doing_tick(store), 0);
    expect_rebuild_equal(store);
    doing_end();
}

STORE_TEST(a_report_is_drafted_submitted_returned_and_accepted)
{
    doing_make(store, &it, "2026-03-12", "");
    STORE_OK(doing_move(store, &it.reporter, &command_task_report, it.task));
    int64_t report = doing_open_report(store, it.task);
    STORE_OK(doing_move(store, &it.reporter, &command_task_report, it.task)); /* the same one again */
    assert_int_equal(count_reports(store, "1 = 1"), 1);
    STORE_OK(run_as(store, &it.reporter, &command_report_save,
                    jsonf(store, "{'id': %lld, 'done_text': '开了会'}", (long long)report), NULL));
    assert_int_equal(count_reports(store, "state = 'due' AND done_text = '开了会' AND progress_bp IS NULL"), 1);
    assert_int_equal(doing_submit(store, &it.reporter, report, 101, "开了会"), RC_INVALID);
    assert_string_equal(issue_field(store), "progress");
    assert_int_equal(run_as(store, &it.reporter, &command_report_submit,
                            jsonf(store, "{'id': %lld, 'done_text': '开了会', 'next_text': '继续'}", (long long)report),
                            NULL),
                     RC_INVALID);
    assert_int_equal(doing_submit(store, &it.outsider, report, 40, "开了会"), RC_NOT_FOUND);
    STORE_OK(
        run_as(store, &it.reporter, &command_report_submit,
               jsonf(store,
                     "{'id': %lld, 'progress': 40, 'done_text': '清理担保三笔', 'next_text': '继续', 'recovered_fen': "
                     "'12,345,678,901.00', 'rules_made': 2, 'people_handled': 1}",
                     (long long)report),
               NULL));
    assert_int_equal(doing_waits(store, "report", report, "check_report"), 1);
    assert_int_equal(count_sql(store, "SELECT progress_bp FROM task"), 0);
    assert_int_equal(doing_move(store, &it.reporter, &command_report_accept, report), RC_FORBIDDEN);
    assert_int_equal(
        run_as(store, &it.approver, &command_report_return, jsonf(store, "{'id': %lld}", (long long)report), NULL),
        RC_INVALID);
    STORE_OK(doing_move(store, &it.approver, &command_report_return, report));
    assert_int_equal(count_reports(store, "state = 'returned' AND returned_count = 1 AND decision = '说明'"), 1);
    assert_int_equal(doing_waits(store, "report", report, "rewrite_report"), 1);
    STORE_OK(
        run_as(store, &it.approver, &command_report_submit,
               jsonf(store,
                     "{'id': %lld, 'progress': 40, 'done_text': '清理担保三笔', 'next_text': '继续', 'recovered_fen': "
                     "'12,345,678,901.00', 'rules_made': 2, 'people_handled': 1}",
                     (long long)report),
               NULL));
    assert_int_equal(doing_move(store, &it.approver, &command_report_accept, report), RC_GUARD);
    assert_string_equal(issue_key(store), "report.own");
    STORE_OK(doing_move(store, &it.office, &command_report_accept, report));
    assert_int_equal(count_sql(store, "SELECT progress_bp FROM task"), 4000);
    assert_int_equal(count_sql(store, "SELECT recovered_fen FROM finding"), 1234567890100);
    assert_int_equal(count_sql(store, "SELECT rules_made * 10 + people_handled FROM task"), 21);
    /* What finance confirms counts in place of what was reported; another figure needs a reason. */
    struct actor money = make_actor(store, "money", "finance", it.firm, LABEL_INTERNAL);
    struct actor elsewhere = make_actor(store, "elsewhere", "finance", it.plant, LABEL_INTERNAL);
    struct value *less = jsonf(store, "{'id': %lld, 'recovered_fen': '345,678,901.00'}", (long long)report);
    assert_int_equal(doing_waits(store, "report", report, "confirm_money"), 1);
    assert_int_equal(run_as(store, &elsewhere, &command_report_confirm_money, less, NULL), RC_NOT_FOUND);
    assert_int_equal(run_as(store, &it.approver, &command_report_confirm_money, less, NULL), RC_FORBIDDEN);
    assert_int_equal(run_as(store, &money, &command_report_confirm_money, less, NULL), RC_INVALID);
    assert_string_equal(issue_field(store), "reason");
    value_put_text(store->ctx->arena, less, "reason", STR("其余未到账"));
    STORE_OK(run_as(store, &money, &command_report_confirm_money, less, NULL));
    assert_int_equal(count_sql(store, "SELECT recovered_fen FROM finding"), 34567890100);
    assert_int_equal(count_sql(store, "SELECT recovered_fen FROM task"), 34567890100);
    STORE_OK(run_as(store, &money, &command_report_confirm_money,
                    jsonf(store, "{'id': %lld, 'recovered_fen': '12,345,678,901.00'}", (long long)report), NULL));
    assert_int_equal(count_sql(store, "SELECT recovered_fen FROM finding"), 1234567890100);
    STORE_OK(run_as(store, &money, &command_finding_amount,
                    jsonf(store, "{'id': %lld, 'amount_fen': '88.50', 'reason': '据凭证'}", (long long)it.finding),
                    NULL));
    assert_int_equal(count_sql(store, "SELECT amount_fen FROM finding"), 8850);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE subject_kind = 'report'"), 0);
    STORE_OK(doing_move(store, &it.reporter, &command_task_report, it.task));
    assert_int_equal(doing_submit(store, &it.reporter, doing_open_report(store, it.task), 30, "退了一步"), RC_INVALID);
    assert_string_equal(issue_key(store), "report.less_needs_why");
    expect_clean(store);
    expect_rebuild_equal(store);
    doing_end();
}

STORE_TEST(a_task_that_ends_takes_its_open_reports_with_it)
{
    doing_make(store, &it, "2026-03-12", "monthly");
    (void)doing_tick(store);
    doing_set_day("2026-04-01");
    (void)doing_tick(store);
    int64_t report = doing_open_report(store, it.task);
    STORE_OK(run_as(store, &it.office, &command_finding_change,
                    jsonf(store, "{'id': %lld, 'label': 2}", (long long)it.finding), NULL));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE subject_kind = 'report' AND label = 2"), 1);
    assert_int_equal(doing_submit(store, &it.reporter, report, 10, "做了"), RC_NOT_FOUND);
    STORE_OK(doing_move(store, &it.office, &command_task_cancel, it.task));
    assert_int_equal(count_reports(store, "state = 'dropped'"), 1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE subject_kind IN ('report', 'task')"), 0);
    doing_set_day("2026-05-01");
    assert_int_equal(doing_tick(store), 0);
    expect_rebuild_equal(store);
    doing_end();
}

STORE_TEST(a_task_is_done_when_the_one_above_passes_it)
{
    doing_make(store, &it, "2026-03-12", "monthly");
    (void)doing_tick(store);
    assert_int_equal(doing_move(store, &it.reporter, &command_task_submit, it.task), RC_GUARD);
    assert_string_equal(issue_key(store), "guard.task_no_evidence");
    int64_t evidence = doing_add_evidence(store, &it, "task", it.task, 'a', "2026-03-12");
    assert_int_equal(doing_move(store, &it.reporter, &command_task_submit, it.task), RC_GUARD);
    STORE_OK(run_as(store, &it.approver, &command_evidence_judge,
                    jsonf(store, "{'id': %lld, 'n': 1, 'verdict': 'effective'}", (long long)evidence), NULL));
    STORE_OK(doing_move(store, &it.approver, &command_task_submit, it.task));
    assert_int_equal(doing_waits(store, "task", it.task, "pass_task"), 2);
    assert_int_equal(doing_move(store, &it.approver, &command_task_pass, it.task), RC_FORBIDDEN);
    STORE_OK(doing_move(store, &it.office, &command_task_return, it.task));
    assert_int_equal(count_sql(store, "SELECT returned_count FROM task"), 1);
    STORE_OK(doing_move(store, &it.approver, &command_task_submit, it.task));
    STORE_OK(doing_move(store, &it.approver, &command_task_recall, it.task));
    STORE_OK(doing_move(store, &it.office, &command_task_submit, it.task));
    assert_int_equal(doing_move(store, &it.office, &command_task_pass, it.task), RC_GUARD);
    assert_string_equal(issue_key(store), "task.own");
    STORE_OK(doing_move(store, &it.office, &command_task_recall, it.task));
    STORE_OK(doing_move(store, &it.reporter, &command_task_submit, it.task));
    STORE_OK(doing_move(store, &it.office, &command_task_pass, it.task));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM task WHERE state = 'done' AND progress_bp = 10000 AND "
                                      "done_on = '2026-03-12' AND is_on_time = 1"),
                     1);
    assert_int_equal(count_sql(store, "SELECT progress_bp FROM measure"), 10000);
    assert_int_equal(count_sql(store, "SELECT progress_bp FROM finding"), 10000);
    doing_set_day("2026-04-01");
    assert_int_equal(doing_tick(store), 0);
    expect_rebuild_equal(store);
    doing_end();
}

/* ---- progress above is the weighted mean below, for random trees -------------------------------------------- */

enum { TREE_TASKS = 12 };
static struct {
    int64_t id;
    int parent, weight, own_bp, children;
} tree[TREE_TASKS];

/* As the store computes it: integer division at each level. */
static int expected_bp(int i)
{
    int64_t sum = 0, weights = 0;
    if (!tree[i].children)
        return tree[i].own_bp;
    for (int k = i + 1; k < TREE_TASKS; k++) {
        if (tree[k].parent != i)
            continue;
        sum += (int64_t)expected_bp(k) * tree[k].weight;
        weights += tree[k].weight;
    }
    return (int)(sum / weights);
}

static int next_random(uint64_t *random, int below)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return (int)((*random >> 33) % (uint64_t)below);
}

static void make_tree(struct store *store, uint64_t *random)
{
    tree[0].id = it.task;
    tree[0].parent = -1;
    tree[0].children = tree[0].own_bp = 0;
    for (int i = 1; i < TREE_TASKS; i++) {
        struct value *result;
        int parent = i < 3 ? i - 1 : next_random(random, i);
        tree[i].weight = 1 + next_random(random, 300);
        tree[i].parent = parent;
        tree[i].children = tree[i].own_bp = 0;
        enum rc rc = run_as(store, NULL, &command_task_split,
                            jsonf(store, "{'id': %lld, 'unit_id': %lld, 'weight': %d}", (long long)tree[parent].id,
                                  (long long)it.firm, tree[i].weight),
                            &result);
        if (rc == RC_GUARD) { /* too deep: below the root instead */
            tree[i].parent = 0;
            STORE_OK(run_as(store, NULL, &command_task_split,
                            jsonf(store, "{'id': %lld, 'unit_id': %lld, 'weight': %d}", (long long)tree[0].id,
                                  (long long)it.firm, tree[i].weight),
                            &result));
        }
        tree[tree[i].parent].children++;
        tree[i].id = value_get_int(result, "id", 0);
        STORE_OK(doing_move(store, NULL, &command_task_accept, tree[i].id));
    }
}

STORE_TEST(progress_above_is_the_weighted_mean_of_what_is_below)
{
    uint64_t random = 20261128;
    doing_make(store, &it, "2026-03-12", "");
    make_tree(store, &random);
    for (int round = 0; round < 25; round++) {
        int i = next_random(&random, TREE_TASKS);
        int percent = next_random(&random, 101);
        STORE_OK(doing_move(store, NULL, &command_task_report, tree[i].id));
        int64_t report = doing_open_report(store, tree[i].id);
        STORE_OK(run_as(
            store, NULL, &command_report_submit,
            jsonf(store, "{'id': %lld, 'progress': %d, 'done_text': '第%d轮', 'next_text': '继续', 'blockers': '有'}",
                  (long long)report, percent, round),
            NULL));
        STORE_OK(doing_move(store, NULL, &command_report_accept, report));
        if (!tree[i].children)
            tree[i].own_bp = percent * 100;
        for (int k = 0; k < TREE_TASKS; k++) {
            assert_int_equal(count_sqlf(store, "SELECT progress_bp FROM task WHERE id = %lld", (long long)tree[k].id),
                             expected_bp(k));
        }
        assert_int_equal(count_sql(store, "SELECT progress_bp FROM finding"), expected_bp(0));
    }
    expect_rebuild_equal(store);
    doing_end();
}

STORE_TEST(a_task_is_not_done_while_its_newest_report_says_what_is_in_the_way)
{
    doing_make(store, &it, "2026-03-12", "");
    for (int round = 0; round < 2; round++) {
        STORE_OK(doing_move(store, NULL, &command_task_report, it.task));
        int64_t report = doing_open_report(store, it.task);
        STORE_OK(run_as(
            store, NULL, &command_report_submit,
            jsonf(store, "{'id': %lld, 'progress': 90, 'done_text': '第%d轮', 'next_text': '继续', 'blockers': '%s'}",
                  (long long)report, round, round ? "" : "等待批复"),
            NULL));
        STORE_OK(doing_move(store, NULL, &command_report_accept, report));
        STORE_RC(doing_move(store, &it.reporter, &command_task_submit, it.task), RC_GUARD);
        bool is_told = false;
        for (const struct ctx_issue *issue = store->ctx->first; issue; issue = issue->next)
            is_told |=
                str_equal_cstr(issue->key, "guard.task_open_blocker") && str_equal_cstr(issue->args[0], "等待批复");
        assert_true(is_told ==
                    (round == 0)); /* the second says that nothing is in the way any more; only the evidence lacks */
    }
    doing_end();
}

STORE_TEST(every_kind_of_event_about_reports_is_replayed)
{
    doing_make(store, &it, "2026-03-12", "weekly");
    doing_set_day("2026-03-27");
    (void)doing_tick(store);
    int64_t report = doing_open_report(store, it.task);
    STORE_OK(run_as(store, &it.reporter, &command_report_save,
                    jsonf(store, "{'id': %lld, 'done_text': '一', 'progress': 5}", (long long)report), NULL));
    STORE_OK(doing_submit(store, &it.reporter, report, 20, "二"));
    STORE_OK(doing_move(store, &it.approver, &command_report_return, report));
    STORE_OK(doing_submit(store, &it.reporter, report, 20, "三"));
    STORE_OK(doing_move(store, &it.approver, &command_report_accept, report));
    struct actor money = make_actor(store, "money", "finance", it.firm, LABEL_INTERNAL);
    STORE_OK(run_as(store, &money, &command_report_confirm_money,
                    jsonf(store, "{'id': %lld, 'recovered_fen': 0}", (long long)report), NULL));
    expect_kinds(store, "report");
    expect_clean(store);
    expect_rebuild_equal(store);
    doing_end();
}

int main(void)
{
    return STORE_RUN(STORE_CASE(a_month_makes_its_report_due_and_the_next_one_overtakes_it),
                     STORE_CASE(days_that_were_missed_are_made_up_for),
                     STORE_CASE(a_report_is_drafted_submitted_returned_and_accepted),
                     STORE_CASE(a_task_that_ends_takes_its_open_reports_with_it),
                     STORE_CASE(a_task_is_done_when_the_one_above_passes_it),
                     STORE_CASE(progress_above_is_the_weighted_mean_of_what_is_below),
                     STORE_CASE(a_task_is_not_done_while_its_newest_report_says_what_is_in_the_way),
                     STORE_CASE(every_kind_of_event_about_reports_is_replayed));
}
