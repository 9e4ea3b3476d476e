/* loop_rule_test.c: rules from draft to issue, what they replace, and what becomes of them below. */
#include "record_support.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "loop/rule.h"

static struct {
    int64_t root, firm, plant, west, source, finding, measure, rule;
    struct actor office, reporter, approver, outsider;
} world;

static void make_world(struct store *store)
{
    memset(&world, 0, sizeof world);
    world.root = make_root(store);
    world.firm = make_unit(store, world.root, "F", "东部公司");
    world.plant = make_unit(store, world.firm, "F1", "东部一厂");
    world.west = make_unit(store, world.root, "W", "西部公司");
    world.office = make_actor(store, "office", "office", world.root, LABEL_WORK_SECRET);
    world.reporter = make_actor(store, "reporter", "unit_reporter", world.firm, LABEL_INTERNAL);
    world.approver = make_actor(store, "approver", "unit_approver", world.firm, LABEL_INTERNAL);
    world.outsider = make_actor(store, "outsider", "unit_reporter", world.west, LABEL_INTERNAL);
    world.source = make_source(store, world.root, "LY-2026-001");
    world.finding = make_finding(store, world.source, "担保管理不规范");
    world.measure = make(
        store, &command_measure_plan,
        jsonf(store, "{'finding_id': %lld, 'text': '修订担保办法', 'due': '2026-01-31'}", (long long)world.finding));
}

static enum rc draft(struct store *store, const struct actor *actor, const char *extra, int64_t *ret_id)
{
    struct value *result = NULL;
    TRY(run_as(store, actor, &command_rule_draft,
               jsonf(store, "{'name': '担保管理办法', 'kind': 'new', 'unit_id': %lld, 'text': '第一条\\n第二条'%s}",
                     (long long)world.root, extra),
               &result));
    *ret_id = value_get_int(result, "id", 0);
    return RC_OK;
}

static enum rc step(struct store *store, const struct command *command, int64_t id, const char *fields)
{
    return run_as(store, &world.office, command, jsonf(store, "{'id': %lld, %s}", (long long)id, fields), NULL);
}

static void issue(struct store *store, int64_t id)
{
    STORE_OK(step(store, &command_rule_review, id,
                  "'reviewer': '法务部 甲', 'reviewed_on': '2026-02-01', 'opinion': '合规'"));
    STORE_OK(step(store, &command_rule_pass, id, "'meeting': '第三次总经理办公会', 'met_on': '2026-02-05'"));
    STORE_OK(step(store, &command_rule_issue, id,
                  "'doc_no': '岫川〔2026〕8号', 'issued_on': '2026-02-10', 'review_due': '2028-02-10'"));
}

STORE_TEST(nothing_is_issued_that_was_not_reviewed_and_passed)
{
    make_world(store);
    STORE_OK(draft(store, &world.office, ", 'due': '2026-02-28'", &world.rule));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE subject_kind = 'rule' AND what = 'make_rule'"),
                     1);
    const char *doc = "'doc_no': '1', 'issued_on': '2026-02-10'";
    assert_int_equal(step(store, &command_rule_issue, world.rule, doc), RC_GUARD);
    assert_int_equal(step(store, &command_rule_pass, world.rule, "'meeting': '会', 'met_on': '2026-02-05'"), RC_GUARD);
    assert_int_equal(step(store, &command_rule_review, world.rule,
                          "'reviewer': '甲', 'reviewed_on': '2999-01-01', 'opinion': '合规'"),
                     RC_INVALID);
    assert_string_equal(issue_field(store), "reviewed_on");
    STORE_OK(step(store, &command_rule_review, world.rule,
                  "'reviewer': '甲', 'reviewed_on': '2026-02-01', 'opinion': '合规'"));
    assert_int_equal(step(store, &command_rule_pass, world.rule, "'meeting': '会', 'met_on': '2026-01-05'"),
                     RC_INVALID);
    STORE_OK(step(store, &command_rule_pass, world.rule, "'meeting': '会', 'met_on': '2026-02-05'"));
    assert_int_equal(step(store, &command_rule_issue, world.rule, "'doc_no': '1', 'issued_on': '2026-02-01'"),
                     RC_INVALID);
    STORE_OK(step(store, &command_rule_change, world.rule, "'text': ''"));
    assert_int_equal(step(store, &command_rule_issue, world.rule, doc), RC_GUARD);
    assert_string_equal(issue_key(store), "guard.rule_text");
    STORE_OK(step(store, &command_rule_change, world.rule, "'text': '第一条'"));
    STORE_OK(step(store, &command_rule_issue, world.rule, doc));
    assert_int_equal(
        count_sql(store,
                  "SELECT count(*) FROM rule WHERE state = 'issued' AND is_on_time = 1 AND effective_on = issued_on"),
        1);
    assert_int_equal(
        count_sql(
            store,
            "SELECT count(*) FROM wait WHERE subject_kind = 'rule' AND what = 'check_rule' AND due = '2026-08-09'"),
        1);
    assert_int_equal(step(store, &command_rule_change, world.rule, "'text': '改'"), RC_GUARD);
    STORE_OK(step(store, &command_rule_change, world.rule, "'review_due': '2028-02-10'"));
    STORE_OK(step(store, &command_rule_check, world.rule,
                  "'checked_on': '2026-08-01', 'verdict': 'followed', 'text': '抽查10笔'"));
    assert_int_equal(
        count_sql(
            store,
            "SELECT count(*) FROM wait WHERE subject_kind = 'rule' AND what = 'review_rule' AND due = '2028-02-10'"),
        1);
    expect_rebuild_equal(store);
}

STORE_TEST(a_rule_ends_the_one_that_it_revises)
{
    make_world(store);
    STORE_OK(draft(store, &world.office, "", &world.rule));
    int64_t next, id;
    assert_int_equal(draft(store, &world.office, ", 'replaces': 'ZD-2026-001'", &next),
                     RC_INVALID); /* not in force yet */
    assert_string_equal(issue_field(store), "replaces");
    issue(store, world.rule);
    STORE_OK(run_as(store, &world.office, &command_rule_draft,
                    jsonf(store,
                          "{'name': '担保管理办法（修订）', 'kind': 'revised', 'unit_id': %lld, 'text': "
                          "'第一条\\n第三条', 'replaces': 'ZD-2026-001'}",
                          (long long)world.root),
                    NULL));
    id = count_sql(store, "SELECT id FROM rule WHERE kind = 'revised'");
    assert_int_equal(
        count_sql(store, "SELECT count(*) FROM rule n JOIN rule o ON o.id = n.replaces_id WHERE n.old_text = o.text"),
        1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM rule WHERE state = 'issued'"), 1);
    issue(store, id);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM rule WHERE state = 'abolished' AND no = 'ZD-2026-001'"), 1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE subject_kind = 'rule'"), 1);
    expect_rebuild_equal(store);
}

static int64_t missing(struct store *store, const struct actor *actor)
{
    struct db_stmt *st = db_query(store->db, Q_RULE_MISSING);
    struct value *rows;
    actor_bind_scope(st, actor, PERM_TASK_READ);
    db_bind_text(st, "today", STR("2026-06-01"));
    STORE_OK(db_rows(store->ctx, st, &rows));
    return (int64_t)value_count(rows);
}

STORE_TEST(a_measure_to_make_a_rule_is_told_until_one_is_issued)
{
    make_world(store);
    assert_int_equal(missing(store, &world.office), 0); /* it was not said that it makes a rule */
    tamper(store, "UPDATE measure SET kinds = 'correct,rules'");
    assert_int_equal(missing(store, &world.office), 1);
    assert_int_equal(missing(store, &world.outsider), 0);
    char extra[60];
    snprintf(extra, sizeof extra, ", 'measure_id': %lld", (long long)world.measure);
    assert_int_equal(draft(store, &world.outsider, extra, &world.rule), RC_FORBIDDEN);
    STORE_OK(draft(store, &world.office, extra, &world.rule));
    assert_int_equal(missing(store, &world.office), 1);
    issue(store, world.rule);
    assert_int_equal(missing(store, &world.office), 0);
}

STORE_TEST(units_below_take_a_rule_over)
{
    make_world(store);
    struct value *result;
    STORE_OK(draft(store, &world.office, "", &world.rule));
    assert_int_equal(step(store, &command_rule_cascade, world.rule, "'reach': 'subtree', 'due': '2099-01-01'"),
                     RC_GUARD);
    issue(store, world.rule);
    STORE_OK(run_as(
        store, &world.office, &command_rule_cascade,
        jsonf(store, "{'id': %lld, 'reach': 'level', 'reach_level': 2, 'due': '2099-01-01'}", (long long)world.rule),
        &result));
    assert_int_equal(value_get_int(result, "asked", 0), 2);
    STORE_OK(run_as(store, &world.office, &command_rule_cascade,
                    jsonf(store, "{'id': %lld, 'reach': 'subtree', 'due': '2099-01-01'}", (long long)world.rule),
                    &result));
    assert_int_equal(value_get_int(result, "asked", 0), 1); /* the plant; nobody is asked twice, the maker not at all */
    assert_int_equal(
        count_sql(store, "SELECT count(*) FROM wait WHERE subject_kind = 'cascade' AND what = 'cascade_rule'"), 3);
    int64_t id = count_sqlf(store, "SELECT id FROM rule_cascade WHERE unit_id = %lld", (long long)world.firm);
    const char *made = "{'id': %lld, 'answer': 'made', 'own_name': '东部担保细则', 'own_doc_no': '东〔2026〕1号'%s}";
    assert_int_equal(
        run_as(store, &world.reporter, &command_cascade_answer, jsonf(store, made, (long long)id, ""), NULL),
        RC_INVALID);
    assert_string_equal(issue_field(store), "own_issued_on");
    assert_int_equal(run_as(store, &world.outsider, &command_cascade_answer,
                            jsonf(store, made, (long long)id, ", 'own_issued_on': '2026-03-01'"), NULL),
                     RC_NOT_FOUND);
    STORE_OK(run_as(store, &world.reporter, &command_cascade_answer,
                    jsonf(store, made, (long long)id, ", 'own_issued_on': '2026-03-01'"), NULL));
    STORE_OK(step(store, &command_cascade_return, id, "'reason': '与上级办法不一致'"));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE subject_kind = 'cascade'"), 3);
    STORE_OK(run_as(store, &world.approver, &command_cascade_answer,
                    jsonf(store, "{'id': %lld, 'answer': 'not_needed', 'why': '不办理担保业务'}", (long long)id),
                    NULL));
    assert_int_equal(
        count_sql(
            store,
            "SELECT count(*) FROM rule_cascade WHERE state = 'not_needed' AND own_name = '' AND returned_count = 1"),
        1);
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(rules_are_found_by_their_words_by_who_may_see_them)
{
    make_world(store);
    STORE_OK(draft(store, &world.office, "", &world.rule));
    int64_t secret;
    STORE_OK(draft(store, &world.office, ", 'label': 2", &secret));
    assert_int_equal(search_hits_of(store, &world.office, "管理办法"), 2);
    assert_int_equal(search_hits_of(store, &world.reporter, "管理办法"), 0); /* a rule of the unit above */
    STORE_OK(step(store, &command_rule_change, world.rule, "'name': '担保审批规定'"));
    assert_int_equal(search_hits_of(store, &world.office, "审批规定"), 1);
    assert_int_equal(search_hits_of(store, &world.office, "管理办法"), 1);
    issue(store, world.rule);
    assert_int_equal(search_hits_of(store, &world.office, "岫川〔2026〕8号"),
                     1); /* by the number that it was issued under */
    STORE_OK(step(store, &command_rule_change, world.rule, "'review_due': '2029-02-10'"));
    assert_int_equal(search_hits_of(store, &world.office, "岫川〔2026〕8号"), 1);
    /* Who has to take it over finds it too; nobody else. */
    STORE_OK(step(store, &command_rule_cascade, world.rule, "'reach': 'subtree', 'due': '2099-01-01'"));
    assert_int_equal(search_hits_of(store, &world.reporter, "审批规定"), 1);
    assert_int_equal(search_hits_of(store, &world.reporter, "管理办法"), 0);
    expect_rebuild_equal(store);
}

STORE_TEST(all_events_of_rules_are_replayed)
{
    make_world(store);
    STORE_OK(draft(store, &world.office, "", &world.rule));
    STORE_OK(step(store, &command_rule_drop, world.rule, "'reason': '不再需要'"));
    STORE_OK(draft(store, &world.office, "", &world.rule));
    STORE_OK(step(store, &command_rule_change, world.rule, "'due': '2026-02-01'"));
    STORE_OK(step(store, &command_rule_link, world.rule, "'finding': 'LY-2026-001-001'"));
    assert_int_equal(step(store, &command_rule_link, world.rule, "'finding': 'LY-9999-001-001'"), RC_INVALID);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM rule_link"), 1);
    issue(store, world.rule);
    STORE_OK(
        step(store, &command_rule_teach, world.rule, "'taught_on': '2026-03-01', 'form': 'training', 'people': 42"));
    STORE_OK(step(store, &command_rule_check, world.rule,
                  "'checked_on': '2026-08-01', 'verdict': 'partly', 'text': '两笔未审批'"));
    STORE_OK(step(store, &command_rule_cascade, world.rule, "'reach': 'level', 'reach_level': 2, 'due': '2099-01-01'"));
    int64_t id = count_sql(store, "SELECT min(id) FROM rule_cascade");
    STORE_OK(step(store, &command_cascade_answer, id, "'answer': 'not_needed', 'why': '无此业务'"));
    STORE_OK(step(store, &command_cascade_return, id, "'reason': '请制定'"));
    STORE_OK(step(store, &command_rule_unlink, world.rule, "'finding': 'LY-2026-001-001'"));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM rule_link"), 0);
    expect_kinds(store, "rule");
    expect_kinds(store, "cascade");
    expect_clean(store);
    expect_rebuild_equal(store);
}

int main(void)
{
    return STORE_RUN(
        STORE_CASE(nothing_is_issued_that_was_not_reviewed_and_passed), STORE_CASE(a_rule_ends_the_one_that_it_revises),
        STORE_CASE(a_measure_to_make_a_rule_is_told_until_one_is_issued), STORE_CASE(units_below_take_a_rule_over),
        STORE_CASE(rules_are_found_by_their_words_by_who_may_see_them), STORE_CASE(all_events_of_rules_are_replayed));
}
