/* migrate.c: brings the schema up to the newest migration; forward only, checksummed; see db.h.
 *
 * Applied migrations are rows of schema_migration.  All that are missing are applied in one transaction, which on
 * PostgreSQL holds an advisory lock, so that several servers may start at once.
 */
#include "db/internal.h"

#include "base/clock.h"

static const char *const has_table[DB_ENGINE_COUNT] = {
    "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migration'",
    "SELECT count(to_regclass('schema_migration'))",
};
static const char *const make_table[DB_ENGINE_COUNT] = {
    "CREATE TABLE schema_migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, "
    "applied_at INTEGER NOT NULL) STRICT",
    "CREATE TABLE schema_migration (number bigint PRIMARY KEY, name text COLLATE \"C\" NOT NULL, "
    "checksum text COLLATE \"C\" NOT NULL, applied_at bigint NOT NULL)",
};
static const char lock_migrations[] = "SELECT pg_advisory_xact_lock(7233618290113)"; /* a number of our own */
static const char list_applied[] = "SELECT number, checksum FROM schema_migration ORDER BY number";
static const char add_applied[] = "INSERT INTO schema_migration (number, name, checksum, applied_at) "
                                  "VALUES ($number, $name, $checksum, $at)";

static enum rc get_int(struct ctx *ctx, struct db *db, const char *sql, int64_t *ret_value)
{
    CLEANUP(db_stmt_free_ptr) struct db_stmt *st = NULL;
    TRY(db_prepare_text(ctx, db, str_from_cstr(sql), &st));
    return db_get_int(ctx, st, ret_value);
}

enum rc db_schema_version(struct ctx *ctx, struct db *db, int *ret_applied, int *ret_known)
{
    int64_t count = 0, applied = 0;
    TRY(get_int(ctx, db, has_table[db->ops->engine], &count));
    if (count)
        TRY(get_int(ctx, db, "SELECT coalesce(max(number), 0) FROM schema_migration", &applied));
    *ret_applied = (int)applied;
    *ret_known = db_catalog.migration_count ? db_catalog.migrations[db_catalog.migration_count - 1].number : 0;
    return RC_OK;
}

/* Compares what was applied with what the program knows; gives how many of its migrations are applied. */
static enum rc compare_applied(struct ctx *ctx, struct db *db, int *ret_count)
{
    struct value *rows;
    CLEANUP(db_stmt_free_ptr) struct db_stmt *st = NULL;
    TRY(db_prepare_text(ctx, db, str_from_cstr(list_applied), &st));
    TRY(db_rows(ctx, st, &rows));
    int i = 0;
    VALUE_EACH (row, rows) {
        int64_t number = value_get_int(row, "number", 0);
        if (i == db_catalog.migration_count)
            return ctx_fail_key(ctx, RC_DB, "db.is_newer");
        const struct db_migration *m = &db_catalog.migrations[i];
        if (m->number != number || !str_equal_cstr(value_get_text(row, "checksum"), m->checksum))
            return ctx_fail_format(ctx, RC_CHAIN, NULL, "migration %d (%s) has changed since it was applied", m->number,
                                   m->name);
        i++;
    }
    *ret_count = i;
    return RC_OK;
}

static enum rc apply_missing(struct ctx *ctx, struct db *db)
{
    int64_t count = 0;
    if (db->ops->engine == DB_POSTGRES)
        TRY(db->ops->exec(ctx, db, lock_migrations));
    TRY(get_int(ctx, db, has_table[db->ops->engine], &count));
    if (!count)
        TRY(db->ops->exec(ctx, db, make_table[db->ops->engine]));
    int applied = 0;
    TRY(compare_applied(ctx, db, &applied));
    CLEANUP(db_stmt_free_ptr) struct db_stmt *st = NULL;
    TRY(db_prepare_text(ctx, db, str_from_cstr(add_applied), &st));
    for (int i = applied; i < db_catalog.migration_count; i++) {
        const struct db_migration *m = &db_catalog.migrations[i];
        enum rc rc = db->ops->exec(ctx, db, m->sql[db->ops->engine]);
        if (rc != RC_OK)
            return ctx_fail_format(ctx, rc, NULL, "migration %d (%s)", m->number, m->name);
        db_bind_int(st, "number", m->number);
        db_bind_text(st, "name", str_from_cstr(m->name));
        db_bind_text(st, "checksum", str_from_cstr(m->checksum));
        db_bind_int(st, "at", clock_now_ms());
        TRY(db_run(ctx, st));
    }
    return RC_OK;
}

enum rc db_migrate(struct ctx *ctx, struct db *db)
{
    TRY(db_begin(ctx, db, true));
    enum rc rc = apply_missing(ctx, db);
    if (rc != RC_OK) {
        db_rollback(db);
        return rc;
    }
    TRY(db_commit(ctx, db));
    return db->queries ? RC_OK : db_prepare_all(ctx, db);
}
