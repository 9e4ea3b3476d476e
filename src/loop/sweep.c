/* sweep.c: opening, widening, closing sweeps, and telling who has not answered; see sweep.h.
 *
 * Invariants: a unit is asked once in a sweep; asking any number of units is one event; a sweep is closed only when
 * every answer has been checked; all of it stands in the organisation's chain.
 */
#include "loop/sweep.h"

#include "base/clock.h"
#include "calendar/calendar.h"
#include "loop/notice.h"
#include "loop/tick.h"

enum {
    UNITS_MAX = 4000, /* below the 4096 ids that one event has for its answers */
    ITEMS_MAX = 30,
    ITEM_BYTES_MAX = 2000,
    ESCALATE_DAYS = 5, /* working days without an answer until the next level is told; ledgers: 5 working days a step */
    ESCALATE_TOP = 2   /* the last level: the leading group */
};

static enum rc first_row(struct command_call *call, enum query query, int64_t id, struct value **ret_row)
{
    struct db_stmt *st = db_query(call->db, query);
    db_bind_int(st, "id", id);
    return db_first_row(call->ctx, st, ret_row);
}

enum rc sweep_find(struct command_call *call, int64_t id, struct value **ret_row)
{
    TRY(first_row(call, Q_SWEEP_GET_ANY, id, ret_row));
    return *ret_row ? RC_OK : ctx_fail_key(call->ctx, RC_NOT_FOUND, "sweep.not_found");
}

/* ---- what is asked ------------------------------------------------------------------------------------------ */

/* The lines of the field, without blank ones. */
static enum rc put_items(struct command_call *call, struct value *body)
{
    struct arena *arena = call->ctx->arena;
    struct str rest = value_get_text(call->input, "items"), line;
    struct value *items = value_put_list(arena, body, "items");
    int64_t n = 0;
    while (str_split_next(&rest, '\n', &line)) {
        line = str_trim(line);
        if (!line.n)
            continue;
        if (++n > ITEMS_MAX || line.n > ITEM_BYTES_MAX)
            return ctx_fail_field(call->ctx, RC_INVALID, "sweep.too_many_items", "items");
        struct value *item = value_add_map(arena, items);
        value_put_int(arena, item, "item_n", n);
        value_put_text(arena, item, "text", line);
    }
    return n ? RC_OK : ctx_fail_field(call->ctx, RC_INVALID, "field.required", "items");
}

/* ---- who is asked ------------------------------------------------------------------------------------------- */

static void add_unit(struct arena *arena, struct value *answers, int64_t unit_id)
{
    int64_t n = (int64_t)value_count(answers) + 1;
    struct value *answer = value_add_map(arena, answers);
    value_put_int(arena, answer, "n", n);
    value_put_int(arena, answer, "answer_unit", unit_id);
}

static bool has_unit(const struct value *answers, int64_t unit_id)
{
    VALUE_EACH (answer, answers)
        if (value_get_int(answer, "answer_unit", 0) == unit_id)
            return true;
    return false;
}

/* Units below one, of all levels or of one. */
static enum rc put_units_below(struct command_call *call, struct value *answers, int64_t unit_id, int64_t level)
{
    struct db_stmt *st = db_query(call->db, Q_SWEEP_UNITS_BELOW);
    struct value *rows;
    db_bind_int(st, "unit_id", unit_id);
    db_bind_int(st, "level", level);
    db_bind_int(st, "with_departments", value_get_bool(call->input, "with_departments"));
    TRY(db_rows(call->ctx, st, &rows));
    if (value_count(rows) > UNITS_MAX)
        return ctx_fail_field(call->ctx, RC_INVALID, "sweep.too_many_units", "unit_id");
    VALUE_EACH (row, rows)
        add_unit(call->ctx->arena, answers, value_get_int(row, "id", 0));
    return value_count(answers) ? RC_OK : ctx_fail_field(call->ctx, RC_INVALID, "sweep.no_units", "unit_id");
}

static enum rc check_unit(struct command_call *call, int64_t unit_id, int64_t label, const char *field)
{
    struct value *unit;
    TRY(first_row(call, Q_UNIT_GET_ANY, unit_id, &unit));
    if (!unit || !value_is_null(value_get(unit, "valid_to")))
        return ctx_fail_field(call->ctx, RC_INVALID, "unit.not_found", field);
    return command_require(call, PERM_SUPERVISE, unit_id, label);
}

static enum rc read_common_unit(struct command_call *call, int64_t unit_id, int64_t other_id, int64_t *ret_id)
{
    struct db_stmt *st = db_query(call->db, Q_SWEEP_COMMON_UNIT);
    db_bind_int(st, "unit_id", unit_id);
    db_bind_int(st, "other_id", other_id);
    return db_get_int(call->ctx, st, ret_id);
}

/* Whose a sweep of named units is: the unit asked for when it is above all of them, else the lowest one that is. */
static enum rc find_top(struct command_call *call, int64_t asked, int64_t *ret_id)
{
    int64_t top = 0;
    bool is_asked = asked != 0;
    VALUE_EACH (id, value_get(call->input, "unit_ids")) {
        int64_t common = id->integer;
        if (is_asked)
            TRY(read_common_unit(call, asked, id->integer, &common));
        is_asked = is_asked && common == asked;
        common = id->integer;
        if (top)
            TRY(read_common_unit(call, top, id->integer, &common));
        if (common <= 0)
            return ctx_fail_field(call->ctx, RC_INVALID, "sweep.units_apart", "unit_ids");
        top = common;
    }
    *ret_id = is_asked ? asked : top;
    return RC_OK;
}

/* A sweep is led by one office, so the units of one sweep are below a unit that whoever asks supervises. */
static enum rc check_top(struct command_call *call, int64_t top, int64_t label)
{
    enum rc rc = actor_check(call->ctx, call->db, call->actor, PERM_SUPERVISE, top, label);
    if (rc != RC_FORBIDDEN && rc != RC_NOT_FOUND)
        return rc;
    ctx_clear_issues(call->ctx);
    return ctx_fail_field(call->ctx, RC_INVALID, "sweep.units_apart", "unit_ids");
}

/* sweep_id 0: a new one. */
static enum rc put_units_named(struct command_call *call, struct value *answers, int64_t sweep_id, int64_t label)
{
    VALUE_EACH (id, value_get(call->input, "unit_ids")) {
        int64_t count = 0;
        TRY(check_unit(call, id->integer, label, "unit_ids"));
        if (sweep_id) {
            struct db_stmt *st = db_query(call->db, Q_SWEEP_HAS_UNIT);
            db_bind_int(st, "id", sweep_id);
            db_bind_int(st, "unit_id", id->integer);
            TRY(db_get_int(call->ctx, st, &count));
        }
        if (!count && !has_unit(answers, id->integer))
            add_unit(call->ctx->arena, answers, id->integer);
    }
    return value_count(answers) ? RC_OK : ctx_fail_field(call->ctx, RC_INVALID, "sweep.no_units", "unit_ids");
}

/* Puts unit_id, reach and the answers that are asked for. */
static enum rc put_reach(struct command_call *call, struct value *body, int64_t label)
{
    struct arena *arena = call->ctx->arena;
    struct str reach = value_get_text(call->input, "reach");
    int64_t unit_id = value_get_int(call->input, "unit_id", 0), level = value_get_int(call->input, "reach_level", 0);
    bool is_named = str_equal(reach, STR("units")), is_level = str_equal(reach, STR("level"));
    const struct value *named = value_get(call->input, "unit_ids");
    if (is_named) {
        VALUE_EACH (id, named)
            TRY(check_unit(call, id->integer, label, "unit_ids"));
        TRY(find_top(call, unit_id, &unit_id));
    }
    if (!unit_id)
        return ctx_fail_field(call->ctx, RC_INVALID, "field.required", is_named ? "unit_ids" : "unit_id");
    if (is_level && level < 1)
        return ctx_fail_field(call->ctx, RC_INVALID, "field.required", "reach_level");
    TRY(is_named ? check_top(call, unit_id, label) : check_unit(call, unit_id, label, "unit_id"));
    value_put_int(arena, body, "unit_id", unit_id);
    value_put_text(arena, body, "reach", reach);
    if (is_level)
        value_put_int(arena, body, "reach_level", level);
    else
        value_put_null(arena, body, "reach_level");
    struct value *answers = value_put_list(arena, body, "answers");
    return is_named ? put_units_named(call, answers, 0, label)
                    : put_units_below(call, answers, unit_id, is_level ? level : 0);
}

/* ---- opening ------------------------------------------------------------------------------------------------ */

/* What it begins with, if anything: a finding that the actor may read. */
static enum rc find_origin(struct command_call *call, struct value **ret_finding)
{
    int64_t id = value_get_int(call->input, "finding_id", 0);
    *ret_finding = NULL;
    if (!id)
        return RC_OK;
    TRY(first_row(call, Q_FINDING_GET_ANY, id, ret_finding));
    enum rc rc = *ret_finding
                     ? actor_check(call->ctx, call->db, call->actor, PERM_FINDING_READ,
                                   value_get_int(*ret_finding, "unit_id", 0), value_get_int(*ret_finding, "label", 0))
                     : RC_NOT_FOUND;
    if (rc != RC_NOT_FOUND && rc != RC_FORBIDDEN)
        return rc;
    ctx_clear_issues(call->ctx);
    return ctx_fail_field(call->ctx, RC_INVALID, "finding.not_found", "finding_id");
}

static enum rc make_no(struct command_call *call, struct str *ret_no)
{
    struct str today = lifecycle_today(call), year = str_slice(today, 0, 4);
    struct db_stmt *st = db_query(call->db, Q_SWEEP_NEXT_NO);
    int64_t n;
    db_bind_text(st, "prefix", arena_format(call->ctx->arena, "PC-%.*s-%%", STR_ARG(year)));
    TRY(db_get_int(call->ctx, st, &n));
    *ret_no = arena_format(call->ctx->arena, "PC-%.*s-%03lld", STR_ARG(year), (long long)n);
    return RC_OK;
}

static enum rc sweep_open(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *finding, *body = value_new_map(arena);
    struct str no, due = value_get_text(call->input, "due"), title = value_get_text(call->input, "title");
    TRY(find_origin(call, &finding));
    int64_t label = value_get_int(call->input, "label", value_get_int(finding, "label", LABEL_INTERNAL)), id;
    if (label < LABEL_PUBLIC || label > LABEL_WORK_SECRET)
        return ctx_fail_field(call->ctx, RC_INVALID, "grant.no_such_label", "label");
    if (str_compare(due, lifecycle_today(call)) < 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "sweep.due_past", "due");
    if (!title.n)
        title = value_get_text(finding, "title");
    if (!title.n)
        return ctx_fail_field(call->ctx, RC_INVALID, "field.required", "title");
    TRY(put_reach(call, body, label));
    TRY(put_items(call, body));
    TRY(make_no(call, &no));
    value_put_text(arena, body, "noun", STR("sweep"));
    value_put_text(arena, body, "no", no);
    value_put_text(arena, body, "title", title);
    if (finding)
        value_put_int(arena, body, "finding_id", value_get_int(finding, "id", 0));
    else
        value_put_null(arena, body, "finding_id");
    value_put_text(arena, body, "common_cause", value_get_text(call->input, "common_cause"));
    value_put_int(arena, body, "label", label);
    value_put_text(arena, body, "due", due);
    value_put_int(arena, body, "source_id", 0);
    value_put_list(arena, body, "waits");
    lifecycle_wait(call, body, "run_sweep", STR("office"), value_get_int(body, "unit_id", 0), due);
    TRY(command_append(call, EVENT_SWEEP_OPENED, CHAIN_ORGANISATION, 0, body, &id));
    value_put_int(arena, call->result, "id", id);
    value_put_text(arena, call->result, "no", no);
    value_put_int(arena, call->result, "asked", (int64_t)value_count(value_get(body, "answers")));
    return RC_OK;
}

/* ---- afterwards --------------------------------------------------------------------------------------------- */

static enum rc begin(struct command_call *call, const char *command, struct value **ret_row, struct value **ret_body)
{
    const struct lifecycle_move *move = lifecycle_find(NOUN_SWEEP, command);
    int64_t id = value_get_int(call->input, "id", 0);
    TRY(sweep_find(call, id, ret_row));
    TRY(lifecycle_begin(call, move, *ret_row));
    *ret_body = lifecycle_body(call, move, *ret_row, NULL);
    value_put_int(call->ctx->arena, call->result, "id", id);
    return RC_OK;
}

static enum rc append(struct command_call *call, enum event_kind kind, const struct value *row,
                      const struct value *body)
{
    int64_t seq;
    return command_append(call, kind, CHAIN_ORGANISATION, value_get_int(row, "id", 0), body, &seq);
}

/* The unit of a sweep that is widened: its own, unless a unit is not below that. */
static enum rc put_wider_top(struct command_call *call, const struct value *row, struct value *body)
{
    int64_t was = value_get_int(row, "unit_id", 0), top = was;
    VALUE_EACH (id, value_get(call->input, "unit_ids")) {
        TRY(read_common_unit(call, top, id->integer, &top));
        if (top <= 0)
            return ctx_fail_field(call->ctx, RC_INVALID, "sweep.units_apart", "unit_ids");
    }
    if (top == was)
        return RC_OK;
    TRY(check_top(call, top, value_get_int(row, "label", 0)));
    value_set(body, STR("unit_id"), value_new_int(call->ctx->arena, top));
    return RC_OK;
}

static enum rc sweep_widen(struct command_call *call)
{
    struct value *row, *body;
    struct arena *arena = call->ctx->arena;
    TRY(begin(call, "widen", &row, &body));
    struct value *answers = value_put_list(arena, body, "answers");
    value_put_int(arena, body, "sweep_id", value_get_int(row, "id", 0));
    value_put_text(arena, body, "due", value_get_text(row, "due"));
    TRY(put_units_named(call, answers, value_get_int(row, "id", 0), value_get_int(row, "label", 0)));
    TRY(put_wider_top(call, row, body));
    value_put_int(arena, call->result, "asked", (int64_t)value_count(answers));
    return append(call, EVENT_SWEEP_WIDENED, row, body);
}

/* Nobody passes what they answered themselves: those stay for somebody else. */
static enum rc sweep_check(struct command_call *call)
{
    struct value *row, *body, *rows;
    struct arena *arena = call->ctx->arena;
    int64_t left = 0;
    TRY(begin(call, "check", &row, &body));
    struct value *answers = value_put_list(arena, body, "answers");
    value_put_int(arena, body, "sweep_id", value_get_int(row, "id", 0));
    struct db_stmt *st = db_query(call->db, Q_SWEEP_TO_CHECK);
    db_bind_int(st, "id", value_get_int(row, "id", 0));
    db_bind_text(st, "result", value_get_text(call->input, "result"));
    TRY(db_rows(call->ctx, st, &rows));
    VALUE_EACH (answer, rows) {
        int64_t by = value_get_int(answer, "answered_by", 0);
        enum rc rc = actor_check(call->ctx, call->db, call->actor, PERM_SUPERVISE, value_get_int(answer, "unit_id", 0),
                                 value_get_int(answer, "label", 0));
        if (rc == RC_FORBIDDEN || (by && by == call->actor->account_id)) {
            left++;
            continue;
        }
        TRY(rc);
        value_put_int(arena, value_add_map(arena, answers), "answer_id", value_get_int(answer, "answer_id", 0));
    }
    value_put_int(arena, call->result, "checked", (int64_t)value_count(answers));
    value_put_int(arena, call->result, "left", left);
    value_put_bool(arena, call->result, "is_changed", value_count(answers) > 0);
    return value_count(answers) ? append(call, EVENT_SWEEP_CHECKED, row, body) : RC_OK;
}

static enum rc sweep_close(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "close", &row, &body));
    return append(call, EVENT_SWEEP_CLOSED, row, body);
}

static enum rc sweep_cancel(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "cancel", &row, &body));
    return append(call, EVENT_SWEEP_CANCELLED, row, body);
}

static enum rc tell_answer(struct command_call *call, const struct value *answer, int64_t *told)
{
    int64_t one;
    TRY(notice_tell(call, STR("answer"), value_get_int(answer, "answer_id", 0), "urged", &one));
    *told += one;
    return RC_OK;
}

/* One unit is asked by itself: those who are to urge the others are still waited for. */
static enum rc urge_one(struct command_call *call, int64_t id, const struct value *answer, int64_t *told)
{
    struct arena *arena = call->ctx->arena;
    struct value *row;
    int64_t answer_id = value_get_int(answer, "answer_id", 0);
    TRY(supervise_require_quiet(call, STR("answer"), answer_id));
    TRY(first_row(call, Q_SWEEP_ANSWER_GET_ANY, answer_id, &row));
    struct value *body = lifecycle_body_of(call, NOUN_ANSWER, row);
    value_put_int(arena, body, "sweep_id", id);
    value_put_text(arena, body, "unit_name", value_get_text(row, "unit_name"));
    value_put_text(arena, body, "text", value_get_text(call->input, "reason"));
    int64_t seq;
    TRY(command_append(call, EVENT_URGE_SENT, CHAIN_ORGANISATION, id, body, &seq));
    return tell_answer(call, answer, told);
}

/* All of them, but for those that were asked by themselves a short while ago. */
static enum rc urge_all(struct command_call *call, const struct value *row, struct value *body,
                        const struct value *answers, int64_t *told)
{
    struct str again = STR_EMPTY, one;
    struct value *open = value_new_list(call->ctx->arena);
    VALUE_EACH (answer, answers) {
        TRY(supervise_quiet_until(call, STR("answer"), value_get_int(answer, "answer_id", 0), &one));
        if (!one.n)
            value_add(open, value_copy(call->ctx->arena, answer));
        else if (!again.n || str_compare(one, again) < 0)
            again = one;
    }
    if (!value_count(open))
        return ctx_fail(call->ctx, RC_GUARD, "urge.quiet", STR_EMPTY, STR_EMPTY, &again, 1);
    value_put_text(call->ctx->arena, body, "text", value_get_text(call->input, "reason"));
    value_put_int(call->ctx->arena, body, "run_goes_on", 1);
    TRY(append(call, EVENT_SWEEP_URGED, row, body));
    VALUE_EACH (answer, open)
        TRY(tell_answer(call, answer, told));
    return RC_OK;
}

/* Who is waited for to urge the units, or to carry the sweep through, asks those that have not answered: all, or the
 * one of answer_id. */
static enum rc sweep_urge(struct command_call *call)
{
    struct value *row, *body, *answers;
    int64_t told = 0, only = value_get_int(call->input, "answer_id", 0);
    TRY(begin(call, "urge", &row, &body));
    int64_t id = value_get_int(row, "id", 0);
    struct db_stmt *st = db_query(call->db, Q_SWEEP_LATE_ANSWERS);
    db_bind_int(st, "id", id);
    db_bind_int(st, "only", only);
    db_bind_int(st, "level", ESCALATE_TOP + 1);
    TRY(db_rows(call->ctx, st, &answers));
    if (!value_count(answers))
        return ctx_fail_key(call->ctx, RC_GUARD, only ? "sweep.unit_answered" : "sweep.all_answered");
    TRY(supervise_require_quiet(call, STR("sweep"), id));
    TRY(only ? urge_one(call, id, answers->items.first, &told) : urge_all(call, row, body, answers, &told));
    value_put_int(call->ctx->arena, call->result, "told", told);
    return RC_OK;
}

/* ---- telling ------------------------------------------------------------------------------------------------ */

/* 1 from the day after the date, 2 when nothing has come for ESCALATE_DAYS working days more. */
static int64_t level_of(struct str due_text, struct str today)
{
    char text[DATE_TEXT_BYTES];
    int32_t due;
    if (!date_parse(due_text, &due) || str_compare(today, due_text) <= 0)
        return 0;
    struct str second = date_format(calendar_add_working_days(due, ESCALATE_DAYS, false, NULL), text);
    return str_compare(today, second) > 0 ? ESCALATE_TOP : 1;
}

static enum rc escalate(struct tick *tick, const struct value *row)
{
    struct command_call *call = tick->call;
    struct arena *arena = call->ctx->arena;
    int64_t level = level_of(value_get_text(row, "due"), tick->today), seq;
    struct db_stmt *st = db_query(call->db, Q_SWEEP_LATE_ANSWERS);
    struct value *answers;
    db_bind_int(st, "id", value_get_int(row, "id", 0));
    db_bind_int(st, "only", 0);
    db_bind_int(st, "level", level);
    TRY(db_rows(call->ctx, st, &answers));
    if (!level || !value_count(answers))
        return RC_OK;
    struct value *body = lifecycle_body_of(call, NOUN_SWEEP, row);
    value_put_int(arena, body, "level", level);
    value_put(body, STR("answers"), answers);
    int64_t unit_id = value_get_int(row, "unit_id", 0);
    value_put_int(arena, body, "run_goes_on", 1);
    lifecycle_wait(call, body, "urge_sweep", level == ESCALATE_TOP ? STR("leading_group") : STR("office"), unit_id,
                   tick->today);
    tick->changed++;
    return command_append(call, EVENT_SWEEP_ESCALATED, CHAIN_ORGANISATION, value_get_int(row, "id", 0), body, &seq);
}

enum rc sweep_tick(struct tick *tick)
{
    struct command_call *call = tick->call;
    struct db_stmt *st = db_query(call->db, Q_SWEEP_LATE);
    struct value *rows;
    db_bind_text(st, "today", tick->today);
    TRY(db_rows(call->ctx, st, &rows));
    VALUE_EACH (row, rows) {
        if (tick->changed >= tick->limit) {
            tick->is_more = true;
            return RC_OK;
        }
        TRY(escalate(tick, row));
    }
    return RC_OK;
}

/* ---- commands ----------------------------------------------------------------------------------------------- */

static const struct field sweep_open_fields[] = {{"finding_id", FIELD_ID, false, 0, NULL},
                                                 {"title", FIELD_TEXT, false, 300, NULL},
                                                 {"common_cause", FIELD_LONG, false, 4000, NULL},
                                                 {"items", FIELD_LONG, true, 20000, NULL},
                                                 {"due", FIELD_DATE, true, 0, NULL},
                                                 {"reach", FIELD_CHOICE, true, 0, "subtree|level|units"},
                                                 {"reach_level", FIELD_INT, false, 0, NULL},
                                                 {"unit_id", FIELD_ID, false, 0, NULL},
                                                 {"unit_ids", FIELD_IDS, false, UNITS_MAX, NULL},
                                                 {"with_departments", FIELD_BOOL, false, 0, NULL},
                                                 {"label", FIELD_INT, false, 0, NULL}};
const struct command command_sweep_open = {.name = "sweep.open",
                                           .perm = PERM_SUPERVISE,
                                           COMMAND_FIELDS(sweep_open_fields),
                                           .run = sweep_open,
                                           .path = "/sweeps",
                                           .redirect = "/sweeps/{id}"};

static const struct field sweep_widen_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                  {"unit_ids", FIELD_IDS, false, UNITS_MAX, NULL},
                                                  {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_sweep_widen = {.name = "sweep.widen",
                                            .perm = PERM_SUPERVISE,
                                            COMMAND_FIELDS(sweep_widen_fields),
                                            .run = sweep_widen,
                                            .path = "/sweeps/{id}/widen",
                                            .redirect = "/sweeps/{id}"};

static const struct field sweep_check_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                  {"result", FIELD_CHOICE, false, 0, "|none|found|not_applicable"},
                                                  {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_sweep_check = {.name = "sweep.check",
                                            .perm = PERM_SUPERVISE,
                                            COMMAND_FIELDS(sweep_check_fields),
                                            .run = sweep_check,
                                            .path = "/sweeps/{id}/check",
                                            .redirect = "/sweeps/{id}"};

static const struct field sweep_move_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                 {"reason", FIELD_TEXT, false, 500, NULL}};
static const struct field sweep_urge_fields[] = {
    {"id", FIELD_ID, true, 0, NULL}, {"answer_id", FIELD_ID, false, 0, NULL}, {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_sweep_urge = {.name = "sweep.urge",
                                           .perm = PERM_TASK_READ,
                                           COMMAND_FIELDS(sweep_urge_fields),
                                           .run = sweep_urge,
                                           .path = "/sweeps/{id}/urge",
                                           .redirect = "/sweeps/{id}"};
const struct command command_sweep_close = {.name = "sweep.close",
                                            .perm = PERM_SUPERVISE,
                                            COMMAND_FIELDS(sweep_move_fields),
                                            .run = sweep_close,
                                            .path = "/sweeps/{id}/close",
                                            .redirect = "/sweeps/{id}"};
const struct command command_sweep_cancel = {.name = "sweep.cancel",
                                             .perm = PERM_SUPERVISE,
                                             COMMAND_FIELDS(sweep_move_fields),
                                             .run = sweep_cancel,
                                             .path = "/sweeps/{id}/cancel",
                                             .redirect = "/sweeps/{id}"};
