/* duty.c: see duty.h.
 *
 * Invariants: of lead leader, lead department, supervisor, doer and contact there is at most one at a time; who carried
 * what when stays on record: a duty ends, it is not deleted.
 */
#include "loop/duty.h"

#include "loop/finding.h"
#include "loop/measure.h"
#include "loop/task.h"

/* What kind of actor a field names, how it is read, and what is said when there is none. */
static const struct duty_kind {
    const char *name, *missing;
    enum query query;
} person = {"person", "person.not_found", Q_PERSON_GET_ANY}, unit = {"unit", "unit.not_found", Q_UNIT_GET_ANY},
  post = {"post", "post.not_found", Q_POST_GET_ANY}, team = {"team", "team.not_found", Q_TEAM_GET_ANY};

/* A role may be named by fields of several kinds; one actor at a time has it. */
static const struct duty_role {
    const char *field, *role;
    const struct duty_kind *kind;
} roles[] = {{"lead_leader_id", "lead_leader", &person},
             {"lead_post_id", "lead_leader", &post},
             {"lead_dept_id", "lead_dept", &unit},
             {"supervisor_id", "supervisor", &unit},
             {"assist_ids", "assist", &unit},
             {"doer_id", "doer", &person},
             {"doer_team_id", "doer", &team},
             {"contact_id", "contact", &person}};
enum { ROLES = sizeof roles / sizeof roles[0] };

/* Nobody is charged who is gone, nor a team that the actor may not even read. */
static enum rc check_actor(struct command_call *call, const struct duty_role *role, int64_t id)
{
    struct db_stmt *st = db_query(call->db, role->kind->query);
    struct value *row;
    db_bind_int(st, "id", id);
    TRY(db_first_row(call->ctx, st, &row));
    bool is_there = row && value_is_null(value_get(row, "valid_to")) && !value_get_int(row, "is_closed", 0);
    if (is_there && role->kind == &team)
        is_there = actor_check(call->ctx, call->db, call->actor, PERM_TASK_READ, value_get_int(row, "unit_id", 0),
                               value_get_int(row, "label", LABEL_INTERNAL)) == RC_OK;
    return is_there ? RC_OK : ctx_fail_field(call->ctx, RC_INVALID, role->kind->missing, role->field);
}

static bool has_role(const struct value *duties, const char *role)
{
    VALUE_EACH (duty, duties) {
        if (str_equal_cstr(value_get_text(duty, "role"), role))
            return true;
    }
    return false;
}

static enum rc add_duty(struct command_call *call, struct value *duties, const struct duty_role *role, int64_t id)
{
    struct arena *arena = call->ctx->arena;
    if (!id)
        return RC_OK;
    TRY(check_actor(call, role, id));
    if (!str_equal_cstr(STR("assist"), role->role) && has_role(duties, role->role))
        return ctx_fail_field(call->ctx, RC_INVALID, "duty.one_only", role->field);
    int64_t n = (int64_t)value_count(duties);
    struct value *duty = value_add_map(arena, duties);
    value_put_int(arena, duty, "duty_n", n);
    value_put_text(arena, duty, "role", str_from_cstr(role->role));
    value_put_text(arena, duty, "actor_kind", str_from_cstr(role->kind->name));
    value_put_int(arena, duty, "actor_id", id);
    return RC_OK;
}

static enum rc add_role(struct command_call *call, struct value *duties, const struct duty_role *role)
{
    const struct value *given = value_get(call->input, role->field);
    if (given && given->kind == VALUE_INT)
        return add_duty(call, duties, role, given->integer);
    VALUE_EACH (id, given) {
        TRY(add_duty(call, duties, role, id->integer));
    }
    return RC_OK;
}

enum rc duty_put(struct command_call *call, struct value *body)
{
    struct value *duties = value_put_list(call->ctx->arena, body, "duties");
    for (int i = 0; i < ROLES; i++)
        TRY(add_role(call, duties, &roles[i]));
    return RC_OK;
}

/* ---- changing who carries it -------------------------------------------------------------------------------- */

static bool is_same_duty(const struct value *a, const struct value *b)
{
    return str_equal(value_get_text(a, "role"), value_get_text(b, "role")) &&
           str_equal(value_get_text(a, "actor_kind"), value_get_text(b, "actor_kind")) &&
           value_get_int(a, "actor_id", 0) == value_get_int(b, "actor_id", 0);
}

static bool has_duty(const struct value *list, const struct value *duty)
{
    VALUE_EACH (other, list) {
        if (is_same_duty(other, duty))
            return true;
    }
    return false;
}

/* Whether the input says something about a duty: its own field is there, or another actor gets the role. */
static bool is_told(const struct value *input, const struct value *duty)
{
    for (int i = 0; i < ROLES; i++) {
        const struct value *given = value_get(input, roles[i].field);
        if (!given || !str_equal_cstr(value_get_text(duty, "role"), roles[i].role))
            continue;
        if (str_equal_cstr(value_get_text(duty, "actor_kind"), roles[i].kind->name) || given->kind == VALUE_INT)
            return true;
    }
    return false;
}

/* Ends what is no longer so, begins what is new. */
static enum rc put_difference(struct command_call *call, struct value *body, const struct value *current)
{
    struct arena *arena = call->ctx->arena;
    struct value *wanted = value_new_map(arena), *ended = value_put_list(arena, body, "ended");
    TRY(duty_put(call, wanted));
    const struct value *all = value_get(wanted, "duties");
    VALUE_EACH (duty, current) {
        if (!is_told(call->input, duty) || has_duty(all, duty))
            continue;
        struct value *one = value_add_map(arena, ended);
        value_put_int(arena, one, "duty_id", value_get_int(duty, "id", 0));
        value_put_text(arena, one, "role", value_get_text(duty, "role"));
        value_put_text(arena, one, "actor_name", value_get_text(duty, "actor_name"));
    }
    struct value *begun = value_put_list(arena, body, "duties");
    VALUE_EACH (duty, all) {
        if (!has_duty(current, duty) && !has_duty(begun, duty))
            value_add(begun, value_copy(arena, duty));
    }
    return RC_OK;
}

static enum rc charge(struct command_call *call, enum lifecycle_noun noun, const struct value *row)
{
    struct arena *arena = call->ctx->arena;
    int64_t id = value_get_int(row, "id", 0), seq;
    struct value *current;
    TRY(lifecycle_require(call, noun, PERM_PLAN_WRITE, row));
    struct db_stmt *st = db_query(call->db, Q_DUTY_OF_SUBJECT);
    db_bind_text(st, "noun", str_from_cstr(lifecycle_noun_name(noun)));
    db_bind_int(st, "id", id);
    TRY(db_rows(call->ctx, st, &current));
    struct value *body = lifecycle_body_of(call, noun, row);
    TRY(put_difference(call, body, current));
    bool is_changed = value_count(value_get(body, "ended")) + value_count(value_get(body, "duties")) > 0;
    value_put_int(arena, call->result, "id", id);
    value_put_bool(arena, call->result, "is_changed", is_changed);
    if (!is_changed)
        return RC_OK;
    return command_append(call, EVENT_DUTIES_SET, value_get_int(row, "source_id", 0), id, body, &seq);
}

static enum rc finding_charge(struct command_call *call)
{
    struct value *row;
    TRY(finding_read_locked(call, value_get_int(call->input, "id", 0), &row));
    return charge(call, NOUN_FINDING, row);
}

enum rc duty_charge_finding(struct command_call *call, int64_t id, const char *field, int64_t actor_id,
                            bool *ret_changed, struct value **ret_row)
{
    struct arena *arena = call->ctx->arena;
    struct command_call other = *call;
    struct value *input = value_new_map(arena), *row;
    value_put_int(arena, input, "id", id);
    value_put_int(arena, input, field, actor_id);
    value_put_text(arena, input, "reason", value_get_text(call->input, "reason"));
    other.input = input;
    other.result = value_new_map(arena);
    TRY(finding_read_locked(&other, id, &row));
    enum rc rc = charge(&other, NOUN_FINDING, row);
    if (rc != RC_NOT_FOUND)
        *ret_row = row;
    *ret_changed = rc == RC_OK && value_get_bool(other.result, "is_changed");
    return rc;
}

bool duty_field_kind(struct str field, bool *ret_is_unit)
{
    for (int i = 0; i < ROLES; i++) {
        bool is_unit = roles[i].kind == &unit;
        if (!str_equal_cstr(field, roles[i].field) || str_equal(field, STR("assist_ids")) ||
            (!is_unit && roles[i].kind != &person))
            continue;
        *ret_is_unit = is_unit;
        return true;
    }
    return false;
}

static enum rc measure_charge(struct command_call *call)
{
    struct value *row;
    TRY(measure_read_locked(call, value_get_int(call->input, "id", 0), &row));
    return charge(call, NOUN_MEASURE, row);
}

static enum rc task_charge(struct command_call *call)
{
    struct value *row;
    TRY(task_find_for_write(call, value_get_int(call->input, "id", 0), &row));
    return charge(call, NOUN_TASK, row);
}

static const struct field charge_fields[] = {
    {"id", FIELD_ID, true, 0, NULL}, DUTY_FIELDS, {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_finding_charge = {.name = "finding.charge",
                                               .is_on_source = true,
                                               .is_patch = true,
                                               .perm = PERM_PLAN_WRITE,
                                               COMMAND_FIELDS(charge_fields),
                                               .run = finding_charge,
                                               .path = "/findings/{id}/charge",
                                               .redirect = "/findings/{id}"};
const struct command command_measure_charge = {.name = "measure.charge",
                                               .is_on_source = true,
                                               .is_patch = true,
                                               .perm = PERM_PLAN_WRITE,
                                               COMMAND_FIELDS(charge_fields),
                                               .run = measure_charge,
                                               .path = "/measures/{id}/charge",
                                               .redirect = "/measures/{id}"};
const struct command command_task_charge = {.name = "task.charge",
                                            .is_on_source = true,
                                            .is_patch = true,
                                            .perm = PERM_PLAN_WRITE,
                                            COMMAND_FIELDS(charge_fields),
                                            .run = task_charge,
                                            .path = "/tasks/{id}/charge",
                                            .redirect = "/tasks/{id}"};
