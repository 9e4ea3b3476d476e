/* doc_title.h: lines of titles (GB/T 9704, 7.3.1): words whole, as a trapezoid or a rhombus, never an hourglass. */
#ifndef BIHUAN_PUBLISH_DOC_TITLE_H
#define BIHUAN_PUBLISH_DOC_TITLE_H

#include "publish/doc.h"

/* Where the lines of a title or subtitle end: at most `room` places in its text, in bytes, in order; their number.  0
 * when it fits on one line, has line breaks of its own, or is of another style. */
int doc_title_ends(struct ctx *ctx, enum doc_style style, struct str text, int width_twips, size_t *ends, int room);
/* The block with line breaks in its runs, in the arena; the block itself when it needs none. */
const struct doc_block *doc_title_broken(struct doc *doc, const struct doc_block *block, int width_twips);
/* How far a title is drawn in at both sides: a little below 0 where its longest line is as long as the text is wide, so
 * that rounding in other programs pushes no character into a further line; 0 for others. */
int doc_title_inset(const struct doc_block *broken, int width_twips);
/* The same for a block as it was added. */
int doc_title_aside(struct doc *doc, const struct doc_block *block, int width_twips);

enum { DOC_TITLE_LINES_MAX = 4 }; /* longer ones are left to the program that shows them */

#endif
