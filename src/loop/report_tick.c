/* report_tick.c: the daily work about reports: plans the next one of each task with a cycle, makes those that are due,
 * and notes as missed what the next one overtakes.
 */
#include "base/clock.h"
#include "loop/locked.h"
#include "loop/report.h"
#include "loop/tick.h"

static bool is_working(const struct value *task)
{
    struct str state = value_get_text(task, "state");
    return str_equal(state, STR("doing")) || str_equal(state, STR("returned"));
}

/* ---- planning ----------------------------------------------------------------------------------------------- */

/* Where the reports of a task begin: behind the last period, else with the day on which the unit took it. */
static enum rc find_begin(struct tick *tick, const struct value *task, int32_t *ret_day, bool *ret_is_first)
{
    char text[TIME_TEXT_BYTES];
    struct db_stmt *st = db_query(tick->call->db, Q_REPORT_LAST_PERIOD);
    struct value *last;
    int32_t day;
    db_bind_int(st, "task_id", value_get_int(task, "id", 0));
    TRY(db_first_row(tick->call->ctx, st, &last));
    *ret_is_first = !last;
    if (last && date_parse(value_get_text(last, "period_to"), &day))
        day++;
    else if (!date_parse(
                 str_slice(time_format_china(value_get_int(task, "accepted_at", 0), text), 0, DATE_TEXT_BYTES - 1),
                 &day))
        day = tick->day;
    *ret_day = day;
    return RC_OK;
}

static enum rc plan_one(struct tick *tick, const struct value *row)
{
    int64_t task_id = value_get_int(row, "id", 0);
    struct arena *arena = tick->call->ctx->arena;
    struct value *task, *body = value_new_map(arena);
    struct report_period period;
    int32_t begin;
    bool is_first;
    int64_t seq;
    TRY(locked_row(tick->call, Q_TASK_GET_ANY, task_id, "task.not_found", &task));
    struct str cycle = value_get_text(task, "report_cycle");
    if (str_equal(cycle, value_get_text(task, "report_planned")))
        return RC_OK;
    TRY(find_begin(tick, task, &begin, &is_first));
    value_put_int(arena, body, "task_id", task_id);
    value_put_text(arena, body, "report_planned", cycle);
    if (report_cycle_period(cycle, begin, is_first, &period)) {
        value_put_text(arena, body, "report_from", date_text(arena, period.from));
        value_put_text(arena, body, "report_next", date_text(arena, period.open));
    } else {
        value_put_null(arena, body, "report_from");
        value_put_null(arena, body, "report_next");
    }
    tick->changed++;
    return command_append(tick->call, EVENT_REPORT_PLANNED, value_get_int(task, "source_id", 0), task_id, body, &seq);
}

enum rc tick_report_plan(struct tick *tick)
{
    static const struct tick_step step = {Q_REPORT_UNPLANNED, plan_one, 0};
    return tick_run_steps(tick, &step, 1);
}

/* ---- due and missed ----------------------------------------------------------------------------------------- */

/* What the unit has not handed in when the next one falls due will not be written any more. */
static enum rc miss_open(struct tick *tick, int64_t task_id)
{
    struct command_call *call = tick->call;
    struct arena *arena = call->ctx->arena;
    struct db_stmt *st = db_query(call->db, Q_REPORT_OVERTAKEN);
    struct value *rows;
    db_bind_int(st, "task_id", task_id);
    TRY(db_rows(call->ctx, st, &rows));
    VALUE_EACH (row, rows) {
        struct value *body = lifecycle_body_of(call, NOUN_REPORT, row);
        int64_t seq;
        value_put_text(arena, body, "by", STR("miss"));
        value_put_text(arena, body, "from", value_get_text(row, "state"));
        value_put_text(arena, body, "to", STR("missed"));
        value_put_int(arena, body, "task_id", task_id);
        TRY(command_append(call, EVENT_REPORT_MOVED, value_get_int(row, "source_id", 0), value_get_int(row, "id", 0),
                           body, &seq));
    }
    return RC_OK;
}

static enum rc make_one(struct tick *tick, int64_t task_id)
{
    struct value *task;
    struct report_period period, next;
    int32_t from;
    int64_t id;
    TRY(locked_row(tick->call, Q_TASK_GET_ANY, task_id, "task.not_found", &task));
    struct str cycle = value_get_text(task, "report_cycle");
    bool is_due = is_working(task) && date_parse(value_get_text(task, "report_from"), &from) &&
                  str_compare(value_get_text(task, "report_next"), tick->today) <= 0 &&
                  report_cycle_period(cycle, from, value_get_int(task, "report_count", 0) == 0, &period);
    if (!is_due || !report_cycle_period(cycle, period.to + 1, false, &next))
        return RC_OK;
    TRY(miss_open(tick, task_id));
    tick->changed++;
    return report_append_due(tick->call, task, "cycle", &period, &next, &id);
}

enum rc tick_report_due(struct tick *tick)
{
    struct db_stmt *st = db_query(tick->call->db, Q_REPORT_OPENING);
    struct value *rows;
    db_bind_text(st, "today", tick->today);
    db_bind_int(st, "limit", tick->limit);
    TRY(db_rows(tick->call->ctx, st, &rows));
    VALUE_EACH (row, rows) {
        TRY(make_one(tick, value_get_int(row, "id", 0)));
    }
    tick->is_more = value_count(rows) > 0; /* a task that was long left alone has several */
    return RC_OK;
}
