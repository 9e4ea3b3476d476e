/* register_sheet_plan.c: see register_sheet_plan.h.
 *
 * Invariant: the plan only reads; preview and command make it by the same code from the same rows.
 */
#include "intake/register_sheet_plan.h"

#include "base/map.h"
#include "intake/register_sheet_parts.h"
#include "text/similarity.h"
#include "text/utf8.h"

enum { ALIKE_BP = 6000, OWN_NUMBER_BYTES = 6 };

/* A source that rows go to, with what it already holds. */
struct target {
    int64_t id; /* 0: the new one */
    int64_t unit_id, label;
    struct map by_title, by_mark; /* -> struct value of finding; list of those with the mark */
    bool is_allowed;
};

struct plan {
    struct ctx *ctx;
    struct db *db;
    const struct actor *actor;
    const struct value *input, *fields;
    struct str policy;
    bool is_own;
    struct register_units *units;
    struct map units_by_id;
    struct map targets, named; /* id as text; words of a cell */
    struct map rights;         /* "unit/label" -> bool* */
    struct map taken;          /* id of a finding -> row that has it */
    struct target *target;     /* of rows that name none; NULL */
    struct map numbers;        /* number under its heading -> row that has it */
    int64_t numbering, last_number;
    struct value *rows, *errors, *doubts;
    int64_t created, changed, same, skipped, stale, measures;
};

static struct str number_text(struct arena *arena, int64_t n) { return arena_format(arena, "%lld", (long long)n); }

static void complain(struct plan *plan, const struct value *row, const char *field, struct str value, const char *key,
                     struct str arg)
{
    register_sheet_complain(plan->ctx->arena, plan->errors, value_get_int(row, "row", 0),
                            value_get_text(plan->fields, field), field, value, key, arg);
}

static enum rc load_units(struct plan *plan)
{
    struct value *rows;
    TRY(db_rows(plan->ctx, db_query(plan->db, Q_UNIT_ALL), &rows));
    plan->units = register_units_new(plan->ctx->arena, rows);
    if (!plan->units)
        return arena_rc(plan->ctx->arena);
    for (struct value *row = rows->items.first; row; row = row->next)
        TRY(map_put(&plan->units_by_id, number_text(plan->ctx->arena, value_get_int(row, "id", 0)), row));
    return RC_OK;
}

/* Whether the actor may write there; asked once for each unit and label. */
static enum rc may_write(struct plan *plan, int64_t unit_id, int64_t label, bool *ret_may)
{
    struct arena *arena = plan->ctx->arena;
    struct str key = arena_format(arena, "%lld/%lld", (long long)unit_id, (long long)label);
    bool *known = map_get(&plan->rights, key);
    if (!known) {
        known = ARENA_NEW(arena, bool);
        if (!known)
            return arena_rc(arena);
        struct ctx quiet = {.arena = arena};
        enum rc rc = actor_check(&quiet, plan->db, plan->actor, PERM_FINDING_WRITE, unit_id, label);
        if (rc != RC_OK && rc != RC_FORBIDDEN)
            return rc;
        *known = rc == RC_OK;
        TRY(map_put(&plan->rights, key, known));
    }
    *ret_may = *known;
    return RC_OK;
}

/* ---- targets ---------------------------------------------------------------------------------------------------- */

static enum rc load_findings(struct plan *plan, struct target *target)
{
    struct db_stmt *st = db_query(plan->db, Q_REGISTER_SOURCE_FINDINGS);
    db_bind_int(st, "source_id", target->id);
    struct value *rows;
    TRY(db_rows(plan->ctx, st, &rows));
    for (struct value *row = rows->items.first; row; row = row->next) {
        struct str mark = register_sheet_key(plan->ctx->arena, value_get_text(row, "mark"));
        TRY(map_put(&target->by_title, register_sheet_key(plan->ctx->arena, value_get_text(row, "title")), row));
        if (!mark.n)
            continue;
        struct value *same = map_get(&target->by_mark, mark);
        if (!same) {
            same = value_new_list(plan->ctx->arena);
            TRY(map_put(&target->by_mark, mark, same));
        }
        value_add(same, value_copy(plan->ctx->arena, row));
    }
    return RC_OK;
}

static enum rc add_target(struct plan *plan, const struct value *source, struct target **ret_target)
{
    struct arena *arena = plan->ctx->arena;
    int64_t id = value_get_int(source, "id", 0);
    *ret_target = map_get(&plan->targets, number_text(arena, id));
    if (*ret_target)
        return RC_OK;
    struct target *target = ARENA_NEW(arena, struct target);
    if (!target)
        return arena_rc(arena);
    *target = (struct target){
        .id = id, .unit_id = value_get_int(source, "unit_id", 0), .label = value_get_int(source, "label", 0)};
    map_init(&target->by_title, arena);
    map_init(&target->by_mark, arena);
    TRY(may_write(plan, target->unit_id, target->label, &target->is_allowed));
    if (id)
        TRY(load_findings(plan, target));
    TRY(map_put(&plan->targets, number_text(arena, id), target));
    *ret_target = target;
    return RC_OK;
}

static enum rc find_default_target(struct plan *plan)
{
    int64_t id = value_get_int(plan->input, "source_id", 0);
    struct value *source = NULL;
    struct str title = value_get_text(plan->input, "title");
    if (!id && !title.n)
        return RC_OK;
    if (id) {
        struct db_stmt *st = db_query(plan->db, Q_REGISTER_SOURCE_GET);
        db_bind_int(st, "id", id);
        TRY(db_first_row(plan->ctx, st, &source));
    }
    enum perm perm = id ? PERM_FINDING_WRITE : PERM_SOURCE_WRITE;
    const struct value *place = id ? source : plan->input;
    int64_t unit_id = value_get_int(place, "unit_id", 0), label = value_get_int(place, "label", LABEL_INTERNAL);
    if (!id && (!map_get(&plan->units_by_id, number_text(plan->ctx->arena, unit_id)) || label < LABEL_PUBLIC ||
                label > LABEL_WORK_SECRET))
        return ctx_fail_field(plan->ctx, RC_INVALID, "unit.not_found", "unit_id");
    if (!place || actor_check(plan->ctx, plan->db, plan->actor, perm, unit_id, label) != RC_OK) {
        ctx_clear_issues(plan->ctx);
        return ctx_fail_field(plan->ctx, id ? RC_NOT_FOUND : RC_FORBIDDEN,
                              id ? "source.not_found" : "register.no_right_source", "source");
    }
    struct value *own = value_new_map(plan->ctx->arena);
    value_put_int(plan->ctx->arena, own, "id", id);
    value_put_int(plan->ctx->arena, own, "unit_id", unit_id);
    value_put_int(plan->ctx->arena, own, "label", label);
    return add_target(plan, own, &plan->target);
}

/* The source that the row goes to; NULL after a complaint. */
static enum rc find_target(struct plan *plan, const struct value *row, struct target **ret_target)
{
    struct str words = value_get_text(row, "source");
    *ret_target = plan->target;
    if (plan->target)
        return RC_OK;
    if (!words.n) {
        complain(plan, row, "source", words, "register.no_source", STR_EMPTY);
        return RC_OK;
    }
    *ret_target = map_get(&plan->named, words);
    if (*ret_target)
        return RC_OK;
    struct db_stmt *st = db_query(plan->db, Q_REGISTER_SOURCE_FIND);
    db_bind_text(st, "text", words);
    struct value *rows;
    TRY(db_rows(plan->ctx, st, &rows));
    struct target *found = NULL;
    if (value_count(rows) == 1)
        TRY(add_target(plan, rows->items.first, &found));
    if (!found || !found->is_allowed) {
        complain(plan, row, "source", words, "register.unknown_source", STR_EMPTY);
        return RC_OK;
    }
    *ret_target = found;
    return map_put(&plan->named, words, found);
}

/* ---- the finding a row is about -------------------------------------------------------------------------------- */

static enum rc get_finding(struct plan *plan, int64_t id, struct value **ret_finding)
{
    struct db_stmt *st = db_query(plan->db, Q_REGISTER_FINDING);
    db_bind_int(st, "id", id);
    return db_first_row(plan->ctx, st, ret_finding);
}

static enum rc find_by_number(struct plan *plan, struct str number, struct value **ret_finding)
{
    *ret_finding = NULL;
    if (number.n < OWN_NUMBER_BYTES || str_find_byte(number, '-', 0) == SIZE_MAX)
        return RC_OK;
    struct db_stmt *st = db_query(plan->db, Q_FINDING_FIND_NO);
    db_bind_text(st, "no", number);
    struct value *found;
    TRY(db_first_row(plan->ctx, st, &found));
    return found ? get_finding(plan, value_get_int(found, "id", 0), ret_finding) : RC_OK;
}

/* Findings of the source with the number of the row; NULL: none. */
static const struct value *with_mark(struct plan *plan, const struct target *target, const struct value *row)
{
    struct str mark = value_get_text(row, "mark");
    return map_get(&target->by_mark,
                   register_sheet_key(plan->ctx->arena, mark.n ? mark : value_get_text(row, "number")));
}

static enum rc find_in_target(struct plan *plan, const struct target *target, const struct value *row,
                              struct value **ret_finding)
{
    struct arena *arena = plan->ctx->arena;
    struct str title = value_get_text(row, "title");
    const struct value *found = map_get(&target->by_title, register_sheet_key(arena, title));
    *ret_finding = NULL;
    int best = ALIKE_BP - 1;
    VALUE_EACH (one, found ? NULL : with_mark(plan, target, row)) {
        int alike = 0;
        TRY(similarity_dice(arena, title, value_get_text(one, "title"), &alike));
        if (alike > best) {
            best = alike;
            found = one;
        }
    }
    return found ? get_finding(plan, value_get_int(found, "id", 0), ret_finding) : RC_OK;
}

/* ---- numbers ---------------------------------------------------------------------------------------------------- */

static void doubt(struct plan *plan, const struct value *row, struct str number, const char *key, struct str arg)
{
    const char *field = value_get_text(row, "mark").n ? "mark" : "number";
    register_sheet_complain(plan->ctx->arena, plan->doubts, value_get_int(row, "row", 0),
                            value_get_text(plan->fields, field), field, number, key, arg);
}

/* A number that stands twice under one heading; where numbering begins at 1 again it is another one. */
static enum rc check_number_in_sheet(struct plan *plan, struct value *row)
{
    struct arena *arena = plan->ctx->arena;
    struct str mark = value_get_text(row, "mark"), number = mark.n ? mark : value_get_text(row, "number");
    int64_t n = 0;
    if (!number.n || value_get_bool(value_get(plan->input, "sheet"), "is_poam")) /* there it is an error */
        return RC_OK;
    if (str_parse_int64(number, &n)) {
        plan->numbering += n == 1 && plan->last_number > 1;
        plan->last_number = n;
    }
    struct str key = arena_format(arena, "%lld|%.*s|%.*s|%.*s", (long long)plan->numbering,
                                  STR_ARG(register_sheet_key(arena, number)), STR_ARG(value_get_text(row, "source")),
                                  STR_ARG(value_get_text(row, "aspect")));
    const struct value *first = map_get(&plan->numbers, key);
    if (!first)
        return map_put(&plan->numbers, key, row);
    doubt(plan, row, number, "register.number_twice", number_text(arena, value_get_int(first, "row", 0)));
    return RC_OK;
}

/* A number that another finding of the same aspect and unit has: told, and under "stop" it stops. */
static void check_number_in_source(struct plan *plan, const struct value *row, const struct target *target,
                                   int64_t unit_id)
{
    VALUE_EACH (one, with_mark(plan, target, row)) {
        if (value_get_int(one, "unit_id", 0) != unit_id ||
            !sheet_is_same_text(value_get_text(row, "aspect"), value_get_text(one, "aspect_title")))
            continue;
        struct str number = value_get_text(one, "mark");
        struct str other = arena_format(plan->ctx->arena, "%.*s %.*s", STR_ARG(value_get_text(one, "no")),
                                        STR_ARG(value_get_text(one, "title")));
        if (str_equal(plan->policy, STR("stop")))
            complain(plan, row, value_get_text(row, "mark").n ? "mark" : "number", number, "register.number_exists",
                     other);
        else
            doubt(plan, row, number, "register.number_taken", other);
        return;
    }
}

/* ---- units ------------------------------------------------------------------------------------------------------- */

/* Unit of a row: of its cell, else of what it falls back to; 0 after a complaint. */
static int64_t find_unit(struct plan *plan, const struct value *row, const struct value *old, int64_t otherwise)
{
    struct str words = value_get_text(row, "unit");
    if (!words.n)
        return otherwise;
    bool is_as_it_was = old && (str_equal(words, value_get_text(old, "unit_name")) ||
                                str_equal(words, value_get_text(old, "unit_short")) ||
                                str_equal(words, value_get_text(old, "unit_code")));
    if (is_as_it_was)
        return otherwise;
    const struct value *unit = NULL;
    switch (register_units_find(plan->units, words, &unit)) {
    case UNIT_FOUND:
        return value_get_int(unit, "id", 0);
    case UNIT_CLOSED:
        complain(plan, row, "unit", words, "register.unit_closed", STR_EMPTY);
        return 0;
    case UNIT_AMBIGUOUS:
        complain(plan, row, "unit", words, "register.unit_ambiguous", STR_EMPTY);
        return 0;
    case UNIT_UNKNOWN:
        break;
    }
    struct str names = register_units_suggest(plan->units, words);
    complain(plan, row, "unit", words, names.n ? "register.unit_unknown_alike" : "register.unit_unknown", names);
    return 0;
}

static enum rc check_right(struct plan *plan, const struct value *row, int64_t unit_id, int64_t label, bool *ret_may)
{
    TRY(may_write(plan, unit_id, label, ret_may));
    const struct value *unit = map_get(&plan->units_by_id, number_text(plan->ctx->arena, unit_id));
    if (!*ret_may)
        complain(plan, row, value_get(row, "unit") ? "unit" : "title", value_get_text(unit, "name"),
                 "register.no_right", STR_EMPTY);
    return RC_OK;
}

/* ---- rows ------------------------------------------------------------------------------------------------------- */

static struct value *add_row(struct plan *plan, const struct value *row, const char *action, const struct value *old,
                             int64_t source_id, int64_t unit_id)
{
    struct arena *arena = plan->ctx->arena;
    struct value *planned = value_add_map(arena, plan->rows);
    const struct value *unit = map_get(&plan->units_by_id, number_text(arena, unit_id));
    struct str title = value_get_text(row, "title"), phase = value_get_text(row, "phase"),
               due = value_get_text(row, "due");
    value_put_int(arena, planned, "row", value_get_int(row, "row", 0));
    value_put_text(arena, planned, "action", str_from_cstr(action));
    value_put_int(arena, planned, "id", value_get_int(old, "id", 0));
    value_put_text(arena, planned, "no", value_get_text(old, "no"));
    value_put_text(arena, planned, "title", title.n ? title : value_get_text(old, "title"));
    value_put_int(arena, planned, "source_id", source_id);
    value_put_int(arena, planned, "unit_id", unit_id);
    value_put_text(arena, planned, "unit_name", value_get_text(unit, "name"));
    value_put_text(arena, planned, "phase", phase.n ? phase : old ? value_get_text(old, "phase") : STR("concentrated"));
    value_put_text(arena, planned, "due", due.n || value_get(row, "due") ? due : value_get_text(old, "due"));
    value_put_text(arena, planned, "aspect", value_get_text(row, "aspect"));
    return planned;
}

static enum rc plan_new(struct plan *plan, const struct value *row, const struct target *target)
{
    struct arena *arena = plan->ctx->arena;
    int64_t unit_id = find_unit(plan, row, NULL, target->unit_id), label = value_get_int(row, "label", target->label);
    bool may = false;
    if (!unit_id || !value_get_text(row, "title").n)
        return RC_OK;
    check_number_in_source(plan, row, target, unit_id);
    TRY(check_right(plan, row, unit_id, label, &may));
    if (!may)
        return RC_OK;
    struct value *planned = add_row(plan, row, "create", NULL, target->id, unit_id);
    struct value *input = value_put_map(arena, planned, "input");
    static const char *const keys[] = {"title",    "facts",         "phase",       "nature",
                                       "severity", "status_stated", "responsible", "due_stated"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        value_put_text(arena, input, keys[i], value_get(row, keys[i]) ? value_get_text(row, keys[i]) : STR(""));
    struct str mark = value_get_text(row, "mark");
    value_put_text(arena, input, "mark",
                   mark.n                     ? mark
                   : value_get(row, "number") ? value_get_text(row, "number")
                                              : STR(""));
    if (value_get_text(row, "due").n)
        value_put_text(arena, input, "due", value_get_text(row, "due"));
    const struct value *amount = value_get(row, "amount_fen");
    if (!value_is_null(amount))
        value_put_int(arena, input, "amount_fen", amount->integer);
    value_put_int(arena, input, "unit_id", unit_id);
    value_put_int(arena, input, "label", label);
    const struct value *measures = value_get(row, "measures");
    value_put(planned, STR("measures"), value_copy(arena, measures));
    value_put_text(arena, planned, "cause", value_get_text(row, "cause"));
    plan->measures += (int64_t)value_count(measures);
    plan->created++;
    return RC_OK;
}

static enum rc plan_old(struct plan *plan, const struct value *row, const struct value *old)
{
    struct arena *arena = plan->ctx->arena;
    int64_t old_unit = value_get_int(old, "unit_id", 0), unit_id = find_unit(plan, row, old, old_unit);
    struct value *change = value_new_map(arena), *measures = value_new_list(arena);
    if (!unit_id)
        return RC_OK;
    bool is_new_cause;
    TRY(sheet_compare(plan->ctx, plan->db, row, old, unit_id, change, measures));
    TRY(sheet_compare_cause(plan->ctx, plan->db, row, old, &is_new_cause));
    bool is_same = value_count(change) == 0 && value_count(measures) == 0 && !is_new_cause;
    int64_t rev = value_get_int(row, "rev", 0);
    bool is_stale = rev && rev != value_get_int(old, "rev", 0);
    bool is_stop = str_equal(plan->policy, STR("stop")), is_skip = str_equal(plan->policy, STR("skip"));
    const char *action = is_same ? "same" : is_skip ? "skip" : is_stale ? "stale" : "change";
    if (!is_same && is_stop) {
        complain(plan, row, "title", value_get_text(row, "title"), "register.exists", value_get_text(old, "no"));
        return RC_OK;
    }
    bool is_change = !is_same && !is_skip && !is_stale, may = true;
    if (is_change)
        TRY(check_right(plan, row, old_unit, value_get_int(old, "label", 0), &may));
    if (is_change && may)
        TRY(check_right(plan, row, unit_id, value_get_int(row, "label", value_get_int(old, "label", 0)), &may));
    if (!may)
        return RC_OK;
    struct value *planned = add_row(plan, row, action, old, value_get_int(old, "source_id", 0), unit_id);
    plan->same += is_same;
    plan->skipped += !is_same && is_skip;
    plan->stale += !is_same && !is_skip && is_stale;
    plan->changed += is_change;
    if (!is_change)
        return RC_OK;
    plan->measures += (int64_t)value_count(measures);
    value_put(planned, STR("input"), change);
    value_put(planned, STR("measures"), measures);
    value_put_text(arena, planned, "cause", is_new_cause ? value_get_text(row, "cause") : STR(""));
    return RC_OK;
}

static enum rc find_old(struct plan *plan, const struct value *row, struct value **ret_old, bool *ret_is_done)
{
    int64_t id = value_get_int(row, "id", 0);
    *ret_is_done = false;
    TRY(id ? get_finding(plan, id, ret_old) : find_by_number(plan, value_get_text(row, "number"), ret_old));
    struct ctx quiet = {.arena = plan->ctx->arena};
    bool is_hidden =
        *ret_old && actor_check(&quiet, plan->db, plan->actor, PERM_FINDING_READ, value_get_int(*ret_old, "unit_id", 0),
                                value_get_int(*ret_old, "label", 0)) != RC_OK;
    if (is_hidden || (id && !*ret_old)) {
        complain(plan, row, "id", number_text(plan->ctx->arena, id), "register.no_finding", STR_EMPTY);
        *ret_is_done = true;
    }
    return RC_OK;
}

static enum rc plan_row(struct plan *plan, struct value *row)
{
    struct value *old = NULL;
    struct target *target = NULL;
    bool is_done;
    if (!plan->is_own)
        TRY(check_number_in_sheet(plan, row));
    TRY(find_old(plan, row, &old, &is_done));
    if (is_done)
        return RC_OK;
    if (!old) {
        TRY(find_target(plan, row, &target));
        if (!target)
            return RC_OK;
        TRY(find_in_target(plan, target, row, &old));
    }
    if (!old)
        return plan_new(plan, row, target);
    struct arena *arena = plan->ctx->arena;
    struct str key = number_text(arena, value_get_int(old, "id", 0));
    const struct value *first = map_get(&plan->taken, key);
    if (first) {
        complain(plan, row, "title", value_get_text(row, "title"), "register.twice",
                 number_text(arena, value_get_int(first, "row", 0)));
        return RC_OK;
    }
    TRY(map_put(&plan->taken, key, row));
    return plan_old(plan, row, old);
}

static void put_counts(struct plan *plan, struct value *to)
{
    struct arena *arena = plan->ctx->arena;
    value_put_int(arena, to, "created", plan->created);
    value_put_int(arena, to, "changed", plan->changed);
    value_put_int(arena, to, "same", plan->same);
    value_put_int(arena, to, "skipped", plan->skipped);
    value_put_int(arena, to, "stale", plan->stale);
    value_put_int(arena, to, "measures", plan->measures);
}

static int compare_errors(const struct value *a, const struct value *b)
{
    int64_t x = value_get_int(a, "row", 0), y = value_get_int(b, "row", 0);
    return x < y ? -1 : x > y;
}

/* Both lists are in the order of the rows. */
static struct value *merge_errors(struct arena *arena, const struct value *a, const struct value *b)
{
    struct value *list = value_new_list(arena);
    const struct value *x = a ? a->items.first : NULL, *y = b->items.first;
    while (list && (x || y)) {
        bool is_x = x && (!y || compare_errors(x, y) <= 0);
        value_add(list, value_copy(arena, is_x ? x : y));
        x = is_x ? x->next : x;
        y = is_x ? y : y->next;
    }
    return list;
}

enum rc register_sheet_plan(struct ctx *ctx, struct db *db, const struct actor *actor, const struct value *input,
                            struct value **ret_plan)
{
    struct arena *arena = ctx->arena;
    const struct value *sheet = value_get(input, "sheet");
    struct value *result = value_new_map(arena);
    struct plan plan = {.ctx = ctx,
                        .db = db,
                        .actor = actor,
                        .input = input,
                        .fields = value_get(sheet, "fields"),
                        .policy = value_get_text(input, "policy"),
                        .is_own = value_get_bool(sheet, "is_own")};
    struct map *maps[] = {&plan.units_by_id, &plan.targets, &plan.named, &plan.rights, &plan.taken, &plan.numbers};
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        map_init(maps[i], arena);
    plan.rows = value_put_list(arena, result, "rows");
    plan.errors = value_new_list(arena);
    plan.doubts = value_put_list(arena, result, "doubts");
    TRY(load_units(&plan));
    TRY(find_default_target(&plan));
    const struct value *rows = value_get(sheet, "rows");
    for (struct value *row = rows ? rows->items.first : NULL; row; row = row->next)
        TRY(plan_row(&plan, row));
    value_put(result, STR("errors"), merge_errors(arena, value_get(sheet, "errors"), plan.errors));
    value_put(result, STR("notes"), value_copy(arena, value_get(sheet, "notes")));
    put_counts(&plan, result);
    TRY(arena_rc(arena));
    *ret_plan = result;
    return RC_OK;
}
