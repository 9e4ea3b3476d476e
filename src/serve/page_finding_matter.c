/* page_finding_matter.c: what a finding is counted as, and which earlier finding it repeats: a part of its page. */
#include "serve/page_finding.h"

static enum rc put_rows(struct page *page, struct value *finding, enum query query, const char *key)
{
    struct arena *arena = page->ctx.arena;
    struct value *rows;
    struct db_stmt *st = page_statement(page, query);
    db_bind_int(st, "id", value_get_int(finding, "id", 0));
    TRY(page_rows(page, st, &rows));
    for (struct value *row = rows->items.first; row; row = row->next) {
        value_put_text(arena, row, "href",
                       arena_format(arena, "/findings/%lld", (long long)value_get_int(row, "id", 0)));
        page_put_choice_text(page, row, "status", "finding.status");
    }
    value_put_bool(arena, finding, arena_format(arena, "has_%s", key).p, value_count(rows) > 0);
    value_put(finding, str_from_cstr(key), rows);
    return RC_OK;
}

enum rc page_finding_put_matter(struct page *page, struct value *finding)
{
    TRY(put_rows(page, finding, Q_FINDING_MAIN, "main"));
    TRY(put_rows(page, finding, Q_FINDING_PARTS, "parts"));
    TRY(put_rows(page, finding, Q_FINDING_RECURS, "recurs"));
    return put_rows(page, finding, Q_FINDING_RECURRED_AS, "recurred_as");
}
