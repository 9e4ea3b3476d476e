/* page_paper_template.c: templates of papers: the shipped ones and those of the office; upload under guard, preview. */
#include <unistd.h>

#include "loop/paper.h"
#include "serve/chrome.h"
#include "serve/page_record.h"
#include "serve/pages.h"
#include "serve/paper_files.h"
#include "serve/submit.h"
#include "serve/template_read.h"
#include "serve/typed_form.h"
#include "text/json.h"

enum { UPLOAD_MAX = 8 * 1024 * 1024, DATA_MAX = 256 * 1024 * 1024 };

enum rc page_paper_template_list(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *kinds = value_put_list(arena, page->view, "kinds"), *units;
    const struct value *typed = page->form ? page->form->fields : NULL; /* an upload that was refused */
    struct ctx quiet = {.arena = arena};
    TRY(page_put_rows(page, "templates", page_statement(page, Q_PAPER_TEMPLATES)));
    for (int i = 0; i < paper_kind_count(); i++) {
        struct value *kind = value_add_map(arena, kinds);
        const char *name = paper_kind_row((enum paper_kind)i)->kind;
        value_put_text(arena, kind, "value", str_from_cstr(name));
        value_put_text(arena, kind, "label", page_text(page, arena_format(arena, "paper.kind.%s", name).p));
        value_put_text(arena, kind, "formats", str_from_cstr(paper_kind_row((enum paper_kind)i)->formats));
        value_put_bool(arena, kind, "is_chosen", str_equal_cstr(value_get_text(typed, "kind"), name));
    }
    for (struct value *row = ((struct value *)value_get(page->view, "templates"))->items.first; row; row = row->next) {
        struct str state = value_get_text(row, "state");
        value_put_text(arena, row, "kind_label",
                       page_text(page, arena_format(arena, "paper.kind.%.*s", STR_ARG(value_get_text(row, "kind"))).p));
        value_put_text(arena, row, "state_label",
                       page_text(page, arena_format(arena, "paper_template.state.%.*s", STR_ARG(state)).p));
        value_put_bool(arena, row, "may_retire",
                       str_equal(state, STR("used")) &&
                           actor_check(&quiet, page->db, &page->actor, PERM_PAPER_WRITE,
                                       value_get_int(row, "unit_id", 0), LABEL_INTERNAL) == RC_OK);
    }
    value_put_bool(arena, page->view, "has_templates", value_count(value_get(page->view, "templates")) > 0);
    value_put_bool(arena, page->view, "may_add", page_can(page, PERM_PAPER_WRITE));
    struct db_stmt *st = db_query(page->db, Q_UNIT_OPTIONS);
    actor_bind_scope(st, &page->actor, PERM_PAPER_WRITE);
    TRY(db_rows(&page->ctx, st, &units));
    for (struct value *unit = units->items.first; unit; unit = unit->next)
        value_put_bool(arena, unit, "is_chosen",
                       str_equal(value_get_text(typed, "unit_id"),
                                 arena_format(arena, "%lld", (long long)value_get_int(unit, "id", 0))));
    value_put(page->view, STR("units"), units);
    chrome_add_crumb(page, page_text(page, "paper.list"), STR("/papers"));
    chrome_add_crumb(page, page_text(page, "paper_template.list"), STR_EMPTY);
    return RC_OK;
}

/* ---- files ---------------------------------------------------------------------------------------------------- */

static enum rc send_bytes(struct page *page, struct str bytes, struct str name, const char *type)
{
    struct buf out;
    buf_init(&out, bytes.n + 1);
    buf_add(&out, bytes);
    TRY(buf_rc(&out));
    http_set_header(page->request, "Content-Type", str_from_cstr(type));
    http_set_header(page->request, "Content-Disposition",
                    arena_format(page->ctx.arena, "attachment; filename=\"%.*s\"", STR_ARG(name)));
    http_body_buf(page->request, &out);
    page->is_answered = true;
    return RC_OK;
}

enum rc page_paper_template_shipped(struct page *page)
{
    enum paper_kind kind;
    struct str docx, name = page_param_text(page, "name");
    if (!paper_kind_find(name, &kind))
        return RC_NOT_FOUND;
    TRY(paper_shipped(&page->ctx, kind, &docx));
    return send_bytes(page, docx, arena_format(page->ctx.arena, "%.*s.docx", STR_ARG(name)),
                      "application/vnd.openxmlformats-officedocument.wordprocessingml.document");
}

static enum rc read_template(struct page *page, struct value **ret_row)
{
    struct db_stmt *st = page_statement(page, Q_PAPER_TEMPLATE_GET);
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    return page_find_row(page, st, ret_row);
}

enum rc page_paper_template_file(struct page *page)
{
    struct value *row;
    TRY(read_template(page, &row));
    return page_send_stored(page, value_get_text(row, "sha256"),
                            arena_format(page->ctx.arena, "%.*s.docx", STR_ARG(value_get_text(row, "kind"))));
}

/* ---- preview: the newest paper of the kind, made with this template ------------------------------------------- */

static enum rc read_newest(struct page *page, struct ctx *work, struct str kind, struct value **ret_paper)
{
    struct db_stmt *st = page_list_statement(page, Q_PAPER_LIST, PAPER_LIST_FILTER_KIND, PAPER_LIST_SORT_NEWEST);
    struct value *row;
    if (!st)
        return RC_DB;
    db_bind_text(st, "kind", kind);
    db_bind_int(st, "limit", 1);
    db_bind_int(st, "offset", 0);
    TRY(db_first_row(work, st, &row));
    if (!row)
        return RC_OK;
    st = page_statement(page, Q_PAPER_GET);
    db_bind_int(st, "id", value_get_int(row, "id", 0));
    return db_first_row(work, st, ret_paper);
}

/* Fills the template with the data of a paper that the reader may see. */
static enum rc try_template(struct page *page, struct ctx *work, enum paper_kind kind, struct str docx,
                            struct paper_made *ret_made, bool *ret_is_tried)
{
    struct value *paper = NULL, *text;
    *ret_is_tried = false;
    TRY(read_newest(page, work, str_from_cstr(paper_kind_row(kind)->kind), &paper));
    if (!paper)
        return RC_OK;
    struct paper_order order = {.kind = kind,
                                .snapshot_seq = value_get_int(paper, "snapshot_seq", 0),
                                .digest = value_get_text(paper, "data_sha256"),
                                .template_docx = docx,
                                .open = template_open_sandboxed};
    TRY(json_parse(work, value_get_text(paper, "text"), &text));
    order.text = text;
    TRY(filestore_read(work, page->app->files, order.digest, DATA_MAX, &order.data_json));
    *ret_is_tried = true;
    return paper_render(work, &order, ret_made);
}

static enum rc preview(struct page *page)
{
    struct arena *arena CLEANUP(arena_free_ptr) = paper_files_arena();
    struct ctx work = {.arena = arena};
    struct value *row;
    struct paper_made made = {.faults = NULL};
    enum paper_kind kind;
    bool is_tried = false;
    struct str docx;
    if (!arena)
        return RC_NOMEM;
    TRY(read_template(page, &row));
    if (!paper_kind_find(value_get_text(row, "kind"), &kind))
        return RC_NOT_FOUND;
    TRY(filestore_read(&work, page->app->files, value_get_text(row, "sha256"), UPLOAD_MAX, &docx));
    enum rc rc = try_template(page, &work, kind, docx, &made, &is_tried);
    if (rc == RC_OK && is_tried)
        rc = send_bytes(page, buf_str(&made.pdf), STR("preview.pdf"), "application/pdf");
    else if (rc == RC_OK)
        rc = ctx_fail_key(&page->ctx, RC_GUARD, "paper_template.no_sample");
    else
        rc = page_take_issues(page, &work, rc);
    paper_made_done(&made);
    return rc;
}

enum rc page_paper_template_preview(struct page *page)
{
    page_run_slow(page, preview);
    return RC_OK;
}

/* ---- upload --------------------------------------------------------------------------------------------------- */

static enum rc check_upload(struct page *page, enum paper_kind kind, struct str bytes)
{
    struct arena *arena CLEANUP(arena_free_ptr) = paper_files_arena();
    struct ctx work = {.arena = arena};
    struct docx docx;
    struct paper_made made = {.faults = NULL};
    bool is_tried;
    if (!arena)
        return RC_NOMEM;
    enum rc rc = template_open_sandboxed(&work, bytes, &docx);
    if (rc == RC_OK)
        rc = try_template(page, &work, kind, bytes, &made, &is_tried);
    paper_made_done(&made);
    return rc == RC_OK ? rc : page_take_issues(page, &work, rc);
}

static enum rc store(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    const struct form_file *file = form_file(page->form, "file");
    struct value *raw = value_new_map(arena), *result;
    struct str kind_name = form_text(page->form->fields, "kind"), bytes;
    char digest[FILESTORE_NAME_BYTES];
    enum paper_kind kind;
    int64_t unit_id = 0;
    if (!file)
        return ctx_fail_field(&page->ctx, RC_INVALID, "letter.no_file", "file");
    if (file->size_bytes > UPLOAD_MAX)
        return ctx_fail_field(&page->ctx, RC_TOO_LARGE, NULL, "file");
    if (!paper_kind_find(kind_name, &kind) || !str_parse_int64(form_text(page->form->fields, "unit_id"), &unit_id))
        return ctx_fail_field(&page->ctx, RC_INVALID, "field.required", "kind");
    const char *spool = page->app->settings->spool.n ? page->app->settings->spool.p : "/var/tmp";
    int fd;
    TRY(form_file_open(&page->ctx, file, spool, &fd));
    enum rc rc = filestore_put_fd(&page->ctx, page->app->files, fd, 0, file->size_bytes, digest);
    close(fd);
    TRY(rc);
    TRY(filestore_read(&page->ctx, page->app->files, str_from_cstr(digest), UPLOAD_MAX, &bytes));
    TRY(check_upload(page, kind, bytes));
    value_put_text(arena, raw, "kind", kind_name);
    value_put_text(arena, raw, "title", file->name);
    value_put_int(arena, raw, "unit_id", unit_id);
    value_put_text(arena, raw, "sha256", arena_copy_str(arena, str_from_cstr(digest)));
    value_put_int(arena, raw, "size", file->size_bytes);
    TRY(submit_and_wait(page, &command_paper_template_add, raw, &result));
    if (page->is_json) {
        value_put_int(arena, page->view, "id", value_get_int(result, "id", 0));
        page->status = 201;
        return RC_OK;
    }
    chrome_set_flash(page, "success", "flash.saved", STR_EMPTY, STR_EMPTY);
    page_redirect(page, STR("/paper_templates"));
    return RC_OK;
}

/* What is wrong with a template is told where it was chosen. */
static enum rc store_upload(struct page *page)
{
    enum rc rc = store(page);
    if (rc == RC_OK)
        return RC_OK;
    bool is_told = !page->is_json && page->ctx.first && (rc == RC_DAMAGED || rc == RC_UNSUPPORTED);
    TRY(typed_form_refused(page, is_told ? RC_INVALID : rc, "paper_template_list"));
    return page_paper_template_list(page);
}

enum rc page_paper_template_list_post(struct page *page)
{
    page_run_slow(page, store_upload);
    return RC_OK;
}
