/* report.c: reports of tasks; see report.h.  The tick that makes them is in report_tick.c.
 *
 * Invariants: a task has at most one report that its unit still has to write (due or returned) of each kind; who
 * submitted a report does not check it; only an accepted report moves figures.
 */
#include "loop/report.h"

#include "base/clock.h"
#include "loop/truth.h"
#include "loop/locked.h"
#include "loop/task.h"

enum { CHECK_DAYS = 3, REWRITE_DAYS = 3, PERCENT_BP = 100, COUNT_MAX = 1000000 }; /* working days [P] */

static int32_t day_of(const struct value *row, const char *key, int32_t otherwise)
{
    int32_t day;
    return date_parse(value_get_text(row, key), &day) ? day : otherwise;
}

/* ---- made by the cycle, or by hand -------------------------------------------------------------------------- */

enum rc report_append_due(struct command_call *call, const struct value *task, const char *kind,
                          const struct report_period *period, const struct report_period *next, int64_t *ret_id)
{
    struct arena *arena = call->ctx->arena;
    int64_t n = value_get_int(task, "report_count", 0) + 1;
    struct value *body = value_new_map(arena);
    struct str due = date_text(arena, period->due);
    value_put_text(arena, body, "noun", STR("report"));
    value_put_int(arena, body, "task_id", value_get_int(task, "id", 0));
    value_put_int(arena, body, "finding_id", value_get_int(task, "finding_id", 0));
    value_put_int(arena, body, "source_id", value_get_int(task, "source_id", 0));
    value_put_int(arena, body, "unit_id", value_get_int(task, "unit_id", 0));
    value_put_int(arena, body, "label", value_get_int(task, "label", LABEL_INTERNAL));
    value_put_text(arena, body, "title", value_get_text(task, "title"));
    value_put_text(arena, body, "no",
                   arena_format(arena, "%.*s-R%lld", STR_ARG(value_get_text(task, "no")), (long long)n));
    value_put_int(arena, body, "n", n);
    value_put_text(arena, body, "kind", str_from_cstr(kind));
    value_put_text(arena, body, "period_from", date_text(arena, period->from));
    value_put_text(arena, body, "period_to", date_text(arena, period->to));
    value_put_text(arena, body, "due", due);
    if (next) {
        value_put_text(arena, body, "report_from", date_text(arena, next->from));
        value_put_text(arena, body, "report_next", date_text(arena, next->open));
    }
    value_put_list(arena, body, "waits");
    lifecycle_wait(call, body, "write_report", STR("unit"), value_get_int(task, "unit_id", 0), due);
    return command_append(call, EVENT_REPORT_DUE, value_get_int(task, "source_id", 0), 0, body, ret_id);
}

static enum rc find_open(struct command_call *call, int64_t task_id, struct value **ret_row)
{
    struct db_stmt *st = db_query(call->db, Q_REPORT_OPEN_OF_TASK);
    db_bind_int(st, "task_id", task_id);
    return db_first_row(call->ctx, st, ret_row);
}

static enum rc task_report(struct command_call *call)
{
    struct value *task, *open;
    int64_t id;
    TRY(task_find_for_write(call, value_get_int(call->input, "id", 0), &task));
    TRY(lifecycle_begin(call, lifecycle_find(NOUN_TASK, "report"), task));
    TRY(find_open(call, value_get_int(task, "id", 0), &open));
    if (open) /* there is one to write already: that one */
        id = value_get_int(open, "id", 0);
    else {
        int32_t today = 0;
        (void)date_parse(lifecycle_today(call), &today);
        struct report_period period = {today, today, today, today};
        struct db_stmt *st = db_query(call->db, Q_REPORT_LAST_PERIOD);
        struct value *last;
        db_bind_int(st, "task_id", value_get_int(task, "id", 0));
        TRY(db_first_row(call->ctx, st, &last));
        int32_t from = day_of(last, "period_to", today - 1) + 1;
        period.from = from <= today ? from : today;
        TRY(report_append_due(call, task, "extra", &period, NULL, &id));
    }
    value_put_int(call->ctx->arena, call->result, "id", id);
    return RC_OK;
}

/* ---- writing ------------------------------------------------------------------------------------------------ */

static enum rc begin(struct command_call *call, const char *command, struct value **ret_row, struct value **ret_body)
{
    const struct lifecycle_move *move = lifecycle_find(NOUN_REPORT, command);
    TRY(locked_row(call, Q_REPORT_GET_ANY, value_get_int(call->input, "id", 0), "report.not_found", ret_row));
    TRY(lifecycle_begin(call, move, *ret_row));
    *ret_body = lifecycle_body(call, move, *ret_row, NULL);
    value_put_int(call->ctx->arena, *ret_body, "task_id", value_get_int(*ret_row, "task_id", 0));
    if (move->perm == PERM_TASK_WORK) /* accepting puts it with the sums */
        value_put_int(call->ctx->arena, *ret_body, "finding_id", value_get_int(*ret_row, "finding_id", 0));
    value_put_int(call->ctx->arena, call->result, "id", value_get_int(*ret_row, "id", 0));
    return RC_OK;
}

static enum rc append(struct command_call *call, enum event_kind kind, const struct value *row, struct value *body)
{
    int64_t seq;
    return command_append(call, kind, value_get_int(row, "source_id", 0), value_get_int(row, "id", 0), body, &seq);
}

/* A number, or null: not said is not zero. */
static void put_number(struct arena *arena, struct value *body, const char *key, const struct value *v)
{
    if (v && v->kind == VALUE_INT)
        value_put_int(arena, body, key, v->integer);
    else
        value_put_null(arena, body, key);
}

static void put_outcome(struct arena *arena, struct value *body, const struct value *from)
{
    static const char *const keys[] = {"recovered_fen", "rules_made", "people_handled"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        put_number(arena, body, keys[i], value_get(from, keys[i]));
}

static enum rc check_range(struct command_call *call, const char *field, int64_t max)
{
    int64_t n = value_get_int(call->input, field, 0);
    return n >= 0 && n <= max ? RC_OK : ctx_fail_field(call->ctx, RC_INVALID, "report.out_of_range", field);
}

/* What was typed, into the body of report.saved and report.submitted. */
static enum rc put_text(struct command_call *call, const struct value *row, struct value *body)
{
    struct arena *arena = call->ctx->arena;
    const struct value *progress = value_get(call->input, "progress");
    enum rc rc = check_range(call, "progress", 100), more = check_range(call, "rules_made", COUNT_MAX);
    rc = rc == RC_OK ? more : rc;
    more = check_range(call, "people_handled", COUNT_MAX);
    rc = rc == RC_OK ? more : rc;
    more = check_range(call, "recovered_fen", INT64_MAX / 1000);
    TRY(rc == RC_OK ? more : rc);
    bool has_own = value_get_int(row, "child_count", 0) == 0 && progress && progress->kind == VALUE_INT;
    if (has_own)
        value_put_int(arena, body, "progress_bp", progress->integer * PERCENT_BP);
    else
        value_put_null(arena, body, "progress_bp");
    static const char *const texts[] = {"done_text", "blockers", "next_text"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        value_put_text(arena, body, texts[i], value_get_text(call->input, texts[i]));
    put_outcome(arena, body, call->input);
    return RC_OK;
}

static enum rc report_save(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "save", &row, &body));
    TRY(put_text(call, row, body));
    return append(call, EVENT_REPORT_SAVED, row, body);
}

/* A leaf says how far it is; less than last time needs a word about why. */
static enum rc check_progress(struct command_call *call, const struct value *row, const struct value *body)
{
    if (value_get_int(row, "child_count", 0) > 0)
        return RC_OK;
    if (value_is_null(value_get(body, "progress_bp")))
        return ctx_fail_field(call->ctx, RC_INVALID, "field.required", "progress");
    bool is_less = value_get_int(body, "progress_bp", 0) < value_get_int(row, "own_bp", 0);
    if (is_less && !value_get_text(body, "blockers").n)
        return ctx_fail_field(call->ctx, RC_INVALID, "report.less_needs_why", "blockers");
    return RC_OK;
}

static enum rc report_submit(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "submit", &row, &body));
    enum rc rc = put_text(call, row, body), more = check_progress(call, row, body);
    TRY(rc == RC_OK ? more : rc);
    lifecycle_wait(call, body, "check_report", STR("unit_approver"), value_get_int(row, "unit_id", 0),
                   lifecycle_due_in(call, CHECK_DAYS));
    TRY(append(call, EVENT_REPORT_SUBMITTED, row, body));
    return truth_check_report(call, row, value_get_text(body, "done_text"));
}

/* ---- checking ----------------------------------------------------------------------------------------------- */

static enum rc refuse_own(struct command_call *call, const struct value *row)
{
    int64_t me = call->actor->account_id;
    return me && value_get_int(row, "submitted_by", 0) == me ? ctx_fail_key(call->ctx, RC_GUARD, "report.own") : RC_OK;
}

static enum rc report_accept(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body, *task;
    TRY(begin(call, "accept", &row, &body));
    TRY(refuse_own(call, row));
    TRY(task_find_for_write(call, value_get_int(row, "task_id", 0), &task));
    TRY(task_put_sums(call, body, task));
    put_outcome(arena, body, row);
    if (value_get_int(row, "recovered_fen", 0) > 0)
        lifecycle_wait(call, body, "confirm_money", STR("finance"), value_get_int(row, "unit_id", 0), STR(""));
    put_number(arena, body, "own_bp", value_get_int(row, "child_count", 0) ? NULL : value_get(row, "progress_bp"));
    TRY(append(call, EVENT_REPORT_ACCEPTED, row, body));
    return truth_check_progress(call, task, value_get_int(row, "progress_bp", 0));
}

static enum rc report_return(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "return", &row, &body));
    TRY(refuse_own(call, row));
    lifecycle_wait(call, body, "rewrite_report", STR("unit"), value_get_int(row, "unit_id", 0),
                   lifecycle_due_in(call, REWRITE_DAYS));
    value_put_text(call->ctx->arena, body, "decision", value_get_text(call->input, "reason"));
    return append(call, EVENT_REPORT_MOVED, row, body);
}

/* ---- money -------------------------------------------------------------------------------------------------- */

/* What finance found counts from now on; what was reported stays beside it. */
static enum rc report_confirm_money(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body;
    TRY(begin(call, "confirm_money", &row, &body));
    TRY(refuse_own(call, row));
    TRY(check_range(call, "recovered_fen", INT64_MAX / 1000));
    const struct value *confirmed = value_get(row, "confirmed_fen"), *reported = value_get(row, "recovered_fen");
    int64_t counted = value_get_int(row, value_is_null(confirmed) ? "recovered_fen" : "confirmed_fen", 0),
            fen = value_get_int(call->input, "recovered_fen", 0);
    bool is_as_said = !value_is_null(reported) ? fen == reported->integer : fen == 0;
    if (!is_as_said && !value_get_text(call->input, "reason").n)
        return ctx_fail_field(call->ctx, RC_INVALID, "report.money_reason", "reason");
    value_put_int(arena, body, "finding_id", value_get_int(row, "finding_id", 0));
    value_put_int(arena, body, "confirmed_fen", fen);
    value_put_int(arena, body, "more_fen", fen - counted);
    return append(call, EVENT_REPORT_MONEY, row, body);
}

/* ---- commands ----------------------------------------------------------------------------------------------- */

static const struct field move_fields[] = {{"id", FIELD_ID, true, 0, NULL}, {"reason", FIELD_TEXT, false, 500, NULL}};
#define TEXT_FIELDS(is_required)                                                                                       \
    {"id", FIELD_ID, true, 0, NULL}, {"progress", FIELD_INT, false, 0, NULL},                                          \
        {"done_text", FIELD_LONG, is_required, 4000, NULL}, {"blockers", FIELD_LONG, false, 2000, NULL},               \
        {"next_text", FIELD_LONG, is_required, 2000, NULL}, {"recovered_fen", FIELD_MONEY, false, 0, NULL},            \
        {"rules_made", FIELD_INT, false, 0, NULL},                                                                     \
    {                                                                                                                  \
        "people_handled", FIELD_INT, false, 0, NULL                                                                    \
    }

static const struct field task_report_fields[] = {{"id", FIELD_ID, true, 0, NULL}};
const struct command command_task_report = {.name = "task.report",
                                            .is_on_source = true,
                                            .perm = PERM_TASK_WORK,
                                            COMMAND_FIELDS(task_report_fields),
                                            .run = task_report,
                                            .path = "/tasks/{id}/report",
                                            .redirect = "/reports/{id}"};

static const struct field report_save_fields[] = {TEXT_FIELDS(false)};
const struct command command_report_save = {.name = "report.save",
                                            .is_on_source = true,
                                            .perm = PERM_TASK_WORK,
                                            COMMAND_FIELDS(report_save_fields),
                                            .run = report_save,
                                            .path = "/reports/{id}/save",
                                            .redirect = "/reports/{id}"};

static const struct field report_submit_fields[] = {TEXT_FIELDS(true)};
const struct command command_report_submit = {.name = "report.submit",
                                              .is_on_source = true,
                                              .perm = PERM_TASK_WORK,
                                              COMMAND_FIELDS(report_submit_fields),
                                              .run = report_submit,
                                              .path = "/reports/{id}/submit",
                                              .redirect = "/reports/{id}"};

const struct command command_report_accept = {.name = "report.accept",
                                              .is_on_source = true,
                                              .perm = PERM_TASK_APPROVE,
                                              COMMAND_FIELDS(move_fields),
                                              .run = report_accept,
                                              .path = "/reports/{id}/accept",
                                              .redirect = "/reports/{id}"};

const struct command command_report_return = {.name = "report.return",
                                              .is_on_source = true,
                                              .perm = PERM_TASK_APPROVE,
                                              COMMAND_FIELDS(move_fields),
                                              .run = report_return,
                                              .path = "/reports/{id}/return",
                                              .redirect = "/reports/{id}"};

static const struct field report_money_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                   {"recovered_fen", FIELD_MONEY, true, 0, NULL},
                                                   {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_report_confirm_money = {.name = "report.confirm_money",
                                                     .is_on_source = true,
                                                     .perm = PERM_MONEY_CONFIRM,
                                                     COMMAND_FIELDS(report_money_fields),
                                                     .run = report_confirm_money,
                                                     .path = "/reports/{id}/confirm_money",
                                                     .redirect = "/reports/{id}"};
