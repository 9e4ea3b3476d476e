/* threads_test.c: several connections at once, each in its thread. */
#include "store_test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

enum { READERS = 3, WRITES = 200, WRITERS = 2 };

struct worker {
    struct str url;
    pthread_t thread;
    int number;
    enum rc rc;
    int64_t reads;
};

static atomic_bool is_done;

static struct ctx new_ctx(void) { return (struct ctx){.arena = arena_new(16 << 20)}; }

/* Counts in one snapshot twice: the two must agree, and never shrink from one snapshot to the next. */
static enum rc read_until_done(struct ctx *ctx, struct worker *worker)
{
    CLEANUP(db_close_ptr) struct db *db = NULL;
    TRY(db_open(ctx, worker->url, DB_READ, &db));
    int64_t last = 0;
    while (!is_done || worker->reads == 0) {
        struct value *first = NULL, *second = NULL;
        TRY(db_begin(ctx, db, false));
        TRY(db_rows(ctx, db_query(db, Q_OWNER_NUMBERS), &first));
        TRY(db_rows(ctx, db_query(db, Q_OWNER_NUMBERS), &second));
        TRY(db_commit(ctx, db));
        int64_t count = (int64_t)value_count(first);
        if (!value_equal(first, second) || count < last || count % 2 != 0)
            return RC_INTERNAL;
        last = count;
        worker->reads++;
        arena_reset(ctx->arena);
    }
    return RC_OK;
}

/* Two rows in each transaction. */
static enum rc write_pairs(struct ctx *ctx, struct worker *worker)
{
    CLEANUP(db_close_ptr) struct db *db = NULL;
    TRY(db_open(ctx, worker->url, DB_WRITE, &db));
    TRY(db_set_bulk(db, true));
    for (int i = 0; i < WRITES; i++) {
        TRY(db_begin(ctx, db, true));
        for (int k = 0; k < 2; k++) {
            char name[30];
            int64_t id = (i * 2 + k) * WRITERS + worker->number + 1;
            snprintf(name, sizeof name, "owner %d", (int)id);
            struct db_stmt *st = db_query(db, Q_OWNER_INSERT);
            db_bind_int(st, "id", id);
            db_bind_text(st, "name", str_from_cstr(name));
            TRY(db_run(ctx, st));
        }
        TRY(db_commit(ctx, db));
    }
    return RC_OK;
}

static enum rc migrate_new(struct ctx *ctx, struct worker *worker)
{
    CLEANUP(db_close_ptr) struct db *db = NULL;
    TRY(db_open(ctx, worker->url, DB_CREATE, &db));
    return db_migrate(ctx, db);
}

static void run_worker(struct worker *worker, enum rc (*run)(struct ctx *, struct worker *))
{
    struct ctx ctx = new_ctx();
    worker->rc = run(&ctx, worker);
    for (const struct ctx_issue *issue = ctx.first; issue; issue = issue->next)
        fprintf(stderr, "%s %.*s\n", rc_name(issue->rc), STR_ARG(issue->args[0]));
    arena_free(ctx.arena);
}

static void *read_thread(void *arg)
{
    run_worker(arg, read_until_done);
    return NULL;
}

static void *write_thread(void *arg)
{
    run_worker(arg, write_pairs);
    return NULL;
}

static void *migrate_thread(void *arg)
{
    run_worker(arg, migrate_new);
    return NULL;
}

static void start(struct worker *worker, struct str url, int number, void *(*run)(void *))
{
    *worker = (struct worker){.url = url, .number = number};
    assert_int_equal(pthread_create(&worker->thread, NULL, run, worker), 0);
}

STORE_TEST(readers_see_whole_transactions_while_writers_work)
{
    struct worker readers[READERS], writers[WRITERS];
    is_done = false;
    for (int i = 0; i < READERS; i++)
        start(&readers[i], store->url, i, read_thread);
    for (int i = 0; i < WRITERS; i++)
        start(&writers[i], store->url, i, write_thread);
    for (int i = 0; i < WRITERS; i++)
        pthread_join(writers[i].thread, NULL);
    is_done = true;
    for (int i = 0; i < READERS; i++)
        pthread_join(readers[i].thread, NULL);
    for (int i = 0; i < WRITERS; i++)
        STORE_OK(writers[i].rc);
    for (int i = 0; i < READERS; i++)
        STORE_OK(readers[i].rc);
    struct value *rows = NULL;
    STORE_OK(db_rows(store->ctx, db_query(store->db, Q_OWNER_NUMBERS), &rows));
    assert_int_equal(value_count(rows), WRITERS * WRITES * 2);
}

STORE_TEST(servers_may_migrate_at_the_same_time)
{
    static const char *const drop[] = {
        "DROP TABLE tag",        "DROP TABLE note",     "DROP TABLE owner",           "DROP TABLE note_session",
        "DROP TABLE user_scope", "DROP TABLE note_fts", "DROP TABLE schema_migration"};
    struct worker workers[READERS];
    for (size_t i = 0; i < sizeof drop / sizeof *drop; i++) {
        CLEANUP(db_stmt_free_ptr) struct db_stmt *st = NULL;
        STORE_OK(db_prepare_text(store->ctx, store->db, str_from_cstr(drop[i]), &st));
        STORE_OK(db_run(store->ctx, st));
    }
    for (int i = 0; i < READERS; i++)
        start(&workers[i], store->url, i, migrate_thread);
    for (int i = 0; i < READERS; i++)
        pthread_join(workers[i].thread, NULL);
    for (int i = 0; i < READERS; i++)
        STORE_OK(workers[i].rc);
}

int main(void)
{
    return STORE_RUN(STORE_CASE(readers_see_whole_transactions_while_writers_work),
                     STORE_CASE(servers_may_migrate_at_the_same_time));
}
