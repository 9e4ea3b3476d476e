/* doc_page.h: the sheet of GB/T 9704-2012, 5.2, in twips (1/20 pt): A4, top 37 mm, binding edge 28 mm, text 156 x 225
 * mm.
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
    DOC_CHARS = 28,
    /* Red head (7.2.4 to 7.2.7): the issuer 35 mm below the top of the text, two lines free, the number, 4 mm below it
     * the line, two lines free.  A line of text has 129 twips free under its characters. */
    DOC_ISSUER_TWIPS = 1984, /* 35 mm */
    DOC_ISSUER_LEAD = 90,    /* free over the characters of the issuer in its line */
    DOC_RED_GAP = 97,        /* 4 mm less what is free under the number */
    DOC_RED_EIGHTHS = 18,    /* width of the red line, 1/8 pt */
    DOC_RED_LINES = 2,
    /* Imprint (7.4): 0.35 mm over and under it, 0.25 mm between its parts, one character in from both sides. */
    DOC_THICK_EIGHTHS = 8,
    DOC_THIN_EIGHTHS = 6,
    DOC_IMPRINT_INSET = 280,
    DOC_IMPRINT_LINE = 520,
    DOC_TEXT_WIDTH = 8845, /* 156 mm */
    DOC_TEXT_WIDTH_TURNED = 12756,
    DOC_TEXT_HEIGHT = DOC_SHEET_HEIGHT - DOC_MARGIN_TOP - DOC_MARGIN_BOTTOM,
    /* Letter (10.1): issuer 30 mm below the edge of the sheet, 4 mm under it and 20 mm over the lower edge a double red
       line of 170 mm. */
    DOC_LETTER_TOP = 1701,
    DOC_LETTER_FOOT = 1134,
    DOC_LETTER_LEFT = 454, /* beyond the text, so that 170 mm stand in the middle of the sheet */
    DOC_LETTER_RIGHT = 340,
    DOC_LETTER_GAP = 137 /* 4 mm less what is free under the issuer */
};

#endif
