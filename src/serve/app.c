/* app.c: one server process: opens, serves, stops.
 *
 * Threads: the I/O loop (this one), N workers with a reading connection each, the writer, the daily work, the sender.
 */
#include "serve/app.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "loop/notice.h"
#include "loop/vault.h"
#include "publish/paper_list.h"
#include "record/actor.h"
#include "serve/daily.h"
#include "serve/gzip.h"
#include "serve/http_headers.h"
#include "serve/page.h"
#include "serve/public.h"
#include "serve/sender.h"
#include "serve/static.h"
#include "serve/templates.h"
#include "watch/board.h"

enum { MIB = 1024 * 1024, FORM_MAX_BYTES = 8 * MIB, GZIP_LEVEL = 1, SLOW_THREADS = 4, SLOW_QUEUE = 64 };
enum { READ_CACHE_KB = 64 * 1024, READ_CACHE_LEAST_KB = 16 * 1024, READ_CACHE_MOST_KB = 32 * 1024 };

static struct app *app_running; /* for the signal handler */

static int64_t gauge_waiting(void *arg)
{
    int64_t waiting, commits, jobs;
    writer_get_counts(arg, &waiting, &commits, &jobs);
    return waiting;
}

static int64_t gauge_commits(void *arg)
{
    int64_t waiting, commits, jobs;
    writer_get_counts(arg, &waiting, &commits, &jobs);
    return commits;
}

static int64_t gauge_jobs(void *arg)
{
    int64_t waiting, commits, jobs;
    writer_get_counts(arg, &waiting, &commits, &jobs);
    return jobs;
}

static int count_workers(const struct settings *settings)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return settings->workers ? (int)settings->workers : cores > 0 ? (int)cores : 2;
}

static enum rc worker_init(void *hook_arg, int index, void **ret_worker)
{
    struct app *app = hook_arg;
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(MIB);
    struct worker *worker = alloc_zeroed(1, sizeof *worker);
    if (!arena || !worker) {
        alloc_free(worker);
        return RC_NOMEM;
    }
    struct ctx ctx = {.arena = arena};
    worker->app = app;
    worker->index = index;
    worker->gzip = gzip_new(GZIP_LEVEL);
    enum rc rc = worker->gzip ? db_open(&ctx, app->settings->db, DB_READ, &worker->db) : RC_NOMEM;
    if (rc != RC_OK) {
        gzip_free(worker->gzip);
        alloc_free(worker);
        return rc;
    }
    *ret_worker = worker;
    return RC_OK;
}

static void worker_done(void *hook_arg, void *state)
{
    (void)hook_arg;
    struct worker *worker = state;
    db_close(worker->db);
    gzip_free(worker->gzip);
    alloc_free(worker);
}

/* For the pages: the inner pages of the big indexes stay in the connection's own cache, and all connections share one
 * bound. */
static enum rc page_worker_init(void *hook_arg, int index, void **ret_worker)
{
    struct app *app = hook_arg;
    TRY(worker_init(hook_arg, index, ret_worker));
    struct worker *worker = *ret_worker;
    int share_kb = READ_CACHE_KB / count_workers(app->settings);
    share_kb = share_kb < READ_CACHE_MOST_KB ? share_kb : READ_CACHE_MOST_KB; /* a heap of malloc has 64 MiB */
    enum rc rc = share_kb > READ_CACHE_LEAST_KB ? db_set_cache_kb(worker->db, share_kb) : RC_OK;
    if (rc != RC_OK)
        worker_done(hook_arg, worker);
    return rc;
}

/* The workers had a connection a moment ago: without one for long work the program had better end, and say so. */
static void on_slow_failed(void *hook_arg, enum rc rc)
{
    (void)hook_arg;
    LOG(LOG_LEVEL_ERROR, "start", {"rc", str_from_cstr(rc_name(rc))}, {"detail", STR("slow worker")});
    (void)kill(getpid(), SIGTERM);
}

static void respond_metrics(struct app *app, struct http_request *request)
{
    struct str token = http_header_get(request, "Authorization");
    struct str want = app->settings->metrics_token;
    bool is_local = str_equal(request->remote, STR("127.0.0.1")) || str_equal(request->remote, STR("::1"));
    bool is_allowed =
        want.n ? str_has_prefix(token, STR("Bearer ")) && str_equal(str_slice(token, 7, token.n), want) : is_local;
    if (!is_allowed) {
        http_respond_bytes(request, 403, "text/plain", STR("forbidden\n"));
        return;
    }
    struct buf out;
    buf_init(&out, 4 * MIB);
    metrics_write(app->metrics, app->server, app->pool, &out);
    http_set_header(request, "Content-Type", STR("text/plain; version=0.0.4; charset=utf-8"));
    http_body_buf(request, &out);
    http_respond(request);
}

/* Ready: a worker can read the database, its schema is ours and the writer can write. */
static void serve_ready(struct http_request *request, void *state)
{
    struct worker *worker = state;
    struct ctx ctx = {.arena = request->arena};
    int applied = 0, known = 1;
    enum rc rc = db_schema_version(&ctx, worker->db, &applied, &known);
    bool is_ready = rc == RC_OK && applied == known && !writer_has_failed(worker->app->writer);
    http_respond_bytes(request, is_ready ? 200 : 503, "text/plain", is_ready ? STR("ready\n") : STR("not ready\n"));
}

static void on_request(struct http_request *request, void *arg)
{
    struct app *app = arg;
    if (str_equal(request->path, STR("/healthz"))) {
        http_respond_bytes(request, 200, "text/plain", STR("ok\n"));
        return;
    }
    if (str_equal(request->path, STR("/metrics"))) {
        respond_metrics(app, request);
        return;
    }
    if (static_respond(request))
        return;
    http_defer(request, str_equal(request->path, STR("/readyz")) ? serve_ready : page_serve);
}

/* Only uploads may be large. */
static uint64_t body_limit(const struct http_request *request, void *arg)
{
    const struct app *app = arg;
    bool is_upload = str_has_suffix(request->path, STR("/import")) || str_has_suffix(request->path, STR("/upload"));
    return is_upload ? (uint64_t)app->settings->body_max_mb * MIB : FORM_MAX_BYTES;
}

/* The path as it may be written down: the address of a calendar feed is its password. */
static struct str path_for_log(const struct http_request *request)
{
    struct str path = request->path.n ? request->path : request->raw_path;
    return str_find(path, STR("/calendar/"), 0) == SIZE_MAX ? path : STR("/calendar/***");
}

static void on_done(struct http_request *request, const struct http_outcome *outcome, void *arg)
{
    struct app *app = arg;
    metrics_request(app->metrics, 0, request->route, outcome->status, outcome->duration_us);
    if (outcome->status < 500)
        return;
    char status[16];
    (void)snprintf(status, sizeof status, "%d", outcome->status);
    LOG(LOG_LEVEL_ERROR, "request", {"method", http_method_name(request->method)}, {"path", path_for_log(request)},
        {"status", str_from_cstr(status)});
}

static enum rc open_metrics(struct app *app)
{
    static const char *names[512];
    int n = 0;
    names[n++] = "other";
    for (int i = 0; i < route_count && n < 500; i++)
        names[n++] = route_table[i].path;
    for (int i = 0; i < command_count && n < 500; i++)
        names[n++] = command_table[i]->name;
    app->metrics = metrics_new(1, names, n);
    if (!app->metrics)
        return RC_NOMEM;
    metrics_gauge(app->metrics, "bihuan_writer_waiting", "Commands waiting for the writer.", gauge_waiting,
                  app->writer);
    metrics_gauge(app->metrics, "bihuan_writer_commits", "Commits made since start.", gauge_commits, app->writer);
    metrics_gauge(app->metrics, "bihuan_writer_commands", "Commands run since start.", gauge_jobs, app->writer);
    return RC_OK;
}

static enum rc open_server(struct ctx *ctx, struct app *app)
{
    const struct settings *settings = app->settings;
    struct http_config config;
    http_config_init(&config);
    static const char *proxies[2];
    proxies[0] = settings->trusted_proxy.n ? settings->trusted_proxy.p : NULL;
    config.address = settings->address.p;
    config.port = (int)settings->port;
    config.spool_dir = settings->spool.n ? settings->spool.p : NULL;
    config.trusted_proxies = proxies;
    config.tls_cert = settings->tls_cert.n ? settings->tls_cert.p : NULL;
    config.tls_key = settings->tls_key.n ? settings->tls_key.p : NULL;
    config.head_max_bytes = (size_t)settings->head_max_kb * 1024;
    config.head_timeout_ms = (int)settings->head_timeout_s * 1000;
    config.body_timeout_ms = (int)settings->body_timeout_s * 1000;
    config.keep_alive_ms = (int)settings->keep_alive_s * 1000;
    config.connections_max = (int)settings->connections_max;
    config.connections_per_address_max = (int)settings->connections_per_address_max;
    config.pool = app->pool;
    config.arg = app;
    config.on_request = on_request;
    config.on_head = page_check_head;
    config.body_limit = body_limit;
    config.on_done = on_done;
    enum rc rc = http_server_new(&config, &app->server);
    return rc != RC_IO ? rc : ctx_fail_format(ctx, RC_IO, "error.listen", "%s:%d", config.address, config.port);
}

static enum rc open_parts(struct ctx *ctx, struct app *app)
{
    const struct settings *settings = app->settings;
    TRY(templates_load(ctx, &app->templates));
    TRY(board_image_new(&app->board));
    TRY(filestore_open(ctx, settings_files_directory(ctx->arena, settings), &app->files));
    struct writer_config writer = {.url = settings->db,
                                   .threads = (int)settings->writers,
                                   .group_max = (int)settings->group_max,
                                   .queue_max = (int)settings->queue_max};
    TRY(writer_start(ctx, &writer, &app->writer));
    TRY(open_metrics(app));
    struct pool_hooks hooks = {.init = page_worker_init, .done = worker_done, .hook_arg = app};
    TRY(pool_new(count_workers(settings), (size_t)settings->queue_max, &hooks, &app->pool));
    hooks.init = worker_init;
    hooks.on_fail = on_slow_failed; /* these four may still be connecting while the first pages are served */
    TRY(pool_new(SLOW_THREADS, SLOW_QUEUE, &hooks, &app->slow));
    TRY(open_server(ctx, app));
    vault_use(settings_comment_key(ctx->arena, settings));
    notice_keep(settings->notice_keep_days);
    settings_use_limits(settings);
    return settings->public_listen.n ? public_open(ctx, app, settings->public_listen, &app->public) : RC_OK;
}

enum rc app_open(struct ctx *ctx, const struct settings *settings, struct app **ret_app)
{
    alloc_keep_freed();
    TRY(paper_lists_use(ctx, settings->paper_lists));
    struct app *app = alloc_zeroed(1, sizeof *app);
    if (!app)
        return RC_NOMEM;
    app->settings = settings;
    app->started_ms = clock_now_ms();
    app->is_strict = settings->strict_templates;
    app->build_id = STR(BIHUAN_VERSION " " __DATE__ " " __TIME__);
    enum rc rc = open_parts(ctx, app);
    if (rc != RC_OK) {
        app_close(app);
        return rc;
    }
    *ret_app = app;
    return RC_OK;
}

static void on_signal(int signal_number)
{
    (void)signal_number;
    if (app_running)
        http_server_stop(app_running->server);
}

enum rc app_run(struct app *app)
{
    struct daily *daily = NULL;
    struct sender *sender = NULL;
    if (app->settings->daily_work)
        TRY(daily_start(app->writer, &daily));
    if (app->settings->send && sender_start(app->writer, app->settings, &sender) != RC_OK) {
        daily_stop(daily);
        return RC_NOMEM;
    }
    if (app->public && public_start(app->public) != RC_OK) {
        sender_stop(sender);
        daily_stop(daily);
        return RC_IO;
    }
    app_running = app;
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    enum rc rc = http_server_run(app->server);
    app_running = NULL;
    sender_stop(sender);
    daily_stop(daily);
    return rc;
}

void app_stop(struct app *app) { http_server_stop(app->server); }
void app_wait_ready(struct app *app) { pool_wait_ready(app->slow); }
int app_port(const struct app *app) { return http_server_port(app->server); }
int app_public_port(const struct app *app) { return app->public ? public_port(app->public) : 0; }

void app_close(struct app *app)
{
    if (!app)
        return;
    public_close(app->public);
    pool_free(app->slow);
    pool_free(app->pool);
    writer_stop(app->writer);
    http_server_free(app->server);
    metrics_free(app->metrics);
    mustache_set_free(app->templates);
    board_image_free(app->board);
    filestore_close(app->files);
    alloc_free(app);
}
