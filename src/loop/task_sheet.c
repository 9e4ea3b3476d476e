/* task_sheet.c: a unit's reports out of a workbook; see task_sheet.h.
 *
 * A row that nobody filled in changes nothing; a row whose task has moved since the book was written is reported and left alone;
 * a row with a fault keeps all rows from being written.
 */
#include "loop/task_sheet.h"

#include "loop/report.h"
#include "loop/supervise.h"

enum { ROWS_MAX = 5000, PERCENT_MAX = 100, BP = 100 };

static const char *outcome_of(const struct value *row, const struct value *task, bool is_allowed, const char **ret_message)
{
    struct str progress = value_get_text(row, "progress"), done = value_get_text(row, "done_text"), next = value_get_text(row, "next_text");
    struct str state = value_get_text(task, "state");
    int64_t percent = 0;
    bool is_filled = progress.n || done.n || next.n || value_get_text(row, "blockers").n;
    *ret_message = "";
    if (!is_filled)
        return "same";
    if (!task || !is_allowed)
        *ret_message = "task_sheet.unknown";
    else if (value_get_int(row, "revision", 0) != value_get_int(task, "revision", 0)) {
        *ret_message = "task_sheet.stale";
        return "stale";
    } else if (!str_equal(state, STR("doing")) && !str_equal(state, STR("returned")))
        *ret_message = "task_sheet.state";
    else if (progress.n && (!str_parse_int64(progress, &percent) || percent < 0 || percent > PERCENT_MAX))
        *ret_message = "task_sheet.progress";
    else if (!done.n)
        *ret_message = "task_sheet.no_done";
    else if (!next.n)
        *ret_message = "task_sheet.no_next";
    return **ret_message ? "error" : "ready";
}

static enum rc judge_row(struct ctx *ctx, struct db *db, const struct actor *actor, const struct value *row, struct value *list)
{
    struct arena *arena = ctx->arena;
    struct value *task, *judged = value_copy(arena, row);
    const char *message;
    struct db_stmt *st = db_query(db, Q_TASK_BOOK_ROW);
    db_bind_int(st, "id", value_get_int(row, "id", 0));
    TRY(db_first_row(ctx, st, &task));
    struct ctx probe = {.arena = arena}; /* what may not be seen is told like what is not there */
    bool is_allowed = task && actor_check(&probe, db, actor, PERM_TASK_WORK, value_get_int(task, "unit_id", 0), value_get_int(task, "label", 0)) == RC_OK;
    const char *outcome = outcome_of(row, task, is_allowed, &message);
    if (!judged)
        return arena_rc(arena);
    value_put_text(arena, judged, "no", is_allowed ? value_get_text(task, "no") : STR(""));
    value_put_text(arena, judged, "title", is_allowed ? value_get_text(task, "title") : STR(""));
    value_put_int(arena, judged, "was", is_allowed ? value_get_int(task, "progress_bp", 0) / BP : 0);
    value_put_text(arena, judged, "outcome", str_from_cstr(outcome));
    value_put_text(arena, judged, "message", str_from_cstr(message));
    value_add(list, judged);
    return arena_rc(arena);
}

enum rc task_sheet_judge(struct ctx *ctx, struct db *db, const struct actor *actor, const struct value *rows, struct value **ret_rows)
{
    *ret_rows = value_new_list(ctx->arena);
    if (!rows || rows->kind != VALUE_LIST)
        return ctx_fail_field(ctx, RC_INVALID, "field.required", "rows");
    if (value_count(rows) > ROWS_MAX)
        return ctx_fail_field(ctx, RC_TOO_LARGE, NULL, "rows");
    VALUE_EACH (row, rows)
        TRY(judge_row(ctx, db, actor, row, *ret_rows));
    return RC_OK;
}

static enum rc write_row(struct command_call *call, const struct value *row)
{
    struct arena *arena = call->ctx->arena;
    struct value *raw = value_new_map(arena), *result;
    value_put_int(arena, raw, "id", value_get_int(row, "id", 0));
    TRY(supervise_run(call, &command_task_report, raw, &result));
    raw = value_new_map(arena);
    value_put_int(arena, raw, "id", value_get_int(result, "id", 0));
    static const char *const texts[] = {"progress", "done_text", "blockers", "next_text"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (value_get_text(row, texts[i]).n)
            value_put_text(arena, raw, texts[i], value_get_text(row, texts[i]));
    return supervise_run(call, &command_report_submit, raw, &result);
}

static enum rc task_sheet(struct command_call *call)
{
    struct arena *arena = call->ctx->arena;
    struct value *rows;
    int64_t written = 0, stale = 0, same = 0;
    TRY(task_sheet_judge(call->ctx, call->db, call->actor, value_get(call->input, "rows"), &rows));
    VALUE_EACH (row, rows) {
        struct str outcome = value_get_text(row, "outcome"), message = value_get_text(row, "message");
        if (str_equal(outcome, STR("error")))
            return ctx_fail(call->ctx, RC_INVALID, arena_copy_cstr(arena, message), STR("rows"),
                            arena_format(arena, "row %lld", (long long)value_get_int(row, "row", 0)), NULL, 0);
        stale += str_equal(outcome, STR("stale"));
        same += str_equal(outcome, STR("same"));
    }
    VALUE_EACH (row, rows)
        if (str_equal(value_get_text(row, "outcome"), STR("ready"))) {
            TRY(write_row(call, row));
            written++;
        }
    value_put_int(arena, call->result, "written", written);
    value_put_int(arena, call->result, "stale", stale);
    value_put_int(arena, call->result, "same", same);
    return RC_OK;
}

static const struct field task_sheet_fields[] = {{"rows", FIELD_JSON, true, 0, NULL}};
const struct command command_task_sheet = {.name = "task.sheet",
                                           .perm = PERM_TASK_WORK,
                                           .is_on_source = true,
                                           COMMAND_FIELDS(task_sheet_fields),
                                           .run = task_sheet,
                                           .path = "/tasks/sheet/apply",
                                           .redirect = "/tasks"};
