/* bench.c: the figures of DESIGN 10: the real server under load, beside the bare cost and a constant page.
 *
 *   bench BIHUAN HTTP_CONSTANT WORDS OUT_DIR
 *
 * Seeds OUT_DIR/bench-ROWS.db once and keeps it.  BIHUAN_BENCH_ROWS (default 1000000) and BIHUAN_BENCH_POSTGRES_ROWS
 * (default 100000; 0: not measured) make it smaller, BIHUAN_BENCH_RUNS (default 3) repeats: each figure is the best
 * run, because others may use the machine.  BIHUAN_BENCH_ONLY measures only the pages and creates whose name contains
 * it. Writes OUT_DIR/bench.json.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "bare.h"
#include "intake/outline.h"
#include "intake/reader.h"
#include "load.h"
#include "pg_cluster.h"
#include "report.h"
#include "server.h"
#include "serve/form.h"

enum {
    IDS = 20000,
    CONNECTIONS = 16,
    RUN_US = 3000000,
    BULLETIN_BYTES = 25 * 1024,
    START_RUNS = 5,
    OUTLINE_RUNS = 20,
    PATH_BYTES = 1024
};

struct bench {
    struct ctx ctx;
    struct report report;
    const char *program, *constant, *words_path, *out;
    const struct words *words;
    const char *file;   /* of the database under measurement; NULL: not ours to read */
    const char *prefix; /* of the names of figures */
    bool has_budgets;
    int runs;
    struct server server;
    struct bare bare;
    struct str token, csrf;
    int64_t sources[64];
    size_t source_count;
    int64_t units[64];
    double constant_rate;
};

static int64_t wish(const char *name, int64_t otherwise)
{
    const char *text = getenv(name);
    return text && *text ? atoll(text) : otherwise;
}

/* ---- requests ---------------------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t n)
{
    uint64_t state = (n + 1) * 0x9E3779B97F4A7C15ULL;
    (void)seed_random(&state);
    return seed_random(&state);
}

static void add_head(const struct bench *bench, struct buf *out, const char *method)
{
    buf_add_format(
        out,
        " HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: text/html\r\nAccept-Language: zh-CN\r\nCookie: bihuan=%.*s\r\n",
        bench->server.port, STR_ARG(bench->token));
    if (*method == 'G')
        buf_add_cstr(out, "\r\n");
}

static void write_finding(void *arg, uint64_t n, struct buf *out)
{
    const struct bench *bench = arg;
    buf_add_format(out, "GET /findings/%lld", (long long)bench->bare.ids[mix(n) % bench->bare.id_count]);
    add_head(bench, out, "GET");
}

/* Each filter and sort in turn; SOURCE and UNIT stand for numbers. */
static const char *const list_queries[] = {"status=registered&sort=due",   "phase=long_term&sort=-changed",
                                           "phase=immediate&sort=-amount", "due=overdue&sort=-due",
                                           "source=SOURCE&sort=no",        "unit=UNIT&sort=due"};
enum { LIST_QUERIES = sizeof list_queries / sizeof list_queries[0] };

static void add_list_query(const struct bench *bench, uint64_t n, const char *query, struct buf *out)
{
    buf_add_cstr(out, "GET /findings?");
    for (const char *p = query; *p;) {
        if (strncmp(p, "SOURCE", 6) == 0) {
            buf_add_int64(out, bench->sources[mix(n) % bench->source_count]);
            p += 6;
        } else if (strncmp(p, "UNIT", 4) == 0) {
            buf_add_int64(out, bench->units[mix(n) % 64]);
            p += 4;
        } else {
            buf_add_char(out, *p++);
        }
    }
    add_head(bench, out, "GET");
}

static void write_lists(void *arg, uint64_t n, struct buf *out)
{
    add_list_query(arg, n, list_queries[n % LIST_QUERIES], out);
}

struct one_list {
    const struct bench *bench;
    const char *query;
};

static void write_one_list(void *arg, uint64_t n, struct buf *out)
{
    const struct one_list *one = arg;
    add_list_query(one->bench, n, one->query, out);
}

static void write_search(void *arg, uint64_t n, struct buf *out)
{
    const struct bench *bench = arg;
    buf_add_cstr(out, "GET /search?q=");
    url_encode(out, words_get(bench->words, "search", mix(n)));
    add_head(bench, out, "GET");
}

static void write_create(void *arg, uint64_t n, struct buf *out)
{
    const struct bench *bench = arg;
    struct buf body CLEANUP(buf_done);
    buf_init(&body, 64 * 1024);
    static const char *const lists[] = {"time", "detail", "place", "extent", "outcome", "close"};
    buf_add_format(&body, "csrf=%.*s&source_id=%lld&phase=concentrated&due=2027-03-31&title=", STR_ARG(bench->csrf),
                   (long long)bench->sources[mix(n) % bench->source_count]);
    url_encode(&body, words_get(bench->words, "matter", mix(n + 1)));
    url_encode(&body, words_get(bench->words, "fault", mix(n + 2)));
    buf_add_cstr(&body, "&facts=");
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        url_encode(&body, words_get(bench->words, lists[i], mix(n + 3 + i)));
    buf_add_cstr(out, "POST /findings");
    add_head(bench, out, "POST");
    buf_add_format(out, "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n", body.n);
    buf_add(out, buf_str(&body));
}

static void write_constant(void *arg, uint64_t n, struct buf *out)
{
    (void)arg;
    (void)n;
    buf_add_cstr(out, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
}

/* ---- measuring --------------------------------------------------------------------------------------------- */

/* Reads the file through, so that its pages are in the system's cache: a machine may have dropped what was cold. */
static void warm(struct bench *bench)
{
    int fd = bench->file ? open(bench->file, O_RDONLY | O_CLOEXEC) : -1;
    static char block[1 << 20];
    while (fd >= 0 && read(fd, block, sizeof block) > 0) {
    }
    if (fd >= 0)
        (void)close(fd);
}

/* The best of several runs; false when an answer was not what it must be. */
static bool measure(struct bench *bench, const struct server *server, const struct load *load,
                    struct load_result *ret_best, double *ret_cpu_us)
{
    *ret_best = (struct load_result){0};
    for (int i = 0; i < bench->runs; i++) {
        struct load_result result;
        warm(bench);
        double cpu_us = server_cpu_us(server);
        if (!load_run(load, &result))
            return false;
        if (result.failures) {
            fprintf(stderr, "%lld of %lld answers are wrong, the last one %d\n", (long long)result.failures,
                    (long long)result.count, result.last_status);
            return false;
        }
        if (result.per_second > ret_best->per_second) {
            *ret_best = result;
            *ret_cpu_us = (server_cpu_us(server) - cpu_us) / (double)result.count;
        }
    }
    return true;
}

struct sight {
    const char *name;
    void (*write)(void *, uint64_t, struct buf *);
    void *arg;
    int connections, status;
    struct bare_rate bare;
    double floor, bare_p99_ms;
};

static bool is_wanted(const char *name)
{
    const char *only = getenv("BIHUAN_BENCH_ONLY");
    return !only || strstr(name, only);
}

static bool measure_sight(struct bench *bench, const struct sight *sight)
{
    if (!is_wanted(sight->name))
        return true;
    struct load load = {.port = bench->server.port,
                        .connections = sight->connections,
                        .duration_us = RUN_US,
                        .write = sight->write,
                        .arg = sight->arg,
                        .status = sight->status};
    struct load_result best;
    double cpu_us;
    fprintf(stderr, "%s%s ...\n", bench->prefix, sight->name);
    double floor = bench->has_budgets ? sight->floor : 0;
    if (!measure(bench, &bench->server, &load, &best, &cpu_us)) { /* the others are measured all the same */
        report_add(&bench->report, "1/s", 0, sight->bare.per_second, floor, "%s%s", bench->prefix, sight->name);
        return false;
    }
    report_add(&bench->report, "1/s", best.per_second, sight->bare.per_second, floor, "%s%s", bench->prefix,
               sight->name);
    report_add(&bench->report, "ms", best.p50_ms, 0, 0, "%s%s, median", bench->prefix, sight->name);
    report_add(&bench->report, "ms", best.p99_ms, sight->bare_p99_ms, bench->has_budgets ? 20 : 0, "%s%s, p99",
               bench->prefix, sight->name);
    report_add(&bench->report, "us", cpu_us, sight->bare.cpu_us, 0, "%s%s, processor time of the server", bench->prefix,
               sight->name);
    if (sight->status == 200)
        report_add(&bench->report, "kB", (double)best.bytes / (double)best.count / 1000, 0, 0, "%s%s, size",
                   bench->prefix, sight->name);
    return true;
}

static enum rc read_ids(struct bench *bench, const char *sql, int64_t *ids, size_t max, size_t *ret_count)
{
    CLEANUP(db_stmt_free_ptr) struct db_stmt *st = NULL;
    size_t n = 0;
    TRY(db_prepare_text(&bench->ctx, bench->bare.db, str_from_cstr(sql), &st));
    for (bool is_row = true; is_row && n < max;) {
        TRY(db_step(&bench->ctx, st, &is_row));
        if (is_row)
            ids[n++] = db_column_int(st, 0);
    }
    *ret_count = n;
    return RC_OK;
}

/* Database, session and ids; the connection stays open for the bare figures. */
static enum rc prepare(struct bench *bench, struct str url, int64_t rows)
{
    struct db *db = NULL;
    TRY(seed_open(&bench->ctx, url, rows, bench->words, &db));
    db_close(db); /* made with another cache, and not yet prepared when it was new */
    TRY(db_open(&bench->ctx, url, DB_WRITE, &db));
    enum rc rc = seed_sign_in(&bench->ctx, db, "bench", &bench->token, &bench->csrf);
    db_close(db);
    TRY(rc);
    TRY(db_open(&bench->ctx, url, DB_READ, &bench->bare.db));
    int64_t *ids;
    TRY(bare_pick_ids(&bench->ctx, bench->bare.db, IDS, &ids, &bench->bare.id_count));
    bench->bare.ids = ids;
    size_t n;
    TRY(read_ids(bench, "SELECT id FROM source ORDER BY id", bench->sources, 64, &bench->source_count));
    return read_ids(bench, "SELECT id FROM unit ORDER BY id", bench->units, 64, &n);
}

static bool start_program(struct bench *bench, struct str url)
{
    const char *argv[] = {bench->program, "serve", "--db", url.p, "--port", "0", "--log-level", "error", NULL};
    double best = 0;
    for (int i = 0; i < START_RUNS; i++) {
        if (bench->server.pid)
            server_stop(&bench->server);
        if (!server_start(&bench->server, argv))
            return false;
        if (!best || bench->server.start_ms < best)
            best = bench->server.start_ms;
    }
    report_add(&bench->report, "ms", best, 0, bench->has_budgets ? 150 : 0, "%sstart until the address is printed",
               bench->prefix);
    return true;
}

static bool measure_constant(struct bench *bench)
{
    struct server constant;
    const char *argv[] = {bench->constant, "0", "2", NULL};
    if (!server_start(&constant, argv))
        return false;
    struct load load = {.port = constant.port,
                        .connections = CONNECTIONS,
                        .duration_us = RUN_US,
                        .write = write_constant,
                        .status = 200};
    struct load_result best;
    double cpu_us;
    bool is_good = measure(bench, &constant, &load, &best, &cpu_us);
    server_stop(&constant);
    bench->constant_rate = best.per_second;
    if (is_good) {
        report_add(&bench->report, "1/s", best.per_second, 0, 0, "%sconstant page of 10 kB through two workers",
                   bench->prefix);
        report_add(&bench->report, "us", cpu_us, 0, 0, "%sconstant page, processor time of the server", bench->prefix);
    }
    return is_good;
}

/* Bare figures first, in the same minute as the pages. */
static bool measure_pages(struct bench *bench)
{
    struct bare_rate best[3] = {0};
    enum rc (*const bares[])(struct bare *, struct bare_rate *) = {bare_finding, bare_list, bare_search};
    bench->bare.duration_us = RUN_US / 2;
    warm(bench);
    for (int i = 0; i < bench->runs * 3; i++) {
        struct bare_rate rate;
        if (bares[i % 3](&bench->bare, &rate) != RC_OK)
            return false;
        if (rate.per_second > best[i % 3].per_second)
            best[i % 3] = rate;
    }
    struct sight sights[] = {
        {"finding page", write_finding, bench, CONNECTIONS, 200, best[0], 8000, 0},
        {"list of 50, six filters and sorts", write_lists, bench, CONNECTIONS, 200, best[1], 4000, 0},
        {"search for two characters", write_search, bench, CONNECTIONS, 200, best[2], 3000, 0}};
    bool is_good = true;
    for (size_t i = 0; i < sizeof sights / sizeof sights[0]; i++)
        is_good = measure_sight(bench, &sights[i]) && is_good;
    for (int i = 0; i < LIST_QUERIES; i++) {
        struct one_list one = {bench, list_queries[i]};
        char name[80];
        (void)snprintf(name, sizeof name, "list ?%s", list_queries[i]);
        is_good = measure_sight(bench, &(struct sight){name, write_one_list, &one, CONNECTIONS, 200, {0, 0}, 0, 0}) &&
                  is_good;
    }
    return is_good;
}

static bool measure_creates(struct bench *bench, struct str scratch_url)
{
    struct bare_rate bare = {0};
    double p99 = 0;
    for (int i = 0; i < bench->runs; i++) {
        struct bare_rate rate;
        double p99_ms;
        if (bare_commit(&bench->bare, scratch_url, &rate, &p99_ms) != RC_OK)
            return false;
        if (rate.per_second > bare.per_second) {
            bare = rate;
            p99 = p99_ms;
        }
    }
    return measure_sight(bench,
                         &(struct sight){"durable create, 1 connection", write_create, bench, 1, 303, bare, 0, p99}) &&
           measure_sight(bench, &(struct sight){"durable create, 16 connections", write_create, bench, CONNECTIONS, 303,
                                                bare, 4000, p99});
}

/* ---- outline ----------------------------------------------------------------------------------------------- */

/* A bulletin in the usual form, put together from the words. */
static bool write_bulletin(struct bench *bench, const char *path)
{
    FILE *file = fopen(path, "wb");
    if (!file)
        return false;
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 1 << 20);
    const struct words *w = bench->words;
    for (uint64_t n = 0; out.n < BULLETIN_BYTES; n++) {
        if (n % 6 == 0)
            buf_add_format(&out, "\n(%.*s)%.*s\n", STR_ARG(words_get(w, "numeral", n / 6)),
                           STR_ARG(words_get(w, "aspect", n / 6)));
        buf_add_format(&out, "%d.%.*s%.*s%.*s\n", (int)(n % 6) + 1, STR_ARG(words_get(w, "place", n)),
                       STR_ARG(words_get(w, "matter", n)), STR_ARG(words_get(w, "fault", n)));
        for (uint64_t k = 0; k < 3; k++)
            buf_add_format(&out, "%.*s%.*s%.*s%.*s,%.*s,%.*s\n", STR_ARG(words_get(w, "ordinal", k)),
                           STR_ARG(words_get(w, "time", n + k)), STR_ARG(words_get(w, "detail", n + k)),
                           STR_ARG(words_get(w, "extent", n + k)), STR_ARG(words_get(w, "outcome", n + k)),
                           STR_ARG(words_get(w, "measure", n + k)));
    }
    bool is_good = fwrite(out.p, 1, out.n, file) == out.n;
    return fclose(file) == 0 && is_good;
}

static bool measure_program(struct bench *bench, const char *name, const char *const argv[], double bare, double budget,
                            double *ret_ms)
{
    double best = -1;
    for (int i = 0; i < OUTLINE_RUNS; i++) {
        double ms = program_run_ms(argv);
        if (ms < 0)
            return false;
        best = best < 0 || ms < best ? ms : best;
    }
    report_add(&bench->report, "ms", best, bare, budget, "%s", name);
    if (ret_ms)
        *ret_ms = best;
    return true;
}

/* From the bytes to the JSON tree, without the start of a program and of its sandboxed child. */
static enum rc make_outline(struct str bytes, double *ret_ms)
{
    struct ctx ctx = {.arena = arena_new((size_t)64 << 20)};
    struct document document = {0};
    struct outline *outline = NULL;
    if (!ctx.arena)
        return RC_NOMEM;
    int64_t began_us = clock_monotonic_us();
    enum rc rc = reader_read(&ctx, bytes, STR("bulletin.txt"), &document);
    if (rc == RC_OK)
        rc = outline_build(&ctx, &document, &outline);
    if (rc == RC_OK)
        rc = outline_to_value(ctx.arena, outline) ? RC_OK : RC_NOMEM;
    *ret_ms = (double)(clock_monotonic_us() - began_us) / 1000;
    arena_free(ctx.arena);
    return rc;
}

static bool measure_document(struct bench *bench, const char *path, const char *name, double start_ms)
{
    FILE *file = fopen(path, "rb");
    char *text = arena_alloc(bench->ctx.arena, 1 << 20);
    if (!file || !text) {
        if (file)
            (void)fclose(file);
        return false;
    }
    struct str bytes = {text, fread(text, 1, 1 << 20, file)};
    (void)fclose(file);
    double best = -1, ms;
    for (int i = 0; i < OUTLINE_RUNS; i++) {
        if (make_outline(bytes, &ms) != RC_OK)
            return false;
        best = best < 0 || ms < best ? ms : best;
    }
    const char *argv[] = {bench->program, "outline", path, "--json", NULL};
    char whole[120];
    report_add(&bench->report, "ms", best, 0, 20, "outline of %s, %zu bytes", name, bytes.n);
    (void)snprintf(whole, sizeof whole, "outline of %s, whole program and its child", name);
    return measure_program(bench, whole, argv, start_ms, 0, NULL);
}

static bool measure_outline(struct bench *bench)
{
    char path[PATH_BYTES], shared[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/bench-bulletin.txt", bench->out);
    const char *folder = getenv("BIHUAN_SHARED");
    (void)snprintf(shared, sizeof shared, "%s/samples/cec-2024-bulletin.txt", folder ? folder : "");
    const char *version[] = {bench->program, "version", NULL};
    double start_ms;
    if (!write_bulletin(bench, path) ||
        !measure_program(bench, "start and end of the program", version, 0, 0, &start_ms) ||
        !measure_document(bench, path, "a made-up bulletin", start_ms))
        return false;
    return access(shared, R_OK) != 0 || measure_document(bench, shared, "the shared bulletin", start_ms);
}

/* ---- engines ----------------------------------------------------------------------------------------------- */

static bool measure_engine(struct bench *bench, struct str url, struct str scratch_url, int64_t rows)
{
    enum rc rc = prepare(bench, url, rows);
    if (rc != RC_OK) {
        fprintf(stderr, "%.*s: %s %.*s\n", STR_ARG(url), rc_name(rc),
                bench->ctx.last ? (int)bench->ctx.last->args[0].n : 0,
                bench->ctx.last ? bench->ctx.last->args[0].p : "");
        return false;
    }
    bool is_up = start_program(bench, url), is_good = is_up && measure_constant(bench);
    is_good = is_good && measure_pages(bench);
    is_good = is_up && measure_creates(bench, scratch_url) && is_good;
    if (is_up) {
        report_add(&bench->report, "MiB", server_memory_mib(&bench->server, false), 0, bench->has_budgets ? 250 : 0,
                   "%sresident memory after the load", bench->prefix);
        report_add(&bench->report, "MiB", server_memory_mib(&bench->server, true), 0, 0, "%sresident memory, most",
                   bench->prefix);
    }
    if (bench->server.pid)
        server_stop(&bench->server);
    db_close(bench->bare.db);
    bench->bare.db = NULL;
    return is_good;
}

/* Goals of the issue, which are ratios: of figures already there. */
static void add_goals(struct bench *bench)
{
    static const char *const pages[] = {"finding page", "list of 50, six filters and sorts",
                                        "search for two characters"};
    int n = bench->report.n;
    for (int i = 0; i < n; i++) {
        const struct figure *f = &bench->report.figures[i];
        for (size_t k = 0; k < sizeof pages / sizeof pages[0]; k++)
            if (strcmp(f->name, pages[k]) == 0)
                report_add(&bench->report, "1/s", f->value, bench->constant_rate, bench->constant_rate * 0.6,
                           "goal: %s beside the constant page", pages[k]);
        if (strcmp(f->name, "durable create, 16 connections") == 0)
            report_add(&bench->report, "1/s", f->value, f->bare, f->bare * 3,
                       "goal: durable create beside single commits");
    }
}

static bool measure_postgres(struct bench *bench, int64_t rows)
{
    struct pg_cluster cluster = {0};
    if (!rows || !pg_cluster_is_possible())
        return true;
    (void)setenv("BIHUAN_TEST_PG_DURABLE", "1", 1);
    if (!pg_cluster_start(&cluster))
        return false;
    bench->file = NULL;
    bench->prefix = "postgresql: ";
    bench->has_budgets = false;
    struct str url = str_from_cstr(cluster.url);
    bool is_good = measure_engine(bench, url, url, rows);
    pg_cluster_stop(&cluster);
    return is_good;
}

static bool measure_all(struct bench *bench)
{
    int64_t rows = wish("BIHUAN_BENCH_ROWS", 1000000);
    struct arena *arena = bench->ctx.arena;
    struct str url = arena_format(arena, "%s/bench-%lld.db", bench->out, (long long)rows);
    struct str scratch = arena_format(arena, "%s/bench-scratch.db", bench->out);
    bench->file = url.p;
    bool is_good = measure_outline(bench) && measure_engine(bench, url, scratch, rows);
    if (is_good)
        add_goals(bench);
    return is_good && measure_postgres(bench, wish("BIHUAN_BENCH_POSTGRES_ROWS", 100000));
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: bench BIHUAN HTTP_CONSTANT WORDS OUT_DIR\n");
        return 2;
    }
    struct bench *bench = calloc(1, sizeof *bench);
    if (!bench || !(bench->ctx.arena = arena_new((size_t)256 << 20)))
        return 1;
    bench->program = argv[1];
    bench->constant = argv[2];
    bench->out = argv[4];
    bench->words = words_read(bench->ctx.arena, argv[3]);
    bench->prefix = "";
    bench->has_budgets = true;
    bench->runs = (int)wish("BIHUAN_BENCH_RUNS", 3);
    bench->bare.ctx = &bench->ctx;
    bench->bare.words = bench->words;
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/bench.json", bench->out);
    bool is_good = bench->words && measure_all(bench);
    report_print(&bench->report);
    is_good = report_write(&bench->report, path) && is_good;
    arena_free(bench->ctx.arena);
    free(bench);
    return is_good ? 0 : 1;
}
