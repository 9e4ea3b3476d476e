/* internal.h: what the two engines share behind db.h. */
#ifndef BIHUAN_DB_INTERNAL_H
#define BIHUAN_DB_INTERNAL_H

#define DB_WITHOUT_QUERIES /* this library serves any catalogue */
#include "db/catalog.h"
#include "db/db.h"

enum { DB_LIST_CACHE_MAX = 64, DB_BUSY_MS = 5000, DB_CACHE_KB = 16 * 1024, DB_SQL_BYTES_MAX = 1 << 20 };

enum db_kind { DB_KIND_NULL, DB_KIND_INT, DB_KIND_TEXT };

/* Memory that lives until the statement is reset (JSON made by db_bind_map). */
struct db_owned {
    struct db_owned *next;
    char bytes[];
};

struct db_stmt {
    struct db *db;
    struct db_stmt *next; /* all statements of the connection */
    const char *name;     /* for messages and as the server's name; points into the same block */
    const char *sql;      /* with numbered parameters */
    struct str *params;   /* names; number i+1 in the text */
    int param_count;
    bool is_running; /* stepped, not yet at its end */
    bool is_stream, is_planned_by_values;
    bool is_limited, is_cut; /* see db_set_steps; is_cut stays until the statement is used again */
    enum rc bind_rc;
    struct db_owned *owned;
    void *engine; /* sqlite3_stmt or struct pg_stmt */
    int query;    /* of a list: key in the cache, with filters and sort; else -1 */
    uint64_t filters;
    int sort;
    uint64_t used_at;
};

struct db;

/* What an engine does.  Details of failures are put on ctx by the engine. */
struct db_ops {
    enum db_engine engine;
    char param_mark;    /* '?' or '$' before the number of a parameter */
    bool prepares_late; /* each query when it is first used, not all when the connection opens */
    enum rc (*open)(struct ctx *ctx, struct db *db);
    void (*close)(struct db *db);
    enum rc (*exec)(struct ctx *ctx, struct db *db, const char *sql); /* one or more statements without results */
    enum rc (*prepare)(struct ctx *ctx, struct db *db, struct db_stmt **list, int count);
    void (*finalize)(struct db_stmt *st);
    void (*clear)(struct db_stmt *st); /* all parameters null */
    enum rc (*bind_int)(struct db_stmt *st, int i, int64_t value);
    enum rc (*bind_text)(struct db_stmt *st, int i, struct str value, bool is_blob);
    enum rc (*bind_null)(struct db_stmt *st, int i);
    enum rc (*step)(struct ctx *ctx, struct db_stmt *st, bool *ret_is_row);
    void (*reset)(struct db_stmt *st);
    bool (*is_done)(struct db_stmt *st);    /* at its first row: nothing but reading is left */
    int64_t (*changed)(struct db_stmt *st); /* rows changed by the run that just ended */
    int (*column_count)(const struct db_stmt *st);
    const char *(*column_name)(const struct db_stmt *st, int i);
    enum db_kind (*column_kind)(struct db_stmt *st, int i);
    int64_t (*column_int)(struct db_stmt *st, int i);
    struct str (*column_text)(struct db_stmt *st, int i);
    enum rc (*set)(struct db *db, int busy_ms, int cache_kb, int is_bulk); /* -1 leaves a value as it is */
    void (*set_steps)(struct db_stmt *st, int steps);                      /* 0: no limit; NULL: cannot count */
    int64_t (*total_changes)(const struct db *db);                         /* NULL: not known */
    enum rc (*sync_log)(struct ctx *ctx, struct db *db);                   /* NULL where commits are durable */
    void (*watch_log)(struct db *db); /* this and the next are NULL where there is no log of ours */
    enum rc (*checkpoint)(struct ctx *ctx, struct db *db, int readers_ms, int64_t *ret_left);
    enum rc (*check)(struct ctx *ctx, struct db *db, struct value *problems);
    enum rc (*backup)(struct ctx *ctx, struct db *db, const char *to_path); /* into an empty file; verified */
};

extern const struct db_ops db_sqlite_ops, db_postgres_ops;

struct db {
    const struct db_ops *ops;
    enum db_mode mode;
    char *url;  /* as given */
    char *path; /* SQLite: the file */
    void *conn;
    struct db_stmt **queries; /* by enum query; NULL before they are prepared */
    struct db_stmt *spare;    /* in the place of one for which there is no memory: its step says so */
    struct db_stmt *all;
    struct db_stmt *lists[DB_LIST_CACHE_MAX];
    uint64_t list_clock;
    bool is_in_tx;
    enum rc broken_rc; /* RC_DB or RC_BUSY once a statement of the transaction has failed, until it is rolled back, at
                          least to the savepoint */
    bool is_closing;
    int savepoints;
    int running; /* statements with is_running */
    int busy_ms, cache_kb;
    int log_fd;        /* of the log, for its syncs alone; -1: not open yet */
    int64_t log_pages; /* see db_log_pages */
    struct {
        const struct db_keeper *keeper;
        void *arg;
    } keepers[DB_KEEPERS_MAX];
    int keeper_count;
    long serial; /* for names of statements */
};

/* True when the armed failure of db_fail_at falls on this call; then the detail is on ctx. */
bool db_is_failing(struct ctx *ctx);
/* New statement, not yet prepared: parameters numbered by first appearance.  NULL when memory is short. */
struct db_stmt *db_stmt_new(struct db *db, const char *name, struct str sql);
/* Takes it out of the connection and frees it. */
void db_stmt_drop(struct db_stmt *st);
/* Text of a list with the chosen fragments; false when filters or sort are outside the list. */
bool db_list_text(const struct db_query_text *text, enum db_engine engine, uint64_t filters, int sort, struct buf *out);
/* Prepares every statement of the catalogue, unless the engine does so late. */
enum rc db_prepare_all(struct ctx *ctx, struct db *db);
/* Marks the transaction as gone (the engine rolled it back or the connection broke). */
void db_forget_transaction(struct db *db);
/* What would let a breach of a constraint in, then every foreign key counted through. */
enum rc db_postgres_check(struct ctx *ctx, struct db *db, struct value *problems);
/* Runs a program without a shell and waits; envp entries are added to ours.  On failure its standard error is the
 * detail. */
enum rc db_run_program(struct ctx *ctx, char *const argv[], char *const envp[]);

#endif
