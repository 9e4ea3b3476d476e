/* unit_import.c: see unit_import.h.
 *
 * Invariant: whatever the plan says is what the command does, because both are made by the same code from the same
 * rows.
 */
#include "loop/unit_import.h"

#include "base/map.h"
#include "base/vec.h"

enum { TREE_STEPS_MAX = 64 };

/* A unit as it is or will be. */
struct node {
    const struct value *old; /* row of unit; NULL: new */
    const struct value *row; /* row of the sheet; NULL: only in the database */
    struct value *planned;
    struct str code, parent_code;
    int64_t id; /* 0 until it is made */
    bool is_moved;
};

struct plan {
    struct ctx *ctx;
    struct db *db;
    const struct actor *actor;
    struct str policy;
    struct map by_code, by_id;
    VEC(struct node *) nodes; /* of the sheet, in its order */
    struct map people;
    const struct value *person_rows; /* without empty cells */
    struct value *result;
    int64_t created, changed, moved, unchanged, skipped;
};

static const char *const unit_keys[] = {"name",   "short_name", "kind",          "legal_level",
                                        "sector", "uscc",       "core_business", "valid_from"};
static const char *const person_keys[] = {"name", "title", "party_post", "portfolio", "email", "phone"};
enum {
    UNIT_KEYS = (int)(sizeof unit_keys / sizeof *unit_keys),
    PERSON_KEYS = (int)(sizeof person_keys / sizeof *person_keys)
};

static struct str row_place(struct arena *arena, const char *sheet, const struct value *row)
{
    return arena_format(arena, "%s %lld", sheet, (long long)value_get_int(row, "row", 0));
}

static void complain(struct plan *plan, const char *sheet, const struct value *row, const char *field, const char *key)
{
    struct str value = value_get_text(row, field);
    (void)ctx_fail(plan->ctx, RC_INVALID, key, str_from_cstr(field), row_place(plan->ctx->arena, sheet, row), &value,
                   1);
}

/* Types the row by the fields of a command; its faults get the row's place. */
static bool is_well_typed(struct plan *plan, const struct command *command, const char *sheet, const struct value *row)
{
    struct ctx_issue *last = plan->ctx->last;
    struct value *input, *raw = value_copy(plan->ctx->arena, row);
    if (raw)
        value_set(raw, STR("id"), value_new_int(plan->ctx->arena, 1));
    if (raw && !value_get(raw, "unit_id"))
        value_put_int(plan->ctx->arena, raw, "unit_id", 1);
    enum rc rc = command_read_input(plan->ctx, command, raw, &input);
    struct str place = row_place(plan->ctx->arena, sheet, row);
    for (struct ctx_issue *issue = last ? last->next : plan->ctx->first; issue; issue = issue->next)
        issue->place = place;
    return rc == RC_OK;
}

static struct str number_key(struct arena *arena, int64_t id) { return arena_format(arena, "%lld", (long long)id); }

static struct str text_of(struct arena *arena, const struct value *row, const char *key)
{
    const struct value *v = value_get(row, key);
    return !v                      ? STR("")
           : v->kind == VALUE_INT  ? number_key(arena, v->integer)
           : v->kind == VALUE_TEXT ? v->text
                                   : STR("");
}

static enum rc load_units(struct plan *plan)
{
    struct arena *arena = plan->ctx->arena;
    struct value *rows;
    TRY(db_rows(plan->ctx, db_query(plan->db, Q_UNIT_ALL), &rows));
    VALUE_EACH (row, rows) {
        struct node *node = ARENA_NEW(arena, struct node);
        if (!node)
            return arena_rc(arena);
        *node = (struct node){.old = row,
                              .code = value_get_text(row, "code"),
                              .parent_code = value_get_text(row, "parent_code"),
                              .id = value_get_int(row, "id", 0)};
        TRY(map_put(&plan->by_code, node->code, node));
        TRY(map_put(&plan->by_id, number_key(arena, node->id), node));
    }
    return RC_OK;
}

/* An empty cell says nothing: a unit or person that exists keeps what it has there, a new one gets what is usual. */
static struct value *filled_cells(struct arena *arena, const struct value *rows)
{
    struct value *list = value_new_list(arena);
    VALUE_EACH (row, rows) {
        struct value *filled = value_add_map(arena, list);
        VALUE_EACH (cell, row)
            if (cell->kind != VALUE_TEXT || cell->text.n)
                value_put(filled, cell->key, value_copy(arena, cell));
    }
    return list;
}

/* Every row of the sheet gets its node, so that a row may name a parent further down. */
static enum rc take_unit_rows(struct plan *plan, const struct value *rows)
{
    VALUE_EACH (row, rows) {
        struct str code = value_get_text(row, "code");
        if (!code.n) {
            complain(plan, "units", row, "code", "field.required");
            continue;
        }
        struct node *node = map_get(&plan->by_code, code);
        if (node && node->row) {
            complain(plan, "units", row, "code", "unit_import.twice");
            continue;
        }
        if (!node) {
            node = ARENA_NEW(plan->ctx->arena, struct node);
            if (!node)
                return arena_rc(plan->ctx->arena);
            node->code = code;
            TRY(map_put(&plan->by_code, code, node));
        }
        node->row = row;
        if (!VEC_PUSH(plan->ctx->arena, &plan->nodes, node))
            return arena_rc(plan->ctx->arena);
    }
    return RC_OK;
}

static void add_change(struct plan *plan, struct value *planned, const char *field, struct str from, struct str to)
{
    struct arena *arena = plan->ctx->arena;
    struct value *change = value_add_map(arena, (struct value *)value_get(planned, "changes"));
    value_put_text(arena, change, "field", str_from_cstr(field));
    value_put_text(arena, change, "from", from);
    value_put_text(arena, change, "to", to);
}

/* Differences between the sheet and the database, in the order of the columns. */
static int compare(struct plan *plan, struct value *planned, const struct value *row, const struct value *old,
                   const char *const keys[], int count)
{
    struct arena *arena = plan->ctx->arena;
    int differences = 0;
    for (int i = 0; i < count; i++) {
        if (!value_get(row, keys[i]))
            continue;
        struct str from = text_of(arena, old, keys[i]), to = text_of(arena, row, keys[i]);
        if (str_equal(from, to))
            continue;
        add_change(plan, planned, keys[i], from, to);
        differences++;
    }
    return differences;
}

static struct value *add_planned(struct plan *plan, const char *sheet, const struct value *row, int64_t id)
{
    struct arena *arena = plan->ctx->arena;
    struct value *planned = value_add_map(arena, (struct value *)value_get(plan->result, sheet));
    value_put_int(arena, planned, "row", value_get_int(row, "row", 0));
    value_put_int(arena, planned, "id", id);
    value_put_text(arena, planned, "name", value_get_text(row, "name"));
    value_put_list(arena, planned, "changes");
    return planned;
}

static void set_action(struct plan *plan, struct value *planned, const char *action, int64_t *counter)
{
    value_put_text(plan->ctx->arena, planned, "action", str_from_cstr(action));
    ++*counter;
}

/* Nearest unit that exists already, upwards; 0 for none. */
static int64_t existing_above(const struct plan *plan, const struct node *node)
{
    for (int i = 0; node && i < TREE_STEPS_MAX; i++) {
        if (node->old)
            return node->id;
        node = map_get(&plan->by_code, node->parent_code);
    }
    return 0;
}

static enum rc check_right(struct plan *plan, const char *sheet, const struct value *row, const char *field,
                           int64_t unit_id, int64_t label)
{
    enum rc rc = actor_check(plan->ctx, plan->db, plan->actor, PERM_UNIT_WRITE, unit_id, label);
    if (rc != RC_FORBIDDEN)
        return rc;
    complain(plan, sheet, row, field, "unit_import.forbidden");
    return RC_OK;
}

/* Where a row says the unit stands; false when that is impossible. */
static bool place_node(struct plan *plan, struct node *node)
{
    const struct value *row = node->row;
    bool is_given = value_get(row, "parent_code") != NULL;
    struct str parent = value_get_text(row, "parent_code");
    if (node->old && !is_given)
        return true;
    bool is_root = node->old && value_is_null(value_get(node->old, "parent_id"));
    const char *fault = NULL;
    if (!parent.n)
        fault = plan->by_id.n ? "unit_import.one_root" : NULL;
    else if (is_root)
        fault = "unit.root_stays";
    else if (!map_get(&plan->by_code, parent))
        fault = "unit_import.no_parent";
    if (fault) {
        complain(plan, "units", row, "parent_code", fault);
        return false;
    }
    node->is_moved = node->old && !str_equal(parent, node->parent_code);
    node->parent_code = parent;
    return true;
}

static bool is_loop(const struct plan *plan, const struct node *node)
{
    const struct node *at = node;
    for (int i = 0; at && i < TREE_STEPS_MAX; i++) {
        at = map_get(&plan->by_code, at->parent_code);
        if (at == node)
            return true;
    }
    return at != NULL;
}

static enum rc plan_new_unit(struct plan *plan, struct node *node)
{
    if (!is_well_typed(plan, &command_unit_create, "units", node->row))
        return RC_OK;
    node->planned = add_planned(plan, "units", node->row, 0);
    value_put_text(plan->ctx->arena, node->planned, "code", node->code);
    set_action(plan, node->planned, "create", &plan->created);
    int64_t above = existing_above(plan, node);
    return above ? check_right(plan, "units", node->row, "parent_code", above, LABEL_PUBLIC) : RC_OK;
}

static enum rc plan_old_unit(struct plan *plan, struct node *node)
{
    struct arena *arena = plan->ctx->arena;
    const struct value *row = node->row, *old = node->old;
    if (!is_well_typed(plan, &command_unit_change, "units", row))
        return RC_OK;
    struct value *planned = node->planned = add_planned(plan, "units", row, node->id);
    value_put_text(arena, planned, "code", node->code);
    int differences = compare(plan, planned, row, old, unit_keys, UNIT_KEYS);
    if (node->is_moved)
        add_change(plan, planned, "parent_code", value_get_text(old, "parent_code"), node->parent_code);
    if (!differences && !node->is_moved) {
        set_action(plan, planned, "unchanged", &plan->unchanged);
        return RC_OK;
    }
    if (str_equal(plan->policy, STR("skip"))) {
        node->is_moved = false;
        node->parent_code = value_get_text(old, "parent_code");
        set_action(plan, planned, "skip", &plan->skipped);
        return RC_OK;
    }
    if (str_equal(plan->policy, STR("stop")))
        complain(plan, "units", row, "code", "unit_import.exists");
    int64_t seen = value_get_int(row, "revision", 0);
    if (seen && seen != value_get_int(old, "changed_seq", 0))
        complain(plan, "units", row, "code", "unit_import.outdated");
    TRY(check_right(plan, "units", row, "code", node->id, LABEL_PUBLIC));
    int64_t above = node->is_moved ? existing_above(plan, map_get(&plan->by_code, node->parent_code)) : 0;
    if (above)
        TRY(check_right(plan, "units", row, "parent_code", above, LABEL_PUBLIC));
    set_action(plan, planned,
               !node->is_moved ? "change"
               : differences   ? "move_change"
                               : "move",
               node->is_moved ? &plan->moved : &plan->changed);
    return RC_OK;
}

static enum rc plan_units(struct plan *plan)
{
    VEC(struct node *) placed = {0};
    for (size_t i = 0; i < plan->nodes.n; i++)
        if (place_node(plan, plan->nodes.p[i]) && !VEC_PUSH(plan->ctx->arena, &placed, plan->nodes.p[i]))
            return arena_rc(plan->ctx->arena);
    for (size_t i = 0; i < placed.n; i++)
        TRY(placed.p[i]->old ? plan_old_unit(plan, placed.p[i]) : plan_new_unit(plan, placed.p[i]));
    for (size_t i = 0; i < placed.n; i++)
        if ((!placed.p[i]->old || placed.p[i]->is_moved) && is_loop(plan, placed.p[i]))
            complain(plan, "units", placed.p[i]->row, "parent_code", "unit.loop");
    return RC_OK;
}

static struct str person_key(struct arena *arena, struct str unit_code, struct str name)
{
    return arena_format(arena, "%.*s\t%.*s", STR_ARG(unit_code), STR_ARG(name));
}

static enum rc load_people(struct plan *plan)
{
    struct arena *arena = plan->ctx->arena;
    struct value *rows;
    TRY(db_rows(plan->ctx, db_query(plan->db, Q_PERSON_ALL), &rows));
    map_init(&plan->people, arena);
    for (struct value *row = rows->items.first; row; row = row->next) {
        TRY(map_put(&plan->people, number_key(arena, value_get_int(row, "id", 0)), row));
        TRY(map_put(&plan->people, person_key(arena, value_get_text(row, "unit_code"), value_get_text(row, "name")),
                    row));
    }
    return RC_OK;
}

static enum rc plan_old_person(struct plan *plan, const struct value *row, const struct value *old,
                               const struct node *unit)
{
    struct value *planned = add_planned(plan, "people", row, value_get_int(old, "id", 0));
    value_put_text(plan->ctx->arena, planned, "unit_code", unit->code);
    int differences = compare(plan, planned, row, old, person_keys, PERSON_KEYS);
    bool is_moved = !str_equal(unit->code, value_get_text(old, "unit_code"));
    if (is_moved)
        add_change(plan, planned, "unit_code", value_get_text(old, "unit_code"), unit->code);
    if (!differences && !is_moved) {
        set_action(plan, planned, "unchanged", &plan->unchanged);
        return RC_OK;
    }
    if (str_equal(plan->policy, STR("skip"))) {
        set_action(plan, planned, "skip", &plan->skipped);
        return RC_OK;
    }
    if (str_equal(plan->policy, STR("stop")))
        complain(plan, "people", row, "name", "unit_import.exists");
    int64_t seen = value_get_int(row, "revision", 0);
    if (seen && seen != value_get_int(old, "changed_seq", 0))
        complain(plan, "people", row, "name", "unit_import.outdated");
    TRY(check_right(plan, "people", row, "name", value_get_int(old, "unit_id", 0), LABEL_INTERNAL));
    set_action(plan, planned, "change", &plan->changed);
    return RC_OK;
}

static enum rc plan_person(struct plan *plan, struct map *seen, const struct value *row)
{
    struct arena *arena = plan->ctx->arena;
    const struct node *unit = map_get(&plan->by_code, value_get_text(row, "unit_code"));
    if (!unit) {
        complain(plan, "people", row, "unit_code",
                 value_get_text(row, "unit_code").n ? "unit_import.no_unit" : "field.required");
        return RC_OK;
    }
    if (!is_well_typed(plan, &command_person_create, "people", row))
        return RC_OK;
    struct str key = person_key(arena, unit->code, value_get_text(row, "name"));
    int64_t id = value_get_int(row, "id", 0);
    const struct value *old = id ? map_get(&plan->people, number_key(arena, id)) : map_get(&plan->people, key);
    struct str once = id && old ? number_key(arena, id) : key;
    if (map_get(seen, once)) {
        complain(plan, "people", row, "name", "unit_import.twice");
        return RC_OK;
    }
    TRY(map_put(seen, once, (void *)row));
    int64_t above = existing_above(plan, unit);
    if (old)
        TRY(plan_old_person(plan, row, old, unit));
    if (!old || !str_equal(value_get_text(old, "unit_code"), unit->code))
        TRY(check_right(plan, "people", row, "unit_code", above, LABEL_INTERNAL));
    if (old)
        return RC_OK;
    struct value *planned = add_planned(plan, "people", row, 0);
    value_put_text(arena, planned, "unit_code", unit->code);
    set_action(plan, planned, "create", &plan->created);
    return RC_OK;
}

static enum rc plan_people(struct plan *plan, const struct value *rows)
{
    struct map seen;
    map_init(&seen, plan->ctx->arena);
    VALUE_EACH (row, rows) {
        TRY(plan_person(plan, &seen, row));
    }
    return RC_OK;
}

static enum rc make_plan(struct plan *plan, struct ctx *ctx, struct db *db, const struct actor *actor,
                         const struct value *input)
{
    struct arena *arena = ctx->arena;
    long before = ctx->issue_count;
    *plan = (struct plan){.ctx = ctx, .db = db, .actor = actor, .policy = value_get_text(input, "policy")};
    plan->result = value_new_map(arena);
    value_put_list(arena, plan->result, "units");
    value_put_list(arena, plan->result, "people");
    map_init(&plan->by_code, arena);
    map_init(&plan->by_id, arena);
    TRY(arena_rc(arena));
    TRY(load_units(plan));
    TRY(load_people(plan));
    plan->person_rows = filled_cells(arena, value_get(input, "people"));
    TRY(take_unit_rows(plan, filled_cells(arena, value_get(input, "units"))));
    TRY(plan_units(plan));
    TRY(plan_people(plan, plan->person_rows));
    value_put_int(arena, plan->result, "new", plan->created);
    value_put_int(arena, plan->result, "changed", plan->changed);
    value_put_int(arena, plan->result, "moved", plan->moved);
    value_put_int(arena, plan->result, "unchanged", plan->unchanged);
    value_put_int(arena, plan->result, "skipped", plan->skipped);
    TRY(arena_rc(arena));
    return ctx->issue_count > before ? RC_INVALID : RC_OK;
}

enum rc unit_import_plan(struct ctx *ctx, struct db *db, const struct actor *actor, const struct value *input,
                         struct value **ret_plan)
{
    struct plan plan = {0};
    enum rc rc = make_plan(&plan, ctx, db, actor, input);
    if (rc == RC_OK || rc == RC_INVALID)
        *ret_plan = plan.result;
    return rc;
}

/* ---- carrying it out ---------------------------------------------------------------------------------------- */

static enum rc run_one(struct command_call *call, const struct command *command, struct value *raw, int64_t *ret_id)
{
    struct value *input;
    TRY(arena_rc(call->ctx->arena));
    value_set(raw, STR("reason"), value_new_text(call->ctx->arena, value_get_text(call->input, "reason")));
    TRY(command_read_input(call->ctx, command, raw, &input));
    struct command_call one = *call;
    one.input = input;
    one.result = NULL;
    TRY(command_run(command, &one));
    if (ret_id)
        *ret_id = value_get_int(one.result, "id", 0);
    return RC_OK;
}

static bool is_action(const struct node *node, const char *action)
{
    return node->planned && str_equal_cstr(value_get_text(node->planned, "action"), action);
}

/* Parents first: a new unit waits until its parent is made. */
static enum rc create_units(struct command_call *call, struct plan *plan)
{
    for (bool is_any = true; is_any;) {
        is_any = false;
        for (size_t i = 0; i < plan->nodes.n; i++) {
            struct node *node = plan->nodes.p[i];
            const struct node *parent = map_get(&plan->by_code, node->parent_code);
            if (node->id || !is_action(node, "create") || (parent && !parent->id))
                continue;
            struct value *raw = value_copy(call->ctx->arena, node->row);
            if (parent)
                value_put_int(call->ctx->arena, raw, "parent_id", parent->id);
            if (!value_get_text(node->row, "valid_from").n)
                value_set(raw, STR("valid_from"),
                          value_new_text(call->ctx->arena, value_get_text(call->input, "valid_from")));
            TRY(run_one(call, &command_unit_create, raw, &node->id));
            is_any = true;
        }
    }
    return RC_OK;
}

static enum rc is_below(struct command_call *call, int64_t ancestor, int64_t unit, bool *ret_is_below)
{
    struct db_stmt *st = db_query(call->db, Q_UNIT_IS_BELOW);
    db_bind_int(st, "ancestor", ancestor);
    db_bind_int(st, "unit", unit);
    int64_t count;
    TRY(db_get_int(call->ctx, st, &count));
    *ret_is_below = count > 0;
    return RC_OK;
}

/* A unit that is to stand below one of its own present subordinates waits until that one has moved away. */
static enum rc move_units(struct command_call *call, struct plan *plan)
{
    struct arena *arena = call->ctx->arena;
    for (size_t left = plan->nodes.n; left > 0; left--) {
        bool is_any = false;
        for (size_t i = 0; i < plan->nodes.n; i++) {
            struct node *node = plan->nodes.p[i];
            if (!node->is_moved)
                continue;
            const struct node *parent = map_get(&plan->by_code, node->parent_code);
            bool must_wait;
            TRY(is_below(call, node->id, parent->id, &must_wait));
            if (must_wait)
                continue;
            struct value *raw = value_new_map(arena);
            value_put_int(arena, raw, "id", node->id);
            value_put_int(arena, raw, "parent_id", parent->id);
            value_put_text(arena, raw, "valid_from", value_get_text(call->input, "valid_from"));
            enum rc rc = run_one(call, &command_unit_move, raw, NULL);
            if (rc != RC_OK && call->ctx->last)
                call->ctx->last->place = row_place(arena, "units", node->row);
            TRY(rc);
            node->is_moved = false;
            is_any = true;
        }
        if (!is_any)
            break;
    }
    return RC_OK;
}

static enum rc change_units(struct command_call *call, struct plan *plan)
{
    struct arena *arena = call->ctx->arena;
    for (size_t i = 0; i < plan->nodes.n; i++) {
        struct node *node = plan->nodes.p[i];
        if (!is_action(node, "change") && !is_action(node, "move_change"))
            continue;
        struct value *raw = value_new_map(arena);
        value_put_int(arena, raw, "id", node->id);
        VALUE_EACH (change, value_get(node->planned, "changes")) {
            if (!str_equal(value_get_text(change, "field"), STR("parent_code")))
                value_put_text(arena, raw, arena_copy_cstr(arena, value_get_text(change, "field")),
                               value_get_text(change, "to"));
        }
        TRY(run_one(call, &command_unit_change, raw, NULL));
    }
    return RC_OK;
}

static enum rc write_people(struct command_call *call, struct plan *plan)
{
    struct arena *arena = call->ctx->arena;
    const struct value *planned = value_get(plan->result, "people")->items.first;
    VALUE_EACH (row, plan->person_rows) {
        struct str action = value_get_text(planned, "action");
        const struct node *unit = map_get(&plan->by_code, value_get_text(planned, "unit_code"));
        int64_t id = value_get_int(planned, "id", 0);
        planned = planned ? planned->next : NULL;
        bool is_new = str_equal(action, STR("create"));
        if (!unit || (!is_new && !str_equal(action, STR("change"))))
            continue;
        struct value *raw = value_copy(arena, row);
        value_set(raw, STR("unit_id"), value_new_int(arena, unit->id));
        value_set(raw, STR("id"), value_new_int(arena, id));
        TRY(run_one(call, is_new ? &command_person_create : &command_person_change, raw, NULL));
    }
    return RC_OK;
}

static enum rc unit_import(struct command_call *call)
{
    struct plan plan = {0};
    TRY(make_plan(&plan, call->ctx, call->db, call->actor, call->input));
    TRY(create_units(call, &plan));
    TRY(move_units(call, &plan));
    TRY(change_units(call, &plan));
    TRY(write_people(call, &plan));
    static const char *const counts[] = {"new", "changed", "moved", "unchanged", "skipped"};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        value_put_int(call->ctx->arena, call->result, counts[i], value_get_int(plan.result, counts[i], 0));
    value_put_bool(call->ctx->arena, call->result, "is_changed", plan.created + plan.changed + plan.moved > 0);
    return RC_OK;
}

static const struct field unit_import_fields[] = {{"units", FIELD_JSON, false, 0, NULL},
                                                  {"people", FIELD_JSON, false, 0, NULL},
                                                  {"policy", FIELD_CHOICE, true, 0, "update|skip|stop"},
                                                  {"valid_from", FIELD_DATE, false, 0, NULL},
                                                  {"reason", FIELD_TEXT, false, 0, NULL}};
const struct command command_unit_import = {.name = "unit.import",
                                            .perm = PERM_UNIT_WRITE,
                                            COMMAND_FIELDS(unit_import_fields),
                                            .run = unit_import,
                                            .path = "/units/import/rows",
                                            .redirect = "/units"};
