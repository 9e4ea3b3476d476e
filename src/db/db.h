/* db.h: one interface over SQLite and PostgreSQL.
 *
 * The URL decides: "bihuan.db", "sqlite:///abs/path", "sqlite:rel/path", "postgresql://...".  SQL text lives only in
 * sql/; a statement is known by its enum query (made from sql/query/NOUN.sql).  PostgreSQL prepares them all when the
 * connection opens, in one exchange; SQLite each at its first use (docs/decisions/0010).  Parameters bind by name. Text
 * results are valid until the next step or reset of that statement.
 *
 * A struct db is one connection; one thread at a time.  Readers of SQLite each have their own; there is one
 * writer (record/writer.h).
 */
#ifndef BIHUAN_DB_DB_H
#define BIHUAN_DB_DB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/rc.h"
#include "base/str.h"
#include "base/value.h"
#ifndef DB_WITHOUT_QUERIES /* db_lib itself serves any catalogue */
#include "queries.h"       /* generated: enum query { Q_FINDING_GET, ... , QUERY_COUNT } */
#endif

struct db;
struct db_stmt;

enum db_engine { DB_SQLITE, DB_POSTGRES };
enum db_mode {
    DB_READ,       /* pages; SQLite opens query-only */
    DB_WRITE,      /* SQLite: WAL, synchronous=FULL */
    DB_WRITE_LATE, /* the writer of a server: as DB_WRITE, but see db_sync_log */
    DB_CREATE,     /* as DB_WRITE, makes the database when absent; ready for queries only after db_migrate */
    DB_LOG,        /* only for db_checkpoint; has no statements */
};

/* Opens a connection, ready for queries (not with DB_CREATE).  RC_NOT_FOUND: no such database;
 * RC_DB: the engine refused (detail in ctx). */
enum rc db_open(struct ctx *ctx, struct str url, enum db_mode mode, struct db **ret_db) MUST_CHECK;
void db_close(struct db *db); /* takes NULL */
void db_close_ptr(struct db **db);
enum db_engine db_get_engine(const struct db *db);

/* Brings the schema up to the newest migration; forward only, checksummed.  RC_CHAIN: an applied migration's
 * text has changed.  Then the connection is ready for queries. */
enum rc db_migrate(struct ctx *ctx, struct db *db) MUST_CHECK;
/* Newest migration number applied / known to this program. */
enum rc db_schema_version(struct ctx *ctx, struct db *db, int *ret_applied, int *ret_known) MUST_CHECK;

/* The statement of q, reset and with all parameters null.  Never NULL once the connection is open. */
struct db_stmt *db_query(struct db *db, int q);
/* A statement of a list page: the text of list query q with exactly the fragments named in `filters`
 * (bit i = i-th --:filter of the block) and the sort fragment `sort` (index of its --:sort).  Built from the closed
 * set in sql/, prepared at first use and kept among the DB_LIST_CACHE_MAX (64) newest of the connection.  NULL when
 * there is no such filter or sort, or the engine refuses. */
struct db_stmt *db_query_list(struct db *db, int q, uint64_t filters, int sort);
/* Prepares every query, and every list with each filter and sort once: what db_open cannot do cheaply.  For tests. */
enum rc db_try_all(struct ctx *ctx, struct db *db) MUST_CHECK;

/* The result may be long: on PostgreSQL rows come one by one instead of all at once.  Until the next reset; say it
 * before the first step.  Another statement may run meanwhile (it makes the rest of this one be read into memory). */
void db_set_stream(struct db_stmt *st);

/* How many rows match hangs so much on the values that one plan cannot serve all: PostgreSQL plans this run by what is
 * bound, which costs some tenths of a millisecond.  Until the next reset; say it before the first step. */
void db_set_plan_by_values(struct db_stmt *st);

/* The statement may take about so many steps of the engine, until the next reset; say it before the first step.  When
 * they are used up it ends as if there were no more rows, and db_is_cut says so.  Only SQLite can count; PostgreSQL,
 * which knows how values are spread, is trusted with its plan. */
void db_set_steps(struct db_stmt *st, int steps);
bool db_is_cut(const struct db_stmt *st);

/* Binding by name (without '$').  Binding a name that the statement does not have is allowed and ignored, so one
 * set of values can serve several statements.  Text is kept alive by the caller until the next reset; a NUL byte in it
 * gives RC_BAD_ENCODING at the next step.  Binding ends a statement that is running. */
void db_bind_int(struct db_stmt *st, const char *name, int64_t value);
void db_bind_text(struct db_stmt *st, const char *name, struct str value);
void db_bind_blob(struct db_stmt *st, const char *name, struct str bytes);
void db_bind_null(struct db_stmt *st, const char *name);
/* Binds every child of a map by its key: int and bool as integer, text as text, null as null; lists and maps as
 * their JSON text. */
void db_bind_map(struct db_stmt *st, const struct value *map);

/* Runs to the next row.  *ret_is_row false at the end.  RC_CONFLICT on a unique or foreign key breach, RC_BUSY when
 * locked out, RC_DB otherwise; the statement is reset after an error or the end. */
enum rc db_step(struct ctx *ctx, struct db_stmt *st, bool *ret_is_row) MUST_CHECK;
/* Runs a statement to its end and drops rows. */
enum rc db_run(struct ctx *ctx, struct db_stmt *st) MUST_CHECK;
/* As db_run; also the number of rows changed. */
enum rc db_run_count(struct ctx *ctx, struct db_stmt *st, int64_t *ret_changed) MUST_CHECK;
/* First row's first column as integer; RC_NOT_FOUND when there is no row. */
enum rc db_get_int(struct ctx *ctx, struct db_stmt *st, int64_t *ret_value) MUST_CHECK;
/* Rows changed by this connection so far, by whatever statement; -1 where that is not known (PostgreSQL). */
int64_t db_total_changes(const struct db *db);
void db_reset(struct db_stmt *st); /* ends a statement early; takes NULL */

int db_column_count(const struct db_stmt *st);
const char *db_column_name(const struct db_stmt *st, int i);
bool db_column_is_null(struct db_stmt *st, int i);
int64_t db_column_int(struct db_stmt *st, int i);     /* 0 for null */
struct str db_column_text(struct db_stmt *st, int i); /* until the next step; empty for null */
/* Whole row as a map in the arena, texts copied; integers stay integers. */
struct value *db_row(struct arena *arena, struct db_stmt *st);
const char *db_stmt_name(const struct db_stmt *st); /* of the query; "" for others */
/* All rows as a list of maps. */
enum rc db_rows(struct ctx *ctx, struct db_stmt *st, struct value **ret_list) MUST_CHECK;
/* First row or NULL in *ret_map (and RC_OK) when there is none. */
enum rc db_first_row(struct ctx *ctx, struct db_stmt *st, struct value **ret_map) MUST_CHECK;

/* Transactions.  Begin for writing takes the write lock at once on SQLite; begin for reading gives one snapshot.  An
 * uncommitted one rolls back on close, and when its commit fails.  After a failed statement roll
 * back, at least to the savepoint: until then every step, savepoint and commit gives RC_DB (RC_BUSY after RC_BUSY), on
 * both engines.  A lost PostgreSQL connection gives RC_BUSY; outside a transaction the next call connects again. */
enum rc db_begin(struct ctx *ctx, struct db *db, bool is_write) MUST_CHECK;
enum rc db_commit(struct ctx *ctx, struct db *db) MUST_CHECK;
void db_rollback(struct db *db);
/* Whether a statement of the open transaction has failed, or there is none any more. */
bool db_is_broken(const struct db *db);
/* Savepoints, for one command inside a group of commands. */
enum rc db_savepoint(struct ctx *ctx, struct db *db) MUST_CHECK;
enum rc db_savepoint_release(struct ctx *ctx, struct db *db) MUST_CHECK;
void db_savepoint_rollback(struct db *db);

/* Somebody who keeps changes of the open transaction in memory.  flush writes them: it is called before each savepoint
 * and before the commit, which fail when it fails.  forget drops them: after every commit and rollback, also one to a
 * savepoint, behind which nothing was kept that is not written.  free: when the connection closes. */
enum { DB_KEEPERS_MAX = 4 };
struct db_keeper {
    enum rc (*flush)(struct ctx *ctx, struct db *db, void *arg);
    void (*forget)(void *arg);
    void (*free)(void *arg);
};
/* Each kind of keeper once, DB_KEEPERS_MAX in all; false when there is no place: a mistake of the program. */
bool db_add_keeper(struct db *db, const struct db_keeper *keeper, void *arg);
void *db_get_keeper(const struct db *db, const struct db_keeper *keeper); /* its arg; NULL when it was not added */

/* Settings of a connection.  Time to wait for locks before RC_BUSY (default 5 s); page cache of SQLite (default
 * 16 MiB); bulk load, which gives up durability until it is turned off again (tests, rebuild into a new file). */
enum rc db_set_busy_ms(struct db *db, int busy_ms) MUST_CHECK;
enum rc db_set_cache_kb(struct db *db, int cache_kb) MUST_CHECK;
enum rc db_set_bulk(struct db *db, bool is_bulk) MUST_CHECK;

/* The write-ahead log of SQLite.  A connection opened with DB_WRITE_LATE commits without waiting for the disk: what it
 * has committed is seen by everybody, and is durable once db_sync_log, called after the commit, has returned.  So one
 * thread writes while another waits for the disk.  Nobody may be told of a change before.  The commits of PostgreSQL
 * are durable. Any thread may call it, one at a time, while the connection is in use.  RC_IO: what was committed since
 * the last success may be lost at a power failure, and no later call can mend that. */
enum rc db_sync_log(struct ctx *ctx, struct db *db) MUST_CHECK;

/* A connection that has said db_set_own_checkpoints copies no pages at its commits:
 * somebody must call db_checkpoint, or the log grows.  PostgreSQL does this by itself: nothing happens and the counts
 * are 0. */
void db_set_own_checkpoints(struct db *db);
/* Pages in the log after the last commit of this connection, once it has said so. */
int64_t db_log_pages(const struct db *db);
/* Copies pages of the log into the database file: with readers_ms 0 what is possible while others work; else all of
 * them, holding off writers and waiting so long for readers to leave, so that the next commit begins the log anew.
 * *ret_left: pages not yet copied.  RC_BUSY: somebody else is at it, or a reader stays. */
enum rc db_checkpoint(struct ctx *ctx, struct db *db, int readers_ms, int64_t *ret_left) MUST_CHECK;

/* Whole-database work for check, rebuild and backup. */
/* Names of all tables but those listed as local (sessions, jobs, ...), in a fixed order. */
enum rc db_list_tables(struct ctx *ctx, struct db *db, struct value **ret_names) MUST_CHECK;
/* Statement over free text; only for the program's own maintenance verbs and tests, never with outside text. */
enum rc db_prepare_text(struct ctx *ctx, struct db *db, struct str sql, struct db_stmt **ret_stmt) MUST_CHECK;
void db_stmt_free(struct db_stmt *st); /* only for db_prepare_text */
void db_stmt_free_ptr(struct db_stmt **st);
/* Foreign-key and integrity check by the engine; *ret_problems is a list of texts. */
enum rc db_check(struct ctx *ctx, struct db *db, struct value **ret_problems) MUST_CHECK;
/* Online copy of the database into a new file (SQLite: backup API; PostgreSQL: pg_dump's custom format), verified
 * and durable.  RC_CONFLICT: the file exists. */
enum rc db_backup(struct ctx *ctx, struct db *db, struct str to_path) MUST_CHECK;
/* Fills the empty PostgreSQL database of url from such a copy: all of it or nothing. */
enum rc db_restore_postgres(struct ctx *ctx, struct str url, struct str from_path) MUST_CHECK;
/* The n-th database call from now on fails with RC_DB, once (torture tests); 0 turns it off.  Calls are: open, begin,
 * commit, savepoint, release, preparing free text, backup, and every step. */
void db_fail_at(long n);
/* True once the armed failure has happened. */
bool db_has_failed(void);

#endif
