/* finding_state.c: links between findings of the same matter, and leaving the register.
 *
 * Invariants: a link stands on both findings or on neither; both stay findings of their own, with their numbers; what
 * is linked is counted once (finding_matter.c); nothing is deleted: what was entered wrongly is withdrawn with a
 * reason, and may be restored.
 */
#include "loop/finding.h"

#include "base/clock.h"
#include "loop/lifecycle.h"

enum { CONFIRM_DAYS = 5 }; /* working days to confirm a finding or to decide that it is somebody else's */

bool finding_is_behind(struct str status, struct str step_due, int32_t today)
{
    int32_t day;
    return str_equal(status, STR("disputed")) || str_equal(status, STR("returned")) ||
           (date_parse(step_due, &day) && day < today);
}

enum rc finding_find_other(struct command_call *call, const char *field, struct value **ret_row)
{
    struct str other = value_get_text(call->input, field);
    int64_t id = 0;
    bool is_id = str_parse_int64(other, &id);
    struct db_stmt *st = db_query(call->db, is_id ? Q_FINDING_GET_ANY : Q_FINDING_FIND_NO);
    db_bind_int(st, "id", id);
    db_bind_text(st, "no", other);
    TRY(db_first_row(call->ctx, st, ret_row));
    enum rc rc = *ret_row ? actor_check(call->ctx, call->db, call->actor, PERM_FINDING_READ,
                                        value_get_int(*ret_row, "unit_id", 0), value_get_int(*ret_row, "label", 0))
                          : RC_NOT_FOUND;
    if (rc != RC_NOT_FOUND && rc != RC_FORBIDDEN)
        return rc;
    ctx_clear_issues(call->ctx);
    return ctx_fail_field(call->ctx, RC_INVALID, "finding.not_found", field);
}

static enum rc read_linked(struct command_call *call, int64_t id, int64_t other_id, bool *ret_is_linked)
{
    struct db_stmt *st = db_query(call->db, Q_SOURCE_ITEM_IS_LINKED);
    int64_t count;
    db_bind_int(st, "finding_id", id);
    db_bind_int(st, "other_id", other_id);
    TRY(db_get_int(call->ctx, st, &count));
    *ret_is_linked = count > 0;
    return RC_OK;
}

static void copy_number(struct arena *arena, struct value *to, const struct value *from, const char *key)
{
    const struct value *v = value_get(from, key);
    if (v && v->kind == VALUE_INT)
        value_put_int(arena, to, key, v->integer);
    else
        value_put_null(arena, to, key);
}

/* One half of a link: finding shows what the source of other says of the matter. */
static enum rc append_half(struct command_call *call, bool is_link, const struct value *finding,
                           const struct value *other)
{
    struct arena *arena = call->ctx->arena;
    struct value *body = value_new_map(arena);
    int64_t id = value_get_int(finding, "id", 0), seq;
    value_put_int(arena, body, "finding_id", id);
    value_put_int(arena, body, "other_id", value_get_int(other, "id", 0));
    value_put_text(arena, body, "other_no", value_get_text(other, "no"));
    if (is_link) {
        value_put_int(arena, body, "source_id", value_get_int(other, "source_id", 0));
        value_put_text(arena, body, "relation", STR("same_matter"));
        value_put_text(arena, body, "title", value_get_text(other, "title"));
        value_put_text(arena, body, "text", value_get_text(other, "facts"));
        copy_number(arena, body, other, "paragraph_from");
        copy_number(arena, body, other, "paragraph_to");
    }
    enum event_kind kind = is_link ? EVENT_FINDING_LINKED : EVENT_FINDING_UNLINKED;
    return command_append(call, kind, value_get_int(finding, "source_id", 0), id, body, &seq);
}

static enum rc change_link(struct command_call *call, bool is_link)
{
    struct arena *arena = call->ctx->arena;
    int64_t id = value_get_int(call->input, "id", 0);
    struct value *finding, *other;
    TRY(finding_find_for_write(call, id, &finding));
    TRY(finding_find_other(call, "other", &other));
    int64_t other_id = value_get_int(other, "id", 0);
    if (other_id == id)
        return ctx_fail_field(call->ctx, RC_INVALID, "finding.link_self", "other");
    bool was_linked;
    TRY(read_linked(call, id, other_id, &was_linked));
    value_put_int(arena, call->result, "id", id);
    value_put_int(arena, call->result, "other_id", other_id);
    value_put_bool(arena, call->result, "is_changed", was_linked != is_link);
    if (was_linked == is_link)
        return RC_OK;
    TRY(append_half(call, is_link, finding, other));
    TRY(append_half(call, is_link, other, finding));
    TRY(finding_count_matter(call, id));
    return is_link ? RC_OK : finding_count_matter(call, other_id);
}

static enum rc finding_link(struct command_call *call) { return change_link(call, true); }

static enum rc finding_unlink(struct command_call *call) { return change_link(call, false); }

/* Reads the finding under its chain's lock and asks the state machine. */
static enum rc begin_move(struct command_call *call, const char *command, struct value **ret_row,
                          struct value **ret_body)
{
    const struct lifecycle_move *move = lifecycle_find(NOUN_FINDING, command);
    int64_t id = value_get_int(call->input, "id", 0);
    TRY(finding_read_locked(call, id, ret_row));
    TRY(lifecycle_begin(call, move, *ret_row));
    *ret_body = lifecycle_body(call, move, *ret_row, NULL);
    value_put_int(call->ctx->arena, call->result, "id", id);
    return RC_OK;
}

static enum rc append_move(struct command_call *call, enum event_kind kind, const struct value *row,
                           const struct value *body)
{
    int64_t seq;
    return command_append(call, kind, value_get_int(row, "source_id", 0), value_get_int(row, "id", 0), body, &seq);
}

void finding_wait_for_confirm(struct command_call *call, struct value *body, int64_t unit_id, int64_t source_unit_id)
{
    /* Where the whole source lies the office first has to say whose finding it is. */
    bool is_unassigned = unit_id == source_unit_id;
    lifecycle_wait(call, body, is_unassigned ? "assign_finding" : "confirm_finding",
                   is_unassigned ? STR("office") : STR("unit"), unit_id, lifecycle_due_in(call, CONFIRM_DAYS));
}

void finding_wait_for_plan(struct command_call *call, struct value *body, int64_t unit_id, struct str due)
{
    lifecycle_wait(call, body, "plan_finding", STR("office"), unit_id, due);
    lifecycle_wait(call, body, "plan_finding", STR("lead_department"), unit_id, due);
}

static enum rc put_confirm_wait(struct command_call *call, struct value *body, const struct value *row)
{
    struct db_stmt *st = db_query(call->db, Q_SOURCE_GET_ANY);
    struct value *source;
    db_bind_int(st, "id", value_get_int(row, "source_id", 0));
    TRY(db_first_row(call->ctx, st, &source));
    finding_wait_for_confirm(call, body, value_get_int(row, "unit_id", 0), value_get_int(source, "unit_id", 0));
    return RC_OK;
}

enum rc finding_confirm_row(struct command_call *call, const struct value *row)
{
    const struct lifecycle_move *move = lifecycle_find(NOUN_FINDING, "confirm");
    TRY(lifecycle_begin(call, move, row));
    struct value *body = lifecycle_body(call, move, row, NULL);
    finding_wait_for_plan(call, body, value_get_int(row, "unit_id", 0), STR_EMPTY);
    return append_move(call, EVENT_FINDING_MOVED, row, body);
}

static enum rc finding_confirm(struct command_call *call)
{
    struct value *row;
    int64_t id = value_get_int(call->input, "id", 0);
    TRY(finding_read_locked(call, id, &row));
    value_put_int(call->ctx->arena, call->result, "id", id);
    return finding_confirm_row(call, row);
}

static enum rc finding_dispute(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin_move(call, "dispute", &row, &body));
    lifecycle_wait(call, body, "decide_dispute", STR("office"), value_get_int(row, "unit_id", 0),
                   lifecycle_due_in(call, CONFIRM_DAYS));
    return append_move(call, EVENT_FINDING_MOVED, row, body);
}

enum rc finding_settle_dispute(struct command_call *call, const struct value *row, int64_t unit_id)
{
    if (!str_equal(value_get_text(row, "status"), STR("disputed")) || unit_id == value_get_int(row, "unit_id", 0))
        return RC_OK;
    struct value *now, *body;
    const struct lifecycle_move *move = lifecycle_find(NOUN_FINDING, "reassign");
    TRY(finding_read_locked(call, value_get_int(row, "id", 0), &now));
    TRY(lifecycle_begin(call, move, now));
    body = lifecycle_body(call, move, now, NULL);
    TRY(put_confirm_wait(call, body, now));
    return append_move(call, EVENT_FINDING_MOVED, now, body);
}

static enum rc finding_withdraw(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin_move(call, "withdraw", &row, &body));
    value_put_text(call->ctx->arena, body, "status", STR("withdrawn"));
    TRY(append_move(call, EVENT_FINDING_WITHDRAWN, row, body));
    return finding_count_matter(call, value_get_int(row, "id", 0));
}

static enum rc finding_restore(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin_move(call, "restore", &row, &body));
    value_put_text(call->ctx->arena, body, "status", STR("registered"));
    TRY(put_confirm_wait(call, body, row));
    TRY(append_move(call, EVENT_FINDING_RESTORED, row, body));
    return finding_count_matter(call, value_get_int(row, "id", 0));
}
static const struct field finding_link_fields[] = {
    {"id", FIELD_ID, true, 0, NULL}, {"other", FIELD_TEXT, true, 0, NULL}, {"reason", FIELD_TEXT, false, 0, NULL}};
const struct command command_finding_link = {.name = "finding.link",
                                             .perm = PERM_FINDING_WRITE,
                                             COMMAND_FIELDS(finding_link_fields),
                                             .run = finding_link,
                                             .path = "/findings/{id}/link",
                                             .redirect = "/findings/{id}"};
const struct command command_finding_unlink = {.name = "finding.unlink",
                                               .perm = PERM_FINDING_WRITE,
                                               COMMAND_FIELDS(finding_link_fields),
                                               .run = finding_unlink,
                                               .path = "/findings/{id}/unlink",
                                               .redirect = "/findings/{id}"};

static const struct field finding_withdraw_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                       {"reason", FIELD_TEXT, true, 0, NULL}};
const struct command command_finding_withdraw = {.name = "finding.withdraw",
                                                 .perm = PERM_FINDING_WRITE,
                                                 COMMAND_FIELDS(finding_withdraw_fields),
                                                 .run = finding_withdraw,
                                                 .path = "/findings/{id}/withdraw",
                                                 .redirect = "/findings/{id}"};
static const struct field finding_restore_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                      {"reason", FIELD_TEXT, false, 0, NULL}};
const struct command command_finding_restore = {.name = "finding.restore",
                                                .perm = PERM_FINDING_WRITE,
                                                COMMAND_FIELDS(finding_restore_fields),
                                                .run = finding_restore,
                                                .path = "/findings/{id}/restore",
                                                .redirect = "/findings/{id}"};

static const struct field finding_confirm_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                      {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_finding_confirm = {.name = "finding.confirm",
                                                .is_on_source = true,
                                                .perm = PERM_TASK_APPROVE,
                                                COMMAND_FIELDS(finding_confirm_fields),
                                                .run = finding_confirm,
                                                .path = "/findings/{id}/confirm",
                                                .redirect = "/findings/{id}"};
const struct command command_finding_dispute = {.name = "finding.dispute",
                                                .is_on_source = true,
                                                .perm = PERM_TASK_APPROVE,
                                                COMMAND_FIELDS(finding_confirm_fields),
                                                .run = finding_dispute,
                                                .path = "/findings/{id}/dispute",
                                                .redirect = "/findings/{id}"};
