/* doc.h: a paper as a tree of headings, paragraphs and tables, and its writers: Word (OOXML), PDF, OFD, HTML.
 *
 *   struct doc *doc;
 *   doc_new(ctx, &(struct doc_facts){.title = ..., .snapshot_seq = seq, .snapshot_digest = digest}, &doc);
 *   doc_add(doc, DOC_TITLE, title);
 *   doc_add(doc, DOC_HEADING_1, ...); doc_add(doc, DOC_BODY, ...);
 *   struct doc_table *table = doc_add_table(doc, widths, columns);
 *   doc_add_row(table, true, heads); doc_add_row(table, false, cells);
 *   doc_add_snapshot(doc);
 *   doc_write_docx(doc, &buf); doc_write_pdf(doc, &buf); doc_write_ofd(doc, &buf); doc_write_html(doc, &buf);
 *
 * The same tree gives the same bytes, on one machine: nothing of the clock, no random names.  Looks are in
 * data/doc_styles.def (GB/T 9704-2012).  Memory is ctx's arena; texts are borrowed and may not change.  Building never
 * fails by itself: a full arena is told by the writers.  One thread.
 */
#ifndef BIHUAN_PUBLISH_DOC_H
#define BIHUAN_PUBLISH_DOC_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/ctx.h"

enum doc_font {
#define DOC_FONT(name, ...) DOC_FONT_##name,
#include "../../data/doc_styles.def"
#undef DOC_FONT
    DOC_FONTS
};

enum doc_align { DOC_LEFT, DOC_CENTER, DOC_RIGHT, DOC_BOTH };

enum doc_style {
#define DOC_STYLE(name, ...) DOC_##name,
#include "../../data/doc_styles.def"
#undef DOC_STYLE
    DOC_STYLES
};

struct doc_look {
    const char *id, *name;
    enum doc_font font;
    int half_points;
    enum doc_align align;
    int indent; /* first line, hundredths of a character */
    bool is_bold;
    uint32_t colour;
    int outline;       /* 1..4 for headings, 0 none */
    int before, after; /* hundredths of a line */
    int line_twips;    /* exact; 0: what the text needs */
};
const struct doc_look *doc_look(enum doc_style style);
/* What a paper ends with: attachments, signature, day.  It stays together, with the line about the snapshot and the end
 * of the text, so that no signature stands on a page of its own (GB/T 9704, 7.3.5.5). */
bool doc_is_tail(enum doc_style style);
/* Whether a paragraph of the style stays on the page of what follows, unless it is told otherwise. */
bool doc_keeps_next(enum doc_style style);
struct doc_font_names {
    const char *name, *instead, *families;
};
const struct doc_font_names *doc_font_names(enum doc_font font);
/* Style by its id or by its name in a Word file; DOC_STYLES when there is none. */
enum doc_style doc_style_find(struct str id_or_name);

enum doc_block_kind {
    DOC_TEXT,
    DOC_TABLE,
    DOC_RED_LINE,  /* across the text, under the red head */
    DOC_THIN_LINE, /* across the text: imprint, letters */
    DOC_PAGE,      /* what follows begins on a new page */
    DOC_TURN       /* what follows stands on pages of the other orientation */
};

enum { DOC_COLUMNS_MAX = 40 };

struct doc_run { /* a piece of text that looks otherwise than its style */
    struct doc_run *next;
    struct str text;
    int bold;        /* -1: the style's */
    int font;        /* -1: the style's */
    int half_points; /* 0: the style's */
    int64_t colour;  /* -1: the style's */
};

struct doc_block {
    struct doc_block *next;
    enum doc_block_kind kind;
    enum doc_style style;
    int align; /* -1: the style's */
    struct doc_run *first, *last;
    struct doc_table *table;
    bool is_landscape; /* DOC_TURN: of what follows */
    bool keeps_next;   /* stays on the page of what follows */
};

enum doc_merge { DOC_ALONE, DOC_TOP, DOC_BELOW }; /* DOC_BELOW: goes on the cell above it, and has no text */

struct doc_cell {
    struct doc_cell *next;
    struct doc_block *first, *last; /* DOC_TEXT only */
    int span;                       /* columns */
    enum doc_merge merge;
};

struct doc_row {
    struct doc_row *next;
    struct doc_cell *first, *last;
    bool is_head; /* stands again on every page */
};

struct doc_table {
    struct doc *doc;
    int columns;
    int widths[DOC_COLUMNS_MAX]; /* relative */
    struct doc_row *first, *last;
    bool is_bare;    /* without lines */
    bool is_imprint; /* stands at the foot of the last page, with its own lines */
};

struct doc_facts {
    struct str title, author, subject;
    struct str snapshot_digest; /* SHA-256 of the frozen data, hex; empty: of no snapshot */
    int64_t snapshot_seq;       /* event that it was taken after */
    int64_t made_ms;            /* UTC, stands in the file's properties; 0: 2000-01-01 */
    bool is_landscape;          /* first section */
    bool is_letter;             /* form of a letter (GB/T 9704, 10.1): no number on the first page */
    bool is_template;           /* Word: fields stand in it */
};

struct doc {
    struct ctx *ctx;
    struct doc_facts facts;
    struct doc_block *first, *last;
};

enum rc doc_new(struct ctx *ctx, const struct doc_facts *facts, struct doc **ret_doc) MUST_CHECK;
/* Adds a paragraph; text with line breaks gives several.  Returns the last one. */
struct doc_block *doc_add(struct doc *doc, enum doc_style style, struct str text);
/* A heading that runs into its text: "1. Title. Text", as item headings of bulletins do. */
struct doc_block *doc_add_lead(struct doc *doc, enum doc_style heading, struct str title, struct str text);
/* Adds a piece to a paragraph of doc_add. */
void doc_add_run(struct doc *doc, struct doc_block *block, struct str text, bool is_bold);
/* DOC_RED_LINE, DOC_THIN_LINE, DOC_PAGE. */
void doc_add_mark(struct doc *doc, enum doc_block_kind kind);
/* What follows stands on landscape or portrait pages. */
void doc_turn(struct doc *doc, bool is_landscape);
/* widths: relative, `columns` of them; at most DOC_COLUMNS_MAX. */
struct doc_table *doc_add_table(struct doc *doc, const int *widths, int columns);
/* One row, `columns` cells of text.  Heads come first and are repeated. */
struct doc_row *doc_add_row(struct doc_table *table, bool is_head, const struct str *cells);
/* A row that is filled cell by cell; spans of its cells add up to the columns. */
struct doc_row *doc_new_row(struct doc_table *table, bool is_head);
struct doc_cell *doc_add_cell(struct doc_table *table, struct doc_row *row, enum doc_style style, struct str text,
                              int span);
/* Another paragraph in a cell. */
void doc_cell_add(struct doc_table *table, struct doc_cell *cell, enum doc_style style, struct str text);
/* Imprint: copies to (may be empty), who printed it, the day.  Stands at the foot of the last page, wherever it was
 * added. */
void doc_add_imprint(struct doc *doc, struct str copies, struct str maker, struct str day);
/* The small line at the end: event number and digest of the snapshot.  Does nothing without a snapshot. */
void doc_add_snapshot(struct doc *doc);
/* Whether a word of the text, such as an address, is so long that a line before it would be drawn out. */
bool doc_has_long_word(struct str text);
/* Whole text of a paragraph, in the arena. */
struct str doc_block_text(struct doc *doc, const struct doc_block *block);

/* Whether nothing stands from the block on but the small line about the snapshot and the imprint; NULL: nothing. */
bool doc_is_end(const struct doc_block *block);
/* Whether line i of n is not put on a page that has room for `room` more, so that no line of a paragraph stands alone
 * at its foot or at the top of the next. */
bool doc_line_is_alone(int i, int n, int room);

/* Writers append to out.  RC_TOO_LARGE at out's ceiling, RC_NOMEM, RC_IO. */
enum rc doc_write_docx(struct doc *doc, struct buf *out) MUST_CHECK;
/* Fonts embedded, tagged, with the headings as outline. */
enum rc doc_write_pdf(struct doc *doc, struct buf *out) MUST_CHECK;
/* GB/T 33190-2016, of the same layout as the PDF: fonts embedded, text selectable, with the headings as outline. */
enum rc doc_write_ofd(struct doc *doc, struct buf *out) MUST_CHECK;
/* An <article> for a page of ours or a static site: no style, no script; classes doc-STYLE. */
enum rc doc_write_html(struct doc *doc, struct buf *out) MUST_CHECK;

#endif
