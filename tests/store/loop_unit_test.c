/* loop_unit_test.c: the tree of units: one root, no loops, depth, codes, moves with dates, scopes that follow. */
#include "record_support.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

static enum rc move(struct store *store, int64_t id, int64_t parent_id, const char *from)
{
    return run(
        store, &command_unit_move,
        jsonf(store, "{'id': %lld, 'parent_id': %lld, 'valid_from': '%s'}", (long long)id, (long long)parent_id, from),
        NULL);
}

STORE_TEST(there_is_one_root)
{
    int64_t root = make_root(store);
    STORE_RC(run(store, &command_unit_create, json(store, "{'code': 'R2', 'name': 'x'}"), NULL), RC_GUARD);
    assert_string_equal(issue_key(store), "unit.one_root");
    int64_t a = make_unit(store, root, "A", "甲");
    STORE_RC(move(store, root, a, "2020-01-01"), RC_GUARD);
    assert_string_equal(issue_key(store), "unit.root_stays");
    STORE_RC(run(store, &command_unit_create, json(store, "{'parent_id': 999, 'code': 'X', 'name': 'x'}"), NULL),
             RC_NOT_FOUND);
}

STORE_TEST(loops_and_towers_are_refused)
{
    int64_t root = make_root(store), chain[13] = {root};
    char code[16];
    for (int i = 1; i < 12; i++) {
        snprintf(code, sizeof code, "D%d", i);
        chain[i] = make_unit(store, chain[i - 1], code, "x");
    }
    STORE_RC(run(store, &command_unit_create,
                 jsonf(store, "{'parent_id': %lld, 'code': 'D12', 'name': 'x'}", (long long)chain[11]), NULL),
             RC_GUARD);
    assert_string_equal(issue_key(store), "unit.too_deep");
    STORE_RC(move(store, chain[2], chain[5], "2020-01-01"), RC_GUARD);
    assert_string_equal(issue_key(store), "unit.loop");
    STORE_RC(move(store, chain[2], chain[2], "2020-01-01"), RC_GUARD);
    int64_t side = make_unit(store, root, "S", "x"), below = make_unit(store, side, "S1", "x");
    STORE_RC(move(store, side, chain[10], "2020-01-01"), RC_GUARD); /* the unit would fit, what is below it would not */
    assert_string_equal(issue_key(store), "unit.too_deep");
    STORE_OK(move(store, below, chain[10], "2020-01-01"));
    expect_clean(store);
}

STORE_TEST(codes_are_unique)
{
    int64_t root = make_root(store), a = make_unit(store, root, "A", "甲"), b = make_unit(store, root, "B", "乙");
    STORE_RC(run(store, &command_unit_create,
                 jsonf(store, "{'parent_id': %lld, 'code': 'A', 'name': 'x'}", (long long)b), NULL),
             RC_CONFLICT);
    assert_string_equal(issue_key(store), "unit.code_taken");
    assert_string_equal(issue_field(store), "code");
    STORE_RC(
        run(store, &command_unit_change, jsonf(store, "{'id': %lld, 'code': 'B', 'name': 'x'}", (long long)a), NULL),
        RC_CONFLICT);
    STORE_OK(run(store, &command_unit_change, jsonf(store, "{'id': %lld, 'code': 'A', 'name': '甲改名'}", (long long)a),
                 NULL));
    STORE_RC(run(store, &command_unit_change,
                 jsonf(store, "{'id': %lld, 'code': 'A', 'name': 'x', 'uscc': '123'}", (long long)a), NULL),
             RC_INVALID);
}

STORE_TEST(move_keeps_the_history_of_places)
{
    int64_t root = make_root(store), a = make_unit(store, root, "A", "甲"), b = make_unit(store, root, "B", "乙"),
            c = make_unit(store, a, "C", "丙"), d = make_unit(store, c, "D", "丁");
    STORE_RC(move(store, c, b, "2014-12-31"), RC_INVALID); /* before it was there */
    assert_string_equal(issue_key(store), "unit.move_before_start");
    STORE_OK(move(store, c, b, "2020-05-01"));
    STORE_RC(move(store, c, root, "2020-04-30"), RC_INVALID); /* before its present place began */
    STORE_OK(move(store, c, root, "2020-05-01"));             /* the same day: put right */
    STORE_OK(move(store, c, a, "2021-01-01"));
    assert_int_equal(count_sqlf(store, "SELECT count(*) FROM unit_tenure WHERE unit_id = %lld", (long long)c), 3);
    assert_int_equal(
        count_sqlf(store,
                   "SELECT count(*) FROM unit_tenure WHERE unit_id = %lld AND valid_from = '2020-05-01' AND valid_to = "
                   "'2020-12-31' AND parent_id = %lld",
                   (long long)c, (long long)root),
        1);
    assert_int_equal(count_sqlf(store, "SELECT mgmt_level FROM unit WHERE id = %lld", (long long)d), 4);
    STORE_OK(move(store, c, root, "2021-02-01"));
    assert_int_equal(count_sqlf(store, "SELECT mgmt_level FROM unit WHERE id = %lld", (long long)d),
                     3); /* what is below rises with it */
    int64_t before = event_count(store);
    (void)move(store, c, root, "2021-03-01");
    assert_int_equal(event_count(store), before);
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(scope_follows_the_tree)
{
    int64_t root = make_root(store), a = make_unit(store, root, "A", "甲"), b = make_unit(store, root, "B", "乙"),
            c = make_unit(store, a, "C", "丙");
    struct actor office = make_actor(store, "office", "office", b, 1);
    assert_int_equal(actor_check(store->ctx, store->db, &office, PERM_FINDING_WRITE, c, 1), RC_FORBIDDEN);
    STORE_OK(move(store, c, b, "2020-05-01"));
    assert_int_equal(actor_check(store->ctx, store->db, &office, PERM_FINDING_WRITE, c, 1), RC_OK);
    assert_int_equal(actor_check(store->ctx, store->db, &office, PERM_FINDING_WRITE, c, 2), RC_FORBIDDEN);
    int64_t d = make_unit(store, c, "D", "丁");
    assert_int_equal(actor_check(store->ctx, store->db, &office, PERM_FINDING_WRITE, d, 1), RC_OK);
    STORE_OK(move(store, c, a, "2020-06-01"));
    assert_int_equal(actor_check(store->ctx, store->db, &office, PERM_FINDING_WRITE, c, 1), RC_FORBIDDEN);
    assert_int_equal(actor_check(store->ctx, store->db, &office, PERM_FINDING_WRITE, d, 1), RC_FORBIDDEN);
    STORE_RC(run_as(store, &office, &command_unit_create,
                    jsonf(store, "{'parent_id': %lld, 'code': 'X', 'name': 'x'}", (long long)a), NULL),
             RC_FORBIDDEN);
    STORE_RC(run_as(store, &office, &command_unit_move,
                    jsonf(store, "{'id': %lld, 'parent_id': %lld}", (long long)b, (long long)a), NULL),
             RC_FORBIDDEN);
    STORE_RC(run_as(store, &office, &command_person_create,
                    jsonf(store, "{'unit_id': %lld, 'name': 'x'}", (long long)a), NULL),
             RC_FORBIDDEN);
    expect_clean(store);
}

int main(void)
{
    return STORE_RUN(STORE_CASE(there_is_one_root), STORE_CASE(loops_and_towers_are_refused),
                     STORE_CASE(codes_are_unique), STORE_CASE(move_keeps_the_history_of_places),
                     STORE_CASE(scope_follows_the_tree));
}
