/* team.c: teams and their members, and who acts in whose place; see post.h.
 *
 * Invariants: nobody is in a team twice at a time; the team of a special working group ends with the group; a
 * delegation is given by the person in whose place somebody acts, and taken back by nobody else.
 */
#include "loop/post.h"
#include "loop/supervise.h"
#include "loop/unit.h"

enum { DELEGATION_DAYS_MAX = 180 }; /* longer than that is a change of the post [P] */

static enum rc begin(struct command_call *call, const char *command, struct value **ret_row, struct value **ret_body)
{
    return supervise_begin(call, NOUN_TEAM, Q_TEAM_GET_ANY, "team.not_found", command, ret_row, ret_body);
}

static enum rc append(struct command_call *call, enum event_kind kind, const struct value *row,
                      const struct value *body)
{
    return supervise_append(call, kind, value_get_int(row, "id", 0), body);
}

static enum rc team_create(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    int64_t unit_id = value_get_int(call->input, "unit_id", 0),
            label = value_get_int(call->input, "label", LABEL_INTERNAL);
    struct value *unit, *body = value_new_map(arena);
    if (label < LABEL_PUBLIC || label > LABEL_WORK_SECRET)
        return ctx_fail_field(call->ctx, RC_INVALID, "field.not_a_choice", "label");
    TRY(unit_find(call, unit_id, &unit));
    TRY(command_require(call, PERM_MEETING_WRITE, unit_id, label));
    value_put_text(arena, body, "noun", STR("team"));
    value_put_text(arena, body, "name", value_get_text(call->input, "name"));
    value_put_text(arena, body, "kind", value_get_text(call->input, "kind"));
    value_put_int(arena, body, "unit_id", unit_id);
    value_put_int(arena, body, "label", label);
    return supervise_append(call, EVENT_TEAM_CREATED, 0, body);
}

static enum rc team_change(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "change", &row, &body));
    value_put_text(call->ctx->arena, body, "name", value_get_text(call->input, "name"));
    value_put_text(call->ctx->arena, body, "kind", value_get_text(call->input, "kind"));
    return append(call, EVENT_TEAM_CHANGED, row, body);
}

static enum rc read_member(struct command_call *call, const struct value *row, int64_t person_id, struct str day,
                           struct value **ret_member)
{
    struct db_stmt *st = db_query(call->db, Q_TEAM_MEMBER_NOW);
    db_bind_int(st, "id", value_get_int(row, "id", 0));
    db_bind_int(st, "person_id", person_id);
    db_bind_text(st, "day", day);
    return db_first_row(call->ctx, st, ret_member);
}

static enum rc team_join(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body, *person, *member;
    struct str from = value_get_text(call->input, "valid_from");
    from = from.n ? from : lifecycle_today(call);
    TRY(begin(call, "join", &row, &body));
    TRY(post_find_person(call, "person_id", &person));
    TRY(read_member(call, row, value_get_int(person, "id", 0), from, &member));
    if (member)
        return ctx_fail_field(call->ctx, RC_INVALID, "team.is_member", "person_id");
    value_put_int(arena, body, "person_id", value_get_int(person, "id", 0));
    value_put_text(arena, body, "person_name", value_get_text(person, "name"));
    value_put_text(arena, body, "role", value_get_text(call->input, "role"));
    value_put_text(arena, body, "valid_from", from);
    return append(call, EVENT_TEAM_JOINED, row, body);
}

static enum rc team_leave(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body, *member;
    struct str last = value_get_text(call->input, "valid_to");
    last = last.n ? last : lifecycle_today(call);
    TRY(begin(call, "leave", &row, &body));
    int64_t person_id = value_get_int(call->input, "member_id", 0);
    TRY(read_member(call, row, person_id, STR("9999-12-31"), &member));
    if (!member)
        return ctx_fail_field(call->ctx, RC_INVALID, "team.no_member", "member_id");
    if (str_compare(last, value_get_text(member, "valid_from")) < 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "post.left_before_begun", "valid_to");
    value_put_int(arena, body, "person_id", person_id);
    value_put_text(arena, body, "last_day", last);
    return append(call, EVENT_TEAM_LEFT, row, body);
}

static enum rc team_end(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "end", &row, &body));
    return append(call, EVENT_TEAM_ENDED, row, body);
}

/* ---- in another's place ------------------------------------------------------------------------------------- */

static enum rc read_self(struct command_call *call, struct value **ret_person)
{
    struct db_stmt *st = db_query(call->db, Q_DELEGATION_SELF);
    db_bind_int(st, "me", call->actor->account_id);
    TRY(db_first_row(call->ctx, st, ret_person));
    return *ret_person ? RC_OK : ctx_fail_key(call->ctx, RC_GUARD, "delegation.no_person");
}

static enum rc check_span(struct command_call *call, struct str from, struct str to)
{
    if (str_compare(from, to) > 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "task.start_after_due", "valid_from");
    if (str_compare(to, lifecycle_today(call)) < 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "delegation.over", "valid_to");
    if (str_compare(to, supervise_day_after(call->ctx->arena, from, DELEGATION_DAYS_MAX)) > 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "delegation.too_long", "valid_to");
    return RC_OK;
}

static enum rc check_running(struct command_call *call, const struct value *body)
{
    struct db_stmt *st = db_query(call->db, Q_DELEGATION_RUNNING);
    int64_t count;
    db_bind_map(st, body);
    TRY(db_get_int(call->ctx, st, &count));
    return count ? ctx_fail_field(call->ctx, RC_INVALID, "delegation.running", "to_person") : RC_OK;
}

/* A delegation to somebody without an account, or to an administrator, would say "in force" and move nothing. */
static enum rc check_able(struct command_call *call, int64_t person)
{
    struct db_stmt *st = db_query(call->db, Q_DELEGATION_ABLE);
    int64_t count;
    db_bind_int(st, "to_person", person);
    db_bind_int(st, "perm", PERM_TASK_READ);
    TRY(db_get_int(call->ctx, st, &count));
    return count ? RC_OK : ctx_fail_field(call->ctx, RC_INVALID, "delegation.no_account", "to_person");
}

static enum rc delegation_give(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *self, *other, *body = value_new_map(arena);
    struct str from = value_get_text(call->input, "valid_from"), to = value_get_text(call->input, "valid_to");
    TRY(read_self(call, &self));
    TRY(post_find_person(call, "to_person", &other));
    if (value_get_int(self, "id", 0) == value_get_int(other, "id", 0))
        return ctx_fail_field(call->ctx, RC_INVALID, "delegation.self", "to_person");
    TRY(check_able(call, value_get_int(other, "id", 0)));
    TRY(check_span(call, from, to));
    value_put_text(arena, body, "noun", STR("delegation"));
    value_put_text(arena, body, "title", value_get_text(other, "name"));
    value_put_int(arena, body, "from_person", value_get_int(self, "id", 0));
    value_put_int(arena, body, "to_person", value_get_int(other, "id", 0));
    value_put_text(arena, body, "valid_from", from);
    value_put_text(arena, body, "valid_to", to);
    TRY(check_running(call, body));
    value_put_text(arena, body, "why", value_get_text(call->input, "reason"));
    return supervise_append(call, EVENT_DELEGATION_GIVEN, 0, body);
}

static enum rc delegation_take_back(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    int64_t id = value_get_int(call->input, "id", 0);
    struct value *self, *row, *body = value_new_map(arena);
    TRY(read_self(call, &self));
    TRY(supervise_read(call, Q_DELEGATION_GET_ANY, id, "delegation.not_found", &row));
    if (value_get_int(row, "from_person", 0) != value_get_int(self, "id", -1))
        return ctx_fail_key(call->ctx, RC_NOT_FOUND, "delegation.not_found");
    if (value_get_int(row, "is_taken_back", 0))
        return ctx_fail_key(call->ctx, RC_GUARD, "delegation.is_taken_back");
    value_put_text(arena, body, "noun", STR("delegation"));
    value_put_int(arena, body, "id", id);
    value_put_int(arena, call->result, "id", id);
    return supervise_append(call, EVENT_DELEGATION_TAKEN_BACK, id, body);
}

/* ---- commands ----------------------------------------------------------------------------------------------- */

#define TEAM_KINDS "leading_group|office|task_force|other"

static const struct field team_create_fields[] = {{"unit_id", FIELD_ID, true, 0, NULL},
                                                  {"kind", FIELD_CHOICE, true, 0, TEAM_KINDS},
                                                  {"name", FIELD_TEXT, true, 120, NULL},
                                                  {"label", FIELD_INT, false, 0, NULL}};
const struct command command_team_create = {.name = "team.create",
                                            .perm = PERM_MEETING_WRITE,
                                            COMMAND_FIELDS(team_create_fields),
                                            .run = team_create,
                                            .path = "/teams",
                                            .redirect = "/teams/{id}"};

static const struct field team_change_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                  {"kind", FIELD_CHOICE, true, 0, TEAM_KINDS},
                                                  {"name", FIELD_TEXT, true, 120, NULL}};
const struct command command_team_change = {.name = "team.change",
                                            .perm = PERM_MEETING_WRITE,
                                            COMMAND_FIELDS(team_change_fields),
                                            .run = team_change,
                                            .path = "/teams/{id}/change",
                                            .redirect = "/teams/{id}"};

static const struct field team_join_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                {"person_id", FIELD_ID, true, 0, NULL},
                                                {"role", FIELD_CHOICE, true, 0, "member|deputy|head"},
                                                {"valid_from", FIELD_DATE, false, 0, NULL}};
const struct command command_team_join = {.name = "team.join",
                                          .perm = PERM_MEETING_WRITE,
                                          COMMAND_FIELDS(team_join_fields),
                                          .run = team_join,
                                          .path = "/teams/{id}/join",
                                          .redirect = "/teams/{id}"};

static const struct field team_leave_fields[] = {
    {"id", FIELD_ID, true, 0, NULL}, {"member_id", FIELD_ID, true, 0, NULL}, {"valid_to", FIELD_DATE, false, 0, NULL}};
const struct command command_team_leave = {.name = "team.leave",
                                           .perm = PERM_MEETING_WRITE,
                                           COMMAND_FIELDS(team_leave_fields),
                                           .run = team_leave,
                                           .path = "/teams/{id}/leave",
                                           .redirect = "/teams/{id}"};

static const struct field team_end_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                               {"reason", FIELD_TEXT, true, 500, NULL}};
const struct command command_team_end = {.name = "team.end",
                                         .perm = PERM_MEETING_WRITE,
                                         COMMAND_FIELDS(team_end_fields),
                                         .run = team_end,
                                         .path = "/teams/{id}/end",
                                         .redirect = "/teams/{id}"};

static const struct field delegation_give_fields[] = {{"to_person", FIELD_ID, true, 0, NULL},
                                                      {"valid_from", FIELD_DATE, true, 0, NULL},
                                                      {"valid_to", FIELD_DATE, true, 0, NULL},
                                                      {"reason", FIELD_TEXT, true, 300, NULL}};
const struct command command_delegation_give = {.name = "delegation.give",
                                                .perm = PERM_SELF,
                                                COMMAND_FIELDS(delegation_give_fields),
                                                .run = delegation_give,
                                                .path = "/delegations",
                                                .redirect = "/delegations"};

static const struct field delegation_take_back_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                           {"reason", FIELD_TEXT, false, 300, NULL}};
const struct command command_delegation_take_back = {.name = "delegation.take_back",
                                                     .perm = PERM_SELF,
                                                     COMMAND_FIELDS(delegation_take_back_fields),
                                                     .run = delegation_take_back,
                                                     .path = "/delegations/{id}/take_back",
                                                     .redirect = "/delegations"};
