/* paper.h: the paragraphs of a document as they are shown: cells of a table stand in rows and columns. */
#ifndef BIHUAN_SERVE_PAPER_H
#define BIHUAN_SERVE_PAPER_H

#include <stdbool.h>

#include "base/value.h"
#include "serve/messages.h"

/* "Sheet1!B7" is row 7, column 2 of table "Sheet1!"; "table 2 r5 c1" is row 5, column 1 of "table 2". */
struct paper_cell {
    struct str table;
    int64_t row, column;
};

/* Whether a paragraph's place is a cell; *ret_cell borrows from place. */
bool paper_parse_cell(struct str place, struct paper_cell *ret_cell);

/* The place as people say it: "table 2 r5 c1" is row 5, column 1 of table 2, "header1 p2 box p1" the first paragraph of
 * a text box in a head.  A cell of a sheet, which people know by its address, and what is not one of ours stay as they
 * are. */
struct str paper_place_words(struct arena *arena, enum lang lang, struct str place);

/* Puts "blocks" into view: each is a paragraph as it came, or a table of rows of cells.  The paragraphs are maps with
 * `place`, `text`, `role`, `role_label`, `finding_href`; they move into the blocks, in their order.
 *   block     is_table; table: table (its name), rows; else: the paragraph's own keys
 *   row       number, role, role_label, is_head (names the columns), finding_href, cells
 *   cell      the paragraph's own keys, is_blank, is_number, is_long, span (0 or number of columns that it stands
 * across) */
void paper_put_blocks(struct arena *arena, struct value *view, struct value *paragraphs);

#endif
