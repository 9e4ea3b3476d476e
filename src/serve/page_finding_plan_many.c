/* page_finding_plan_many.c: confirmed findings whose plans a meeting has approved, chosen from a list that says what
 * each lacks. */
#include "serve/chrome.h"
#include "serve/page_finding.h"
#include "serve/page_record.h"
#include "serve/pages.h"
#include "serve/typed_form.h"

static enum rc put_gaps(struct page *page, struct value *row)
{
    struct arena *arena = page->ctx.arena;
    struct value *rows, *gaps = value_put_list(arena, row, "gaps");
    struct db_stmt *st = db_query(page->db, Q_FINDING_GAPS);
    db_bind_int(st, "id", value_get_int(row, "id", 0));
    TRY(db_rows(&page->ctx, st, &rows));
    VALUE_EACH (gap, rows) {
        struct value *one = value_add_map(arena, gaps);
        value_put_text(arena, one, "text", page_word(page, "gap", value_get_text(gap, "gap")));
        value_put_text(arena, one, "href", record_href(arena, "/findings/{id}", row));
    }
    bool is_ready = value_count(gaps) == 0;
    value_put_bool(arena, row, "is_ready", is_ready);
    value_put_bool(arena, row, "is_chosen",
                   page->form ? typed_form_is_marked(page, "ids", value_get_int(row, "id", 0)) : is_ready);
    return RC_OK;
}

enum rc page_finding_plan_many(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = page_statement(page, Q_FINDING_TO_PLAN);
    db_bind_int(st, "source", page_param_int(page, "source", 0));
    TRY(page_put_rows(page, "findings", st));
    struct value *rows = (struct value *)value_get(page->view, "findings");
    int64_t ready = 0;
    for (struct value *row = rows->items.first; row; row = row->next) {
        TRY(put_gaps(page, row));
        ready += value_get_bool(row, "is_ready");
    }
    value_put_bool(arena, page->view, "has_findings", value_count(rows) > 0);
    value_put_int(arena, page->view, "ready_count", ready);
    struct value *form = typed_form_begin(page, STR("/findings/plan"), STR("/findings"));
    static const char *const fields[] = {"meeting", "meeting_on", "reason"};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        typed_form_field(page, form, fields[i], NULL);
    chrome_add_crumb(page, page_text(page, "finding.list"), STR("/findings"));
    chrome_add_crumb(page, page_text(page, "finding.do.plan"), STR_EMPTY);
    return RC_OK;
}
