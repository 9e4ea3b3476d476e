/* db.c: connections, transactions and what both engines share; see db.h. */
#include "db/internal.h"

#include <assert.h>
#include <stdatomic.h>
#include <string.h>

#include "base/alloc.h"

static atomic_long db_countdown;
static atomic_int db_failed;

void db_fail_at(long n)
{
    atomic_store(&db_failed, 0);
    atomic_store(&db_countdown, n);
}

bool db_has_failed(void) { return atomic_load(&db_failed) != 0; }

bool db_is_failing(struct ctx *ctx)
{
    if (atomic_load_explicit(&db_countdown, memory_order_relaxed) == 0)
        return false;
    if (atomic_fetch_sub(&db_countdown, 1) != 1)
        return false;
    atomic_store(&db_failed, 1);
    (void)ctx_fail_format(ctx, RC_DB, NULL, "%s", "failure made by a test");
    return true;
}

/* Engine and, for SQLite, path of a URL. */
static enum rc read_url(struct ctx *ctx, struct db *db, struct str url)
{
    struct str path = url;
    db->ops = &db_sqlite_ops;
    if (str_has_prefix(url, STR("postgresql://")) || str_has_prefix(url, STR("postgres://"))) {
        db->ops = &db_postgres_ops;
        path = STR("-");
    } else if (str_has_prefix(url, STR("sqlite://"))) {
        path = str_slice(url, strlen("sqlite://"), url.n);
        if (path.n == 0 || path.p[0] != '/') /* sqlite://host/path means nothing */
            path = STR_EMPTY;
    } else if (str_has_prefix(url, STR("sqlite:"))) {
        path = str_slice(url, strlen("sqlite:"), url.n);
    } else if (str_find(url, STR("://"), 0) != SIZE_MAX) {
        path = STR_EMPTY;
    }
    if (path.n == 0 || path.p[0] == ':' || str_find_byte(url, '\0', 0) != SIZE_MAX)
        return ctx_fail_format(ctx, RC_CONFIG, NULL, "not a database URL: %.200s",
                               url.n ? arena_copy_cstr(ctx->arena, url) : "");
    db->url = alloc_new(url.n + 1);
    db->path = alloc_new(path.n + 1);
    if (!db->url || !db->path)
        return RC_NOMEM;
    memcpy(db->url, url.p, url.n);
    db->url[url.n] = '\0';
    memcpy(db->path, path.p, path.n);
    db->path[path.n] = '\0';
    return RC_OK;
}

static enum rc open_connection(struct ctx *ctx, struct db *db, struct str url)
{
    TRY(read_url(ctx, db, url));
    if (db_is_failing(ctx))
        return RC_DB;
    TRY(db->ops->open(ctx, db));
    if (db->mode == DB_CREATE || db->mode == DB_LOG)
        return RC_OK;
    int applied, known;
    TRY(db_schema_version(ctx, db, &applied, &known));
    if (applied < known)
        return ctx_fail_key(ctx, RC_DB, "db.migrate_first");
    if (applied > known)
        return ctx_fail_key(ctx, RC_DB, "db.is_newer");
    return db_prepare_all(ctx, db);
}

enum rc db_open(struct ctx *ctx, struct str url, enum db_mode mode, struct db **ret_db)
{
    struct db *db = alloc_zeroed(1, sizeof *db);
    if (!db)
        return RC_NOMEM;
    db->mode = mode;
    db->busy_ms = DB_BUSY_MS;
    db->cache_kb = DB_CACHE_KB;
    db->log_fd = -1;
    enum rc rc = open_connection(ctx, db, url);
    if (rc != RC_OK) {
        db_close(db);
        return rc;
    }
    *ret_db = db;
    return RC_OK;
}

void db_close(struct db *db)
{
    if (!db)
        return;
    if (db->is_in_tx)
        db_rollback(db);
    db->is_closing = true; /* the statements go with the connection */
    while (db->all)
        db_stmt_drop(db->all);
    if (db->conn)
        db->ops->close(db);
    for (int i = 0; i < db->keeper_count; i++)
        db->keepers[i].keeper->free(db->keepers[i].arg);
    alloc_free(db->queries);
    alloc_free(db->url);
    alloc_free(db->path);
    alloc_free(db);
}

void db_close_ptr(struct db **db) { db_close(*db); }

enum db_engine db_get_engine(const struct db *db) { return db->ops->engine; }

enum rc db_set_busy_ms(struct db *db, int busy_ms) { return db->ops->set(db, busy_ms, -1, -1); }
enum rc db_set_cache_kb(struct db *db, int cache_kb) { return db->ops->set(db, -1, cache_kb, -1); }
enum rc db_set_bulk(struct db *db, bool is_bulk) { return db->ops->set(db, -1, -1, is_bulk); }

void db_set_own_checkpoints(struct db *db)
{
    if (db->ops->watch_log)
        db->ops->watch_log(db);
}

enum rc db_sync_log(struct ctx *ctx, struct db *db) { return db->ops->sync_log ? db->ops->sync_log(ctx, db) : RC_OK; }

bool db_is_broken(const struct db *db) { return !db->is_in_tx || db->broken_rc != RC_OK; }

int64_t db_total_changes(const struct db *db) { return db->ops->total_changes ? db->ops->total_changes(db) : -1; }

int64_t db_log_pages(const struct db *db) { return db->log_pages; }

/* No call that db_fail_at counts: a thread of its own makes it, whenever it likes. */
enum rc db_checkpoint(struct ctx *ctx, struct db *db, int readers_ms, int64_t *ret_left)
{
    *ret_left = 0;
    return db->ops->checkpoint ? db->ops->checkpoint(ctx, db, readers_ms, ret_left) : RC_OK;
}

bool db_add_keeper(struct db *db, const struct db_keeper *keeper, void *arg)
{
    if (db->keeper_count == DB_KEEPERS_MAX)
        return false;
    db->keepers[db->keeper_count].keeper = keeper;
    db->keepers[db->keeper_count++].arg = arg;
    return true;
}

void *db_get_keeper(const struct db *db, const struct db_keeper *keeper)
{
    for (int i = 0; i < db->keeper_count; i++)
        if (db->keepers[i].keeper == keeper)
            return db->keepers[i].arg;
    return NULL;
}

static enum rc flush_keepers(struct ctx *ctx, struct db *db)
{
    for (int i = 0; i < db->keeper_count; i++)
        TRY(db->keepers[i].keeper->flush(ctx, db, db->keepers[i].arg));
    return RC_OK;
}

static void forget_kept(struct db *db)
{
    for (int i = 0; i < db->keeper_count; i++)
        db->keepers[i].keeper->forget(db->keepers[i].arg);
}

void db_forget_transaction(struct db *db)
{
    forget_kept(db);
    db->is_in_tx = false;
    db->broken_rc = RC_OK;
    db->savepoints = 0;
}

/* A statement left running would keep its snapshot, or refuse the commit. */
static void end_statements(struct db *db)
{
    for (struct db_stmt *st = db->all; st && db->running; st = st->next)
        if (st->is_running)
            db_reset(st);
}

enum rc db_begin(struct ctx *ctx, struct db *db, bool is_write)
{
    assert(!db->is_in_tx);
    if (db_is_failing(ctx))
        return RC_DB;
    const char *sql = is_write ? "BEGIN IMMEDIATE" : "BEGIN";
    if (db->ops->engine == DB_POSTGRES)
        sql = is_write ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    TRY(db->ops->exec(ctx, db, sql));
    db->is_in_tx = true;
    db->savepoints = 0;
    return RC_OK;
}

/* A failed statement ends what can be done on PostgreSQL, whose COMMIT then quietly rolls back; a full disk ends the
 * transaction on SQLite.  Both engines refuse here, so that nothing is taken for written that is not. */
static enum rc check_transaction(struct ctx *ctx, const struct db *db)
{
    if (!db->is_in_tx)
        return ctx_fail_format(ctx, RC_DB, NULL, "no transaction is open");
    if (db->broken_rc != RC_OK)
        return ctx_fail_format(ctx, db->broken_rc, NULL, "the transaction has failed");
    return RC_OK;
}

enum rc db_commit(struct ctx *ctx, struct db *db)
{
    end_statements(db);
    enum rc rc = check_transaction(ctx, db);
    if (rc == RC_OK)
        rc = flush_keepers(ctx, db);
    if (rc == RC_OK)
        rc = db_is_failing(ctx) ? RC_DB : db->ops->exec(ctx, db, "COMMIT");
    if (rc != RC_OK)
        db_rollback(db);
    db_forget_transaction(db);
    return rc;
}

/* Runs a statement whose failure changes nothing for the caller: the transaction is given up either way. */
static void exec_quietly(struct db *db, const char *sql)
{
    struct ctx ctx = {.arena = arena_new(4096)};
    if (!ctx.arena)
        return;
    if (db->ops->exec(&ctx, db, sql) != RC_OK)
        ctx_clear_issues(&ctx);
    arena_free(ctx.arena);
}

void db_rollback(struct db *db)
{
    if (!db->is_in_tx)
        return;
    end_statements(db);
    exec_quietly(db, "ROLLBACK");
    db_forget_transaction(db);
}

enum rc db_savepoint(struct ctx *ctx, struct db *db)
{
    TRY(check_transaction(ctx, db));
    TRY(flush_keepers(ctx, db));
    if (db_is_failing(ctx))
        return RC_DB;
    TRY(db->ops->exec(ctx, db, "SAVEPOINT s")); /* of several of one name both engines mean the newest */
    db->savepoints++;
    return RC_OK;
}

enum rc db_savepoint_release(struct ctx *ctx, struct db *db)
{
    end_statements(db);
    enum rc rc = check_transaction(ctx, db);
    if (rc == RC_OK)
        rc = db_is_failing(ctx) ? RC_DB : db->ops->exec(ctx, db, "RELEASE s");
    if (rc != RC_OK) {
        db_savepoint_rollback(db);
        return rc;
    }
    db->savepoints--;
    return RC_OK;
}

void db_savepoint_rollback(struct db *db)
{
    if (db->savepoints == 0)
        return;
    end_statements(db);
    exec_quietly(db, "ROLLBACK TO s");
    exec_quietly(db, "RELEASE s");
    forget_kept(db);
    db->broken_rc = RC_OK;
    if (db->savepoints > 0) /* the engine may have given up the whole transaction meanwhile */
        db->savepoints--;
}
