/* postgres.c: the PostgreSQL engine, its connection: opening, settings, losing it and connecting again, backup.
 *
 * What one statement does is postgres_stmt.c; no other file sees libpq-fe.h.  A lost connection is RC_BUSY; the next
 * use outside a transaction connects again and prepares anew (generation).
 */
#include "db/postgres.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"

enum { CONNECT_MS = 10000, ENV_MAX = 64, VALUES_BYTES_MAX = 256 << 20 };

static enum rc map_state(const char *state)
{
    static const struct {
        const char *state;
        enum rc rc;
    } map[] = {
        {"23505", RC_CONFLICT}, {"23503", RC_CONFLICT}, {"23001", RC_CONFLICT}, {"40001", RC_BUSY},
        {"40P01", RC_BUSY},     {"55P03", RC_BUSY},     {"53300", RC_BUSY},     {"57P01", RC_BUSY},
        {"57P02", RC_BUSY},     {"57P03", RC_BUSY},     {"53200", RC_NOMEM},    {"3D000", RC_NOT_FOUND},
    };
    for (size_t i = 0; state && i < sizeof map / sizeof *map; i++)
        if (strcmp(state, map[i].state) == 0)
            return map[i].rc;
    return RC_DB;
}

enum rc pg_fail(struct ctx *ctx, const struct pg *pg, const PGresult *result, const char *what)
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *text = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    enum rc rc = PQstatus(pg->conn) == CONNECTION_OK ? map_state(state) : RC_BUSY;
    return ctx_fail_format(ctx, rc, NULL, "%s: %s %s", what, state ? state : "",
                           text ? text : PQerrorMessage(pg->conn));
}

bool pg_is_good(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_SINGLE_TUPLE;
}

/* Libraries do not log; what the server has to say comes with failures. */
static void drop_notice(void *arg, const PGresult *result)
{
    (void)arg;
    (void)result;
}

/* Connects within CONNECT_MS.  Verbose errors carry the SQLSTATE, which is the same in every language. */
static enum rc connect_to(struct ctx *ctx, const char *url, const char *dbname, PGconn **ret_conn)
{
    const char *const keys[] = {"dbname", "client_encoding", "fallback_application_name", dbname ? "dbname" : NULL,
                                NULL};
    const char *const values[] = {url, "UTF8", "bihuan", dbname, NULL};
    int64_t until_ms = clock_monotonic_ms() + CONNECT_MS;
    PGconn *conn = PQconnectStartParams(keys, values, 1);
    if (!conn)
        return RC_NOMEM;
    (void)PQsetErrorVerbosity(conn, PQERRORS_VERBOSE);
    (void)PQsetNoticeReceiver(conn, drop_notice, NULL);
    PostgresPollingStatusType state = PQstatus(conn) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
    while (state != PGRES_POLLING_OK && state != PGRES_POLLING_FAILED) {
        struct pollfd wait = {PQsocket(conn), state == PGRES_POLLING_READING ? POLLIN : POLLOUT, 0};
        int64_t left_ms = until_ms - clock_monotonic_ms();
        int n = poll(&wait, 1, left_ms > 0 ? (int)left_ms : 0);
        if (n == 0 || (n < 0 && errno != EINTR))
            break;
        state = PQconnectPoll(conn);
    }
    if (state != PGRES_POLLING_OK) {
        const char *text = PQerrorMessage(conn);
        enum rc rc = strstr(text, "3D000")                            ? RC_NOT_FOUND
                     : strstr(text, "57P03") || strstr(text, "53300") ? RC_BUSY
                                                                      : RC_DB;
        rc = ctx_fail_format(ctx, rc, NULL, "connect: %s", *text ? text : "timeout");
        PQfinish(conn);
        return rc;
    }
    (void)PQsetErrorVerbosity(conn, PQERRORS_DEFAULT);
    *ret_conn = conn;
    return RC_OK;
}

static enum rc exec_on(struct ctx *ctx, struct pg *pg, const char *sql, const char *what)
{
    PGresult *result = PQexec(pg->conn, sql);
    enum rc rc = pg_is_good(result) ? RC_OK : pg_fail(ctx, pg, result, what);
    PQclear(result);
    return rc;
}

static enum rc configure(struct ctx *ctx, struct db *db)
{
    struct pg *pg = db->conn;
    char sql[256];
    snprintf(sql, sizeof sql,
             "SET lock_timeout = %d; SET jit = off; SET timezone = 'UTC'; "
             "SET default_transaction_read_only = %s; SET synchronous_commit = %s",
             db->busy_ms, db->mode == DB_READ ? "on" : "off", pg->is_bulk ? "off" : "on");
    return exec_on(ctx, pg, sql, "settings");
}

/* Makes the database that the URL names, through the server's own one. */
static enum rc create_database(struct ctx *ctx, struct db *db)
{
    struct pg admin = {0};
    PQconninfoOption *options = PQconninfoParse(db->url, NULL);
    const char *name = NULL;
    for (PQconninfoOption *o = options; o && o->keyword; o++)
        if (strcmp(o->keyword, "dbname") == 0)
            name = o->val;
    enum rc rc = name ? connect_to(ctx, db->url, "postgres", &admin.conn)
                      : ctx_fail_format(ctx, RC_CONFIG, NULL, "the URL names no database");
    if (name && rc == RC_OK) {
        char *quoted = PQescapeIdentifier(admin.conn, name, strlen(name));
        struct str sql = arena_format(ctx->arena, "CREATE DATABASE %s ENCODING 'UTF8' TEMPLATE template0", quoted);
        rc = quoted && sql.n ? exec_on(ctx, &admin, sql.p, "create database") : RC_NOMEM;
        PQfreemem(quoted);
    }
    PQfinish(admin.conn);
    PQconninfoFree(options);
    return rc;
}

static enum rc pg_open(struct ctx *ctx, struct db *db)
{
    struct pg *pg = alloc_zeroed(1, sizeof *pg);
    if (!pg)
        return RC_NOMEM;
    db->conn = pg;
    buf_init(&pg->values, VALUES_BYTES_MAX);
    enum rc rc = connect_to(ctx, db->url, NULL, &pg->conn);
    if (rc == RC_NOT_FOUND && db->mode == DB_CREATE) {
        ctx_clear_issues(ctx);
        TRY(create_database(ctx, db));
        rc = connect_to(ctx, db->url, NULL, &pg->conn);
    }
    TRY(rc);
    return configure(ctx, db);
}

static void pg_close(struct db *db)
{
    struct pg *pg = db->conn;
    PQfinish(pg->conn);
    buf_done(&pg->values);
    alloc_free(pg);
}

enum rc pg_drain(struct pg *pg)
{
    struct db_stmt *st = pg->streaming;
    if (!st)
        return RC_OK;
    pg->streaming = NULL;
    struct pg_stmt *ps = st->engine;
    enum rc rc = RC_OK;
    PGresult *result;
    while ((result = PQgetResult(pg->conn))) {
        if (ps->rest_count == ps->rest_room) {
            size_t room = ps->rest_room ? ps->rest_room * 2 : 64;
            PGresult **rest = alloc_resize(ps->rest, room * sizeof(PGresult *));
            if (!rest) { /* the rest must still leave the connection */
                PQclear(result);
                rc = st->bind_rc = RC_NOMEM;
                continue;
            }
            ps->rest = rest;
            ps->rest_room = room;
        }
        ps->rest[ps->rest_count++] = result;
    }
    return rc;
}

enum rc pg_make_ready(struct ctx *ctx, struct db *db)
{
    struct pg *pg = db->conn;
    if (pg->conn && PQstatus(pg->conn) == CONNECTION_OK)
        return pg_drain(pg);
    if (db->is_in_tx)
        return ctx_fail_format(ctx, RC_BUSY, NULL, "the connection was lost in the transaction");
    pg->streaming = NULL;
    PQfinish(pg->conn);
    pg->conn = NULL;
    if (connect_to(ctx, db->url, NULL, &pg->conn) != RC_OK)
        return RC_BUSY;
    pg->generation++;
    enum rc rc = configure(ctx, db);
    if (rc == RC_OK && db->queries)
        rc = pg_prepare(ctx, db, db->queries, db_catalog.query_count);
    if (rc != RC_OK) { /* half prepared is no state to stay in */
        PQfinish(pg->conn);
        pg->conn = NULL;
    }
    return rc;
}

static enum rc pg_exec(struct ctx *ctx, struct db *db, const char *sql)
{
    TRY(pg_make_ready(ctx, db));
    return exec_on(ctx, db->conn, sql, "statement");
}

static enum rc pg_set(struct db *db, int busy_ms, int cache_kb, int is_bulk)
{
    struct pg *pg = db->conn;
    (void)cache_kb; /* the server has its own */
    if (busy_ms >= 0)
        db->busy_ms = busy_ms;
    if (is_bulk >= 0)
        pg->is_bulk = is_bulk;
    struct ctx ctx = {.arena = arena_new(4096)};
    if (!ctx.arena)
        return RC_NOMEM;
    enum rc rc = pg_make_ready(&ctx, db);
    if (rc == RC_OK)
        rc = configure(&ctx, db);
    arena_free(ctx.arena);
    return rc;
}
/* Host, user, password and the like go by environment: arguments are for everybody to see. */
static void put_environment(struct ctx *ctx, const PQconninfoOption *options, char *envp[ENV_MAX + 1])
{
    int count = 0;
    for (const PQconninfoOption *o = options; o && o->keyword; o++)
        if (o->envvar && o->val && *o->val && count < ENV_MAX)
            envp[count++] = arena_copy_cstr(ctx->arena, arena_format(ctx->arena, "%s=%s", o->envvar, o->val));
}

static enum rc pg_backup(struct ctx *ctx, struct db *db, const char *to_path)
{
    TRY(pg_make_ready(ctx, db));
    char *envp[ENV_MAX + 1] = {NULL};
    PQconninfoOption *options = PQconninfo(((struct pg *)db->conn)->conn);
    put_environment(ctx, options, envp);
    PQconninfoFree(options);
    char *path = arena_copy_cstr(ctx->arena, str_from_cstr(to_path));
    TRY(arena_rc(ctx->arena));
    TRY(db_run_program(ctx, (char *[]){"pg_dump", "--format=custom", "--no-password", "--file", path, NULL}, envp));
    return db_run_program(ctx, (char *[]){"pg_restore", "--list", path, NULL}, envp);
}

enum rc db_restore_postgres(struct ctx *ctx, struct str url, struct str from_path)
{
    char *envp[ENV_MAX + 1] = {NULL}, *name = NULL;
    char *path = arena_copy_cstr(ctx->arena, from_path), *text = arena_copy_cstr(ctx->arena, url);
    PQconninfoOption *options = text ? PQconninfoParse(text, NULL) : NULL;
    for (PQconninfoOption *o = options; o && o->keyword; o++)
        if (strcmp(o->keyword, "dbname") == 0 && o->val)
            name = arena_copy_cstr(ctx->arena, str_from_cstr(o->val));
    put_environment(ctx, options, envp);
    PQconninfoFree(options);
    TRY(arena_rc(ctx->arena));
    if (!name)
        return ctx_fail_format(ctx, RC_CONFIG, NULL, "the URL names no database");
    return db_run_program(ctx,
                          (char *[]){"pg_restore", "--exit-on-error", "--single-transaction", "--no-owner",
                                     "--no-privileges", "--no-password", "--dbname", name, path, NULL},
                          envp);
}

const struct db_ops db_postgres_ops = {
    .engine = DB_POSTGRES,
    .param_mark = '$',
    .open = pg_open,
    .close = pg_close,
    .exec = pg_exec,
    .prepare = pg_prepare,
    .finalize = pg_finalize,
    .clear = pg_clear,
    .bind_int = pg_bind_int,
    .bind_text = pg_bind_text,
    .bind_null = pg_bind_null,
    .step = pg_step,
    .reset = pg_reset,
    .is_done = pg_is_done,
    .changed = pg_changed,
    .column_count = pg_column_count,
    .column_name = pg_column_name,
    .column_kind = pg_column_kind,
    .column_int = pg_column_int,
    .column_text = pg_column_text,
    .set = pg_set,
    .check = db_postgres_check,
    .backup = pg_backup,
};
