/* doc_text.h: the text of one block of a paper as a Pango layout, and its lines.
 *
 * Lengths are points (1/72 inch).  One thread.
 */
#ifndef BIHUAN_PUBLISH_DOC_TEXT_H
#define BIHUAN_PUBLISH_DOC_TEXT_H

#include "publish/doc.h"

typedef struct _cairo cairo_t;
typedef struct _PangoFontDescription PangoFontDescription;
typedef struct _PangoLayout PangoLayout;
typedef struct _PangoLayoutLine PangoLayoutLine;

struct doc_line {
    PangoLayoutLine *line; /* of the layout, which outlives it */
    double x, height, ascent;
    const struct doc_look *look;
};

/* The caller frees it with pango_font_description_free. */
PangoFontDescription *doc_text_font(enum doc_font font, int half_points, bool is_bold);
/* Text of the block in the looks of its runs, broken at width; the caller unrefs it. */
PangoLayout *doc_text_layout(cairo_t *cairo, struct doc *doc, const struct doc_block *block, double width);
/* From one base line to the next. */
double doc_text_pitch(const struct doc_look *look);
/* Lines of a layout with where they stand, at most `room`; how many. */
int doc_text_lines(PangoLayout *layout, const struct doc_look *look, struct doc_line *lines, int room);

#endif
