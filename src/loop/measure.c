/* measure.c: see measure.h.
 *
 * Invariants: a measure belongs to one finding and may serve others; its cause is one of its finding's; numbers of
 * measures are not used again; a measure is completed only when its tasks are, and dropped only when none is open.
 */
#include "loop/measure.h"

#include "loop/closing.h"
#include "loop/duty.h"
#include "loop/finding.h"

#define PHASES "immediate|concentrated|long_term"

enum { TITLE_MAX = 300, WEIGHT_DEFAULT = 100, WEIGHT_MAX = 10000 };

static const char *const texts[] = {"text", "phase", "kinds", "finish_mark", "yearly_goal"};
enum { TEXTS = sizeof texts / sizeof texts[0] };

struct str measure_title(struct str text)
{
    text = str_slice(text, 0, str_find_byte(text, '\n', 0));
    size_t n = 0, count = 0;
    while (n < text.n && count < TITLE_MAX) {
        n++;
        while (n < text.n && ((unsigned char)text.p[n] & 0xC0) == 0x80)
            n++;
        count++;
    }
    return str_slice(text, 0, n);
}

static void put_int_or_null(struct arena *arena, struct value *body, const char *key, int64_t n)
{
    if (n)
        value_put_int(arena, body, key, n);
    else
        value_put_null(arena, body, key);
}

static void put_text_or_null(struct arena *arena, struct value *body, const char *key, struct str text)
{
    if (text.n)
        value_put_text(arena, body, key, text);
    else
        value_put_null(arena, body, key);
}

/* The body of measure.planned, without who carries it. */
static struct value *make_body(struct command_call *call, int64_t finding_id, int64_t no, int64_t unit_id,
                               int64_t label, const struct value *measure)
{
    struct arena *arena = call->ctx->arena;
    struct value *body = value_new_map(arena);
    value_put_text(arena, body, "noun", STR("measure"));
    value_put_int(arena, body, "finding_id", finding_id);
    value_put_int(arena, body, "no", no);
    for (int i = 0; i < TEXTS; i++) {
        struct str text = value_get_text(measure, texts[i]);
        bool is_phase = str_equal_cstr(STR("phase"), texts[i]);
        value_put_text(arena, body, texts[i], is_phase && !text.n ? STR("concentrated") : text);
    }
    value_put_bool(arena, body, "is_derived", value_get_bool(measure, "is_derived"));
    put_text_or_null(arena, body, "due", value_get_text(measure, "due"));
    put_int_or_null(arena, body, "paragraph", value_get_int(measure, "paragraph", 0));
    put_int_or_null(arena, body, "cause_id", value_get_int(measure, "cause_id", 0));
    value_put_int(arena, body, "weight", value_get_int(measure, "weight", WEIGHT_DEFAULT));
    value_put_int(arena, body, "unit_id", unit_id);
    value_put_int(arena, body, "label", label);
    return body;
}

enum rc measure_register(struct command_call *call, int64_t chain, int64_t finding_id, int64_t no, int64_t unit_id,
                         int64_t label, const struct value *measure, int64_t *ret_id)
{
    struct value *body = make_body(call, finding_id, no, unit_id, label, measure);
    value_put_list(call->ctx->arena, body, "duties");
    return command_append(call, EVENT_MEASURE_PLANNED, chain, finding_id, body, ret_id);
}

enum rc measure_read_locked(struct command_call *call, int64_t id, struct value **ret_row)
{
    for (int i = 0; i < 2; i++) { /* the second time under the lock of its chain */
        struct db_stmt *st = db_query(call->db, Q_MEASURE_ROW);
        db_bind_int(st, "id", id);
        TRY(db_first_row(call->ctx, st, ret_row));
        if (!*ret_row)
            return ctx_fail_key(call->ctx, RC_NOT_FOUND, "measure.not_found");
        if (i == 0)
            TRY(command_lock_chain(call, value_get_int(*ret_row, "source_id", 0)));
    }
    value_set(*ret_row, STR("title"),
              value_new_text(call->ctx->arena, measure_title(value_get_text(*ret_row, "text"))));
    return RC_OK;
}

/* The cause is one of the finding's, the weight makes sense. */
static enum rc check_fields(struct command_call *call, int64_t finding_id, int64_t cause_id, int64_t weight)
{
    int64_t count;
    if (weight < 1 || weight > WEIGHT_MAX)
        return ctx_fail_field(call->ctx, RC_INVALID, "task.weight_range", "weight");
    if (!cause_id)
        return RC_OK;
    struct db_stmt *st = db_query(call->db, Q_CAUSE_IS_OF);
    db_bind_int(st, "cause_id", cause_id);
    db_bind_int(st, "finding_id", finding_id);
    TRY(db_get_int(call->ctx, st, &count));
    return count ? RC_OK : ctx_fail_field(call->ctx, RC_INVALID, "cause.not_of_finding", "cause_id");
}

static enum rc measure_plan(struct command_call *call)
{
    int64_t finding_id = value_get_int(call->input, "finding_id", 0), no, id;
    struct value *finding;
    TRY(finding_find_for_write(call, finding_id, &finding));
    int64_t unit_id = value_get_int(finding, "unit_id", 0), label = value_get_int(finding, "label", 0);
    TRY(check_fields(call, finding_id, value_get_int(call->input, "cause_id", 0),
                     value_get_int(call->input, "weight", WEIGHT_DEFAULT)));
    struct db_stmt *st = db_query(call->db, Q_MEASURE_NEXT_NO);
    db_bind_int(st, "finding_id", finding_id);
    TRY(db_get_int(call->ctx, st, &no));
    struct value *body = make_body(call, finding_id, no, unit_id, label, call->input);
    TRY(duty_put(call, body));
    TRY(command_append(call, EVENT_MEASURE_PLANNED, value_get_int(finding, "source_id", 0), finding_id, body, &id));
    value_put_int(call->ctx->arena, call->result, "id", id);
    value_put_int(call->ctx->arena, call->result, "finding_id", finding_id);
    return RC_OK;
}

/* ---- changing ----------------------------------------------------------------------------------------------- */

/* Puts into body the value that a field will have and notes when it differs. */
static void put_field(struct command_call *call, const struct value *row, struct value *body, const char *key)
{
    struct arena *arena = call->ctx->arena;
    const struct value *old = value_get(row, key), *fresh = value_get(call->input, key), *use = fresh ? fresh : old;
    bool is_needed =
        str_equal_cstr(STR("text"), key) || str_equal_cstr(STR("phase"), key) || str_equal_cstr(STR("weight"), key);
    bool is_empty = value_is_null(use) || (use->kind == VALUE_TEXT && use->text.n == 0);
    if (is_empty && is_needed)
        use = old;
    else if (is_empty && old && old->kind != VALUE_TEXT)
        use = NULL;
    else if (is_empty && str_equal_cstr(STR("due"), key))
        use = NULL;
    if (use && !value_is_null(use))
        value_put(body, str_from_cstr(key), value_copy(arena, use));
    else
        value_put_null(arena, body, key);
    if (value_equal(use, old) || (value_is_null(use) && value_is_null(old)))
        return;
    value_add_text(arena, (struct value *)value_get(body, "changed"), str_from_cstr(key));
    struct value *was = (struct value *)value_get(body, "was");
    if (value_is_null(old))
        value_put_null(arena, was, key);
    else
        value_put(was, str_from_cstr(key), value_copy(arena, old));
}

static enum rc measure_change(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    int64_t id = value_get_int(call->input, "id", 0), seq;
    struct value *row, *finding;
    TRY(measure_read_locked(call, id, &row));
    int64_t finding_id = value_get_int(row, "finding_id", 0);
    TRY(finding_find_for_write(call, finding_id, &finding));
    const struct value *rev = value_get(call->input, "rev");
    if (rev && rev->kind == VALUE_INT && rev->integer != value_get_int(row, "rev", 0))
        return ctx_fail_key(call->ctx, RC_CONFLICT, "measure.changed_meanwhile");
    struct value *body = value_new_map(arena);
    value_put_int(arena, body, "id", id);
    value_put_int(arena, body, "measure_id", id);
    value_put_int(arena, body, "finding_id", finding_id);
    value_put_list(arena, body, "changed");
    value_put_map(arena, body, "was");
    for (int i = 0; i < TEXTS; i++)
        put_field(call, row, body, texts[i]);
    put_field(call, row, body, "due");
    put_field(call, row, body, "cause_id");
    put_field(call, row, body, "weight");
    value_put_int(arena, body, "unit_id", value_get_int(finding, "unit_id", 0));
    value_put_int(arena, body, "label", value_get_int(finding, "label", 0));
    bool is_changed = value_count(value_get(body, "changed")) > 0;
    value_put_int(arena, call->result, "id", id);
    value_put_int(arena, call->result, "finding_id", finding_id);
    value_put_bool(arena, call->result, "is_changed", is_changed);
    if (!is_changed)
        return RC_OK;
    TRY(long_term_check(call, finding, value_get_text(row, "phase"), value_get_text(body, "phase")));
    TRY(finding_check_due(call, finding, value_get(row, "due"), value_get(body, "due")));
    TRY(check_fields(call, finding_id, value_get_int(body, "cause_id", 0),
                     value_get_int(body, "weight", WEIGHT_DEFAULT)));
    return command_append(call, EVENT_MEASURE_CHANGED, value_get_int(finding, "source_id", 0), finding_id, body, &seq);
}

/* ---- moves -------------------------------------------------------------------------------------------------- */

static enum rc move(struct command_call *call, const char *command, bool is_checked_next)
{
    const struct lifecycle_move *move = lifecycle_find(NOUN_MEASURE, command);
    struct arena *arena = call->ctx->arena;
    int64_t id = value_get_int(call->input, "id", 0), seq;
    struct value *row;
    TRY(measure_read_locked(call, id, &row));
    TRY(lifecycle_begin(call, move, row));
    struct value *body = lifecycle_body(call, move, row, NULL);
    value_put_int(arena, body, "measure_id", id);
    value_put_int(arena, body, "finding_id", value_get_int(row, "finding_id", 0));
    if (is_checked_next)
        lifecycle_wait(call, body, "verify_measure", STR("office"), value_get_int(row, "unit_id", 0), STR_EMPTY);
    value_put_int(arena, call->result, "id", id);
    return command_append(call, EVENT_MEASURE_MOVED, value_get_int(row, "source_id", 0), id, body, &seq);
}

static enum rc measure_complete(struct command_call *call) { return move(call, "complete", true); }
static enum rc measure_verify(struct command_call *call) { return move(call, "verify", false); }
static enum rc measure_reopen(struct command_call *call) { return move(call, "reopen", false); }
static enum rc measure_drop(struct command_call *call) { return move(call, "drop", false); }

/* ---- further findings, expected evidence -------------------------------------------------------------------- */

static enum rc begin_part(struct command_call *call, struct value **ret_row, struct value **ret_body)
{
    struct arena *arena = call->ctx->arena;
    int64_t id = value_get_int(call->input, "id", 0);
    TRY(measure_read_locked(call, id, ret_row));
    TRY(lifecycle_require(call, NOUN_MEASURE, PERM_PLAN_WRITE, *ret_row));
    *ret_body = value_new_map(arena);
    value_put_int(arena, *ret_body, "id", id);
    value_put_int(arena, *ret_body, "measure_id", id);
    value_put_int(arena, call->result, "id", id);
    return RC_OK;
}

static enum rc append_part(struct command_call *call, enum event_kind kind, const struct value *row,
                           const struct value *body, int64_t *ret_seq)
{
    return command_append(call, kind, value_get_int(row, "source_id", 0), value_get_int(row, "id", 0), body, ret_seq);
}

static enum rc read_serves(struct command_call *call, int64_t id, int64_t finding_id, bool *ret_serves)
{
    struct db_stmt *st = db_query(call->db, Q_MEASURE_IS_SERVING);
    int64_t count;
    db_bind_int(st, "measure_id", id);
    db_bind_int(st, "finding_id", finding_id);
    TRY(db_get_int(call->ctx, st, &count));
    *ret_serves = count > 0;
    return RC_OK;
}

static enum rc set_serves(struct command_call *call, bool is_wanted)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body, *other;
    int64_t seq;
    TRY(begin_part(call, &row, &body));
    TRY(finding_find_other(call, "other", &other));
    int64_t other_id = value_get_int(other, "id", 0);
    bool is_serving;
    if (other_id == value_get_int(row, "finding_id", 0))
        return ctx_fail_field(call->ctx, RC_INVALID, "measure.serves_own", "other");
    TRY(lifecycle_require(call, NOUN_FINDING, PERM_PLAN_WRITE, other));
    /* Who reads the other finding reads the measure there. */
    if (is_wanted && value_get_int(row, "label", 0) > value_get_int(other, "label", 0))
        return ctx_fail_field(call->ctx, RC_INVALID, "measure.serves_lower_label", "other");
    TRY(read_serves(call, value_get_int(row, "id", 0), other_id, &is_serving));
    value_put_bool(arena, call->result, "is_changed", is_serving != is_wanted);
    if (is_serving == is_wanted)
        return RC_OK;
    value_put_int(arena, body, "finding_id", other_id);
    value_put_text(arena, body, "title", value_get_text(other, "title"));
    return append_part(call, is_wanted ? EVENT_MEASURE_SERVES : EVENT_MEASURE_UNSERVES, row, body, &seq);
}

static enum rc measure_serve(struct command_call *call) { return set_serves(call, true); }
static enum rc measure_unserve(struct command_call *call) { return set_serves(call, false); }

static enum rc measure_expect(struct command_call *call)
{
    struct value *row, *body;
    int64_t seq;
    TRY(begin_part(call, &row, &body));
    value_put_text(call->ctx->arena, body, "class", value_get_text(call->input, "class"));
    value_put_text(call->ctx->arena, body, "text", value_get_text(call->input, "text"));
    TRY(append_part(call, EVENT_EVIDENCE_EXPECTED, row, body, &seq));
    value_put_int(call->ctx->arena, call->result, "expected_id", seq);
    return RC_OK;
}

static enum rc measure_waive(struct command_call *call)
{
    struct value *row, *body, *expected;
    int64_t seq;
    TRY(begin_part(call, &row, &body));
    struct db_stmt *st = db_query(call->db, Q_EXPECTED_GET);
    db_bind_int(st, "id", value_get_int(call->input, "expected_id", 0));
    db_bind_int(st, "measure_id", value_get_int(row, "id", 0));
    TRY(db_first_row(call->ctx, st, &expected));
    if (!expected)
        return ctx_fail_field(call->ctx, RC_INVALID, "measure.no_expected", "expected_id");
    value_put_int(call->ctx->arena, body, "expected_id", value_get_int(expected, "id", 0));
    value_put_text(call->ctx->arena, body, "text", value_get_text(expected, "text"));
    return append_part(call, EVENT_EVIDENCE_WAIVED, row, body, &seq);
}

/* ---- commands ----------------------------------------------------------------------------------------------- */

#define MEASURE_FIELDS(is_text_needed, phases)                                                                         \
    {"text", FIELD_LONG, is_text_needed, 0, NULL}, {"phase", FIELD_CHOICE, false, 0, phases},                          \
        {"due", FIELD_DATE, false, 0, NULL}, {"cause_id", FIELD_ID, false, 0, NULL},                                   \
        {"kinds", FIELD_SET, false, 0, MEASURE_KINDS}, {"finish_mark", FIELD_LONG, false, 2000, NULL},                 \
        {"weight", FIELD_INT, false, 0, NULL},                                                                         \
    {                                                                                                                  \
        "yearly_goal", FIELD_LONG, false, 2000, NULL                                                                   \
    }

static const struct field measure_plan_fields[] = {
    {"finding_id", FIELD_ID, true, 0, NULL}, MEASURE_FIELDS(true, "|" PHASES), DUTY_FIELDS};
const struct command command_measure_plan = {.name = "measure.plan",
                                             .is_on_source = true,
                                             .perm = PERM_FINDING_WRITE,
                                             COMMAND_FIELDS(measure_plan_fields),
                                             .run = measure_plan,
                                             .path = "/findings/{finding_id}/measures",
                                             .redirect = "/findings/{finding_id}"};

static const struct field measure_change_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                     {"rev", FIELD_INT, false, 0, NULL},
                                                     MEASURE_FIELDS(true, PHASES),
                                                     {"reason", FIELD_TEXT, false, 0, NULL}};
const struct command command_measure_change = {.name = "measure.change",
                                               .is_on_source = true,
                                               .is_patch = true,
                                               .perm = PERM_FINDING_WRITE,
                                               COMMAND_FIELDS(measure_change_fields),
                                               .run = measure_change,
                                               .path = "/measures/{id}",
                                               .redirect = "/findings/{finding_id}"};

static const struct field move_fields[] = {{"id", FIELD_ID, true, 0, NULL}, {"reason", FIELD_TEXT, false, 500, NULL}};
#define MEASURE_COMMAND(verb, list)                                                                                    \
    .name = "measure." #verb, .is_on_source = true, COMMAND_FIELDS(list), .run = measure_##verb,                       \
    .path = "/measures/{id}/" #verb, .redirect = "/measures/{id}"
const struct command command_measure_complete = {.perm = PERM_TASK_APPROVE, MEASURE_COMMAND(complete, move_fields)};
const struct command command_measure_verify = {.perm = PERM_SUPERVISE, MEASURE_COMMAND(verify, move_fields)};
const struct command command_measure_reopen = {.perm = PERM_PLAN_WRITE, MEASURE_COMMAND(reopen, move_fields)};
const struct command command_measure_drop = {.perm = PERM_PLAN_WRITE, MEASURE_COMMAND(drop, move_fields)};

static const struct field serve_fields[] = {
    {"id", FIELD_ID, true, 0, NULL}, {"other", FIELD_TEXT, true, 0, NULL}, {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_measure_serve = {.perm = PERM_PLAN_WRITE, MEASURE_COMMAND(serve, serve_fields)};
const struct command command_measure_unserve = {.perm = PERM_PLAN_WRITE, MEASURE_COMMAND(unserve, serve_fields)};

static const struct field expect_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                             {"class", FIELD_CHOICE, true, 0, EVIDENCE_CLASSES},
                                             {"text", FIELD_TEXT, true, 300, NULL}};
const struct command command_measure_expect = {.perm = PERM_PLAN_WRITE, MEASURE_COMMAND(expect, expect_fields)};
static const struct field waive_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                            {"expected_id", FIELD_INT, true, 0, NULL},
                                            {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_measure_waive = {.perm = PERM_PLAN_WRITE, MEASURE_COMMAND(waive, waive_fields)};
