/* supervise.c: what the records of supervision share; see supervise.h. */
#include "loop/supervise.h"

#include "base/clock.h"
#include "calendar/calendar.h"

enum rc supervise_read(struct command_call *call, enum query query, int64_t id, const char *missing,
                       struct value **ret_row)
{
    struct db_stmt *st = db_query(call->db, query);
    db_bind_int(st, "id", id);
    TRY(db_first_row(call->ctx, st, ret_row));
    return *ret_row ? RC_OK : ctx_fail_key(call->ctx, RC_NOT_FOUND, missing);
}

enum rc supervise_subject_of(struct command_call *call, struct str kind, int64_t id, struct value **ret_row)
{
    bool is_task = str_equal(kind, STR("task"));
    return supervise_read(call, is_task ? Q_SUBJECT_TASK : Q_SUBJECT_FINDING, id,
                          is_task ? "task.not_found" : "finding.not_found", ret_row);
}

enum rc supervise_subject(struct command_call *call, enum perm perm, struct value **ret_row)
{
    int64_t task_id = value_get_int(call->input, "task_id", 0),
            finding_id = value_get_int(call->input, "finding_id", 0);
    if (!task_id && !finding_id)
        return ctx_fail_field(call->ctx, RC_INVALID, "supervise.no_subject", "finding_id");
    struct str kind = task_id ? STR("task") : STR("finding");
    TRY(supervise_subject_of(call, kind, task_id ? task_id : finding_id, ret_row));
    int64_t unit_id = value_get_int(*ret_row, "unit_id", 0), label = value_get_int(*ret_row, "label", LABEL_INTERNAL);
    enum rc rc = command_require(call, perm, unit_id, label);
    if (rc != RC_FORBIDDEN || actor_check(call->ctx, call->db, call->actor, PERM_TASK_READ, unit_id, label) == RC_OK)
        return rc;
    ctx_clear_issues(call->ctx);
    return ctx_fail_key(call->ctx, RC_NOT_FOUND, task_id ? "task.not_found" : "finding.not_found");
}

struct value *supervise_body(struct command_call *call, const char *noun, const struct value *place, struct str no,
                             struct str title)
{
    struct arena *arena = call->ctx->arena;
    struct value *body = value_new_map(arena);
    value_put_text(arena, body, "noun", str_from_cstr(noun));
    value_put_text(arena, body, "no", no);
    value_put_text(arena, body, "title", title);
    value_put_int(arena, body, "unit_id", value_get_int(place, "unit_id", 0));
    value_put_int(arena, body, "label", value_get_int(place, "label", LABEL_INTERNAL));
    value_put_int(arena, body, "source_id", value_get_int(place, "source_id", 0));
    value_put_list(arena, body, "waits");
    return body;
}

void supervise_copy(struct command_call *call, struct value *body, const struct value *row, const char *names)
{
    struct arena *arena = call->ctx->arena;
    struct str rest = str_from_cstr(names), name;
    while (str_split_next(&rest, ' ', &name)) {
        const struct value *v = value_get_str(call->input, name);
        v = v ? v : value_get_str(row, name);
        struct value *copy = v ? value_copy(arena, v) : ARENA_NEW(arena, struct value);
        if (copy)
            value_set(body, name, copy);
    }
}

enum rc supervise_begin(struct command_call *call, enum lifecycle_noun noun, enum query query, const char *missing,
                        const char *command, struct value **ret_row, struct value **ret_body)
{
    const struct lifecycle_move *move = lifecycle_find(noun, command);
    int64_t id = value_get_int(call->input, "id", 0);
    TRY(supervise_read(call, query, id, missing, ret_row));
    TRY(lifecycle_begin(call, move, *ret_row));
    *ret_body = lifecycle_body(call, move, *ret_row, NULL);
    value_put_int(call->ctx->arena, call->result, "id", id);
    return RC_OK;
}

enum rc supervise_append(struct command_call *call, enum event_kind kind, int64_t id, const struct value *body)
{
    int64_t seq;
    TRY(command_append(call, kind, CHAIN_ORGANISATION, id, body, &seq));
    if (!id)
        value_put_int(call->ctx->arena, call->result, "id", seq);
    return RC_OK;
}

struct str supervise_day_after(struct arena *arena, struct str day, int64_t days)
{
    int32_t n;
    return date_parse(day, &n) ? date_text(arena, n + (int32_t)days) : STR_EMPTY;
}

struct str supervise_working_day_after(struct arena *arena, struct str day, int working_days)
{
    int32_t n;
    return date_parse(day, &n) ? date_text(arena, calendar_add_working_days(n, working_days, false, NULL)) : STR_EMPTY;
}

enum rc supervise_run(struct command_call *call, const struct command *command, const struct value *raw,
                      struct value **ret_result)
{
    struct value *input;
    TRY(command_read_input(call->ctx, command, raw, &input));
    struct command_call other = *call;
    other.input = input;
    other.result = value_new_map(call->ctx->arena);
    TRY(command_run(command, &other));
    *ret_result = other.result;
    return RC_OK;
}
