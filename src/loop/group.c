/* group.c: special working groups; see group.h.
 *
 * Invariants: a finding has one active group; the group has its finding's unit and label; it ends with the finding.  A
 * head who is no member of the party board is shown as an alert, not refused: posts change.
 */
#include "loop/group.h"

#include "loop/tick.h"

enum { CYCLE_DAYS_MAX = 180 };

static enum rc check_cycle(struct command_call *call)
{
    int64_t days = value_get_int(call->input, "cycle_days", SUPERVISE_GROUP_CYCLE_DAYS);
    return days >= 1 && days <= CYCLE_DAYS_MAX
               ? RC_OK
               : ctx_fail_field(call->ctx, RC_INVALID, "supervise.cycle_range", "cycle_days");
}

static enum rc add_member(struct command_call *call, struct value *members, int64_t person_id, const char *role,
                          const char *field)
{
    struct arena *arena = call->ctx->arena;
    struct value *person;
    struct db_stmt *st = db_query(call->db, Q_PERSON_GET_ANY);
    db_bind_int(st, "id", person_id);
    TRY(db_first_row(call->ctx, st, &person));
    if (!person)
        return ctx_fail_field(call->ctx, RC_INVALID, "person.not_found", field);
    VALUE_EACH (before, members) {
        if (value_get_int(before, "person_id", 0) == person_id)
            return RC_OK; /* who leads is no member besides */
    }
    struct value *one = value_add_map(arena, members);
    value_put_int(arena, one, "person_id", person_id);
    value_put_text(arena, one, "role", str_from_cstr(role));
    return RC_OK;
}

static void wait_for_meeting(struct command_call *call, struct value *body, const struct value *row, struct str day)
{
    /* Of the head: the team itself has no id before its event. */
    lifecycle_wait(call, body, "meet_group", STR("person"), value_get_int(row, "head_id", 0), day);
}

static enum rc check_unit(struct command_call *call, const char *field)
{
    int64_t id = value_get_int(call->input, field, 0);
    struct value *unit;
    if (!id)
        return RC_OK;
    struct db_stmt *st = db_query(call->db, Q_UNIT_GET_ANY);
    db_bind_int(st, "id", id);
    TRY(db_first_row(call->ctx, st, &unit));
    return unit ? RC_OK : ctx_fail_field(call->ctx, RC_INVALID, "unit.not_found", field);
}

static enum rc group_set_up(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *finding;
    int64_t active, head_id = value_get_int(call->input, "head_id", 0);
    TRY(supervise_subject(call, PERM_MEETING_WRITE, &finding));
    TRY(check_cycle(call));
    TRY(check_unit(call, "stationed_id"));
    if (!value_get_int(finding, "is_open", 0))
        return ctx_fail_key(call->ctx, RC_GUARD, "supervise.subject_over");
    struct db_stmt *st = db_query(call->db, Q_GROUP_ACTIVE_OF);
    db_bind_int(st, "finding_id", value_get_int(finding, "id", 0));
    TRY(db_get_int(call->ctx, st, &active));
    if (active)
        return ctx_fail_key(call->ctx, RC_GUARD, "group.already");
    struct str no = arena_format(arena, "%.*s-Z", STR_ARG(value_get_text(finding, "no")));
    struct value *body = supervise_body(call, "group", finding, no, value_get_text(call->input, "name"));
    supervise_copy(call, body, NULL, "name stationed_id plan");
    value_put_int(arena, body, "finding_id", value_get_int(finding, "id", 0));
    value_put_int(arena, body, "head_id", head_id);
    int64_t cycle = value_get_int(call->input, "cycle_days", SUPERVISE_GROUP_CYCLE_DAYS);
    value_put_int(arena, body, "cycle_days", cycle);
    struct value *members = value_put_list(arena, body, "members");
    TRY(add_member(call, members, head_id, "head", "head_id"));
    VALUE_EACH (deputy, value_get(call->input, "deputy_ids")) {
        TRY(add_member(call, members, deputy->integer, "deputy", "deputy_ids"));
    }
    VALUE_EACH (member, value_get(call->input, "member_ids")) {
        TRY(add_member(call, members, member->integer, "member", "member_ids"));
    }
    struct str next = supervise_day_after(arena, lifecycle_today(call), cycle);
    value_put_text(arena, body, "next_meeting", next);
    wait_for_meeting(call, body, body, next);
    return supervise_append(call, EVENT_GROUP_SET_UP, 0, body);
}

static enum rc begin(struct command_call *call, const char *command, struct value **ret_row, struct value **ret_body)
{
    return supervise_begin(call, NOUN_GROUP, Q_GROUP_GET_ANY, "group.not_found", command, ret_row, ret_body);
}

static enum rc group_change(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body;
    TRY(begin(call, "change", &row, &body));
    TRY(check_cycle(call));
    TRY(check_unit(call, "stationed_id"));
    supervise_copy(call, body, row, "stationed_id plan cycle_days");
    struct str last = value_get_text(row, "last_met");
    struct str next = supervise_day_after(arena, last.n ? last : value_get_text(row, "set_up"),
                                          value_get_int(body, "cycle_days", SUPERVISE_GROUP_CYCLE_DAYS));
    value_put_text(arena, body, "next_meeting", next);
    wait_for_meeting(call, body, row, next);
    return supervise_append(call, EVENT_GROUP_CHANGED, value_get_int(row, "id", 0), body);
}

static enum rc group_meet(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *row, *body;
    TRY(begin(call, "meet", &row, &body));
    struct str day = value_get_text(call->input, "on_day"), last = value_get_text(row, "last_met");
    if (str_compare(day, lifecycle_today(call)) > 0 || str_compare(day, value_get_text(row, "set_up")) < 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "supervise.day_range", "on_day");
    supervise_copy(call, body, NULL, "on_day text");
    struct str next = supervise_day_after(arena, str_compare(day, last) > 0 ? day : last,
                                          value_get_int(row, "cycle_days", SUPERVISE_GROUP_CYCLE_DAYS));
    value_put_text(arena, body, "next_meeting", next);
    wait_for_meeting(call, body, row, next);
    return supervise_append(call, EVENT_GROUP_MET, value_get_int(row, "id", 0), body);
}

static enum rc group_brief(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "brief", &row, &body));
    supervise_copy(call, body, NULL, "on_day brief text");
    return supervise_append(call, EVENT_GROUP_BRIEFED, value_get_int(row, "id", 0), body);
}

static enum rc group_end(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "end", &row, &body));
    return supervise_append(call, EVENT_GROUP_ENDED, value_get_int(row, "id", 0), body);
}

static enum rc end_over(struct tick *tick, const struct value *row)
{
    struct value *body = lifecycle_body_of(tick->call, NOUN_GROUP, row);
    value_put_text(tick->call->ctx->arena, body, "by", STR("over"));
    tick->changed++;
    return supervise_append(tick->call, EVENT_GROUP_ENDED, value_get_int(row, "id", 0), body);
}

enum rc tick_group(struct tick *tick)
{
    static const struct tick_step step = {Q_GROUP_OVER, end_over, 0};
    return tick_run_steps(tick, &step, 1);
}

static const struct field group_set_up_fields[] = {
    {"finding_id", FIELD_ID, true, 0, NULL},     {"name", FIELD_TEXT, true, 120, NULL},
    {"head_id", FIELD_ID, true, 0, NULL},        {"deputy_ids", FIELD_IDS, false, 20, NULL},
    {"member_ids", FIELD_IDS, false, 200, NULL}, {"stationed_id", FIELD_ID, false, 0, NULL},
    {"cycle_days", FIELD_INT, false, 0, NULL},   {"plan", FIELD_LONG, true, 8000, NULL}};
const struct command command_group_set_up = {.name = "group.set_up",
                                             .perm = PERM_MEETING_WRITE,
                                             COMMAND_FIELDS(group_set_up_fields),
                                             .run = group_set_up,
                                             .path = "/groups",
                                             .redirect = "/groups/{id}"};

static const struct field group_change_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                   {"stationed_id", FIELD_ID, false, 0, NULL},
                                                   {"cycle_days", FIELD_INT, true, 0, NULL},
                                                   {"plan", FIELD_LONG, true, 8000, NULL}};
const struct command command_group_change = {.name = "group.change",
                                             .perm = PERM_MEETING_WRITE,
                                             COMMAND_FIELDS(group_change_fields),
                                             .run = group_change,
                                             .path = "/groups/{id}/change",
                                             .redirect = "/groups/{id}"};

static const struct field group_meet_fields[] = {
    {"id", FIELD_ID, true, 0, NULL}, {"on_day", FIELD_DATE, true, 0, NULL}, {"text", FIELD_LONG, false, 4000, NULL}};
const struct command command_group_meet = {.name = "group.meet",
                                           .perm = PERM_MEETING_WRITE,
                                           COMMAND_FIELDS(group_meet_fields),
                                           .run = group_meet,
                                           .path = "/groups/{id}/meet",
                                           .redirect = "/groups/{id}"};

static const struct field group_brief_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                  {"on_day", FIELD_DATE, true, 0, NULL},
                                                  {"brief", FIELD_TEXT, true, 120, NULL},
                                                  {"text", FIELD_LONG, true, 8000, NULL}};
const struct command command_group_brief = {.name = "group.brief",
                                            .perm = PERM_MEETING_WRITE,
                                            COMMAND_FIELDS(group_brief_fields),
                                            .run = group_brief,
                                            .path = "/groups/{id}/brief",
                                            .redirect = "/groups/{id}"};

static const struct field group_end_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                {"reason", FIELD_TEXT, true, 500, NULL}};
const struct command command_group_end = {.name = "group.end",
                                          .perm = PERM_MEETING_WRITE,
                                          COMMAND_FIELDS(group_end_fields),
                                          .run = group_end,
                                          .path = "/groups/{id}/end",
                                          .redirect = "/groups/{id}"};
