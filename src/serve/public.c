/* public.c: see public.h.
 *
 * Threats: a way inside (a closed set of addresses, matched on the loop thread; no session, no cookie, no route table);
 * floods (page views come from memory; bodies and heads are small; forms have a measure; few workers with a short
 * queue; a lower priority than the pages inside); what is typed coming back as markup (templates escape) or as a header
 * (nothing typed stands in one).
 */
#include "serve/public.h"

#include <pthread.h>
#include <string.h>
#include <sys/resource.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "serve/http_headers.h"
#include "serve/public_parts.h"
#include "serve/site.h"
#include "serve/static.h"

enum { MIB = 1024 * 1024, WORKERS = 2, QUEUE = 128, BODY_MAX = 64 * 1024, NICE = 10, GZIP_LEVEL = 6 };

struct public
{
    struct app *app;
    struct http_server *server;
    struct pool *pool;
    struct public_limiter *limiter;
    struct public_cache *cache;
    pthread_t thread;
    bool is_running;
    char address[64];
};

/* ---- the loop thread ---------------------------------------------------------------------------------------- */

/* A bulletin's number: letters, digits, hyphens. */
static bool is_bulletin_no(struct str no)
{
    if (!str_has_prefix(no, STR("TB-")) || no.n + 16 >= PUBLIC_NAME_BYTES)
        return false;
    for (size_t i = 0; i < no.n; i++)
        if (!((no.p[i] >= '0' && no.p[i] <= '9') || (no.p[i] >= 'A' && no.p[i] <= 'Z') || no.p[i] == '-'))
            return false;
    return true;
}

static bool cut_suffix(struct str *s, struct str suffix)
{
    if (!str_has_suffix(*s, suffix))
        return false;
    *s = str_slice(*s, 0, s->n - suffix.n);
    return true;
}

struct public_target public_target_of(const struct http_request *request)
{
    static const struct {
        const char *name;
        enum public_place place;
    } files[] = {{"site.css", PUBLIC_CSS},
                 {"feed.xml", PUBLIC_FEED},
                 {"favicon.svg", PUBLIC_ICON},
                 {"favicon.ico", PUBLIC_ICON}};
    struct str name = request->path.n > 1 ? str_slice(request->path, 1, request->path.n) : STR("index.html"),
               stem = name;
    struct public_target target = {.name = name};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (str_equal_cstr(name, files[i].name))
            target.place = files[i].place;
    if (target.place)
        return target;
    bool is_page = cut_suffix(&stem, STR(".html"));
    target.lang = cut_suffix(&stem, STR(".en")) ? LANG_EN : LANG_ZH;
    if (is_page && str_equal(stem, STR("index"))) {
        target.place = PUBLIC_INDEX;
    } else if (is_page && is_bulletin_no(stem)) {
        target.place = PUBLIC_BULLETIN;
        target.no = stem;
    } else if (!is_page && str_equal(stem, STR("comment"))) {
        target.place = PUBLIC_COMMENT;
    } else if (!is_page && str_equal(stem, STR("receipt"))) {
        target.place = PUBLIC_RECEIPT;
    }
    return target;
}

static void respond_static(struct http_request *request, const char *name)
{
    const struct static_file *file = static_find_name(str_from_cstr(name));
    bool is_packed = file && file->gzip.n && http_accepts_gzip(request);
    http_set_security_headers(request);
    http_set_header(request, "Cache-Control", STR("public, max-age=3600"));
    http_set_header(request, "Vary", STR("Accept-Encoding"));
    if (file && !http_is_fresh(request, arena_format(request->arena, "W/\"%.*s\"", STR_ARG(file->url)))) {
        http_set_header(request, "Content-Type", file->type);
        if (is_packed)
            http_set_header(request, "Content-Encoding", STR("gzip"));
        http_body_bytes(request, is_packed ? file->gzip : file->bytes);
    }
    http_respond(request);
}

/* request->user holds the page that is sent, or the old one that a worker is to make anew. */
static void view(struct public *public, struct http_request *request, const struct public_target *target)
{
    bool is_due;
    const struct public_page *page = public_cache_find(public->cache, target->name, clock_monotonic_ms(), &is_due);
    request->user = (void *)(uintptr_t)page;
    if (page && !is_due)
        public_respond_kept(request, target);
    else
        http_defer(request, public_serve_page);
}

static void on_request(struct http_request *request, void *arg)
{
    struct public *public = arg;
    struct public_target target = public_target_of(request);
    bool is_read = request->method == HTTP_GET || request->method == HTTP_HEAD, is_post = request->method == HTTP_POST;
    bool is_form = target.place == PUBLIC_COMMENT || target.place == PUBLIC_RECEIPT;
    if (!target.place)
        public_respond_status(request, public->app, 404);
    else if (!is_read && !(is_post && is_form))
        public_respond_status(request, public->app, 405);
    else if (target.place == PUBLIC_CSS)
        respond_static(request, "site.css");
    else if (target.place == PUBLIC_ICON)
        respond_static(request, "favicon.svg");
    else if (target.place == PUBLIC_RECEIPT)
        http_defer(request, public_serve_receipt);
    else if (is_form)
        http_defer(request, is_post ? public_serve_post : public_serve_form);
    else
        view(public, request, &target);
}

static void on_refusal(struct http_request *request, int status, void *arg)
{
    const struct public *public = arg;
    public_fill_status(request, public->app, status);
}

static void on_done(struct http_request *request, const struct http_outcome *outcome, void *arg)
{
    (void)outcome;
    (void)arg;
    public_page_release(request->user);
}

/* ---- opening and closing ------------------------------------------------------------------------------------ */

static enum rc worker_init(void *hook_arg, int index, void **ret_worker)
{
    struct public *public = hook_arg;
    (void)index;
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(MIB);
    struct public_worker *worker = alloc_zeroed(1, sizeof *worker);
    struct gzip *gzip = gzip_new(GZIP_LEVEL);
    if (!arena || !worker || !gzip) {
        gzip_free(gzip);
        alloc_free(worker);
        return RC_NOMEM;
    }
    struct ctx ctx = {.arena = arena};
    (void)setpriority(PRIO_PROCESS, 0, NICE); /* of this thread alone, on Linux */
    *worker =
        (struct public_worker){.app = public->app, .cache = public->cache, .limiter = public->limiter, .gzip = gzip};
    enum rc rc = db_open(&ctx, public->app->settings->db, DB_READ, &worker->db);
    if (rc != RC_OK) {
        gzip_free(gzip);
        alloc_free(worker);
        return rc;
    }
    *ret_worker = worker;
    return RC_OK;
}

static void worker_done(void *hook_arg, void *state)
{
    (void)hook_arg;
    struct public_worker *worker = state;
    db_close(worker->db);
    gzip_free(worker->gzip);
    alloc_free(worker);
}

static bool read_listen(struct public *public, struct str listen, int *ret_port)
{
    size_t colon = listen.n;
    int64_t port;
    while (colon > 0 && listen.p[colon - 1] != ':')
        colon--;
    if (colon < 2 || !str_parse_int64(str_slice(listen, colon, listen.n), &port) || port < 0 || port > 65535)
        return false;
    struct str address = str_slice(listen, 0, colon - 1);
    if (address.n > 2 && address.p[0] == '[' && address.p[address.n - 1] == ']')
        address = str_slice(address, 1, address.n - 1);
    if (!address.n || address.n >= sizeof public->address)
        return false;
    memcpy(public->address, address.p, address.n);
    *ret_port = (int)port;
    return true;
}

static enum rc open_parts(struct ctx *ctx, struct public *public, struct str listen)
{
    const struct settings *settings = public->app->settings;
    struct http_config config;
    static const char *proxies[2];
    struct pool_hooks hooks = {.init = worker_init, .done = worker_done, .hook_arg = public};
    http_config_init(&config);
    if (!read_listen(public, listen, &config.port))
        return ctx_fail_format(ctx, RC_CONFIG, "public.bad_listen", "%.*s", STR_ARG(listen));
    public->limiter = public_limiter_new((int)settings->public_forms_per_network, (int)settings->public_forms_all);
    public->cache = public_cache_new();
    if (!public->limiter || !public->cache)
        return RC_NOMEM;
    TRY(pool_new(WORKERS, QUEUE, &hooks, &public->pool));
    proxies[0] = settings->trusted_proxy.n ? settings->trusted_proxy.p : NULL;
    config.address = public->address;
    config.trusted_proxies = proxies;
    config.head_max_bytes = 8 * 1024;
    config.url_max_bytes = 2 * 1024;
    config.body_max_bytes = BODY_MAX;
    config.body_memory_bytes = BODY_MAX;
    config.head_timeout_ms = 10 * 1000;
    config.body_timeout_ms = 10 * 1000;
    config.keep_alive_ms = 15 * 1000;
    config.connections_max = 2048;
    config.connections_per_address_max = 128;
    config.pool = public->pool;
    config.arg = public;
    config.on_request = on_request;
    config.on_refusal = on_refusal;
    config.on_done = on_done;
    enum rc rc = http_server_new(&config, &public->server);
    return rc != RC_IO ? rc : ctx_fail_format(ctx, RC_IO, "error.listen", "%s:%d", config.address, config.port);
}

enum rc public_open(struct ctx *ctx, struct app *app, struct str listen, struct public **ret_public)
{
    struct public *public = alloc_zeroed(1, sizeof *public);
    if (!public)
        return RC_NOMEM;
    public->app = app;
    enum rc rc = open_parts(ctx, public, listen);
    if (rc != RC_OK) {
        public_close(public);
        return rc;
    }
    *ret_public = public;
    return RC_OK;
}

static void *run(void *arg)
{
    struct public *public = arg;
    (void)setpriority(PRIO_PROCESS, 0, NICE);
    return http_server_run(public->server) == RC_OK ? NULL : public;
}

enum rc public_start(struct public *public)
{
    if (pthread_create(&public->thread, NULL, run, public) != 0)
        return RC_IO;
    public->is_running = true;
    return RC_OK;
}

int public_port(const struct public *public) { return http_server_port(public->server); }

void public_close(struct public *public)
{
    if (!public)
        return;
    if (public->is_running) {
        http_server_stop(public->server);
        (void)pthread_join(public->thread, NULL);
    }
    pool_free(public->pool);
    http_server_free(public->server);
    public_limiter_free(public->limiter);
    public_cache_free(public->cache);
    alloc_free(public);
}
