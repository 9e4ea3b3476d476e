/* loop_handover_test.c: what a leader hands over is what is still open. */
#include "loop_closing_support.h"

#include <stdio.h>

#include "loop/duty.h"
#include "loop/handover.h"

static int64_t one(struct store *store, const char *format, int64_t id)
{
    return count_sqlf(store, format, (long long)id); /* NOLINT */
}

static int64_t make_led(struct store *store, int64_t leader, const char *title)
{
    int64_t finding = make_finding(store, world.source, title);
    (void)make(store, &command_finding_charge,
               jsonf(store, "{'id': %lld, 'lead_leader_id': %lld}", (long long)finding, (long long)leader));
    return finding;
}

static enum rc sign(struct store *store, const struct actor *actor, int64_t id)
{
    return run_as(store, actor, &command_handover_sign, jsonf(store, "{'id': %lld}", (long long)id), NULL);
}

/* Who leads the finding now; what the leader's page lists. */
static bool leads(struct store *store, int64_t finding, int64_t person)
{
    return count_sqlf(store, "SELECT count(*) FROM duty WHERE subject_id = %lld AND actor_id = %lld AND until IS NULL",
                      (long long)finding, (long long)person) == 1;
}

static int64_t listed(struct store *store, int64_t person)
{
    struct db_stmt *st = db_query(store->db, Q_LEADER_DUTIES);
    struct value *rows;
    actor_bind_scope(st, &world.office, PERM_TASK_READ);
    db_bind_int(st, "id", person);
    db_bind_text(st, "today", STR("2026-06-01"));
    STORE_OK(db_rows(store->ctx, st, &rows));
    return (int64_t)value_count(rows);
}

STORE_TEST(what_is_closed_stays_with_who_led_it)
{
    closing_make_world(store);
    int64_t boss = closing_person_of(store, &world.leader);
    struct actor heir = closing_make_person(store, "heir", "lead_leader", world.root);
    int64_t heir_id = closing_person_of(store, &heir);
    int64_t before = make_led(store, boss, "早已销号"), between = make_led(store, boss, "签字前销号"),
            open = make_led(store, boss, "还在整改"), gone = make_led(store, boss, "撤下的");
    closing_close(store, before);
    STORE_OK(
        run(store, &command_finding_withdraw, jsonf(store, "{'id': %lld, 'reason': '重复'}", (long long)gone), NULL));
    assert_int_equal(listed(store, boss), 2);
    struct value *result;
    STORE_OK(run_as(store, &world.office, &command_handover_begin,
                    jsonf(store, "{'from_person': %lld, 'to_person': %lld}", (long long)boss, (long long)heir_id),
                    &result));
    int64_t handover = value_get_int(result, "id", 0);
    assert_int_equal(
        one(store, "SELECT count(*) FROM handover_item WHERE handover_id = %lld AND kind = 'duty'", handover), 2);
    assert_int_equal(one(store, "SELECT count(*) FROM handover_item WHERE subject_id = %lld", before), 0);
    closing_close(store, between);
    STORE_OK(sign(store, &world.leader, handover));
    STORE_OK(sign(store, &heir, handover));
    assert_int_equal(one(store, "SELECT count(*) FROM handover WHERE id = %lld AND state = 'done'", handover), 1);
    assert_true(leads(store, open, heir_id) && !leads(store, open, boss));
    assert_true(leads(store, before, boss) && leads(store, between, boss) && leads(store, gone, boss));
    assert_int_equal(one(store, "SELECT count(*) FROM event WHERE kind = 'duty.handed' AND subject <> %lld", open), 0);
    assert_int_equal(listed(store, boss), 0);
    assert_int_equal(listed(store, heir_id), 1);
    expect_clean(store);
    expect_rebuild_equal(store);
}

/* A finished task and a dropped measure are nobody's to carry on; nobody is asked to sign for nothing. */
STORE_TEST(what_is_finished_below_an_open_finding_is_not_listed)
{
    closing_make_world(store);
    int64_t boss = closing_person_of(store, &world.leader);
    struct actor heir = closing_make_person(store, "heir", "lead_leader", world.root);
    closing_make_ready(store, world.finding); /* its task is done */
    long long leader = (long long)boss;
    STORE_OK(run(store, &command_task_charge,
                 jsonf(store, "{'id': %lld, 'doer_id': %lld}", (long long)world.task, leader), NULL));
    int64_t dropped =
        make(store, &command_measure_plan,
             jsonf(store, "{'finding_id': %lld, 'text': '另一条', 'due': '2099-11-30'}", (long long)world.finding));
    STORE_OK(run(store, &command_measure_charge,
                 jsonf(store, "{'id': %lld, 'lead_leader_id': %lld}", (long long)dropped, leader), NULL));
    assert_int_equal(listed(store, boss), 1);
    STORE_OK(
        run(store, &command_measure_drop, jsonf(store, "{'id': %lld, 'reason': '并入'}", (long long)dropped), NULL));
    assert_int_equal(listed(store, boss), 0);
    STORE_RC(run_as(store, &world.office, &command_handover_begin,
                    jsonf(store, "{'from_person': %lld, 'to_person': %lld}", leader,
                          (long long)closing_person_of(store, &heir)),
                    NULL),
             RC_GUARD);
    assert_string_equal(issue_key(store), "handover.nothing");
}

int main(void)
{
    return STORE_RUN(STORE_CASE(what_is_closed_stays_with_who_led_it),
                     STORE_CASE(what_is_finished_below_an_open_finding_is_not_listed));
}
