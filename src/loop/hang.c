/* hang.c: hung items; see hang.h.
 *
 * Invariants: an item has one open record; a record is made by the tick when a date is missed, and each further miss
 * raises its level; it ends by a decision with its condition written down and at least one hearing, or by itself when
 * the item is done.  Whether an item is late stays computed from its date.
 */
#include "loop/hang.h"

#include "loop/tick.h"

#define LEVELS "department|leader|secretary|superior"

/* One level for each miss; the second is the leader's in charge, the third the secretary's. */
static const char *level_of(int64_t misses)
{
    static const char *const levels[] = {"department", "leader", "secretary", "superior"};
    return levels[misses < 1 ? 0 : misses > 4 ? 3 : misses - 1];
}

static void wait_for_hearing(struct command_call *call, struct value *body, const struct value *row, struct str day)
{
    lifecycle_wait(call, body, "hear_hang", STR("office"), value_get_int(row, "unit_id", 0), day);
}

static enum rc hang_set(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body;
    TRY(supervise_begin(call, NOUN_HANG, Q_HANG_GET_ANY, "hang.not_found", "set", &row, &body));
    struct str today = lifecycle_today(call), new_due = value_get_text(call->input, "new_due");
    bool is_same = str_equal(new_due, value_get_text(row, "new_due"));
    if (new_due.n && !is_same && str_compare(new_due, today) < 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "hang.new_due_past", "new_due");
    int64_t cycle = value_get_int(call->input, "cycle_days", value_get_int(row, "cycle_days", 0));
    if (cycle < 1 || cycle > 366)
        return ctx_fail_field(call->ctx, RC_INVALID, "supervise.cycle_range", "cycle_days");
    supervise_copy(call, body, row, "reason_class level new_due adjusted cycle_days release_rule");
    struct str last = value_get_text(row, "last_hearing");
    struct str next = supervise_day_after(arena, last.n ? last : value_get_text(row, "hung_on"), cycle);
    next = str_compare(next, today) < 0 ? today : next;
    value_put_text(arena, body, "next_hearing", next);
    wait_for_hearing(call, body, row, next);
    return supervise_append(call, EVENT_HANG_SET, value_get_int(row, "id", 0), body);
}

static enum rc hang_hear(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body;
    TRY(supervise_begin(call, NOUN_HANG, Q_HANG_GET_ANY, "hang.not_found", "hear", &row, &body));
    struct str today = lifecycle_today(call), heard = value_get_text(call->input, "heard_on");
    heard = heard.n ? heard : today;
    if (str_compare(heard, today) > 0 || str_compare(heard, value_get_text(row, "hung_on")) < 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "supervise.day_range", "heard_on");
    supervise_copy(call, body, NULL, "heard_by text opinion");
    value_put_text(arena, body, "heard_on", heard);
    struct str next = supervise_day_after(arena, heard, value_get_int(row, "cycle_days", 0));
    value_put_text(arena, body, "next_hearing", next);
    wait_for_hearing(call, body, row, next);
    return supervise_append(call, EVENT_HANG_HEARD, value_get_int(row, "id", 0), body);
}

static enum rc append_release(struct command_call *call, struct value *body, int64_t id, struct str note)
{
    value_put_text(call->ctx->arena, body, "release_note", note);
    return supervise_append(call, EVENT_HANG_RELEASED, id, body);
}

static enum rc hang_release(struct command_call *call)
{
    struct value *row, *body;
    TRY(supervise_begin(call, NOUN_HANG, Q_HANG_GET_ANY, "hang.not_found", "release", &row, &body));
    if (!value_get_bool(call->input, "is_met"))
        return ctx_fail_field(call->ctx, RC_INVALID, "hang.not_met", "is_met");
    return append_release(call, body, value_get_int(row, "id", 0), value_get_text(call->input, "reason"));
}

/* ---- the tick ----------------------------------------------------------------------------------------------- */

static enum rc count_misses(struct command_call *call, struct str kind, int64_t id, enum query query, int64_t *ret_n)
{
    struct db_stmt *st = db_query(call->db, query);
    db_bind_text(st, "subject_kind", kind);
    db_bind_int(st, "subject_id", id);
    return db_get_int(call->ctx, st, ret_n);
}

static enum rc open_one(struct tick *tick, struct str kind, const struct value *row)
{
    struct command_call *call = tick->call;
    struct arena *arena = call->ctx->arena;
    int64_t id = value_get_int(row, "id", 0), before, misses;
    TRY(count_misses(call, kind, id, Q_HANG_COUNT_OF, &before));
    TRY(count_misses(call, kind, id, Q_HANG_MISSES_OF, &misses));
    struct str no = arena_format(arena, "%.*s-G%lld", STR_ARG(value_get_text(row, "no")), (long long)before + 1);
    struct value *body = supervise_body(call, "hang", row, no, value_get_text(row, "title"));
    struct str next = supervise_day_after(arena, tick->today, SUPERVISE_HANG_CYCLE_DAYS);
    value_put_text(arena, body, "subject_kind", kind);
    value_put_int(arena, body, "subject_id", id);
    value_put_text(arena, body, "hung_on", tick->today);
    value_put_text(arena, body, "missed_due", value_get_text(row, "due"));
    value_put_int(arena, body, "miss_count", misses + 1);
    value_put_text(arena, body, "level", str_from_cstr(level_of(misses + 1)));
    value_put_int(arena, body, "cycle_days", SUPERVISE_HANG_CYCLE_DAYS);
    value_put_text(arena, body, "next_hearing", next);
    wait_for_hearing(call, body, row, next);
    tick->changed++;
    return supervise_append(call, EVENT_HANG_OPENED, 0, body);
}

static struct value *body_by_tick(struct command_call *call, const struct value *row, const char *by)
{
    struct value *body = lifecycle_body_of(call, NOUN_HANG, row);
    value_put_text(call->ctx->arena, body, "by", str_from_cstr(by));
    return body;
}

static enum rc open_late_task(struct tick *tick, const struct value *row) { return open_one(tick, STR("task"), row); }
static enum rc open_late_finding(struct tick *tick, const struct value *row)
{
    return open_one(tick, STR("finding"), row);
}

static enum rc miss_again(struct tick *tick, const struct value *row)
{
    struct command_call *call = tick->call;
    struct value *body = body_by_tick(call, row, "miss");
    int64_t misses = value_get_int(row, "miss_count", 0) + 1;
    struct str next = supervise_working_day_after(call->ctx->arena, tick->today, SUPERVISE_LETTER_REPLY_DAYS);
    value_put_text(call->ctx->arena, body, "missed_due", value_get_text(row, "new_due"));
    value_put_int(call->ctx->arena, body, "miss_count", misses);
    value_put_text(call->ctx->arena, body, "level", str_from_cstr(level_of(misses)));
    value_put_text(call->ctx->arena, body, "next_hearing", next);
    wait_for_hearing(call, body, row, next);
    tick->changed++;
    return supervise_append(call, EVENT_HANG_MISSED, value_get_int(row, "id", 0), body);
}

static enum rc release_done(struct tick *tick, const struct value *row)
{
    tick->changed++;
    return append_release(tick->call, body_by_tick(tick->call, row, "over"), value_get_int(row, "id", 0), STR_EMPTY);
}

enum rc tick_hang(struct tick *tick)
{
    static const struct tick_step steps[] = {
        {Q_HANG_OVER, release_done, 0},
        {Q_HANG_MISSED_AGAIN, miss_again, 0},
        {Q_HANG_DUE_TASKS, open_late_task, 0},
        {Q_HANG_DUE_FINDINGS, open_late_finding, 0}, /* only once every task has been looked at */
    };
    return tick_run_steps(tick, steps, sizeof steps / sizeof steps[0]);
}

/* ---- commands ----------------------------------------------------------------------------------------------- */

static const struct field hang_set_fields[] = {
    {"id", FIELD_ID, true, 0, NULL},
    {"reason_class", FIELD_CHOICE, true, 0, "objective|subjective|legacy|external"},
    {"level", FIELD_CHOICE, true, 0, LEVELS},
    {"new_due", FIELD_DATE, false, 0, NULL},
    {"adjusted", FIELD_LONG, false, 4000, NULL},
    {"cycle_days", FIELD_INT, true, 0, NULL},
    {"release_rule", FIELD_LONG, true, 2000, NULL},
};
const struct command command_hang_set = {.name = "hang.set",
                                         .perm = PERM_SUPERVISE,
                                         COMMAND_FIELDS(hang_set_fields),
                                         .run = hang_set,
                                         .path = "/hangs/{id}/set",
                                         .redirect = "/hangs/{id}"};

static const struct field hang_hear_fields[] = {
    {"id", FIELD_ID, true, 0, NULL},
    {"heard_on", FIELD_DATE, true, 0, NULL},
    {"heard_by", FIELD_TEXT, true, 120, NULL},
    {"text", FIELD_LONG, true, 4000, NULL},
    {"opinion", FIELD_LONG, false, 4000, NULL},
};
const struct command command_hang_hear = {.name = "hang.hear",
                                          .perm = PERM_SUPERVISE,
                                          COMMAND_FIELDS(hang_hear_fields),
                                          .run = hang_hear,
                                          .path = "/hangs/{id}/hear",
                                          .redirect = "/hangs/{id}"};

static const struct field hang_release_fields[] = {
    {"id", FIELD_ID, true, 0, NULL}, {"is_met", FIELD_BOOL, true, 0, NULL}, {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_hang_release = {.name = "hang.release",
                                             .perm = PERM_SUPERVISE,
                                             COMMAND_FIELDS(hang_release_fields),
                                             .run = hang_release,
                                             .path = "/hangs/{id}/release",
                                             .redirect = "/hangs/{id}"};
