/* unit.c: the organisation: units in a dated tree, people.
 *
 * Invariants: one root; no loops; codes are unique; a unit's place in the tree has dates (unit_tenure), the table of
 * ancestors always matches the tree as it is now; scopes follow a move in the same transaction.
 */
#include "loop/unit.h"

#include "base/clock.h"
#include "text/uscc.h"

enum { UNIT_DEPTH_MAX = 12 };

#define UNIT_FIELDS                                                                            \
    {"code", FIELD_TEXT, true, 40, NULL}, {"name", FIELD_TEXT, true, 120, NULL},                \
        {"short_name", FIELD_TEXT, false, 60, NULL}, {"kind", FIELD_TEXT, false, 40, NULL},     \
        {"legal_level", FIELD_INT, false, 0, NULL}, {"sector", FIELD_TEXT, false, 40, NULL},    \
        {"uscc", FIELD_TEXT, false, 18, NULL}, {"core_business", FIELD_TEXT, false, 500, NULL}, \
        {"sort_no", FIELD_INT, false, 0, NULL}

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

/* Today, but never before the unit's present place began. */
static struct str date_or_today(struct arena *arena, const struct value *input, const char *key)
{
    struct str given = value_get_text(input, key);
    char text[DATE_TEXT_BYTES];
    return given.n ? given : arena_copy_str(arena, date_format(clock_today(), text));
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
    *ret_level = value_get_int(*ret_parent, "mgmt_level", 0) + 1;
    if (*ret_level > UNIT_DEPTH_MAX)
        return ctx_fail_field(call->ctx, RC_GUARD, "unit.too_deep", "parent_id");
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

static enum rc unit_change(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    const struct value *input = call->input;
    int64_t id = value_get_int(input, "id", 0);
    struct value *unit;
    TRY(unit_find(call, id, &unit));
    TRY(command_require(call, PERM_UNIT_WRITE, id, LABEL_PUBLIC));
    TRY(check_uscc(call->ctx, input));
    TRY(check_code_free(call, id));
    struct value *body = value_new_map(arena);
    value_put_int(arena, body, "id", id);
    put_unit_texts(arena, body, input);
    value_put_int(arena, body, "mgmt_level", value_get_int(unit, "mgmt_level", 1));
    value_put_int(arena, body, "legal_level", value_get_int(input, "legal_level", value_get_int(unit, "legal_level", 1)));
    value_put_int(arena, body, "sort_no", value_get_int(input, "sort_no", value_get_int(unit, "sort_no", 0)));
    struct str valid_to = value_get_text(input, "valid_to");
    if (valid_to.n)
        value_put_text(arena, body, "valid_to", valid_to);
    else
        value_put_null(arena, body, "valid_to");
    int64_t seq;
    TRY(command_append(call, EVENT_UNIT_CHANGED, CHAIN_ORGANISATION, id, body, &seq));
    value_put_int(arena, call->result, "id", id);
    return RC_OK;
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

static enum rc unit_move(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    int64_t id = value_get_int(call->input, "id", 0);
    int64_t parent_id = value_get_int(call->input, "parent_id", 0);
    struct value *unit, *parent;
    TRY(unit_find(call, id, &unit));
    TRY(unit_find(call, parent_id, &parent));
    if (value_is_null(value_get(unit, "parent_id")))
        return ctx_fail_field(call->ctx, RC_GUARD, "unit.root_stays", "id");
    TRY(command_require(call, PERM_UNIT_WRITE, id, LABEL_PUBLIC));
    TRY(command_require(call, PERM_UNIT_WRITE, parent_id, LABEL_PUBLIC));
    TRY(check_no_loop(call, id, parent_id));
    struct str from = date_or_today(arena, call->input, "valid_from");
    if (str_compare(from, value_get_text(unit, "valid_from")) < 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "unit.move_before_start", "valid_from");
    int32_t day;
    char before[DATE_TEXT_BYTES];
    if (!date_parse(from, &day))
        return RC_INTERNAL;
    struct value *body = value_new_map(arena);
    value_put_int(arena, body, "id", id);
    value_put_int(arena, body, "parent_id", parent_id);
    value_put_int(arena, body, "from_parent_id", value_get_int(unit, "parent_id", 0));
    value_put_int(arena, body, "mgmt_level", value_get_int(parent, "mgmt_level", 0) + 1);
    value_put_text(arena, body, "valid_from", from);
    value_put_text(arena, body, "last_day", arena_copy_str(arena, date_format(day - 1, before)));
    int64_t seq;
    TRY(command_append(call, EVENT_UNIT_MOVED, CHAIN_ORGANISATION, id, body, &seq));
    value_put_int(arena, call->result, "id", id);
    value_put_int(arena, call->result, "from_parent_id", value_get_int(unit, "parent_id", 0));
    return refresh_scope_below(call, id);
}

static enum rc person_create(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    int64_t unit_id = value_get_int(call->input, "unit_id", 0);
    struct value *unit;
    TRY(unit_find(call, unit_id, &unit));
    TRY(command_require(call, PERM_UNIT_WRITE, unit_id, LABEL_INTERNAL));
    static const char *const texts[] = {"name", "title", "party_post", "portfolio", "email", "phone"};
    struct value *body = value_new_map(arena);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        value_put_text(arena, body, texts[i], value_get_text(call->input, texts[i]));
    value_put_int(arena, body, "unit_id", unit_id);
    value_put_int(arena, body, "label", LABEL_INTERNAL);
    int64_t id;
    TRY(command_append(call, EVENT_PERSON_CREATED, CHAIN_ORGANISATION, 0, body, &id));
    value_put_int(arena, call->result, "id", id);
    return RC_OK;
}

static const struct field unit_create_fields[] = {
    {"parent_id", FIELD_ID, false, 0, NULL}, UNIT_FIELDS, {"valid_from", FIELD_DATE, false, 0, NULL}};
const struct command command_unit_create = {.name = "unit.create",
                                            .perm = PERM_UNIT_WRITE,
                                            COMMAND_FIELDS(unit_create_fields),
                                            .run = unit_create,
                                            .path = "/units",
                                            .redirect = "/units/{id}"};

static const struct field unit_change_fields[] = {
    {"id", FIELD_ID, true, 0, NULL}, UNIT_FIELDS, {"valid_to", FIELD_DATE, false, 0, NULL}, {"reason", FIELD_TEXT, false, 0, NULL}};
const struct command command_unit_change = {.name = "unit.change",
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
                                          .redirect = "/units?moved={id}"};

static const struct field person_create_fields[] = {
    {"unit_id", FIELD_ID, true, 0, NULL},       {"name", FIELD_TEXT, true, 60, NULL},
    {"title", FIELD_TEXT, false, 120, NULL},    {"party_post", FIELD_TEXT, false, 120, NULL},
    {"portfolio", FIELD_TEXT, false, 300, NULL}, {"email", FIELD_TEXT, false, 200, NULL},
    {"phone", FIELD_TEXT, false, 60, NULL}};
const struct command command_person_create = {.name = "person.create",
                                              .perm = PERM_UNIT_WRITE,
                                              COMMAND_FIELDS(person_create_fields),
                                              .run = person_create,
                                              .path = "/units/{unit_id}/people",
                                              .redirect = "/units/{unit_id}"};
