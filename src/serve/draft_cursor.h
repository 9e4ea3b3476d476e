/* draft_cursor.h: which row of the confirm screen is chosen after a change, so that the keyboard goes on from there. */
#ifndef BIHUAN_SERVE_DRAFT_CURSOR_H
#define BIHUAN_SERVE_DRAFT_CURSOR_H

#include "base/value.h"

/* A row of the register by its id in the draft, or else a paragraph of the document by its number; neither: nothing. */
struct draft_cursor {
    struct str node;
    int64_t paragraph;
};

/* What must be known of a draft before it changes; lives in the arena, borrows nothing. */
struct draft_order {
    struct value *rows;     /* ids in the order of the register pane */
    struct value *unplaced; /* numbers of paragraphs */
};

struct draft_order draft_cursor_order(struct arena *arena, const struct value *draft);
/* Where the cursor is after a change: on its row if that is still there (merged_into, if it was merged), else on the
 * row that the change made, else on the next row, else on the last one before; from a paragraph on to the next one that
 * is not placed yet.  is_rewind: undo and redo go to what has come back. */
struct draft_cursor draft_cursor_after(const struct draft_order *before, const struct draft_order *after,
                                       struct draft_cursor at, struct str merged_into, bool is_rewind);

#endif
