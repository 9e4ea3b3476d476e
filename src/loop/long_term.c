/* long_term.c: two clocks: what cannot be done in the concentrated period is kept up for the long term.
 *
 * Invariants: nothing under way becomes long-term without a case that the leading group approved, a yearly goal and a
 * finish mark; the original date stays on the cycle or task; the item stays in every total, with a class of its own.
 */
#include "loop/closing.h"

#include "base/clock.h"
#include "loop/finding.h"
#include "loop/task.h"
#include "loop/tick.h"
#include "text/json.h"

enum { NODE_WITHIN_DAYS = 183 }; /* a dated step within six months: ledger A8 */

enum rc long_term_check(struct command_call *call, const struct value *finding, struct str from, struct str to)
{
    static const char *const free_states[] = {"registered", "disputed", "confirmed", "withdrawn"};
    struct str status = value_get_text(finding, "status");
    if (!str_equal(to, STR("long_term")) || str_equal(from, to))
        return RC_OK;
    for (size_t i = 0; i < sizeof free_states / sizeof free_states[0]; i++)
        if (str_equal_cstr(status, free_states[i]))
            return RC_OK;
    return ctx_fail(
        call->ctx, RC_GUARD, "phase.needs_approval", STR("phase"),
        arena_format(call->ctx->arena, "/findings/%lld#closing", (long long)value_get_int(finding, "id", 0)), NULL, 0);
}

/* ---- asking ------------------------------------------------------------------------------------------------- */

static enum rc make_asked(struct command_call *call, const struct value *subject, struct value **ret_asked)
{
    struct arena *arena = call->ctx->arena;
    struct value *asked = value_new_map(arena);
    struct str due = value_get_text(call->input, "due"), was = value_get_text(subject, "due");
    if (str_compare(due, lifecycle_today(call)) <= 0 || (was.n && str_compare(due, was) <= 0))
        return ctx_fail_field(call->ctx, RC_INVALID, "phase.due_not_later", "due");
    if (str_equal(value_get_text(subject, "phase"), STR("long_term")))
        return ctx_fail_key(call->ctx, RC_GUARD, "phase.is_long_term");
    value_put_text(arena, asked, "from_phase", value_get_text(subject, "phase"));
    if (was.n)
        value_put_text(arena, asked, "due_was", was);
    else
        value_put_null(arena, asked, "due_was");
    value_put_text(arena, asked, "due", due);
    value_put_text(arena, asked, "yearly_goal", value_get_text(call->input, "yearly_goal"));
    value_put_text(arena, asked, "finish_mark", value_get_text(call->input, "finish_mark"));
    value_put_text(arena, asked, "reason", value_get_text(call->input, "reason"));
    *ret_asked = asked;
    return RC_OK;
}

static enum rc ask(struct command_call *call, const char *kind, const struct value *subject,
                   const struct value *finding)
{
    struct value *asked = NULL;
    int64_t review_id;
    TRY(make_asked(call, subject, &asked));
    struct str no = value_get_text(subject, "no");
    struct review_request request = {.purpose = "long_term",
                                     .subject_kind = kind,
                                     .subject_id = value_get_int(subject, "id", 0),
                                     .finding = finding,
                                     .no = no.n ? no : value_get_text(finding, "no"),
                                     .title = value_get_text(subject, "title"),
                                     .asked = asked,
                                     .opinion = value_get_text(call->input, "reason"),
                                     .pledge = STR(""),
                                     .pledge_by = STR("")};
    TRY(review_open(call, &request, &review_id));
    value_put_int(call->ctx->arena, call->result, "id", request.subject_id);
    value_put_int(call->ctx->arena, call->result, "finding_id", value_get_int(finding, "id", 0));
    value_put_int(call->ctx->arena, call->result, "review_id", review_id);
    return RC_OK;
}

static enum rc finding_to_long_term(struct command_call *call)
{
    struct value *row;
    TRY(finding_read_locked(call, value_get_int(call->input, "id", 0), &row));
    TRY(lifecycle_begin(call, lifecycle_find(NOUN_FINDING, "to_long_term"), row));
    return ask(call, "finding", row, row);
}

static enum rc task_to_long_term(struct command_call *call)
{
    struct value *row, *finding;
    TRY(task_find_for_write(call, value_get_int(call->input, "id", 0), &row));
    TRY(lifecycle_begin(call, lifecycle_find(NOUN_TASK, "to_long_term"), row));
    TRY(finding_read_locked(call, value_get_int(row, "finding_id", 0), &finding));
    return ask(call, "task", row, finding);
}

static enum rc measure_to_long_term(struct command_call *call)
{
    struct db_stmt *st = db_query(call->db, Q_MEASURE_WITH_FINDING);
    struct value *row, *finding;
    db_bind_int(st, "id", value_get_int(call->input, "id", 0));
    TRY(db_first_row(call->ctx, st, &row));
    if (!row)
        return ctx_fail_key(call->ctx, RC_NOT_FOUND, "measure.not_found");
    TRY(finding_read_locked(call, value_get_int(row, "finding_id", 0), &finding));
    TRY(lifecycle_begin(call, lifecycle_find(NOUN_FINDING, "to_long_term"), finding));
    bool is_of_cycle = value_get_int(row, "measure_cycle", 1) == value_get_int(finding, "cycle_n", 1);
    if (!is_of_cycle || !str_equal(value_get_text(row, "state"), STR("planned")))
        return ctx_fail_key(call->ctx, RC_GUARD, "phase.measure_over");
    return ask(call, "measure", row, finding);
}

/* ---- the decision ------------------------------------------------------------------------------------------- */

enum rc long_term_review_ended(struct command_call *call, const struct value *review, const char *outcome)
{
    struct arena *arena = call->ctx->arena;
    struct value *asked, *finding, *body;
    int64_t seq, finding_id = value_get_int(review, "finding_id", 0);
    if (!str_equal_cstr(STR("approved"), outcome))
        return RC_OK;
    TRY(json_parse(call->ctx, value_get_text(review, "asked"), &asked));
    TRY(finding_read_locked(call, finding_id, &finding));
    if (!lifecycle_is_from(lifecycle_find(NOUN_FINDING, "to_long_term"), value_get_text(finding, "status")))
        return ctx_fail_key(call->ctx, RC_GUARD, "phase.measure_over"); /* it was closed while the case ran */
    body = value_copy(arena, asked);
    value_put_text(arena, body, "subject_kind", value_get_text(review, "subject_kind"));
    value_put_int(arena, body, "subject_id", value_get_int(review, "subject_id", 0));
    value_put_int(arena, body, "finding_id", finding_id);
    value_put_int(arena, body, "review_id", value_get_int(review, "id", 0));
    return command_append(call, EVENT_PHASE_CHANGED, value_get_int(review, "source_id", 0), finding_id, body, &seq);
}

/* ---- tick: a long task without a dated step in the next six months is told ----------------------------------- */

static enum rc tell_task(struct tick *tick, const struct value *found)
{
    struct value *row, *body;
    int64_t id = value_get_int(found, "id", 0), seq;
    TRY(task_find_for_write(tick->call, id, &row));
    body = lifecycle_body_of(tick->call, NOUN_TASK, row);
    lifecycle_wait(tick->call, body, "plan_long_node", STR("unit"), value_get_int(row, "unit_id", 0), STR_EMPTY);
    tick->changed++;
    return command_append(tick->call, EVENT_LONG_TERM_TOLD, value_get_int(row, "source_id", 0), id, body, &seq);
}

static enum rc settle_task(struct tick *tick, const struct value *found)
{
    struct value *row;
    int64_t id = value_get_int(found, "id", 0), seq;
    TRY(task_find_for_write(tick->call, id, &row));
    tick->changed++;
    return command_append(tick->call, EVENT_LONG_TERM_SETTLED, value_get_int(row, "source_id", 0), id,
                          lifecycle_body_of(tick->call, NOUN_TASK, row), &seq);
}

enum rc tick_long_term(struct tick *tick)
{
    static const struct tick_step steps[] = {{Q_LONG_TERM_WITHOUT_NODE, tell_task, 0},
                                             {Q_LONG_TERM_WITH_NODE, settle_task, 0}};
    tick->until = date_text(tick->call->ctx->arena, tick->day + NODE_WITHIN_DAYS);
    return tick_run_steps(tick, steps, sizeof steps / sizeof steps[0]);
}

/* ---- commands ----------------------------------------------------------------------------------------------- */

static const struct field to_long_term_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                   {"due", FIELD_DATE, true, 0, NULL},
                                                   {"yearly_goal", FIELD_LONG, true, 2000, NULL},
                                                   {"finish_mark", FIELD_LONG, true, 2000, NULL},
                                                   {"reason", FIELD_LONG, true, 2000, NULL}};
const struct command command_finding_to_long_term = {.name = "finding.to_long_term",
                                                     .perm = PERM_TASK_APPROVE,
                                                     COMMAND_FIELDS(to_long_term_fields),
                                                     .run = finding_to_long_term,
                                                     .path = "/findings/{id}/to_long_term",
                                                     .redirect = "/reviews/{review_id}"};
const struct command command_measure_to_long_term = {.name = "measure.to_long_term",
                                                     .perm = PERM_TASK_APPROVE,
                                                     COMMAND_FIELDS(to_long_term_fields),
                                                     .run = measure_to_long_term,
                                                     .path = "/measures/{id}/to_long_term",
                                                     .redirect = "/reviews/{review_id}"};
const struct command command_task_to_long_term = {.name = "task.to_long_term",
                                                  .perm = PERM_TASK_APPROVE,
                                                  COMMAND_FIELDS(to_long_term_fields),
                                                  .run = task_to_long_term,
                                                  .path = "/tasks/{id}/to_long_term",
                                                  .redirect = "/reviews/{review_id}"};
