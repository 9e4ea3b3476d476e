/* page_finding_similar.c: findings that read alike: a part of the page that is loaded after it, so that the page itself
 * stays small.
 */
#include "serve/page_finding.h"
#include "serve/pages.h"
#include "serve/similar.h"

/* By the day of the feedback; where that is not known, by which was registered first. */
static bool is_earlier(const struct value *row, const struct value *finding)
{
    struct str day = value_get_text(row, "fed_back"), own = value_get_text(finding, "fed_back");
    return day.n && own.n && !str_equal(day, own) ? str_compare(day, own) < 0
                                                  : value_get_int(row, "id", 0) < value_get_int(finding, "id", 0);
}

static enum rc add_record(struct page *page, struct value *row)
{
    struct arena *arena = page->ctx.arena;
    struct db_stmt *st = page_statement(page, Q_FINDING_BRIEF);
    struct value *brief;
    db_bind_int(st, "id", value_get_int(row, "id", 0));
    TRY(db_first_row(&page->ctx, st, &brief));
    static const char *const keys[] = {"status", "due", "step_due", "source_title", "no", "fed_back"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        value_put_text(arena, row, keys[i], value_get_text(brief, keys[i]));
    finding_put_words(page, row);
    return RC_OK;
}

enum rc page_finding_similar(struct page *page)
{
    struct arena *arena = page->ctx.arena;
    int64_t id = page_param_int(page, "id", 0);
    struct db_stmt *st = page_statement(page, Q_FINDING_BRIEF);
    struct value *finding;
    db_bind_int(st, "id", id);
    TRY(page_find_row(page, st, &finding));
    struct value *list;
    TRY(similar_find(&page->ctx, page->db, &page->actor, value_get_text(finding, "title"), STR_EMPTY, id, &list));
    value_put(page->view, STR("similar"), list);
    for (struct value *row = list->items.first; row; row = row->next) /* at most five */
    {
        TRY(add_record(page, row));
        value_put_bool(arena, row, "is_earlier", is_earlier(row, finding));
    }
    value_put_int(arena, page->view, "of_id", id);
    value_put_bool(arena, page->view, "has_similar", value_count(list) > 0);
    value_put_bool(arena, page->view, "may_link", page_can(page, PERM_FINDING_WRITE));
    if (!page->is_fragment && !page->is_json) /* the link of those without script */
        page->tpl = "finding_similar_page";
    return RC_OK;
}
