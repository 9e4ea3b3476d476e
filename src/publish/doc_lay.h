/* doc_lay.h: a paper on its sheets: which lines stand on which page and where, decided once for all formats that have
 * pages.
 *
 * A writer (PDF, OFD) hands over what draws; the layout calls it page by page in reading order.  Lengths are points
 * (1/72 inch) from the upper left corner of the sheet.  Each paragraph is laid out alone and its lines are put on pages
 * at the fixed pitch of GB/T 9704.  One thread; a painter must not change the tree.
 */
#ifndef BIHUAN_PUBLISH_DOC_LAY_H
#define BIHUAN_PUBLISH_DOC_LAY_H

#include "publish/doc.h"

typedef struct _PangoLayoutLine PangoLayoutLine;

struct doc_rule { /* a straight line */
    double x1, y1, x2, y2, width;
    uint32_t colour;
};

struct doc_paint {
    void (*begin_page)(void *me, double width, double height);
    void (*end_page)(void *me);
    /* y: base line.  The line lives until the call returns. */
    void (*put_line)(void *me, PangoLayoutLine *line, double x, double y, uint32_t colour);
    void (*put_rule)(void *me, const struct doc_rule *rule);
    /* Tags of structure ("P", "H1", "Table", "TR", "TH", "TD"), nested, each ended on its page; may be NULL. */
    void (*put_tag)(void *me, const char *tag, bool is_begin);
    /* A heading, level 0 (title) to 4, whose first line begins at (x, y) of the current page (from 1). */
    void (*put_heading)(void *me, int level, struct str title, int page, double x, double y);
};

/* RC_NOMEM, or what the arena says. */
enum rc doc_lay(struct doc *doc, const struct doc_paint *paint, void *me) MUST_CHECK;

#endif
