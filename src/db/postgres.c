/* postgres.c: the PostgreSQL engine; the only file that sees libpq-fe.h.
 *
 * Statements are prepared by name, all in one pipeline.  Values travel as text.  A result is read whole unless the
 * statement was marked as a stream; then rows come one by one, and when another statement needs the connection the rest
 * is read into memory.  A lost connection is RC_BUSY; the next use outside a transaction connects again and prepares
 * anew (generation).
 */
#include "db/internal.h"

#include <assert.h>
#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"

enum { CONNECT_MS = 10000, ENV_MAX = 64, VALUES_BYTES_MAX = 256 << 20 };
enum { OID_BOOL = 16, OID_BYTEA = 17, OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23, OID_NUMERIC = 1700 };

struct pg {
    PGconn *conn;
    struct db_stmt *streaming; /* reads rows from the connection */
    long generation;           /* counts connections; a statement prepared on an older one is prepared again */
    bool is_bulk;
    struct buf values; /* text of the parameters of one run, NUL-terminated each */
};

struct pg_param {
    bool is_null, is_blob;
    struct str text;
    char digits[24];
};

struct pg_stmt {
    long generation;
    bool is_active; /* has been sent */
    PGresult *result;
    int row;
    PGresult **rest; /* of a stream that had to leave the connection */
    size_t rest_count, rest_room, rest_at;
    int64_t changed;
    int columns;            /* from describing it */
    struct db_owned *blobs; /* decoded for this row */
    const char **values;
    int *lengths, *formats;
    Oid *types; /* 0: as the server infers */
    struct pg_param params[];
};

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

static enum rc fail(struct ctx *ctx, const struct pg *pg, const PGresult *result, const char *what)
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *text = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    enum rc rc = PQstatus(pg->conn) == CONNECTION_OK ? map_state(state) : RC_BUSY;
    return ctx_fail_format(ctx, rc, NULL, "%s: %s %s", what, state ? state : "",
                           text ? text : PQerrorMessage(pg->conn));
}

static bool is_good(const PGresult *result)
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
    enum rc rc = is_good(result) ? RC_OK : fail(ctx, pg, result, what);
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

static enum rc pg_prepare(struct ctx *ctx, struct db *db, struct db_stmt **list, int count);

/* Takes the rest of a stream off the connection. */
static enum rc drain(struct pg *pg)
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

/* A connection that can take a command; connects again when it was lost outside a transaction. */
static enum rc make_ready(struct ctx *ctx, struct db *db)
{
    struct pg *pg = db->conn;
    if (pg->conn && PQstatus(pg->conn) == CONNECTION_OK)
        return drain(pg);
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
    TRY(make_ready(ctx, db));
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
    enum rc rc = make_ready(&ctx, db);
    if (rc == RC_OK)
        rc = configure(&ctx, db);
    arena_free(ctx.arena);
    return rc;
}

static struct pg_stmt *stmt_new(struct db_stmt *st)
{
    size_t n = (size_t)st->param_count;
    size_t each = sizeof(struct pg_param) + sizeof(char *) + 2 * sizeof(int) + sizeof(Oid);
    struct pg_stmt *ps = alloc_zeroed(1, sizeof *ps + n * each);
    if (!ps)
        return NULL;
    ps->values = (const char **)(ps->params + n);
    ps->lengths = (int *)(ps->values + n);
    ps->formats = ps->lengths + n;
    ps->types = (Oid *)(ps->formats + n);
    for (size_t i = 0; i < n; i++)
        ps->params[i].is_null = true;
    st->engine = ps;
    return ps;
}

/* Reads the answer to one command of a pipeline; the first failure is kept. */
static PGresult *read_answer(struct ctx *ctx, struct pg *pg, const char *name, enum rc *rc)
{
    PGresult *result = PQgetResult(pg->conn);
    if (*rc == RC_OK && !is_good(result))
        *rc = fail(ctx, pg, result, name);
    while (result) { /* each command's answers end with a NULL */
        PGresult *more = PQgetResult(pg->conn);
        if (!more)
            break;
        PQclear(more);
    }
    return result;
}

/* The server infers int4 from a neighbour such as the literal 0; our integers have 64 bits everywhere. */
static bool widen_params(struct db_stmt *st, const PGresult *described)
{
    struct pg_stmt *ps = st->engine;
    bool has_narrow = false;
    ps->columns = PQnfields(described);
    for (int i = 0; i < PQnparams(described); i++) {
        Oid type = PQparamtype(described, i);
        if (type == OID_INT4 || type == OID_INT2) {
            ps->types[i] = OID_INT8;
            has_narrow = true;
        }
    }
    return has_narrow;
}

static bool send_prepare(struct pg *pg, struct db_stmt *st)
{
    struct pg_stmt *ps = st->engine;
    return PQsendPrepare(pg->conn, st->name, st->sql, st->param_count, ps->types) &&
           PQsendDescribePrepared(pg->conn, st->name);
}

static bool send_forget(struct pg *pg, const char *name)
{
    char sql[128]; /* names are of a-z, 0-9 and _ */
    snprintf(sql, sizeof sql, "DEALLOCATE \"%s\"", name);
    return PQsendQueryParams(pg->conn, sql, 0, NULL, NULL, NULL, NULL, 0);
}

/* One pipeline for all statements of the list; is_again: those marked narrow, with their types. */
static enum rc prepare_round(struct ctx *ctx, struct pg *pg, struct db_stmt **list, int count, bool *is_narrow,
                             bool is_again)
{
    bool is_sent = PQenterPipelineMode(pg->conn);
    for (int i = 0; i < count && is_sent; i++) {
        if (is_again && !is_narrow[i])
            continue;
        is_sent = (!is_again || send_forget(pg, list[i]->name)) && send_prepare(pg, list[i]);
    }
    if (!is_sent || !PQpipelineSync(pg->conn))
        return fail(ctx, pg, NULL, "prepare");
    enum rc rc = RC_OK;
    for (int i = 0; i < count; i++) {
        if (is_again && !is_narrow[i])
            continue;
        if (is_again)
            PQclear(read_answer(ctx, pg, list[i]->name, &rc));
        PQclear(read_answer(ctx, pg, list[i]->name, &rc));
        PGresult *described = read_answer(ctx, pg, list[i]->name, &rc);
        if (rc == RC_OK)
            is_narrow[i] = widen_params(list[i], described);
        PQclear(described);
    }
    PGresult *sync = PQgetResult(pg->conn);
    if (rc == RC_OK && PQresultStatus(sync) != PGRES_PIPELINE_SYNC)
        rc = fail(ctx, pg, sync, "prepare");
    PQclear(sync);
    if (!PQexitPipelineMode(pg->conn) && rc == RC_OK)
        rc = fail(ctx, pg, NULL, "prepare");
    return rc;
}

static enum rc prepare_list(struct ctx *ctx, struct pg *pg, struct db_stmt **list, int count, bool *is_narrow)
{
    TRY(prepare_round(ctx, pg, list, count, is_narrow, false));
    bool has_narrow = false;
    for (int i = 0; i < count; i++)
        has_narrow = has_narrow || is_narrow[i];
    return has_narrow ? prepare_round(ctx, pg, list, count, is_narrow, true) : RC_OK;
}

static enum rc pg_prepare(struct ctx *ctx, struct db *db, struct db_stmt **list, int count)
{
    struct pg *pg = db->conn;
    TRY(make_ready(ctx, db));
    for (int i = 0; i < count; i++) {
        if (!list[i]->engine && !stmt_new(list[i]))
            return RC_NOMEM;
        struct pg_stmt *ps = list[i]->engine;
        memset(ps->types, 0, (size_t)list[i]->param_count * sizeof(Oid));
    }
    bool *is_narrow = alloc_zeroed((size_t)count + 1, sizeof *is_narrow);
    enum rc rc = is_narrow ? prepare_list(ctx, pg, list, count, is_narrow) : RC_NOMEM;
    alloc_free(is_narrow);
    for (int i = 0; i < count && rc == RC_OK; i++)
        ((struct pg_stmt *)list[i]->engine)->generation = pg->generation;
    return rc;
}

static void free_blobs(struct pg_stmt *ps)
{
    while (ps->blobs) {
        struct db_owned *next = ps->blobs->next;
        alloc_free(ps->blobs);
        ps->blobs = next;
    }
}

static void pg_reset(struct db_stmt *st)
{
    struct pg *pg = st->db->conn;
    struct pg_stmt *ps = st->engine;
    if (pg->streaming == st) { /* a cancel might hit the next statement: read it out */
        pg->streaming = NULL;
        for (PGresult *result; !st->db->is_closing && (result = PQgetResult(pg->conn));)
            PQclear(result);
    }
    PQclear(ps->result);
    ps->result = NULL;
    while (ps->rest_at < ps->rest_count)
        PQclear(ps->rest[ps->rest_at++]);
    alloc_free(ps->rest);
    ps->rest = NULL;
    ps->rest_at = ps->rest_count = ps->rest_room = 0;
    free_blobs(ps);
    ps->is_active = false;
}

static void pg_finalize(struct db_stmt *st)
{
    struct pg *pg = st->db->conn;
    struct pg_stmt *ps = st->engine;
    pg_reset(st);
    bool is_known = ps->generation == pg->generation && pg->conn && PQstatus(pg->conn) == CONNECTION_OK;
    if (is_known && !st->db->is_closing && drain(pg) == RC_OK) {
        char sql[128];
        snprintf(sql, sizeof sql, "DEALLOCATE \"%s\"", st->name);
        PQclear(PQexec(pg->conn, sql));
    }
    alloc_free(ps);
}

static void pg_clear(struct db_stmt *st)
{
    struct pg_stmt *ps = st->engine;
    for (int i = 0; i < st->param_count; i++)
        ps->params[i].is_null = true;
}

static enum rc pg_bind_text(struct db_stmt *st, int i, struct str value, bool is_blob)
{
    struct pg_param *param = &((struct pg_stmt *)st->engine)->params[i];
    param->is_null = false;
    param->is_blob = is_blob;
    param->text = value;
    return RC_OK;
}

static enum rc pg_bind_int(struct db_stmt *st, int i, int64_t value)
{
    struct pg_param *param = &((struct pg_stmt *)st->engine)->params[i];
    int n = snprintf(param->digits, sizeof param->digits, "%lld", (long long)value);
    return pg_bind_text(st, i, (struct str){param->digits, (size_t)n}, false);
}

static enum rc pg_bind_null(struct db_stmt *st, int i)
{
    ((struct pg_stmt *)st->engine)->params[i].is_null = true;
    return RC_OK;
}

/* libpq wants text with a NUL at its end. */
static enum rc fill_values(struct pg *pg, struct db_stmt *st)
{
    struct pg_stmt *ps = st->engine;
    size_t bytes = 1;
    for (int i = 0; i < st->param_count; i++)
        bytes += ps->params[i].is_null ? 0 : ps->params[i].text.n + 1;
    buf_reset(&pg->values);
    char *p = buf_add_space(&pg->values, bytes);
    if (!p)
        return buf_rc(&pg->values);
    for (int i = 0; i < st->param_count; i++) {
        const struct pg_param *param = &ps->params[i];
        ps->values[i] = param->is_null ? NULL : p;
        ps->formats[i] = param->is_blob;
        ps->lengths[i] = (int)param->text.n;
        if (param->is_null)
            continue;
        if (param->text.n)
            memcpy(p, param->text.p, param->text.n);
        p[param->text.n] = '\0';
        p += param->text.n + 1;
    }
    return RC_OK;
}

/* Looks at a result that just came: a failure, the end of a command, or rows. */
static enum rc take_result(struct ctx *ctx, struct db_stmt *st, PGresult *result)
{
    struct pg_stmt *ps = st->engine;
    PQclear(ps->result);
    ps->result = result;
    ps->row = 0;
    if (!is_good(result))
        return fail(ctx, st->db->conn, result, st->name);
    const char *status = PQcmdStatus(result);
    ps->changed = strncmp(status, "SELECT", 6) == 0 ? 0 : strtoll(PQcmdTuples(result), NULL, 10);
    return RC_OK;
}

static enum rc start(struct ctx *ctx, struct db_stmt *st)
{
    struct pg *pg = st->db->conn;
    struct pg_stmt *ps = st->engine;
    TRY(make_ready(ctx, st->db));
    if (ps->generation != pg->generation)
        TRY(pg_prepare(ctx, st->db, &st, 1));
    TRY(fill_values(pg, st));
    ps->is_active = true;
    if (!st->is_stream)
        return take_result(
            ctx, st, PQexecPrepared(pg->conn, st->name, st->param_count, ps->values, ps->lengths, ps->formats, 0));
    if (!PQsendQueryPrepared(pg->conn, st->name, st->param_count, ps->values, ps->lengths, ps->formats, 0))
        return fail(ctx, pg, NULL, st->name);
    (void)PQsetSingleRowMode(pg->conn);
    pg->streaming = st;
    PGresult *first = PQgetResult(pg->conn);
    return first ? take_result(ctx, st, first) : fail(ctx, pg, NULL, st->name);
}

/* Next result of a stream, from the connection or from memory; NULL at the end. */
static PGresult *next_result(struct db_stmt *st)
{
    struct pg *pg = st->db->conn;
    struct pg_stmt *ps = st->engine;
    if (ps->rest_at < ps->rest_count)
        return ps->rest[ps->rest_at++];
    if (pg->streaming != st)
        return NULL;
    PGresult *result = PQgetResult(pg->conn);
    if (!result)
        pg->streaming = NULL;
    return result;
}

static enum rc pg_step(struct ctx *ctx, struct db_stmt *st, bool *ret_is_row)
{
    struct pg_stmt *ps = st->engine;
    if (!ps->is_active) {
        TRY(start(ctx, st));
    } else {
        free_blobs(ps);
        ps->row++;
    }
    PGresult *next;
    while (ps->row >= PQntuples(ps->result) && (next = next_result(st)))
        TRY(take_result(ctx, st, next));
    *ret_is_row = ps->row < PQntuples(ps->result);
    return RC_OK;
}

static bool pg_is_done(struct db_stmt *st) { return ((struct pg *)st->db->conn)->streaming != st; }

static int64_t pg_changed(struct db_stmt *st) { return ((struct pg_stmt *)st->engine)->changed; }

static int pg_column_count(const struct db_stmt *st)
{
    const struct pg_stmt *ps = st->engine;
    return ps->result ? PQnfields(ps->result) : ps->columns;
}

static const char *pg_column_name(const struct db_stmt *st, int i)
{
    return PQfname(((const struct pg_stmt *)st->engine)->result, i);
}

static struct str raw_text(const struct pg_stmt *ps, int i)
{
    return (struct str){PQgetvalue(ps->result, ps->row, i), (size_t)PQgetlength(ps->result, ps->row, i)};
}

static enum db_kind pg_column_kind(struct db_stmt *st, int i)
{
    const struct pg_stmt *ps = st->engine;
    int64_t value;
    if (PQgetisnull(ps->result, ps->row, i))
        return DB_KIND_NULL;
    switch (PQftype(ps->result, i)) {
    case OID_BOOL:
    case OID_INT8:
    case OID_INT4:
    case OID_INT2:
        return DB_KIND_INT;
    case OID_NUMERIC: /* sum() of bigint */
        return str_parse_int64(raw_text(ps, i), &value) ? DB_KIND_INT : DB_KIND_TEXT;
    default:
        return DB_KIND_TEXT;
    }
}

static int64_t pg_column_int(struct db_stmt *st, int i)
{
    struct str text = raw_text(st->engine, i);
    int64_t value = 0;
    if (PQftype(((struct pg_stmt *)st->engine)->result, i) == OID_BOOL)
        return text.n && text.p[0] == 't';
    return str_parse_int64(text, &value) ? value : 0;
}

static int hex_digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

static struct str pg_column_text(struct db_stmt *st, int i)
{
    struct pg_stmt *ps = st->engine;
    struct str text = raw_text(ps, i);
    if (PQftype(ps->result, i) == OID_BOOL)
        return text.n && text.p[0] == 't' ? STR("1") : STR("0");
    if (PQftype(ps->result, i) != OID_BYTEA || text.n < 2)
        return text;
    size_t n = (text.n - 2) / 2; /* \x and two digits a byte */
    struct db_owned *blob = alloc_new(sizeof *blob + n);
    if (!blob)
        return STR_EMPTY;
    blob->next = ps->blobs;
    ps->blobs = blob;
    for (size_t k = 0; k < n; k++)
        blob->bytes[k] = (char)(hex_digit(text.p[2 + 2 * k]) << 4 | hex_digit(text.p[3 + 2 * k]));
    return (struct str){blob->bytes, n};
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
    TRY(make_ready(ctx, db));
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
