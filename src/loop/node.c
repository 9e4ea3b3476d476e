/* node.c: see node.h.
 *
 * Invariants: a node ends on or after it begins; it begins after its predecessors end unless it overlaps them on
 * purpose; predecessors are nodes of the same finding and never go round in a circle; the baseline that was frozen with
 * the approved plan is not changed by any of these commands.
 */
#include "loop/node.h"

#include "loop/supervise.h"
#include "loop/task.h"
#include "text/json.h"

enum { WEIGHT_DEFAULT = 100, WEIGHT_MAX = 10000 };

static enum rc read_node(struct command_call *call, int64_t id, const char *field, struct value **ret_node)
{
    struct db_stmt *st = db_query(call->db, Q_NODE_ROW);
    db_bind_int(st, "id", id);
    TRY(db_first_row(call->ctx, st, ret_node));
    if (*ret_node)
        return RC_OK;
    return field ? ctx_fail_field(call->ctx, RC_INVALID, "node.not_found", field)
                 : ctx_fail_key(call->ctx, RC_NOT_FOUND, "node.not_found");
}

/* The node's task, under its chain's lock, if the actor may do that there and the task is not over. */
static enum rc begin(struct command_call *call, int64_t task_id, enum perm perm, struct value **ret_task)
{
    TRY(task_find_for_write(call, task_id, ret_task));
    TRY(lifecycle_require(call, NOUN_TASK, perm, *ret_task));
    struct str state = value_get_text(*ret_task, "state");
    if (str_equal(state, STR("done")) || str_equal(state, STR("cancelled")))
        return ctx_fail_key(call->ctx, RC_GUARD, "node.task_over");
    value_put_int(call->ctx->arena, call->result, "task_id", task_id);
    return RC_OK;
}

static enum rc begin_node(struct command_call *call, enum perm perm, struct value **ret_node, struct value **ret_task)
{
    int64_t id = value_get_int(call->input, "id", 0);
    TRY(read_node(call, id, NULL, ret_node));
    TRY(begin(call, value_get_int(*ret_node, "task_id", 0), perm, ret_task));
    TRY(read_node(call, id, NULL, ret_node)); /* as it stands under the lock */
    value_put_int(call->ctx->arena, call->result, "id", id);
    return RC_OK;
}

static enum rc check_pred(struct command_call *call, const struct value *task, int64_t id, int64_t pred_id,
                          struct str start)
{
    struct value *pred;
    int64_t count;
    TRY(read_node(call, pred_id, "pred_ids", &pred));
    if (value_get_int(pred, "finding_id", 0) != value_get_int(task, "finding_id", 0))
        return ctx_fail_field(call->ctx, RC_INVALID, "node.not_found", "pred_ids");
    struct db_stmt *st = db_query(call->db, Q_NODE_DEPENDS);
    db_bind_int(st, "id", pred_id);
    db_bind_int(st, "on_id", id);
    TRY(db_get_int(call->ctx, st, &count));
    if (count)
        return ctx_fail_field(call->ctx, RC_INVALID, "node.circle", "pred_ids");
    if (!value_get_bool(call->input, "is_overlap") && str_compare(start, value_get_text(pred, "due")) <= 0) {
        struct str arg = value_get_text(pred, "name");
        return ctx_fail(call->ctx, RC_INVALID, "node.before_pred", STR("start"), STR_EMPTY, &arg, 1);
    }
    return RC_OK;
}

/* Everything of the form into the body; id 0: a new node. */
static enum rc put_fields(struct command_call *call, const struct value *task, int64_t id, struct value *body)
{
    struct arena *arena = call->ctx->arena;
    struct str start = value_get_text(call->input, "start"), due = value_get_text(call->input, "due");
    int64_t weight = value_get_int(call->input, "weight", WEIGHT_DEFAULT);
    if (str_compare(start, due) > 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "task.start_after_due", "start");
    if (weight < 1 || weight > WEIGHT_MAX)
        return ctx_fail_field(call->ctx, RC_INVALID, "task.weight_range", "weight");
    value_put_int(arena, body, "task_id", value_get_int(task, "id", 0));
    value_put_text(arena, body, "name", value_get_text(call->input, "name"));
    value_put_text(arena, body, "deliverable", value_get_text(call->input, "deliverable"));
    value_put_text(arena, body, "start", start);
    value_put_text(arena, body, "due", due);
    value_put_int(arena, body, "weight", weight);
    value_put_bool(arena, body, "is_overlap", value_get_bool(call->input, "is_overlap"));
    struct value *preds = value_put_list(arena, body, "preds");
    VALUE_EACH (pred, value_get(call->input, "pred_ids")) {
        TRY(check_pred(call, task, id, pred->integer, start));
        value_put_int(arena, value_add_map(arena, preds), "pred_id", pred->integer);
    }
    return RC_OK;
}

static enum rc append(struct command_call *call, enum event_kind kind, const struct value *task,
                      const struct value *body, int64_t *ret_seq)
{
    return command_append(call, kind, value_get_int(task, "source_id", 0), value_get_int(task, "id", 0), body, ret_seq);
}

static enum rc node_plan(struct command_call *call)
{
    struct value *task, *body = value_new_map(call->ctx->arena);
    int64_t id;
    TRY(begin(call, value_get_int(call->input, "task_id", 0), PERM_TASK_APPROVE, &task));
    TRY(put_fields(call, task, 0, body));
    TRY(append(call, EVENT_NODE_PLANNED, task, body, &id));
    value_put_int(call->ctx->arena, call->result, "id", id);
    return RC_OK;
}

static bool is_only_moved(const struct value *body)
{
    const struct value *changed = value_get(body, "changed");
    VALUE_EACH (key, changed)
        if (!str_equal(key->text, STR("start")) && !str_equal(key->text, STR("due")))
            return false;
    return value_count(changed) > 0;
}

static enum rc node_change(struct command_call *call)
{
    static const char *const keys[] = {"name", "deliverable", "start", "due", "weight", NULL};
    struct value *node, *task, *body = value_new_map(call->ctx->arena);
    int64_t seq;
    TRY(begin_node(call, PERM_TASK_APPROVE, &node, &task));
    TRY(lifecycle_check_revision(call, node));
    value_put_int(call->ctx->arena, body, "node_id", value_get_int(node, "id", 0));
    TRY(put_fields(call, task, value_get_int(node, "id", 0), body));
    lifecycle_note_changes(call, body, node, keys);
    if (is_only_moved(body))
        value_put_text(
            call->ctx->arena, call->result, "undo_path",
            arena_format(call->ctx->arena, "/nodes/%lld/move-back", (long long)value_get_int(node, "id", 0)));
    return append(call, EVENT_NODE_CHANGED, task, body, &seq);
}

/* The last change when it is one's own and moved the node; what somebody else did since is not undone. */
static enum rc read_own_move(struct command_call *call, const struct value *node, struct value **ret_body)
{
    struct value *last;
    struct db_stmt *st = db_query(call->db, Q_NODE_LAST_CHANGE);
    db_bind_int(st, "seq", value_get_int(node, "changed_seq", 0));
    TRY(db_first_row(call->ctx, st, &last));
    if (!last || value_get_int(last, "actor", 0) != call->actor->account_id)
        return ctx_fail_key(call->ctx, RC_GUARD, "node.changed_since");
    TRY(json_parse(call->ctx, value_get_text(last, "body"), ret_body));
    return is_only_moved(*ret_body) ? RC_OK : ctx_fail_key(call->ctx, RC_GUARD, "node.changed_since");
}

/* Undo: the dates from before one's last change, by the same command and its rules. */
static enum rc node_move_back(struct command_call *call)
{
    static const char *const as_is[] = {"id", "name", "deliverable", "start", "due", "weight"};
    struct arena *arena = call->ctx->arena;
    struct value *node, *task, *move, *preds, *raw = value_new_map(arena), *result;
    TRY(begin_node(call, PERM_TASK_APPROVE, &node, &task));
    TRY(read_own_move(call, node, &move));
    const struct value *was = value_get(move, "was");
    for (size_t i = 0; i < sizeof as_is / sizeof as_is[0]; i++) {
        const struct value *old = value_get(was, as_is[i]);
        value_put(raw, str_from_cstr(as_is[i]), value_copy(arena, old ? old : value_get(node, as_is[i])));
    }
    value_put_int(arena, raw, "revision", value_get_int(node, "changed_seq", 0));
    value_put_bool(arena, raw, "is_overlap", value_get_int(node, "is_overlap", 0));
    value_put_text(arena, raw, "reason", value_get_text(call->input, "reason"));
    struct db_stmt *st = db_query(call->db, Q_GANTT_PREDS);
    db_bind_int(st, "id", value_get_int(node, "id", 0));
    TRY(db_rows(call->ctx, st, &preds));
    struct value *ids = value_put_list(arena, raw, "pred_ids");
    VALUE_EACH (pred, preds)
        value_add(ids, value_new_int(arena, value_get_int(pred, "id", 0)));
    TRY(supervise_run(call, &command_node_change, raw, &result));
    value_put_text(arena, call->result, "undo_path", value_get_text(result, "undo_path"));
    return RC_OK;
}

static enum rc node_drop(struct command_call *call)
{
    struct value *node, *task, *body = value_new_map(call->ctx->arena);
    int64_t seq;
    TRY(begin_node(call, PERM_TASK_APPROVE, &node, &task));
    value_put_int(call->ctx->arena, body, "node_id", value_get_int(node, "id", 0));
    value_put_text(call->ctx->arena, body, "name", value_get_text(node, "name"));
    return append(call, EVENT_NODE_DROPPED, task, body, &seq);
}

static void put_date(struct arena *arena, struct value *body, const char *key, struct str date)
{
    if (date.n)
        value_put_text(arena, body, key, date);
    else
        value_put_null(arena, body, key);
}

static enum rc node_report(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *node, *task, *body = value_new_map(arena);
    struct str from = value_get_text(call->input, "real_start"), to = value_get_text(call->input, "real_due");
    int64_t seq;
    TRY(begin_node(call, PERM_TASK_WORK, &node, &task));
    if (from.n && to.n && str_compare(from, to) > 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "task.start_after_due", "real_start");
    if (str_compare(from, lifecycle_today(call)) > 0 || str_compare(to, lifecycle_today(call)) > 0)
        return ctx_fail_field(call->ctx, RC_INVALID, "node.in_future", to.n ? "real_due" : "real_start");
    value_put_int(arena, body, "node_id", value_get_int(node, "id", 0));
    value_put_text(arena, body, "name", value_get_text(node, "name"));
    put_date(arena, body, "real_start", from);
    put_date(arena, body, "real_due", to);
    return append(call, EVENT_NODE_REPORTED, task, body, &seq);
}

#define NODE_FIELDS                                                                                                    \
    {"name", FIELD_TEXT, true, 120, NULL}, {"deliverable", FIELD_TEXT, false, 300, NULL},                              \
        {"start", FIELD_DATE, true, 0, NULL}, {"due", FIELD_DATE, true, 0, NULL},                                      \
        {"weight", FIELD_INT, false, 0, NULL}, {"is_overlap", FIELD_BOOL, false, 0, NULL},                             \
    {                                                                                                                  \
        "pred_ids", FIELD_IDS, false, 20, NULL                                                                         \
    }

static const struct field node_plan_fields[] = {{"task_id", FIELD_ID, true, 0, NULL}, NODE_FIELDS};
const struct command command_node_plan = {.name = "node.plan",
                                          .is_on_source = true,
                                          .perm = PERM_TASK_APPROVE,
                                          COMMAND_FIELDS(node_plan_fields),
                                          .run = node_plan,
                                          .path = "/tasks/{task_id}/nodes",
                                          .redirect = "/tasks/{task_id}"};

static const struct field node_change_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                  {"revision", FIELD_INT, false, 0, NULL},
                                                  NODE_FIELDS,
                                                  {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_node_change = {.name = "node.change",
                                            .is_on_source = true,
                                            .perm = PERM_TASK_APPROVE,
                                            COMMAND_FIELDS(node_change_fields),
                                            .run = node_change,
                                            .path = "/nodes/{id}",
                                            .redirect = "/tasks/{task_id}"};

static const struct field node_move_back_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                     {"reason", FIELD_TEXT, false, 500, NULL}};
const struct command command_node_move_back = {.name = "node.move_back",
                                               .is_on_source = true,
                                               .perm = PERM_TASK_APPROVE,
                                               COMMAND_FIELDS(node_move_back_fields),
                                               .run = node_move_back,
                                               .path = "/nodes/{id}/move-back",
                                               .redirect = "/tasks/{task_id}"};

static const struct field node_drop_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                {"reason", FIELD_TEXT, true, 500, NULL}};
const struct command command_node_drop = {.name = "node.drop",
                                          .is_on_source = true,
                                          .perm = PERM_TASK_APPROVE,
                                          COMMAND_FIELDS(node_drop_fields),
                                          .run = node_drop,
                                          .path = "/nodes/{id}/drop",
                                          .redirect = "/tasks/{task_id}"};

static const struct field node_report_fields[] = {{"id", FIELD_ID, true, 0, NULL},
                                                  {"real_start", FIELD_DATE, false, 0, NULL},
                                                  {"real_due", FIELD_DATE, false, 0, NULL}};
const struct command command_node_report = {.name = "node.report",
                                            .is_on_source = true,
                                            .perm = PERM_TASK_WORK,
                                            COMMAND_FIELDS(node_report_fields),
                                            .run = node_report,
                                            .path = "/nodes/{id}/report",
                                            .redirect = "/tasks/{task_id}"};
