/* public.c: see public.h.
 *
 * Threats: a way inside (a closed set of addresses, matched on the loop thread; no session, no cookie, no route table); floods (page
 * views come from memory; bodies and heads are small; forms have a measure; few workers with a short queue; a lower priority than
 * the pages inside); what is typed coming back as markup (templates escape) or as a header (nothing typed stands in one).
 */
#include "serve/public.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "loop/comment.h"
#include "loop/vault.h"
#include "serve/form.h"
#include "serve/http_headers.h"
#include "serve/public_form.h"
#include "serve/site.h"
#include "text/digest.h"

enum { MIB = 1024 * 1024, WORKERS = 2, QUEUE = 128, PAGE_CEILING = 8 * MIB, BODY_MAX = 64 * 1024, KEPT_PAGES = 64, KEPT_MS = 2000, NAME_MAX_BYTES = 48, NICE = 10 };

struct kept_page {
    char name[NAME_MAX_BYTES];
    int64_t made_ms;
    struct buf bytes;
};

struct public {
    struct app *app;
    struct http_server *server;
    struct pool *pool;
    struct public_limiter *limiter;
    pthread_t thread;
    bool is_running;
    char address[64];
    pthread_mutex_t lock; /* of kept */
    struct kept_page kept[KEPT_PAGES];
};

struct public_worker {
    struct public *public;
    struct db *db;
};

/* ---- pages kept ready --------------------------------------------------------------------------------------- */

static bool find_kept(struct public *public, struct http_request *request, struct str name, struct str *ret_bytes)
{
    bool is_found = false;
    int64_t now = clock_monotonic_ms();
    pthread_mutex_lock(&public->lock);
    for (int i = 0; i < KEPT_PAGES && !is_found; i++) {
        struct kept_page *page = &public->kept[i];
        if (!page->made_ms || now - page->made_ms > KEPT_MS || !str_equal_cstr(name, page->name))
            continue;
        *ret_bytes = arena_copy_str(request->arena, buf_str(&page->bytes));
        is_found = ret_bytes->p != NULL;
    }
    pthread_mutex_unlock(&public->lock);
    return is_found;
}

static void keep(struct public *public, struct str name, struct str bytes)
{
    int oldest = 0;
    if (name.n >= NAME_MAX_BYTES)
        return;
    pthread_mutex_lock(&public->lock);
    for (int i = 0; i < KEPT_PAGES; i++) {
        if (str_equal_cstr(name, public->kept[i].name)) {
            oldest = i;
            break;
        }
        if (public->kept[i].made_ms < public->kept[oldest].made_ms)
            oldest = i;
    }
    struct kept_page *page = &public->kept[oldest];
    buf_reset(&page->bytes);
    buf_add(&page->bytes, bytes);
    memcpy(page->name, name.p, name.n);
    page->name[name.n] = '\0';
    page->made_ms = buf_rc(&page->bytes) == RC_OK ? clock_monotonic_ms() : 0;
    pthread_mutex_unlock(&public->lock);
}

/* ---- answers ------------------------------------------------------------------------------------------------ */

static void respond_page(struct http_request *request, int status, const char *type, const char *cache)
{
    http_set_security_headers(request);
    http_set_header(request, "Content-Type", str_from_cstr(type));
    http_set_header(request, "Cache-Control", str_from_cstr(cache));
    request->response.status = status;
    http_respond(request);
}

static void respond_line(struct http_request *request, int status)
{
    http_body_bytes(request, arena_format(request->arena, "%d %s\n", status, http_status_text(status)));
    respond_page(request, status, "text/plain; charset=utf-8", "no-store");
}

static const char *type_of(struct str name)
{
    if (str_has_suffix(name, STR(".css")))
        return "text/css; charset=utf-8";
    return str_has_suffix(name, STR(".xml")) ? "application/atom+xml; charset=utf-8" : "text/html; charset=utf-8";
}

static void respond_buf(struct http_request *request, enum rc rc, int status, struct buf *out)
{
    if (rc != RC_OK) {
        buf_done(out);
        respond_line(request, rc == RC_NOT_FOUND ? 404 : rc == RC_BUSY ? 503 : 500);
        return;
    }
    http_body_buf(request, out);
    respond_page(request, status, "text/html; charset=utf-8", "no-store");
}

static struct site make_site(struct public_worker *worker, struct ctx *ctx)
{
    return (struct site){.ctx = ctx, .db = worker->db, .templates = worker->public->app->templates, .base = STR(""), .is_live = true};
}

static struct str page_name(const struct http_request *request) { return request->path.n > 1 ? str_slice(request->path, 1, request->path.n) : STR("index.html"); }

/* index.html, feed.xml or TB-....html. */
static void serve_page(struct http_request *request, void *state)
{
    struct public_worker *worker = state;
    struct ctx ctx = {.arena = request->arena};
    struct site site = make_site(worker, &ctx);
    struct str name = page_name(request);
    struct buf out;
    buf_init(&out, PAGE_CEILING);
    enum rc rc = db_begin(&ctx, worker->db, false);
    if (rc == RC_OK && str_equal(name, STR("index.html")))
        rc = site_index(&site, &out);
    else if (rc == RC_OK && str_equal(name, STR("feed.xml")))
        rc = site_feed(&site, &out);
    else if (rc == RC_OK)
        rc = site_bulletin(&site, str_slice(name, 0, name.n - 5), &out);
    db_rollback(worker->db);
    if (rc != RC_OK) {
        respond_buf(request, rc, 0, &out);
        return;
    }
    keep(worker->public, name, buf_str(&out));
    http_body_buf(request, &out);
    respond_page(request, 200, type_of(name), "public, max-age=30");
}

/* ---- the form ----------------------------------------------------------------------------------------------- */

static void put_issues(struct ctx *ctx, struct value *view)
{
    static const char *const fields[] = {"text", "name", "contact", "answer"};
    struct arena *arena = ctx->arena;
    struct value *errors = value_put_list(arena, view, "errors");
    for (const struct ctx_issue *issue = ctx->first; issue; issue = issue->next) {
        struct value *error = value_add_map(arena, errors);
        value_put_text(arena, error, "text", message_format(arena, LANG_ZH, issue->key.n ? issue->key : str_from_cstr(rc_message_key(issue->rc)), issue->args, issue->arg_count));
        struct str href = STR("");
        for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
            if (str_equal_cstr(issue->field, fields[i]))
                href = arena_format(arena, "#%s", fields[i]);
        value_put_text(arena, error, "href", href);
    }
    value_put_bool(arena, view, "has_errors", value_count(errors) > 0);
}

/* A fresh form, with what was typed. */
static enum rc make_form(struct site *site, struct str no, const struct value *typed, struct buf *out)
{
    static const char *const fields[] = {"text", "name", "contact"};
    struct arena *arena = site->ctx->arena;
    struct value *view = value_new_map(arena), *bulletin;
    struct public_form form;
    struct db_stmt *st = db_query(site->db, Q_COMMENT_BULLETIN);
    db_bind_text(st, "no", no);
    TRY(db_first_row(site->ctx, st, &bulletin));
    if (!bulletin)
        return RC_NOT_FOUND;
    put_issues(site->ctx, view);
    TRY(public_form_make(site->ctx, no, clock_now_ms(), &form));
    value_put_text(arena, view, "no", no);
    value_put_text(arena, view, "bulletin_title", value_get_text(bulletin, "title"));
    value_put_text(arena, view, "token", form.token);
    value_put_text(arena, view, "question", form.question);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        value_put_text(arena, view, fields[i], typed ? form_text(typed, fields[i]) : STR(""));
    value_put_int(arena, view, "text_max", COMMENT_TEXT_MAX);
    return site_page(site, "site_comment", view, out);
}

static void serve_form(struct http_request *request, void *state)
{
    struct public_worker *worker = state;
    struct ctx ctx = {.arena = request->arena};
    struct site site = make_site(worker, &ctx);
    struct value *query;
    struct buf out;
    buf_init(&out, PAGE_CEILING);
    enum rc rc = form_parse_query(&ctx, request->query, NULL, &query);
    if (rc == RC_OK)
        rc = db_begin(&ctx, worker->db, false);
    if (rc == RC_OK)
        rc = make_form(&site, form_text(query, "no"), NULL, &out);
    db_rollback(worker->db);
    respond_buf(request, rc == RC_BAD_REQUEST || rc == RC_BAD_ENCODING ? RC_NOT_FOUND : rc, 200, &out);
}

static enum rc take_comment(struct public_worker *worker, struct http_request *request, struct ctx *ctx, const struct value *fields, struct value **ret_result)
{
    struct app *app = worker->public->app;
    struct actor program = actor_program();
    struct str no = form_text(fields, "no"), nonce;
    struct value *raw = value_new_map(ctx->arena);
    static const char *const names[] = {"text", "name", "contact"};
    TRY(public_form_check(ctx, form_text(fields, "token"), no, form_text(fields, "answer"), clock_now_ms(), &nonce));
    value_put_text(ctx->arena, raw, "bulletin_no", no);
    value_put_text(ctx->arena, raw, "nonce", nonce);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        value_put_text(ctx->arena, raw, names[i], form_text(fields, names[i]));
    struct value *input;
    TRY(command_read_input(ctx, &command_comment_receive, raw, &input)); /* nothing is taken off the measure for a slip */
    if (!public_limiter_take(worker->public->limiter, request->remote, clock_now_ms()))
        return ctx_fail_key(ctx, RC_TOO_MANY, "public.too_many");
    struct write_job job = {.command = &command_comment_receive, .ctx = ctx, .actor = &program, .input = input};
    enum rc rc = writer_run(app->writer, &job);
    *ret_result = job.result;
    return rc;
}

static void serve_post(struct http_request *request, void *state)
{
    struct public_worker *worker = state;
    struct ctx ctx = {.arena = request->arena};
    struct site site = make_site(worker, &ctx);
    struct form *form;
    struct value *result = NULL;
    struct buf out;
    buf_init(&out, PAGE_CEILING);
    enum rc rc = form_parse(&ctx, request->content_type, request->body, NULL, &form);
    if (rc != RC_OK) {
        respond_line(request, rc == RC_TOO_LARGE ? 413 : rc == RC_UNSUPPORTED ? 415 : 400);
        buf_done(&out);
        return;
    }
    rc = take_comment(worker, request, &ctx, form->fields, &result);
    if (rc == RC_OK) {
        struct value *view = value_new_map(request->arena);
        value_put_text(request->arena, view, "no", value_get_text(result, "no"));
        value_put_text(request->arena, view, "receipt", value_get_text(result, "receipt"));
        respond_buf(request, site_page(&site, "site_received", view, &out), 201, &out);
        return;
    }
    int status = rc == RC_TOO_MANY ? 429 : rc == RC_CONFLICT ? 409 : rc == RC_BUSY ? 503 : rc == RC_NOT_FOUND ? 404 : rc == RC_INVALID || rc == RC_BAD_ENCODING || rc == RC_TOO_LARGE ? 422 : 500;
    if (status == 500 || status == 404) {
        respond_buf(request, rc, status, &out);
        return;
    }
    if (!ctx.first)
        (void)ctx_fail_key(&ctx, rc, NULL);
    rc = db_begin(&ctx, worker->db, false);
    if (rc == RC_OK)
        rc = make_form(&site, form_text(form->fields, "no"), form->fields, &out);
    db_rollback(worker->db);
    if (status == 429 || status == 503)
        http_set_header(request, "Retry-After", STR("3600"));
    respond_buf(request, rc, status, &out);
}

/* ---- the receipt -------------------------------------------------------------------------------------------- */

static enum rc put_receipt(struct site *site, const struct value *fields, struct value *view)
{
    struct arena *arena = site->ctx->arena;
    struct str number = vault_read_receipt(arena, form_text(fields, "receipt"));
    struct value *row = NULL;
    uint8_t digest[DIGEST_BYTES];
    char hex[DIGEST_TEXT_BYTES];
    if (number.n) {
        struct db_stmt *st = db_query(site->db, Q_COMMENT_BY_RECEIPT);
        digest_sha256(number, digest);
        db_bind_text(st, "receipt_sha256", digest_format(digest, hex));
        TRY(db_first_row(site->ctx, st, &row));
    }
    value_put_bool(arena, view, "is_unknown", row == NULL);
    if (!row)
        return RC_OK;
    struct str key = arena_format(arena, "public.state.%.*s", STR_ARG(value_get_text(row, "state")));
    value_put_text(arena, row, "state_label", message_find(LANG_ZH, key));
    value_put(view, STR("comment"), row);
    return RC_OK;
}

/* By POST, so that the number stands in no log and no history. */
static void serve_receipt(struct http_request *request, void *state)
{
    struct public_worker *worker = state;
    struct ctx ctx = {.arena = request->arena};
    struct site site = make_site(worker, &ctx);
    struct value *view = value_new_map(request->arena);
    struct form *form = NULL;
    struct buf out;
    enum rc rc = RC_OK;
    buf_init(&out, PAGE_CEILING);
    if (request->method == HTTP_POST)
        rc = form_parse(&ctx, request->content_type, request->body, NULL, &form);
    if (rc != RC_OK) {
        buf_done(&out);
        respond_line(request, 400);
        return;
    }
    rc = db_begin(&ctx, worker->db, false);
    if (rc == RC_OK && form)
        rc = put_receipt(&site, form->fields, view);
    else
        value_put_bool(request->arena, view, "is_unknown", false);
    db_rollback(worker->db);
    if (!value_get(view, "comment"))
        value_put_bool(request->arena, view, "comment", false);
    if (rc == RC_OK)
        rc = site_page(&site, "site_receipt", view, &out);
    respond_buf(request, rc, form && value_get_bool(view, "is_unknown") ? 404 : 200, &out);
}

/* ---- the loop thread ---------------------------------------------------------------------------------------- */

/* A bulletin's number: letters, digits, hyphens. */
static bool is_bulletin_name(struct str name)
{
    if (!str_has_suffix(name, STR(".html")) || name.n >= NAME_MAX_BYTES || !str_has_prefix(name, STR("TB-")))
        return false;
    for (size_t i = 0; i + 5 < name.n; i++)
        if (!((name.p[i] >= '0' && name.p[i] <= '9') || (name.p[i] >= 'A' && name.p[i] <= 'Z') || name.p[i] == '-'))
            return false;
    return true;
}

static void on_request(struct http_request *request, void *arg)
{
    struct public *public = arg;
    struct str name = page_name(request), bytes;
    bool is_read = request->method == HTTP_GET || request->method == HTTP_HEAD, is_post = request->method == HTTP_POST;
    bool is_form = str_equal(name, STR("comment")), is_receipt = str_equal(name, STR("receipt"));
    bool is_page = str_equal(name, STR("index.html")) || str_equal(name, STR("feed.xml")) || is_bulletin_name(name);
    if (str_equal(name, STR("site.css")) && is_read) {
        http_body_bytes(request, site_css());
        respond_page(request, 200, type_of(name), "public, max-age=3600");
    } else if (is_page && is_read && find_kept(public, request, name, &bytes)) {
        http_body_bytes(request, bytes);
        respond_page(request, 200, type_of(name), "public, max-age=30");
    } else if (is_page && is_read) {
        http_defer(request, serve_page);
    } else if (is_receipt && (is_read || is_post)) {
        http_defer(request, serve_receipt);
    } else if (is_form && (is_read || is_post)) {
        http_defer(request, is_post ? serve_post : serve_form);
    } else {
        respond_line(request, is_page || is_form || is_receipt || str_equal(name, STR("site.css")) ? 405 : 404);
    }
}

/* ---- opening and closing ------------------------------------------------------------------------------------ */

static enum rc worker_init(void *hook_arg, int index, void **ret_worker)
{
    struct public *public = hook_arg;
    (void)index;
    struct arena *arena CLEANUP(arena_free_ptr) = arena_new(MIB);
    struct public_worker *worker = alloc_zeroed(1, sizeof *worker);
    if (!arena || !worker) {
        alloc_free(worker);
        return RC_NOMEM;
    }
    struct ctx ctx = {.arena = arena};
    (void)setpriority(PRIO_PROCESS, 0, NICE); /* of this thread alone, on Linux */
    worker->public = public;
    enum rc rc = db_open(&ctx, public->app->settings->db, DB_READ, &worker->db);
    if (rc != RC_OK) {
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
    if (!public->limiter)
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
    return http_server_new(&config, &public->server);
}

enum rc public_open(struct ctx *ctx, struct app *app, struct str listen, struct public **ret_public)
{
    struct public *public = alloc_zeroed(1, sizeof *public);
    if (!public)
        return RC_NOMEM;
    public->app = app;
    (void)pthread_mutex_init(&public->lock, NULL);
    for (int i = 0; i < KEPT_PAGES; i++)
        buf_init(&public->kept[i].bytes, PAGE_CEILING);
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
    for (int i = 0; i < KEPT_PAGES; i++)
        buf_done(&public->kept[i].bytes);
    (void)pthread_mutex_destroy(&public->lock);
    alloc_free(public);
}
