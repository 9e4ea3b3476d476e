/* postgres.c: the PostgreSQL engine. */
#include "db/internal.h"

static enum rc pg_open(struct ctx *ctx, struct db *db)
{
    return ctx_fail_format(ctx, RC_UNSUPPORTED, NULL, "%.200s", db->url);
}

const struct db_ops db_postgres_ops = {.engine = DB_POSTGRES, .param_mark = '$', .open = pg_open};
