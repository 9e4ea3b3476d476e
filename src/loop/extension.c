/* extension.c: see extension.h.
 *
 * Invariants: a task has at most one extension that is not decided; a part never gets a later date than the task it is
 * a part of; who asked does not decide.
 */
#include "loop/extension.h"

#include "loop/locked.h"
#include "loop/task.h"

enum { DECIDE_DAYS = 3 }; /* working days [P] */

static enum rc check_parent(struct command_call *call, const struct value *task, struct str new_due)
{
    int64_t parent_id = value_get_int(task, "parent_id", 0);
    struct value *parent = NULL;
    if (parent_id)
        TRY(unlocked_row(call, Q_TASK_GET_ANY, parent_id, &parent));
    struct str limit = value_get_text(parent, "due");
    if (!limit.n || str_compare(new_due, limit) <= 0)
        return RC_OK;
    return ctx_fail(call->ctx, RC_INVALID, "extension.past_parent", STR("new_due"), STR_EMPTY, &limit, 1);
}

static enum rc check_dates(struct command_call *call, const struct value *task, struct str new_due)
{
    struct str due = value_get_text(task, "due");
    if (str_compare(new_due, due) <= 0)
        return ctx_fail(call->ctx, RC_INVALID, "extension.not_later", STR("new_due"), STR_EMPTY, &due, 1);
    return check_parent(call, task, new_due);
}

static enum rc check_none_asked(struct command_call *call, int64_t task_id)
{
    struct db_stmt *st = db_query(call->db, Q_EXTENSION_ASKED_OF_TASK);
    struct value *asked;
    db_bind_int(st, "task_id", task_id);
    TRY(db_first_row(call->ctx, st, &asked));
    if (!asked)
        return RC_OK;
    struct str no = value_get_text(asked, "no");
    return ctx_fail(call->ctx, RC_GUARD, "extension.asked_already", STR_EMPTY,
                    arena_format(call->ctx->arena, "/extensions/%lld", (long long)value_get_int(asked, "id", 0)), &no,
                    1);
}

static enum rc task_extend(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct str new_due = value_get_text(call->input, "new_due");
    struct value *task, *body;
    int64_t id, n;
    TRY(task_find_for_write(call, value_get_int(call->input, "id", 0), &task));
    TRY(lifecycle_begin(call, lifecycle_find(NOUN_TASK, "extend"), task));
    int64_t task_id = value_get_int(task, "id", 0);
    TRY(check_none_asked(call, task_id));
    TRY(check_dates(call, task, new_due));
    struct db_stmt *st = db_query(call->db, Q_EXTENSION_COUNT_OF_TASK);
    db_bind_int(st, "task_id", task_id);
    TRY(db_get_int(call->ctx, st, &n));
    body = lifecycle_body_of(call, NOUN_EXTENSION, task);
    value_set(body, STR("id"), ARENA_NEW(arena, struct value)); /* null: that was the task's, the extension is new */
    value_set(body, STR("no"),
              value_new_text(arena,
                             arena_format(arena, "%.*s-Y%lld", STR_ARG(value_get_text(task, "no")), (long long)n + 1)));
    value_put_int(arena, body, "task_id", task_id);
    value_put_int(arena, body, "finding_id", value_get_int(task, "finding_id", 0));
    value_put_int(arena, body, "n", n + 1);
    value_put_text(arena, body, "old_due", value_get_text(task, "due"));
    value_put_text(arena, body, "new_due", new_due);
    value_put_text(arena, body, "why", value_get_text(call->input, "reason"));
    TRY(task_wait_above(call, body, task, "decide_extension", lifecycle_due_in(call, DECIDE_DAYS)));
    TRY(command_append(call, EVENT_EXTENSION_ASKED, value_get_int(task, "source_id", 0), 0, body, &id));
    value_put_int(arena, call->result, "id", id);
    return RC_OK;
}

/* ---- decisions ---------------------------------------------------------------------------------------------- */

static enum rc begin(struct command_call *call, const char *command, struct value **ret_row, struct value **ret_body)
{
    const struct lifecycle_move *move = lifecycle_find(NOUN_EXTENSION, command);
    TRY(locked_row(call, Q_EXTENSION_GET_ANY, value_get_int(call->input, "id", 0), "extension.not_found", ret_row));
    TRY(lifecycle_begin(call, move, *ret_row));
    *ret_body = lifecycle_body(call, move, *ret_row, NULL);
    value_put_int(call->ctx->arena, *ret_body, "task_id", value_get_int(*ret_row, "task_id", 0));
    value_put_text(call->ctx->arena, *ret_body, "decision", value_get_text(call->input, "reason"));
    value_put_int(call->ctx->arena, call->result, "id", value_get_int(*ret_row, "id", 0));
    return RC_OK;
}

static enum rc append_decided(struct command_call *call, const struct value *row, struct value *body)
{
    int64_t seq;
    return command_append(call, EVENT_EXTENSION_DECIDED, value_get_int(row, "source_id", 0),
                          value_get_int(row, "id", 0), body, &seq);
}

static enum rc refuse_own(struct command_call *call, const struct value *row)
{
    int64_t me = call->actor->account_id;
    return me && value_get_int(row, "asked_by", 0) == me ? ctx_fail_key(call->ctx, RC_GUARD, "extension.own") : RC_OK;
}

static enum rc extension_approve(struct command_call *call)
{
    struct value *row, *body, *task;
    TRY(begin(call, "approve", &row, &body));
    TRY(refuse_own(call, row));
    struct str new_due = value_get_text(call->input, "new_due"), old_due = value_get_text(row, "old_due");
    if (!new_due.n)
        new_due = value_get_text(row, "new_due");
    if (str_compare(new_due, old_due) <= 0)
        return ctx_fail(call->ctx, RC_INVALID, "extension.not_later", STR("new_due"), STR_EMPTY, &old_due, 1);
    TRY(task_find_for_write(call, value_get_int(row, "task_id", 0), &task));
    TRY(check_parent(call, task, new_due));
    value_put_text(call->ctx->arena, body, "new_due", new_due);
    return append_decided(call, row, body);
}

static enum rc extension_refuse(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "refuse", &row, &body));
    TRY(refuse_own(call, row));
    return append_decided(call, row, body);
}

static enum rc extension_withdraw(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "withdraw", &row, &body));
    return append_decided(call, row, body);
}

/* ---- commands ----------------------------------------------------------------------------------------------- */

static const struct field task_extend_fields[] = {
    {"id", FIELD_ID, true, 0, NULL}, {"new_due", FIELD_DATE, true, 0, NULL}, {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_task_extend = {.name = "task.extend",
                                            .is_on_source = true,
                                            .perm = PERM_TASK_WORK,
                                            COMMAND_FIELDS(task_extend_fields),
                                            .run = task_extend,
                                            .path = "/tasks/{id}/extend",
                                            .redirect = "/extensions/{id}"};

static const struct field extension_approve_fields[] = {
    {"id", FIELD_ID, true, 0, NULL}, {"new_due", FIELD_DATE, false, 0, NULL}, {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_extension_approve = {.name = "extension.approve",
                                                  .is_on_source = true,
                                                  .perm = PERM_TASK_APPROVE,
                                                  COMMAND_FIELDS(extension_approve_fields),
                                                  .run = extension_approve,
                                                  .path = "/extensions/{id}/approve",
                                                  .redirect = "/extensions/{id}"};

static const struct field extension_move_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                     {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_extension_refuse = {.name = "extension.refuse",
                                                 .is_on_source = true,
                                                 .perm = PERM_TASK_APPROVE,
                                                 COMMAND_FIELDS(extension_move_fields),
                                                 .run = extension_refuse,
                                                 .path = "/extensions/{id}/refuse",
                                                 .redirect = "/extensions/{id}"};

const struct command command_extension_withdraw = {.name = "extension.withdraw",
                                                   .is_on_source = true,
                                                   .perm = PERM_TASK_WORK,
                                                   COMMAND_FIELDS(extension_move_fields),
                                                   .run = extension_withdraw,
                                                   .path = "/extensions/{id}/withdraw",
                                                   .redirect = "/extensions/{id}"};
