/* unit.c: the organisation: units in a dated tree.
 *
 * Invariants: one root; no loops; codes are unique; a unit's place in the tree has dates (unit_tenure), the table of
 * ancestors always matches the tree as it is now; scopes follow a move in the same transaction.
 */
#include "loop/unit.h"

#include "base/clock.h"
#include "loop/finding.h"
#include "text/json.h"
#include "text/uscc.h"

enum { UNIT_DEPTH_MAX = 12 };

#define UNIT_FIELDS                                                                                                    \
    {"code", FIELD_TEXT, true, 40, NULL}, {"name", FIELD_TEXT, true, 120, NULL},                                       \
        {"short_name", FIELD_TEXT, false, 60, NULL}, {"kind", FIELD_CHOICE, false, 0, UNIT_KINDS},                     \
        {"legal_level", FIELD_INT, false, 0, NULL}, {"sector", FIELD_CHOICE, false, 0, UNIT_SECTORS},                  \
        {"uscc", FIELD_TEXT, false, 18, NULL}, {"core_business", FIELD_TEXT, false, 500, NULL},                        \
    {                                                                                                                  \
        "sort_no", FIELD_INT, false, 0, NULL                                                                           \
    }

static enum rc check_uscc(struct ctx *ctx, const struct value *input)
{
    struct str uscc = value_get_text(input, "uscc");
    if (uscc.n && !uscc_is_valid(uscc))
        return ctx_fail_field(ctx, RC_INVALID, "unit.uscc_wrong", "uscc");
    return RC_OK;
}

static enum rc check_code_free(struct command_call *call, int64_t own_id)
{
    struct db_stmt *st = db_query(call->db, Q_UNIT_FIND_CODE);
    db_bind_text(st, "code", value_get_text(call->input, "code"));
    struct value *row;
    TRY(db_first_row(call->ctx, st, &row));
    if (row && value_get_int(row, "id", 0) != own_id) {
        struct str name = value_get_text(row, "name");
        return ctx_fail(call->ctx, RC_CONFLICT, "unit.code_taken", STR("code"), STR_EMPTY, &name, 1);
    }
    return RC_OK;
}

enum rc unit_find(struct command_call *call, int64_t id, struct value **ret_unit)
{
    struct db_stmt *st = db_query(call->db, Q_UNIT_GET_ANY);
    db_bind_int(st, "id", id);
    TRY(db_first_row(call->ctx, st, ret_unit));
    return *ret_unit ? RC_OK : ctx_fail_key(call->ctx, RC_NOT_FOUND, "unit.not_found");
}

static enum rc refresh_scope_below(struct command_call *call, int64_t id)
{
    struct db_stmt *st = db_query(call->db, Q_USER_SCOPE_CLEAR_UNIT);
    db_bind_int(st, "id", id);
    TRY(db_run(call->ctx, st));
    st = db_query(call->db, Q_USER_SCOPE_FILL_UNIT);
    db_bind_int(st, "id", id);
    return db_run(call->ctx, st);
}

static void put_unit_texts(struct arena *arena, struct value *body, const struct value *input)
{
    static const char *const texts[] = {"code", "name", "kind", "sector", "uscc", "core_business"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        value_put_text(arena, body, texts[i], value_get_text(input, texts[i]));
    struct str short_name = value_get_text(input, "short_name");
    value_put_text(arena, body, "short_name", short_name.n ? short_name : value_get_text(input, "name"));
}

static struct str date_or_today(struct arena *arena, const struct value *input, const char *key)
{
    struct str given = value_get_text(input, key);
    return given.n ? given : date_text(arena, clock_today());
}

/* Departments stand on the management level of the unit they belong to. */
static int64_t level_below(const struct value *parent, struct str kind)
{
    return value_get_int(parent, "mgmt_level", 0) + !str_equal(kind, STR("department"));
}

static enum rc find_parent(struct command_call *call, int64_t *ret_level, struct value **ret_parent)
{
    int64_t parent_id = value_get_int(call->input, "parent_id", 0);
    *ret_parent = NULL;
    *ret_level = 1;
    if (!parent_id) {
        int64_t count;
        TRY(db_get_int(call->ctx, db_query(call->db, Q_UNIT_COUNT), &count));
        return count ? ctx_fail_field(call->ctx, RC_GUARD, "unit.one_root", "parent_id") : RC_OK;
    }
    TRY(unit_find(call, parent_id, ret_parent));
    *ret_level = level_below(*ret_parent, value_get_text(call->input, "kind"));
    if (*ret_level > UNIT_DEPTH_MAX)
        return ctx_fail_field(call->ctx, RC_GUARD, "unit.too_deep", "parent_id");
    if (!value_is_null(value_get(*ret_parent, "valid_to")))
        return ctx_fail_field(call->ctx, RC_GUARD, "unit.parent_closed", "parent_id");
    return command_require(call, PERM_UNIT_WRITE, parent_id, LABEL_PUBLIC);
}

static enum rc unit_create(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    const struct value *input = call->input;
    struct value *parent;
    int64_t level;
    TRY(find_parent(call, &level, &parent));
    TRY(check_uscc(call->ctx, input));
    TRY(check_code_free(call, 0));
    struct value *body = value_new_map(arena);
    if (parent)
        value_put_int(arena, body, "parent_id", value_get_int(parent, "id", 0));
    else
        value_put_null(arena, body, "parent_id");
    put_unit_texts(arena, body, input);
    value_put_int(arena, body, "mgmt_level", level);
    value_put_int(arena, body, "legal_level", value_get_int(input, "legal_level", level));
    value_put_int(arena, body, "sort_no", value_get_int(input, "sort_no", 0));
    value_put_text(arena, body, "valid_from", date_or_today(arena, input, "valid_from"));
    int64_t id;
    TRY(command_append(call, EVENT_UNIT_CREATED, CHAIN_ORGANISATION, 0, body, &id));
    value_put_int(arena, call->result, "id", id);
    return refresh_scope_below(call, id);
}

static enum rc check_revision(struct command_call *call, const struct value *row)
{
    int64_t now = value_get_int(row, "changed_seq", 0);
    if (value_get_int(call->input, "revision", now) != now)
        return ctx_fail_key(call->ctx, RC_CONFLICT, "unit.changed_meanwhile");
    return RC_OK;
}

/* The fields of the unit with those of the input on top. */
static struct value *merge_unit(struct arena *arena, const struct value *unit, const struct value *input)
{
    static const char *const numbers[] = {"legal_level", "sort_no"};
    struct value *merged = value_copy(arena, unit);
    VALUE_EACH (child, input) {
        bool is_start = str_equal(child->key, STR("valid_from")); /* the body states old and new */
        if (child->kind == VALUE_TEXT && merged && !is_start)
            value_set(merged, child->key, value_copy(arena, child));
    }
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0] && merged; i++)
        if (value_get_int(input, numbers[i], -1) >= 0)
            value_set(merged, str_from_cstr(numbers[i]), value_new_int(arena, value_get_int(input, numbers[i], 0)));
    return merged;
}

/* Which fields differ from those of old, and what they were: the event tells the change by itself. */
static void put_unit_changes(struct arena *arena, struct value *body, const struct value *old)
{
    static const char *const names[] = {"name",   "short_name", "code",          "kind",    "legal_level",
                                        "sector", "uscc",       "core_business", "sort_no", "valid_from"};
    struct value *changed = value_put_list(arena, body, "changed"), *was = value_put_map(arena, body, "was");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct value *before = value_get(old, names[i]), *after = value_get(body, names[i]);
        if (!before || value_equal(before, after))
            continue;
        value_add_text(arena, changed, str_from_cstr(names[i]));
        value_put(was, str_from_cstr(names[i]), value_copy(arena, before));
    }
}

static void put_end(struct arena *arena, struct value *body, struct str valid_to)
{
    if (valid_to.n)
        value_put_text(arena, body, "valid_to", valid_to);
    else
        value_put_null(arena, body, "valid_to");
}

/* old: the unit as it is; unit: as it will be. */
static enum rc append_change(struct command_call *call, int64_t id, const struct value *old, const struct value *unit)
{
    struct arena *arena = call->ctx->arena;
    struct value *body = value_new_map(arena);
    value_put_int(arena, body, "id", id);
    put_unit_texts(arena, body, unit);
    value_put_int(arena, body, "mgmt_level", value_get_int(unit, "mgmt_level", 1));
    value_put_int(arena, body, "legal_level", value_get_int(unit, "legal_level", 1));
    value_put_int(arena, body, "sort_no", value_get_int(unit, "sort_no", 0));
    put_end(arena, body, value_get_text(unit, "valid_to"));
    struct str start = value_get_text(call->input, "valid_from"), old_start = value_get_text(unit, "valid_from");
    value_put_text(arena, body, "old_valid_from", old_start);
    value_put_text(arena, body, "valid_from", start.n ? start : old_start);
    put_unit_changes(arena, body, old);
    int64_t seq;
    TRY(command_append(call, EVENT_UNIT_CHANGED, CHAIN_ORGANISATION, id, body, &seq));
    value_put_int(arena, call->result, "id", id);
    return RC_OK;
}

/* The first day may be corrected as long as it stays before the end of the first place. */
static enum rc check_start(struct command_call *call, const struct value *unit)
{
    struct str start = value_get_text(call->input, "valid_from"), valid_to = value_get_text(unit, "valid_to");
    if (!start.n || str_equal(start, value_get_text(unit, "valid_from")))
        return RC_OK;
    struct db_stmt *st = db_query(call->db, Q_UNIT_FIRST_TENURE);
    db_bind_int(st, "id", value_get_int(unit, "id", 0));
    struct value *tenure;
    TRY(db_first_row(call->ctx, st, &tenure));
    struct str end = value_get_text(tenure, "valid_to");
    if ((end.n && str_compare(start, end) > 0) || (valid_to.n && str_compare(start, valid_to) > 0))
        return ctx_fail_field(call->ctx, RC_INVALID, "unit.start_after_end", "valid_from");
    return RC_OK;
}

static enum rc unit_change(struct command_call *call)
{
    int64_t id = value_get_int(call->input, "id", 0);
    struct value *unit;
    TRY(unit_find(call, id, &unit));
    TRY(command_require(call, PERM_UNIT_WRITE, id, LABEL_PUBLIC));
    TRY(check_revision(call, unit));
    TRY(check_uscc(call->ctx, call->input));
    TRY(check_start(call, unit));
    if (value_get_text(call->input, "code").n)
        TRY(check_code_free(call, id));
    struct value *merged = merge_unit(call->ctx->arena, unit, call->input);
    TRY(arena_rc(call->ctx->arena));
    return append_change(call, id, unit, merged);
}

static enum rc count_of(struct command_call *call, enum query query, int64_t id, int64_t *ret_count)
{
    struct db_stmt *st = db_query(call->db, query);
    db_bind_int(st, "id", id);
    return db_get_int(call->ctx, st, ret_count);
}

/* Findings that are still open go to another unit, each with an event of its own. */
static enum rc hand_over_findings(struct command_call *call, int64_t id, int64_t to_id)
{
    struct arena *arena = call->ctx->arena;
    struct value *rows, *to;
    TRY(unit_find(call, to_id, &to));
    if (to_id == id || !value_is_null(value_get(to, "valid_to")))
        return ctx_fail_field(call->ctx, RC_GUARD, "unit.findings_to_wrong", "findings_to");
    struct db_stmt *st = db_query(call->db, Q_UNIT_OPEN_FINDINGS);
    db_bind_int(st, "id", id);
    TRY(db_rows(call->ctx, st, &rows));
    VALUE_EACH (row, rows) {
        struct value *input = value_new_map(arena);
        value_put_int(arena, input, "id", value_get_int(row, "id", 0));
        value_put_int(arena, input, "unit_id", to_id);
        value_put_text(arena, input, "reason", value_get_text(call->input, "reason"));
        struct command_call change = *call;
        change.input = input;
        change.result = NULL;
        TRY(command_run(&command_finding_change, &change));
    }
    return RC_OK;
}

static enum rc append_end(struct command_call *call, enum event_kind kind, int64_t id, struct str valid_to)
{
    struct value *body = value_new_map(call->ctx->arena);
    int64_t seq;
    value_put_int(call->ctx->arena, body, "id", id);
    put_end(call->ctx->arena, body, valid_to);
    value_put_int(call->ctx->arena, call->result, "id", id);
    return command_append(call, kind, CHAIN_ORGANISATION, id, body, &seq);
}

static enum rc unit_close(struct command_call *call)
{
    int64_t id = value_get_int(call->input, "id", 0), children, findings;
    int64_t to_id = value_get_int(call->input, "findings_to", 0);
    struct str valid_to = value_get_text(call->input, "valid_to");
    struct value *unit;
    TRY(unit_find(call, id, &unit));
    TRY(command_require(call, PERM_UNIT_WRITE, id, LABEL_PUBLIC));
    if (value_is_null(value_get(unit, "parent_id")))
        return ctx_fail_field(call->ctx, RC_GUARD, "unit.root_stays_open", "valid_to");
    if (str_compare(valid_to, value_get_text(unit, "valid_from")) < 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "unit.close_before_start", "valid_to");
    TRY(count_of(call, Q_UNIT_OPEN_CHILDREN, id, &children));
    if (children) {
        struct str count = arena_format(call->ctx->arena, "%lld", (long long)children);
        return ctx_fail(call->ctx, RC_GUARD, "unit.close_children", STR("valid_to"), STR_EMPTY, &count, 1);
    }
    TRY(count_of(call, Q_UNIT_OPEN_FINDING_COUNT, id, &findings));
    if (findings && !to_id) {
        struct str count = arena_format(call->ctx->arena, "%lld", (long long)findings);
        return ctx_fail(call->ctx, RC_GUARD, "unit.close_findings", STR("findings_to"), STR_EMPTY, &count, 1);
    }
    if (findings)
        TRY(hand_over_findings(call, id, to_id));
    return append_end(call, EVENT_UNIT_CLOSED, id, valid_to);
}

static enum rc unit_reopen(struct command_call *call)
{
    int64_t id = value_get_int(call->input, "id", 0);
    struct value *unit, *parent;
    TRY(unit_find(call, id, &unit));
    TRY(command_require(call, PERM_UNIT_WRITE, id, LABEL_PUBLIC));
    TRY(unit_find(call, value_get_int(unit, "parent_id", id), &parent));
    if (value_get_int(parent, "id", 0) != id && !value_is_null(value_get(parent, "valid_to")))
        return ctx_fail_field(call->ctx, RC_GUARD, "unit.parent_closed", "id");
    return append_end(call, EVENT_UNIT_REOPENED, id, STR_EMPTY);
}

static enum rc check_no_loop(struct command_call *call, int64_t id, int64_t parent_id)
{
    struct db_stmt *st = db_query(call->db, Q_UNIT_IS_BELOW);
    db_bind_int(st, "ancestor", id);
    db_bind_int(st, "unit", parent_id);
    int64_t below;
    TRY(db_get_int(call->ctx, st, &below));
    return below ? ctx_fail_field(call->ctx, RC_GUARD, "unit.loop", "parent_id") : RC_OK;
}

/* A place in the tree lasts at least from its own first day, and nothing is moved in advance: the tree of today is what
 * scopes are made from. */
static enum rc check_move_date(struct command_call *call, int64_t id, struct str from, int32_t *ret_day)
{
    struct value *tenure;
    struct db_stmt *st = db_query(call->db, Q_UNIT_OPEN_TENURE);
    db_bind_int(st, "id", id);
    TRY(db_first_row(call->ctx, st, &tenure));
    if (!date_parse(from, ret_day))
        return ctx_fail_field(call->ctx, RC_INVALID, "field.not_a_date", "valid_from");
    if (str_compare(from, value_get_text(tenure, "valid_from")) < 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "unit.move_before_start", "valid_from");
    if (*ret_day > clock_today())
        return ctx_fail_field(call->ctx, RC_INVALID, "unit.move_in_future", "valid_from");
    return RC_OK;
}

static enum rc check_depth(struct command_call *call, int64_t id, int64_t parent_id)
{
    int64_t above, below;
    TRY(count_of(call, Q_UNIT_DEPTH, parent_id, &above));
    TRY(count_of(call, Q_UNIT_HEIGHT, id, &below));
    return above + below + 2 > UNIT_DEPTH_MAX ? ctx_fail_field(call->ctx, RC_GUARD, "unit.too_deep", "parent_id")
                                              : RC_OK;
}

static enum rc move(struct command_call *call, const struct value *unit, int64_t parent_id, struct str from)
{
    struct arena *arena = call->ctx->arena;
    int64_t id = value_get_int(unit, "id", 0), old_parent_id = value_get_int(unit, "parent_id", 0);
    struct value *parent;
    int32_t day;
    TRY(unit_find(call, parent_id, &parent));
    if (!old_parent_id)
        return ctx_fail_field(call->ctx, RC_GUARD, "unit.root_stays", "parent_id");
    TRY(command_require(call, PERM_UNIT_WRITE, id, LABEL_PUBLIC));
    TRY(command_require(call, PERM_UNIT_WRITE, parent_id, LABEL_PUBLIC));
    if (old_parent_id == parent_id)
        return ctx_fail_field(call->ctx, RC_GUARD, "unit.already_there", "parent_id");
    if (!value_is_null(value_get(parent, "valid_to")))
        return ctx_fail_field(call->ctx, RC_GUARD, "unit.parent_closed", "parent_id");
    TRY(check_no_loop(call, id, parent_id));
    TRY(check_depth(call, id, parent_id));
    TRY(check_move_date(call, id, from, &day));
    int64_t level = level_below(parent, value_get_text(unit, "kind")), seq;
    struct value *body = value_new_map(arena);
    value_put_int(arena, body, "id", id);
    value_put_int(arena, body, "parent_id", parent_id);
    value_put_int(arena, body, "from_parent_id", old_parent_id);
    value_put_int(arena, body, "mgmt_level", level);
    value_put_int(arena, body, "level_change", level - value_get_int(unit, "mgmt_level", level));
    value_put_text(arena, body, "valid_from", from);
    value_put_text(arena, body, "last_day", date_text(arena, day - 1));
    TRY(command_append(call, EVENT_UNIT_MOVED, CHAIN_ORGANISATION, id, body, &seq));
    value_put_int(arena, call->result, "id", id);
    value_put_int(arena, call->result, "from_parent_id", old_parent_id);
    value_put_text(arena, call->result, "undo_path", arena_format(arena, "/units/%lld/move-back", (long long)id));
    return refresh_scope_below(call, id);
}

static enum rc unit_move(struct command_call *call)
{
    struct value *unit;
    TRY(unit_find(call, value_get_int(call->input, "id", 0), &unit));
    return move(call, unit, value_get_int(call->input, "parent_id", 0),
                date_or_today(call->ctx->arena, call->input, "valid_from"));
}

/* Undo: to where the last move took it from, as of the same day. */
static enum rc unit_move_back(struct command_call *call)
{
    struct value *unit, *last, *body;
    int64_t id = value_get_int(call->input, "id", 0);
    TRY(unit_find(call, id, &unit));
    TRY(command_require(call, PERM_UNIT_WRITE, id, LABEL_PUBLIC));
    struct db_stmt *st = db_query(call->db, Q_UNIT_LAST_MOVE);
    db_bind_int(st, "id", id);
    TRY(db_first_row(call->ctx, st, &last));
    if (!last)
        return ctx_fail_key(call->ctx, RC_GUARD, "unit.never_moved");
    TRY(json_parse(call->ctx, value_get_text(last, "body"), &body));
    return move(call, unit, value_get_int(body, "from_parent_id", 0), value_get_text(body, "valid_from"));
}

static const struct field unit_create_fields[] = {
    {"parent_id", FIELD_ID, false, 0, NULL}, UNIT_FIELDS, {"valid_from", FIELD_DATE, false, 0, NULL}};
const struct command command_unit_create = {.name = "unit.create",
                                            .perm = PERM_UNIT_WRITE,
                                            COMMAND_FIELDS(unit_create_fields),
                                            .run = unit_create,
                                            .path = "/units",
                                            .redirect = "/units/{id}"};

static const struct field unit_change_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                  {"revision", FIELD_INT, false, 0, NULL},
                                                  UNIT_FIELDS,
                                                  {"valid_from", FIELD_DATE, false, 0, NULL},
                                                  {"reason", FIELD_TEXT, false, 0, NULL}};
const struct command command_unit_change = {.name = "unit.change",
                                            .is_patch = true,
                                            .perm = PERM_UNIT_WRITE,
                                            COMMAND_FIELDS(unit_change_fields),
                                            .run = unit_change,
                                            .path = "/units/{id}",
                                            .redirect = "/units/{id}"};

static const struct field unit_move_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                {"parent_id", FIELD_ID, true, 0, NULL},
                                                {"valid_from", FIELD_DATE, false, 0, NULL},
                                                {"reason", FIELD_TEXT, false, 0, NULL}};
const struct command command_unit_move = {.name = "unit.move",
                                          .perm = PERM_UNIT_WRITE,
                                          COMMAND_FIELDS(unit_move_fields),
                                          .run = unit_move,
                                          .path = "/units/{id}/move",
                                          .redirect = "/units?at={id}"};

static const struct field unit_move_back_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                     {"reason", FIELD_TEXT, false, 0, NULL}};
const struct command command_unit_move_back = {.name = "unit.move_back",
                                               .perm = PERM_UNIT_WRITE,
                                               COMMAND_FIELDS(unit_move_back_fields),
                                               .run = unit_move_back,
                                               .path = "/units/{id}/move-back",
                                               .redirect = "/units?at={id}"};

static const struct field unit_close_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                 {"valid_to", FIELD_DATE, true, 0, NULL},
                                                 {"findings_to", FIELD_ID, false, 0, NULL},
                                                 {"reason", FIELD_TEXT, true, 0, NULL}};
const struct command command_unit_close = {.name = "unit.close",
                                           .perm = PERM_UNIT_WRITE,
                                           COMMAND_FIELDS(unit_close_fields),
                                           .run = unit_close,
                                           .path = "/units/{id}/close",
                                           .redirect = "/units/{id}"};

static const struct field unit_reopen_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                  {"reason", FIELD_TEXT, false, 0, NULL}};
const struct command command_unit_reopen = {.name = "unit.reopen",
                                            .perm = PERM_UNIT_WRITE,
                                            COMMAND_FIELDS(unit_reopen_fields),
                                            .run = unit_reopen,
                                            .path = "/units/{id}/reopen",
                                            .redirect = "/units/{id}"};
