/* submit.c: forms and API calls on their way to the writer; see submit.h.
 *
 * Threat: a page of another site posts in the user's name.  Defence: the session's token in the form (or the header
 * X-CSRF-Token), compared in constant time, and Sec-Fetch-Site / Origin, which a foreign page cannot forge.
 */
#include "serve/submit.h"

#include "serve/chrome.h"
#include "serve/typed_form.h"
#include "serve/pages.h"

struct submission {
    struct write_job job;
    struct page *page;
    const struct command *command;
};

bool submit_is_own_origin(const struct page *page)
{
    struct str site = http_header_get(page->request, "Sec-Fetch-Site");
    if (site.n && !str_equal(site, STR("same-origin")) && !str_equal(site, STR("none")))
        return false;
    struct str origin = http_header_get(page->request, "Origin");
    if (!origin.n)
        return true; /* not a browser, or an old one: the token decides */
    size_t at = str_find(origin, STR("://"), 0);
    return at != SIZE_MAX && str_equal_nocase(str_slice(origin, at + 3, origin.n), page->request->host);
}

enum rc submit_check(struct page *page)
{
    struct http_request *request = page->request;
    if (request->body_fd >= 0)
        TRY(form_parse_fd(&page->ctx, request->content_type, request->body_fd, (int64_t)request->body_bytes, NULL,
                          &page->form));
    else
        TRY(form_parse(&page->ctx, request->content_type, request->body, NULL, &page->form));
    struct str token = http_header_get(request, "X-CSRF-Token");
    if (!token.n)
        token = form_text(page->form->fields, "csrf");
    if (!submit_is_own_origin(page) || !chrome_check_csrf(page, token))
        return ctx_fail_key(&page->ctx, RC_FORBIDDEN, "error.csrf");
    return RC_OK;
}

/* Fields of the form with the path's parameters on top: the address says what is changed. */
static struct value *make_raw(struct page *page)
{
    struct value *raw = value_new_map(page->ctx.arena);
    VALUE_EACH (param, page->params) {
        value_put(raw, param->key, value_copy(page->ctx.arena, param));
    }
    VALUE_EACH (field, page->form->fields) {
        if (value_get_str(raw, field->key))
            continue;
        struct value *copy = ARENA_NEW(page->ctx.arena, struct value);
        if (copy)
            *copy = *field;
        value_put(raw, field->key, copy);
    }
    return raw;
}

/* "/findings/{id}" with the values of the result, else of the input. */
static struct str fill_path(struct arena *arena, const char *pattern, const struct value *result,
                            const struct value *input)
{
    struct buf out CLEANUP(buf_done);
    buf_init(&out, 8 * 1024);
    for (const char *p = pattern; *p;) {
        if (*p != '{') {
            buf_add_char(&out, *p++);
            continue;
        }
        const char *end = p + 1;
        while (*end && *end != '}')
            end++;
        struct str name = {p + 1, (size_t)(end - p - 1)};
        const struct value *v = value_get_str(result, name);
        v = v ? v : value_get_str(input, name);
        if (v && v->kind == VALUE_INT)
            buf_add_int64(&out, v->integer);
        else if (v && v->kind == VALUE_TEXT)
            buf_add(&out, v->text);
        p = *end ? end + 1 : end;
    }
    return arena_copy_str(arena, buf_str(&out));
}

/* What became of each row, in words. */
static void put_row_words(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    for (struct value *row = ((struct value *)value_get(page->view, "rows"))->items.first; row; row = row->next) {
        struct str key = value_get_text(row, "message"), arg = value_get_text(row, "argument");
        bool is_same = value_get_bool(row, "ok") && !value_get_bool(row, "is_changed");
        struct str text = key.n     ? message_format(arena, page->lang, key, &arg, 1)
                          : is_same ? page_text(page, "bulk.same")
                                    : STR("");
        value_put_text(arena, row, "text", text);
    }
    value_put_bool(arena, page->view, "has_failed", value_get_int(page->view, "failed", 0) > 0);
    value_put_bool(arena, page->view, "has_same", value_get_int(page->view, "same", 0) > 0);
}

static void answer_done(struct submission *submission, bool has_rows)
{
    struct page *page = submission->page;
    struct arena *arena = page->ctx.arena;
    const struct value *result = submission->job.result;
    struct str path = fill_path(arena, submission->command->redirect, result, submission->job.input);
    struct str back = form_text(page->form->fields, "back");
    if (page->is_json) {
        struct value *answer = value_new_map(arena);
        value_put(answer, STR("result"), value_copy(arena, result));
        value_put_text(arena, answer, "url", path);
        page->view = answer;
        page->status = value_get(result, "id") && !value_get(page->params, "id") ? 201 : 200;
        page_send(page);
        return;
    }
    if (has_rows && value_get(result, "rows")) { /* a bulk edit shows what became of each row */
        page->view = value_copy(arena, result);
        page->tpl = "many_result";
        value_put_text(arena, page->view, "back_href", page_is_local_path(back) ? back : path);
        value_put_text(arena, page->view, "list_href", path);
        put_row_words(page);
        page_send(page);
        return;
    }
    const struct value *changed = value_get(result, "is_changed");
    chrome_set_flash(page, "success", changed && !changed->boolean ? "flash.nothing_changed" : "flash.saved", STR_EMPTY,
                     value_get_text(result, "undo_path"));
    page_redirect(page, page_is_local_path(back) ? back : path);
    chrome_finish(page);
    http_respond(page->request);
}

/* The answer needs the worker's connection only for pages of errors; small answers go out from the writer's thread. */
static void finish_on_worker(void *worker_state, void *arg)
{
    struct submission *submission = arg;
    struct page *page = submission->page;
    page->worker = worker_state;
    page->db = page->worker->db;
    if (submission->job.rc == RC_OK)
        answer_done(submission, true);
    else if (!typed_form_again(page, submission->job.rc))
        page_send_error(page, submission->job.rc);
}

static void submission_done(struct write_job *job)
{
    struct submission *submission = (struct submission *)job;
    if (job->rc == RC_OK && (submission->page->is_json || !value_get(job->result, "rows"))) {
        answer_done(submission, false);
        return;
    }
    if (pool_submit(submission->page->app->pool, finish_on_worker, submission) == RC_OK)
        return;
    if (job->rc == RC_OK) /* it is durable: nobody may be told to try again */
        answer_done(submission, false);
    else
        http_respond_bytes(submission->page->request, 503, "text/plain; charset=utf-8", STR("busy\n"));
}

enum rc submit_command(struct page *page, const struct command *command)
{
    struct submission *submission = ARENA_NEW(page->ctx.arena, struct submission);
    struct value *input;
    TRY(arena_rc(page->ctx.arena));
    enum rc rc = command_read_input(&page->ctx, command, make_raw(page), &input);
    if (rc != RC_OK)
        return typed_form_again(page, rc) ? RC_OK : rc;
    submission->page = page;
    submission->command = command;
    submission->job = (struct write_job){
        .command = command, .ctx = &page->ctx, .actor = &page->actor, .input = input, .done = submission_done};
    return writer_submit(page->app->writer, &submission->job);
}

enum rc submit_and_wait(struct page *page, const struct command *command, const struct value *raw,
                        struct value **ret_result)
{
    struct value *input;
    TRY(command_read_input(&page->ctx, command, raw, &input));
    struct write_job job = {.command = command, .ctx = &page->ctx, .actor = &page->actor, .input = input};
    TRY(writer_run(page->app->writer, &job));
    *ret_result = job.result;
    return RC_OK;
}

enum rc submit_work(struct page *page, enum rc (*work)(struct ctx *, struct db *, void *), void *arg)
{
    struct write_job job = {.work = work, .arg = arg, .ctx = &page->ctx};
    return writer_run(page->app->writer, &job);
}
