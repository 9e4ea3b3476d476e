/* tick.c: the frame of the daily work; see tick.h. */
#include "loop/tick.h"

#include "base/clock.h"

enum { BATCHES_MAX = 20000, BATCH_ARENA_BYTES = 64 * 1024 * 1024 };

const struct tick_row tick_table[] = {
#define TICK(name, function) {name, function},
#include "../../data/ticks.def"
#undef TICK
    {NULL, NULL},
};

static enum rc append_done(struct command_call *call, const char *name, struct str date)
{
    struct value *body = value_new_map(call->ctx->arena);
    int64_t seq;
    value_put_text(call->ctx->arena, body, "name", str_from_cstr(name));
    value_put_text(call->ctx->arena, body, "date", date);
    return command_append(call, EVENT_TICK_DONE, CHAIN_ORGANISATION, 0, body, &seq);
}

static enum rc is_day_done(struct command_call *call, const char *name, struct str date, bool *ret_is)
{
    struct db_stmt *st = db_query(call->db, Q_TICK_GET);
    struct value *row;
    db_bind_text(st, "name", str_from_cstr(name));
    TRY(db_first_row(call->ctx, st, &row));
    *ret_is = row && str_compare(value_get_text(row, "last_day"), date) >= 0;
    return RC_OK;
}

static void put_place(struct arena *arena, struct value *map, const struct tick_place *place)
{
    value_put_int(arena, map, "step", place->step);
    value_put_int(arena, map, "after", place->after);
    value_put_text(arena, map, "after_day", date_text(arena, place->after_day));
}

/* From a row of a step, or from what put_place filled. */
static void read_place(const struct value *map, struct tick_place *place)
{
    place->after = value_get_int(map, "after", 0);
    if (!date_parse(value_get_text(map, "after_day"), &place->after_day))
        place->after_day = 0;
}

static enum rc run_step(struct tick *tick, const struct tick_step *step, int *ret_count)
{
    struct db_stmt *st = db_query(tick->call->db, step->query);
    struct value *rows;
    int limit = step->looks ? step->looks : tick->limit;
    db_bind_text(st, "today", tick->today);
    db_bind_text(st, "until", tick->until);
    db_bind_int(st, "after", tick->place.after);
    db_bind_text(st, "after_day", date_text(tick->call->ctx->arena, tick->place.after_day));
    db_bind_int(st, "limit", limit);
    TRY(db_rows(tick->call->ctx, st, &rows));
    VALUE_EACH (row, rows) {
        TRY(step->one(tick, row));
        read_place(row, &tick->place);
    }
    *ret_count = (int)value_count(rows);
    tick->is_more = *ret_count >= limit;
    return RC_OK;
}

enum rc tick_run_steps(struct tick *tick, const struct tick_step *steps, size_t n)
{
    int looked = 0;
    while (tick->place.step < (int64_t)n) {
        int count;
        TRY(run_step(tick, &steps[tick->place.step], &count));
        looked += count;
        if (!tick->is_more)
            tick->place = (struct tick_place){.step = tick->place.step + 1};
        if (looked >= tick->limit) {
            tick->is_more = tick->place.step < (int64_t)n;
            break;
        }
    }
    return RC_OK;
}

enum rc tick_run_batch(struct command_call *call, const struct tick_row *row, struct str date)
{
    struct arena *arena = call->ctx->arena;
    struct tick tick = {.call = call,
                        .today = date,
                        .until = date,
                        .limit = TICK_LIMIT,
                        .place = {.step = value_get_int(call->input, "step", 0)}};
    bool is_done;
    if (call->actor->account_id != 0)
        return ctx_fail_key(call->ctx, RC_FORBIDDEN, "tick.program_only");
    if (!date_parse(date, &tick.day))
        return ctx_fail_field(call->ctx, RC_INVALID, "field.not_a_date", "date");
    read_place(call->input, &tick.place);
    TRY(is_day_done(call, row->name, date, &is_done));
    if (!is_done) {
        TRY(row->run(&tick));
        is_done = !tick.is_more;
        if (is_done)
            TRY(append_done(call, row->name, date));
    }
    value_put_int(arena, call->result, "changed", tick.changed);
    value_put_bool(arena, call->result, "is_done", is_done);
    put_place(arena, call->result, &tick.place);
    return RC_OK;
}

static enum rc tick_run(struct command_call *call)
{
    struct str name = value_get_text(call->input, "name"), date = value_get_text(call->input, "date");
    int32_t day;
    if (date_parse(date, &day) && day > clock_today())
        return ctx_fail_field(call->ctx, RC_INVALID, "tick.not_yet", "date");
    for (const struct tick_row *row = tick_table; row->name; row++)
        if (str_equal_cstr(name, row->name))
            return tick_run_batch(call, row, date);
    return ctx_fail_key(call->ctx, RC_NOT_FOUND, "error.not_found");
}

static const struct field tick_run_fields[] = {{"name", FIELD_TEXT, true, 0, NULL},
                                               {"date", FIELD_DATE, true, 0, NULL},
                                               {"step", FIELD_INT, false, 0, NULL},
                                               {"after", FIELD_INT, false, 0, NULL},
                                               {"after_day", FIELD_DATE, false, 0, NULL}};
const struct command command_tick_run = {
    .name = "tick.run", .perm = PERM_SELF, COMMAND_FIELDS(tick_run_fields), .run = tick_run};

/* ---- all of a day ------------------------------------------------------------------------------------------- */

static enum rc run_batches(struct ctx *ctx, const char *name, struct str date, tick_job_run run, void *arg,
                           int64_t *ret_changed)
{
    struct actor program = actor_program();
    struct tick_place place = {0};
    for (int i = 0; i < BATCHES_MAX; i++) {
        struct value *input;
        arena_reset(ctx->arena);
        *ctx = (struct ctx){.arena = ctx->arena};
        input = value_new_map(ctx->arena);
        put_place(ctx->arena, input, &place);
        value_put_text(ctx->arena, input, "name", str_from_cstr(name));
        value_put_text(ctx->arena, input, "date", date);
        struct write_job job = {.command = &command_tick_run, .ctx = ctx, .actor = &program, .input = input};
        TRY(run(arg, &job));
        *ret_changed += value_get_int(job.result, "changed", 0);
        place.step = value_get_int(job.result, "step", 0);
        read_place(job.result, &place);
        if (value_get_bool(job.result, "is_done"))
            return RC_OK;
    }
    return ctx_fail_format(ctx, RC_INTERNAL, "tick.endless", "%s", name);
}

enum rc tick_run_all(struct str date, tick_job_run run, tick_heard heard, void *arg)
{
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(BATCH_ARENA_BYTES);
    enum rc first = RC_OK;
    if (!arena)
        return RC_NOMEM;
    for (const struct tick_row *row = tick_table; row->name; row++) {
        struct ctx ctx = {.arena = arena};
        int64_t changed = 0;
        enum rc rc = run_batches(&ctx, row->name, date, run, arg, &changed);
        if (heard)
            heard(arg, row->name, changed, &ctx, rc);
        if (first == RC_OK)
            first = rc;
        if (rc == RC_BUSY)
            break;
    }
    return first;
}
