/* task_done.c: a unit says that a task is done; the one above it passes it or gives it back.
 *
 * Invariants: no task is done over open children or unchecked reports, nor without effective evidence; who submitted it
 * does not pass it.
 */
#include "loop/task.h"

enum { PASS_DAYS = 5 }; /* working days [P] */

static enum rc begin(struct command_call *call, const char *command, struct value **ret_row, struct value **ret_body)
{
    const struct lifecycle_move *move = lifecycle_find(NOUN_TASK, command);
    TRY(task_find_for_write(call, value_get_int(call->input, "id", 0), ret_row));
    TRY(lifecycle_begin(call, move, *ret_row));
    *ret_body = lifecycle_body(call, move, *ret_row, NULL);
    value_put_int(call->ctx->arena, call->result, "id", value_get_int(*ret_row, "id", 0));
    return task_put_sums(call, *ret_body, *ret_row);
}

static enum rc append_moved(struct command_call *call, const struct value *row, struct value *body)
{
    int64_t seq;
    return command_append(call, EVENT_TASK_MOVED, value_get_int(row, "source_id", 0), value_get_int(row, "id", 0), body,
                          &seq);
}

enum rc task_wait_above(struct command_call *call, struct value *body, const struct value *row, const char *what,
                        struct str due)
{
    int64_t parent_id = value_get_int(row, "parent_id", 0), unit_id = value_get_int(row, "unit_id", 0);
    if (!parent_id) {
        lifecycle_wait(call, body, what, STR("office"), unit_id, due);
        lifecycle_wait(call, body, what, STR("lead_department"), unit_id, due);
        return RC_OK;
    }
    struct db_stmt *st = db_query(call->db, Q_TASK_GET_ANY);
    struct value *parent;
    db_bind_int(st, "id", parent_id);
    TRY(db_first_row(call->ctx, st, &parent));
    lifecycle_wait(call, body, what, STR("unit_approver"), value_get_int(parent, "unit_id", 0), due);
    return RC_OK;
}

static enum rc task_submit(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "submit", &row, &body));
    value_put_int(call->ctx->arena, body, "submitted_by", call->actor->account_id);
    TRY(task_wait_above(call, body, row, "pass_task", lifecycle_due_in(call, PASS_DAYS)));
    return append_moved(call, row, body);
}

static enum rc task_recall(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "recall", &row, &body));
    lifecycle_wait(call, body, "work_task", STR("unit"), value_get_int(row, "unit_id", 0), value_get_text(row, "due"));
    return append_moved(call, row, body);
}

static enum rc refuse_own(struct command_call *call, const struct value *row)
{
    int64_t me = call->actor->account_id;
    return me && value_get_int(row, "submitted_by", 0) == me ? ctx_fail_key(call->ctx, RC_GUARD, "task.own") : RC_OK;
}

static enum rc task_pass(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "pass", &row, &body));
    TRY(refuse_own(call, row));
    return append_moved(call, row, body);
}

static enum rc task_return(struct command_call *call)
{
    struct value *row, *body;
    TRY(begin(call, "return", &row, &body));
    TRY(refuse_own(call, row));
    lifecycle_wait(call, body, "work_task", STR("unit"), value_get_int(row, "unit_id", 0), value_get_text(row, "due"));
    return append_moved(call, row, body);
}

/* ---- commands ----------------------------------------------------------------------------------------------- */

static const struct field fields[] = {{"id", FIELD_ID, true, 0, NULL}, {"reason", FIELD_TEXT, false, 500, NULL}};

const struct command command_task_submit = {.name = "task.submit",
                                            .is_on_source = true,
                                            .perm = PERM_TASK_WORK,
                                            COMMAND_FIELDS(fields),
                                            .run = task_submit,
                                            .path = "/tasks/{id}/submit",
                                            .redirect = "/tasks/{id}"};

const struct command command_task_recall = {.name = "task.recall",
                                            .is_on_source = true,
                                            .perm = PERM_TASK_WORK,
                                            COMMAND_FIELDS(fields),
                                            .run = task_recall,
                                            .path = "/tasks/{id}/recall",
                                            .redirect = "/tasks/{id}"};

const struct command command_task_pass = {.name = "task.pass",
                                          .is_on_source = true,
                                          .perm = PERM_TASK_APPROVE,
                                          COMMAND_FIELDS(fields),
                                          .run = task_pass,
                                          .path = "/tasks/{id}/pass",
                                          .redirect = "/tasks/{id}"};

const struct command command_task_return = {.name = "task.return",
                                            .is_on_source = true,
                                            .perm = PERM_TASK_APPROVE,
                                            COMMAND_FIELDS(fields),
                                            .run = task_return,
                                            .path = "/tasks/{id}/return",
                                            .redirect = "/tasks/{id}"};
