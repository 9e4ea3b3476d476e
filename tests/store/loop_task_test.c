/* loop_task_test.c: findings confirmed or disputed, tasks handed down, and what waits for whom. */
#include "record_support.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "loop/task.h"

static struct {
    int64_t root, firm, plant, source, finding, measure, task;
    struct actor office, approver, reporter, outsider;
} world;

static void make_world(struct store *store)
{
    memset(&world, 0, sizeof world);
    world.root = make_root(store);
    world.firm = make_unit(store, world.root, "F", "东部公司");
    world.plant = make_unit(store, world.firm, "F1", "东部一厂");
    (void)make_unit(store, world.root, "W", "西部公司");
    world.office = make_actor(store, "office", "office", world.root, LABEL_WORK_SECRET);
    world.approver = make_actor(store, "approver", "unit_approver", world.firm, LABEL_INTERNAL);
    world.reporter = make_actor(store, "reporter", "unit_reporter", world.plant, LABEL_INTERNAL);
    world.outsider =
        make_actor(store, "outsider", "unit_approver", count_sql(store, "SELECT id FROM unit WHERE code = 'W'"), 1);
    world.source = make_source(store, world.root, "LY-2026-001");
    world.finding = make_finding(store, world.source, "担保管理不规范");
    give_finding(store, world.finding, world.firm, "2026-12-31");
    world.measure = make(
        store, &command_measure_plan,
        jsonf(store, "{'finding_id': %lld, 'text': '清理超比例担保', 'due': '2026-11-30'}", (long long)world.finding));
}

static void make_task(struct store *store)
{
    struct value *result;
    STORE_OK(
        run_as(store, &world.office, &command_task_assign,
               jsonf(store, "{'measure_id': %lld, 'unit_id': %lld}", (long long)world.measure, (long long)world.firm),
               &result));
    world.task = value_get_int(result, "id", 0);
    assert_true(str_equal(value_get_text(result, "no"), STR("LY-2026-001-001-T1")));
}

static enum rc move(struct store *store, const struct actor *actor, const struct command *command, int64_t id)
{
    return run_as(store, actor, command, jsonf(store, "{'id': %lld, 'reason': '说明'}", (long long)id), NULL);
}

/* Rows of wait for a subject that carry these words: what, kind, id. */
static int64_t waiting(struct store *store, const char *noun, int64_t id, const char *what, const char *kind,
                       int64_t actor)
{
    return count_sqlf(
        store,
        "SELECT count(*) FROM wait WHERE subject_kind = '%s' AND subject_id = %lld AND what = '%s' AND actor_kind = "
        "'%s' AND actor_id = %lld",
        noun, (long long)id, what, kind, (long long)actor);
}

static int64_t mine(struct store *store, const struct actor *actor)
{
    struct db_stmt *st = db_query(store->db, Q_WAIT_MINE);
    struct value *rows;
    actor_bind_scope(st, actor, PERM_TASK_READ);
    db_bind_text(st, "today", STR("2026-11-28"));
    db_bind_int(st, "limit", 100);
    STORE_OK(db_rows(store->ctx, st, &rows));
    return (int64_t)value_count(rows);
}

STORE_TEST(a_finding_waits_for_its_unit_to_confirm)
{
    make_world(store);
    assert_int_equal(waiting(store, "finding", world.finding, "confirm_finding", "unit", world.firm), 1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE subject_kind = 'finding'"), 1);
    assert_int_equal(mine(store, &world.approver), 1);
    assert_int_equal(mine(store, &world.outsider), 0);
    assert_int_equal(move(store, &world.outsider, &command_finding_confirm, world.finding), RC_NOT_FOUND);
    assert_int_equal(move(store, &world.reporter, &command_finding_confirm, world.finding), RC_FORBIDDEN);
    STORE_OK(move(store, &world.approver, &command_finding_confirm, world.finding));
    /* who answers for the unit may not plan: the office and the lead department may */
    assert_int_equal(waiting(store, "finding", world.finding, "plan_finding", "office", world.firm), 1);
    assert_int_equal(waiting(store, "finding", world.finding, "plan_finding", "lead_department", world.firm), 1);
    assert_int_equal(mine(store, &world.approver), 0);
    assert_int_equal(mine(store, &world.office), 1);
    assert_int_equal(move(store, &world.approver, &command_finding_confirm, world.finding), RC_GUARD);
    assert_string_equal(issue_key(store), "lifecycle.not_in_state");
    assert_int_equal(count_sql(store, "SELECT count(*) FROM cycle WHERE state = 'confirmed' AND n = 1"), 1);
    expect_rebuild_equal(store);
}

STORE_TEST(a_disputed_finding_goes_to_the_office_and_moves_on)
{
    make_world(store);
    STORE_OK(move(store, &world.approver, &command_finding_dispute, world.finding));
    assert_int_equal(waiting(store, "finding", world.finding, "decide_dispute", "office", world.firm), 1);
    assert_int_equal(mine(store, &world.office), 1);
    STORE_OK(run_as(store, &world.office, &command_finding_change,
                    jsonf(store, "{'id': %lld, 'unit_id': %lld}", (long long)world.finding, (long long)world.plant),
                    NULL));
    assert_int_equal(waiting(store, "finding", world.finding, "confirm_finding", "unit", world.plant), 1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait"), 1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM finding WHERE status = 'registered'"), 1);
    STORE_OK(move(store, &world.approver, &command_finding_dispute, world.finding)); /* the new unit has a say too */
    STORE_OK(run_as(store, &world.office, &command_finding_change,
                    jsonf(store, "{'id': %lld, 'title': '另一标题'}", (long long)world.finding), NULL));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM finding WHERE status = 'disputed'"), 1);
    STORE_OK(move(store, &world.office, &command_finding_withdraw, world.finding));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait"), 0);
    STORE_OK(move(store, &world.office, &command_finding_restore, world.finding));
    assert_int_equal(waiting(store, "finding", world.finding, "confirm_finding", "unit", world.plant), 1);
    expect_rebuild_equal(store);
}

STORE_TEST(a_task_is_accepted_split_and_cancelled_from_below)
{
    make_world(store);
    make_task(store);
    assert_int_equal(waiting(store, "task", world.task, "accept_task", "unit", world.firm), 1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM task WHERE due = '2026-11-30' AND state = 'assigned'"), 1);
    assert_int_equal(move(store, &world.reporter, &command_task_accept, world.task), RC_NOT_FOUND);
    STORE_OK(move(store, &world.approver, &command_task_accept, world.task));
    struct value *result;
    const char *part = "{'id': %lld, 'unit_id': %lld, 'weight': %d}";
    STORE_OK(run_as(store, &world.approver, &command_task_split,
                    jsonf(store, part, (long long)world.task, (long long)world.plant, 30), &result));
    int64_t child = value_get_int(result, "id", 0);
    assert_int_equal(run_as(store, &world.approver, &command_task_split,
                            jsonf(store, part, (long long)world.task, (long long)world.root, 30), NULL),
                     RC_FORBIDDEN);
    assert_int_equal(run_as(store, &world.approver, &command_task_split,
                            jsonf(store, part, (long long)world.task, (long long)world.plant, 0), NULL),
                     RC_INVALID);
    assert_string_equal(issue_field(store), "weight");
    STORE_OK(move(store, &world.reporter, &command_task_accept, child));
    assert_int_equal(count_sql(store, "SELECT open_children FROM task WHERE parent_id IS NULL"), 1);
    assert_int_equal(move(store, &world.office, &command_task_cancel, world.task), RC_GUARD);
    assert_string_equal(issue_key(store), "guard.task_open_children");
    STORE_OK(move(store, &world.office, &command_task_cancel, child));
    STORE_OK(move(store, &world.office, &command_task_cancel, world.task));
    assert_int_equal(count_sql(store, "SELECT child_count + open_children FROM task WHERE parent_id IS NULL"), 0);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE subject_kind = 'task'"), 0);
    expect_clean(store);
    expect_rebuild_equal(store);
}

static enum rc change(struct store *store, const struct actor *actor, const char *fields)
{
    return run_as(store, actor, &command_task_change, jsonf(store, "{'id': %lld, %s}", (long long)world.task, fields),
                  NULL);
}

STORE_TEST(a_task_keeps_its_dates_once_accepted)
{
    make_world(store);
    make_task(store);
    assert_int_equal((int64_t)search_hits(store, "超比例"), 2); /* measure and task */
    assert_int_equal(change(store, &world.approver, "'goal': '甲'"), RC_FORBIDDEN);
    assert_int_equal(change(store, &world.office, "'weight': 0"), RC_INVALID);
    assert_int_equal(change(store, &world.office, "'start': '2026-12-30'"), RC_INVALID);
    assert_string_equal(issue_field(store), "start");
    STORE_OK(
        change(store, &world.office, "'due': '2026-12-10', 'goal': '解除担保三笔', 'title': '解除担保', 'rev': 1"));
    assert_int_equal(change(store, &world.office, "'goal': '乙', 'rev': 1"), RC_CONFLICT);
    assert_int_equal(
        count_sql(store, "SELECT count(*) FROM task WHERE due = '2026-12-10' AND original_due = due AND rev = 2"), 1);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE subject_kind = 'task' AND title = '解除担保'"),
                     1);
    assert_int_equal((int64_t)search_hits(store, "三笔"), 1);
    int64_t before = event_count(store);
    STORE_OK(change(store, &world.office, "'goal': '解除担保三笔'"));
    assert_int_equal(event_count(store), before);
    STORE_OK(move(store, &world.approver, &command_task_accept, world.task));
    assert_int_equal(change(store, &world.office, "'due': '2026-12-20', 'reason': '来不及'"), RC_INVALID);
    assert_string_equal(issue_key(store), "task.due_is_agreed");
    assert_int_equal(change(store, &world.office, "'weight': 50"), RC_INVALID);
    assert_string_equal(issue_field(store), "reason");
    STORE_OK(change(store, &world.office, "'weight': 50, 'reason': '调整'"));
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(a_disputed_task_is_decided_above)
{
    make_world(store);
    make_task(store);
    assert_int_equal(run_as(store, &world.approver, &command_task_dispute,
                            jsonf(store, "{'id': %lld}", (long long)world.task), NULL),
                     RC_INVALID);
    assert_string_equal(issue_field(store), "reason");
    STORE_OK(move(store, &world.approver, &command_task_dispute, world.task));
    assert_int_equal(waiting(store, "task", world.task, "decide_dispute", "office", world.firm), 1);
    assert_int_equal(move(store, &world.approver, &command_task_uphold, world.task), RC_FORBIDDEN);
    STORE_OK(run_as(
        store, &world.office, &command_task_uphold,
        jsonf(store, "{'id': %lld, 'unit_id': %lld, 'reason': '改派'}", (long long)world.task, (long long)world.plant),
        NULL));
    assert_int_equal(waiting(store, "task", world.task, "accept_task", "unit", world.plant), 1);
    assert_int_equal(mine(store, &world.reporter), 1);
    STORE_OK(change(store, &world.office, "'weight': 40"));
    STORE_OK(move(store, &world.reporter, &command_task_accept, world.task));
    expect_kinds(store, "task");
    expect_rebuild_equal(store);
}

STORE_TEST(a_disputed_part_is_decided_by_the_unit_that_handed_it_down)
{
    make_world(store);
    make_task(store);
    STORE_OK(move(store, &world.approver, &command_task_accept, world.task));
    struct value *result;
    STORE_OK(run_as(store, &world.approver, &command_task_split,
                    jsonf(store, "{'id': %lld, 'unit_id': %lld}", (long long)world.task, (long long)world.plant),
                    &result));
    int64_t part = value_get_int(result, "id", 0);
    STORE_OK(move(store, &world.reporter, &command_task_dispute, part));
    assert_int_equal(waiting(store, "task", part, "decide_dispute", "unit_approver", world.firm), 1);
    assert_int_equal(move(store, &world.reporter, &command_task_uphold, part), RC_FORBIDDEN);
    assert_int_equal(mine(store, &world.approver), 3); /* the dispute, the task itself, the finding to confirm */
    STORE_OK(move(store, &world.approver, &command_task_uphold, part));
    assert_int_equal(waiting(store, "task", part, "accept_task", "unit", world.plant), 1);
    expect_rebuild_equal(store);
}

STORE_TEST(a_task_has_the_label_of_its_finding)
{
    make_world(store);
    make_task(store);
    STORE_OK(run_as(store, &world.office, &command_finding_change,
                    jsonf(store, "{'id': %lld, 'label': 2}", (long long)world.finding), NULL));
    assert_int_equal(count_sql(store, "SELECT label FROM task"), 2);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM wait WHERE label <> 2"), 0);
    assert_int_equal(mine(store, &world.approver), 0);
    assert_int_equal(move(store, &world.approver, &command_task_accept, world.task), RC_NOT_FOUND);
    expect_rebuild_equal(store);
}

STORE_TEST(a_task_names_who_does_it)
{
    make_world(store);
    int64_t boss =
        make(store, &command_person_create, jsonf(store, "{'unit_id': %lld, 'name': '甲'}", (long long)world.firm));
    assert_int_equal(run_as(store, &world.office, &command_task_assign,
                            jsonf(store, "{'measure_id': %lld, 'unit_id': %lld, 'doer_id': 999999}",
                                  (long long)world.measure, (long long)world.firm),
                            NULL),
                     RC_INVALID);
    assert_string_equal(issue_field(store), "doer_id");
    STORE_OK(run_as(store, &world.office, &command_task_assign,
                    jsonf(store, "{'measure_id': %lld, 'unit_id': %lld, 'doer_id': %lld}", (long long)world.measure,
                          (long long)world.firm, (long long)boss),
                    NULL));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM duty WHERE role = 'doer' AND actor_kind = 'person'"), 1);
    expect_rebuild_equal(store);
}

static struct db_stmt *work(struct store *store, enum query query, const char *wide)
{
    struct db_stmt *st = db_query(store->db, query);
    actor_bind_scope(st, &world.office, PERM_TASK_READ);
    db_bind_text(st, "today", STR("2026-11-28"));
    db_bind_text(st, "week", STR("2026-11-29"));
    db_bind_text(st, "wide", str_from_cstr(wide));
    db_bind_text(st, "role", STR("office"));
    db_bind_int(st, "most", 1000);
    db_bind_int(st, "limit", 100);
    return st;
}

STORE_TEST(the_work_of_a_wide_role_is_the_same_by_either_way)
{
    static const char *const dues[] = {"'2026-11-01'", "'2026-11-28'", "'2026-11-29'", "'2027-01-01'", "NULL"};
    make_world(store);
    for (int i = 0; i < 5; i++) {
        int64_t id = make_finding(store, world.source, "重复");
        assert_int_equal(move(store, NULL, &command_finding_dispute, id), RC_OK);
        tamperf(store,
                "UPDATE wait SET due = %s, due_key = coalesce(%s, '9999-12-31') WHERE subject_id = %lld AND "
                "actor_kind = 'office'",
                dues[i], dues[i], (long long)id);
    }
    struct value *gathered, *left, *walked, *rows, *walked_rows;
    STORE_OK(db_first_row(store->ctx, work(store, Q_WORK_COUNT, ""), &gathered));
    STORE_OK(db_first_row(store->ctx, work(store, Q_WORK_COUNT, ",office,"), &left));
    STORE_OK(db_first_row(store->ctx, work(store, Q_WORK_COUNT_ROLE, ""), &walked));
    assert_int_equal(value_get_int(walked, "overdue", 0) + value_get_int(walked, "today", 0) +
                         value_get_int(walked, "week", 0) + value_get_int(walked, "later", 0),
                     5);
    assert_int_equal(value_get_int(walked, "later", 0), 2);
    struct value *whole; /* the office of this test is held for the whole organisation */
    STORE_OK(db_first_row(store->ctx, work(store, Q_WORK_COUNT_WHOLE, ""), &whole));
    static const char *const all[] = {"overdue", "today", "week", "later"};
    for (int i = 0; i < 4; i++)
        assert_int_equal(value_get_int(whole, all[i], 0), value_get_int(walked, all[i], 0));
    assert_int_equal(value_get_int(gathered, "total", 0), value_get_int(left, "total", 0) + 5);
    static const char *const keys[] = {"overdue", "today", "week"};
    for (int i = 0; i < 3; i++)
        assert_int_equal(value_get_int(gathered, keys[i], 0),
                         value_get_int(left, keys[i], 0) + value_get_int(walked, keys[i], 0));
    STORE_OK(db_rows(store->ctx, work(store, Q_WAIT_MINE, ""), &rows));
    STORE_OK(db_rows(store->ctx, work(store, Q_WORK_OF_ROLE, ""), &walked_rows));
    assert_int_equal(value_count(walked_rows), 5);
    const struct value *other = walked_rows->items.first; /* in the same order as in the whole list */
    VALUE_EACH (row, rows)
        if (other && value_get_int(row, "id", 0) == value_get_int(other, "id", 0))
            other = other->next;
    assert_null(other);
}

STORE_TEST(a_task_may_report_in_a_cycle_of_its_own)
{
    make_world(store);
    make_task(store);
    STORE_OK(run_as(store, &world.office, &command_task_change,
                    jsonf(store, "{'id': %lld, 'report_cycle': 'days', 'report_days': 10}", (long long)world.task),
                    NULL));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM task WHERE report_cycle = 'days:10'"), 1);
    for (int i = 0; i < 2; i++) {
        enum rc rc = run_as(
            store, &world.office, &command_task_change,
            jsonf(store, "{'id': %lld, 'report_cycle': 'days', 'report_days': %d}", (long long)world.task, i ? 367 : 0),
            NULL);
        assert_int_equal(rc, RC_INVALID);
        assert_string_equal(issue_field(store), "report_days");
    }
    STORE_OK(run_as(store, &world.office, &command_task_change,
                    jsonf(store, "{'id': %lld, 'report_cycle': 'monthly', 'report_days': 10}", (long long)world.task),
                    NULL));
    assert_int_equal(count_sql(store, "SELECT count(*) FROM task WHERE report_cycle = 'monthly'"), 1);
}

int main(void)
{
    return STORE_RUN(STORE_CASE(a_finding_waits_for_its_unit_to_confirm),
                     STORE_CASE(a_disputed_finding_goes_to_the_office_and_moves_on),
                     STORE_CASE(a_task_is_accepted_split_and_cancelled_from_below),
                     STORE_CASE(a_disputed_task_is_decided_above),
                     STORE_CASE(a_disputed_part_is_decided_by_the_unit_that_handed_it_down),
                     STORE_CASE(a_task_keeps_its_dates_once_accepted), STORE_CASE(a_task_has_the_label_of_its_finding),
                     STORE_CASE(a_task_names_who_does_it), STORE_CASE(a_task_may_report_in_a_cycle_of_its_own),
                     STORE_CASE(the_work_of_a_wide_role_is_the_same_by_either_way));
}
