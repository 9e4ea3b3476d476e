/* loop_bench.c: what the loop costs with 100 000 findings, 400 000 tasks, 2 000 000 reports, 800 units.
 *
 *   loop-bench BIHUAN WORDS OUT_DIR
 *
 * Seeds OUT_DIR/bench-loop-ROWS.db once and keeps it; BIHUAN_BENCH_LOOP_ROWS (100000): findings, the rest follows.
 * Pages are asked for over one connection, so that their median is the time of one page.  Writes
 * OUT_DIR/bench-loop.json.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "load.h"
#include "loop/tick.h"
#include "loop/truth.h"
#include "loop_seed.h"
#include "report.h"
#include "server.h"

enum { RUN_US = 3000000, WARM_RUNS = 5, SOURCES = 40, TEXTS = 400, PATH_BYTES = 1024, ARENA_BYTES = 256 << 20 };

struct loop_bench {
    struct ctx ctx;
    struct report report;
    const struct words *words;
    struct server server;
    struct str office, reporter; /* tokens of sessions */
    int64_t sources[SOURCES];
    int source_count;
    int64_t tick_began_us;
};

/* ---- pages -------------------------------------------------------------------------------------------------- */

struct asked {
    const struct loop_bench *bench;
    const char *path; /* with the number of a source behind it when it ends with = */
    struct str token;
};

static void write_request(void *arg, uint64_t n, struct buf *out)
{
    const struct asked *asked = arg;
    struct str path = str_from_cstr(asked->path);
    buf_add_format(out, "GET %s", asked->path);
    if (str_has_suffix(path, STR("=")))
        buf_add_int64(out, asked->bench->sources[n % (uint64_t)asked->bench->source_count]);
    buf_add_format(out, " HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: text/html\r\nCookie: bihuan=%.*s\r\n\r\n",
                   asked->bench->server.port, STR_ARG(asked->token));
}

static bool measure_page(struct loop_bench *bench, const char *name, const char *path, struct str token, double budget)
{
    struct asked asked = {bench, path, token};
    struct load load = {.port = bench->server.port,
                        .connections = 1,
                        .duration_us = RUN_US,
                        .write = write_request,
                        .arg = &asked,
                        .status = 200};
    struct load_result result;
    fprintf(stderr, "%s ...\n", name);
    bool is_good = load_run(&load, &result) && !result.failures;
    for (int i = 0; i < WARM_RUNS && !is_good && result.last_status == 0;
         i++) { /* the first answer took longer than a run */
        fprintf(stderr, "%s: no answer yet\n", path);
        is_good = load_run(&load, &result) && !result.failures;
    }
    if (!is_good) {
        fprintf(stderr, "%s: %lld wrong answers, the last one %d\n", path, (long long)result.failures,
                result.last_status);
        return false;
    }
    report_add(&bench->report, "ms", result.p50_ms, 0, budget, "%s, median", name);
    report_add(&bench->report, "ms", result.p99_ms, 0, 0, "%s, p99", name);
    report_add(&bench->report, "kB", (double)result.bytes / (double)result.count / 1000, 0, 0, "%s, size", name);
    return true;
}

static bool measure_pages(struct loop_bench *bench)
{
    const struct {
        const char *name, *path;
        struct str token;
        double budget;
    } pages[] = {
        {"board", "/board", bench->office, 20},
        {"board of one source", "/board?source=", bench->office, 20},
        {"mind map of one source", "/map?source=", bench->office, 50},
        {"mind map of one source by unit", "/map?group=unit&source=", bench->office, 50},
        {"search in the mind map of one source", "/map?q=%E8%B5%84%E6%96%99&source=", bench->office, 0},
        {"gantt of one source", "/gantt?source=", bench->office, 50},
        {"my work of the office", "/", bench->office, 5},
        {"my work of a unit", "/", bench->reporter, 5},
        {"list of tasks", "/tasks", bench->office, 20},
        {"list of reports that wait", "/board/waits", bench->office, 20},
    };
    bool is_good = true;
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
        is_good = measure_page(bench, pages[i].name, pages[i].path, pages[i].token, pages[i].budget) && is_good;
    return is_good;
}

/* ---- daily work --------------------------------------------------------------------------------------------- */

struct day {
    struct loop_bench *bench;
    struct db *db;
    bool is_reported;
};

static enum rc run_batch(void *arg, struct write_job *job) { return writer_run_once(((struct day *)arg)->db, job); }

static void heard(void *arg, const char *name, int64_t changed, struct ctx *ctx, enum rc rc)
{
    struct day *day = arg;
    int64_t now_us = clock_monotonic_us();
    double ms = (double)(now_us - day->bench->tick_began_us) / 1000;
    (void)ctx;
    fprintf(stderr, "tick %s: %lld changed, %.0f ms, %s\n", name, (long long)changed, ms, rc_name(rc));
    if (day->is_reported)
        report_add(&day->bench->report, "ms", ms, 0, str_equal(str_from_cstr(name), STR("notice")) ? 5000 : 0,
                   "daily work over everything: %s", name);
    day->bench->tick_began_us = now_us;
}

/* The day before first, so that what piled up in forty days is not counted as one day's work. */
static enum rc measure_ticks(struct loop_bench *bench, struct db *db)
{
    struct day day = {.bench = bench, .db = db};
    char text[DATE_TEXT_BYTES];
    for (int32_t date = clock_today() - 1; date <= clock_today(); date++) {
        int64_t began_us = clock_monotonic_us();
        day.is_reported = date == clock_today();
        bench->tick_began_us = began_us;
        TRY(tick_run_all(date_format(date, text), run_batch, heard, &day));
        if (day.is_reported)
            report_add(&bench->report, "ms", (double)(clock_monotonic_us() - began_us) / 1000, 0, 0,
                       "daily work over everything: all of it");
    }
    return RC_OK;
}

/* ---- likeness ----------------------------------------------------------------------------------------------- */

/* Every second text is one that a report has already. */
static enum rc measure_likeness(struct loop_bench *bench, struct db *db)
{
    struct ctx own = {.arena = arena_new(ARENA_BYTES)};
    struct actor program = actor_program();
    double sum = 0, most = 0;
    int64_t found = 0;
    enum rc rc = own.arena ? RC_OK : RC_NOMEM;
    for (int i = 0; rc == RC_OK && i < TEXTS; i++) {
        arena_reset(own.arena);
        struct command_call call = {.ctx = &own, .db = db, .actor = &program, .now_ms = clock_now_ms()};
        struct str text =
            loop_seed_words(own.arena, bench->words, i % 2 ? (uint64_t)i * 97 : (1ULL << 40) + (uint64_t)i);
        struct value *same = NULL;
        int64_t began_us = clock_monotonic_us();
        rc = truth_find_same(&call, 0, text, &same);
        double ms = (double)(clock_monotonic_us() - began_us) / 1000;
        sum += ms;
        most = ms > most ? ms : most;
        found += value_count(same) > 0;
    }
    arena_free(own.arena);
    TRY(rc);
    report_add(&bench->report, "ms", sum / TEXTS, 0, 20, "likeness of a new report to all, mean");
    report_add(&bench->report, "ms", most, 0, 0, "likeness of a new report to all, most");
    report_add(&bench->report, "of 400", (double)found, 0, 0, "likeness: texts of which one was found");
    return RC_OK;
}

/* ---- all ---------------------------------------------------------------------------------------------------- */

static enum rc read_sources(struct loop_bench *bench, struct db *db)
{
    CLEANUP(db_stmt_free_ptr) struct db_stmt *st = NULL;
    TRY(db_prepare_text(&bench->ctx, db, STR("SELECT id FROM source ORDER BY id"), &st));
    for (bool is_row = true; is_row && bench->source_count < SOURCES;) {
        TRY(db_step(&bench->ctx, st, &is_row));
        if (is_row)
            bench->sources[bench->source_count++] = db_column_int(st, 0);
    }
    return RC_OK;
}

static enum rc prepare(struct loop_bench *bench, struct str url, int64_t rows)
{
    struct db *db CLEANUP(db_close_ptr) = NULL, *own CLEANUP(db_close_ptr) = NULL;
    TRY(seed_open(&bench->ctx, url, rows, bench->words, &db));
    db_close(db);
    db = NULL;
    TRY(db_open(&bench->ctx, url, DB_WRITE, &db));
    TRY(loop_seed(&bench->ctx, db, bench->words));
    TRY(db_open(&bench->ctx, url, DB_WRITE, &own)); /* with the cache of daily use */
    TRY(measure_ticks(bench, own));
    TRY(measure_likeness(bench, own));
    TRY(seed_sign_in(&bench->ctx, own, "bench", &bench->office, &(struct str){0}));
    TRY(seed_sign_in(&bench->ctx, own, "reporter", &bench->reporter, &(struct str){0}));
    return read_sources(bench, own);
}

static bool measure_all(struct loop_bench *bench, const char *program, const char *out)
{
    const char *wish = getenv("BIHUAN_BENCH_LOOP_ROWS");
    int64_t rows = wish && *wish ? atoll(wish) : 100000;
    struct str url = arena_format(bench->ctx.arena, "%s/bench-loop-%lld.db", out, (long long)rows);
    enum rc rc = prepare(bench, url, rows);
    if (rc != RC_OK) {
        fprintf(stderr, "%.*s: %s %.*s\n", STR_ARG(url), rc_name(rc), bench->ctx.last ? (int)bench->ctx.last->key.n : 0,
                bench->ctx.last ? bench->ctx.last->key.p : "");
        return false;
    }
    const char *argv[] = {program, "serve", "--db", url.p, "--port", "0", "--log-level", "error", NULL};
    if (!server_start(&bench->server, argv))
        return false;
    bool is_good = measure_pages(bench);
    report_add(&bench->report, "MiB", server_memory_mib(&bench->server, false), 0, 250,
               "resident memory after the load");
    server_stop(&bench->server);
    return is_good;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: loop-bench BIHUAN WORDS OUT_DIR\n");
        return 2;
    }
    struct loop_bench *bench = calloc(1, sizeof *bench);
    if (!bench || !(bench->ctx.arena = arena_new(ARENA_BYTES)))
        return 1;
    bench->words = words_read(bench->ctx.arena, argv[2]);
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/bench-loop.json", argv[3]);
    bool is_good = bench->words && measure_all(bench, argv[1], argv[3]);
    report_print(&bench->report);
    is_good = report_write(&bench->report, path) && is_good;
    arena_free(bench->ctx.arena);
    free(bench);
    return is_good ? 0 : 1;
}
