/* rule_use.c: what becomes of an issued rule: taught, checked, taken over by units below; see rule.h. */
#include "loop/rule.h"

enum { UNITS_MAX = 4000, COUNT_MAX = 1000000 };

/* ---- taught and checked ------------------------------------------------------------------------------------- */

static enum rc copy_past_day(struct command_call *call, struct value *body, const char *field)
{
    struct str day = value_get_text(call->input, field);
    if (str_compare(day, lifecycle_today(call)) > 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "rule.day_in_future", field);
    value_put_text(call->ctx->arena, body, field, day);
    return RC_OK;
}

static enum rc rule_teach(struct command_call *call)
{
    struct rule_call rule;
    struct arena *arena = call->ctx->arena;
    int64_t people = value_get_int(call->input, "people", 0);
    TRY(rule_begin(call, "teach", &rule));
    TRY(copy_past_day(call, rule.body, "taught_on"));
    if (people < 0 || people > COUNT_MAX)
        return ctx_fail_field(call->ctx, RC_INVALID, "field.not_a_number", "people");
    value_put_text(arena, rule.body, "form", value_get_text(call->input, "form"));
    value_put_int(arena, rule.body, "people", people);
    value_put_text(arena, rule.body, "text", value_get_text(call->input, "text"));
    return rule_append(call, EVENT_RULE_TAUGHT, &rule);
}

/* Checked for the first time it next waits for the day on which it is to be looked at again. */
static enum rc rule_check(struct command_call *call)
{
    struct rule_call rule;
    struct arena *arena = call->ctx->arena;
    TRY(rule_begin(call, "check", &rule));
    TRY(copy_past_day(call, rule.body, "checked_on"));
    value_put_text(arena, rule.body, "verdict", value_get_text(call->input, "verdict"));
    value_put_text(arena, rule.body, "text", value_get_text(call->input, "text"));
    struct str review_due = value_get_text(rule.row, "review_due");
    if (review_due.n)
        lifecycle_wait(call, rule.body, "review_rule", STR("unit"), value_get_int(rule.row, "drafter_id", 0),
                       review_due);
    return rule_append(call, EVENT_RULE_CHECKED, &rule);
}

/* ---- taken over below --------------------------------------------------------------------------------------- */

static enum rc is_asked(struct command_call *call, int64_t rule_id, const struct value *answers, int64_t unit_id,
                        bool *ret_is)
{
    int64_t count;
    struct db_stmt *st = db_query(call->db, Q_RULE_HAS_UNIT);
    db_bind_int(st, "id", rule_id);
    db_bind_int(st, "unit_id", unit_id);
    TRY(db_get_int(call->ctx, st, &count));
    *ret_is = count > 0;
    VALUE_EACH (answer, answers)
        *ret_is |= value_get_int(answer, "answer_unit", 0) == unit_id;
    return RC_OK;
}

static enum rc add_unit(struct command_call *call, const struct rule_call *rule, struct value *answers, int64_t unit_id)
{
    struct arena *arena = call->ctx->arena;
    bool is_there;
    TRY(is_asked(call, rule->id, answers, unit_id, &is_there));
    if (is_there || unit_id == value_get_int(rule->row, "unit_id", 0))
        return RC_OK;
    int64_t n = (int64_t)value_count(answers) + 1;
    struct value *answer = value_add_map(arena, answers);
    value_put_int(arena, answer, "n", n);
    value_put_int(arena, answer, "answer_unit", unit_id);
    return RC_OK;
}

static enum rc put_named(struct command_call *call, const struct rule_call *rule, struct value *answers)
{
    VALUE_EACH (id, value_get(call->input, "unit_ids")) {
        struct db_stmt *st = db_query(call->db, Q_UNIT_GET_ANY);
        struct value *unit;
        db_bind_int(st, "id", id->integer);
        TRY(db_first_row(call->ctx, st, &unit));
        if (!unit || !value_is_null(value_get(unit, "valid_to")))
            return ctx_fail_field(call->ctx, RC_INVALID, "unit.not_found", "unit_ids");
        TRY(command_require(call, PERM_RULE_WRITE, id->integer, value_get_int(rule->row, "label", 0)));
        TRY(add_unit(call, rule, answers, id->integer));
    }
    return RC_OK;
}

/* Units below the rule's own. */
static enum rc put_below(struct command_call *call, const struct rule_call *rule, struct value *answers, int64_t level)
{
    struct db_stmt *st = db_query(call->db, Q_SWEEP_UNITS_BELOW);
    struct value *rows;
    db_bind_int(st, "unit_id", value_get_int(rule->row, "unit_id", 0));
    db_bind_int(st, "level", level);
    db_bind_int(st, "with_departments", 0);
    TRY(db_rows(call->ctx, st, &rows));
    if (value_count(rows) > UNITS_MAX)
        return ctx_fail_field(call->ctx, RC_INVALID, "sweep.too_many_units", "reach");
    VALUE_EACH (row, rows)
        TRY(add_unit(call, rule, answers, value_get_int(row, "id", 0)));
    return RC_OK;
}

static enum rc rule_cascade(struct command_call *call)
{
    struct rule_call rule;
    struct arena *arena = call->ctx->arena;
    struct str reach = value_get_text(call->input, "reach"), due = value_get_text(call->input, "due");
    TRY(rule_begin(call, "cascade", &rule));
    if (str_compare(due, lifecycle_today(call)) < 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "sweep.due_past", "due");
    int64_t level = str_equal(reach, STR("level")) ? value_get_int(call->input, "reach_level", -1) : 0;
    if (level < 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "field.required", "reach_level");
    struct value *answers = value_put_list(arena, rule.body, "answers");
    TRY(str_equal(reach, STR("units")) ? put_named(call, &rule, answers) : put_below(call, &rule, answers, level));
    if (!value_count(answers))
        return ctx_fail_field(call->ctx, RC_INVALID, "sweep.no_units", "unit_ids");
    value_put_text(arena, rule.body, "cascade_due", due);
    value_put_int(arena, call->result, "asked", (int64_t)value_count(answers));
    return rule_append(call, EVENT_RULE_CASCADED, &rule);
}

static enum rc begin_cascade(struct command_call *call, const char *command, const char *to, struct value **ret_row,
                             struct value **ret_body)
{
    const struct lifecycle_move *move = lifecycle_find(NOUN_CASCADE, command);
    struct db_stmt *st = db_query(call->db, Q_RULE_CASCADE_GET_ANY);
    db_bind_int(st, "id", value_get_int(call->input, "id", 0));
    TRY(db_first_row(call->ctx, st, ret_row));
    if (!*ret_row)
        return ctx_fail_key(call->ctx, RC_NOT_FOUND, "rule.not_found");
    TRY(lifecycle_begin(call, move, *ret_row));
    *ret_body = lifecycle_body(call, move, *ret_row, to);
    value_put_text(call->ctx->arena, *ret_body, "unit_name", value_get_text(*ret_row, "unit_name"));
    value_put_int(call->ctx->arena, call->result, "id", value_get_int(*ret_row, "id", 0));
    return RC_OK;
}

static enum rc append_cascade(struct command_call *call, enum event_kind kind, const struct value *row,
                              const struct value *body)
{
    int64_t seq;
    return command_append(call, kind, CHAIN_ORGANISATION, value_get_int(row, "rule_id", 0), body, &seq);
}

static enum rc cascade_answer(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body;
    struct str answer = value_get_text(call->input, "answer"), day = value_get_text(call->input, "own_issued_on");
    bool is_made = str_equal(answer, STR("made"));
    TRY(begin_cascade(call, "answer", is_made ? "made" : "not_needed", &row, &body));
    static const char *const needed[] = {"own_name", "own_doc_no", "own_issued_on"};
    for (size_t i = 0; is_made && i < sizeof needed / sizeof needed[0]; i++)
        if (!value_get_text(call->input, needed[i]).n)
            return ctx_fail_field(call->ctx, RC_INVALID, "field.required", needed[i]);
    if (!is_made && !value_get_text(call->input, "why").n)
        return ctx_fail_field(call->ctx, RC_INVALID, "field.required", "why");
    if (is_made && str_compare(day, lifecycle_today(call)) > 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "rule.day_in_future", "own_issued_on");
    value_put_text(arena, body, "own_name", is_made ? value_get_text(call->input, "own_name") : STR_EMPTY);
    value_put_text(arena, body, "own_doc_no", is_made ? value_get_text(call->input, "own_doc_no") : STR_EMPTY);
    if (is_made)
        value_put_text(arena, body, "own_issued_on", day);
    else
        value_put_null(arena, body, "own_issued_on");
    value_put_text(arena, body, "why", is_made ? STR_EMPTY : value_get_text(call->input, "why"));
    return append_cascade(call, EVENT_CASCADE_ANSWERED, row, body);
}

static enum rc cascade_return(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin_cascade(call, "return", NULL, &row, &body));
    lifecycle_wait(call, body, "cascade_rule", STR("unit"), value_get_int(row, "unit_id", 0),
                   value_get_text(row, "due"));
    return append_cascade(call, EVENT_CASCADE_RETURNED, row, body);
}

/* ---- commands ----------------------------------------------------------------------------------------------- */

static const struct field rule_teach_fields[] = {
    {"id", FIELD_ID, true, 0, NULL},
    {"taught_on", FIELD_DATE, true, 0, NULL},
    {"form", FIELD_CHOICE, true, 0, "meeting|training|online|circular|other"},
    {"people", FIELD_INT, false, 0, NULL},
    {"text", FIELD_LONG, false, 2000, NULL}};
const struct command command_rule_teach = {.name = "rule.teach",
                                           .perm = PERM_RULE_WRITE,
                                           COMMAND_FIELDS(rule_teach_fields),
                                           .run = rule_teach,
                                           .path = "/rules/{id}/teach",
                                           .redirect = "/rules/{id}#use"};

static const struct field rule_check_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                 {"checked_on", FIELD_DATE, true, 0, NULL},
                                                 {"verdict", FIELD_CHOICE, true, 0, "followed|partly|ignored"},
                                                 {"text", FIELD_LONG, true, 4000, NULL}};
const struct command command_rule_check = {.name = "rule.check",
                                           .perm = PERM_RULE_WRITE,
                                           COMMAND_FIELDS(rule_check_fields),
                                           .run = rule_check,
                                           .path = "/rules/{id}/check",
                                           .redirect = "/rules/{id}#use"};

static const struct field rule_cascade_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                   {"reach", FIELD_CHOICE, true, 0, "subtree|level|units"},
                                                   {"reach_level", FIELD_INT, false, 0, NULL},
                                                   {"unit_ids", FIELD_IDS, false, UNITS_MAX, NULL},
                                                   {"due", FIELD_DATE, true, 0, NULL}};
const struct command command_rule_cascade = {.name = "rule.cascade",
                                             .perm = PERM_RULE_WRITE,
                                             COMMAND_FIELDS(rule_cascade_fields),
                                             .run = rule_cascade,
                                             .path = "/rules/{id}/cascade",
                                             .redirect = "/rules/{id}#cascades"};

static const struct field cascade_answer_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                     {"answer", FIELD_CHOICE, true, 0, "made|not_needed"},
                                                     {"own_name", FIELD_TEXT, false, 200, NULL},
                                                     {"own_doc_no", FIELD_TEXT, false, 80, NULL},
                                                     {"own_issued_on", FIELD_DATE, false, 0, NULL},
                                                     {"why", FIELD_TEXT, false, 500, NULL}};
const struct command command_cascade_answer = {.name = "cascade.answer",
                                               .perm = PERM_RULE_WRITE,
                                               COMMAND_FIELDS(cascade_answer_fields),
                                               .run = cascade_answer,
                                               .path = "/cascades/{id}/answer",
                                               .redirect = "/cascades/{id}"};

static const struct field cascade_return_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                     {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_cascade_return = {.name = "cascade.return",
                                               .perm = PERM_SUPERVISE,
                                               COMMAND_FIELDS(cascade_return_fields),
                                               .run = cascade_return,
                                               .path = "/cascades/{id}/return",
                                               .redirect = "/cascades/{id}"};
