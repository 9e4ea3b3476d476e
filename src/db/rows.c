/* rows.c: running statements and reading their rows; see db.h. */
#include "db/internal.h"

#include <assert.h>

#include "base/vec.h"

enum rc db_step(struct ctx *ctx, struct db_stmt *st, bool *ret_is_row)
{
    bool is_row = false;
    enum rc rc = st->bind_rc;
    if (rc != RC_OK)
        (void)ctx_fail_format(ctx, rc, NULL, "%s: a parameter", st->name);
    else if (st->db->broken_rc != RC_OK)
        rc = ctx_fail_format(ctx, st->db->broken_rc, NULL, "%s: the transaction has failed", st->name);
    else if (db_is_failing(ctx))
        rc = RC_DB;
    else {
        st->db->running += !st->is_running;
        st->is_running = true;
        rc = st->db->ops->step(ctx, st, &is_row);
    }
    if (rc != RC_OK || !is_row)
        db_reset(st);
    if (rc != RC_OK && st->db->is_in_tx)
        st->db->broken_rc = rc == RC_BUSY ? RC_BUSY : RC_DB;
    if (rc == RC_OK)
        *ret_is_row = is_row;
    return rc;
}

enum rc db_run(struct ctx *ctx, struct db_stmt *st)
{
    int64_t changed;
    return db_run_count(ctx, st, &changed);
}

enum rc db_run_count(struct ctx *ctx, struct db_stmt *st, int64_t *ret_changed)
{
    bool is_row = true;
    while (is_row)
        TRY(db_step(ctx, st, &is_row));
    *ret_changed = st->db->ops->changed(st);
    return RC_OK;
}

/* Leaves a statement at its first row.  One that writes goes to its end: outside a transaction the commit comes there,
 * and may fail there. */
static enum rc end_after_row(struct ctx *ctx, struct db_stmt *st)
{
    bool is_row = !st->db->ops->is_done(st);
    while (is_row)
        TRY(db_step(ctx, st, &is_row));
    db_reset(st);
    return RC_OK;
}

enum rc db_get_int(struct ctx *ctx, struct db_stmt *st, int64_t *ret_value)
{
    bool is_row;
    TRY(db_step(ctx, st, &is_row));
    if (!is_row)
        return RC_NOT_FOUND;
    int64_t value = db_column_int(st, 0);
    TRY(end_after_row(ctx, st));
    *ret_value = value;
    return RC_OK;
}

int db_column_count(const struct db_stmt *st) { return st->db->ops->column_count(st); }

const char *db_column_name(const struct db_stmt *st, int i) { return st->db->ops->column_name(st, i); }

bool db_column_is_null(struct db_stmt *st, int i) { return st->db->ops->column_kind(st, i) == DB_KIND_NULL; }

int64_t db_column_int(struct db_stmt *st, int i)
{
    int64_t value = 0;
    switch (st->db->ops->column_kind(st, i)) {
    case DB_KIND_INT:
        return st->db->ops->column_int(st, i);
    case DB_KIND_TEXT:
        return str_parse_int64(st->db->ops->column_text(st, i), &value) ? value : 0;
    case DB_KIND_NULL:
        break;
    }
    return 0;
}

struct str db_column_text(struct db_stmt *st, int i)
{
    return db_column_is_null(st, i) ? STR_EMPTY : st->db->ops->column_text(st, i);
}

/* Column names, copied once for all rows of a result. */
static struct str *copy_names(struct arena *arena, struct db_stmt *st)
{
    int count = db_column_count(st);
    struct str *names = ARENA_NEW_ARRAY(arena, struct str, (size_t)count);
    for (int i = 0; names && i < count; i++)
        names[i] = arena_copy_str(arena, str_from_cstr(db_column_name(st, i)));
    return names;
}

static struct value *read_row(struct arena *arena, struct db_stmt *st, const struct str *names)
{
    struct value *map = value_new_map(arena);
    if (!map || !names)
        return NULL;
    int count = db_column_count(st);
    struct value *cells = ARENA_NEW_ARRAY(arena, struct value, (size_t)count);
    if (!cells)
        return NULL;
    for (int i = 0; i < count; i++) {
        switch (st->db->ops->column_kind(st, i)) {
        case DB_KIND_NULL:
            cells[i].kind = VALUE_NULL;
            break;
        case DB_KIND_INT:
            cells[i].kind = VALUE_INT;
            cells[i].integer = st->db->ops->column_int(st, i);
            break;
        case DB_KIND_TEXT:
            cells[i].kind = VALUE_TEXT;
            cells[i].text = arena_copy_str(arena, st->db->ops->column_text(st, i));
            break;
        }
        (void)value_put(map, names[i], &cells[i]);
    }
    return map;
}

struct value *db_row(struct arena *arena, struct db_stmt *st) { return read_row(arena, st, copy_names(arena, st)); }

/* Why an arena refused. */
static enum rc memory_rc(const struct ctx *ctx)
{
    enum rc rc = arena_rc(ctx->arena);
    return rc == RC_OK ? RC_NOMEM : rc;
}

const char *db_stmt_name(const struct db_stmt *st) { return st->name; }

enum rc db_rows(struct ctx *ctx, struct db_stmt *st, struct value **ret_list)
{
    struct value *list = value_new_list(ctx->arena);
    struct str *names = NULL;
    for (;;) {
        bool is_row;
        TRY(db_step(ctx, st, &is_row));
        if (!is_row)
            break;
        if (!names)
            names = copy_names(ctx->arena, st);
        (void)value_add(list, read_row(ctx->arena, st, names));
        if (arena_rc(ctx->arena) != RC_OK) {
            db_reset(st);
            return memory_rc(ctx);
        }
    }
    if (!list)
        return memory_rc(ctx);
    *ret_list = list;
    return RC_OK;
}

enum rc db_first_row(struct ctx *ctx, struct db_stmt *st, struct value **ret_map)
{
    bool is_row;
    TRY(db_step(ctx, st, &is_row));
    struct value *map = NULL;
    if (is_row) {
        map = db_row(ctx->arena, st);
        TRY(end_after_row(ctx, st));
        if (!map || arena_rc(ctx->arena) != RC_OK)
            return memory_rc(ctx);
    }
    *ret_map = map;
    return RC_OK;
}
