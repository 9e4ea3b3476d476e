/* loop_seed.c: the closed loop over a seeded register; see loop_seed.h. */
#include "loop_seed.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/clock.h"
#include "loop/duty.h"
#include "loop/lifecycle.h"
#include "loop/measure.h"
#include "loop/unit.h"
#include "loop/report.h"
#include "loop/task.h"

enum {
    LEADERS = 12,
    UNITS = 800,         /* their ids follow one another */
    REPORTER_UNIT = 500, /* that many units after the first: one of the lowest level */
    BATCH = 200,         /* findings in a transaction */
    DAYS_AGO = 40,
    DAY_MS = 86400000,
    BULK_CACHE_KB = 1 << 20,
    OWN_ARENA = 256 << 20
};

struct loop_seeding {
    struct db *db;
    struct ctx *ctx;
    const struct words *words;
    struct actor actor;
    uint64_t random, reports;
    int64_t now_ms, first_unit;
    int64_t leaders[LEADERS];
};

static uint64_t draw(struct loop_seeding *s, uint64_t n) { return seed_random(&s->random) % n; }

static enum rc run(struct loop_seeding *s, const struct command *command, const struct value *raw, int64_t *ret_id)
{
    return seed_run(s->ctx, s->db, &s->actor, ++s->now_ms, command, raw, ret_id);
}

static struct command_call make_call(struct loop_seeding *s)
{
    return (struct command_call){.ctx = s->ctx,
                                 .db = s->db,
                                 .actor = &s->actor,
                                 .now_ms = ++s->now_ms,
                                 .input = value_new_map(s->ctx->arena),
                                 .result = value_new_map(s->ctx->arena)};
}

struct str loop_seed_words(struct arena *arena, const struct words *words, uint64_t n)
{
    static const char *const lists[] = {"time", "detail", "place", "extent", "outcome", "measure", "matter", "close"};
    uint64_t state = (n + 1) * 0x9E3779B97F4A7C15ULL;
    struct buf text CLEANUP(buf_done);
    buf_init(&text, 64 * 1024);
    for (int i = 0; i < 3; i++) {
        for (size_t k = 0; k < sizeof lists / sizeof lists[0]; k++)
            buf_add(&text, words_get(words, lists[k], seed_random(&state)));
        buf_add_format(&text, "%d,%03d;", (int)(seed_random(&state) % 900 + 1), (int)(seed_random(&state) % 1000));
    }
    return arena_copy_str(arena, buf_str(&text));
}

/* ---- people ------------------------------------------------------------------------------------------------- */

static enum rc get_int(struct loop_seeding *s, const char *sql, int64_t *ret)
{
    CLEANUP(db_stmt_free_ptr) struct db_stmt *st = NULL;
    TRY(db_prepare_text(s->ctx, s->db, str_from_cstr(sql), &st));
    return db_get_int(s->ctx, st, ret);
}

static enum rc make_leaders(struct loop_seeding *s)
{
    struct arena *arena = s->ctx->arena;
    TRY(get_int(s, "SELECT min(id) FROM unit", &s->first_unit));
    TRY(db_begin(s->ctx, s->db, true));
    for (int i = 0; i < LEADERS; i++) {
        struct value *raw = value_new_map(arena);
        value_put_int(arena, raw, "unit_id", s->first_unit);
        value_put_text(arena, raw, "name", arena_format(arena, "Leader %d", i + 1));
        TRY(run(s, &command_person_create, raw, &s->leaders[i]));
    }
    for (int i = 0; i < UNITS; i++) { /* one for each unit, so that reminders have readers */
        const char *login = i == REPORTER_UNIT ? "reporter" : arena_format(arena, "reporter%d", i).p;
        TRY(seed_account(s->ctx, s->db, ++s->now_ms, login, "unit_reporter", s->first_unit + i));
    }
    return db_commit(s->ctx, s->db);
}

/* ---- findings ----------------------------------------------------------------------------------------------- */

static const char *draw_state(struct loop_seeding *s)
{
    static const char *const states[] = {"registered", "planned", "doing",     "doing", "doing",
                                         "doing",      "doing",   "submitted", "kept",  "closed"};
    return states[draw(s, sizeof states / sizeof states[0])];
}

/* The event of the move without its guards: the states are wanted, not the way to them. */
static enum rc move_finding(struct loop_seeding *s, const struct value *finding, const char *to)
{
    struct command_call call = make_call(s);
    int64_t seq;
    struct value *body = lifecycle_body(&call, lifecycle_find(NOUN_FINDING, "confirm"), finding, to);
    if (!str_equal(str_from_cstr(to), STR("closed")))
        lifecycle_wait(&call, body, "work_finding", STR("unit"), value_get_int(finding, "unit_id", 0),
                       value_get_text(finding, "due"));
    return command_append(&call, EVENT_FINDING_MOVED, value_get_int(finding, "source_id", 0),
                          value_get_int(finding, "id", 0), body, &seq);
}

static enum rc charge(struct loop_seeding *s, int64_t id)
{
    struct arena *arena = s->ctx->arena;
    struct value *raw = value_new_map(arena);
    int64_t ignored;
    value_put_int(arena, raw, "id", id);
    value_put_int(arena, raw, "lead_leader_id", s->leaders[draw(s, LEADERS)]);
    return run(s, &command_finding_charge, raw, &ignored);
}

static enum rc find_measure(struct loop_seeding *s, const struct value *finding, int64_t *ret_id)
{
    struct arena *arena = s->ctx->arena;
    *ret_id = value_get_int(finding, "measure_id", 0);
    if (*ret_id)
        return RC_OK;
    struct command_call call = make_call(s);
    struct value *measure = value_new_map(arena);
    value_put_text(arena, measure, "text", words_get(s->words, "measure", draw(s, 64)));
    return measure_register(&call, value_get_int(finding, "source_id", 0), value_get_int(finding, "id", 0), 1,
                            value_get_int(finding, "unit_id", 0), value_get_int(finding, "label", 0), measure, ret_id);
}

/* ---- tasks and reports -------------------------------------------------------------------------------------- */

static enum rc read_task(struct loop_seeding *s, int64_t id, struct value **ret_row)
{
    struct db_stmt *st = db_query(s->db, Q_TASK_GET_ANY);
    db_bind_int(st, "id", id);
    return db_first_row(s->ctx, st, ret_row);
}

static enum rc make_report(struct loop_seeding *s, int64_t task_id, int n)
{
    struct arena *arena = s->ctx->arena;
    struct command_call call = make_call(s);
    struct value *task, *raw = value_new_map(arena);
    int32_t from = clock_today() - (LOOP_REPORTS - n) * 7;
    struct report_period period = {from, from + 6, from + 5, from + 8};
    int64_t id, ignored;
    TRY(read_task(s, task_id, &task));
    TRY(report_append_due(&call, task, "cycle", &period, NULL, &id));
    uint64_t fate = n + 1 < LOOP_REPORTS ? 0 : draw(s, 20);
    if (fate >= 15)
        return RC_OK;
    value_put_int(arena, raw, "id", id);
    value_put_int(arena, raw, "progress", (n + 1) * 15);
    value_put_text(arena, raw, "done_text", loop_seed_words(arena, s->words, s->reports++));
    value_put_text(arena, raw, "next_text", words_get(s->words, "measure", draw(s, 64)));
    TRY(run(s, &command_report_submit, raw, &ignored));
    if (fate >= 12)
        return RC_OK;
    raw = value_new_map(arena);
    value_put_int(arena, raw, "id", id);
    return run(s, &command_report_accept, raw, &ignored);
}

static enum rc make_task(struct loop_seeding *s, int64_t measure_id, const struct value *finding)
{
    struct arena *arena = s->ctx->arena;
    struct value *raw = value_new_map(arena);
    char day[DATE_TEXT_BYTES];
    int64_t id, ignored;
    int32_t due = clock_today() - 60 + (int32_t)draw(s, 300);
    value_put_int(arena, raw, "measure_id", measure_id);
    value_put_int(arena, raw, "unit_id", value_get_int(finding, "unit_id", 0));
    value_put_text(arena, raw, "title", words_get(s->words, "measure", draw(s, 64)));
    value_put_text(arena, raw, "due", arena_copy_str(arena, date_format(due, day)));
    value_put_text(arena, raw, "report_cycle", STR("monthly"));
    TRY(run(s, &command_task_assign, raw, &id));
    raw = value_new_map(arena);
    value_put_int(arena, raw, "id", id);
    TRY(run(s, &command_task_accept, raw, &ignored));
    for (int i = 0; i < LOOP_REPORTS; i++)
        TRY(make_report(s, id, i));
    return RC_OK;
}

static enum rc work_on(struct loop_seeding *s, const struct value *finding)
{
    int64_t measure_id;
    const char *state = draw_state(s);
    TRY(find_measure(s, finding, &measure_id));
    TRY(charge(s, value_get_int(finding, "id", 0)));
    bool is_closed = str_equal(str_from_cstr(state), STR("closed")); /* nobody works on it any more */
    for (int i = 0; i < LOOP_TASKS && !is_closed; i++)
        TRY(make_task(s, measure_id, finding));
    return str_equal(str_from_cstr(state), STR("registered")) ? RC_OK : move_finding(s, finding, state);
}

/* ---- all of it ---------------------------------------------------------------------------------------------- */

#define FINDINGS_WITHOUT_TASKS                                                                                         \
    "SELECT f.id, f.source_id, f.unit_id, f.label, f.no, f.title, f.status, f.due, (SELECT min(m.id) FROM measure m "  \
    "WHERE m.finding_id = f.id) AS measure_id FROM finding f WHERE f.id > $after AND NOT EXISTS (SELECT 1 FROM task "  \
    "t WHERE t.finding_id = f.id) ORDER BY f.id LIMIT $limit"

static enum rc work_on_batch(struct loop_seeding *s, int64_t *after, size_t *ret_n)
{
    CLEANUP(db_stmt_free_ptr) struct db_stmt *st = NULL;
    struct value *rows;
    arena_reset(s->ctx->arena);
    TRY(db_begin(s->ctx, s->db, true));
    TRY(db_prepare_text(s->ctx, s->db, STR(FINDINGS_WITHOUT_TASKS), &st));
    db_bind_int(st, "after", *after);
    db_bind_int(st, "limit", BATCH);
    TRY(db_rows(s->ctx, st, &rows));
    VALUE_EACH (finding, rows) {
        TRY(work_on(s, finding));
        *after = value_get_int(finding, "id", 0);
    }
    *ret_n = value_count(rows);
    return db_commit(s->ctx, s->db);
}

static enum rc work_on_all(struct loop_seeding *s)
{
    int64_t began_ms = clock_monotonic_us() / 1000, after = 0, done = 0;
    TRY(make_leaders(s));
    for (size_t n = 1; n;) {
        TRY(work_on_batch(s, &after, &n));
        done += (int64_t)n;
        if (done % 5000 < BATCH)
            fprintf(stderr, "the loop: %lld findings, %lld s\n", (long long)done,
                    (long long)(clock_monotonic_us() / 1000 - began_ms) / 1000);
    }
    CLEANUP(db_stmt_free_ptr) struct db_stmt *st = NULL;
    TRY(db_prepare_text(s->ctx, s->db, STR("ANALYZE"), &st));
    return db_get_engine(s->db) == DB_POSTGRES ? db_run(s->ctx, st) : RC_OK;
}

enum rc loop_seed(struct ctx *ctx, struct db *db, const struct words *words)
{
    struct ctx own = {.arena = arena_new(OWN_ARENA)};
    struct loop_seeding *s = own.arena ? ARENA_NEW(ctx->arena, struct loop_seeding) : NULL;
    int64_t left;
    if (!s)
        return RC_NOMEM;
    *s = (struct loop_seeding){.db = db,
                               .ctx = &own,
                               .words = words,
                               .actor = actor_program(),
                               .random = 2463534242ULL,
                               .now_ms = clock_now_ms() - (int64_t)DAYS_AGO * DAY_MS};
    enum rc rc = get_int(s, "SELECT CASE WHEN EXISTS (SELECT 1 FROM task) THEN 0 ELSE 1 END", &left);
    if (rc == RC_OK && left) {
        rc = db_set_cache_kb(db, BULK_CACHE_KB);
        rc = rc == RC_OK ? db_set_bulk(db, true) : rc;
        rc = rc == RC_OK ? work_on_all(s) : rc;
        rc = rc == RC_OK ? db_set_bulk(db, false) : rc;
    }
    if (rc != RC_OK && own.last)
        fprintf(stderr, "the loop: %s %.*s %.*s\n", rc_name(rc), STR_ARG(own.last->key), STR_ARG(own.last->args[0]));
    arena_free(own.arena);
    return rc;
}
