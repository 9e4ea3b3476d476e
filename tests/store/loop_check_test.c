/* loop_check_test.c: what looks like rectification on paper is found, once, and decided with a reason. */
#include "doing_support.h"

#include <stdio.h>

static struct doing it;

static const char long_text[] =
    "本月组织财务部门逐笔清理超比例担保，已解除担保三笔，涉及金额一千二百万元，修订担保管理办法，明确审批权限与"
    "比例上限，并对两名责任人员进行了提醒谈话。";
static const char nearly_text[] =
    "本月组织财务部门逐笔清理超比例担保，已解除担保四笔，涉及金额一千二百万元，修订担保管理办法，明确审批权限与"
    "比例上限，并对两名责任人员进行了提醒谈话。";
static const char other_text[] =
    "召开专题会研究参股企业退出方案，聘请评估机构进场开展清产核资，完成三户企业的工商注销登记，其余两户正在履行"
    "股东会程序。";

static int64_t report_of(struct store *store, int64_t task, const char *text)
{
    STORE_OK(doing_move(store, &it.reporter, &command_task_report, task));
    int64_t report = doing_open_report(store, task);
    STORE_OK(doing_submit(store, &it.reporter, report, 20, text));
    return report;
}

static int64_t count_checks(struct store *store, const char *rule, const char *state)
{
    return count_sqlf(store, "SELECT count(*) FROM truth_check WHERE rule = '%s' AND state = '%s'", rule, state);
}

STORE_TEST(reports_with_nearly_the_same_words_are_told)
{
    doing_make(store, &it, "2026-03-12", "");
    int64_t second = doing_make_task(store, &it, ""), third = doing_make_task(store, &it, "");
    int64_t first_report = report_of(store, it.task, long_text);
    (void)report_of(store, third, other_text);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM truth_check"), 0);
    int64_t same = report_of(store, second, nearly_text);
    assert_int_equal(count_checks(store, "same_report", "raised"), 1);
    assert_in_range(count_sqlf(store, "SELECT figure FROM truth_check WHERE subject_id = %lld AND other_id = %lld",
                               (long long)same, (long long)first_report),
                    9000, 9999);
    /* Returned and handed in again: not told twice, and its keys are those of the new words. */
    STORE_OK(doing_move(store, &it.approver, &command_report_return, same));
    STORE_OK(doing_submit(store, &it.reporter, same, 20, nearly_text));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM truth_check"), 1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM report_band"), 24);
    int64_t check_id = count_sql(store, "SELECT id FROM truth_check");
    assert_int_equal(doing_waits(store, "check", check_id, "decide_check"), 1);
    assert_int_equal(doing_move(store, &it.approver, &command_check_dismiss, check_id), RC_FORBIDDEN);
    assert_int_equal(doing_move(store, &it.outsider, &command_check_dismiss, check_id), RC_FORBIDDEN);
    assert_int_equal(
        run_as(store, &it.office, &command_check_dismiss, jsonf(store, "{'id': %lld}", (long long)check_id), NULL),
        RC_INVALID);
    STORE_OK(doing_move(store, &it.office, &command_check_dismiss, check_id));
    STORE_OK(doing_move(store, &it.office, &command_check_confirm, check_id));
    assert_int_equal(doing_waits(store, "check", check_id, "decide_check"), 0);
    expect_kinds(store, "check");
    expect_clean(store);
    expect_rebuild_equal(store);
    doing_end();
}

STORE_TEST(short_reports_are_not_compared)
{
    doing_make(store, &it, "2026-03-12", "");
    int64_t second = doing_make_task(store, &it, "");
    (void)report_of(store, it.task, "按计划推进。");
    (void)report_of(store, second, "按计划推进。");
    assert_int_equal(count_sql(store, "SELECT count(*) FROM truth_check"), 0);
    (void)report_of(store, doing_make_task(store, &it, ""),
                    "已按要求完成清理并建立台账。"); /* a sentence says enough */
    (void)report_of(store, doing_make_task(store, &it, ""), "已按要求完成清理并建立台账。");
    assert_int_equal(count_checks(store, "same_report", "raised"), 1);
    doing_end();
}

STORE_TEST(one_file_for_more_than_three_measures_is_told)
{
    doing_make(store, &it, "2026-03-12", "");
    int64_t id = doing_add_evidence(store, &it, "task", it.task, 'a', "2026-03-10");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(count_checks(store, "same_file", "raised"), 0);
        int64_t task = doing_make_task(store, &it, "");
        if (i == 1)
            (void)doing_add_evidence(store, &it, "task", task, 'a', "2026-03-11"); /* the same file again */
        else
            STORE_OK(run_as(store, &it.reporter, &command_evidence_link,
                            jsonf(store, "{'id': %lld, 'subject_kind': 'task', 'subject_id': %lld}", (long long)id,
                                  (long long)task),
                            NULL));
    }
    assert_int_equal(count_checks(store, "same_file", "raised"), 1);
    assert_int_equal(count_sql(store, "SELECT figure FROM truth_check"), 4);
    expect_rebuild_equal(store);
    doing_end();
}

STORE_TEST(evidence_older_than_the_finding_is_told)
{
    doing_make(store, &it, "2026-03-12", "");
    (void)doing_add_evidence(store, &it, "finding", it.finding, 'a', "2026-01-05"); /* the day of the feedback */
    assert_int_equal(count_checks(store, "old_evidence", "raised"), 0);
    (void)doing_add_evidence(store, &it, "finding", it.finding, 'b', "2026-01-04");
    assert_int_equal(count_checks(store, "old_evidence", "raised"), 1);
    doing_end();
}

STORE_TEST(finished_without_effective_evidence_is_told)
{
    doing_make(store, &it, "2026-03-12", "");
    STORE_OK(doing_move(store, &it.reporter, &command_task_report, it.task));
    int64_t report = doing_open_report(store, it.task);
    STORE_OK(doing_submit(store, &it.reporter, report, 100, "全部完成"));
    assert_int_equal(count_checks(store, "no_evidence", "raised"), 0);
    STORE_OK(doing_move(store, &it.approver, &command_report_accept, report));
    assert_int_equal(count_checks(store, "no_evidence", "raised"), 1);
    expect_rebuild_equal(store);
    doing_end();
}

STORE_TEST(what_is_too_fast_goes_by_severity_and_is_a_setting)
{
    doing_make(store, &it, "2026-03-12", "");
    tamper(store, "UPDATE finding SET severity = ''");
    tamper(store, "UPDATE cycle SET closed_on = '2026-03-14'"); /* two days, of no severity in particular */
    doing_set_day("2026-03-14");
    assert_int_equal(doing_tick(store), 0);
    tamper(store, "UPDATE finding SET severity = 'serious'");
    doing_set_day("2026-03-15");
    assert_int_equal(doing_tick(store), 1);
    tamper(store, "DELETE FROM wait WHERE what = 'decide_check'");
    tamper(store, "DELETE FROM truth_check");
    tamper(store, "UPDATE finding SET severity = ''");
    truth_limits_use((struct truth_limits){.text_min = 12, .same_percent = 90, .fast_days = 3});
    doing_set_day("2026-03-16");
    assert_int_equal(doing_tick(store), 1);
    truth_limits_use((struct truth_limits)TRUTH_LIMITS_USUAL);
    doing_end();
}

STORE_TEST(a_major_finding_closed_within_ten_days_is_told)
{
    doing_make(store, &it, "2026-03-12", "");
    tamper(store, "UPDATE cycle SET closed_on = '2026-03-22'");
    doing_set_day("2026-03-23");
    assert_int_equal(doing_tick(store), 0);
    tamper(store, "UPDATE cycle SET closed_on = '2026-03-21'");
    doing_set_day("2026-03-24");
    assert_int_equal(doing_tick(store), 1);
    assert_int_equal(count_sql(store, "SELECT figure FROM truth_check WHERE rule = 'too_fast'"), 9);
    doing_set_day("2026-03-25");
    assert_int_equal(doing_tick(store), 0);
    doing_end();
}

int main(void)
{
    return STORE_RUN(
        STORE_CASE(reports_with_nearly_the_same_words_are_told), STORE_CASE(short_reports_are_not_compared),
        STORE_CASE(one_file_for_more_than_three_measures_is_told), STORE_CASE(evidence_older_than_the_finding_is_told),
        STORE_CASE(finished_without_effective_evidence_is_told),
        STORE_CASE(what_is_too_fast_goes_by_severity_and_is_a_setting),
        STORE_CASE(a_major_finding_closed_within_ten_days_is_told));
}
