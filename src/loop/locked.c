/* locked.c: see locked.h. */
#include "loop/locked.h"

enum rc unlocked_row(struct command_call *call, enum query query, int64_t id, struct value **ret_row)
{
    struct db_stmt *st = db_query(call->db, query);
    db_bind_int(st, "id", id);
    return db_first_row(call->ctx, st, ret_row);
}

enum rc locked_row(struct command_call *call, enum query query, int64_t id, const char *missing, struct value **ret_row)
{
    TRY(unlocked_row(call, query, id, ret_row));
    if (*ret_row && db_get_engine(call->db) != DB_SQLITE) {
        TRY(command_lock_chain(call, value_get_int(*ret_row, "source_id", 0)));
        TRY(unlocked_row(call, query, id, ret_row));
    }
    return *ret_row ? RC_OK : ctx_fail_key(call->ctx, RC_NOT_FOUND, missing);
}
