/* task.c: handing tasks down, accepting and disputing them; see task.h.
 *
 * Invariants: a task has its finding's label; a child stands below a task that is being worked on; a parent is not done
 * or cancelled over open children; progress of a parent is the weighted mean of its children, made anew from them with
 * every event.
 */
#include "loop/task.h"

#include "loop/measure.h"

enum {
    ACCEPT_DAYS = 3,  /* working days to accept or dispute */
    DISPUTE_DAYS = 5, /* working days to decide a dispute */
    TITLE_MAX = 300,
    WEIGHT_DEFAULT = 100,
    WEIGHT_MAX = 10000,
    DEPTH_MAX = 8,
    REPORT_DAYS_MAX = 366
};

enum rc task_find_for_write(struct command_call *call, int64_t id, struct value **ret_row)
{
    struct db_stmt *st = db_query(call->db, Q_TASK_GET_ANY);
    db_bind_int(st, "id", id);
    TRY(db_first_row(call->ctx, st, ret_row));
    if (!*ret_row)
        return ctx_fail_key(call->ctx, RC_NOT_FOUND, "task.not_found");
    if (db_get_engine(call->db) == DB_SQLITE)
        return RC_OK;
    TRY(command_lock_chain(call, value_get_int(*ret_row, "source_id", 0)));
    st = db_query(call->db, Q_TASK_GET_ANY);
    db_bind_int(st, "id", id);
    return db_first_row(call->ctx, st, ret_row);
}

static void put_id_or_null(struct arena *arena, struct value *body, const char *key, int64_t id)
{
    if (id)
        value_put_int(arena, body, key, id);
    else
        value_put_null(arena, body, key);
}

static enum rc put_ancestors(struct command_call *call, struct value *body, int64_t task_id)
{
    struct db_stmt *st = db_query(call->db, Q_TASK_ANCESTORS);
    struct value *rows;
    db_bind_int(st, "id", task_id);
    TRY(db_rows(call->ctx, st, &rows));
    value_put(body, STR("sums"), rows);
    return RC_OK;
}

enum rc task_put_sums(struct command_call *call, struct value *body, const struct value *row)
{
    struct arena *arena = call->ctx->arena;
    value_put_int(arena, body, "measure_id", value_get_int(row, "measure_id", 0));
    value_put_int(arena, body, "finding_id", value_get_int(row, "finding_id", 0));
    put_id_or_null(arena, body, "parent_id", value_get_int(row, "parent_id", 0));
    return put_ancestors(call, body, value_get_int(row, "id", 0));
}

/* ---- handing down ------------------------------------------------------------------------------------------- */

static enum rc check_unit(struct command_call *call, enum perm perm, int64_t unit_id, int64_t label)
{
    struct db_stmt *st = db_query(call->db, Q_UNIT_GET_ANY);
    struct value *unit;
    db_bind_int(st, "id", unit_id);
    TRY(db_first_row(call->ctx, st, &unit));
    if (!unit || !value_is_null(value_get(unit, "valid_to")))
        return ctx_fail_field(call->ctx, RC_INVALID, "unit.not_found", "unit_id");
    return command_require(call, perm, unit_id, label);
}

static enum rc check_person(struct command_call *call, const char *field)
{
    int64_t id = value_get_int(call->input, field, 0);
    if (!id)
        return RC_OK;
    struct db_stmt *st = db_query(call->db, Q_PERSON_GET_ANY);
    struct value *person;
    db_bind_int(st, "id", id);
    TRY(db_first_row(call->ctx, st, &person));
    return person ? RC_OK : ctx_fail_field(call->ctx, RC_INVALID, "person.not_found", field);
}

static void put_text_or(struct command_call *call, struct value *body, const char *key, struct str otherwise)
{
    struct str text = value_get_text(call->input, key);
    value_put_text(call->ctx->arena, body, key, text.n ? text : otherwise);
}

static void put_date_or(struct command_call *call, struct value *body, const char *key, const struct value *otherwise)
{
    struct str text = value_get_text(call->input, key);
    if (!text.n)
        text = value_get_text(otherwise, key);
    if (text.n)
        value_put_text(call->ctx->arena, body, key, text);
    else
        value_put_null(call->ctx->arena, body, key);
}

static void put_duty(struct arena *arena, struct value *duties, const char *role, const char *kind, int64_t id)
{
    if (!id)
        return;
    int64_t n = (int64_t)value_count(duties);
    struct value *duty = value_add_map(arena, duties);
    value_put_int(arena, duty, "duty_n", n);
    value_put_text(arena, duty, "role", str_from_cstr(role));
    value_put_text(arena, duty, "actor_kind", str_from_cstr(kind));
    value_put_int(arena, duty, "actor_id", id);
}

/* parent NULL: of the measure itself. */
static enum rc append_task(struct command_call *call, const struct value *measure, const struct value *parent)
{
    struct arena *arena = call->ctx->arena;
    const struct value *input = call->input;
    int64_t unit_id = value_get_int(input, "unit_id", 0), parent_id = value_get_int(parent, "id", 0), id;
    int64_t weight = value_get_int(input, "weight", WEIGHT_DEFAULT);
    if (weight < 1 || weight > WEIGHT_MAX)
        return ctx_fail_field(call->ctx, RC_INVALID, "task.weight_range", "weight");
    TRY(check_person(call, "doer_id"));
    TRY(check_person(call, "contact_id"));
    struct str no = arena_format(arena, "%.*s-T%lld", STR_ARG(value_get_text(measure, "finding_no")),
                                 (long long)value_get_int(measure, "last_task_no", 0) + 1);
    struct value *body = value_new_map(arena);
    value_put_text(arena, body, "noun", STR("task"));
    value_put_int(arena, body, "measure_id", value_get_int(measure, "measure_id", 0));
    value_put_int(arena, body, "finding_id", value_get_int(measure, "finding_id", 0));
    value_put_int(arena, body, "source_id", value_get_int(measure, "source_id", 0));
    put_id_or_null(arena, body, "parent_id", parent_id);
    value_put_int(arena, body, "depth", parent ? value_get_int(parent, "depth", 0) + 1 : 0);
    value_put_text(arena, body, "no", no);
    put_text_or(call, body, "title",
                measure_title(parent ? value_get_text(parent, "title") : value_get_text(measure, "text")));
    put_text_or(call, body, "goal", value_get_text(parent, "goal"));
    put_text_or(call, body, "finish_mark", value_get_text(parent ? parent : measure, "finish_mark"));
    put_text_or(call, body, "phase", value_get_text(measure, "phase"));
    value_put_int(arena, body, "unit_id", unit_id);
    value_put_int(arena, body, "label", value_get_int(measure, "label", LABEL_INTERNAL));
    put_date_or(call, body, "start", NULL);
    put_date_or(call, body, "due", parent ? parent : measure);
    value_put_int(arena, body, "weight", weight);
    put_text_or(call, body, "report_cycle", value_get_text(parent, "report_cycle"));
    struct value *duties = value_put_list(arena, body, "duties");
    put_duty(arena, duties, "doer", "person", value_get_int(input, "doer_id", 0));
    put_duty(arena, duties, "contact", "person", value_get_int(input, "contact_id", 0));
    value_put_list(arena, body, "waits");
    lifecycle_wait(call, body, "accept_task", STR("unit"), unit_id, lifecycle_due_in(call, ACCEPT_DAYS));
    if (parent)
        TRY(put_ancestors(call, body, parent_id));
    else
        value_put_list(arena, body, "sums");
    TRY(command_append(call, EVENT_TASK_ASSIGNED, value_get_int(measure, "source_id", 0), 0, body, &id));
    value_put_int(arena, call->result, "id", id);
    value_put_text(arena, call->result, "no", no);
    return RC_OK;
}

static enum rc find_measure(struct command_call *call, int64_t id, struct value **ret_measure)
{
    for (int i = 0; i < 2; i++) { /* the second time under the lock of its chain */
        struct db_stmt *st = db_query(call->db, Q_TASK_MEASURE_GET);
        db_bind_int(st, "measure_id", id);
        TRY(db_first_row(call->ctx, st, ret_measure));
        if (!*ret_measure)
            return ctx_fail_key(call->ctx, RC_NOT_FOUND, "measure.not_found");
        if (i == 0)
            TRY(command_lock_chain(call, value_get_int(*ret_measure, "source_id", 0)));
    }
    return RC_OK;
}

static enum rc require_measure(struct command_call *call, const struct value *measure)
{
    int64_t unit_id = value_get_int(measure, "unit_id", 0), label = value_get_int(measure, "label", LABEL_INTERNAL);
    enum rc rc = command_require(call, PERM_PLAN_WRITE, unit_id, label);
    if (rc != RC_FORBIDDEN || actor_check(call->ctx, call->db, call->actor, PERM_FINDING_READ, unit_id, label) == RC_OK)
        return rc;
    ctx_clear_issues(call->ctx);
    return ctx_fail_key(call->ctx, RC_NOT_FOUND, "measure.not_found");
}

static bool is_over(struct str finding_status)
{
    static const char *const over[] = {"closed", "ended", "withdrawn"};
    for (size_t i = 0; i < sizeof over / sizeof over[0]; i++)
        if (str_equal_cstr(finding_status, over[i]))
            return true;
    return false;
}

static enum rc task_assign(struct command_call *call)
{
    struct value *measure;
    TRY(find_measure(call, value_get_int(call->input, "measure_id", 0), &measure));
    TRY(require_measure(call, measure));
    if (is_over(value_get_text(measure, "status")) ||
        str_equal(value_get_text(measure, "measure_state"), STR("dropped")))
        return ctx_fail_key(call->ctx, RC_GUARD, "task.finding_over");
    TRY(check_unit(call, PERM_PLAN_WRITE, value_get_int(call->input, "unit_id", 0),
                   value_get_int(measure, "label", LABEL_INTERNAL)));
    return append_task(call, measure, NULL);
}

static enum rc task_split(struct command_call *call)
{
    struct value *parent, *measure;
    TRY(task_find_for_write(call, value_get_int(call->input, "id", 0), &parent));
    TRY(lifecycle_begin(call, lifecycle_find(NOUN_TASK, "split"), parent));
    if (value_get_int(parent, "depth", 0) + 1 >= DEPTH_MAX)
        return ctx_fail_key(call->ctx, RC_GUARD, "task.too_deep");
    TRY(find_measure(call, value_get_int(parent, "measure_id", 0), &measure));
    TRY(check_unit(call, PERM_TASK_APPROVE, value_get_int(call->input, "unit_id", 0),
                   value_get_int(parent, "label", LABEL_INTERNAL)));
    return append_task(call, measure, parent);
}

/* ---- changing ----------------------------------------------------------------------------------------------- */

static const char *const changeable[] = {"title", "goal", "finish_mark", "phase",
                                         "start", "due",  "weight",      "report_cycle"};
enum { CHANGEABLE = sizeof changeable / sizeof changeable[0] };

/* The row's value of a field with the input's on top; NULL for none. */
static const struct value *changed_value(const struct value *row, const struct value *input, const char *key)
{
    const struct value *fresh = value_get(input, key), *old = value_get(row, key);
    if (!fresh)
        return old;
    bool is_empty = value_is_null(fresh) || (fresh->kind == VALUE_TEXT && fresh->text.n == 0);
    bool is_needed =
        str_equal_cstr(STR("title"), key) || str_equal_cstr(STR("weight"), key) || str_equal_cstr(STR("phase"), key);
    if (!is_empty)
        return fresh;
    return is_needed ? old : old && old->kind == VALUE_TEXT && old->text.n == 0 ? old : NULL;
}

/* Puts the fields as they will be, and the names of those that differ; the old values stand under was. */
static size_t put_change(struct command_call *call, const struct value *row, struct value *body)
{
    struct arena *arena = call->ctx->arena;
    struct value *changed = value_put_list(arena, body, "changed"), *was = value_put_map(arena, body, "was");
    for (int i = 0; i < CHANGEABLE; i++) {
        const struct value *old = value_get(row, changeable[i]), *use = changed_value(row, call->input, changeable[i]);
        bool is_date = str_equal_cstr(STR("start"), changeable[i]) || str_equal_cstr(STR("due"), changeable[i]);
        struct value *put = use && !value_is_null(use) ? value_copy(arena, use)
                            : is_date                  ? ARENA_NEW(arena, struct value)
                                                       : value_new_text(arena, STR(""));
        value_set(body, str_from_cstr(changeable[i]), put);
        if (value_equal(put, old) || (value_is_null(put) && value_is_null(old)))
            continue;
        value_add_text(arena, changed, str_from_cstr(changeable[i]));
        value_put(was, str_from_cstr(changeable[i]),
                  value_is_null(old) ? ARENA_NEW(arena, struct value) : value_copy(arena, old));
    }
    return value_count(changed);
}

static bool names_field(const struct value *list, const char *name)
{
    VALUE_EACH (item, list) {
        if (str_equal_cstr(item->text, name))
            return true;
    }
    return false;
}

/* Once a unit has taken a task on, its dates move only by an extension, and what else changes is explained. */
static enum rc check_change(struct command_call *call, const struct value *row, const struct value *body)
{
    const struct value *changed = value_get(body, "changed");
    int64_t weight = value_get_int(body, "weight", WEIGHT_DEFAULT);
    struct str start = value_get_text(body, "start"), due = value_get_text(body, "due");
    if (weight < 1 || weight > WEIGHT_MAX)
        return ctx_fail_field(call->ctx, RC_INVALID, "task.weight_range", "weight");
    if (start.n && due.n && str_compare(start, due) > 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "task.start_after_due", "start");
    if (value_is_null(value_get(row, "accepted_at")))
        return RC_OK;
    if (names_field(changed, "due"))
        return ctx_fail_field(call->ctx, RC_INVALID, "task.due_is_agreed", "due");
    if (!value_get_text(call->input, "reason").n)
        return ctx_fail_field(call->ctx, RC_INVALID, "field.required", "reason");
    return RC_OK;
}

static enum rc task_change(struct command_call *call)
{
    struct value *row;
    int64_t seq;
    TRY(task_find_for_write(call, value_get_int(call->input, "id", 0), &row));
    TRY(lifecycle_begin(call, lifecycle_find(NOUN_TASK, "change"), row));
    const struct value *rev = value_get(call->input, "rev");
    if (rev && rev->kind == VALUE_INT && rev->integer != value_get_int(row, "rev", 0))
        return ctx_fail_key(call->ctx, RC_CONFLICT, "task.changed_meanwhile");
    struct value *body = lifecycle_body_of(call, NOUN_TASK, row);
    size_t count = put_change(call, row, body);
    value_put_int(call->ctx->arena, call->result, "id", value_get_int(row, "id", 0));
    value_put_bool(call->ctx->arena, call->result, "is_changed", count > 0);
    if (!count)
        return RC_OK;
    TRY(check_change(call, row, body));
    TRY(task_put_sums(call, body, row));
    return command_append(call, EVENT_TASK_CHANGED, value_get_int(row, "source_id", 0), value_get_int(row, "id", 0),
                          body, &seq);
}

/* ---- moves -------------------------------------------------------------------------------------------------- */

static enum rc begin(struct command_call *call, const char *command, struct value **ret_row, struct value **ret_body)
{
    const struct lifecycle_move *move = lifecycle_find(NOUN_TASK, command);
    TRY(task_find_for_write(call, value_get_int(call->input, "id", 0), ret_row));
    TRY(lifecycle_begin(call, move, *ret_row));
    *ret_body = lifecycle_body(call, move, *ret_row, NULL);
    value_put_int(call->ctx->arena, call->result, "id", value_get_int(*ret_row, "id", 0));
    return task_put_sums(call, *ret_body, *ret_row);
}

static enum rc append_moved(struct command_call *call, const struct value *row, struct value *body)
{
    int64_t seq;
    return command_append(call, EVENT_TASK_MOVED, value_get_int(row, "source_id", 0), value_get_int(row, "id", 0), body,
                          &seq);
}

static enum rc task_accept(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "accept", &row, &body));
    lifecycle_wait(call, body, "work_task", STR("unit"), value_get_int(row, "unit_id", 0), value_get_text(row, "due"));
    return append_moved(call, row, body);
}

static enum rc task_dispute(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "dispute", &row, &body));
    TRY(task_wait_above(call, body, row, "decide_dispute", lifecycle_due_in(call, DISPUTE_DAYS)));
    return append_moved(call, row, body);
}

static enum rc task_uphold(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body;
    TRY(begin(call, "uphold", &row, &body));
    int64_t old_unit = value_get_int(row, "unit_id", 0), unit_id = value_get_int(call->input, "unit_id", old_unit), seq;
    if (unit_id != old_unit) {
        TRY(check_unit(call, PERM_TASK_APPROVE, unit_id, value_get_int(row, "label", LABEL_INTERNAL)));
        struct value *moved = value_new_map(arena);
        value_put_int(arena, moved, "id", value_get_int(row, "id", 0));
        value_put_int(arena, moved, "unit_id", unit_id);
        TRY(command_append(call, EVENT_TASK_REASSIGNED, value_get_int(row, "source_id", 0), value_get_int(row, "id", 0),
                           moved, &seq));
        value_set(body, STR("unit_id"), value_new_int(arena, unit_id));
    }
    lifecycle_wait(call, body, "accept_task", STR("unit"), unit_id, lifecycle_due_in(call, ACCEPT_DAYS));
    return append_moved(call, row, body);
}

static enum rc task_cancel(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "cancel", &row, &body));
    return append_moved(call, row, body);
}

/* ---- commands ----------------------------------------------------------------------------------------------- */

#define PHASES "|immediate|concentrated|long_term"
#define CYCLES "|weekly|monthly|bimonthly|days" /* days: every report_days days, kept as days:N */

/* The cycle of one's own: its days go into the one text that tells a cycle. */
static enum rc task_prepare(struct ctx *ctx, struct value *input)
{
    int64_t days = value_get_int(input, "report_days", 0);
    if (!str_equal(value_get_text(input, "report_cycle"), STR("days")))
        return RC_OK;
    if (days < 1 || days > REPORT_DAYS_MAX)
        return ctx_fail_field(ctx, RC_INVALID, "task.report_days_range", "report_days");
    value_set(input, STR("report_cycle"),
              value_new_text(ctx->arena, arena_format(ctx->arena, "days:%lld", (long long)days)));
    return RC_OK;
}
#define TASK_FIELDS                                                                                                    \
    {"unit_id", FIELD_ID, true, 0, NULL}, {"title", FIELD_TEXT, false, TITLE_MAX, NULL},                               \
        {"goal", FIELD_LONG, false, 2000, NULL}, {"finish_mark", FIELD_LONG, false, 2000, NULL},                       \
        {"phase", FIELD_CHOICE, false, 0, PHASES}, {"start", FIELD_DATE, false, 0, NULL},                              \
        {"due", FIELD_DATE, false, 0, NULL}, {"weight", FIELD_INT, false, 0, NULL},                                    \
        {"report_cycle", FIELD_CHOICE, false, 0, CYCLES}, {"report_days", FIELD_INT, false, 0, NULL},                  \
        {"doer_id", FIELD_ID, false, 0, NULL},                                                                         \
    {                                                                                                                  \
        "contact_id", FIELD_ID, false, 0, NULL                                                                         \
    }

static const struct field task_assign_fields[] = {{"measure_id", FIELD_ID, true, 0, NULL}, TASK_FIELDS};
const struct command command_task_assign = {.name = "task.assign",
                                            .is_on_source = true,
                                            .perm = PERM_PLAN_WRITE,
                                            COMMAND_FIELDS(task_assign_fields),
                                            .prepare = task_prepare,
                                            .run = task_assign,
                                            .path = "/measures/{measure_id}/tasks",
                                            .redirect = "/tasks/{id}"};

static const struct field task_split_fields[] = {{"id", FIELD_ID, true, 0, NULL}, TASK_FIELDS};
const struct command command_task_split = {.name = "task.split",
                                           .is_on_source = true,
                                           .perm = PERM_TASK_APPROVE,
                                           COMMAND_FIELDS(task_split_fields),
                                           .prepare = task_prepare,
                                           .run = task_split,
                                           .path = "/tasks/{id}/split",
                                           .redirect = "/tasks/{id}"};

static const struct field task_move_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_task_accept = {.name = "task.accept",
                                            .is_on_source = true,
                                            .perm = PERM_TASK_WORK,
                                            COMMAND_FIELDS(task_move_fields),
                                            .run = task_accept,
                                            .path = "/tasks/{id}/accept",
                                            .redirect = "/tasks/{id}"};

const struct command command_task_dispute = {.name = "task.dispute",
                                             .is_on_source = true,
                                             .perm = PERM_TASK_WORK,
                                             COMMAND_FIELDS(task_move_fields),
                                             .run = task_dispute,
                                             .path = "/tasks/{id}/dispute",
                                             .redirect = "/tasks/{id}"};

static const struct field task_uphold_fields[] = {
    {"id", FIELD_ID, true, 0, NULL}, {"unit_id", FIELD_ID, false, 0, NULL}, {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_task_uphold = {.name = "task.uphold",
                                            .is_on_source = true,
                                            .perm = PERM_TASK_APPROVE,
                                            COMMAND_FIELDS(task_uphold_fields),
                                            .run = task_uphold,
                                            .path = "/tasks/{id}/uphold",
                                            .redirect = "/tasks/{id}"};

const struct command command_task_cancel = {.name = "task.cancel",
                                            .is_on_source = true,
                                            .perm = PERM_PLAN_WRITE,
                                            COMMAND_FIELDS(task_move_fields),
                                            .run = task_cancel,
                                            .path = "/tasks/{id}/cancel",
                                            .redirect = "/tasks/{id}"};

static const struct field task_change_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                  {"rev", FIELD_INT, false, 0, NULL},
                                                  {"title", FIELD_TEXT, false, TITLE_MAX, NULL},
                                                  {"goal", FIELD_LONG, false, 2000, NULL},
                                                  {"finish_mark", FIELD_LONG, false, 2000, NULL},
                                                  {"phase", FIELD_CHOICE, false, 0, PHASES},
                                                  {"start", FIELD_DATE, false, 0, NULL},
                                                  {"due", FIELD_DATE, false, 0, NULL},
                                                  {"weight", FIELD_INT, false, 0, NULL},
                                                  {"report_cycle", FIELD_CHOICE, false, 0, CYCLES},
                                                  {"report_days", FIELD_INT, false, 0, NULL},
                                                  {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_task_change = {.name = "task.change",
                                            .is_on_source = true,
                                            .is_patch = true,
                                            .perm = PERM_PLAN_WRITE,
                                            COMMAND_FIELDS(task_change_fields),
                                            .prepare = task_prepare,
                                            .run = task_change,
                                            .path = "/tasks/{id}/change",
                                            .redirect = "/tasks/{id}"};
