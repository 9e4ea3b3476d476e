/* page_evidence_file.c: files of evidence: taken in, taken down, and looked at without opening them.
 *
 * Threats: a file that runs in our pages (every answer is nosniff, sandboxed by its own policy, and an attachment
 * unless it is a picture); one that is not what its name says (file_kind.h); a parser that breaks (documents are read
 * in the sandboxed child, pages drawn by a sandboxed tool; only text and PNG come back).  A digest in a request names
 * no file: a file is found through evidence that the reader may see.
 */
#include <unistd.h>

#include "intake/pdf_picture.h"
#include "intake/reader.h"
#include "loop/evidence.h"
#include "serve/chrome.h"
#include "serve/file_kind.h"
#include "serve/http_headers.h"
#include "serve/page_doing.h"
#include "serve/page_evidence.h"
#include "serve/pages.h"
#include "serve/submit.h"
#include "serve/typed_form.h"

enum { PICTURE_BYTES_MAX = 32 * 1024 * 1024, PICTURE_WALL_MS = 20000, MIB_SHIFT = 20, READ_PARAGRAPHS_MAX = 4000 };

/* ---- taking in ---------------------------------------------------------------------------------------------- */

/* Up to `most` bytes of the file from a place, in the arena. */
static struct str peek(struct page *page, const struct form_file *file, int64_t from, size_t most)
{
    size_t left = from < file->size_bytes ? (size_t)(file->size_bytes - from) : 0, n = left < most ? left : most;
    if (file->bytes.p)
        return str_slice(file->bytes, (size_t)from, (size_t)from + n);
    char *p = arena_alloc(page->ctx.arena, n + 1);
    ssize_t got = p ? pread(file->spool_fd, p, n, (off_t)(file->offset + from)) : -1;
    return got > 0 ? (struct str){p, (size_t)got} : STR_EMPTY;
}

static enum rc check_kind(struct page *page, const struct form_file *file, const struct file_kind **ret_kind)
{
    int64_t tail_from = file->size_bytes > FILE_KIND_TAIL_BYTES ? file->size_bytes - FILE_KIND_TAIL_BYTES : 0;
    return file_kind_find(&page->ctx, file->name, peek(page, file, 0, FILE_KIND_HEAD_BYTES),
                          peek(page, file, tail_from, FILE_KIND_TAIL_BYTES), ret_kind);
}

static enum rc store_file(struct page *page, const struct form_file *file, struct value *raw)
{
    char sha256[FILESTORE_NAME_BYTES];
    const struct file_kind *kind;
    TRY(check_kind(page, file, &kind));
    if (file->spool_fd >= 0 && !file->bytes.p)
        TRY(filestore_put_fd(&page->ctx, page->app->files, file->spool_fd, file->offset, file->size_bytes, sha256));
    else
        TRY(filestore_put(&page->ctx, page->app->files, file->bytes, sha256));
    value_put_text(page->ctx.arena, raw, "sha256", arena_copy_str(page->ctx.arena, str_from_cstr(sha256)));
    value_put_text(page->ctx.arena, raw, "file_name", file->name);
    value_put_text(page->ctx.arena, raw, "media_type", str_from_cstr(kind->media_type));
    value_put_text(page->ctx.arena, raw, "format", str_from_cstr(kind->format));
    value_put_int(page->ctx.arena, raw, "size_bytes", file->size_bytes);
    return RC_OK;
}

/* Stores the file and runs the command with the form's fields on top of raw. */
static enum rc take_in(struct page *page, const struct command *command, struct value *raw, struct value **ret_result)
{
    static const char *const fields[] = {"title", "class", "label", "expires", "made_on", "note", "reason"};
    const struct form_file *file = form_file(page->form, "file");
    if (!file || file->size_bytes == 0) /* a phone has two fields: one opens the camera */
        file = form_file(page->form, "camera");
    if (!file || file->size_bytes == 0)
        return ctx_fail_field(&page->ctx, RC_INVALID, "import.no_file", "file");
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        value_put_text(page->ctx.arena, raw, fields[i], form_text(page->form->fields, fields[i]));
    TRY(store_file(page, file, raw));
    return submit_and_wait(page, command, raw, ret_result);
}

/* The form again with what is wrong; nothing was registered. */
static enum rc refused(struct page *page, enum rc rc, enum rc (*put_form)(struct page *page))
{
    bool is_typed = rc == RC_INVALID || rc == RC_CONFLICT || rc == RC_GUARD || rc == RC_UNSUPPORTED;
    if (page->is_json || !is_typed)
        return rc;
    TRY(put_form(page));
    page->tpl = "evidence_form";
    page->status = rc_http_status(rc);
    return RC_OK;
}

static enum rc answer_done(struct page *page, const struct value *result)
{
    int64_t id = value_get_int(result, "id", 0);
    struct str to = arena_format(page->ctx.arena, "/evidences/%lld", (long long)id);
    if (!page->is_json) {
        page_redirect(page, to);
        return RC_OK;
    }
    value_put_int(page->ctx.arena, page->view, "id", id);
    value_put_text(page->ctx.arena, page->view, "url", to);
    page->status = 201;
    return RC_OK;
}

static enum rc run_add(struct page *page)
{
    struct value *raw = value_new_map(page->ctx.arena), *result = NULL;
    value_put_text(page->ctx.arena, raw, "subject_kind", evidence_subject_kind(page));
    value_put_int(page->ctx.arena, raw, "subject_id", page_param_int(page, "id", 0));
    enum rc rc = take_in(page, &command_evidence_add, raw, &result);
    return rc == RC_OK ? answer_done(page, result) : refused(page, rc, evidence_put_new_form);
}

static enum rc run_revise(struct page *page)
{
    struct value *raw = value_new_map(page->ctx.arena), *result = NULL;
    value_put_int(page->ctx.arena, raw, "id", page_param_int(page, "id", 0));
    enum rc rc = take_in(page, &command_evidence_revise, raw, &result);
    return rc == RC_OK ? answer_done(page, result) : refused(page, rc, evidence_put_revise_form);
}

enum rc page_evidence_new_post(struct page *page)
{
    page_run_slow(page, run_add);
    return RC_OK;
}

enum rc page_evidence_revise_post(struct page *page)
{
    page_run_slow(page, run_revise);
    return RC_OK;
}

/* ---- taking down and looking at ------------------------------------------------------------------------------ */

/* The version that ?n= names, else the one that counts, if the reader may see its evidence. */
static enum rc find_version(struct page *page, struct value **ret_version)
{
    struct db_stmt *st = page_statement(page, Q_EVIDENCE_GET);
    struct value *evidence;
    int64_t id = page_param_int(page, "id", 0);
    db_bind_int(st, "id", id);
    TRY(page_find_row(page, st, &evidence));
    st = page_statement(page, Q_EVIDENCE_VERSION_GET);
    db_bind_int(st, "id", id);
    db_bind_int(st, "n", page_param_int(page, "n", value_get_int(evidence, "version_n", 0)));
    return page_find_row(page, st, ret_version);
}

static void set_file_policy(struct page *page)
{
    http_set_header(page->request, "Content-Security-Policy", STR("default-src 'none'; sandbox"));
    http_set_header(page->request, "Cross-Origin-Resource-Policy", STR("same-origin"));
}

static enum rc send_file(struct page *page, const struct value *version, const struct file_kind *kind, bool is_shown)
{
    struct str sha256 = value_get_text(version, "sha256");
    int fd;
    int64_t size;
    TRY(filestore_open_file(&page->ctx, page->app->files, sha256, &fd, &size));
    struct buf disposition CLEANUP(buf_done);
    buf_init(&disposition, 4096);
    buf_add_cstr(&disposition, is_shown ? "inline; filename*=UTF-8''" : "attachment; filename*=UTF-8''");
    url_encode(&disposition, value_get_text(version, "file_name"));
    http_set_header(page->request, "Content-Disposition", arena_copy_str(page->ctx.arena, buf_str(&disposition)));
    set_file_policy(page);
    http_set_file(page->request, fd, (uint64_t)size,
                  is_shown ? str_from_cstr(kind->media_type) : STR("application/octet-stream"),
                  arena_format(page->ctx.arena, "\"%.*s\"", STR_ARG(sha256)));
    page->is_answered = true;
    return RC_OK;
}

enum rc page_evidence_file(struct page *page)
{
    struct value *version;
    TRY(find_version(page, &version));
    const struct file_kind *kind = file_kind_of(value_get_text(version, "format"));
    bool is_shown = kind && kind->shown == SHOWN_IMAGE && page_param_int(page, "view", 0) == 1;
    return send_file(page, version, kind, is_shown);
}

static enum rc run_picture(struct page *page)
{
    struct value *version;
    struct buf out;
    int fd;
    int64_t size;
    TRY(find_version(page, &version));
    const struct file_kind *kind = file_kind_of(value_get_text(version, "format"));
    if (kind && kind->shown == SHOWN_IMAGE)
        return send_file(page, version, kind, true);
    if (!kind || kind->shown != SHOWN_PAGES)
        return RC_NOT_FOUND;
    TRY(filestore_open_file(&page->ctx, page->app->files, value_get_text(version, "sha256"), &fd, &size));
    buf_init(&out, PICTURE_BYTES_MAX);
    enum rc rc = pdf_picture(&page->ctx, fd, (int)page_param_int(page, "p", 1), PICTURE_WALL_MS, &out);
    close(fd);
    if (rc != RC_OK) {
        buf_done(&out);
        return rc;
    }
    set_file_policy(page);
    http_set_header(page->request, "Cache-Control", STR("private, max-age=3600"));
    http_set_header(page->request, "Content-Type", STR("image/png"));
    http_body_buf(page->request, &out);
    page->is_answered = true;
    return RC_OK;
}

enum rc page_evidence_picture(struct page *page)
{
    page_run_slow(page, run_picture);
    return RC_OK;
}

/* ---- read as text ------------------------------------------------------------------------------------------- */

static enum rc read_document(struct page *page, const struct value *version, struct document *ret_document)
{
    struct reader_limits limits = reader_limits_default();
    int fd;
    int64_t size;
    limits.memory_bytes = (size_t)page->app->settings->read_memory_mb << MIB_SHIFT;
    limits.wall_ms = (unsigned)page->app->settings->read_timeout_s * 1000;
    TRY(filestore_open_file(&page->ctx, page->app->files, value_get_text(version, "sha256"), &fd, &size));
    enum rc rc = reader_read_sandboxed(&page->ctx, fd, value_get_text(version, "file_name"), &limits, ret_document);
    close(fd);
    return rc;
}

static void put_paragraphs(struct page *page, const struct document *document)
{
    struct arena *arena = page->ctx.arena;
    struct value *list = value_put_list(arena, page->view, "paragraphs");
    size_t count = document->count < READ_PARAGRAPHS_MAX ? document->count : READ_PARAGRAPHS_MAX;
    struct value *row = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct paragraph *p = &document->paragraphs[i];
        bool is_cell = p->kind == PARAGRAPH_CELL, goes_on = is_cell && i > 0 &&
                                                            document->paragraphs[i - 1].table == p->table &&
                                                            document->paragraphs[i - 1].row == p->row;
        if (!goes_on) {
            row = value_add_map(arena, list);
            value_put_bool(arena, row, "is_heading", p->kind == PARAGRAPH_HEADING);
            value_put_bool(arena, row, "is_row", is_cell);
            value_put_text(arena, row, "mark", p->list_mark);
            value_put_text(arena, row, "text", is_cell ? STR("") : p->text);
            value_put_list(arena, row, "cells");
        }
        if (is_cell)
            value_add_text(arena, (struct value *)value_get(row, "cells"), p->text);
    }
    value_put_bool(arena, page->view, "is_cut", count < document->count);
}

static void put_pictures(struct page *page, const struct value *version, const struct document *document)
{
    struct arena *arena = page->ctx.arena;
    struct value *list = value_put_list(arena, page->view, "pictures");
    int pages = 0;
    for (size_t i = 0; document && i < document->count; i++)
        if (document->paragraphs[i].page > pages)
            pages = document->paragraphs[i].page;
    bool is_pdf = str_equal(value_get_text(version, "format"), STR("pdf"));
    enum { PICTURES_MAX = 30 };
    for (int i = 1; is_pdf && i <= (pages ? pages : 1) && i <= PICTURES_MAX; i++) {
        struct value *picture = value_add_map(arena, list);
        value_put_int(arena, picture, "number", i);
        value_put_text(arena, picture, "src",
                       arena_format(arena, "/evidences/%lld/picture?n=%lld&p=%d",
                                    (long long)value_get_int(version, "evidence_id", 0),
                                    (long long)value_get_int(version, "n", 0), i));
    }
    value_put_bool(arena, page->view, "has_pictures", value_count(list) > 0);
}

static enum rc run_read(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *version;
    struct document document = {0};
    TRY(find_version(page, &version));
    const struct file_kind *kind = file_kind_of(value_get_text(version, "format"));
    bool is_read = kind && (kind->shown == SHOWN_TEXT || kind->shown == SHOWN_PAGES);
    enum rc rc = is_read ? read_document(page, version, &document) : RC_UNSUPPORTED;
    if (rc == RC_NOMEM || rc == RC_IO)
        return rc;
    bool is_ok = rc == RC_OK; /* what cannot be read can still be taken down */
    value_put_text(arena, page->view, "why_not",
                   is_ok            ? STR("")
                   : page->ctx.last ? message_of_issue(arena, page->lang, page->ctx.last)
                                    : page_text(page, "evidence.not_readable"));
    ctx_clear_issues(&page->ctx);
    put_paragraphs(page, &document);
    put_pictures(page, version, is_ok ? &document : NULL);
    doing_put_evidence_words(page, version);
    value_put(page->view, STR("version"), version);
    value_put_text(arena, page->view, "page_title", value_get_text(version, "title"));
    struct str here = arena_format(arena, "/evidences/%lld", (long long)value_get_int(version, "evidence_id", 0));
    chrome_add_crumb(page, page_text(page, "evidence.list"), STR("/evidences"));
    chrome_add_crumb(page, value_get_text(version, "no"), here);
    chrome_add_crumb(page, page_text(page, "evidence.read"), STR_EMPTY);
    return RC_OK;
}

enum rc page_evidence_read(struct page *page)
{
    page_run_slow(page, run_read);
    return RC_OK;
}
