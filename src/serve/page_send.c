/* page_send.c: the answer to a request: the view as a page or as JSON, and failures; see page.h. */
#include "serve/app.h"
#include "serve/chrome.h"
#include "serve/gzip.h"
#include "serve/page.h"

enum { PAGE_HTML_CEILING = 64 * 1024 * 1024, PAGE_HTML_START = 96 * 1024 };

static void send_json(struct page *page, const struct value *tree, const char *type)
{
    struct buf out;
    buf_init(&out, PAGE_HTML_CEILING);
    value_write_json(&out, tree, false);
    http_set_header(page->request, "Content-Type", str_from_cstr(type));
    http_body_buf(page->request, &out);
}

static enum rc render(struct page *page, const char *name, struct value *root)
{
    const struct mustache *tpl = mustache_set_find(page->app->templates, str_from_cstr(name));
    if (!tpl)
        return ctx_fail_format(&page->ctx, RC_INTERNAL, "template.missing", "%s", name);
    struct buf out;
    buf_init(&out, PAGE_HTML_CEILING);
    (void)buf_add_space(&out, PAGE_HTML_START); /* one allocation for most pages */
    buf_truncate(&out, 0);
    enum rc rc = mustache_render(&page->ctx, tpl, root, (int)page->lang,
                                 page->app->is_strict ? MUSTACHE_STRICT : MUSTACHE_SAFE, &out);
    if (rc != RC_OK) {
        buf_done(&out);
        return rc;
    }
    http_set_header(page->request, "Content-Type", STR("text/html; charset=utf-8"));
    http_body_buf(page->request, &out);
    return RC_OK;
}

void page_send(struct page *page)
{
    if (page->is_json) {
        send_json(page, page->view, "application/json; charset=utf-8");
    } else {
        struct value *root = chrome_make(page);
        VALUE_EACH (child, page->view) {
            struct value *copy = ARENA_NEW(page->ctx.arena, struct value);
            if (copy)
                *copy = *child; /* shares the subtree */
            value_put(root, child->key, copy);
        }
        enum rc rc = render(page, page->tpl ? page->tpl : page->route->tpl, root);
        if (rc != RC_OK) {
            page_send_error(page, rc);
            return;
        }
    }
    if (page->status)
        page->request->response.status = page->status;
    chrome_finish(page);
    gzip_response(page->worker->gzip, page->request);
    http_respond(page->request);
}

/* The page of this site that the browser came from, else "". */
static struct str find_way_back(const struct page *page)
{
    struct str from = http_header_get(page->request, "Referer");
    size_t host = str_find(from, STR("://"), 0), path = host == SIZE_MAX ? host : str_find_byte(from, '/', host + 3);
    if (path == SIZE_MAX || !str_equal_nocase(str_slice(from, host + 3, path), page->request->host))
        return STR("");
    from = str_slice(from, path, from.n);
    return page_is_local_path(from) && !str_equal(from, page->request->raw_path) ? from : STR("");
}

static void put_error_texts(struct page *page, enum rc rc, struct value *error)
{
    struct arena *arena = page->ctx.arena;
    struct str key = str_from_cstr(rc_message_key(rc));
    struct str title = message_find(page->lang, arena_format(arena, "%.*s.title", STR_ARG(key)));
    value_put_text(arena, error, "title", title.p ? title : message_of_rc(page->lang, rc));
    value_put_text(arena, error, "what", message_of_rc(page->lang, rc));
    value_put_text(arena, error, "status", arena_format(arena, "%d", rc_http_status(rc)));
    value_put_text(arena, error, "back_href", find_way_back(page));
    value_put_bool(arena, error, "may_sign_in", rc == RC_UNAUTHENTICATED);
    value_put_text(arena, error, "request_id",
                   arena_format(arena, "%llx", (unsigned long long)page->request->began_us));
    struct value *details = value_put_list(arena, error, "details");
    for (const struct ctx_issue *issue = page->ctx.first; issue; issue = issue->next) {
        struct value *detail = value_add_map(arena, details);
        bool is_place = page_is_local_path(issue->place); /* where what is missing is put right */
        value_put_text(arena, detail, "text", chrome_issue_text(page, issue));
        value_put_text(arena, detail, "href", is_place ? chrome_issue_href(arena, issue) : STR(""));
    }
    value_put_bool(arena, error, "has_details", value_count(details) > 0);
}

/* RFC 9457 problem details. */
static void send_problem(struct page *page, enum rc rc)
{
    struct arena *arena = page->ctx.arena;
    struct value *problem = value_new_map(arena);
    value_put_text(arena, problem, "type", arena_format(arena, "urn:bihuan:problem:%s", rc_name(rc)));
    value_put_text(arena, problem, "title", message_of_rc(page->lang, rc));
    value_put_int(arena, problem, "status", rc_http_status(rc));
    chrome_put_issues(page, problem, "errors");
    send_json(page, problem, "application/problem+json");
}

void page_send_error(struct page *page, enum rc rc)
{
    struct http_request *request = page->request;
    request->response.status = rc_http_status(rc);
    if (page->is_json) {
        send_problem(page, rc);
    } else {
        struct value *root = chrome_make(page);
        put_error_texts(page, rc, value_put_map(page->ctx.arena, root, "error"));
        ctx_clear_issues(&page->ctx);
        if (render(page, page->session.account_id ? "error" : "error_alone", root) != RC_OK) {
            http_respond_bytes(request, 500, "text/plain; charset=utf-8", message_of_rc(page->lang, RC_INTERNAL));
            return;
        }
    }
    http_set_header(request, "Cache-Control", STR("no-store"));
    if (rc == RC_TOO_MANY || rc == RC_BUSY)
        http_set_header(request, "Retry-After", STR("2"));
    chrome_finish(page);
    http_respond(request);
}
