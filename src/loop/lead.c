/* lead.c: lead cases; see lead.h.
 *
 * Invariants: a leader has an item once; the counters follow from the log; who only keeps cases of his own (no
 * permission to supervise) writes in no other's log.
 */
#include "loop/lead.h"

#include "loop/tick.h"

/* Field person_id or post_id; both must exist. */
static enum rc read_leader(struct command_call *call, struct value *body)
{
    struct arena *arena = call->ctx->arena;
    int64_t person_id = value_get_int(call->input, "person_id", 0), post_id = value_get_int(call->input, "post_id", 0);
    struct value *found;
    if (!person_id && !post_id)
        return ctx_fail_field(call->ctx, RC_INVALID, "lead.no_leader", "person_id");
    struct db_stmt *st = db_query(call->db, post_id ? Q_LEAD_POST_GET_ANY : Q_PERSON_GET_ANY);
    db_bind_int(st, "id", post_id ? post_id : person_id);
    TRY(db_first_row(call->ctx, st, &found));
    if (!found)
        return ctx_fail_field(call->ctx, RC_INVALID, post_id ? "post.not_found" : "person.not_found",
                              post_id ? "post_id" : "person_id");
    value_put_text(arena, body, "leader_kind", post_id ? STR("post") : STR("person"));
    value_put_int(arena, body, "leader_id", post_id ? post_id : person_id);
    return RC_OK;
}

static enum rc count(struct command_call *call, enum query query, const struct value *body, int64_t *ret_n)
{
    struct db_stmt *st = db_query(call->db, query);
    db_bind_map(st, body);
    return db_get_int(call->ctx, st, ret_n);
}

static void wait_for_hearing(struct command_call *call, struct value *body, const struct value *row, struct str day)
{
    lifecycle_wait(call, body, "hear_lead", value_get_text(row, "leader_kind"), value_get_int(row, "leader_id", 0),
                   day);
}

static enum rc lead_start(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *subject;
    int64_t n, same;
    TRY(supervise_subject(call, PERM_SUPERVISE, &subject));
    if (!value_get_int(subject, "is_open", 0))
        return ctx_fail_key(call->ctx, RC_GUARD, "supervise.subject_over");
    struct value *body = supervise_body(call, "lead", subject, STR_EMPTY, value_get_text(subject, "title"));
    value_put_text(arena, body, "subject_kind", value_get_text(subject, "subject_kind"));
    value_put_int(arena, body, "subject_id", value_get_int(subject, "id", 0));
    TRY(read_leader(call, body));
    TRY(count(call, Q_LEAD_ACTIVE_SAME, body, &same));
    if (same)
        return ctx_fail_key(call->ctx, RC_GUARD, "lead.already");
    TRY(count(call, Q_LEAD_COUNT_OF, body, &n));
    value_set(body, STR("no"),
              value_new_text(
                  arena, arena_format(arena, "%.*s-L%lld", STR_ARG(value_get_text(subject, "no")), (long long)n + 1)));
    supervise_copy(call, body, NULL, "kind difficulty");
    struct str next = value_get_text(call->input, "next_hear");
    next = next.n ? next : supervise_day_after(arena, lifecycle_today(call), SUPERVISE_LEAD_CYCLE_DAYS);
    value_put_text(arena, body, "next_hear", next);
    wait_for_hearing(call, body, body, next);
    return supervise_append(call, EVENT_LEAD_STARTED, 0, body);
}

/* Of the office anybody; else only the leader, or who acts for him. */
static enum rc check_own(struct command_call *call, const struct value *row)
{
    bool is_own;
    if (actor_check(call->ctx, call->db, call->actor, PERM_SUPERVISE, value_get_int(row, "unit_id", 0),
                    value_get_int(row, "label", LABEL_INTERNAL)) == RC_OK)
        return RC_OK;
    TRY(lifecycle_is_actor(call, value_get_text(row, "leader_kind"), value_get_int(row, "leader_id", 0), &is_own));
    return is_own ? RC_OK : ctx_fail_key(call->ctx, RC_GUARD, "lead.not_yours");
}

static enum rc lead_change(struct command_call *call)
{
    struct value *row, *body;
    TRY(supervise_begin(call, NOUN_LEAD, Q_LEAD_GET_ANY, "lead.not_found", "change", &row, &body));
    TRY(check_own(call, row));
    supervise_copy(call, body, row, "kind difficulty next_hear");
    wait_for_hearing(call, body, row, value_get_text(body, "next_hear"));
    return supervise_append(call, EVENT_LEAD_CHANGED, value_get_int(row, "id", 0), body);
}

static enum rc lead_log(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body;
    TRY(supervise_begin(call, NOUN_LEAD, Q_LEAD_GET_ANY, "lead.not_found", "log", &row, &body));
    TRY(check_own(call, row));
    struct str today = lifecycle_today(call), day = value_get_text(call->input, "on_day"),
               next = value_get_text(call->input, "next_hear");
    if (str_compare(day, today) > 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "supervise.day_range", "on_day");
    if (next.n && str_compare(next, day) <= 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "lead.next_before", "next_hear");
    supervise_copy(call, body, NULL, "kind on_day text result");
    bool is_hearing = str_equal(value_get_text(call->input, "kind"), STR("hear"));
    if (!next.n)
        next =
            is_hearing ? supervise_day_after(arena, day, SUPERVISE_LEAD_CYCLE_DAYS) : value_get_text(row, "next_hear");
    value_put_text(arena, body, "next_hear", next);
    wait_for_hearing(call, body, row, next);
    return supervise_append(call, EVENT_LEAD_LOGGED, value_get_int(row, "id", 0), body);
}

static enum rc lead_end(struct command_call *call)
{
    struct value *row, *body;
    TRY(supervise_begin(call, NOUN_LEAD, Q_LEAD_GET_ANY, "lead.not_found", "end", &row, &body));
    return supervise_append(call, EVENT_LEAD_ENDED, value_get_int(row, "id", 0), body);
}

static enum rc end_over(struct tick *tick, const struct value *row)
{
    struct value *body = lifecycle_body_of(tick->call, NOUN_LEAD, row);
    value_put_text(tick->call->ctx->arena, body, "by", STR("over"));
    tick->changed++;
    return supervise_append(tick->call, EVENT_LEAD_ENDED, value_get_int(row, "id", 0), body);
}

enum rc tick_lead(struct tick *tick)
{
    static const struct tick_step step = {Q_LEAD_OVER, end_over, 0};
    return tick_run_steps(tick, &step, 1);
}

#define KINDS "lead|supervise|whole"

static const struct field lead_start_fields[] = {
    {"finding_id", FIELD_ID, false, 0, NULL}, {"task_id", FIELD_ID, false, 0, NULL},
    {"kind", FIELD_CHOICE, true, 0, KINDS},   {"person_id", FIELD_ID, false, 0, NULL},
    {"post_id", FIELD_ID, false, 0, NULL},    {"difficulty", FIELD_LONG, false, 2000, NULL},
    {"next_hear", FIELD_DATE, false, 0, NULL}};
const struct command command_lead_start = {.name = "lead.start",
                                           .perm = PERM_SUPERVISE,
                                           COMMAND_FIELDS(lead_start_fields),
                                           .run = lead_start,
                                           .path = "/leads",
                                           .redirect = "/leads/{id}"};

static const struct field lead_change_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                  {"kind", FIELD_CHOICE, true, 0, KINDS},
                                                  {"difficulty", FIELD_LONG, false, 2000, NULL},
                                                  {"next_hear", FIELD_DATE, true, 0, NULL}};
const struct command command_lead_change = {.name = "lead.change",
                                            .perm = PERM_LEAD_WRITE,
                                            COMMAND_FIELDS(lead_change_fields),
                                            .run = lead_change,
                                            .path = "/leads/{id}/change",
                                            .redirect = "/leads/{id}"};

static const struct field lead_log_fields[] = {
    {"id", FIELD_ID, true, 0, NULL},           {"kind", FIELD_CHOICE, true, 0, "hear|deploy|visit|solve"},
    {"on_day", FIELD_DATE, true, 0, NULL},     {"text", FIELD_LONG, true, 4000, NULL},
    {"result", FIELD_LONG, false, 4000, NULL}, {"next_hear", FIELD_DATE, false, 0, NULL}};
const struct command command_lead_log = {.name = "lead.log",
                                         .perm = PERM_LEAD_WRITE,
                                         COMMAND_FIELDS(lead_log_fields),
                                         .run = lead_log,
                                         .path = "/leads/{id}/log",
                                         .redirect = "/leads/{id}"};

static const struct field lead_end_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                               {"reason", FIELD_TEXT, true, 500, NULL}};
const struct command command_lead_end = {.name = "lead.end",
                                         .perm = PERM_SUPERVISE,
                                         COMMAND_FIELDS(lead_end_fields),
                                         .run = lead_end,
                                         .path = "/leads/{id}/end",
                                         .redirect = "/leads/{id}"};
