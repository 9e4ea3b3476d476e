/* bulletin_summary.c: what the public said about a bulletin, in numbers. */
#include "loop/bulletin_steps.h"

enum { SUMMARY_CEILING = 16 * 1024 };

enum rc bulletin_put_summary(struct command_call *call, struct value *body, const struct value *row)
{
    struct arena *arena = call->ctx->arena;
    struct db_stmt *st = db_query(call->db, Q_COMMENT_SUMMARY);
    struct value *counts;
    struct buf json CLEANUP(buf_done);
    buf_init(&json, SUMMARY_CEILING);
    db_bind_int(st, "id", value_get_int(row, "id", 0));
    TRY(db_first_row(call->ctx, st, &counts));
    value_write_json(&json, counts, false);
    TRY(buf_rc(&json));
    value_put_text(arena, body, "summary", arena_copy_str(arena, buf_str(&json)));
    return arena_rc(arena);
}
