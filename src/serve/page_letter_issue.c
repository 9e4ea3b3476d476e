/* page_letter_issue.c: drafts of letters, chosen from a list and issued in one step. */
#include "loop/letter.h"
#include "serve/chrome.h"
#include "serve/page_record.h"
#include "serve/pages.h"
#include "serve/typed_form.h"

enum rc page_letter_issue_many(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = db_query(page->db, Q_LETTER_TO_ISSUE);
    actor_bind_scope(st, &page->actor, PERM_SUPERVISE);
    TRY(page_put_rows(page, "letters", st));
    const struct value *rows = value_get(page->view, "letters");
    for (struct value *row = rows->items.first; row; row = row->next) {
        struct str kind = value_get_text(row, "kind");
        value_put_text(arena, row, "status", str_from_cstr(letter_colour_status(kind)));
        value_put_text(arena, row, "kind_label", page_word(page, "letter.kind", kind));
        value_put_text(arena, row, "cause_label", page_word(page, "letter.cause", value_get_text(row, "cause")));
        value_put_text(arena, row, "subject_href", record_href(arena, "/{subject_kind}s/{subject_id}", row));
        value_put_bool(arena, row, "is_chosen",
                       page->form && typed_form_is_marked(page, "ids", value_get_int(row, "id", 0)));
    }
    value_put_bool(arena, page->view, "has_letters", value_count(rows) > 0);
    struct value *form = typed_form_begin(page, STR("/letters/issue"), STR("/letters?show=draft"));
    struct value *how = typed_form_field(page, form, "delivered_by", NULL);
    typed_form_choices(page, how, LETTER_WAYS, "letter.delivered_by");
    typed_form_field(page, form, "ids", NULL);
    chrome_add_crumb(page, page_text(page, "supervision.title"), STR("/supervision"));
    chrome_add_crumb(page, page_text(page, "letter.list"), STR("/letters"));
    chrome_add_crumb(page, page_text(page, "letter.issue_many"), STR_EMPTY);
    return RC_OK;
}
