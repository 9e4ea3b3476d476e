/* record_writer_test.c: the writer: group commit, a full queue, failures of one and of all, stopping. */
#include "record_support.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"

enum { JOBS = 40 };

/* Holds the writer until the case has queued what it wants in one group. */
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static atomic_int done_count, wrong_count;

struct one {
    struct write_job job;
    struct ctx ctx;
    struct actor actor;
    struct value *input;
    struct store *store;
};

static enum rc wait_at_gate(struct ctx *ctx, struct db *db, void *arg)
{
    (void)ctx, (void)db, (void)arg;
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
    return RC_OK;
}

/* An answer must be true on another connection at once. */
static void check_durable(struct write_job *job)
{
    struct one *one = job->user;
    struct ctx ctx = {.arena = arena_new(1 << 20)};
    struct db *db = NULL;
    int64_t n = 0;
    if (job->rc == RC_OK && one->input) {
        bool ok = db_open(&ctx, one->store->url, DB_READ, &db) == RC_OK;
        struct db_stmt *st = ok ? db_query(db, Q_UNIT_FIND_CODE) : NULL;
        if (st)
            db_bind_text(st, "code", value_get_text(one->input, "code"));
        ok = ok && db_get_int(&ctx, st, &n) == RC_OK;
        if (!ok)
            atomic_fetch_add(&wrong_count, 1);
        db_close(db);
    }
    arena_free(ctx.arena);
    atomic_fetch_add(&done_count, 1);
}

static struct one *make_one(struct store *store, const char *code)
{
    struct one *one = alloc_zeroed(1, sizeof *one);
    char raw[200];
    one->ctx.arena = arena_new(4 << 20);
    one->actor = actor_program();
    one->store = store;
    snprintf(raw, sizeof raw, "{'parent_id': 1, 'code': '%s', 'name': 'x'}", code);
    struct value *typed = NULL;
    STORE_OK(command_read_input(store->ctx, &command_unit_create, json(store, raw), &typed));
    one->input = value_copy(one->ctx.arena, typed);
    one->job = (struct write_job){.command = &command_unit_create,
                                  .ctx = &one->ctx,
                                  .actor = &one->actor,
                                  .input = one->input,
                                  .done = check_durable,
                                  .user = one};
    return one;
}

static void free_one(struct one *one)
{
    arena_free(one->ctx.arena);
    alloc_free(one);
}

static struct writer *start(struct store *store, int queue_max)
{
    struct writer *writer = NULL;
    struct writer_config config = {.url = store->url, .threads = 1, .group_max = 16, .queue_max = queue_max};
    STORE_OK(writer_start(store->ctx, &config, &writer));
    atomic_store(&done_count, 0);
    atomic_store(&wrong_count, 0);
    return writer;
}

static struct one *make_gate(struct store *store)
{
    struct one *one = make_one(store, "gate");
    one->job.command = NULL;
    one->job.work = wait_at_gate;
    one->input = NULL;
    return one;
}

STORE_TEST(group_answers_only_what_is_durable)
{
    struct one *ones[JOBS + 1];
    make_root(store);
    struct writer *writer = start(store, 0);
    pthread_mutex_lock(&gate);
    ones[JOBS] = make_gate(store);
    STORE_OK(writer_submit(writer, &ones[JOBS]->job));
    for (int i = 0; i < JOBS; i++) {
        char code[16];
        snprintf(code, sizeof code, "U%d", i % 4 == 3 ? 0 : i); /* every fourth asks for a code that is taken */
        ones[i] = make_one(store, code);
        STORE_OK(writer_submit(writer, &ones[i]->job));
    }
    pthread_mutex_unlock(&gate);
    writer_stop(writer); /* drains */
    assert_int_equal(atomic_load(&done_count), JOBS + 1);
    assert_int_equal(atomic_load(&wrong_count), 0);
    for (int i = 0; i < JOBS; i++) {
        assert_int_equal(ones[i]->job.rc, i % 4 == 3 ? RC_CONFLICT : RC_OK);
        free_one(ones[i]);
    }
    free_one(ones[JOBS]);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM unit"), 1 + JOBS * 3 / 4);
    expect_clean(store);
    expect_rebuild_equal(store);
}

STORE_TEST(full_queue_and_a_stopping_writer_are_busy)
{
    struct one *ones[4];
    make_root(store);
    struct writer *writer = start(store, 2);
    pthread_mutex_lock(&gate);
    ones[0] = make_gate(store);
    STORE_OK(writer_submit(writer, &ones[0]->job));
    int64_t waiting = 1, commits, jobs;
    while (waiting) /* until the thread holds the first job */
        writer_get_counts(writer, &waiting, &commits, &jobs);
    for (int i = 1; i < 3; i++) {
        char code[16];
        snprintf(code, sizeof code, "Q%d", i);
        ones[i] = make_one(store, code);
        STORE_OK(writer_submit(writer, &ones[i]->job));
    }
    ones[3] = make_one(store, "Q3");
    assert_int_equal(writer_submit(writer, &ones[3]->job), RC_BUSY);
    pthread_mutex_unlock(&gate);
    writer_stop(writer);
    assert_int_equal(atomic_load(&done_count), 3);
    for (int i = 0; i < 4; i++)
        free_one(ones[i]);
    assert_int_equal(count_sql(store, "SELECT count(*) FROM unit"), 3);
}

STORE_TEST(failing_commit_fails_the_whole_group)
{
    struct one *ones[3];
    make_root(store);
    struct writer *writer = start(store, 0);
    int64_t before = event_count(store);
    for (long n = 1; n <= 3; n++) { /* begin, savepoint or release, commit ... of the gate's group */
        struct one *one = make_one(store, "never");
        one->job.done = NULL;
        db_fail_at(n);
        enum rc rc = writer_run(writer, &one->job);
        db_fail_at(0);
        assert_int_not_equal(rc, RC_OK);
        assert_int_equal(event_count(store), before);
        free_one(one);
    }
    for (int i = 0; i < 3; i++) {
        char code[16];
        snprintf(code, sizeof code, "after%d", i);
        ones[i] = make_one(store, code);
        STORE_OK(writer_run(writer, &ones[i]->job));
        free_one(ones[i]);
    }
    writer_stop(writer);
    expect_rebuild_equal(store);
}

/* Many connections on one chain: no lost number, no double one, no deadlock. */
STORE_TEST(several_writers_share_a_chain)
{
    struct one *ones[JOBS];
    struct writer *writer = NULL;
    int64_t root = make_root(store), source = make_source(store, root, "LY-2026-001");
    struct writer_config config = {.url = store->url, .threads = 4};
    STORE_OK(writer_start(store->ctx, &config, &writer));
    atomic_store(&done_count, 0);
    for (int i = 0; i < JOBS; i++) {
        struct value *typed = NULL;
        ones[i] = make_one(store, "x");
        STORE_OK(command_read_input(store->ctx, &command_finding_create,
                                    jsonf(store, "{'source_id': %lld, 'title': '问题'}", (long long)source), &typed));
        ones[i]->job.command = &command_finding_create;
        ones[i]->job.input = value_copy(ones[i]->ctx.arena, typed);
        ones[i]->input = NULL;
        STORE_OK(writer_submit(writer, &ones[i]->job));
    }
    writer_stop(writer);
    for (int i = 0; i < JOBS; i++) {
        assert_int_equal(ones[i]->job.rc, RC_OK);
        free_one(ones[i]);
    }
    assert_int_equal(count_sql(store, "SELECT finding_count FROM source"), JOBS);
    assert_int_equal(count_sql(store, "SELECT count(DISTINCT item_no) FROM finding"), JOBS);
    expect_clean(store);
}

enum { LOG_ROWS = 160, LOG_ROW_BYTES = 1 << 20, LOG_BYTES_MAX = 96 << 20 };

static int64_t count_in(struct store *store, struct db *db)
{
    struct db_stmt *st = NULL;
    int64_t n = -1;
    STORE_OK(db_prepare_text(store->ctx, db, STR("SELECT count(*) FROM import_mapping"), &st));
    STORE_OK(db_get_int(store->ctx, st, &n));
    db_stmt_free(st);
    return n;
}

static enum rc write_large_row(struct ctx *ctx, struct db *db, void *arg)
{
    char *text = arena_alloc(ctx->arena, LOG_ROW_BYTES);
    if (!text)
        return RC_NOMEM;
    memset(text, 'x', LOG_ROW_BYTES);
    struct db_stmt *st = db_query(db, Q_IMPORT_MAPPING_SET);
    db_bind_text(st, "signature", arena_format(ctx->arena, "%d", *(int *)arg));
    db_bind_text(st, "mapping", (struct str){text, LOG_ROW_BYTES});
    db_bind_int(st, "seq", 1);
    return db_run(ctx, st);
}

static int64_t log_bytes(const struct store *store)
{
    char path[300];
    struct stat info;
    (void)snprintf(path, sizeof path, "%.*s-wal", STR_ARG(store->url));
    return stat(path, &info) == 0 ? info.st_size : 0;
}

/* 160 MB go through the log, half of them while somebody reads in an old snapshot of it, who must neither hold up the
 * commits nor keep the log from beginning anew once he has gone. */
STORE_TEST(log_stays_short_under_writing_and_reading)
{
    struct db *reader = store_connect(store, DB_READ);
    struct writer *writer = start(store, 0);
    for (int i = 0; i < LOG_ROWS; i++) {
        struct one *one = make_gate(store);
        one->job.work = write_large_row;
        one->job.arg = &i;
        STORE_OK(writer_run(writer, &one->job));
        free_one(one);
        if (i == LOG_ROWS / 8) {
            STORE_OK(db_begin(store->ctx, reader, false));
            assert_int_equal(count_in(store, reader), i + 1);
        }
        if (i == LOG_ROWS * 3 / 8) {
            assert_int_equal(count_in(store, reader), LOG_ROWS / 8 + 1);
            db_rollback(reader);
        }
    }
    if (db_get_engine(store->db) == DB_SQLITE)
        assert_true(log_bytes(store) > 0 && log_bytes(store) < LOG_BYTES_MAX);
    writer_stop(writer);
    assert_int_equal(count_in(store, reader), LOG_ROWS);
    db_close(reader);
}

STORE_TEST(writer_of_an_absent_database_does_not_start)
{
    struct writer *writer = NULL;
    struct writer_config config = {.url = STR("/nonexistent/x.db")};
    assert_int_not_equal(writer_start(store->ctx, &config, &writer), RC_OK);
}

int main(void)
{
    return STORE_RUN(
        STORE_CASE(group_answers_only_what_is_durable), STORE_CASE(full_queue_and_a_stopping_writer_are_busy),
        STORE_CASE(failing_commit_fails_the_whole_group), STORE_CASE(several_writers_share_a_chain),
        STORE_CASE(log_stays_short_under_writing_and_reading), STORE_CASE(writer_of_an_absent_database_does_not_start));
}
