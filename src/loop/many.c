/* many.c: see many.h. */
#include "loop/many.h"

static void add_row(struct command_call *call, struct value *rows, int64_t id, const struct many_row *row, enum rc rc)
{
    struct arena *arena = call->ctx->arena;
    const struct ctx_issue *issue = rc == RC_OK ? NULL : call->ctx->first;
    struct value *told = value_add_map(arena, rows);
    value_put_int(arena, told, "id", id);
    value_put_text(arena, told, "no", value_get_text(row->record, "no"));
    value_put_text(arena, told, "title", value_get_text(row->record, "title"));
    value_put_bool(arena, told, "ok", rc == RC_OK);
    value_put_bool(arena, told, "is_changed", rc == RC_OK && row->is_changed);
    value_put_text(arena, told, "message",
                   rc == RC_OK             ? STR("")
                   : issue && issue->key.n ? issue->key
                                           : str_from_cstr(rc_message_key(rc)));
    value_put_text(arena, told, "argument", issue && issue->arg_count ? issue->args[0] : STR(""));
}

enum rc many_each(struct command_call *call, many_one one, void *arg)
{
    struct arena *arena = call->ctx->arena;
    struct value *rows = value_put_list(arena, call->result, "rows");
    int64_t done = 0, same = 0, failed = 0;
    if (!value_count(value_get(call->input, "ids")))
        return ctx_fail_field(call->ctx, RC_INVALID, "many.none_chosen", "ids");
    VALUE_EACH (item, value_get(call->input, "ids")) {
        struct many_row row = {.is_changed = true};
        struct command_call own = *call;
        own.result = value_new_map(arena);
        TRY(db_savepoint(call->ctx, call->db));
        enum rc rc = one(&own, arg, item->integer, &row);
        if (rc != RC_OK)
            db_savepoint_rollback(call->db);
        if (rc == RC_BUSY || rc == RC_DB || rc == RC_NOMEM)
            return rc; /* with no savepoint left open: the next rollback must reach the rows before this one */
        if (rc == RC_OK)
            TRY(db_savepoint_release(call->ctx, call->db));
        add_row(call, rows, item->integer, &row, rc);
        ctx_clear_issues(call->ctx);
        done += rc == RC_OK && row.is_changed;
        same += rc == RC_OK && !row.is_changed;
        failed += rc != RC_OK;
    }
    value_put_int(arena, call->result, "done", done);
    value_put_int(arena, call->result, "same", same);
    value_put_int(arena, call->result, "failed", failed);
    return RC_OK;
}
