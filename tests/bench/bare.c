/* bare.c: the bare cost; see bare.h. */
#include "bare.h"

#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "record/actor.h"
#include "text/bigram.h"

/* Steps through all rows and asks for every column, as any reader must. */
static enum rc read_all(struct ctx *ctx, struct db_stmt *st, uint64_t *sum)
{
    for (;;) {
        bool is_row;
        TRY(db_step(ctx, st, &is_row));
        if (!is_row)
            return RC_OK;
        for (int i = 0; i < db_column_count(st); i++)
            *sum += db_column_text(st, i).n;
    }
}

struct lap {
    int64_t began_us, end_us, cpu_us;
    int64_t count;
    uint64_t sum, random;
};

static int64_t thread_cpu_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static struct lap lap_start(const struct bare *bare)
{
    int64_t now = clock_monotonic_us();
    return (struct lap){
        .began_us = now, .end_us = now + bare->duration_us, .cpu_us = thread_cpu_us(), .random = 2463534242};
}

static bool lap_next(struct lap *lap) { return lap->count++ % 8 != 0 || clock_monotonic_us() < lap->end_us; }

static struct bare_rate lap_rate(const struct lap *lap)
{
    double count = (double)(lap->count - 1);
    return (struct bare_rate){count * 1e6 / (double)(clock_monotonic_us() - lap->began_us),
                              (double)(thread_cpu_us() - lap->cpu_us) / count};
}

enum rc bare_finding(struct bare *bare, struct bare_rate *ret)
{
    CLEANUP(db_stmt_free_ptr) struct db_stmt *st = NULL;
    TRY(db_prepare_text(
        bare->ctx, bare->db,
        STR("SELECT f.*, s.no, s.title, coalesce(a.title, ''), u.name FROM finding f JOIN source s ON s.id = "
            "f.source_id "
            "JOIN unit u ON u.id = f.unit_id LEFT JOIN aspect a ON a.id = f.aspect_id WHERE f.id = $id"),
        &st));
    struct lap lap = lap_start(bare);
    while (lap_next(&lap)) {
        db_bind_int(st, "id", bare->ids[seed_random(&lap.random) % bare->id_count]);
        TRY(read_all(bare->ctx, st, &lap.sum));
    }
    *ret = lap_rate(&lap);
    return RC_OK;
}

enum rc bare_list(struct bare *bare, struct bare_rate *ret)
{
#define LIST_SQL(where_order)                                                                                          \
    "SELECT f.id, f.no, f.mark, f.title, f.phase, f.nature, f.severity, f.status, f.amount_fen, f.due, f.label, "      \
    "f.measure_count, "                                                                                                \
    "f.changed_at, s.no, u.short_name FROM finding f JOIN source s ON s.id = f.source_id JOIN unit u ON u.id = "       \
    "f.unit_id WHERE " where_order " LIMIT 50"
    static const char *const texts[] = {
        LIST_SQL("f.status = 'registered' ORDER BY f.due_key, f.id"),
        LIST_SQL("f.phase || '' = 'long_term' ORDER BY f.changed_seq DESC"),
        LIST_SQL("f.phase || '' = 'immediate' ORDER BY f.amount_key DESC, f.id DESC"),
        LIST_SQL("f.status = 'registered' AND f.due_key < '2026-01-01' ORDER BY f.due_key DESC, f.id DESC")};
    enum { LISTS = sizeof texts / sizeof texts[0] };
    struct db_stmt *st[LISTS] = {0};
    enum rc rc = RC_OK;
    for (int i = 0; i < LISTS && rc == RC_OK; i++)
        rc = db_prepare_text(bare->ctx, bare->db, str_from_cstr(texts[i]), &st[i]);
    struct lap lap = lap_start(bare);
    for (int i = 0; rc == RC_OK && lap_next(&lap); i++)
        rc = read_all(bare->ctx, st[i % LISTS], &lap.sum);
    for (int i = 0; i < LISTS; i++)
        db_stmt_free(st[i]);
    *ret = lap_rate(&lap);
    return rc;
}

enum rc bare_search(struct bare *bare, struct bare_rate *ret)
{
    CLEANUP(db_stmt_free_ptr) struct db_stmt *st = NULL;
    bool is_lite = db_get_engine(bare->db) == DB_SQLITE;
    TRY(db_prepare_text(bare->ctx, bare->db,
                        is_lite ? STR("SELECT d.id, d.kind, d.target, d.title, d.body FROM search_fts JOIN search_doc "
                                      "d ON d.id = search_fts.rowid "
                                      "WHERE search_fts MATCH $match ORDER BY search_fts.rowid DESC LIMIT 50")
                                : STR("SELECT d.id, d.kind, d.target, d.title, d.body FROM search_doc d "
                                      "WHERE d.tokens @@ CAST($match AS tsquery) ORDER BY d.id DESC LIMIT 50"),
                        &st));
    struct lap lap = lap_start(bare);
    struct str match[32];
    for (size_t i = 0; i < 32; i++) {
        struct bigram_query query;
        TRY(bigram_query(bare->ctx->arena, words_get(bare->words, "search", i), &query));
        match[i] = is_lite ? bigram_fts5_query(bare->ctx->arena, &query) : bigram_tsquery(bare->ctx->arena, &query);
    }
    while (lap_next(&lap)) {
        db_bind_text(st, "match", match[seed_random(&lap.random) % 32]);
        TRY(read_all(bare->ctx, st, &lap.sum));
    }
    *ret = lap_rate(&lap);
    return RC_OK;
}

static enum rc run_text(struct ctx *ctx, struct db *db, const char *sql)
{
    CLEANUP(db_stmt_free_ptr) struct db_stmt *st = NULL;
    TRY(db_prepare_text(ctx, db, str_from_cstr(sql), &st));
    return db_run(ctx, st);
}

enum { COMMITS_MAX = 200000 };

static int compare_times(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

enum rc bare_commit(struct bare *bare, struct str url, struct bare_rate *ret, double *ret_p99_ms)
{
    uint32_t *times_us = ARENA_NEW_ARRAY(bare->ctx->arena, uint32_t, COMMITS_MAX);
    if (!times_us)
        return arena_rc(bare->ctx->arena);
    CLEANUP(db_close_ptr) struct db *db = NULL;
    CLEANUP(db_stmt_free_ptr) struct db_stmt *st = NULL;
    TRY(db_open(bare->ctx, url, DB_CREATE, &db));
    TRY(run_text(bare->ctx, db, "CREATE TABLE IF NOT EXISTS bench_scratch (id bigint PRIMARY KEY, text text)"));
    TRY(run_text(bare->ctx, db, "DELETE FROM bench_scratch"));
    TRY(db_prepare_text(bare->ctx, db, STR("INSERT INTO bench_scratch (id, text) VALUES ($id, $text)"), &st));
    struct lap lap = lap_start(bare);
    while (lap_next(&lap) && lap.count < COMMITS_MAX) {
        int64_t from_us = clock_monotonic_us();
        TRY(db_begin(bare->ctx, db, true));
        db_bind_int(st, "id", lap.count);
        db_bind_text(st, "text", words_get(bare->words, "matter", (uint64_t)lap.count));
        TRY(db_run(bare->ctx, st));
        TRY(db_commit(bare->ctx, db));
        times_us[lap.count - 1] = (uint32_t)(clock_monotonic_us() - from_us);
    }
    *ret = lap_rate(&lap);
    size_t n = (size_t)lap.count - 1;
    qsort(times_us, n, sizeof *times_us, compare_times);
    *ret_p99_ms = n ? times_us[n - 1 - n / 100] / 1000.0 : 0;
    return run_text(bare->ctx, db, "DROP TABLE bench_scratch");
}

enum rc bare_pick_ids(struct ctx *ctx, struct db *db, size_t count, int64_t **ret_ids, size_t *ret_count)
{
    CLEANUP(db_stmt_free_ptr) struct db_stmt *last = NULL, *next = NULL;
    int64_t max;
    int64_t *ids = ARENA_NEW_ARRAY(ctx->arena, int64_t, count);
    if (!ids)
        return arena_rc(ctx->arena);
    TRY(db_prepare_text(ctx, db, STR("SELECT max(id) FROM finding"), &last));
    TRY(db_get_int(ctx, last, &max));
    TRY(db_prepare_text(ctx, db, STR("SELECT id FROM finding WHERE id >= $id ORDER BY id LIMIT 1"), &next));
    uint64_t random = 362436069;
    for (size_t i = 0; i < count; i++) {
        db_bind_int(next, "id", (int64_t)(seed_random(&random) % (uint64_t)max));
        TRY(db_get_int(ctx, next, &ids[i]));
    }
    *ret_ids = ids;
    *ret_count = count;
    return RC_OK;
}
