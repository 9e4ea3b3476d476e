/* doc_page.h: the sheet of GB/T 9704-2012, 5.2, in twips (1/20 pt): A4, top 37 mm, binding edge 28 mm, text 156 x 225 mm.
 *
 * 22 lines of 579 twips; 28 characters of 16 pt on 156 mm are 15.793 pt each, so the grid takes 0.207 pt (848/4096) off
 * each.  A landscape sheet is the portrait one turned: its top is the binding edge.
 */
#ifndef BIHUAN_PUBLISH_DOC_PAGE_H
#define BIHUAN_PUBLISH_DOC_PAGE_H

enum {
    DOC_SHEET_WIDTH = 11906,
    DOC_SHEET_HEIGHT = 16838,
    DOC_MARGIN_TOP = 2098,    /* 37 mm */
    DOC_MARGIN_BOTTOM = 1984, /* 35 mm */
    DOC_MARGIN_LEFT = 1587,   /* 28 mm */
    DOC_MARGIN_RIGHT = 1474,  /* 26 mm */
    DOC_FOOTER = 1304,        /* foot of the page number: 7 mm below the text */
    DOC_LINE_TWIPS = 579,
    DOC_GRID_CHARS = 848, /* 1/4096 pt, taken off each character */
    DOC_CHAR_TWIPS = 5,   /* the same in the unit of a style */
    DOC_LINES = 22,
    DOC_CHARS = 28
};

#endif
