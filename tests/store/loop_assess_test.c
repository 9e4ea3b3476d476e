/* loop_assess_test.c: units scored from the register, by the team and by a poll; appeal, recheck, final. */
#include "record_support.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "loop/assess.h"
#include "loop/task.h"

static struct {
    int64_t root, firm, west, source, finding, measure, scheme, assessment;
    struct actor office, reporter, outsider;
} world;

#define SCHEME                                                                                                         \
    "item lead manual 15 组织领导\\nitem done auto 75 任务完成\\nrate done tasks_on_time of tasks_due\\n"      \
    "deduct done tasks_returned 2\\nitem satisfied poll 10 满意度\\nveto answers_wrong 5\\nband 90 优秀\\nband 0 差"

static void make_world(struct store *store)
{
    memset(&world, 0, sizeof world);
    world.root = make_root(store);
    world.firm = make_unit(store, world.root, "F", "东部公司");
    world.west = make_unit(store, world.root, "W", "西部公司");
    world.office = make_actor(store, "office", "office", world.root, LABEL_WORK_SECRET);
    world.reporter = make_actor(store, "reporter", "unit_reporter", world.firm, LABEL_INTERNAL);
    world.outsider = make_actor(store, "outsider", "unit_reporter", world.west, LABEL_INTERNAL);
    world.source = make_source(store, world.root, "LY-2026-001");
    world.finding = make_finding(store, world.source, "担保管理不规范");
    world.measure =
        make(store, &command_measure_plan,
             jsonf(store, "{'finding_id': %lld, 'text': '清理', 'due': '2026-01-31'}", (long long)world.finding));
}

static void make_task(struct store *store, int64_t unit, const char *due)
{
    (void)make(store, &command_task_assign,
               jsonf(store, "{'measure_id': %lld, 'unit_id': %lld, 'due': '%s'}", (long long)world.measure,
                     (long long)unit, due));
}

static void make_assessment(struct store *store)
{
    world.scheme =
        make(store, &command_scheme_save,
             jsonf(store, "{'name': '整改考核办法', 'unit_id': %lld, 'text': '" SCHEME "'}", (long long)world.root));
    struct value *result;
    STORE_OK(run_as(store, &world.office, &command_assessment_open,
                    jsonf(store,
                          "{'title': '2026年度整改考核', 'scheme_id': %lld, 'unit_id': %lld, 'year': 2026, "
                          "'period_from': '2026-01-01',"
                          " 'period_to': '2026-06-30', 'reach_level': 2}",
                          (long long)world.scheme, (long long)world.root),
                    &result));
    world.assessment = value_get_int(result, "id", 0);
    assert_int_equal(value_get_int(result, "cards", 0), 2);
}

static int64_t card_of(struct store *store, int64_t unit)
{
    return count_sqlf(store, "SELECT id FROM scorecard WHERE unit_id = %lld", (long long)unit);
}

static enum rc step(struct store *store, const struct actor *actor, const struct command *command, int64_t id,
                    const char *fields)
{
    return run_as(store, actor, command, jsonf(store, "{'id': %lld%s}", (long long)id, fields), NULL);
}

#define LEAD(points) ", 'code': 'lead', 'points': '" points "', 'reason': '查阅会议记录'"

STORE_TEST(a_unit_is_scored_from_the_register_the_team_and_a_poll)
{
    make_world(store);
    make_task(store, world.firm, "2026-03-01");
    make_task(store, world.firm, "2026-04-01");
    make_task(store, world.firm, "2026-12-01"); /* outside the period */
    make_task(store, world.west, "2026-03-01");
    tamper(store, "UPDATE task SET state = 'done', is_on_time = 1 WHERE no = 'LY-2026-001-001-T1'");
    tamper(store, "UPDATE task SET returned_count = 1 WHERE no = 'LY-2026-001-001-T2'");
    make_assessment(store);
    int64_t firm = card_of(store, world.firm), west = card_of(store, world.west);
    STORE_OK(step(store, &world.reporter, &command_scorecard_self, firm,
                  ", 'marks': {'lead': 1500, 'done': 7000, 'satisfied': 1000}"));
    assert_int_equal(count_sql(store, "SELECT self_total FROM scorecard WHERE self_total IS NOT NULL"), 9500);
    assert_int_equal(step(store, &world.reporter, &command_scorecard_self, firm,
                          ", 'marks': {'lead': 1501, 'done': 0, 'satisfied': 0}"),
                     RC_INVALID);
    assert_string_equal(issue_field(store), "mark_lead");
    assert_int_equal(step(store, &world.office, &command_assessment_tell, world.assessment, ""), RC_GUARD);
    assert_string_equal(issue_key(store), "assessment.not_marked");
    assert_int_equal(step(store, &world.office, &command_scorecard_mark, firm, LEAD("15.01")), RC_INVALID);
    STORE_OK(step(store, &world.office, &command_scorecard_mark, firm, LEAD("13.5")));
    STORE_OK(
        step(store, &world.office, &command_scorecard_mark, firm, LEAD("12.5"))); /* a marker's later mark counts */
    STORE_OK(step(store, &world.office, &command_assessment_mark, world.assessment, LEAD("10")));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM score_mark WHERE code = 'lead' AND marker <> 0"), 2);
    STORE_OK(step(store, &world.office, &command_assessment_tell, world.assessment, ""));
    /* 12.5 + (75 / 2 - 2) + 10, for nobody was polled; west: 10 + 0 + 10 */
    assert_int_equal(count_sqlf(store, "SELECT total FROM scorecard WHERE id = %lld AND rank = 1", (long long)firm),
                     1250 + 3750 - 200 + 1000);
    assert_int_equal(count_sqlf(store, "SELECT total FROM scorecard WHERE id = %lld AND rank = 2", (long long)west),
                     2000);
    /* A result that was told stays, whatever happens to the register. */
    tamper(store, "UPDATE task SET is_on_time = 0");
    assert_int_equal(count_sql(store, "SELECT max(total) FROM scorecard"), 5800);
}

/* Rows as the commands of supervision leave them: what is counted is a table, however it came to be. */
static void make_supervision(struct store *store)
{
    for (int n = 1; n <= 3; n++) { /* the third in another period */
        char no[8], hung_on[DATE_TEXT_BYTES];
        snprintf(no, sizeof no, "G%d", n);
        snprintf(hung_on, sizeof hung_on, "2026-0%d-05", n * 3);
        insert_hang(store, &(struct hang_row){.id = 90000 + n,
                                              .no = no,
                                              .finding_id = world.finding,
                                              .unit_id = world.firm,
                                              .source_id = world.source,
                                              .state = "released",
                                              .hung_on = hung_on,
                                              .miss_count = n});
    }
    tamperf(store,
            "INSERT INTO letter (id, kind, state, no, title, issuer_id, subject_kind, subject_id, "
            "subject_no, unit_id, label, "
            "source_id, to_kind, to_id, cause, cause_key, demand, reply_days, due, drafted_on, "
            "issued_on, delivered_by, answer, "
            "note, changed_seq) VALUES (90009, 'yellow', 'issued', 'H1', 'x', %lld, 'finding', "
            "%lld, 'x', %lld, 0, %lld, 'unit', "
            "%lld, 'manual', 'k', '', 5, '2026-02-10', '2026-02-01', '2026-02-02', '', '', '', 1)",
            (long long)world.root, (long long)world.finding, (long long)world.firm, (long long)world.source,
            (long long)world.firm);
}

STORE_TEST(a_figure_is_the_length_of_its_list)
{
    make_world(store);
    make_supervision(store);
    make_task(store, world.firm, "2026-03-01");
    make_task(store, world.firm, "2026-04-01");
    struct actor program = actor_program();
    struct assess_card card = {.unit_id = world.root, .from = STR("2026-01-01"), .to = STR("2026-06-30")};
    for (int i = 0; i < FIGURE_COUNT; i++) {
        int64_t n;
        struct value *rows;
        struct db_stmt *st = assess_figure_statement(store->db, i, true, &card, STR("2026-11-28"));
        assert_non_null(st);
        actor_bind_scope(st, &program, PERM_TASK_READ);
        STORE_OK(db_get_int(store->ctx, st, &n));
        st = assess_figure_statement(store->db, i, false, &card, STR("2026-11-28"));
        assert_non_null(st);
        actor_bind_scope(st, &program, PERM_TASK_READ);
        STORE_OK(db_rows(store->ctx, st, &rows));
        assert_int_equal(n, value_count(rows));
        if (i == FIGURE_TASKS_DUE || i == FIGURE_TASKS_LATE)
            assert_int_equal(n, 2);
        bool is_one = i == FIGURE_HUNG_AGAIN || i == FIGURE_LETTERS_YELLOW || i == FIGURE_LETTERS_LATE;
        if (is_one || i == FIGURE_HUNG || i == FIGURE_LETTERS_RED)
            assert_int_equal(n, is_one ? 1 : i == FIGURE_HUNG ? 2 : 0);
    }
}

STORE_TEST(nobody_marks_their_own_unit)
{
    make_world(store);
    make_assessment(store);
    int64_t person =
        make(store, &command_person_create, jsonf(store, "{'unit_id': %lld, 'name': '甲'}", (long long)world.firm));
    make(store, &command_account_link,
         jsonf(store, "{'id': %lld, 'person_id': %lld}", (long long)world.office.account_id, (long long)person));
    assert_int_equal(step(store, &world.office, &command_scorecard_mark, card_of(store, world.firm), LEAD("10")),
                     RC_GUARD);
    assert_string_equal(issue_key(store), "scorecard.own_unit");
    STORE_OK(step(store, &world.office, &command_scorecard_mark, card_of(store, world.west), LEAD("10")));
    STORE_OK(step(store, &world.office, &command_assessment_mark, world.assessment, LEAD("10")));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM score_mark"), 1);
    assert_int_equal(step(store, &world.outsider, &command_scorecard_self, card_of(store, world.firm), ", 'marks': {}"),
                     RC_NOT_FOUND);
    assert_int_equal(step(store, &world.reporter, &command_scorecard_mark, card_of(store, world.firm), LEAD("10")),
                     RC_FORBIDDEN);
}

STORE_TEST(a_code_votes_once_and_nobody_knows_who)
{
    struct value *result;
    make_world(store);
    make_assessment(store);
    int64_t firm = card_of(store, world.firm);
    STORE_OK(run_as(store, &world.office, &command_scorecard_poll,
                    jsonf(store, "{'id': %lld, 'count': 2}", (long long)firm), &result));
    const struct value *codes = value_get(result, "codes");
    assert_int_equal(value_count(codes), 2);
    struct str first = codes->items.first->text, last = codes->items.last->text;
    assert_int_equal(count_sqlf(store, "SELECT count(*) FROM event WHERE body LIKE '%%%.*s%%'", STR_ARG(first)),
                     0); /* the code itself is stored nowhere */
    const char *vote = "{'code': '%.*s', 'answer': '%s'}";
    assert_int_equal(
        run_as(store, &world.reporter, &command_ballot_cast, jsonf(store, vote, STR_ARG(first), "very"), NULL),
        RC_FORBIDDEN);
    STORE_OK(run(store, &command_ballot_cast, jsonf(store, vote, STR_ARG(first), "very"), NULL));
    assert_int_equal(run(store, &command_ballot_cast, jsonf(store, vote, STR_ARG(first), "not"), NULL), RC_INVALID);
    STORE_OK(run(store, &command_ballot_cast, jsonf(store, vote, STR_ARG(last), "basically"), NULL));
    assert_int_equal(
        run(store, &command_ballot_cast, json(store, "{'code': 'AAAA-AAAA-AAAA-AAAA', 'answer': 'very'}"), NULL),
        RC_INVALID);
    STORE_OK(step(store, &world.office, &command_assessment_mark, world.assessment, LEAD("15")));
    STORE_OK(step(store, &world.office, &command_assessment_tell, world.assessment, ""));
    assert_int_equal(count_sqlf(store, "SELECT total FROM scorecard WHERE id = %lld", (long long)firm),
                     1500 + 7500 + 800); /* (100 + 60) / 2 of 10 */
    expect_rebuild_equal(store);
}

STORE_TEST(a_scheme_has_versions_and_an_appeal_is_rechecked)
{
    make_world(store);
    make_assessment(store);
    STORE_OK(
        run_as(store, &world.office, &command_scheme_save,
               jsonf(store, "{'name': '整改考核办法', 'scheme_id': %lld, 'text': 'item a manual 100 全部\\nband 0 差'}",
                     (long long)world.scheme),
               NULL));
    assert_int_equal(count_sql(store, "SELECT version FROM scheme WHERE is_newest = 1"), 2);
    assert_int_equal(run_as(store, &world.office, &command_scheme_save,
                            jsonf(store, "{'name': 'x', 'scheme_id': %lld, 'text': 'item a'}", (long long)world.scheme),
                            NULL),
                     RC_INVALID);
    assert_string_equal(issue_field(store), "text");
    int64_t firm = card_of(store, world.firm);
    STORE_OK(step(store, &world.reporter, &command_scorecard_self, firm,
                  ", 'marks': {'lead': 1500, 'done': 7000, 'satisfied': 1000}"));
    STORE_OK(step(store, &world.office, &command_scorecard_mark, firm, LEAD("10")));
    STORE_OK(run_as(store, &world.office, &command_scorecard_poll,
                    jsonf(store, "{'id': %lld, 'count': 1}", (long long)firm), NULL));
    STORE_OK(step(store, &world.office, &command_assessment_mark, world.assessment, LEAD("12")));
    STORE_OK(step(store, &world.office, &command_assessment_tell, world.assessment, "")); /* by its own version */
    assert_int_equal(
        count_sql(store, "SELECT count(*) FROM wait WHERE subject_kind = 'scorecard' AND what = 'accept_score'"), 2);
    assert_int_equal(count_sql(store, "SELECT total FROM scorecard WHERE rank = 2"), 9500);
    STORE_OK(step(store, &world.reporter, &command_scorecard_appeal, firm, ", 'appeal': '漏算两次党委会'"));
    assert_int_equal(step(store, &world.office, &command_assessment_finish, world.assessment, ""), RC_GUARD);
    STORE_OK(step(store, &world.office, &command_scorecard_mark, firm, LEAD("14")));
    STORE_OK(step(store, &world.office, &command_scorecard_recheck, firm, ", 'recheck': '采纳，补记'"));
    STORE_OK(step(store, &world.office, &command_assessment_finish, world.assessment, ""));
    assert_int_equal(count_sqlf(store, "SELECT rank FROM scorecard WHERE id = %lld AND total = 9900", (long long)firm),
                     1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE subject_kind IN ('scorecard', 'assessment')"),
                     0);
    assert_int_equal(step(store, &world.office, &command_scorecard_mark, firm, LEAD("14")), RC_GUARD);
    expect_kinds(store, "assessment");
    expect_kinds(store, "scorecard");
    expect_kinds(store, "scheme");
    expect_clean(store);
    expect_rebuild_equal(store);
}

int main(void)
{
    return STORE_RUN(STORE_CASE(a_unit_is_scored_from_the_register_the_team_and_a_poll),
                     STORE_CASE(a_figure_is_the_length_of_its_list), STORE_CASE(nobody_marks_their_own_unit),
                     STORE_CASE(a_code_votes_once_and_nobody_knows_who),
                     STORE_CASE(a_scheme_has_versions_and_an_appeal_is_rechecked));
}
