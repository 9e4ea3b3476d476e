/* public_bench.c: the public listener under 10 000 page views a second and a flood of comments, and what the inside
 * feels of it.
 *
 *   public-bench BIHUAN DEMO_DIR OUT_DIR
 *
 * Loads the demonstration into OUT_DIR/bench-public.db, serves it with a public listener behind a pretended proxy (so
 * that each comment comes from a network of its own), and runs three loads at once.  Of ten comments one is good from a
 * network of its own, one is good from a network that has used up its measure, the others are forged, too early, too
 * old, answered wrong or sent twice.  In the end what was told "received" must be what is stored.  Writes
 * OUT_DIR/bench-public.json; everything stays on 127.0.0.1.
 */
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "load.h"
#include "loop/vault.h"
#include "report.h"
#include "seed.h"
#include "serve/public_form.h"
#include "server.h"

enum {
    QUIET_US = 5000000,
    FLOOD_US = 15000000,
    INSIDE_CONNECTIONS = 4,
    VIEW_CONNECTIONS = 32,
    COMMENT_CONNECTIONS = 8,
    VIEWS_WANTED = 10000,
    VIEWS_SENT = 10100, /* a second */
    COMMENTS_SENT = 1000,
    KINDS = 10, /* of comments */
    ARENA_BYTES = 64 << 20,
    PATH_BYTES = 1024,
    IDS = 512,
};

struct public_bench {
    struct ctx ctx;
    struct report report;
    struct server server;
    int public_port;
    char db[PATH_BYTES], files[PATH_BYTES], key[PATH_BYTES];
    struct str token, bulletin_no, once; /* once: a form that was used */
    int64_t ids[IDS];
    size_t id_count;
    struct ctx form; /* of the thread that writes comments */
    int64_t accepted;
};

/* ---- requests ----------------------------------------------------------------------------------------------- */

static void write_inside(void *arg, uint64_t n, struct buf *out)
{
    const struct public_bench *bench = arg;
    buf_add_format(
        out, "GET /findings/%lld HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: text/html\r\nCookie: bihuan=%.*s\r\n\r\n",
        (long long)bench->ids[n % bench->id_count], bench->server.port, STR_ARG(bench->token));
}

/* As browsers ask: most want the bulletin, some its list; every fourth from a cache of its own that takes no gzip. */
static void write_view(void *arg, uint64_t n, struct buf *out)
{
    const struct public_bench *bench = arg;
    if (n % 5 == 0)
        buf_add_cstr(out, "GET / HTTP/1.1\r\n");
    else
        buf_add_format(out, "GET /%.*s.html HTTP/1.1\r\n", STR_ARG(bench->bulletin_no));
    buf_add_format(out, "Host: 127.0.0.1:%d\r\nAccept: text/html\r\n%s\r\n", bench->public_port,
                   n % 4 ? "Accept-Encoding: gzip, br\r\n" : "");
}

static int64_t sum_of(struct str token)
{
    int64_t q = 0;
    size_t dot = str_find_byte(token, '.', 0);
    (void)str_parse_int64(str_slice(token, dot + 1, str_find_byte(token, '.', dot + 1)), &q);
    return q / 10 + q % 10;
}

static void write_comment(void *arg, uint64_t n, struct buf *out)
{
    struct public_bench *bench = arg;
    struct public_form form;
    struct arena *arena = bench->form.arena;
    int kind = (int)(n % KINDS);
    int64_t age_ms = kind == 2 ? 0 : kind == 3 ? PUBLIC_FORM_MAX_MS + 1 : PUBLIC_FORM_MIN_MS + 1000;
    arena_reset(arena);
    if (public_form_make(&bench->form, bench->bulletin_no, LANG_ZH, clock_now_ms() - age_ms, &form) != RC_OK)
        return;
    struct str token = kind == 4   ? arena_format(arena, "%.*s0", STR_ARG(form.token))
                       : kind == 5 ? bench->once
                                   : form.token;
    int64_t sum = sum_of(token) + (kind >= 6);
    struct str body = arena_format(arena, "no=%.*s&text=%%E6%%84%%8F%%E8%%A7%%81%%20%llu&answer=%lld&token=%.*s",
                                   STR_ARG(bench->bulletin_no), (unsigned long long)n, (long long)sum, STR_ARG(token));
    /* one network sends again and again, all others once each */
    struct str from =
        kind == 1 ? STR("203.0.113.9") : arena_format(arena, "10.%d.%d.1", (int)(n / 256 % 256), (int)(n % 256));
    buf_add_format(out,
                   "POST /comment HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nX-Forwarded-For: %.*s\r\nContent-Type: "
                   "application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n%.*s",
                   bench->public_port, STR_ARG(from), body.n, STR_ARG(body));
}

/* ---- loads -------------------------------------------------------------------------------------------------- */

struct runner {
    struct load load;
    struct load_result result;
    bool is_good;
    pthread_t thread;
};

static void *run_load(void *arg)
{
    struct runner *runner = arg;
    runner->is_good = load_run(&runner->load, &runner->result);
    return NULL;
}

static bool run_together(struct runner *runners, size_t n)
{
    bool is_good = true;
    for (size_t i = 0; i < n; i++)
        if (pthread_create(&runners[i].thread, NULL, run_load, &runners[i]) != 0)
            abort();
    for (size_t i = 0; i < n; i++) {
        (void)pthread_join(runners[i].thread, NULL);
        if (runners[i].result.failures)
            fprintf(stderr, "load %zu: %lld wrong answers, the last one %d\n", i, (long long)runners[i].result.failures,
                    runners[i].result.last_status);
        is_good = is_good && runners[i].is_good && (!runners[i].load.status || !runners[i].result.failures);
    }
    return is_good;
}

static struct load inside_load(struct public_bench *bench, int64_t duration_us)
{
    return (struct load){.port = bench->server.port,
                         .connections = INSIDE_CONNECTIONS,
                         .duration_us = duration_us,
                         .write = write_inside,
                         .arg = bench,
                         .status = 200};
}

static struct load view_load(struct public_bench *bench, int64_t duration_us, double per_second)
{
    return (struct load){.port = bench->public_port,
                         .connections = VIEW_CONNECTIONS,
                         .duration_us = duration_us,
                         .per_second = per_second,
                         .write = write_view,
                         .arg = bench,
                         .status = 200};
}

/* One load alone: its result and the processor time of the server a request. */
static bool measure_alone(struct public_bench *bench, struct load load, struct load_result *ret_result,
                          double *ret_cpu_us)
{
    struct runner runner = {.load = load};
    double before_us = server_cpu_us(&bench->server);
    bool is_good = run_together(&runner, 1);
    *ret_result = runner.result;
    *ret_cpu_us = runner.result.count ? (server_cpu_us(&bench->server) - before_us) / (double)runner.result.count : 0;
    return is_good;
}

static bool measure_flood(struct public_bench *bench, const struct load_result *quiet, const char *name)
{
    struct load comments = {.port = bench->public_port,
                            .connections = COMMENT_CONNECTIONS,
                            .duration_us = FLOOD_US,
                            .per_second = COMMENTS_SENT,
                            .write = write_comment,
                            .arg = bench};
    struct runner runners[] = {
        {.load = inside_load(bench, FLOOD_US)}, {.load = view_load(bench, FLOOD_US, VIEWS_SENT)}, {.load = comments}};
    bool is_good = run_together(runners, 3);
    const struct load_result *inside = &runners[0].result, *views = &runners[1].result, *sent = &runners[2].result;
    struct report *report = &bench->report;
    report_add(report, "1/s", views->per_second, 0, VIEWS_WANTED, "%s: public page views", name);
    report_add(report, "ms", views->p99_ms, 0, 0, "%s: public page, p99", name);
    report_add(report, "1/s", inside->per_second, quiet->per_second, 0, "%s: finding pages inside", name);
    report_add(report, "ms", inside->p50_ms, quiet->p50_ms, 0, "%s: finding page inside, median", name);
    report_add(report, "ms", inside->p99_ms, quiet->p99_ms, 0, "%s: finding page inside, p99", name);
    report_add(report, "1/s", sent->per_second, 0, 0, "%s: comments sent", name);
    report_add(report, "of all", (double)sent->statuses[201], 0, 0, "%s: comments accepted", name);
    report_add(report, "of all", (double)sent->statuses[429], 0, 0, "%s: over the measure of their network (429)",
               name);
    report_add(report, "of all", (double)sent->statuses[422], 0, 0, "%s: forged, early, old, wrong (422)", name);
    report_add(report, "of all", (double)sent->statuses[409], 0, 0, "%s: sent twice (409)", name);
    report_add(report, "of all", (double)sent->statuses[503], 0, 0, "%s: turned away, nothing taken (503)", name);
    report_add(report, "MiB", server_memory_mib(&bench->server, false), 0, 250, "%s: resident memory after it", name);
    int64_t known =
        sent->statuses[201] + sent->statuses[429] + sent->statuses[422] + sent->statuses[409] + sent->statuses[503];
    if (known != sent->count || sent->failures)
        fprintf(stderr, "comments: %lld answers of another status, %lld lost\n", (long long)(sent->count - known),
                (long long)sent->failures);
    bench->accepted += sent->statuses[201];
    return is_good && known == sent->count && !sent->failures;
}

/* ---- the server ---------------------------------------------------------------------------------------------- */

static int free_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool is_found =
        fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && getsockname(fd, (struct sockaddr *)&at, &n) == 0;
    if (fd >= 0)
        (void)close(fd);
    return is_found ? ntohs(at.sin_port) : 0;
}

static bool start(struct public_bench *bench, const char *program)
{
    char listen[32];
    bench->public_port = free_port();
    (void)snprintf(listen, sizeof listen, "127.0.0.1:%d", bench->public_port);
    const char *argv[] = {program,
                          "serve",
                          "--db",
                          bench->db,
                          "--files",
                          bench->files,
                          "--port",
                          "0",
                          "--log-level",
                          "error",
                          "--daily-work",
                          "false",
                          "--comment-key",
                          bench->key,
                          "--public-listen",
                          listen,
                          "--public-forms-all",
                          "1000000",
                          "--trusted-proxy",
                          "127.0.0.1",
                          NULL};
    return server_start(&bench->server, argv);
}

static enum rc query_int(struct ctx *ctx, struct db *db, const char *sql, int64_t *ret_n)
{
    CLEANUP(db_stmt_free_ptr) struct db_stmt *st = NULL;
    TRY(db_prepare_text(ctx, db, str_from_cstr(sql), &st));
    return db_get_int(ctx, st, ret_n);
}

static enum rc read_register(struct public_bench *bench, struct db *db)
{
    CLEANUP(db_stmt_free_ptr) struct db_stmt *st = NULL;
    struct value *row, *rows;
    struct public_form form;
    TRY(db_prepare_text(&bench->ctx, db, STR("SELECT id FROM finding ORDER BY id"), &st));
    TRY(db_rows(&bench->ctx, st, &rows));
    VALUE_EACH (one, rows) {
        if (bench->id_count < IDS)
            bench->ids[bench->id_count++] = value_get_int(one, "id", 0);
    }
    db_stmt_free(st);
    st = NULL;
    TRY(db_prepare_text(&bench->ctx, db, STR("SELECT max(no) AS no FROM bulletin WHERE state = 'published'"), &st));
    TRY(db_first_row(&bench->ctx, st, &row));
    bench->bulletin_no = value_get_text(row, "no");
    vault_use(bench->key);
    TRY(public_form_make(&bench->ctx, bench->bulletin_no, LANG_ZH, clock_now_ms() - PUBLIC_FORM_MIN_MS - 1000, &form));
    bench->once = form.token;
    return seed_sign_in(&bench->ctx, db, "qiaoyunfeng", &bench->token, &(struct str){0});
}

static bool prepare(struct public_bench *bench, const char *program, const char *demo, const char *out)
{
    struct db *db CLEANUP(db_close_ptr) = NULL;
    char old[PATH_BYTES + 64];
    (void)snprintf(bench->db, sizeof bench->db, "%s/bench-public.db", out);
    (void)snprintf(bench->files, sizeof bench->files, "%s/bench-public-files", out);
    (void)snprintf(bench->key, sizeof bench->key, "%s/bench-public-key", out);
    for (const char *const *end = (const char *const[]){"", "-wal", "-shm", NULL}; *end; end++) {
        (void)snprintf(old, sizeof old, "%s%s", bench->db, *end);
        (void)unlink(old);
    }
    const char *argv[] = {program,         "demo",     "--db",   bench->db, "--files", bench->files,
                          "--comment-key", bench->key, "--data", demo,      NULL};
    if (program_run_ms(argv) < 0)
        return false;
    return db_open(&bench->ctx, str_from_cstr(bench->db), DB_WRITE, &db) == RC_OK &&
           read_register(bench, db) == RC_OK && bench->bulletin_no.n && bench->id_count;
}

/* Whoever was told "received" is stored, with sealed words; every chain is whole. */
static bool count_stored(struct public_bench *bench, const char *program, int64_t before)
{
    struct db *db CLEANUP(db_close_ptr) = NULL;
    int64_t comments = -1, sealed = -1;
    if (db_open(&bench->ctx, str_from_cstr(bench->db), DB_READ, &db) != RC_OK ||
        query_int(&bench->ctx, db, "SELECT count(*) FROM comment", &comments) != RC_OK ||
        query_int(&bench->ctx, db, "SELECT count(*) FROM comment c JOIN comment_store s ON s.sha256 = c.sha256",
                  &sealed) != RC_OK)
        return false;
    const char *argv[] = {program, "check", "--db", bench->db, "--files", bench->files, NULL};
    double check_ms = program_run_ms(argv);
    report_add(&bench->report, "of all", (double)(comments - before), (double)bench->accepted, 0,
               "comments stored, beside those accepted");
    report_add(&bench->report, "ms", check_ms, 0, 0, "bihuan check of it");
    return comments - before == bench->accepted && sealed == comments && check_ms >= 0;
}

static bool measure_all(struct public_bench *bench)
{
    struct load_result quiet, views;
    double cpu_us;
    bool is_good = measure_alone(bench, inside_load(bench, QUIET_US), &quiet, &cpu_us);
    report_add(&bench->report, "1/s", quiet.per_second, 0, 0, "alone: finding pages inside");
    report_add(&bench->report, "ms", quiet.p99_ms, 0, 0, "alone: finding page inside, p99");
    report_add(&bench->report, "us", cpu_us, 0, 0, "alone: finding page inside, processor time");
    is_good = measure_alone(bench, view_load(bench, QUIET_US, 0), &views, &cpu_us) && is_good;
    report_add(&bench->report, "1/s", views.per_second, 0, VIEWS_WANTED,
               "alone: public page views, as fast as they come");
    report_add(&bench->report, "ms", views.p99_ms, 0, 0, "alone: public page, p99");
    report_add(&bench->report, "us", cpu_us, 0, 0, "alone: public page, processor time");
    report_add(&bench->report, "kB", (double)views.bytes / (double)views.count / 1000, 0, 0,
               "alone: public page, sent");
    is_good = measure_flood(bench, &quiet, "flood") && is_good;
    is_good = measure_flood(bench, &quiet, "second flood") && is_good;
    return is_good;
}

static bool run_all(struct public_bench *bench, char **argv)
{
    struct db *db = NULL;
    int64_t before = 0;
    if (!prepare(bench, argv[1], argv[2], argv[3])) {
        fprintf(stderr, "the demonstration cannot be loaded into %s\n", bench->db);
        return false;
    }
    bool is_good = db_open(&bench->ctx, str_from_cstr(bench->db), DB_READ, &db) == RC_OK &&
                   query_int(&bench->ctx, db, "SELECT count(*) FROM comment", &before) == RC_OK;
    db_close(db);
    if (!is_good || !start(bench, argv[1]))
        return false;
    is_good = measure_all(bench);
    server_stop(&bench->server);
    return count_stored(bench, argv[1], before) && is_good;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: public-bench BIHUAN DEMO_DIR OUT_DIR\n");
        return 2;
    }
    struct public_bench *bench = calloc(1, sizeof *bench);
    if (!bench || !(bench->ctx.arena = arena_new(ARENA_BYTES)) || !(bench->form.arena = arena_new(ARENA_BYTES)))
        return 1;
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/bench-public.json", argv[3]);
    bool is_good = run_all(bench, argv);
    report_print(&bench->report);
    is_good = report_write(&bench->report, path) && is_good;
    arena_free(bench->ctx.arena);
    arena_free(bench->form.arena);
    free(bench);
    return is_good ? 0 : 1;
}
