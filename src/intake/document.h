/* document.h: what every reader makes of a file: paragraphs with style hints and a stable place.
 *
 * A document is a flat list of paragraphs in reading order.  A table is a run of paragraphs of kind
 * PARAGRAPH_CELL.  The text is UTF-8 exactly as the file holds it (not yet normalised: pinyin residue and
 * traditional characters stay); offsets of later passes refer to it.
 */
#ifndef BIHUAN_INTAKE_DOCUMENT_H
#define BIHUAN_INTAKE_DOCUMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

enum document_format {
    FORMAT_UNKNOWN,
    FORMAT_TXT,
    FORMAT_HTML,
    FORMAT_DOCX,
    FORMAT_XLSX,
    FORMAT_PDF,
    FORMAT_OFD,
    FORMAT_EML,
    FORMAT_CSV
};

enum paragraph_kind { PARAGRAPH_TEXT, PARAGRAPH_HEADING, PARAGRAPH_LIST_ITEM, PARAGRAPH_CELL };

enum paragraph_align { ALIGN_UNKNOWN, ALIGN_LEFT, ALIGN_CENTER, ALIGN_RIGHT };

struct paragraph {
    struct str text; /* raw text, UTF-8, without the line end; only a cell may hold "\n" (its own line breaks) */
    enum paragraph_kind kind;
    struct str place;  /* stable locator: "p12", "page 3 p4", "page 3 edge", "table 2 r5 c1", "Sheet1!B7",
                        * "footnote 2 p1", "header 1 p1" */
    int page;          /* 1-based, 0 unknown */
    int outline_level; /* heading level of the style 1..9, 0 none */
    int bold;          /* 1 all bold, 0 not, -1 unknown */
    enum paragraph_align align;
    struct str list_mark; /* automatic numbering as shown (a Chinese two in brackets), when the file keeps it apart from
                             the text */
    int table, row, column;    /* 1-based for cells, else 0 */
    int row_span, column_span; /* >= 1 for cells */
    bool is_header_cell;
    bool is_furniture; /* the format says so: nav, header, footer, script-made parts */
};

struct document {
    enum document_format format;
    struct str title;    /* from the file's properties, may be empty */
    struct str encoding; /* "UTF-8", "GB18030", "Big5": what txt, html, eml were read as */
    struct paragraph *paragraphs;
    size_t count;
    struct str *notes; /* what the reader had to skip or guess, message keys with arguments after a tab */
    size_t note_count;
};

#endif
