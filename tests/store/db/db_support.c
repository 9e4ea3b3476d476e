/* db_support.c: see db_support.h. */
#include "db_support.h"

#include <stdio.h>

#include "base/buf.h"

struct db_stmt *owner_insert(struct store *store, int64_t id, const char *name)
{
    struct db_stmt *st = db_query(store->db, Q_OWNER_INSERT);
    db_bind_int(st, "id", id);
    db_bind_text(st, "name", str_from_cstr(name));
    return st;
}

struct db_stmt *note_insert(struct store *store, int64_t id, int64_t owner, const char *title)
{
    struct db_stmt *st = db_query(store->db, Q_NOTE_INSERT);
    db_bind_int(st, "id", id);
    db_bind_int(st, "owner_id", owner);
    db_bind_int(st, "label", 1);
    db_bind_int(st, "is_open", id % 2);
    db_bind_text(st, "due", id < 100 ? STR("2024-07-08") : STR("2024-07-09"));
    db_bind_text(st, "title", str_from_cstr(title));
    return st;
}

void fill(struct store *store, int owners, int notes)
{
    for (int i = 1; i <= owners; i++) {
        char name[20];
        snprintf(name, sizeof name, "owner %03d", i);
        STORE_OK(db_run(store->ctx, owner_insert(store, i, name)));
    }
    for (int i = 1; i <= notes; i++)
        STORE_OK(db_run(store->ctx, note_insert(store, i, 1 + i % owners, i % 3 ? "b" : "a")));
}

int64_t count_of(struct store *store, const char *table)
{
    char sql[100];
    int64_t count = -1;
    CLEANUP(db_stmt_free_ptr) struct db_stmt *st = NULL;
    snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", table);
    STORE_OK(db_prepare_text(store->ctx, store->db, str_from_cstr(sql), &st));
    STORE_OK(db_get_int(store->ctx, st, &count));
    return count;
}

struct str json_of(struct store *store, const struct value *v)
{
    CLEANUP(buf_done) struct buf buf;
    buf_init(&buf, 1 << 20);
    value_write_json(&buf, v, false);
    return arena_copy_str(store->ctx->arena, buf_str(&buf));
}
