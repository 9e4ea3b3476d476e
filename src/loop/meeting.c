/* meeting.c: meetings and their decisions; see meeting.h.
 *
 * Invariants: numbers are never used again; a decision belongs to the unit that does it and is read by that unit,
 * whoever may read the meeting; a problem becomes a finding once.
 */
#include "loop/meeting.h"

#include "loop/finding.h"
#include "loop/task.h"
#include "loop/tick.h"

static enum rc begin(struct command_call *call, const char *command, struct value **ret_row, struct value **ret_body)
{
    return supervise_begin(call, NOUN_MEETING, Q_MEETING_GET_ANY, "meeting.not_found", command, ret_row, ret_body);
}

static enum rc append(struct command_call *call, enum event_kind kind, const struct value *row,
                      const struct value *body)
{
    return supervise_append(call, kind, value_get_int(row, "id", 0), body);
}

/* HY-2026-001 */
static enum rc next_no(struct command_call *call, struct str *ret_no)
{
    struct arena *arena = call->ctx->arena;
    struct str prefix = arena_format(arena, "HY-%.*s-", 4, lifecycle_today(call).p);
    int64_t n;
    struct db_stmt *st = db_query(call->db, Q_MEETING_NEXT_NO);
    db_bind_text(st, "prefix", prefix);
    TRY(db_get_int(call->ctx, st, &n));
    *ret_no = arena_format(arena, "%.*s%03lld", STR_ARG(prefix), (long long)n);
    return RC_OK;
}

static enum rc check_label(struct command_call *call, int64_t label)
{
    return label >= LABEL_PUBLIC && label <= LABEL_WORK_SECRET
               ? RC_OK
               : ctx_fail_field(call->ctx, RC_INVALID, "field.not_a_choice", "label");
}

static enum rc check_unit(struct command_call *call, int64_t unit_id)
{
    struct value *unit;
    struct db_stmt *st = db_query(call->db, Q_UNIT_GET_ANY);
    db_bind_int(st, "id", unit_id);
    TRY(db_first_row(call->ctx, st, &unit));
    bool is_open = unit && value_is_null(value_get(unit, "valid_to"));
    return is_open ? RC_OK : ctx_fail_field(call->ctx, RC_INVALID, "unit.not_found", "unit_id");
}

/* A group of the call must be one that the actor may read. */
static enum rc check_team(struct command_call *call, struct value *body)
{
    int64_t team_id = value_get_int(call->input, "team_id", 0);
    struct value *group;
    if (!team_id) {
        value_put_null(call->ctx->arena, body, "team_id");
        return RC_OK;
    }
    struct db_stmt *st = db_query(call->db, Q_GROUP_GET_ANY);
    db_bind_int(st, "id", team_id);
    TRY(db_first_row(call->ctx, st, &group));
    if (!group || actor_check(call->ctx, call->db, call->actor, PERM_TASK_READ, value_get_int(group, "unit_id", 0),
                              value_get_int(group, "label", LABEL_INTERNAL)) != RC_OK)
        return ctx_fail_field(call->ctx, RC_INVALID, "group.not_found", "team_id");
    value_put_int(call->ctx->arena, body, "team_id", team_id);
    return RC_OK;
}

static enum rc meeting_create(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    int64_t unit_id = value_get_int(call->input, "unit_id", 0),
            label = value_get_int(call->input, "label", LABEL_INTERNAL);
    struct str no;
    TRY(check_label(call, label));
    TRY(command_require(call, PERM_MEETING_WRITE, unit_id, label));
    TRY(check_unit(call, unit_id));
    TRY(next_no(call, &no));
    struct value *place = value_new_map(arena);
    value_put_int(arena, place, "unit_id", unit_id);
    value_put_int(arena, place, "label", label);
    struct value *body = supervise_body(call, "meeting", place, no, value_get_text(call->input, "title"));
    supervise_copy(call, body, NULL, "kind held_on place chair agenda");
    TRY(check_team(call, body));
    lifecycle_wait(call, body, "hold_meeting", STR("office"), unit_id, value_get_text(call->input, "held_on"));
    value_put_text(arena, call->result, "no", no);
    return supervise_append(call, EVENT_MEETING_CREATED, 0, body);
}

static enum rc meeting_change(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "change", &row, &body));
    supervise_copy(call, body, row, "title held_on place chair agenda");
    lifecycle_wait(call, body, "hold_meeting", STR("office"), value_get_int(row, "unit_id", 0),
                   value_get_text(body, "held_on"));
    return append(call, EVENT_MEETING_CHANGED, row, body);
}

static enum rc put_people(struct command_call *call, struct value *people, const char *field, const char *role)
{
    struct arena *arena = call->ctx->arena;
    VALUE_EACH (item, value_get(call->input, field)) {
        struct value *person;
        struct db_stmt *st = db_query(call->db, Q_PERSON_GET_ANY);
        db_bind_int(st, "id", item->integer);
        TRY(db_first_row(call->ctx, st, &person));
        if (!person)
            return ctx_fail_field(call->ctx, RC_INVALID, "person.not_found", field);
        VALUE_EACH (before, people) {
            if (value_get_int(before, "person_id", 0) == item->integer)
                return ctx_fail_field(call->ctx, RC_INVALID, "meeting.person_twice", field);
        }
        struct value *one = value_add_map(arena, people);
        value_put_int(arena, one, "person_id", item->integer);
        value_put_text(arena, one, "role", str_from_cstr(role));
    }
    return RC_OK;
}

static enum rc meeting_hold(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "hold", &row, &body));
    if (str_compare(value_get_text(call->input, "held_on"), lifecycle_today(call)) > 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "supervise.day_range", "held_on");
    supervise_copy(call, body, row, "held_on chair observers minutes");
    struct value *people = value_put_list(call->ctx->arena, body, "people");
    TRY(put_people(call, people, "attended", "attended"));
    TRY(put_people(call, people, "observed", "observed"));
    TRY(put_people(call, people, "absent", "absent"));
    return append(call, EVENT_MEETING_HELD, row, body);
}

static enum rc meeting_report(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "report", &row, &body));
    supervise_copy(call, body, NULL, "report_on");
    return append(call, EVENT_MEETING_REPORTED, row, body);
}

static enum rc meeting_void(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "void", &row, &body));
    return append(call, EVENT_MEETING_VOIDED, row, body);
}

/* ---- decisions ---------------------------------------------------------------------------------------------- */

static enum rc meeting_decide(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body;
    int64_t unit_id = value_get_int(call->input, "unit_id", 0);
    TRY(begin(call, "decide", &row, &body));
    TRY(check_unit(call, unit_id));
    TRY(command_require(call, PERM_MEETING_WRITE, unit_id, value_get_int(row, "label", LABEL_INTERNAL)));
    struct str no = arena_format(arena, "%.*s-J%lld", STR_ARG(value_get_text(row, "no")),
                                 (long long)value_get_int(row, "last_decision", 0) + 1);
    struct value *made = supervise_body(call, "decision", row, no, value_get_text(call->input, "text"));
    value_set(made, STR("unit_id"), value_new_int(arena, unit_id));
    value_put_int(arena, made, "meeting_id", value_get_int(row, "id", 0));
    supervise_copy(call, made, NULL, "due");
    lifecycle_wait(call, made, "do_decision", STR("unit"), unit_id, value_get_text(call->input, "due"));
    int64_t id;
    TRY(command_append(call, EVENT_DECISION_MADE, CHAIN_ORGANISATION, 0, made, &id));
    value_put_int(arena, call->result, "decision_id", id);
    value_put_text(arena, call->result, "no", no);
    return RC_OK;
}

static enum rc begin_decision(struct command_call *call, const char *command, struct value **ret_row,
                              struct value **ret_body)
{
    return supervise_begin(call, NOUN_DECISION, Q_DECISION_GET_ANY, "decision.not_found", command, ret_row, ret_body);
}

static void put_text(struct arena *arena, struct value *raw, const char *key, struct str text)
{
    if (text.n)
        value_put_text(arena, raw, key, text);
}

static enum rc decision_task(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body, *raw = value_new_map(arena), *task;
    TRY(begin_decision(call, "task", &row, &body));
    if (value_get_int(row, "task_id", 0))
        return ctx_fail_key(call->ctx, RC_GUARD, "decision.has_task");
    value_put_int(arena, raw, "measure_id", value_get_int(call->input, "measure_id", 0));
    value_put_int(arena, raw, "unit_id", value_get_int(row, "unit_id", 0));
    put_text(arena, raw, "title", value_get_text(row, "title"));
    put_text(arena, raw, "due", value_get_text(row, "due"));
    TRY(supervise_run(call, &command_task_assign, raw, &task));
    value_put_int(arena, body, "task_id", value_get_int(task, "id", 0));
    value_put_text(arena, body, "task_no", value_get_text(task, "no"));
    value_put_int(arena, call->result, "task_id", value_get_int(task, "id", 0));
    return append(call, EVENT_DECISION_TASKED, row, body);
}

static enum rc finish(struct command_call *call, const char *command, struct str result)
{
    struct value *row, *body;
    TRY(begin_decision(call, command, &row, &body));
    value_put_text(call->ctx->arena, body, "result", result);
    return append(call, EVENT_DECISION_FINISHED, row, body);
}

static enum rc decision_finish(struct command_call *call)
{
    return finish(call, "finish", value_get_text(call->input, "result"));
}

static enum rc decision_cancel(struct command_call *call)
{
    return finish(call, "cancel", value_get_text(call->input, "reason"));
}

/* A decision ends with the task that came of it. */
static enum rc finish_with_task(struct tick *tick, const struct value *row)
{
    struct arena *arena = tick->call->ctx->arena;
    bool is_done = str_equal(value_get_text(row, "task_state"), STR("done"));
    struct value *body = lifecycle_body_of(tick->call, NOUN_DECISION, row);
    value_put_text(arena, body, "by", STR("task"));
    value_put_text(arena, body, "to", is_done ? STR("done") : STR("cancelled"));
    value_put_text(arena, body, "result", value_get_text(row, "task_no"));
    tick->changed++;
    return append(tick->call, EVENT_DECISION_FINISHED, row, body);
}

enum rc tick_decision(struct tick *tick)
{
    static const struct tick_step step = {Q_DECISION_OVER, finish_with_task, 0};
    return tick_run_steps(tick, &step, 1);
}

/* ---- problems ----------------------------------------------------------------------------------------------- */

static enum rc meeting_problem(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body;
    TRY(begin(call, "problem", &row, &body));
    int64_t person_id = value_get_int(call->input, "person_id", 0);
    if (person_id) {
        struct value *person;
        TRY(supervise_read(call, Q_PERSON_GET_ANY, person_id, "person.not_found", &person));
    }
    supervise_copy(call, body, NULL, "text cause person_id");
    value_put_int(arena, body, "n", value_get_int(row, "last_problem", 0) + 1);
    return append(call, EVENT_MEETING_FOUND, row, body);
}

static enum rc meeting_find(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body, *problem, *finding, *raw = value_new_map(arena);
    TRY(begin(call, "find", &row, &body));
    struct db_stmt *st = db_query(call->db, Q_PROBLEM_GET_ANY);
    db_bind_int(st, "problem_id", value_get_int(call->input, "problem_id", 0));
    db_bind_int(st, "id", value_get_int(row, "id", 0));
    TRY(db_first_row(call->ctx, st, &problem));
    if (!problem)
        return ctx_fail_field(call->ctx, RC_INVALID, "meeting.problem_not_found", "problem_id");
    if (value_get_int(problem, "finding_id", 0))
        return ctx_fail_key(call->ctx, RC_GUARD, "meeting.problem_entered");
    value_put_int(arena, raw, "source_id", value_get_int(call->input, "source_id", 0));
    put_text(arena, raw, "title",
             str_slice(value_get_text(problem, "text"), 0, str_find_byte(value_get_text(problem, "text"), '\n', 0)));
    put_text(arena, raw, "facts", value_get_text(problem, "text"));
    value_put_int(arena, raw, "unit_id", value_get_int(row, "unit_id", 0));
    value_put_int(arena, raw, "label", value_get_int(row, "label", LABEL_INTERNAL));
    TRY(supervise_run(call, &command_finding_create, raw, &finding));
    value_put_int(arena, body, "problem_id", value_get_int(problem, "id", 0));
    value_put_int(arena, body, "finding_id", value_get_int(finding, "id", 0));
    value_put_text(arena, body, "finding_no", value_get_text(finding, "no"));
    value_put_int(arena, call->result, "finding_id", value_get_int(finding, "id", 0));
    return append(call, EVENT_MEETING_ENTERED, row, body);
}

/* ---- commands ----------------------------------------------------------------------------------------------- */

#define KINDS "leading_group|party_board|special|democratic_life|directors|managers|task_force"

static const struct field meeting_create_fields[] = {
    {"unit_id", FIELD_ID, true, 0, NULL},      {"kind", FIELD_CHOICE, true, 0, KINDS},
    {"title", FIELD_TEXT, true, 200, NULL},    {"held_on", FIELD_DATE, true, 0, NULL},
    {"place", FIELD_TEXT, false, 120, NULL},   {"chair", FIELD_TEXT, false, 60, NULL},
    {"agenda", FIELD_LONG, false, 4000, NULL}, {"label", FIELD_INT, false, 0, NULL},
    {"team_id", FIELD_ID, false, 0, NULL}};
const struct command command_meeting_create = {.name = "meeting.create",
                                               .perm = PERM_MEETING_WRITE,
                                               COMMAND_FIELDS(meeting_create_fields),
                                               .run = meeting_create,
                                               .path = "/meetings",
                                               .redirect = "/meetings/{id}"};

static const struct field meeting_change_fields[] = {
    {"id", FIELD_ID, true, 0, NULL},        {"title", FIELD_TEXT, true, 200, NULL},
    {"held_on", FIELD_DATE, true, 0, NULL}, {"place", FIELD_TEXT, false, 120, NULL},
    {"chair", FIELD_TEXT, false, 60, NULL}, {"agenda", FIELD_LONG, false, 4000, NULL}};
const struct command command_meeting_change = {.name = "meeting.change",
                                               .perm = PERM_MEETING_WRITE,
                                               COMMAND_FIELDS(meeting_change_fields),
                                               .run = meeting_change,
                                               .path = "/meetings/{id}/change",
                                               .redirect = "/meetings/{id}"};

static const struct field meeting_hold_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                   {"held_on", FIELD_DATE, true, 0, NULL},
                                                   {"chair", FIELD_TEXT, false, 60, NULL},
                                                   {"attended", FIELD_IDS, false, 200, NULL},
                                                   {"observed", FIELD_IDS, false, 200, NULL},
                                                   {"absent", FIELD_IDS, false, 200, NULL},
                                                   {"observers", FIELD_TEXT, false, 200, NULL},
                                                   {"minutes", FIELD_LONG, false, 20000, NULL}};
const struct command command_meeting_hold = {.name = "meeting.hold",
                                             .perm = PERM_MEETING_WRITE,
                                             COMMAND_FIELDS(meeting_hold_fields),
                                             .run = meeting_hold,
                                             .path = "/meetings/{id}/hold",
                                             .redirect = "/meetings/{id}"};

static const struct field meeting_report_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                     {"report_on", FIELD_DATE, true, 0, NULL}};
const struct command command_meeting_report = {.name = "meeting.report",
                                               .perm = PERM_MEETING_WRITE,
                                               COMMAND_FIELDS(meeting_report_fields),
                                               .run = meeting_report,
                                               .path = "/meetings/{id}/report",
                                               .redirect = "/meetings/{id}"};

static const struct field reason_fields[] = {{"id", FIELD_ID, true, 0, NULL}, {"reason", FIELD_TEXT, true, 500, NULL}};
const struct command command_meeting_void = {.name = "meeting.void",
                                             .perm = PERM_MEETING_WRITE,
                                             COMMAND_FIELDS(reason_fields),
                                             .run = meeting_void,
                                             .path = "/meetings/{id}/void",
                                             .redirect = "/meetings/{id}"};

static const struct field meeting_decide_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                     {"text", FIELD_TEXT, true, 300, NULL},
                                                     {"unit_id", FIELD_ID, true, 0, NULL},
                                                     {"due", FIELD_DATE, false, 0, NULL}};
const struct command command_meeting_decide = {.name = "meeting.decide",
                                               .perm = PERM_MEETING_WRITE,
                                               COMMAND_FIELDS(meeting_decide_fields),
                                               .run = meeting_decide,
                                               .path = "/meetings/{id}/decide",
                                               .redirect = "/meetings/{id}"};

static const struct field meeting_problem_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                      {"text", FIELD_LONG, true, 2000, NULL},
                                                      {"cause", FIELD_LONG, false, 2000, NULL},
                                                      {"person_id", FIELD_ID, false, 0, NULL}};
const struct command command_meeting_problem = {.name = "meeting.problem",
                                                .perm = PERM_MEETING_WRITE,
                                                COMMAND_FIELDS(meeting_problem_fields),
                                                .run = meeting_problem,
                                                .path = "/meetings/{id}/problem",
                                                .redirect = "/meetings/{id}"};

static const struct field meeting_find_fields[] = {
    {"id", FIELD_ID, true, 0, NULL}, {"problem_id", FIELD_ID, true, 0, NULL}, {"source_id", FIELD_ID, true, 0, NULL}};
const struct command command_meeting_find = {.name = "meeting.find",
                                             .perm = PERM_FINDING_WRITE,
                                             COMMAND_FIELDS(meeting_find_fields),
                                             .run = meeting_find,
                                             .path = "/meetings/{id}/find",
                                             .redirect = "/meetings/{id}"};

static const struct field decision_task_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                    {"measure_id", FIELD_ID, true, 0, NULL}};
const struct command command_decision_task = {.name = "decision.task",
                                              .perm = PERM_MEETING_WRITE,
                                              COMMAND_FIELDS(decision_task_fields),
                                              .run = decision_task,
                                              .path = "/decisions/{id}/task",
                                              .redirect = "/decisions/{id}"};

static const struct field decision_finish_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                      {"result", FIELD_LONG, true, 2000, NULL}};
const struct command command_decision_finish = {.name = "decision.finish",
                                                .perm = PERM_TASK_WORK,
                                                COMMAND_FIELDS(decision_finish_fields),
                                                .run = decision_finish,
                                                .path = "/decisions/{id}/finish",
                                                .redirect = "/decisions/{id}"};
const struct command command_decision_cancel = {.name = "decision.cancel",
                                                .perm = PERM_MEETING_WRITE,
                                                COMMAND_FIELDS(reason_fields),
                                                .run = decision_cancel,
                                                .path = "/decisions/{id}/cancel",
                                                .redirect = "/decisions/{id}"};
