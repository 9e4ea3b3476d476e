/* loop_random_test.c: random sequences of commands over the whole loop keep what must always hold.
 *
 * Steps: a move of the state tables on something that stands in its state; any command with made-up input; what brings
 * a finding nearer to its end; a later day with its ticks.  Refusals are part of the game.  The twelve invariants are
 * named in loop_random_support.c.  A step is a command that was tried; all the steps are played however long they take.
 * BIHUAN_RANDOM_SEED and BIHUAN_RANDOM_STEPS give the same sequence again, or a longer one; both are printed.
 * BIHUAN_RANDOM_TALK prints each command and its outcome.
 */
#include "loop_random_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "loop/evidence.h"
#include "loop/lifecycle.h"
#include "loop/tick.h"
#include "serve/page.h"

enum {
    STEPS = 3000,
    CHECK_EVERY = 500,
    AT_WORK = 8, /* the newest findings, which are led to their end */
    /* turns after which one more may stay behind: nobody may sign it any more, or its unit is another */
    STUCK_AFTER = 300,
    HOUR_MS = 3600 * 1000
};

/* ---- running ------------------------------------------------------------------------------------------------ */

static void set_day(int32_t day)
{
    game.day = day;
    clock_set_ms(((int64_t)day * 24 + 10) * HOUR_MS - (int64_t)CLOCK_CHINA_OFFSET_S * 1000);
}

/* In a fresh arena.  keys, which may be NULL, gets the keys of all that is missing, apart by blanks. */
static enum rc attempt(struct store *store, const struct actor *actor, const struct command *command,
                       const struct value *given, int64_t *ret_id, char keys[400])
{
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(32 << 20);
    struct ctx ctx = {.arena = arena};
    struct store inner = *store;
    struct value *result = NULL;
    inner.ctx = &ctx;
    struct value *raw = any_input(&inner, command, given);
    struct buf text;
    buf_init(&text, 100000);
    value_write_json(&text, raw, false);
    snprintf(game.last, sizeof game.last, "%s as %.*s: %.250s", command->name, STR_ARG(actor->login), text.p);
    buf_done(&text);
    enum rc rc = run_as(&inner, actor, command, raw, &result);
    if (keys)
        keys[0] = '\0';
    for (const struct ctx_issue *issue = ctx.first; keys && issue; issue = issue->next)
        if (strlen(keys) + issue->key.n + 2 < 400) {
            strncat(keys, issue->key.p, issue->key.n);
            strcat(keys, " "); /* NOLINT */
        }
    if (rc != RC_OK && rc != RC_GUARD && rc != RC_INVALID && rc != RC_CONFLICT && rc != RC_NOT_FOUND &&
        rc != RC_FORBIDDEN)
        fail_msg("%s gives %s (%.*s)", game.last, rc_name(rc), STR_ARG(ctx.first ? ctx.first->key : STR_EMPTY));
    if (getenv("BIHUAN_RANDOM_TALK"))
        print_message("# %s %s %.*s %.*s\n", rc_name(rc), game.last, STR_ARG(ctx.first ? ctx.first->key : STR_EMPTY),
                      STR_ARG(ctx.first ? ctx.first->field : STR_EMPTY));
    game.done += rc == RC_OK;
    game.refused += rc != RC_OK;
    if (rc == RC_OK && ret_id)
        *ret_id = value_get_int(result, "id", 0);
    return rc;
}

/* A date so many days from the game's day. */
static const char *day_after(int32_t days)
{
    static char text[DATE_TEXT_BYTES];
    return date_format(game.day + days, text).p;
}

/* Any of them, the office and the unit's own people more often. */
static const struct actor *any_actor(void)
{
    static const int often[] = {0, 3, 3, 6};
    return &game.actors[any_random(3) ? often[any_random(4)] : (int)any_random(ACTORS)];
}

/* ---- steps -------------------------------------------------------------------------------------------------- */

/* A move of the tables, on something in one of its states. */
static void step_move(struct store *store)
{
    const struct lifecycle_move *move = &lifecycle_table[any_random((uint32_t)lifecycle_count)];
    const char *noun = lifecycle_noun_name(move->noun), *table = any_table_of_noun(str_from_cstr(noun));
    char states[200] = "", name[80];
    struct str rest = str_from_cstr(move->from), part;
    if (!table || move->who == WHO_FOLLOWS)
        return;
    while (str_split_next(&rest, '|', &part))
        snprintf(states + strlen(states), sizeof states - strlen(states), "%s'%.*s'", *states ? ", " : "",
                 STR_ARG(part));
    /* the state of an item of a look-back is worked out when it is read */
    const char *column = lifecycle_noun_column(move->noun);
    struct str where = STR("");
    if (move->noun != NOUN_LOOKBACK_ITEM)
        where = arena_format(store->ctx->arena, "WHERE %s IN (%s)", column, states);
    int64_t id = count_sqlf(store, "SELECT coalesce((SELECT id FROM %s %s ORDER BY (id * %u) %% 997, id LIMIT 1), 0)",
                            table, where.p, 1 + any_random(900));
    snprintf(name, sizeof name, "%s.%s", noun, move->command);
    const struct command *command = command_find_name(str_from_cstr(name));
    if (id && command)
        (void)attempt(store, any_actor(), command, jsonf(store, "{'id': %lld}", (long long)id), NULL, NULL);
}

static void step_any(struct store *store)
{
    const struct command *command = command_table[any_random((uint32_t)command_count)];
    if (!any_is_elsewhere(command))
        (void)attempt(store, any_random(8) ? any_actor() : &game.actors[3], command, NULL, NULL, NULL);
}

/* Something new beside the findings. */
static void step_make(struct store *store)
{
    static const char *const makers[] = {"sweep.open",     "lookback.draw", "rule.draft",
                                         "meeting.create", "lead.start",    "group.set_up",
                                         "letter.draft",   "finding.urge",  "task.extend",
                                         "task.split",     "node.plan",     "measure.plan",
                                         "cause.find",     "finding.link",  "measure.expect",
                                         "meeting.decide", "task.report",   "finding.propose_reopen",
                                         "finding.keep",   "finding.end",   "task.to_long_term",
                                         "finding.charge", "evidence.link"};
    const struct command *command =
        command_find_name(str_from_cstr(makers[any_random(sizeof makers / sizeof makers[0])]));
    assert_non_null(command);
    any_lean(any_random(2));
    (void)attempt(store, any_random(2) ? &world.office : &world.chief, command, NULL, NULL, NULL);
    any_lean(false);
}

static void prove(struct store *store, int64_t task)
{
    int64_t id = 0;
    char today[DATE_TEXT_BYTES];
    struct value *given =
        jsonf(store,
              "{'subject_kind': 'task', 'subject_id': %lld, 'class': 'photo', 'made_on': '%s', 'sha256': '%064llx', "
              "'file_name': 'a.png', 'media_type': 'image/png', 'format': 'png', 'size_bytes': 3}",
              (long long)task, date_format(clock_today(), today).p, (unsigned long long)any_random(1u << 30) + 1);
    if (attempt(store, &world.reporter, &command_evidence_add, given, &id, NULL) == RC_OK)
        (void)attempt(store, &world.chief, &command_evidence_judge,
                      jsonf(store, "{'id': %lld, 'n': 1, 'verdict': 'effective'}", (long long)id), NULL, NULL);
}

static void run_named(struct store *store, const struct actor *actor, const char *name, const char *input, int64_t id)
{
    const struct command *command = command_find_name(str_from_cstr(name));
    char text[400];
    assert_non_null(command);
    snprintf(text, sizeof text, input, (long long)id, (long long)world.firm); /* NOLINT */
    any_lean(true);
    (void)attempt(store, actor, command, json(store, text), NULL, NULL);
    any_lean(false);
}

static void push_task(struct store *store, int64_t task)
{
    char sql[200];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM task WHERE id = %lld AND state = ", (long long)task);
    char with[260];
#define IS(word) (snprintf(with, sizeof with, "%s'" word "'", sql), count_sql(store, with))
    if (IS("assigned"))
        run_named(store, &world.reporter, "task.accept", "{'id': %lld}", task);
    else if (IS("disputed"))
        run_named(store, &world.office, "task.uphold", "{'id': %lld, 'reason': '维持'}", task);
    else if (IS("submitted"))
        run_named(store, any_random(2) ? &world.office : &world.department, "task.pass", "{'id': %lld}", task);
    else {
        int64_t report =
            ask(store, "SELECT coalesce(max(id), 0) FROM report WHERE task_id = %lld AND state IN ('due', 'returned')",
                task);
        int64_t sent =
            ask(store, "SELECT coalesce(max(id), 0) FROM report WHERE task_id = %lld AND state = 'submitted'", task);
        int64_t child =
            ask(store,
                "SELECT coalesce(max(id), 0) FROM task WHERE parent_id = %lld AND state NOT IN ('done', 'cancelled')",
                task);
        prove(store, task);
        if (report)
            run_named(store, &world.reporter, "report.submit", "{'id': %lld, 'progress': 100}", report);
        else if (sent)
            run_named(store, &world.chief, "report.accept", "{'id': %lld}", sent);
        else if (child)
            push_task(store, child);
        else
            run_named(store, &world.reporter, "task.submit", "{'id': %lld}", task);
    }
#undef IS
}

/* What a guard says is missing is put right: the message key tells what. */
static void mend(struct store *store, int64_t finding, const char *keys)
{
    int64_t measure = ask(store,
                          "SELECT coalesce(max(m.id), 0) FROM measure m JOIN finding f ON f.id = m.finding_id WHERE "
                          "f.id = %lld AND m.cycle_n = f.cycle_n AND m.state = 'planned'",
                          finding);
    int64_t task =
        ask(store,
            "SELECT coalesce(max(t.id), 0) FROM task t JOIN measure m ON m.id = t.measure_id JOIN finding f ON f.id = "
            "m.finding_id WHERE f.id = %lld AND m.cycle_n = f.cycle_n AND t.state NOT IN ('done', 'cancelled')",
            finding);
    if (strstr(keys, "_due"))
        (void)attempt(store, &world.office, &command_finding_change,
                      jsonf(store, "{'id': %lld, 'unit_id': %lld, 'due': '%s'}", (long long)finding,
                            (long long)world.firm, day_after(300)),
                      NULL, NULL);
    if (strstr(keys, "_cause"))
        run_named(store, &world.office, "cause.find", "{'finding_id': %lld}", finding);
    if (strstr(keys, "_leader"))
        (void)attempt(store, &world.office, command_find_name(STR("finding.charge")),
                      jsonf(store, "{'id': %lld, 'lead_leader_id': %lld}", (long long)finding, (long long)game.leader),
                      NULL, NULL);
    if (strstr(keys, "_measure") && !measure) {
        int64_t cause =
            ask(store, "SELECT coalesce(max(cause_id), 0) FROM finding_cause WHERE finding_id = %lld", finding);
        struct value *given = jsonf(store, "{'finding_id': %lld, 'phase': 'concentrated', 'due': '%s'}",
                                    (long long)finding, day_after(250));
        if (cause)
            value_put_int(store->ctx->arena, given, "cause_id", cause);
        any_lean(true);
        (void)attempt(store, &world.office, command_find_name(STR("measure.plan")), given, NULL, NULL);
        any_lean(false);
    }
    if (measure && !ask(store, "SELECT count(*) FROM task WHERE measure_id = %lld AND state <> 'cancelled'", measure))
        run_named(store, &world.office, "task.assign", "{'measure_id': %lld, 'unit_id': %lld}", measure);
    if (task && strstr(keys, "_node"))
        run_named(store, &world.office, "node.plan", "{'task_id': %lld}", task);
    if (task && (strstr(keys, "open_task") || strstr(keys, "open_measure") || strstr(keys, "evidence")))
        push_task(store, task);
    int64_t any_task =
        ask(store,
            "SELECT coalesce(max(t.id), 0) FROM task t JOIN measure m ON m.id = t.measure_id JOIN finding f ON f.id = "
            "m.finding_id WHERE f.id = %lld AND m.cycle_n = f.cycle_n AND t.state <> 'cancelled'",
            finding);
    if (any_task && !task && strstr(keys, "evidence"))
        prove(store, any_task);
    if (measure && !task && strstr(keys, "open_measure"))
        run_named(store, &world.chief, "measure.complete", "{'id': %lld}", measure);
    int64_t expected = ask(store,
                           "SELECT coalesce(max(e.id), 0) FROM expected_evidence e JOIN measure m ON m.id = "
                           "e.measure_id WHERE m.finding_id = %lld AND e.is_dropped = 0",
                           finding);
    if (expected && strstr(keys, "no_expected"))
        (void)attempt(store, &world.office, command_find_name(STR("measure.waive")),
                      jsonf(store, "{'id': %lld, 'expected_id': %lld}",
                            (long long)ask(store, "SELECT measure_id FROM expected_evidence WHERE id = %lld", expected),
                            (long long)expected),
                      NULL, NULL);
    if (strstr(keys, "nobody_signs"))
        (void)attempt(store, &world.office, command_find_name(STR("finding.charge")),
                      jsonf(store, "{'id': %lld, 'lead_leader_id': %lld}", (long long)finding, (long long)game.leader),
                      NULL, NULL);
}

/* One of the signers whom the review waits for, else any of them. */
static const struct actor *find_signer(struct store *store, int64_t review)
{
    char today[DATE_TEXT_BYTES];
    struct value *waits;
    struct db_stmt *st = db_query(store->db, Q_WAIT_OF_SUBJECT);
    db_bind_text(st, "noun", STR("review"));
    db_bind_int(st, "id", review);
    STORE_OK(db_rows(store->ctx, st, &waits));
    for (int i = 0; i < SIGNERS; i++) {
        VALUE_EACH (wait, waits) {
            int64_t count;
            st = db_query(store->db, Q_ACTOR_IS_ACCOUNT);
            db_bind_map(st, wait);
            db_bind_int(st, "me", game.signers[i].account_id);
            db_bind_text(st, "today", date_format(clock_today(), today));
            STORE_OK(db_get_int(store->ctx, st, &count));
            if (count)
                return &game.signers[i];
        }
    }
    return NULL;
}

static void push_review(struct store *store, int64_t finding)
{
    int64_t review = ask(store,
                         "SELECT coalesce(max(id), 0) FROM review WHERE state = 'open' AND subject_kind = 'finding' "
                         "AND subject_id = %lld",
                         finding);
    const struct actor *signer = review ? find_signer(store, review) : NULL;
    if (review && any_random(signer ? 25 : 4) == 0)
        run_named(store, &world.chief, "review.withdraw", "{'id': %lld, 'reason': '补充材料'}", review);
    if (signer)
        run_named(store, signer, any_random(30) ? "review.approve" : "review.return", "{'id': %lld, 'reason': '意见'}",
                  review);
}

/* One step nearer to the certificate, for a finding that is under way. */
static void step_push(struct store *store)
{
    static const char *const states[] = {"registered", "disputed",  "confirmed", "planned", "doing",
                                         "returned",   "submitted", "reviewing", "kept"};
    char keys[400];
    const char *state = "";
    int64_t finding = count_sqlf(
        store,
        "SELECT coalesce((SELECT id FROM (SELECT id FROM finding WHERE status NOT IN ('closed', 'ended', "
        "'withdrawn') AND unit_id = %lld ORDER BY id DESC LIMIT %d) AS x ORDER BY (id * %u) %% 997, id LIMIT 1), 0)",
        (long long)world.firm, AT_WORK, 1 + any_random(900));
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        if (!*state && count_sqlf(store, "SELECT count(*) FROM finding WHERE id = %lld AND status = '%s'",
                                  (long long)finding, states[i]))
            state = states[i];
    }
    const struct command *plan = command_find_name(STR("finding.plan"));
    struct value *given = jsonf(store, "{'id': %lld, 'is_pledged': true}", (long long)finding);
    if (strcmp(state, "registered") == 0 || strcmp(state, "disputed") == 0) {
        run_named(store, &world.office, "finding.confirm", "{'id': %lld}", finding);
    } else if (strcmp(state, "confirmed") == 0) {
        if (attempt(store, &world.office, plan,
                    jsonf(store, "{'id': %lld, 'meeting_on': '%s'}", (long long)finding, day_after(-1)), NULL,
                    keys) == RC_GUARD)
            mend(store, finding, keys);
    } else if (strcmp(state, "planned") == 0) {
        run_named(store, &world.office, "finding.start", "{'id': %lld}", finding);
    } else if (strcmp(state, "submitted") == 0 || strcmp(state, "reviewing") == 0) {
        push_review(store, finding);
    } else if (*state && attempt(store, &world.chief, &command_finding_submit, given, NULL, keys) == RC_GUARD) {
        mend(store, finding, keys);
    }
}

static void make_finding_of(struct store *store, int64_t unit)
{
    char title[60];
    snprintf(title, sizeof title, "问题%lld", (long long)event_count(store));
    int64_t finding = make_finding(store, world.source, title);
    STORE_OK(run(
        store, &command_finding_change,
        jsonf(store, "{'id': %lld, 'unit_id': %lld, 'due': '%s'}", (long long)finding, (long long)unit, day_after(300)),
        NULL));
}

static enum rc run_here(void *arg, struct write_job *job) { return writer_run_once(((struct store *)arg)->db, job); }

static void tick_heard_here(void *arg, const char *name, int64_t changed, struct ctx *ctx, enum rc rc)
{
    (void)arg, (void)changed;
    if (rc != RC_OK)
        fail_msg("tick %s: %s (%.*s)", name, rc_name(rc), STR_ARG(ctx->first ? ctx->first->key : STR_EMPTY));
}

static void step_day(struct store *store)
{
    char text[DATE_TEXT_BYTES];
    set_day(game.day + 1 + (int32_t)any_random(12));
    STORE_OK(tick_run_all(date_format(game.day, text), run_here, tick_heard_here, store));
}

/* ---- the game ----------------------------------------------------------------------------------------------- */

static void begin(struct store *store)
{
    memset(&game, 0, sizeof game);
    int32_t day = 0;
    assert_true(date_parse(STR("2026-03-02"), &day));
    set_day(day);
    closing_make_world(store);
    struct actor plant = closing_make_person(store, "plant", "unit_reporter", world.plant);
    struct actor reader = closing_make_person(store, "reader", "reader", world.other);
    const struct actor *all[ACTORS] = {
        &world.chief, &world.department, &world.leader,   &world.office,       &world.supervisor,
        &world.group, &world.reporter,   &world.outsider, &world.second_group, &plant,
        &reader};
    for (int i = 0; i < ACTORS; i++)
        game.actors[i] = *all[i];
    static const char *const roles[SIGNERS] = {"lead_department", "lead_leader",   "office",
                                               "reviewer",        "leading_group", "leading_group"};
    static const char *const logins[SIGNERS] = {"signer1", "signer2", "signer3", "signer4", "signer5", "signer6"};
    for (int i = 0; i < SIGNERS; i++)
        game.signers[i] = closing_make_person(store, logins[i], roles[i], world.root);
    game.leader = closing_person_of(store, &game.signers[1]);
    for (int i = 0; i < 5; i++)
        make_finding_of(store, i == 4 ? world.other : world.firm);
}

static void step(struct store *store, int turn)
{
    uint32_t kind = any_random(20);
    if (turn % 20 == 0)
        any_forget();
    if (kind < 6)
        step_move(store);
    else if (kind < 7)
        step_any(store);
    else if (kind < 9)
        step_make(store);
    else if (kind < 19)
        step_push(store);
    else if (any_random(3) == 0)
        step_day(store);
    else if (count_sql(store, "SELECT count(*) FROM finding WHERE status NOT IN ('closed', 'ended', 'withdrawn')") <
             AT_WORK + turn / STUCK_AFTER)
        make_finding_of(store, world.firm);
}

STORE_TEST(random_commands_keep_the_twelve_invariants)
{
    const char *seed = getenv("BIHUAN_RANDOM_SEED"), *count = getenv("BIHUAN_RANDOM_STEPS");
    long steps = count ? strtol(count, NULL, 10) : STEPS;
    unsigned long long start = seed ? strtoull(seed, NULL, 10) : 20261128;
    print_message("# BIHUAN_RANDOM_SEED=%llu BIHUAN_RANDOM_STEPS=%ld\n", start, steps);
    STORE_OK(db_set_bulk(store->db, true));
    any_seed(start);
    begin(store);
    int64_t from_ms = clock_monotonic_ms();
    long next_check = CHECK_EVERY;
    for (int turn = 0; game.done + game.refused < steps; turn++) {
        step(store, turn);
        if (game.done + game.refused >= next_check) {
            check_invariants(store);
            next_check += CHECK_EVERY;
        }
    }
    check_invariants(store);
    print_message("# %ld done, %ld refused, %lld events, %d closed cycles, %lld cycles, %lld ms\n", game.done,
                  game.refused, (long long)event_count(store), game.closed_count,
                  (long long)count_sql(store, "SELECT count(*) FROM cycle"),
                  (long long)(clock_monotonic_ms() - from_ms));
    assert_true(game.done > steps / 8);
    assert_true(game.closed_count > 0);
    expect_clean(store);         /* 10: the chain holds */
    expect_rebuild_equal(store); /* 10: replaying gives the stored state */
    tamper(store,
           "UPDATE event SET reason = 'x' WHERE seq = (SELECT seq FROM event ORDER BY seq DESC LIMIT 1 OFFSET 5)");
    struct check_result broken = check(store);
    assert_true(broken.problems > 0); /* 10: a broken link is reported */
    clock_set_ms(0);
}

int main(void) { return STORE_RUN(STORE_CASE(random_commands_keep_the_twelve_invariants)); }
