/* draft_view.h: the confirm screen's view of a draft: document left, register right, the chosen piece below. */
#ifndef BIHUAN_SERVE_DRAFT_VIEW_H
#define BIHUAN_SERVE_DRAFT_VIEW_H

#include "serve/draft_cursor.h"
#include "serve/page.h"

/* Puts "draft" (row: table draft; draft: intake/draft.h; op_total: also undone ones). */
enum rc draft_view_put(struct page *page, const struct value *row, const struct value *draft, int64_t op_total,
                       struct draft_cursor at) MUST_CHECK;
/* Puts "selected": the node or the paragraph that is chosen, or null. */
enum rc draft_view_put_selected(struct page *page, const struct value *row, const struct value *draft,
                                struct draft_cursor at) MUST_CHECK;
/* Entry of a draft by id, with its list's name and, for a measure, its finding; NULL when there is none. */
struct draft_entry {
    const struct value *entry, *finding, *before; /* before: the entry of the same list that stands before it */
    const char *kind;                             /* aspect finding measure next_step note part */
};
bool draft_view_find(const struct value *draft, struct str id, struct draft_entry *ret_entry);

#endif
