/* sqlite.c: the SQLite engine; with sqlite_log.c the only file that sees sqlite3.h.
 *
 * WAL.  The writer is durable at each commit (synchronous=FULL); readers are query-only.  PRAGMAs stand here, not in
 * sql/, because they belong to the engine.  Threat: a database file made by somebody else; trusted_schema is off and
 * the connection defensive, so that its views and triggers can do no more than its tables.
 */
#include "db/internal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "db/sqlite_log.h"

enum {
    BACKUP_PAGES = 512,
    BACKUP_TRIES_MAX = 600,
    BACKUP_WAIT_MS = 50,
    JOURNAL_BYTES_MAX = 64 << 20,
    CHECKPOINT_PAGES = 4000
};

static pthread_once_t is_configured = PTHREAD_ONCE_INIT;

/* Memory statistics cost a process-wide lock on each allocation. */
/* No first block of 20 pages for every cache: each small temporary table of a query would take one. */
static void configure(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    (void)sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 0);
    sqlite_log_register();
}

static enum rc map_rc(int code)
{
    switch (code) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return RC_OK;
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
    case SQLITE_CONSTRAINT_FOREIGNKEY:
        return RC_CONFLICT;
    default:
        break;
    }
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return RC_BUSY;
    case SQLITE_NOMEM:
        return RC_NOMEM;
    default:
        return RC_DB;
    }
}

static enum rc fail(struct ctx *ctx, sqlite3 *conn, int code, const char *what)
{
    return ctx_fail_format(ctx, map_rc(code), NULL, "%s: %s", what, conn ? sqlite3_errmsg(conn) : sqlite3_errstr(code));
}

/* SQLite ends the transaction itself after some failures (disk full, out of memory). */
static void note_transaction(struct db *db)
{
    if (db->is_in_tx && sqlite3_get_autocommit(db->conn))
        db_forget_transaction(db);
}

static enum rc lite_exec(struct ctx *ctx, struct db *db, const char *sql)
{
    int code = sqlite3_exec(db->conn, sql, NULL, NULL, NULL);
    if (code == SQLITE_OK)
        return RC_OK;
    enum rc rc = fail(ctx, db->conn, code, "statement");
    note_transaction(db);
    return rc;
}

static enum rc lite_set(struct db *db, int busy_ms, int cache_kb, int is_bulk)
{
    char sql[64];
    int code = SQLITE_OK;
    if (busy_ms >= 0) {
        db->busy_ms = busy_ms;
        code = sqlite3_busy_timeout(db->conn, busy_ms);
    }
    if (cache_kb >= 0) {
        db->cache_kb = cache_kb;
        snprintf(sql, sizeof sql, "PRAGMA cache_size = -%d", cache_kb);
        code = sqlite3_exec(db->conn, sql, NULL, NULL, NULL);
    }
    assert(is_bulk < 0 || db->mode != DB_WRITE_LATE); /* its log goes out at the sync of the commit */
    if (is_bulk >= 0)
        code = sqlite3_exec(db->conn, is_bulk ? "PRAGMA synchronous = OFF" : "PRAGMA synchronous = FULL", NULL, NULL,
                            NULL);
    return map_rc(code);
}

static enum rc configure_connection(struct ctx *ctx, struct db *db)
{
    char sql[512];
    sqlite3 *conn = db->conn;
    (void)sqlite3_extended_result_codes(conn, 1);
    (void)sqlite3_db_config(conn, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void)sqlite3_db_config(conn, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    (void)sqlite3_db_config(conn, SQLITE_DBCONFIG_DQS_DML, 0, NULL); /* "x" is a name, never a text */
    (void)sqlite3_db_config(conn, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    (void)sqlite3_db_config(conn, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
    TRY(lite_set(db, db->busy_ms, -1, -1));
    /* case_sensitive_like: LIKE means on SQLite what it means on PostgreSQL, and may use an index */
    snprintf(sql, sizeof sql,
             "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -%d; PRAGMA mmap_size = 0; "
             "PRAGMA journal_size_limit = %d; PRAGMA wal_autocheckpoint = %d; PRAGMA temp_store = MEMORY; PRAGMA "
             "case_sensitive_like = ON; "
             "PRAGMA query_only = %s",
             db->cache_kb, JOURNAL_BYTES_MAX, CHECKPOINT_PAGES, db->mode == DB_READ ? "ON" : "OFF");
    return lite_exec(ctx, db, sql);
}

static enum rc lite_open(struct ctx *ctx, struct db *db)
{
    (void)pthread_once(&is_configured, configure);
    struct stat info;
    if (stat(db->path, &info) != 0) {
        if (errno != ENOENT)
            return ctx_fail_format(ctx, RC_DB, NULL, "%s: %s", db->path, strerror(errno));
        if (db->mode != DB_CREATE)
            return ctx_fail_format(ctx, RC_NOT_FOUND, "db.missing", "%s", db->path);
        int fd = open(db->path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600); /* nobody else's to read */
        if (fd < 0)
            return ctx_fail_format(ctx, RC_DB, NULL, "%s: %s", db->path, strerror(errno));
        close(fd);
    }
    sqlite3 *conn = NULL;
    int code = sqlite3_open_v2(db->path, &conn, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE,
                               db->mode == DB_WRITE_LATE ? SQLITE_LOG_VFS : NULL);
    db->conn = conn;
    if (code != SQLITE_OK)
        return fail(ctx, conn, code, db->path);
    return configure_connection(ctx, db);
}

static int open_log(struct ctx *ctx, const struct db *db)
{
    struct str path = arena_format(ctx->arena, "%s-wal", db->path);
    return path.p ? open(path.p, O_RDWR | O_CLOEXEC) : -1;
}

/* A descriptor of its own: the engine's belongs to the thread that writes.  The engine puts no locks on the log, so
 * that closing this one takes none away.  The log stays the same file as long as a connection is open. */
static enum rc lite_sync_log(struct ctx *ctx, struct db *db)
{
    if (db->log_fd < 0)
        db->log_fd = open_log(ctx, db);
    if (db->log_fd < 0 || fdatasync(db->log_fd) != 0)
        return ctx_fail_format(ctx, RC_IO, NULL, "%s-wal: %s", db->path, strerror(errno));
    return RC_OK;
}

static void lite_close(struct db *db)
{
    if (db->log_fd >= 0)
        (void)close(db->log_fd);
    sqlite_log_sync_next(db->conn); /* the last connection copies the log into the file */
    int code = sqlite3_close(db->conn);
    assert(code == SQLITE_OK); /* a statement was left: our bug */
    (void)code;
}

static enum rc lite_prepare(struct ctx *ctx, struct db *db, struct db_stmt **list, int count)
{
    for (int i = 0; i < count; i++) {
        sqlite3_stmt *raw = NULL;
        const char *rest = NULL;
        int code = sqlite3_prepare_v3(db->conn, list[i]->sql, -1, SQLITE_PREPARE_PERSISTENT, &raw, &rest);
        if (code != SQLITE_OK)
            return fail(ctx, db->conn, code, list[i]->name);
        list[i]->engine = raw;
        if (!raw || rest[strspn(rest, " \t\r\n;")] != '\0')
            return ctx_fail_format(ctx, RC_DB, NULL, "%s: not exactly one statement", list[i]->name);
        assert(sqlite3_bind_parameter_count(raw) == list[i]->param_count);
    }
    return RC_OK;
}

static void lite_finalize(struct db_stmt *st) { (void)sqlite3_finalize(st->engine); }

static void lite_clear(struct db_stmt *st) { (void)sqlite3_clear_bindings(st->engine); }

static enum rc lite_bind_int(struct db_stmt *st, int i, int64_t value)
{
    return map_rc(sqlite3_bind_int64(st->engine, i + 1, value));
}

static enum rc lite_bind_text(struct db_stmt *st, int i, struct str value, bool is_blob)
{
    const char *p = value.p ? value.p : "";
    return map_rc(is_blob ? sqlite3_bind_blob64(st->engine, i + 1, p, value.n, SQLITE_STATIC)
                          : sqlite3_bind_text64(st->engine, i + 1, p, value.n, SQLITE_STATIC, SQLITE_UTF8));
}

static enum rc lite_bind_null(struct db_stmt *st, int i) { return map_rc(sqlite3_bind_null(st->engine, i + 1)); }

static enum rc lite_step(struct ctx *ctx, struct db_stmt *st, bool *ret_is_row)
{
    int code = sqlite3_step(st->engine);
    if (code == SQLITE_ROW || code == SQLITE_DONE) {
        *ret_is_row = code == SQLITE_ROW;
        return RC_OK;
    }
    if (st->is_limited && (code & 0xff) == SQLITE_INTERRUPT) {
        st->is_cut = true;
        *ret_is_row = false;
        return RC_OK;
    }
    enum rc rc = fail(ctx, st->db->conn, code, st->name);
    note_transaction(st->db);
    return rc;
}

static int stop(void *arg)
{
    (void)arg;
    return 1;
}

/* The steps are counted from the last multiple of their number, so the count must begin at 0. */
static void lite_set_steps(struct db_stmt *st, int steps)
{
    (void)sqlite3_stmt_status(st->engine, SQLITE_STMTSTATUS_VM_STEP, 1);
    sqlite3_progress_handler(st->db->conn, steps, steps ? stop : NULL, NULL);
}

static void lite_reset(struct db_stmt *st) { (void)sqlite3_reset(st->engine); }

static bool lite_is_done(struct db_stmt *st) { return sqlite3_stmt_readonly(st->engine) != 0; }

static int64_t lite_changed(struct db_stmt *st)
{
    return sqlite3_stmt_readonly(st->engine) ? 0 : sqlite3_changes64(st->db->conn);
}

static int64_t lite_total_changes(const struct db *db) { return sqlite3_total_changes64(db->conn); }

static int lite_column_count(const struct db_stmt *st) { return sqlite3_column_count(st->engine); }

static const char *lite_column_name(const struct db_stmt *st, int i) { return sqlite3_column_name(st->engine, i); }

static enum db_kind lite_column_kind(struct db_stmt *st, int i)
{
    switch (sqlite3_column_type(st->engine, i)) {
    case SQLITE_NULL:
        return DB_KIND_NULL;
    case SQLITE_INTEGER:
        return DB_KIND_INT;
    default:
        return DB_KIND_TEXT;
    }
}

static int64_t lite_column_int(struct db_stmt *st, int i) { return sqlite3_column_int64(st->engine, i); }

static struct str lite_column_text(struct db_stmt *st, int i)
{
    /* The pointer first: asking for it converts, and the size is that of the result.  Texts come as they are stored. */
    const char *p = sqlite3_column_blob(st->engine, i);
    return (struct str){p ? p : "", (size_t)sqlite3_column_bytes(st->engine, i)};
}

/* Takes the place of the hook by which SQLite makes its own checkpoints. */
static int note_log(void *arg, sqlite3 *conn, const char *name, int pages)
{
    (void)conn, (void)name;
    ((struct db *)arg)->log_pages = pages;
    return SQLITE_OK;
}

static void lite_watch_log(struct db *db) { (void)sqlite3_wal_hook(db->conn, note_log, db); }

static enum rc lite_checkpoint(struct ctx *ctx, struct db *db, int readers_ms, int64_t *ret_left)
{
    int in_log = 0, copied = 0, how = readers_ms ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE;
    (void)sqlite3_busy_timeout(db->conn, readers_ms);
    sqlite_log_sync_next(db->conn);
    int code = sqlite3_wal_checkpoint_v2(db->conn, NULL, how, &in_log, &copied);
    (void)sqlite3_busy_timeout(db->conn, db->busy_ms);
    if (code != SQLITE_OK)
        return fail(ctx, db->conn, code, "checkpoint");
    *ret_left = in_log - copied;
    if (readers_ms)
        db->log_pages = 0;
    return RC_OK;
}

/* One text per row of a PRAGMA that reports damage; "ok" is none. */
static enum rc add_problems(struct ctx *ctx, sqlite3 *conn, const char *sql, struct value *problems)
{
    sqlite3_stmt *st = NULL;
    int code = sqlite3_prepare_v2(conn, sql, -1, &st, NULL);
    if (code != SQLITE_OK)
        return fail(ctx, conn, code, sql);
    while ((code = sqlite3_step(st)) == SQLITE_ROW) {
        CLEANUP(buf_done) struct buf text;
        buf_init(&text, 4096);
        for (int i = 0; i < sqlite3_column_count(st); i++) {
            const char *cell = (const char *)sqlite3_column_text(st, i);
            buf_add_format(&text, "%s%s", i ? " " : "", cell ? cell : "-");
        }
        if (!str_equal(buf_str(&text), STR("ok")))
            (void)value_add_text(ctx->arena, problems, arena_copy_str(ctx->arena, buf_str(&text)));
    }
    enum rc rc = code == SQLITE_DONE ? RC_OK : fail(ctx, conn, code, sql);
    (void)sqlite3_finalize(st);
    return rc;
}

static enum rc check_connection(struct ctx *ctx, sqlite3 *conn, struct value *problems)
{
    TRY(add_problems(ctx, conn, "PRAGMA integrity_check", problems));
    return add_problems(ctx, conn, "PRAGMA foreign_key_check", problems);
}

static enum rc lite_check(struct ctx *ctx, struct db *db, struct value *problems)
{
    return check_connection(ctx, db->conn, problems);
}

static enum rc copy_pages(struct ctx *ctx, sqlite3 *from, sqlite3 *to)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (!backup)
        return fail(ctx, to, sqlite3_extended_errcode(to), "backup");
    int code = SQLITE_OK, tries = 0;
    while (code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED) {
        code = sqlite3_backup_step(backup, BACKUP_PAGES);
        if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
            if (++tries > BACKUP_TRIES_MAX)
                break;
            (void)sqlite3_sleep(BACKUP_WAIT_MS);
        }
    }
    (void)sqlite3_backup_finish(backup);
    return code == SQLITE_DONE ? RC_OK : fail(ctx, to, code, "backup");
}

/* Copies, makes the copy one plain file without a log beside it, and verifies it. */
static enum rc fill_backup(struct ctx *ctx, sqlite3 *from, sqlite3 *to)
{
    TRY(copy_pages(ctx, from, to));
    int code = sqlite3_exec(to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    if (code != SQLITE_OK)
        return fail(ctx, to, code, "backup");
    struct value *problems = value_new_list(ctx->arena);
    TRY(check_connection(ctx, to, problems));
    if (value_count(problems))
        return ctx_fail_format(ctx, RC_DAMAGED, NULL, "the copy does not verify: %.*s",
                               STR_ARG(problems->items.first->text));
    return arena_rc(ctx->arena);
}

static enum rc lite_backup(struct ctx *ctx, struct db *db, const char *to_path)
{
    sqlite3 *to = NULL;
    int code = sqlite3_open_v2(to_path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    enum rc rc = code == SQLITE_OK ? fill_backup(ctx, db->conn, to) : fail(ctx, to, code, to_path);
    (void)sqlite3_close(to);
    return rc;
}

const struct db_ops db_sqlite_ops = {
    .engine = DB_SQLITE,
    .param_mark = '?',
    .prepares_late = true,
    .open = lite_open,
    .close = lite_close,
    .exec = lite_exec,
    .prepare = lite_prepare,
    .finalize = lite_finalize,
    .clear = lite_clear,
    .bind_int = lite_bind_int,
    .bind_text = lite_bind_text,
    .bind_null = lite_bind_null,
    .step = lite_step,
    .reset = lite_reset,
    .is_done = lite_is_done,
    .changed = lite_changed,
    .column_count = lite_column_count,
    .column_name = lite_column_name,
    .column_kind = lite_column_kind,
    .column_int = lite_column_int,
    .column_text = lite_column_text,
    .set = lite_set,
    .set_steps = lite_set_steps,
    .total_changes = lite_total_changes,
    .sync_log = lite_sync_log,
    .watch_log = lite_watch_log,
    .checkpoint = lite_checkpoint,
    .check = lite_check,
    .backup = lite_backup,
};
