/* postgres.h: what the two halves of the PostgreSQL engine share; for postgres.c and postgres_stmt.c alone. */
#ifndef DB_POSTGRES_H
#define DB_POSTGRES_H

#include <libpq-fe.h>

#include "db/internal.h"

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
/* Says what went wrong, from result or (NULL) from the connection. \return RC by SQLSTATE; RC_BUSY: the connection is
 * lost */
enum rc pg_fail(struct ctx *ctx, const struct pg *pg, const PGresult *result, const char *what);
bool pg_is_good(const PGresult *result);

/* Takes the rest of a stream off the connection. */
enum rc pg_drain(struct pg *pg);

/* A connection that can take a command; connects again when it was lost outside a transaction. */
enum rc pg_make_ready(struct ctx *ctx, struct db *db);

/* The operations of db_ops on statements. */
enum rc pg_prepare(struct ctx *ctx, struct db *db, struct db_stmt **list, int count);
void pg_finalize(struct db_stmt *st);
void pg_clear(struct db_stmt *st);
enum rc pg_bind_int(struct db_stmt *st, int i, int64_t value);
enum rc pg_bind_text(struct db_stmt *st, int i, struct str value, bool is_blob);
enum rc pg_bind_null(struct db_stmt *st, int i);
enum rc pg_step(struct ctx *ctx, struct db_stmt *st, bool *ret_is_row);
void pg_reset(struct db_stmt *st);
bool pg_is_done(struct db_stmt *st);
int64_t pg_changed(struct db_stmt *st);
int pg_column_count(const struct db_stmt *st);
const char *pg_column_name(const struct db_stmt *st, int i);
enum db_kind pg_column_kind(struct db_stmt *st, int i);
int64_t pg_column_int(struct db_stmt *st, int i);
struct str pg_column_text(struct db_stmt *st, int i);

#endif
