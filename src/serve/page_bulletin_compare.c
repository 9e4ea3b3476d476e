/* page_bulletin_compare.c: every difference between a bulletin and the document that its source was read from. */
#include "loop/bulletin.h"
#include "serve/bulletin_compare.h"
#include "serve/chrome.h"
#include "serve/page_record.h"
#include "serve/pages.h"

enum { MIB_SHIFT = 20, CSV_MAX = 64 << 20 };

/* What was kept back stands in the document: it takes the right to read that. */
static enum rc compare(struct page *page, struct value **ret_row, struct value **ret_result)
{
    struct reader_limits limits = reader_limits_default();
    struct value *source;
    struct db_stmt *st = page_statement(page, Q_BULLETIN_GET);
    db_bind_int(st, "id", page_param_int(page, "id", 0));
    TRY(page_find_row(page, st, ret_row));
    st = db_query(page->db, Q_BULLETIN_SOURCE);
    db_bind_int(st, "id", value_get_int(*ret_row, "source_id", 0));
    TRY(db_first_row(&page->ctx, st, &source));
    TRY(actor_check(&page->ctx, page->db, &page->actor, PERM_SOURCE_READ, value_get_int(source, "unit_id", 0),
                    value_get_int(source, "label", 0)));
    limits.memory_bytes = (size_t)page->app->settings->read_memory_mb << MIB_SHIFT;
    limits.wall_ms = (unsigned)page->app->settings->read_timeout_s * 1000;
    return bulletin_compare(&page->ctx, page->db, page->app->files, &limits, *ret_row, ret_result);
}

static void add_words(struct page *page, struct value *list, const char *prefix)
{
    struct arena *arena = page->ctx.arena;
    for (struct value *row = list ? list->items.first : NULL; row; row = row->next) {
        value_put_text(arena, row, "what_label", page_word(page, prefix, value_get_text(row, "what")));
        if (value_get(row, "field"))
            value_put_text(arena, row, "field_label",
                           page_word(page, "draft.compare.field", value_get_text(row, "field")));
        else
            value_put_text(
                arena, row, "is_same_label",
                page_text(page, value_get_bool(row, "is_same") ? "draft.compare.same" : "draft.compare.other"));
    }
}

static enum rc show(struct page *page)
{
    static const struct record_column counts[] = {{"draft.compare.what", "what_label", CELL_TEXT, NULL, NULL},
                                                  {"draft.compare.before", "before", CELL_NUM, NULL, NULL},
                                                  {"draft.compare.after", "after", CELL_NUM, NULL, NULL},
                                                  {"draft.compare.field", "is_same_label", CELL_TEXT, NULL, NULL}},
                                      columns[] = {{"draft.compare.what", "what_label", CELL_TEXT, NULL, NULL},
                                                   {"draft.compare.place", "place", CELL_TEXT, NULL, NULL},
                                                   {"draft.compare.field", "field_label", CELL_TEXT, NULL, NULL},
                                                   {"draft.compare.before", "before", CELL_LONG, NULL, NULL},
                                                   {"draft.compare.after", "after", CELL_LONG, NULL, NULL}};
    struct arena *arena = page->ctx.arena;
    struct value *row, *result;
    TRY(compare(page, &row, &result));
    chrome_add_crumb(page, page_text(page, "bulletin.list"), STR("/bulletins"));
    chrome_add_crumb(page, value_get_text(row, "no"), record_href(arena, "/bulletins/{id}", row));
    record_begin_list(page, "bulletin.compare", "bulletin.compare_about");
    record_add_action(page, page->view, "common.back", record_href(arena, "/bulletins/{id}", row), false);
    value_put_bool(arena, page->view, "has_result", result != NULL);
    value_put_bool(arena, page->view, "has_widths", result && value_get_int(result, "by_width", 0) > 0);
    struct value *rows = result ? (struct value *)value_get(result, "rows") : value_new_list(arena), *copy;
    if (result) {
        struct str args[2] = {arena_format(arena, "%lld", (long long)value_get_int(result, "differences", 0)),
                              arena_format(arena, "%lld", (long long)value_get_int(result, "by_width", 0))};
        add_words(page, (struct value *)value_get(result, "counts"), "draft.compare.count");
        add_words(page, rows, "draft.compare.what");
        value_put_text(arena, page->view, "summary",
                       message_format(arena, page->lang, STR("bulletin.compare_summary"), args, 2));
        add_words(page, (struct value *)value_get(result, "widths"), "draft.compare.what");
        copy = value_put_map(arena, page->view, "widths");
        record_put_table(page, copy, "table", (struct value *)value_get(result, "widths"), columns, 5);
        copy = value_put_map(arena, page->view, "structure");
        record_put_table(page, copy, "table", (struct value *)value_get(result, "counts"), counts, 4);
        record_add_action(page, page->view, "bulletin.compare_csv",
                          record_href(arena, "/bulletins/{id}/differences.csv", row), false);
    }
    value_put(page->view, STR("items"), rows);
    value_put_bool(arena, page->view, "has_pager", false);
    record_put_list(page, columns, 5, result ? "bulletin.compare_equal" : "bulletin.compare_none");
    value_put_text(arena, page->view, "page_title", page_text(page, "bulletin.compare"));
    return RC_OK;
}

static enum rc send_csv(struct page *page)
{
    struct value *row, *result;
    struct buf out CLEANUP(buf_done);
    buf_init(&out, CSV_MAX);
    TRY(compare(page, &row, &result));
    bulletin_compare_csv(&page->ctx, page->lang, result, &out);
    TRY(buf_rc(&out));
    http_set_header(page->request, "Content-Type", STR("text/csv; charset=utf-8"));
    http_set_header(page->request, "Content-Disposition",
                    arena_format(page->ctx.arena, "attachment; filename=\"%.*s-differences.csv\"",
                                 STR_ARG(value_get_text(row, "no"))));
    http_body_buf(page->request, &out);
    page->is_answered = true;
    return RC_OK;
}

enum rc page_bulletin_compare(struct page *page)
{
    page_run_slow(page, show);
    return RC_OK;
}

enum rc page_bulletin_compare_csv(struct page *page)
{
    page_run_slow(page, send_csv);
    return RC_OK;
}
