/* reader_layout.h: paragraphs from pieces of text that only know where they stand on a page (PDF, OFD).
 *
 * Lengths are thousandths of the format's unit (points, millimetres); y grows downwards.
 */
#ifndef BIHUAN_INTAKE_READER_LAYOUT_H
#define BIHUAN_INTAKE_READER_LAYOUT_H

#include "intake/reader_work.h"

struct layout_piece {
    struct str text;
    int page; /* 1-based */
    int64_t left, right, top, bottom;
    bool is_furniture; /* template page, stamp */
    int bold;          /* as in struct paragraph */
};

struct layout {
    VEC(struct layout_piece) pieces;
    VEC(int64_t) page_heights; /* [page - 1] */
};

/* A decimal such as "12.5" or "-3" as thousandths; 0 when it is no number; clamped to +-10^9. */
int64_t layout_parse_length(struct str s);
/* Sorts the pieces into lines, lines into paragraphs, marks page numbers and running heads as furniture. */
enum rc layout_build(struct reader *reader, struct layout *layout) MUST_CHECK;

#endif
