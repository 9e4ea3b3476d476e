/* post.c: posts and their holders; see post.h.
 *
 * Invariants: who held what when stays on record: a tenure ends, it is not deleted; the same person does not hold a
 * post twice at a time; a post is closed only when nobody holds it.
 */
#include "loop/post.h"

#include "loop/supervise.h"
#include "loop/unit.h"

enum rc post_find_person(struct command_call *call, const char *field, struct value **ret_person)
{
    struct db_stmt *st = db_query(call->db, Q_PERSON_GET_ANY);
    db_bind_int(st, "id", value_get_int(call->input, field, 0));
    TRY(db_first_row(call->ctx, st, ret_person));
    enum rc rc = *ret_person ? actor_check(call->ctx, call->db, call->actor, PERM_UNIT_READ,
                                           value_get_int(*ret_person, "unit_id", 0), LABEL_INTERNAL)
                             : RC_NOT_FOUND;
    if (rc != RC_NOT_FOUND && rc != RC_FORBIDDEN)
        return rc;
    ctx_clear_issues(call->ctx);
    return ctx_fail_field(call->ctx, RC_INVALID, "person.not_found", field);
}

static enum rc begin(struct command_call *call, const char *command, struct value **ret_row, struct value **ret_body)
{
    return supervise_begin(call, NOUN_POST, Q_POST_GET_ANY, "post.not_found", command, ret_row, ret_body);
}

static void put_fields(struct command_call *call, struct value *body)
{
    struct arena *arena = call->ctx->arena;
    value_put_text(arena, body, "kind", value_get_text(call->input, "kind"));
    value_put_int(arena, body, "is_board", value_get_bool(call->input, "is_board"));
    value_put_int(arena, body, "sort_no", value_get_int(call->input, "sort_no", 100));
}

static enum rc post_create(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    int64_t unit_id = value_get_int(call->input, "unit_id", 0);
    struct value *unit, *body = value_new_map(arena);
    TRY(unit_find(call, unit_id, &unit));
    TRY(command_require(call, PERM_UNIT_WRITE, unit_id, LABEL_INTERNAL));
    value_put_text(arena, body, "noun", STR("post"));
    value_put_text(arena, body, "title", value_get_text(call->input, "title"));
    value_put_int(arena, body, "unit_id", unit_id);
    value_put_int(arena, body, "label", LABEL_INTERNAL);
    put_fields(call, body);
    return supervise_append(call, EVENT_POST_CREATED, 0, body);
}

static enum rc post_change(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "change", &row, &body));
    value_put_text(call->ctx->arena, body, "new_title", value_get_text(call->input, "title"));
    put_fields(call, body);
    return supervise_append(call, EVENT_POST_CHANGED, value_get_int(row, "id", 0), body);
}

/* Ends the tenures that run on the day before `from`; what begins later is in the way. */
static enum rc end_before(struct command_call *call, const struct value *holders, struct str from, struct value *ended)
{
    struct arena *arena = call->ctx->arena;
    struct str last = supervise_day_after(arena, from, -1);
    VALUE_EACH (holder, holders) {
        if (str_compare(value_get_text(holder, "valid_from"), from) >= 0)
            return ctx_fail_field(call->ctx, RC_INVALID, "post.before_holder", "valid_from");
        struct value *one = value_add_map(arena, ended);
        value_put_int(arena, one, "tenure_id", value_get_int(holder, "id", 0));
        value_put_int(arena, one, "left_person", value_get_int(holder, "person_id", 0));
        value_put_text(arena, one, "last_day", last);
    }
    return RC_OK;
}

static enum rc post_appoint(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body, *person, *holders;
    struct str from = value_get_text(call->input, "valid_from");
    TRY(begin(call, "appoint", &row, &body));
    TRY(post_find_person(call, "person_id", &person));
    struct db_stmt *st = db_query(call->db, Q_TENURE_FROM);
    db_bind_int(st, "id", value_get_int(row, "id", 0));
    db_bind_text(st, "day", from);
    TRY(db_rows(call->ctx, st, &holders));
    VALUE_EACH (holder, holders) {
        if (value_get_int(holder, "person_id", 0) == value_get_int(person, "id", -1))
            return ctx_fail_field(call->ctx, RC_INVALID, "post.same_person", "person_id");
    }
    struct value *ended = value_put_list(arena, body, "ended");
    if (!value_get_bool(call->input, "is_shared"))
        TRY(end_before(call, holders, from, ended));
    value_put_int(arena, body, "person_id", value_get_int(person, "id", 0));
    value_put_text(arena, body, "person_name", value_get_text(person, "name"));
    value_put_text(arena, body, "valid_from", from);
    value_put_int(arena, call->result, "ended", (int64_t)value_count(ended));
    return supervise_append(call, EVENT_POST_APPOINTED, value_get_int(row, "id", 0), body);
}

static enum rc post_leave(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body, *tenure;
    struct str last = value_get_text(call->input, "valid_to");
    TRY(begin(call, "leave", &row, &body));
    struct db_stmt *st = db_query(call->db, Q_TENURE_GET_ANY);
    db_bind_int(st, "id", value_get_int(call->input, "tenure_id", 0));
    TRY(db_first_row(call->ctx, st, &tenure));
    if (!tenure || value_get_int(tenure, "post_id", 0) != value_get_int(row, "id", 0) ||
        !value_is_null(value_get(tenure, "valid_to")))
        return ctx_fail_field(call->ctx, RC_INVALID, "post.no_such_holder", "tenure_id");
    if (str_compare(last, value_get_text(tenure, "valid_from")) < 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "post.left_before_begun", "valid_to");
    value_put_int(arena, body, "tenure_id", value_get_int(tenure, "id", 0));
    value_put_int(arena, body, "person_id", value_get_int(tenure, "person_id", 0));
    value_put_text(arena, body, "last_day", last);
    return supervise_append(call, EVENT_POST_LEFT, value_get_int(row, "id", 0), body);
}

static enum rc post_close(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "close", &row, &body));
    return supervise_append(call, EVENT_POST_CLOSED, value_get_int(row, "id", 0), body);
}

#define POST_FIELDS                                                                                                    \
    {"title", FIELD_TEXT, true, 120, NULL}, {"kind", FIELD_CHOICE, true, 0, "leader|department|officer"},              \
        {"is_board", FIELD_BOOL, false, 0, NULL},                                                                      \
    {                                                                                                                  \
        "sort_no", FIELD_INT, false, 0, NULL                                                                           \
    }

static const struct field post_create_fields[] = {{"unit_id", FIELD_ID, true, 0, NULL}, POST_FIELDS};
const struct command command_post_create = {.name = "post.create",
                                            .perm = PERM_UNIT_WRITE,
                                            COMMAND_FIELDS(post_create_fields),
                                            .run = post_create,
                                            .path = "/posts",
                                            .redirect = "/posts/{id}"};

static const struct field post_change_fields[] = {{"id", FIELD_ID, true, 0, NULL}, POST_FIELDS};
const struct command command_post_change = {.name = "post.change",
                                            .perm = PERM_UNIT_WRITE,
                                            COMMAND_FIELDS(post_change_fields),
                                            .run = post_change,
                                            .path = "/posts/{id}/change",
                                            .redirect = "/posts/{id}"};

static const struct field post_appoint_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                   {"person_id", FIELD_ID, true, 0, NULL},
                                                   {"valid_from", FIELD_DATE, true, 0, NULL},
                                                   {"is_shared", FIELD_BOOL, false, 0, NULL}};
const struct command command_post_appoint = {.name = "post.appoint",
                                             .perm = PERM_UNIT_WRITE,
                                             COMMAND_FIELDS(post_appoint_fields),
                                             .run = post_appoint,
                                             .path = "/posts/{id}/appoint",
                                             .redirect = "/posts/{id}"};

static const struct field post_leave_fields[] = {
    {"id", FIELD_ID, true, 0, NULL}, {"tenure_id", FIELD_ID, true, 0, NULL}, {"valid_to", FIELD_DATE, true, 0, NULL}};
const struct command command_post_leave = {.name = "post.leave",
                                           .perm = PERM_UNIT_WRITE,
                                           COMMAND_FIELDS(post_leave_fields),
                                           .run = post_leave,
                                           .path = "/posts/{id}/leave",
                                           .redirect = "/posts/{id}"};

static const struct field post_close_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                 {"reason", FIELD_TEXT, true, 500, NULL}};
const struct command command_post_close = {.name = "post.close",
                                           .perm = PERM_UNIT_WRITE,
                                           COMMAND_FIELDS(post_close_fields),
                                           .run = post_close,
                                           .path = "/posts/{id}/close",
                                           .redirect = "/posts/{id}"};
