/* loop_sweep_test.c: one finding asked of many units: answers, signatures, hits, faults, and who has not answered. */
#include "record_support.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "loop/sweep.h"
#include "loop/tick.h"

static struct {
    int64_t root, firm, plant, west, source, finding, sweep;
    struct actor office, approver, reporter, outsider;
} world;

static void make_world(struct store *store)
{
    memset(&world, 0, sizeof world);
    world.root = make_root(store);
    world.firm = make_unit(store, world.root, "F", "东部公司");
    world.plant = make_unit(store, world.firm, "F1", "东部一厂");
    world.west = make_unit(store, world.root, "W", "西部公司");
    world.office = make_actor(store, "office", "office", world.root, LABEL_WORK_SECRET);
    world.approver = make_actor(store, "approver", "unit_approver", world.firm, LABEL_INTERNAL);
    world.reporter = make_actor(store, "reporter", "unit_reporter", world.plant, LABEL_INTERNAL);
    world.outsider = make_actor(store, "outsider", "unit_approver", world.west, LABEL_INTERNAL);
    world.approver.name = STR("approver"); /* as a session knows it */
    world.reporter.name = STR("reporter");
    world.outsider.name = STR("outsider");
    world.source = make_source(store, world.root, "LY-2026-001");
    world.finding = make_finding(store, world.source, "担保管理不规范");
}

static struct str today_plus(struct store *store, int days)
{
    char text[DATE_TEXT_BYTES];
    return arena_copy_str(store->ctx->arena, date_format(clock_today() + days, text));
}

static enum rc open_sweep(struct store *store, const char *reach, const char *extra, struct value **ret_result)
{
    return run_as(
        store, &world.office, &command_sweep_open,
        jsonf(store,
              "{'finding_id': %lld, 'common_cause': '制度空转', 'items': '超比例担保\\n无审批担保', 'due': '%.*s',"
              " 'reach': '%s'%s}",
              (long long)world.finding, STR_ARG(today_plus(store, 20)), reach, extra),
        ret_result);
}

static void make_sweep(struct store *store)
{
    struct value *result;
    char extra[60];
    snprintf(extra, sizeof extra, ", 'unit_id': %lld", (long long)world.root);
    STORE_OK(open_sweep(store, "subtree", extra, &result));
    world.sweep = value_get_int(result, "id", 0);
}

static int64_t answer_of(struct store *store, int64_t unit)
{
    return count_sqlf(store, "SELECT id FROM sweep_answer WHERE unit_id = %lld", (long long)unit);
}

static enum rc give(struct store *store, const struct actor *actor, int64_t answer, const char *fields)
{
    return run_as(
        store, actor, &command_answer_give,
        jsonf(store, "{'id': %lld, 'explanation': '逐笔核对', 'evidence': '台账', %s}", (long long)answer, fields),
        NULL);
}

static enum rc move(struct store *store, const struct actor *actor, const struct command *command, int64_t id)
{
    return run_as(store, actor, command, jsonf(store, "{'id': %lld, 'reason': '说明'}", (long long)id), NULL);
}

static void tick(struct store *store)
{
    STORE_OK(run(store, &command_tick_run,
                 jsonf(store, "{'name': 'sweep', 'date': '%.*s'}", STR_ARG(today_plus(store, 0))), NULL));
}

#define ZERO(name) "'result': 'none', 'signed_name': '" name "', 'pledge': true"
#define TWO_FOUND                                                                                                      \
    "'items': [{'n': 1, 'result': 'found', 'found': 2, 'fixed': 1, 'amount_fen': 500}, {'n': 2, 'result': 'none'}]"

STORE_TEST(one_event_asks_eight_hundred_units)
{
    make_world(store);
    char code[20];
    for (int i = 0; i < 800; i++) {
        snprintf(code, sizeof code, "U%d", i);
        (void)make_unit(store, world.firm, code, code);
    }
    int64_t before = event_count(store), start_ms = clock_monotonic_ms();
    make_sweep(store);
    print_message("# 804 units asked in %lld ms\n", (long long)(clock_monotonic_ms() - start_ms));
    assert_int_equal(event_count(store), before + 1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM sweep_answer WHERE state = 'asked'"), 804);
    assert_int_equal(
        count_sql(
            store,
            "SELECT count(*) FROM wait WHERE what = 'answer_sweep' AND actor_kind = 'unit' AND actor_id = unit_id"),
        804);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait w JOIN sweep s ON s.id = w.subject_id"
                                      " WHERE w.what = 'run_sweep' AND w.since = s.created_at"),
                     1);
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(a_sweep_reaches_a_level_or_chosen_units_and_may_be_widened)
{
    char extra[200];
    struct value *result;
    make_world(store);
    snprintf(extra, sizeof extra, ", 'unit_id': %lld, 'reach_level': 2", (long long)world.root);
    STORE_OK(open_sweep(store, "level", extra, &result));
    assert_int_equal(value_get_int(result, "asked", 0), 2); /* east and west */
    snprintf(extra, sizeof extra, ", 'unit_ids': [%lld, %lld, %lld]", (long long)world.plant, (long long)world.plant,
             (long long)world.west);
    STORE_OK(open_sweep(store, "units", extra, &result));
    assert_int_equal(value_get_int(result, "asked", 0), 2); /* nobody is asked twice */
    int64_t id = value_get_int(result, "id", 0);
    snprintf(extra, sizeof extra, "{'id': %lld, 'unit_ids': [%lld, %lld]}", (long long)id, (long long)world.west,
             (long long)world.firm);
    STORE_OK(run_as(store, &world.office, &command_sweep_widen, json(store, extra), &result));
    assert_int_equal(value_get_int(result, "asked", 0), 1);
    assert_int_equal(open_sweep(store, "level", "", NULL), RC_INVALID);
    assert_string_equal(issue_field(store), "unit_id");
    assert_int_equal(open_sweep(store, "units", "", NULL), RC_INVALID);
    assert_string_equal(issue_field(store), "unit_ids");
    assert_int_equal(
        run_as(store, &world.approver, &command_sweep_open,
               json(store, "{'title': 'x', 'items': 'x', 'due': '2099-01-01', 'reach': 'subtree', 'unit_id': 1}"),
               NULL),
        RC_FORBIDDEN);
    expect_rebuild_equal(store);
}

STORE_TEST(a_sweep_of_chosen_units_belongs_to_the_unit_above_all_of_them)
{
    make_world(store);
    struct value *result;
    char extra[120];
    const struct {
        int64_t a, b, top;
    } cases[] = {{world.plant, world.west, world.root},
                 {world.firm, world.plant, world.firm},
                 {world.plant, world.firm, world.firm},
                 {world.west, world.west, world.west}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(extra, sizeof extra, ", 'unit_ids': [%lld, %lld]", (long long)cases[i].a, (long long)cases[i].b);
        STORE_OK(open_sweep(store, "units", extra, &result));
        assert_int_equal(
            count_sqlf(store, "SELECT unit_id FROM sweep WHERE id = %lld", (long long)value_get_int(result, "id", 0)),
            cases[i].top);
    }
    /* An office of two branches leads no sweep over both: nobody of it could answer for the whole. */
    struct actor branch = make_actor(store, "branch", "office", world.plant, LABEL_INTERNAL);
    (void)make(store, &command_grant_give,
               jsonf(store, "{'id': %lld, 'role': 'office', 'unit_id': %lld, 'clearance': 1}",
                     (long long)branch.account_id, (long long)world.west));
    STORE_OK(actor_load(store->ctx, store->db, branch.account_id, &branch));
    snprintf(extra, sizeof extra, "'unit_ids': [%lld, %lld]", (long long)world.plant, (long long)world.west);
    assert_int_equal(run_as(store, &branch, &command_sweep_open,
                            jsonf(store, "{'title': '排查', 'items': '担保', 'due': '%.*s', 'reach': 'units', %s}",
                                  STR_ARG(today_plus(store, 20)), extra),
                            NULL),
                     RC_INVALID);
    /* One that is widened to another branch goes up to the unit above, and so does what waits for its office. */
    STORE_OK(run_as(store, &world.office, &command_sweep_widen,
                    jsonf(store, "{'id': %lld, 'unit_ids': [%lld]}", (long long)value_get_int(result, "id", 0),
                          (long long)world.plant),
                    NULL));
    assert_int_equal(
        count_sqlf(store,
                   "SELECT count(*) FROM sweep s JOIN wait w ON w.subject_kind = 'sweep' AND w.subject_id = s.id AND "
                   "w.actor_id = s.unit_id WHERE s.unit_id = %lld AND s.id = %lld",
                   (long long)world.root, (long long)value_get_int(result, "id", 0)),
        1);
    expect_rebuild_equal(store);
}

STORE_TEST(a_zero_answer_is_signed_with_ones_own_name_and_a_pledge)
{
    make_world(store);
    make_sweep(store);
    int64_t id = answer_of(store, world.firm);
    assert_int_equal(give(store, &world.approver, id, "'result': 'none'"), RC_INVALID);
    assert_int_equal(give(store, &world.approver, id, "'result': 'none', 'signed_name': '别人', 'pledge': true"),
                     RC_INVALID);
    assert_string_equal(issue_key(store), "answer.sign_own_name");
    assert_int_equal(give(store, &world.approver, id, "'result': 'none', 'signed_name': 'approver'"), RC_INVALID);
    assert_string_equal(issue_field(store), "pledge");
    assert_int_equal(give(store, &world.outsider, id, ZERO("outsider")), RC_NOT_FOUND);
    STORE_OK(give(store, &world.approver, id, ZERO("approver")));
    assert_int_equal(
        count_sql(store,
                  "SELECT count(*) FROM sweep_answer WHERE state = 'answered' AND result = 'none' AND is_on_time = 1"),
        1);
    assert_int_equal(
        count_sql(store, "SELECT count(*) FROM wait WHERE what = 'check_answer' AND actor_kind = 'office'"), 1);
    assert_int_equal(move(store, &world.approver, &command_answer_check, id), RC_FORBIDDEN);
    STORE_OK(move(store, &world.office, &command_answer_return, id));
    assert_int_equal(
        count_sql(store, "SELECT count(*) FROM wait WHERE what = 'answer_sweep' AND subject_kind = 'answer'"), 4);
    STORE_OK(give(store, &world.approver, id, ZERO("approver")));
    STORE_OK(move(store, &world.office, &command_answer_check, id));
    assert_int_equal(count_sql(store, "SELECT returned_count FROM sweep_answer WHERE state = 'checked'"), 1);
    expect_rebuild_equal(store);
}

STORE_TEST(what_is_found_goes_into_the_register_once)
{
    make_world(store);
    make_sweep(store);
    int64_t id = answer_of(store, world.plant);
    const char *hit = "{'id': %lld, 'title': '一厂无审批担保', 'amount_fen_fen': 1}";
    assert_int_equal(
        give(store, &world.reporter, id, "'items': [{'n': 1, 'result': 'found'}, {'n': 2, 'result': 'none'}]"),
        RC_INVALID);
    assert_string_equal(issue_field(store), "found_1");
    assert_int_equal(give(store, &world.reporter, id, "'items': [{'n': 1, 'result': 'none'}]"), RC_INVALID);
    assert_string_equal(issue_field(store), "result_2");
    STORE_OK(give(store, &world.reporter, id, TWO_FOUND));
    assert_int_equal(count_sql(store, "SELECT amount_fen FROM sweep_answer WHERE found_count = 2 AND fixed_count = 1"),
                     500);
    assert_int_equal(move(store, &world.office, &command_answer_check, id), RC_GUARD);
    assert_string_equal(issue_key(store), "guard.answer_hits_open");
    int64_t sources = count_sql(store, "SELECT count(*) FROM source");
    STORE_OK(run_as(store, &world.reporter, &command_answer_hit, jsonf(store, hit, (long long)id), NULL));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM source WHERE kind = 'self_check'"), 1);
    assert_int_equal(
        count_sql(store,
                  "SELECT count(*) FROM finding f JOIN source s ON s.id = f.source_id WHERE s.kind = 'self_check'"),
        1);
    STORE_OK(run_as(store, &world.reporter, &command_answer_hit, jsonf(store, hit, (long long)id), NULL));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM source"), sources + 1); /* one for the whole sweep */
    /* One that stands in the register already is pointed at, not registered again. */
    int64_t known = make_finding(store, world.source, "早已登记"),
            findings = count_sql(store, "SELECT count(*) FROM finding");
    assert_int_equal(run_as(store, &world.office, &command_answer_hit,
                            jsonf(store, "{'id': %lld, 'finding': '%lld'}", (long long)id, (long long)known), NULL),
                     RC_INVALID); /* it is another unit's */
    STORE_OK(run_as(store, &world.office, &command_finding_change,
                    jsonf(store, "{'id': %lld, 'unit_id': %lld}", (long long)known, (long long)world.plant), NULL));
    STORE_OK(run_as(store, &world.office, &command_answer_hit,
                    jsonf(store, "{'id': %lld, 'finding': '%lld'}", (long long)id, (long long)known), NULL));
    assert_int_equal(run_as(store, &world.office, &command_answer_hit,
                            jsonf(store, "{'id': %lld, 'finding': '%lld'}", (long long)id, (long long)known), NULL),
                     RC_CONFLICT);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM finding"), findings);
    STORE_OK(move(store, &world.office, &command_answer_check, id));
    expect_clean(store);
    expect_rebuild_equal(store);
}

static int64_t suspects(struct store *store, const struct actor *actor)
{
    struct db_stmt *st = db_query(store->db, Q_SWEEP_SUSPECTS);
    struct value *rows;
    actor_bind_scope(st, actor, PERM_TASK_READ);
    db_bind_int(st, "id", world.sweep);
    STORE_OK(db_rows(store->ctx, st, &rows));
    return (int64_t)value_count(rows);
}

STORE_TEST(a_zero_answer_found_wrong_is_told_and_answered_again)
{
    make_world(store);
    clock_set_ms(clock_now_ms());
    make_sweep(store);
    int64_t id = answer_of(store, world.firm);
    STORE_OK(give(store, &world.approver, id, ZERO("approver")));
    assert_int_equal(suspects(store, &world.office), 0);
    clock_set_ms(clock_now_ms() + 3600000);
    int64_t later = make_finding(store, world.source, "东部公司仍有超比例担保");
    STORE_OK(run_as(store, &world.office, &command_finding_change,
                    jsonf(store, "{'id': %lld, 'unit_id': %lld}", (long long)later, (long long)world.plant), NULL));
    assert_int_equal(suspects(store, &world.office), 0); /* nothing says yet that it is the same matter */
    STORE_OK(run_as(store, &world.office, &command_finding_link,
                    jsonf(store, "{'id': %lld, 'other': '%lld'}", (long long)later, (long long)world.finding), NULL));
    assert_int_equal(suspects(store, &world.office), 1);
    assert_int_equal(suspects(store, &world.outsider), 0);
    STORE_OK(
        run_as(store, &world.office, &command_answer_fault,
               jsonf(store, "{'id': %lld, 'finding': '%lld', 'reason': '零报告不实'}", (long long)id, (long long)later),
               NULL));
    assert_int_equal(suspects(store, &world.office), 0);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM sweep_answer WHERE is_fault = 1 AND state = 'returned'"),
                     1);
    STORE_OK(give(store, &world.approver, id, TWO_FOUND));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM sweep_answer WHERE is_fault = 1 AND result = 'found'"), 1);
    clock_set_ms(0);
    expect_rebuild_equal(store);
}

static void expect_told(struct store *store, int64_t start, int days, int64_t events)
{
    clock_set_ms(start + days * INT64_C(86400000));
    tick(store);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM event WHERE kind = 'sweep.escalated'"), events);
}

STORE_TEST(who_does_not_answer_is_told_of_once_a_level)
{
    make_world(store);
    int64_t start = clock_now_ms();
    make_sweep(store);
    STORE_OK(give(store, &world.approver, answer_of(store, world.firm), ZERO("approver")));
    expect_told(store, start, 20, 0); /* the day is not over */
    expect_told(store, start, 21, 1);
    expect_told(store, start, 22, 1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE what = 'urge_sweep' AND actor_kind = 'office'"),
                     1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM sweep_answer WHERE escalation = 1"), 3);
    expect_told(store, start, 45, 2);
    expect_told(store, start, 46, 2);
    assert_int_equal(
        count_sql(store, "SELECT count(*) FROM wait WHERE what = 'urge_sweep' AND actor_kind = 'leading_group'"), 1);
    struct actor group = make_actor(store, "group", "leading_group", world.root, LABEL_WORK_SECRET);
    struct value *result;
    assert_int_equal(move(store, &world.approver, &command_sweep_urge, world.sweep), RC_NOT_FOUND);
    STORE_OK(run_as(store, &group, &command_sweep_urge, jsonf(store, "{'id': %lld}", (long long)world.sweep), &result));
    assert_true(value_get_int(result, "told", 0) > 0);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE what = 'urge_sweep'"), 0);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE what = 'run_sweep'"), 1);
    assert_int_equal(move(store, &world.office, &command_sweep_urge, world.sweep), RC_GUARD);
    assert_string_equal(issue_key(store), "urge.quiet");
    STORE_OK(give(store, NULL, answer_of(store, world.plant), ZERO("x")));
    STORE_OK(give(store, NULL, answer_of(store, world.west), ZERO("x")));
    expect_told(store, start, 60, 2);
    STORE_OK(move(store, &world.office, &command_sweep_urge, world.sweep));
    STORE_OK(give(store, NULL, answer_of(store, world.root), ZERO("x")));
    clock_set_ms(start + 80 * INT64_C(86400000));
    assert_int_equal(move(store, &world.office, &command_sweep_urge, world.sweep), RC_GUARD);
    assert_string_equal(issue_key(store), "sweep.all_answered");
    assert_int_equal(count_sql(store, "SELECT count(*) FROM sweep_answer WHERE is_on_time = 1"), 1);
    clock_set_ms(0);
    expect_rebuild_equal(store);
}

static enum rc urge_one(struct store *store, const struct actor *actor, int64_t unit_id, struct value **ret)
{
    return run_as(
        store, actor, &command_sweep_urge,
        jsonf(store, "{'id': %lld, 'answer_id': %lld}", (long long)world.sweep, (long long)answer_of(store, unit_id)),
        ret);
}

STORE_TEST(one_unit_is_urged_by_itself_and_not_twice)
{
    make_world(store);
    int64_t start = clock_now_ms();
    struct value *result;
    make_sweep(store);
    STORE_OK(give(store, &world.approver, answer_of(store, world.firm), ZERO("approver")));
    expect_told(store, start, 21, 1);
    STORE_OK(urge_one(store, &world.office, world.plant, &result));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM notice WHERE rule = 'urged' AND skipped = ''"),
                     value_get_int(result, "told", 0));
    assert_true(value_get_int(result, "told", 0) > 0);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM urge WHERE subject_kind = 'answer'"), 1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE what = 'urge_sweep'"), 1);
    assert_int_equal(urge_one(store, &world.office, world.plant, &result), RC_GUARD);
    assert_string_equal(issue_key(store), "urge.quiet");
    assert_int_equal(urge_one(store, &world.office, world.firm, &result), RC_GUARD);
    assert_string_equal(issue_key(store), "sweep.unit_answered");
    assert_int_equal(urge_one(store, &world.reporter, world.west, &result), RC_NOT_FOUND);
    clock_set_ms(start + 22 * INT64_C(86400000));
    STORE_OK(move(store, &world.office, &command_sweep_urge, world.sweep)); /* the others, who were not asked yet */
    assert_int_equal(count_sql(store, "SELECT count(*) FROM notice n JOIN sweep_answer a ON a.id = n.subject_id WHERE "
                                      "n.rule = 'urged' AND n.subject_kind = 'answer' AND a.unit_id = (SELECT id FROM "
                                      "unit WHERE code = 'F1') GROUP BY n.account_id ORDER BY 1 DESC LIMIT 1"),
                     1);
    assert_int_equal(urge_one(store, &world.office, world.west, &result), RC_GUARD); /* asked with all */
    clock_set_ms(0);
    expect_rebuild_equal(store);
}

/* Every figure is the length of its list, for each reader. */
static void expect_figures(struct store *store, const struct actor *actor, int64_t asked, int64_t found)
{
    for (unsigned bit = 0; bit <= 9; bit++) {
        struct value *row, *rows;
        uint32_t filters = bit ? 1u << (bit - 1) : 0;
        struct db_stmt *st = db_query_list(store->db, Q_SWEEP_ANSWER_COUNT, filters, 0);
        assert_non_null(st);
        actor_bind_scope(st, actor, PERM_TASK_READ);
        db_bind_int(st, "id", world.sweep);
        db_bind_text(st, "today", today_plus(store, 60));
        STORE_OK(db_first_row(store->ctx, st, &row));
        st = db_query_list(store->db, Q_SWEEP_ANSWERS, filters, 0);
        assert_non_null(st);
        actor_bind_scope(st, actor, PERM_TASK_READ);
        db_bind_int(st, "id", world.sweep);
        db_bind_text(st, "today", today_plus(store, 60));
        db_bind_int(st, "limit", 1000);
        STORE_OK(db_rows(store->ctx, st, &rows));
        assert_int_equal(value_get_int(row, "n", -1), value_count(rows));
        if (bit == 0)
            assert_int_equal(value_get_int(row, "n", -1), asked);
        if (bit == 0)
            assert_int_equal(value_get_int(row, "found", -1), found);
    }
}

STORE_TEST(a_sweep_is_passed_in_one_go_and_closed)
{
    struct value *result;
    make_world(store);
    make_sweep(store);
    STORE_OK(give(store, &world.approver, answer_of(store, world.firm), ZERO("approver")));
    STORE_OK(give(store, &world.outsider, answer_of(store, world.west), "'result': 'not_applicable'"));
    STORE_OK(give(store, &world.reporter, answer_of(store, world.plant), TWO_FOUND));
    expect_figures(store, &world.office, 4, 2);
    expect_figures(store, &world.approver, 2, 2);
    expect_figures(store, &world.outsider, 1, 0);
    assert_int_equal(move(store, &world.office, &command_sweep_close, world.sweep), RC_GUARD);
    assert_string_equal(issue_key(store), "guard.sweep_answers_open");
    const char *all = "{'id': %lld}";
    STORE_OK(run_as(store, &world.office, &command_sweep_check, jsonf(store, all, (long long)world.sweep), &result));
    assert_int_equal(value_get_int(result, "checked", 0), 2); /* what was found is not registered yet */
    STORE_OK(run_as(store, &world.reporter, &command_answer_hit,
                    jsonf(store, "{'id': %lld, 'title': '一厂无审批担保'}", (long long)answer_of(store, world.plant)),
                    NULL));
    STORE_OK(give(store, &world.office, answer_of(store, world.root), "'result': 'not_applicable'"));
    STORE_OK(run_as(store, &world.office, &command_sweep_check, jsonf(store, all, (long long)world.sweep), &result));
    assert_int_equal(value_get_int(result, "checked", 0), 1);
    assert_int_equal(value_get_int(result, "left", 0), 1); /* their own stays for somebody else */
    STORE_OK(move(store, NULL, &command_answer_check, answer_of(store, world.root)));
    STORE_OK(move(store, &world.office, &command_sweep_close, world.sweep));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE subject_kind IN ('sweep', 'answer')"), 0);
    expect_rebuild_equal(store);
}

/* Every kind of event once, so that none goes without a replay. */
STORE_TEST(all_events_of_sweeps_are_replayed)
{
    char extra[200];
    int64_t start = clock_now_ms();
    make_world(store);
    make_sweep(store);
    int64_t id = answer_of(store, world.firm);
    STORE_OK(give(store, &world.approver, id, ZERO("approver")));
    STORE_OK(move(store, &world.office, &command_answer_return, id));
    STORE_OK(give(store, &world.approver, id, TWO_FOUND));
    STORE_OK(run_as(store, &world.approver, &command_answer_hit,
                    jsonf(store, "{'id': %lld, 'title': '甲'}", (long long)id), NULL));
    STORE_OK(move(store, &world.office, &command_answer_check, id));
    id = answer_of(store, world.west);
    STORE_OK(give(store, &world.outsider, id, ZERO("outsider")));
    STORE_OK(
        run_as(store, &world.office, &command_sweep_check, jsonf(store, "{'id': %lld}", (long long)world.sweep), NULL));
    int64_t later = make_finding(store, world.source, "西部公司");
    STORE_OK(run_as(store, &world.office, &command_finding_change,
                    jsonf(store, "{'id': %lld, 'unit_id': %lld}", (long long)later, (long long)world.west), NULL));
    STORE_OK(run_as(store, &world.office, &command_answer_fault,
                    jsonf(store, "{'id': %lld, 'finding': '%lld', 'reason': '不实'}", (long long)id, (long long)later),
                    NULL));
    STORE_OK(give(store, &world.outsider, id, TWO_FOUND));
    STORE_OK(run_as(store, &world.outsider, &command_answer_hit,
                    jsonf(store, "{'id': %lld, 'finding': '%lld'}", (long long)id, (long long)later), NULL));
    clock_set_ms(start + 25 * INT64_C(86400000));
    tick(store);
    STORE_OK(move(store, &world.office, &command_sweep_urge, world.sweep));
    STORE_OK(give(store, NULL, answer_of(store, world.root), ZERO("x")));
    STORE_OK(give(store, NULL, answer_of(store, world.plant), ZERO("x")));
    STORE_OK(
        run_as(store, &world.office, &command_sweep_check, jsonf(store, "{'id': %lld}", (long long)world.sweep), NULL));
    STORE_OK(move(store, &world.office, &command_sweep_close, world.sweep));
    clock_set_ms(0);
    snprintf(extra, sizeof extra, ", 'unit_ids': [%lld]", (long long)world.plant);
    struct value *result;
    STORE_OK(open_sweep(store, "units", extra, &result));
    id = value_get_int(result, "id", 0);
    STORE_OK(run_as(store, &world.office, &command_sweep_widen,
                    jsonf(store, "{'id': %lld, 'unit_ids': [%lld]}", (long long)id, (long long)world.west), NULL));
    STORE_OK(move(store, &world.office, &command_sweep_cancel, id));
    assert_int_equal(
        give(store, &world.outsider, count_sql(store, "SELECT max(id) FROM sweep_answer"), ZERO("outsider")), RC_GUARD);
    expect_kinds(store, "sweep");
    expect_kinds(store, "answer");
    expect_clean(store);
    expect_rebuild_equal(store);
}

int main(void)
{
    return STORE_RUN(STORE_CASE(one_event_asks_eight_hundred_units),
                     STORE_CASE(a_sweep_reaches_a_level_or_chosen_units_and_may_be_widened),
                     STORE_CASE(a_sweep_of_chosen_units_belongs_to_the_unit_above_all_of_them),
                     STORE_CASE(a_zero_answer_is_signed_with_ones_own_name_and_a_pledge),
                     STORE_CASE(what_is_found_goes_into_the_register_once),
                     STORE_CASE(a_zero_answer_found_wrong_is_told_and_answered_again),
                     STORE_CASE(who_does_not_answer_is_told_of_once_a_level),
                     STORE_CASE(one_unit_is_urged_by_itself_and_not_twice),
                     STORE_CASE(a_sweep_is_passed_in_one_go_and_closed), STORE_CASE(all_events_of_sweeps_are_replayed));
}
