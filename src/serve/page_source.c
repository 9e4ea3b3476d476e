/* page_source.c: sources: list, one source with its document, the original file, import. */
#include <unistd.h>

#include "base/clock.h"
#include "intake/import.h"
#include "serve/chrome.h"
#include "serve/http_headers.h"
#include "serve/page_plan.h"
#include "serve/pages.h"
#include "serve/typed_form.h"
#include "serve/paper.h"
#include "serve/submit.h"

enum { SOURCE_LIST_ROWS = 50, MIB_SHIFT = 20 };

static const char *const source_kinds[] = {
    "inspection", "audit", "thematic", "democratic_life", "self_check", "directive", "comment", "alert", "other"};

static struct value *list_of(struct value *map, const char *key) { return (struct value *)value_get(map, key); }

static struct str kind_text(struct page *page, struct str kind)
{
    return page_text(
        page, arena_copy_cstr(page->ctx.arena, arena_format(page->ctx.arena, "source.kind_%.*s", STR_ARG(kind))));
}

static struct str label_text(struct page *page, int64_t label)
{
    static const char *const keys[] = {"label.public", "label.internal", "label.work_secret"};
    return page_text(page, label >= 0 && label <= 2 ? keys[label] : "label.internal");
}

static void put_kind_options(struct page *page, struct value *list, struct str chosen)
{
    for (size_t i = 0; i < sizeof source_kinds / sizeof source_kinds[0]; i++) {
        struct str kind = str_from_cstr(source_kinds[i]);
        typed_form_add_option(page, list, kind, kind_text(page, kind), str_equal(kind, chosen));
    }
}

/* ---- list --------------------------------------------------------------------------------------------------- */

static void put_list_pager(struct page *page, const struct value *rows, int64_t before)
{
    struct arena *arena = page->ctx.arena;
    struct value *pager = value_put_map(arena, page->view, "pager");
    int64_t n = (int64_t)value_count(rows);
    const struct value *last = rows->items.last;
    bool is_more = n == SOURCE_LIST_ROWS && last;
    value_put_int(arena, pager, "first", n ? 1 : 0);
    value_put_int(arena, pager, "last", n);
    value_put_null(arena, pager, "total");
    value_put_text(arena, pager, "previous_href", before == INT64_MAX ? STR("") : STR("/sources"));
    value_put_text(arena, pager, "next_href",
                   is_more ? arena_format(arena, "/sources?before=%lld", (long long)value_get_int(last, "id", 0))
                           : STR(""));
}

enum rc page_source_list(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct str kind = page_param_text(page, "kind"), q = page_param_text(page, "q");
    int64_t before = page_param_int(page, "before", INT64_MAX);
    uint64_t filters = (kind.n ? SOURCE_LIST_FILTER_KIND : 0u) | (q.n ? SOURCE_LIST_FILTER_WORDS : 0u);
    struct db_stmt *st = page_list_statement(page, Q_SOURCE_LIST, filters, SOURCE_LIST_SORT_NEWEST);
    if (!st)
        return RC_DB;
    db_bind_text(st, "kind", kind);
    db_bind_text(st, "words", q);
    db_bind_int(st, "before", before);
    db_bind_int(st, "limit", SOURCE_LIST_ROWS);
    TRY(page_put_rows(page, "sources", st));
    struct value *rows = list_of(page->view, "sources");
    for (struct value *row = rows->items.first; row; row = row->next) {
        value_put_text(arena, row, "kind_label", kind_text(page, value_get_text(row, "kind")));
        value_put_text(arena, row, "label_label", label_text(page, value_get_int(row, "label", LABEL_INTERNAL)));
        value_put_int(arena, row, "findings", value_get_int(row, "finding_count", 0));
    }
    struct value *filter = value_put_map(arena, page->view, "filter");
    typed_form_put(page, filter, "q", q);
    put_kind_options(page, value_put_list(arena, typed_form_put(page, filter, "kind", kind), "options"), kind);
    value_put_bool(arena, page->view, "has_chips", false);
    value_put_bool(arena, page->view, "has_sources", rows->items.n > 0);
    value_put_bool(arena, page->view, "may_import", page_can(page, PERM_SOURCE_WRITE));
    value_put_text(arena, page->view, "empty_why",
                   page_text(page, filters ? "list.none_with_filter" : "source.none_why"));
    struct db_stmt *drafts = db_query(page->db, Q_DRAFT_LIST);
    actor_bind_scope(drafts, &page->actor, PERM_SOURCE_WRITE);
    TRY(page_put_rows(page, "drafts", drafts));
    for (struct value *row = list_of(page->view, "drafts")->items.first; row; row = row->next)
        page_put_time(page, row, "created_at");
    value_put_bool(arena, page->view, "has_drafts", list_of(page->view, "drafts")->items.n > 0);
    put_list_pager(page, rows, before);
    return RC_OK;
}

/* ---- one source --------------------------------------------------------------------------------------------- */

static void add_fact(struct page *page, struct value *list, const char *label, struct str value)
{
    struct value *fact = value_add_map(page->ctx.arena, list);
    value_put_text(page->ctx.arena, fact, "label", page_text(page, label));
    value_put_text(page->ctx.arena, fact, "value", value);
}

static struct str span_text(struct arena *arena, struct str from, struct str to)
{
    return from.n && to.n ? arena_format(arena, "%.*s \xe2\x80\x93 %.*s", STR_ARG(from), STR_ARG(to))
           : from.n       ? from
                          : to;
}

static void put_facts(struct page *page, struct value *source)
{
    struct arena *arena = page->ctx.arena;
    struct value *facts = value_put_list(arena, source, "facts");
    add_fact(page, facts, "source.no", value_get_text(source, "no"));
    add_fact(page, facts, "source.inspector", value_get_text(source, "inspector"));
    add_fact(page, facts, "source.inspected_body", value_get_text(source, "inspected_body"));
    add_fact(page, facts, "source.inspected",
             span_text(arena, value_get_text(source, "inspected_from"), value_get_text(source, "inspected_to")));
    add_fact(page, facts, "source.fed_back", value_get_text(source, "fed_back"));
    struct str publicity =
        span_text(arena, value_get_text(source, "publicity_from"), value_get_text(source, "publicity_to"));
    int64_t days = value_get_int(source, "publicity_days", 0);
    if (publicity.n && days) {
        struct str args[2] = {publicity, arena_format(arena, "%lld", (long long)days)};
        bool is_first = value_get_int(source, "publicity_first_day", 1) != 0;
        publicity =
            page_text_args(page, is_first ? "source.publicity_with_first" : "source.publicity_without_first", args, 2);
    }
    add_fact(page, facts, "source.publicity", publicity);
    add_fact(page, facts, "source.signatory", value_get_text(source, "signatory"));
    add_fact(page, facts, "source.signed", value_get_text(source, "signed"));
    add_fact(page, facts, "finding.unit", value_get_text(source, "unit_name"));
    add_fact(page, facts, "source.registered_by", value_get_text(source, "created_by_name"));
}

static void put_figures(struct page *page, struct value *source)
{
    struct arena *arena = page->ctx.arena;
    struct value *figures = value_put_list(arena, source, "figures");
    struct value *figure = value_add_map(arena, figures);
    long long id = (long long)value_get_int(source, "id", 0);
    value_put_text(arena, figure, "label", page_text(page, "source.findings"));
    value_put_int(arena, figure, "value", value_get_int(source, "finding_count", 0));
    value_put_text(arena, figure, "href", arena_format(arena, "/findings?source=%lld", id));
    value_put_text(arena, figure, "status", STR(""));
    int64_t aspects = (int64_t)value_count(value_get(source, "aspects"));
    if (!aspects)
        return;
    figure = value_add_map(arena, figures);
    value_put_text(arena, figure, "label", page_text(page, "source.aspects"));
    value_put_int(arena, figure, "value", aspects);
    value_put_text(arena, figure, "href", STR("#aspects"));
    value_put_text(arena, figure, "status", STR(""));
}

static enum rc put_aspects(struct page *page, struct value *source)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = db_query(page->db, Q_ASPECT_COUNTS);
    actor_bind_scope(st, &page->actor, PERM_FINDING_READ);
    db_bind_int(st, "id", value_get_int(source, "id", 0));
    struct value *rows;
    TRY(db_rows(&page->ctx, st, &rows));
    value_put(source, STR("aspects"), rows);
    value_put_bool(arena, source, "has_aspects", value_count(rows) > 0);
    for (struct value *row = rows->items.first; row; row = row->next)
        value_put_text(arena, row, "href",
                       arena_format(arena, "/findings?source=%lld&aspect=%lld",
                                    (long long)value_get_int(source, "id", 0), (long long)value_get_int(row, "id", 0)));
    return RC_OK;
}

static enum rc put_paragraphs(struct page *page, struct value *source)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = db_query(page->db, Q_SOURCE_PARAGRAPHS);
    db_bind_int(st, "id", value_get_int(source, "id", 0));
    struct value *rows, *findings;
    TRY(db_rows(&page->ctx, st, &rows));
    st = db_query(page->db, Q_SOURCE_FINDINGS);
    actor_bind_scope(st, &page->actor, PERM_FINDING_READ);
    db_bind_int(st, "id", value_get_int(source, "id", 0));
    TRY(db_rows(&page->ctx, st, &findings));
    const struct value *finding = findings->items.first; /* both are in the order of the document */
    for (struct value *row = rows->items.first; row; row = row->next) {
        int64_t n = value_get_int(row, "n", 0);
        while (finding && value_get_int(finding, "paragraph_to", 0) < n)
            finding = finding->next;
        bool is_finding = finding && value_get_int(finding, "paragraph_from", 0) <= n &&
                          value_get_int(finding, "paragraph_from", 0) > 0;
        struct str role = value_get_text(row, "role"), dropped = value_get_text(row, "dropped"),
                   raw = value_get_text(row, "raw");
        value_put_int(arena, row, "number", n);
        value_put_text(arena, row, "role_label",
                       page_text(page, arena_copy_cstr(arena, arena_concat(arena, STR("role_of."), role))));
        value_put_bool(arena, row, "is_heading", str_equal(role, STR("title")) || str_equal(role, STR("aspect")));
        value_put_bool(arena, row, "is_unplaced", str_equal(dropped, STR("unplaced")));
        value_put_bool(arena, row, "is_dropped", dropped.n > 0 && !str_equal(dropped, STR("unplaced")));
        value_put_text(arena, row, "finding_href",
                       is_finding ? arena_format(arena, "/findings/%lld", (long long)value_get_int(finding, "id", 0))
                                  : STR(""));
        value_put_text(arena, row, "original", raw.n ? raw : value_get_text(row, "text"));
    }
    value_put_bool(arena, source, "has_text", value_count(rows) > 0);
    paper_put_blocks(arena, source, rows);
    return RC_OK;
}

enum rc page_source(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct value *source = list_of(page->view, "source");
    value_put_text(arena, source, "kind_label", kind_text(page, value_get_text(source, "kind")));
    value_put_text(arena, source, "label_label", label_text(page, value_get_int(source, "label", LABEL_INTERNAL)));
    value_put_text(arena, source, "doc_kind_label",
                   page_text(page, arena_copy_cstr(arena, arena_concat(arena, STR("doc_kind."),
                                                                       value_get_text(source, "doc_kind")))));
    value_put_bool(arena, source, "has_original", value_get_text(source, "file_sha256").n > 0);
    value_put_bool(arena, source, "is_raw", str_equal(page_param_text(page, "text"), STR("raw")));
    TRY(put_aspects(page, source));
    TRY(page_put_source_plan(page, source));
    put_facts(page, source);
    put_figures(page, source);
    TRY(put_paragraphs(page, source));
    value_put_text(arena, page->view, "page_title", value_get_text(source, "title"));
    chrome_add_crumb(page, page_text(page, "nav.sources"), STR("/sources"));
    chrome_add_crumb(page, value_get_text(source, "no"), STR(""));
    struct db_stmt *st = db_query(page->db, Q_EVENT_OF_SUBJECT);
    db_bind_int(st, "id", value_get_int(source, "id", 0));
    return page_put_timeline(page, st);
}

/* The bytes as they came in; never shown inline, so that no document of others runs in our pages. */
enum rc page_send_stored(struct page *page, struct str sha256, struct str name)
{
    struct db_stmt *st = db_query(page->db, Q_FILE_FIND);
    db_bind_text(st, "sha256", sha256);
    struct value *row;
    TRY(page_find_row(page, st, &row));
    int fd;
    int64_t size;
    TRY(filestore_open_file(&page->ctx, page->app->files, sha256, &fd, &size));
    struct buf disposition CLEANUP(buf_done);
    buf_init(&disposition, 4096);
    buf_add_cstr(&disposition, "attachment; filename*=UTF-8''");
    url_encode(&disposition, name);
    http_set_header(page->request, "Content-Disposition", arena_copy_str(page->ctx.arena, buf_str(&disposition)));
    struct str type = arena_copy_str(page->ctx.arena, value_get_text(row, "media_type"));
    http_set_file(page->request, fd, (uint64_t)size, type, arena_format(page->ctx.arena, "\"%.*s\"", STR_ARG(sha256)));
    page->is_answered = true;
    return RC_OK;
}

enum rc page_source_original(struct page *page)
{
    const struct value *source = value_get(page->view, "source");
    return page_send_stored(page, value_get_text(source, "file_sha256"), value_get_text(source, "file_name"));
}

enum rc page_draft_original(struct page *page)
{
    const struct value *row = value_get(page->view, "draft");
    return page_send_stored(page, value_get_text(row, "file_sha256"), value_get_text(row, "file_name"));
}

/* ---- import ------------------------------------------------------------------------------------------------- */

static enum rc put_import_form(struct page *page, struct str kind, int64_t label)
{
    struct arena *arena = page->ctx.arena;
    struct value *form = typed_form(page), *field = typed_form_put(page, form, "kind", kind);
    put_kind_options(page, value_put_list(arena, field, "options"), kind);
    field = typed_form_put(page, form, "label", arena_format(arena, "%lld", (long long)label));
    for (int i = LABEL_PUBLIC; i <= page->actor.anywhere[PERM_SOURCE_WRITE]; i++)
        typed_form_option(page, field, arena_format(arena, "%d", i), label_text(page, i));
    struct db_stmt *st = db_query(page->db, Q_UNIT_OPTIONS);
    actor_bind_scope(st, &page->actor, PERM_SOURCE_WRITE);
    struct value *units;
    TRY(db_rows(&page->ctx, st, &units));
    field = typed_form_put(page, form, "unit_id",
                           arena_format(arena, "%lld", (long long)page_param_int(page, "unit_id", 0)));
    value_put_list(arena, field, "options");
    VALUE_EACH (unit, units)
        typed_form_option(page, field, arena_format(arena, "%lld", (long long)value_get_int(unit, "id", 0)),
                          value_get_text(unit, "name"));
    value_put_text(arena, page->view, "accept", STR(".txt,.html,.htm,.docx,.xlsx,.pdf,.ofd,.eml,.csv"));
    value_put_text(arena, page->view, "accepted_text", STR("TXT HTML DOCX XLSX PDF OFD EML CSV"));
    value_put_text(arena, page->view, "max_size_text",
                   arena_format(arena, "%lld MB", (long long)page->app->settings->body_max_mb));
    return RC_OK;
}

enum rc page_source_import(struct page *page) { return put_import_form(page, STR(""), LABEL_INTERNAL); }

/* An import that failed shows the form again with the reason; nothing was registered. */
static enum rc show_import_failure(struct page *page, enum rc rc)
{
    if (page->is_json)
        return rc;
    if (!page->ctx.first)
        (void)ctx_fail_key(&page->ctx, rc, NULL);
    TRY(put_import_form(page, form_text(page->form->fields, "kind"), LABEL_INTERNAL));
    page->tpl = "source_import";
    page->status = rc_http_status(rc);
    return RC_OK;
}

static enum rc read_upload(struct page *page, const struct form_file *file, int64_t unit_id, struct value **ret_result)
{
    struct import_result read;
    struct reader_limits limits = reader_limits_default();
    limits.memory_bytes = (size_t)page->app->settings->read_memory_mb << MIB_SHIFT;
    limits.wall_ms = (unsigned)page->app->settings->read_timeout_s * 1000;
    const char *spool = page->app->settings->spool.n ? page->app->settings->spool.p : "/var/tmp";
    int fd;
    TRY(form_file_open(&page->ctx, file, spool, &fd));
    enum rc rc = import_read(&page->ctx, page->app->files, fd, 0, file->size_bytes, file->name, &limits, &read);
    close(fd);
    TRY(rc);
    int64_t label = LABEL_INTERNAL;
    (void)str_parse_int64(form_text(page->form->fields, "label"), &label);
    struct value *input =
        import_make_input(page->ctx.arena, &read, file->name, unit_id, label, form_text(page->form->fields, "kind"));
    return submit_and_wait(page, &command_draft_open, input, ret_result);
}

static enum rc find_import_unit(struct page *page, int64_t *ret_unit)
{
    if (str_parse_int64(form_text(page->form->fields, "unit_id"), ret_unit))
        return RC_OK;
    struct db_stmt *st = db_query(page->db, Q_UNIT_OPTIONS);
    actor_bind_scope(st, &page->actor, PERM_SOURCE_WRITE);
    struct value *row;
    TRY(db_first_row(&page->ctx, st, &row));
    *ret_unit = value_get_int(row, "id", 0);
    return row ? RC_OK : RC_FORBIDDEN;
}

static enum rc run_import(struct page *page)
{
    const struct form_file *file = form_file(page->form, "file");
    int64_t unit_id = 0;
    struct value *result = NULL;
    enum rc rc =
        file ? find_import_unit(page, &unit_id) : ctx_fail_field(&page->ctx, RC_INVALID, "import.no_file", "file");
    if (rc == RC_OK)
        rc = read_upload(page, file, unit_id, &result);
    if (rc != RC_OK)
        return show_import_failure(page, rc);
    struct str to = arena_format(page->ctx.arena, "/drafts/%lld", (long long)value_get_int(result, "id", 0));
    if (page->is_json) {
        value_put_int(page->ctx.arena, page->view, "id", value_get_int(result, "id", 0));
        value_put_text(page->ctx.arena, page->view, "url", to);
        page->status = 201;
        return RC_OK;
    }
    page_redirect(page, to);
    return RC_OK;
}

enum rc page_source_import_post(struct page *page)
{
    page_run_slow(page, run_import);
    return RC_OK;
}
