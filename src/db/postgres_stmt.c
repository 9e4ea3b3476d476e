/* postgres_stmt.c: the PostgreSQL engine, its statements: preparing, binding, running, reading rows.
 *
 * Statements are prepared by name, all in one pipeline.  Values travel as text.  A result is read whole unless the
 * statement was marked as a stream; then rows come one by one, and when another statement needs the connection the rest
 * is read into memory.
 */
#include "db/postgres.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { OID_BOOL = 16, OID_BYTEA = 17, OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23, OID_NUMERIC = 1700 };

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
    if (*rc == RC_OK && !pg_is_good(result))
        *rc = pg_fail(ctx, pg, result, name);
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
        return pg_fail(ctx, pg, NULL, "prepare");
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
        rc = pg_fail(ctx, pg, sync, "prepare");
    PQclear(sync);
    if (!PQexitPipelineMode(pg->conn) && rc == RC_OK)
        rc = pg_fail(ctx, pg, NULL, "prepare");
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

enum rc pg_prepare(struct ctx *ctx, struct db *db, struct db_stmt **list, int count)
{
    struct pg *pg = db->conn;
    TRY(pg_make_ready(ctx, db));
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

void pg_reset(struct db_stmt *st)
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

void pg_finalize(struct db_stmt *st)
{
    struct pg *pg = st->db->conn;
    struct pg_stmt *ps = st->engine;
    pg_reset(st);
    bool is_known = ps->generation == pg->generation && pg->conn && PQstatus(pg->conn) == CONNECTION_OK;
    if (is_known && !st->db->is_closing && pg_drain(pg) == RC_OK) {
        char sql[128];
        snprintf(sql, sizeof sql, "DEALLOCATE \"%s\"", st->name);
        PQclear(PQexec(pg->conn, sql));
    }
    alloc_free(ps);
}

void pg_clear(struct db_stmt *st)
{
    struct pg_stmt *ps = st->engine;
    for (int i = 0; i < st->param_count; i++)
        ps->params[i].is_null = true;
}

enum rc pg_bind_text(struct db_stmt *st, int i, struct str value, bool is_blob)
{
    struct pg_param *param = &((struct pg_stmt *)st->engine)->params[i];
    param->is_null = false;
    param->is_blob = is_blob;
    param->text = value;
    return RC_OK;
}

enum rc pg_bind_int(struct db_stmt *st, int i, int64_t value)
{
    struct pg_param *param = &((struct pg_stmt *)st->engine)->params[i];
    int n = snprintf(param->digits, sizeof param->digits, "%lld", (long long)value);
    return pg_bind_text(st, i, (struct str){param->digits, (size_t)n}, false);
}

enum rc pg_bind_null(struct db_stmt *st, int i)
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
    if (!pg_is_good(result))
        return pg_fail(ctx, st->db->conn, result, st->name);
    const char *status = PQcmdStatus(result);
    ps->changed = strncmp(status, "SELECT", 6) == 0 ? 0 : strtoll(PQcmdTuples(result), NULL, 10);
    return RC_OK;
}

static enum rc start(struct ctx *ctx, struct db_stmt *st)
{
    struct pg *pg = st->db->conn;
    struct pg_stmt *ps = st->engine;
    TRY(pg_make_ready(ctx, st->db));
    if (ps->generation != pg->generation)
        TRY(pg_prepare(ctx, st->db, &st, 1));
    TRY(fill_values(pg, st));
    ps->is_active = true;
    if (st->is_planned_by_values && !st->is_stream)
        return take_result(
            ctx, st,
            PQexecParams(pg->conn, st->sql, st->param_count, ps->types, ps->values, ps->lengths, ps->formats, 0));
    if (!st->is_stream)
        return take_result(
            ctx, st, PQexecPrepared(pg->conn, st->name, st->param_count, ps->values, ps->lengths, ps->formats, 0));
    if (!PQsendQueryPrepared(pg->conn, st->name, st->param_count, ps->values, ps->lengths, ps->formats, 0))
        return pg_fail(ctx, pg, NULL, st->name);
    (void)PQsetSingleRowMode(pg->conn);
    pg->streaming = st;
    PGresult *first = PQgetResult(pg->conn);
    return first ? take_result(ctx, st, first) : pg_fail(ctx, pg, NULL, st->name);
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

enum rc pg_step(struct ctx *ctx, struct db_stmt *st, bool *ret_is_row)
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

bool pg_is_done(struct db_stmt *st) { return ((struct pg *)st->db->conn)->streaming != st; }

int64_t pg_changed(struct db_stmt *st) { return ((struct pg_stmt *)st->engine)->changed; }

int pg_column_count(const struct db_stmt *st)
{
    const struct pg_stmt *ps = st->engine;
    return ps->result ? PQnfields(ps->result) : ps->columns;
}

const char *pg_column_name(const struct db_stmt *st, int i)
{
    return PQfname(((const struct pg_stmt *)st->engine)->result, i);
}

static struct str raw_text(const struct pg_stmt *ps, int i)
{
    return (struct str){PQgetvalue(ps->result, ps->row, i), (size_t)PQgetlength(ps->result, ps->row, i)};
}

enum db_kind pg_column_kind(struct db_stmt *st, int i)
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

int64_t pg_column_int(struct db_stmt *st, int i)
{
    struct str text = raw_text(st->engine, i);
    int64_t value = 0;
    if (PQftype(((struct pg_stmt *)st->engine)->result, i) == OID_BOOL)
        return text.n && text.p[0] == 't';
    return str_parse_int64(text, &value) ? value : 0;
}

static int hex_digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

struct str pg_column_text(struct db_stmt *st, int i)
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
