/* record_random_test.c: random sequences of commands keep what must always hold.
 *
 * BIHUAN_RANDOM_SEED and BIHUAN_RANDOM_COMMANDS give the same sequence again, or a longer one; both are printed.
 */
#include "record_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UNITS_MAX = 60, THINGS_MAX = 4000 };

static uint64_t random_state;

static uint32_t next_random(uint32_t below)
{
    random_state ^= random_state << 13; /* xorshift64 */
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)((random_state >> 16) % below);
}

static struct world {
    struct store *store;
    int64_t units[UNITS_MAX], sources[20], findings[THINGS_MAX], measures[THINGS_MAX], accounts[20], grants[200];
    int unit_count, source_count, finding_count, measure_count, account_count, grant_count;
    long done, refused;
} world;

static int64_t pick(const int64_t *ids, int count) { return count ? ids[next_random((uint32_t)count)] : 999999; }

/* Runs in a fresh arena; refusals are part of the game, broken rules are not. */
static int64_t attempt(const struct command *command, const char *input, const char *key)
{
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(16 << 20);
    struct ctx ctx = {.arena = arena};
    struct store inner = *world.store;
    struct value *result = NULL;
    inner.ctx = &ctx;
    enum rc rc = run(&inner, command, json(&inner, input), &result);
    if (rc != RC_OK && rc != RC_GUARD && rc != RC_INVALID && rc != RC_CONFLICT && rc != RC_NOT_FOUND)
        fail_msg("%s gives %s for %s", command->name, rc_name(rc), input);
    world.done += rc == RC_OK;
    world.refused += rc != RC_OK;
    return rc == RC_OK ? value_get_int(result, key, 0) : 0;
}

static void keep(int64_t *ids, int *count, int max, int64_t id)
{
    if (id && *count < max)
        ids[(*count)++] = id;
}

static void step(int number)
{
    static const char *const words[] = {"担保", "贸易", "债务", "考核", "采购", "党建", "安全", "合同"};
    static const char *const roles[] = {"office", "reader", "reviewer", "system_admin", "audit_admin", "finance"};
    static const char *const phases[] = {"immediate", "concentrated", "long_term"};
    char input[1000];
    struct world *w = &world;
    long long unit = pick(w->units, w->unit_count), other = pick(w->units, w->unit_count),
              finding = pick(w->findings, w->finding_count);
    const char *word = words[next_random(8)], *more = words[next_random(8)];
    switch (next_random(12)) {
    case 0:
        snprintf(input, sizeof input,
                 "{'parent_id': %lld, 'code': 'U%u', 'name': '%s公司%d', 'valid_from': '2015-01-01'}", unit,
                 next_random(80), word, number);
        keep(w->units, &w->unit_count, UNITS_MAX, attempt(&command_unit_create, input, "id"));
        return;
    case 1:
        snprintf(input, sizeof input, "{'id': %lld, 'parent_id': %lld, 'valid_from': '20%02u-0%u-11'}", unit, other,
                 15 + next_random(10), 1 + next_random(9));
        (void)attempt(&command_unit_move, input, "id");
        return;
    case 2:
        snprintf(input, sizeof input, "{'id': %lld, 'code': 'U%u', 'name': '%s集团'}", unit, next_random(80), word);
        (void)attempt(&command_unit_change, input, "id");
        return;
    case 3:
    case 4:
        snprintf(input, sizeof input,
                 "{'source_id': %lld, 'title': '%s%s', 'facts': '%s', 'unit_id': %lld, 'label': %u, 'phase': '%s'}",
                 (long long)pick(w->sources, w->source_count), word, more, more, unit, next_random(4),
                 phases[next_random(3)]);
        keep(w->findings, &w->finding_count, THINGS_MAX, attempt(&command_finding_create, input, "id"));
        return;
    case 5:
    case 6:
        snprintf(input, sizeof input, "{'id': %lld, 'rev': %u, 'title': '%s%s', 'unit_id': %lld, 'due': '2026-1%u-01'}",
                 finding, 1 + next_random(3), more, word, unit, next_random(3));
        (void)attempt(&command_finding_change, input, "id");
        return;
    case 7:
        snprintf(input, sizeof input, "{'ids': [%lld, %lld, 5], 'field': 'label', 'value': '%u'}", finding,
                 (long long)pick(w->findings, w->finding_count), next_random(4));
        (void)attempt(&command_finding_bulk, input, "id");
        return;
    case 8:
        snprintf(input, sizeof input, "{'finding_id': %lld, 'text': '%s %s', 'phase': '%s'}", finding, word, more,
                 phases[next_random(3)]);
        keep(w->measures, &w->measure_count, THINGS_MAX, attempt(&command_measure_plan, input, "id"));
        return;
    case 9:
        snprintf(input, sizeof input, "{'id': %lld, 'text': '%s', 'phase': '%s'}",
                 (long long)pick(w->measures, w->measure_count), word, phases[next_random(3)]);
        (void)attempt(&command_measure_change, input, "id");
        return;
    case 10:
        snprintf(input, sizeof input, "{'id': %lld, 'role': '%s', 'unit_id': %lld, 'clearance': %u}",
                 (long long)pick(w->accounts, w->account_count), roles[next_random(6)], unit, next_random(4));
        keep(w->grants, &w->grant_count, 200, attempt(&command_grant_give, input, "grant_id"));
        return;
    default:
        if (next_random(2)) {
            snprintf(input, sizeof input, "{'login': 'user%u', 'name': '%s'}", next_random(20), word);
            keep(w->accounts, &w->account_count, 20, attempt(&command_account_create, input, "id"));
        } else {
            snprintf(input, sizeof input, "{'grant_id': %lld}", (long long)pick(w->grants, w->grant_count));
            (void)attempt(&command_grant_take, input, "id");
        }
    }
}

/* The index knows the words of the tables and no others: asked by LIKE. */
static void check_search(struct store *store)
{
    static const char *const words[] = {"担保", "贸易", "债务", "考核", "采购", "党建", "安全", "合同"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        int64_t by_index = search_hits(store, words[i]);
        int64_t by_like =
            count_sqlf(store, "SELECT count(*) FROM search_doc WHERE title LIKE '%%%s%%' OR body LIKE '%%%s%%'",
                       words[i], words[i]);
        if (by_like < 1000 && by_like != by_index)
            fail_msg("%s: %lld documents, %lld hits", words[i], (long long)by_like, (long long)by_index);
    }
    assert_int_equal(count_sql(store, "SELECT count(*) FROM finding f JOIN search_doc d ON d.id = f.id WHERE d.title "
                                      "<> f.title OR d.unit_id <> f.unit_id "
                                      "OR d.label <> f.label"),
                     0);
    assert_int_equal(
        count_sql(
            store,
            "SELECT count(*) FROM measure m JOIN finding f ON f.id = m.finding_id JOIN search_doc d ON d.id = m.id "
            "WHERE d.title <> m.text OR d.unit_id <> f.unit_id OR d.label <> f.label"),
        0);
}

STORE_TEST(random_commands_keep_the_invariants)
{
    const char *seed = getenv("BIHUAN_RANDOM_SEED"), *count = getenv("BIHUAN_RANDOM_COMMANDS");
    int commands = count ? (int)strtol(count, NULL, 10) : 3000;
    memset(&world, 0, sizeof world);
    world.store = store;
    random_state = seed ? strtoull(seed, NULL, 10) : 20261124;
    print_message("# BIHUAN_RANDOM_SEED=%llu BIHUAN_RANDOM_COMMANDS=%d\n", (unsigned long long)random_state, commands);
    STORE_OK(db_set_bulk(store->db, true));
    keep(world.units, &world.unit_count, UNITS_MAX, make_root(store));
    for (int i = 0; i < 5; i++) {
        char no[32];
        snprintf(no, sizeof no, "LY-2026-%03d", i + 1);
        keep(world.sources, &world.source_count, 20, make_source(store, world.units[0], no));
    }
    for (int i = 0; i < commands; i++) {
        step(i);
        if (i % 1000 == 999)
            expect_clean(store); /* chains, heads, counts, ancestors, scopes */
    }
    print_message("# %ld done, %ld refused, %lld events\n", world.done, world.refused, (long long)event_count(store));
    assert_true(world.done > commands / 4);
    expect_clean(store);
    check_search(store);
    expect_rebuild_equal(store);
}

int main(void) { return STORE_RUN(STORE_CASE(random_commands_keep_the_invariants)); }
