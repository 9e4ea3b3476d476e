/* plan.c: see plan.h.
 *
 * Invariants: a source has one plan; the number of a version is never used again and its rows never change; what a
 * meeting approves is what was put before it, word for word.  Findings are put to work by the same function as
 * finding.plan.
 */
#include "loop/plan.h"

#include "base/clock.h"
#include "loop/finding.h"
#include "loop/locked.h"

/* Months after the feedback: the report upwards, and the end of the concentrated period.  Source: the seed document
 * [S]; see domain.md 1. */
enum { REPORT_MONTHS = 1, CONCENTRATED_MONTHS = 6, SEND_DAYS = 5 };

static struct str months_after(struct arena *arena, struct str day, int months)
{
    int32_t n;
    int year, month, dom;
    if (!date_parse(day, &n))
        return STR_EMPTY;
    date_to_civil(n, &year, &month, &dom);
    int total = year * 12 + month - 1 + months, last = date_days_in_month(total / 12, total % 12 + 1);
    return date_from_civil(total / 12, total % 12 + 1, dom < last ? dom : last, &n) ? date_text(arena, n) : STR_EMPTY;
}

static void put_date(struct arena *arena, struct value *body, const char *key, struct str day)
{
    if (day.n)
        value_put_text(arena, body, key, day);
    else
        value_put_null(arena, body, key);
}

static enum rc begin(struct command_call *call, const char *command, struct value **ret_row, struct value **ret_body)
{
    const struct lifecycle_move *move = lifecycle_find(NOUN_PLAN, command);
    int64_t id = value_get_int(call->input, "id", 0);
    TRY(locked_row(call, Q_PLAN_GET_ANY, id, "plan.not_found", ret_row));
    TRY(lifecycle_begin(call, move, *ret_row));
    *ret_body = lifecycle_body(call, move, *ret_row, NULL);
    value_put_int(call->ctx->arena, call->result, "id", id);
    return RC_OK;
}

static enum rc append(struct command_call *call, enum event_kind kind, const struct value *row,
                      const struct value *body)
{
    int64_t seq;
    return command_append(call, kind, value_get_int(row, "source_id", 0), value_get_int(row, "id", 0), body, &seq);
}

static void wait_for(struct command_call *call, struct value *body, const struct value *row, const char *what,
                     struct str due)
{
    lifecycle_wait(call, body, what, STR("office"), value_get_int(row, "unit_id", 0), due);
}

/* ---- making and changing ------------------------------------------------------------------------------------ */

/* The plan's label: at least the source's, at most what the actor may write. */
static enum rc check_label(struct command_call *call, const struct value *source, int64_t *ret_label)
{
    int64_t low = value_get_int(source, "label", LABEL_INTERNAL), label = value_get_int(call->input, "label", low);
    if (label < low || label > LABEL_WORK_SECRET)
        return ctx_fail_field(call->ctx, RC_INVALID, "plan.label_too_low", "label");
    *ret_label = label;
    return command_require(call, PERM_PLAN_WRITE, value_get_int(source, "unit_id", 0), label);
}

static struct str given_or(struct command_call *call, const char *key, struct str otherwise)
{
    struct str given = value_get_text(call->input, key);
    return given.n ? given : otherwise;
}

static enum rc plan_make(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *source, *body = value_new_map(arena);
    int64_t source_id = value_get_int(call->input, "source_id", 0), label = 0, id;
    TRY(locked_row(call, Q_PLAN_SOURCE, source_id, "source.not_found", &source));
    TRY(lifecycle_require(call, NOUN_PLAN, PERM_PLAN_WRITE, source));
    TRY(check_label(call, source, &label));
    if (value_get_int(source, "plan_id", 0))
        return ctx_fail(call->ctx, RC_GUARD, "plan.exists", STR_EMPTY,
                        arena_format(arena, "/plans/%lld", (long long)value_get_int(source, "plan_id", 0)), NULL, 0);
    struct str fed_back = value_get_text(source, "fed_back");
    struct str report_due = given_or(call, "report_due", months_after(arena, fed_back, REPORT_MONTHS));
    value_put_text(arena, body, "noun", STR("plan"));
    value_put_text(arena, body, "no", arena_format(arena, "%.*s-FA", STR_ARG(value_get_text(source, "no"))));
    value_put_text(arena, body, "title", given_or(call, "title", value_get_text(source, "title")));
    value_put_int(arena, body, "unit_id", value_get_int(source, "unit_id", 0));
    value_put_int(arena, body, "label", label);
    value_put_int(arena, body, "source_id", source_id);
    put_date(arena, body, "report_due", report_due);
    put_date(arena, body, "concentrated_end",
             given_or(call, "concentrated_end", months_after(arena, fed_back, CONCENTRATED_MONTHS)));
    value_put_text(arena, body, "pledge", value_get_text(call->input, "pledge"));
    value_put_list(arena, body, "waits");
    wait_for(call, body, source, "submit_plan", report_due);
    TRY(command_append(call, EVENT_PLAN_MADE, source_id, 0, body, &id));
    value_put_int(arena, call->result, "id", id);
    return RC_OK;
}

static enum rc plan_change(struct command_call *call)
{
    static const char *const keys[] = {"title", "report_due", "concentrated_end", "pledge", NULL};
    struct arena *arena = call->ctx->arena;
    struct value *row, *body;
    TRY(begin(call, "change", &row, &body));
    TRY(lifecycle_check_revision(call, row));
    struct str report_due = value_get_text(call->input, "report_due"), title = value_get_text(call->input, "title");
    value_put_text(arena, body, "new_title", title);
    value_set(body, STR("title"), value_new_text(arena, title));
    put_date(arena, body, "report_due", report_due);
    put_date(arena, body, "concentrated_end", value_get_text(call->input, "concentrated_end"));
    value_put_text(arena, body, "pledge", value_get_text(call->input, "pledge"));
    lifecycle_note_changes(call, body, row, keys);
    (void)value_add_map(arena, value_put_list(arena, body, "rewait"));
    wait_for(call, body, row, "submit_plan", report_due);
    return append(call, EVENT_PLAN_CHANGED, row, body);
}

/* ---- before the meeting ------------------------------------------------------------------------------------- */

static enum rc rows_now(struct command_call *call, const struct value *plan, struct value **ret_rows)
{
    return plan_rows_now(call->ctx, call->db, value_get_int(plan, "source_id", 0), value_get_int(plan, "unit_id", 0),
                         value_get_int(plan, "label", LABEL_INTERNAL), ret_rows);
}

static enum rc plan_submit(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body, *rows;
    TRY(begin(call, "submit", &row, &body));
    TRY(rows_now(call, row, &rows));
    int64_t version = value_get_int(row, "last_version", 0) + 1;
    value_put_int(arena, body, "version", version);
    value_put_text(arena, body, "basis", value_get_text(call->input, "reason"));
    value_put_int(arena, body, "row_count", (int64_t)value_count(rows));
    value_put(body, STR("rows"), rows);
    wait_for(call, body, row, "approve_plan", value_get_text(row, "report_due"));
    value_put_int(arena, call->result, "version", version);
    value_put_int(arena, call->result, "row_count", (int64_t)value_count(rows));
    return append(call, EVENT_PLAN_SUBMITTED, row, body);
}

/* ---- the meeting -------------------------------------------------------------------------------------------- */

/* A recorded meeting: held, and readable by whoever refers to it. */
static enum rc read_meeting(struct command_call *call, int64_t id, const char *field, struct value **ret_meeting)
{
    TRY(unlocked_row(call, Q_PLAN_MEETING, id, ret_meeting));
    const struct value *meeting = *ret_meeting;
    if (!meeting || actor_check(call->ctx, call->db, call->actor, PERM_TASK_READ, value_get_int(meeting, "unit_id", 0),
                                value_get_int(meeting, "label", LABEL_INTERNAL)) != RC_OK)
        return ctx_fail_field(call->ctx, RC_INVALID, "meeting.not_found", field);
    if (!str_equal(value_get_text(meeting, "state"), STR("held")))
        return ctx_fail_field(call->ctx, RC_INVALID, "plan.meeting_not_held", field);
    return RC_OK;
}

/* Words that are the number of a meeting ("HY-2026-001") mean its record. */
static enum rc find_meeting(struct command_call *call, struct str words, int64_t *ret_id)
{
    struct value *found;
    *ret_id = 0;
    if (!str_has_prefix(words, STR("HY-")) || str_find_byte(words, ' ', 0) != SIZE_MAX)
        return RC_OK;
    struct db_stmt *st = db_query(call->db, Q_MEETING_FIND_NO);
    db_bind_text(st, "no", words);
    TRY(db_first_row(call->ctx, st, &found));
    *ret_id = value_get_int(found, "id", 0);
    return found ? RC_OK : ctx_fail_field(call->ctx, RC_INVALID, "meeting.not_found", "meeting");
}

static enum rc check_decision(struct command_call *call, int64_t meeting_id, int64_t decision_id)
{
    struct value *decision;
    struct db_stmt *st = db_query(call->db, Q_PLAN_DECISION);
    db_bind_int(st, "id", meeting_id);
    db_bind_int(st, "decision_id", decision_id);
    TRY(db_first_row(call->ctx, st, &decision));
    return decision ? RC_OK : ctx_fail_field(call->ctx, RC_INVALID, "plan.no_such_decision", "decision_id");
}

static void put_id(struct arena *arena, struct value *body, const char *key, int64_t id)
{
    if (id)
        value_put_int(arena, body, key, id);
    else
        value_put_null(arena, body, key);
}

/* Which meeting decided: its record, or its name and day in words.  A returned plan may go back without one. */
enum rc plan_put_meeting(struct command_call *call, struct value *body, bool is_needed)
{
    struct arena *arena = call->ctx->arena;
    int64_t meeting_id = value_get_int(call->input, "meeting_id", 0),
            decision_id = value_get_int(call->input, "decision_id", 0);
    struct str words = str_trim(value_get_text(call->input, "meeting")),
               day = value_get_text(call->input, "meeting_on");
    const char *field = meeting_id ? "meeting_id" : "meeting";
    if (!meeting_id)
        TRY(find_meeting(call, words, &meeting_id));
    if (meeting_id) {
        struct value *meeting;
        TRY(read_meeting(call, meeting_id, field, &meeting));
        words = arena_format(arena, "%.*s %.*s", STR_ARG(value_get_text(meeting, "no")),
                             STR_ARG(value_get_text(meeting, "title")));
        day = value_get_text(meeting, "held_on");
        if (decision_id)
            TRY(check_decision(call, meeting_id, decision_id));
    } else if (decision_id) {
        return ctx_fail_field(call->ctx, RC_INVALID, "plan.no_such_decision", "decision_id");
    }
    if (is_needed && !words.n)
        return ctx_fail_field(call->ctx, RC_INVALID, "plan.which_meeting", "meeting");
    if (is_needed && !day.n)
        return ctx_fail_field(call->ctx, RC_INVALID, "field.required", "meeting_on");
    if (str_compare(day, lifecycle_today(call)) > 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "plan.meeting_in_future", "meeting_on");
    value_put_text(arena, body, "meeting", words);
    put_date(arena, body, "meeting_on", day);
    put_id(arena, body, "meeting_id", meeting_id);
    put_id(arena, body, "decision_id", decision_id);
    return RC_OK;
}

/* What was put before the meeting is still what is planned. */
static enum rc check_unchanged(struct command_call *call, const struct value *row)
{
    struct arena *arena = call->ctx->arena;
    struct value *version, *before, *now, *difference;
    struct db_stmt *st = db_query(call->db, Q_PLAN_VERSION_GET);
    db_bind_int(st, "id", value_get_int(row, "id", 0));
    db_bind_int(st, "version", value_get_int(row, "last_version", 0));
    TRY(db_first_row(call->ctx, st, &version));
    st = db_query(call->db, Q_PLAN_ROWS_ANY);
    db_bind_int(st, "id", value_get_int(version, "id", 0));
    TRY(db_rows(call->ctx, st, &before));
    TRY(rows_now(call, row, &now));
    TRY(plan_rows_compare(call->ctx, before, now, &difference));
    int64_t count = value_get_int(difference, "count", 0);
    if (!count)
        return RC_OK;
    struct str arg = arena_format(arena, "%lld", (long long)count);
    return ctx_fail(call->ctx, RC_GUARD, "plan.changed_since", STR_EMPTY,
                    arena_format(arena, "/plans/%lld/difference", (long long)value_get_int(row, "id", 0)), &arg, 1);
}

/* All findings of the plan that were not worked on are; nodes planned since the version before get their baseline. */
static enum rc put_to_work(struct command_call *call, const struct value *row, const struct value *body)
{
    struct value *findings;
    struct command_call other = *call;
    struct value *input = value_copy(call->ctx->arena, call->input);
    value_set(input, STR("meeting"), value_new_text(call->ctx->arena, value_get_text(body, "meeting")));
    value_set(input, STR("meeting_on"), value_new_text(call->ctx->arena, value_get_text(body, "meeting_on")));
    value_set(input, STR("meeting_id"), value_copy(call->ctx->arena, value_get(body, "meeting_id")));
    other.input = input;
    struct db_stmt *st = db_query(call->db, Q_PLAN_TO_WORK);
    db_bind_int(st, "id", value_get_int(row, "id", 0));
    TRY(db_rows(call->ctx, st, &findings));
    VALUE_EACH (finding, findings) {
        struct value *found = NULL;
        TRY(finding_put_to_work(&other, value_get_int(finding, "id", 0), &found));
    }
    value_put_int(call->ctx->arena, call->result, "started", (int64_t)value_count(findings));
    st = db_query(call->db, Q_PLAN_UNFROZEN);
    db_bind_int(st, "id", value_get_int(row, "id", 0));
    TRY(db_rows(call->ctx, st, &findings));
    VALUE_EACH (finding, findings) {
        TRY(finding_freeze_nodes(call, value_get_int(row, "source_id", 0), value_get_int(finding, "id", 0)));
    }
    return RC_OK;
}

static enum rc plan_approve(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body;
    TRY(begin(call, "approve", &row, &body));
    TRY(plan_put_meeting(call, body, true));
    TRY(check_unchanged(call, row));
    int64_t version = value_get_int(row, "last_version", 0);
    value_put_int(arena, body, "version", version);
    value_put_text(arena, body, "decided", STR("approved"));
    value_put_text(arena, body, "opinion", value_get_text(call->input, "opinion"));
    if (!value_get_text(row, "sent_on").n)
        wait_for(call, body, row, "send_plan", lifecycle_due_in(call, SEND_DAYS));
    TRY(append(call, EVENT_PLAN_APPROVED, row, body));
    value_put_int(arena, call->result, "version", version);
    return put_to_work(call, row, body);
}

static enum rc plan_return(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body;
    TRY(begin(call, "return", &row, &body));
    TRY(plan_put_meeting(call, body, false));
    value_put_int(arena, body, "version", value_get_int(row, "last_version", 0));
    value_put_text(arena, body, "decided", STR("returned"));
    value_put_text(arena, body, "opinion", value_get_text(call->input, "reason"));
    wait_for(call, body, row, "submit_plan", value_get_text(row, "report_due"));
    return append(call, EVENT_PLAN_RETURNED, row, body);
}

static enum rc plan_revise(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "revise", &row, &body));
    wait_for(call, body, row, "submit_plan", STR_EMPTY);
    return append(call, EVENT_PLAN_REVISED, row, body);
}

static enum rc plan_send(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "send", &row, &body));
    struct str day = value_get_text(call->input, "sent_on");
    if (str_compare(day, lifecycle_today(call)) > 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "plan.sent_in_future", "sent_on");
    value_put_text(call->ctx->arena, body, "sent_on", day);
    return append(call, EVENT_PLAN_SENT, row, body);
}

/* ---- commands ----------------------------------------------------------------------------------------------- */

static const struct field plan_make_fields[] = {
    {"source_id", FIELD_ID, true, 0, NULL},     {"title", FIELD_TEXT, false, 200, NULL},
    {"report_due", FIELD_DATE, false, 0, NULL}, {"concentrated_end", FIELD_DATE, false, 0, NULL},
    {"pledge", FIELD_LONG, false, 2000, NULL},  {"label", FIELD_INT, false, 0, NULL}};
const struct command command_plan_make = {.name = "plan.make",
                                          .is_on_source = true,
                                          .perm = PERM_PLAN_WRITE,
                                          COMMAND_FIELDS(plan_make_fields),
                                          .run = plan_make,
                                          .path = "/plans",
                                          .redirect = "/plans/{id}"};

static const struct field plan_change_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                  {"revision", FIELD_INT, false, 0, NULL},
                                                  {"title", FIELD_TEXT, true, 200, NULL},
                                                  {"report_due", FIELD_DATE, false, 0, NULL},
                                                  {"concentrated_end", FIELD_DATE, false, 0, NULL},
                                                  {"pledge", FIELD_LONG, false, 2000, NULL}};
const struct command command_plan_change = {.name = "plan.change",
                                            .is_on_source = true,
                                            .perm = PERM_PLAN_WRITE,
                                            COMMAND_FIELDS(plan_change_fields),
                                            .run = plan_change,
                                            .path = "/plans/{id}/change",
                                            .redirect = "/plans/{id}"};

static const struct field plan_submit_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                  {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_plan_submit = {.name = "plan.submit",
                                            .is_on_source = true,
                                            .perm = PERM_PLAN_WRITE,
                                            COMMAND_FIELDS(plan_submit_fields),
                                            .run = plan_submit,
                                            .path = "/plans/{id}/submit",
                                            .redirect = "/plans/{id}"};

#define MEETING_FIELDS                                                                                                 \
    {"meeting_id", FIELD_ID, false, 0, NULL}, {"decision_id", FIELD_ID, false, 0, NULL},                               \
        {"meeting", FIELD_TEXT, false, 200, NULL},                                                                     \
    {                                                                                                                  \
        "meeting_on", FIELD_DATE, false, 0, NULL                                                                       \
    }

static const struct field plan_approve_fields[] = {
    {"id", FIELD_ID, true, 0, NULL}, MEETING_FIELDS, {"opinion", FIELD_TEXT, false, 500, NULL}};
const struct command command_plan_approve = {.name = "plan.approve",
                                             .is_on_source = true,
                                             .perm = PERM_MEETING_WRITE,
                                             COMMAND_FIELDS(plan_approve_fields),
                                             .run = plan_approve,
                                             .path = "/plans/{id}/approve",
                                             .redirect = "/plans/{id}"};

static const struct field plan_return_fields[] = {
    {"id", FIELD_ID, true, 0, NULL}, {"reason", FIELD_TEXT, true, 500, NULL}, MEETING_FIELDS};
const struct command command_plan_return = {.name = "plan.return",
                                            .is_on_source = true,
                                            .perm = PERM_MEETING_WRITE,
                                            COMMAND_FIELDS(plan_return_fields),
                                            .run = plan_return,
                                            .path = "/plans/{id}/return",
                                            .redirect = "/plans/{id}"};

static const struct field reason_fields[] = {{"id", FIELD_ID, true, 0, NULL}, {"reason", FIELD_TEXT, true, 500, NULL}};
const struct command command_plan_revise = {.name = "plan.revise",
                                            .is_on_source = true,
                                            .perm = PERM_PLAN_WRITE,
                                            COMMAND_FIELDS(reason_fields),
                                            .run = plan_revise,
                                            .path = "/plans/{id}/revise",
                                            .redirect = "/plans/{id}"};

static const struct field plan_send_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                {"sent_on", FIELD_DATE, true, 0, NULL}};
const struct command command_plan_send = {.name = "plan.send",
                                          .is_on_source = true,
                                          .perm = PERM_PLAN_WRITE,
                                          COMMAND_FIELDS(plan_send_fields),
                                          .run = plan_send,
                                          .path = "/plans/{id}/send",
                                          .redirect = "/plans/{id}"};
