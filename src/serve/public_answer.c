/* public_answer.c: what workers of the public listener answer: pages made anew, the form, what was sent by it, the
 * receipt. */
#include <stdio.h>

#include "base/clock.h"
#include "loop/comment.h"
#include "loop/vault.h"
#include "serve/form.h"
#include "serve/http_headers.h"
#include "serve/public_parts.h"
#include "serve/site.h"
#include "text/digest.h"

enum { MIB = 1024 * 1024, PAGE_CEILING = 8 * MIB };

/* ---- answers ------------------------------------------------------------------------------------------------ */

static void set_headers(struct http_request *request, int status, const char *type, const char *cache)
{
    http_set_security_headers(request);
    http_set_header(request, "Content-Type", str_from_cstr(type));
    http_set_header(request, "Cache-Control", str_from_cstr(cache));
    request->response.status = status;
}

void public_fill_status(struct http_request *request, const struct app *app, int status)
{
    struct ctx ctx = {.arena = request->arena};
    struct site site = {
        .ctx = &ctx, .templates = app->templates, .base = STR(""), .is_live = true, .is_strict = app->is_strict};
    struct buf out;
    buf_init(&out, PAGE_CEILING);
    if (site_error(&site, status, &out) == RC_OK) {
        http_body_buf(request, &out);
        set_headers(request, status, "text/html; charset=utf-8", "no-store");
        return;
    }
    buf_done(&out);
    http_body_bytes(request, arena_format(request->arena, "%d %s\n", status, http_status_text(status)));
    set_headers(request, status, "text/plain; charset=utf-8", "no-store");
}

void public_respond_status(struct http_request *request, const struct app *app, int status)
{
    public_fill_status(request, app, status);
    http_respond(request);
}

static const char *type_of(enum public_place place)
{
    return place == PUBLIC_FEED ? "application/atom+xml; charset=utf-8" : "text/html; charset=utf-8";
}

void public_respond_kept(struct http_request *request, const struct public_target *target)
{
    const struct public_page *page = request->user;
    bool is_packed = page->gzip.n && http_accepts_gzip(request);
    http_set_header(request, "Vary", STR("Accept-Encoding"));
    if (http_is_fresh(request,
                      is_packed ? arena_format(request->arena, "W/%s", page->etag) : str_from_cstr(page->etag))) {
        http_set_header(request, "Cache-Control", STR("public, max-age=30"));
        http_respond(request);
        return;
    }
    if (is_packed)
        http_set_header(request, "Content-Encoding", STR("gzip"));
    http_body_bytes(request, is_packed ? page->gzip : page->bytes);
    set_headers(request, 200, type_of(target->place), "public, max-age=30");
    http_respond(request);
}

static void respond_buf(struct public_worker *worker, struct http_request *request, enum rc rc, int status,
                        struct buf *out)
{
    if (rc != RC_OK) {
        buf_done(out);
        public_respond_status(request, worker->app, rc == RC_NOT_FOUND ? 404 : rc == RC_BUSY ? 503 : 500);
        return;
    }
    http_body_buf(request, out);
    set_headers(request, status, "text/html; charset=utf-8", "no-store");
    http_respond(request);
}

static struct site make_site(struct public_worker *worker, struct ctx *ctx, enum lang lang)
{
    return (struct site){.ctx = ctx,
                         .db = worker->db,
                         .templates = worker->app->templates,
                         .base = STR(""),
                         .lang = lang,
                         .is_live = true,
                         .is_strict = worker->app->is_strict};
}

/* ---- pages -------------------------------------------------------------------------------------------------- */

static enum rc make_page(struct site *site, const struct public_target *target, struct buf *out)
{
    TRY(db_begin(site->ctx, site->db, false));
    enum rc rc = target->place == PUBLIC_INDEX  ? site_index(site, out)
                 : target->place == PUBLIC_FEED ? site_feed(site, out)
                                                : site_bulletin(site, target->no, out);
    db_rollback(site->db);
    return rc;
}

/* Puts the page into request->user in the place of an older one, which stays when no newer one can be made now. */
static enum rc renew(struct public_worker *worker, struct http_request *request, const struct public_target *target)
{
    struct ctx ctx = {.arena = request->arena};
    struct site site = make_site(worker, &ctx, target->lang);
    struct buf out CLEANUP(buf_done), packed CLEANUP(buf_done);
    buf_init(&out, PAGE_CEILING);
    buf_init(&packed, PAGE_CEILING);
    enum rc rc = make_page(&site, target, &out);
    if (rc == RC_NOT_FOUND)
        public_cache_drop(worker->cache, target->name);
    TRY(rc);
    TRY(gzip_bytes(worker->gzip, buf_str(&out), &packed));
    const struct public_page *page =
        public_cache_put(worker->cache, target->name, buf_str(&out), buf_str(&packed), clock_monotonic_ms());
    if (!page)
        return RC_NOMEM;
    public_page_release(request->user);
    request->user = (void *)(uintptr_t)page;
    return RC_OK;
}

/* Many requests may wait for the same page: only the first makes it. */
void public_serve_page(struct http_request *request, void *state)
{
    struct public_worker *worker = state;
    struct public_target target = public_target_of(request);
    bool has_old = request->user != NULL, is_due = false;
    enum rc rc = RC_OK;
    if (!has_old)
        request->user = (void *)(uintptr_t)public_cache_find(worker->cache, target.name, clock_monotonic_ms(), &is_due);
    if (has_old || !request->user)
        rc = renew(worker, request, &target);
    if (request->user && rc != RC_NOT_FOUND)
        public_respond_kept(request, &target);
    else
        public_respond_status(request, worker->app, rc == RC_NOT_FOUND ? 404 : rc == RC_BUSY ? 503 : 500);
}

/* ---- the form ----------------------------------------------------------------------------------------------- */

static void put_issues(struct ctx *ctx, enum lang lang, struct value *view)
{
    static const char *const fields[] = {"text", "name", "contact", "answer"};
    struct arena *arena = ctx->arena;
    struct value *errors = value_put_list(arena, view, "errors");
    for (const struct ctx_issue *issue = ctx->first; issue; issue = issue->next) {
        struct value *error = value_add_map(arena, errors);
        value_put_text(arena, error, "text",
                       message_format(arena, lang, issue->key.n ? issue->key : str_from_cstr(rc_message_key(issue->rc)),
                                      issue->args, issue->arg_count));
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
    put_issues(site->ctx, site->lang, view);
    TRY(public_form_make(site->ctx, no, site->lang, clock_now_ms(), &form));
    value_put_text(arena, view, "no", no);
    value_put_text(arena, view, "bulletin_title", value_get_text(bulletin, "title"));
    site_put_other(site, view, "comment", arena_format(arena, "?no=%.*s", STR_ARG(no)));
    value_put_text(arena, view, "token", form.token);
    value_put_text(arena, view, "question", form.question);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        value_put_text(arena, view, fields[i], typed ? form_text(typed, fields[i]) : STR(""));
    value_put_int(arena, view, "text_max", COMMENT_TEXT_MAX);
    return site_page(site, "site_comment", view, out);
}

/* The form, or what to do instead when the window is over: then *status is 410. */
static enum rc make_form_or_over(struct site *site, struct str no, const struct value *typed, struct buf *out,
                                 int *status)
{
    enum rc rc = make_form(site, no, typed, out);
    if (rc != RC_NOT_FOUND)
        return rc;
    *status = 410;
    return site_window_over(site, no, out);
}

void public_serve_form(struct http_request *request, void *state)
{
    struct public_worker *worker = state;
    struct ctx ctx = {.arena = request->arena};
    struct public_target target = public_target_of(request);
    struct site site = make_site(worker, &ctx, target.lang);
    struct value *query;
    struct buf out;
    int status = 200;
    buf_init(&out, PAGE_CEILING);
    enum rc rc = form_parse_query(&ctx, request->query, NULL, &query);
    if (rc == RC_OK)
        rc = db_begin(&ctx, worker->db, false);
    if (rc == RC_OK)
        rc = make_form_or_over(&site, form_text(query, "no"), NULL, &out, &status);
    db_rollback(worker->db);
    respond_buf(worker, request, rc == RC_BAD_REQUEST || rc == RC_BAD_ENCODING ? RC_NOT_FOUND : rc, status, &out);
}

static enum rc take_comment(struct public_worker *worker, struct http_request *request, struct ctx *ctx,
                            const struct value *fields, struct value **ret_result)
{
    struct app *app = worker->app;
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
    TRY(command_read_input(ctx, &command_comment_receive, raw,
                           &input)); /* nothing is taken off the measure for a slip */
    if (!public_limiter_take(worker->limiter, request->remote, clock_now_ms()))
        return ctx_fail_key(ctx, RC_TOO_MANY, "public.too_many");
    struct write_job job = {.command = &command_comment_receive, .ctx = ctx, .actor = &program, .input = input};
    enum rc rc = writer_run(app->writer, &job);
    *ret_result = job.result;
    return rc;
}

void public_serve_post(struct http_request *request, void *state)
{
    struct public_worker *worker = state;
    struct ctx ctx = {.arena = request->arena};
    struct public_target target = public_target_of(request);
    struct site site = make_site(worker, &ctx, target.lang);
    struct form *form;
    struct value *result = NULL;
    struct buf out;
    buf_init(&out, PAGE_CEILING);
    enum rc rc = form_parse(&ctx, request->content_type, request->body, NULL, &form);
    if (rc != RC_OK) {
        buf_done(&out);
        public_respond_status(request, worker->app, rc == RC_TOO_LARGE ? 413 : rc == RC_UNSUPPORTED ? 415 : 400);
        return;
    }
    rc = take_comment(worker, request, &ctx, form->fields, &result);
    if (rc == RC_OK) {
        struct value *view = value_new_map(request->arena);
        value_put_text(request->arena, view, "no", value_get_text(result, "no"));
        value_put_text(request->arena, view, "receipt", value_get_text(result, "receipt"));
        site_put_other(&site, view, "receipt", STR(""));
        respond_buf(worker, request, site_page(&site, "site_received", view, &out), 201, &out);
        return;
    }
    int status = rc == RC_TOO_MANY                                                 ? 429
                 : rc == RC_CONFLICT                                               ? 409
                 : rc == RC_BUSY                                                   ? 503
                 : rc == RC_NOT_FOUND                                              ? 404
                 : rc == RC_INVALID || rc == RC_BAD_ENCODING || rc == RC_TOO_LARGE ? 422
                                                                                   : 500;
    if (status == 500) {
        respond_buf(worker, request, rc, status, &out);
        return;
    }
    if (!ctx.first)
        (void)ctx_fail_key(&ctx, rc, NULL);
    rc = db_begin(&ctx, worker->db, false);
    if (rc == RC_OK)
        rc = make_form_or_over(&site, form_text(form->fields, "no"), form->fields, &out, &status);
    db_rollback(worker->db);
    if (status == 429 || status == 503)
        http_set_header(request, "Retry-After", STR("3600"));
    respond_buf(worker, request, rc, status, &out);
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
    value_put_text(arena, row, "state_label", message_find(site->lang, key));
    value_put(view, STR("comment"), row);
    return RC_OK;
}

/* By POST, so that the number stands in no log and no history. */
void public_serve_receipt(struct http_request *request, void *state)
{
    struct public_worker *worker = state;
    struct ctx ctx = {.arena = request->arena};
    struct public_target target = public_target_of(request);
    struct site site = make_site(worker, &ctx, target.lang);
    struct value *view = value_new_map(request->arena);
    struct form *form = NULL;
    struct buf out;
    enum rc rc = RC_OK;
    buf_init(&out, PAGE_CEILING);
    if (request->method == HTTP_POST)
        rc = form_parse(&ctx, request->content_type, request->body, NULL, &form);
    if (rc != RC_OK) {
        buf_done(&out);
        public_respond_status(request, worker->app, 400);
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
    site_put_other(&site, view, "receipt", STR(""));
    if (rc == RC_OK)
        rc = site_page(&site, "site_receipt", view, &out);
    respond_buf(worker, request, rc, form && value_get_bool(view, "is_unknown") ? 404 : 200, &out);
}
