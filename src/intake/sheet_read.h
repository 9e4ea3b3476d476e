/* sheet_read.h: the rows of a sheet (.xlsx, .csv) as a grid of texts, for importing an existing ledger.
 *
 * The readers (intake/reader.h) parse the file, in their child; this module only lays the cells they found into
 * rows and columns, spreads cells merged over several rows, and finds the row of heads.  Numbers, dates and percentages
 * come as the text that a person would type ("1234.5", "2024-07-08", "12.5%"). Everything returned lives in ctx->arena
 * and borrows from the document.
 */
#ifndef BIHUAN_INTAKE_SHEET_READ_H
#define BIHUAN_INTAKE_SHEET_READ_H

#include "base/ctx.h"
#include "base/value.h"
#include "intake/document.h"

enum { SHEET_COLUMNS_MAX = 256, SHEET_ROWS_MAX = 200000, SHEET_ADDRESS_BYTES = 16 };

struct sheet_row {
    int number;        /* 1-based row of the sheet; for CSV the number of the record */
    struct str *cells; /* column 1 is cells[0]; as many as the grid has columns; empty cells are empty */
    bool *is_spread;   /* the text belongs to a cell merged with one above */
};

struct sheet_grid {
    struct str name;        /* of the sheet; "" for CSV */
    struct sheet_row *rows; /* rows with at least one filled cell */
    size_t row_count;
    size_t column_count;    /* widest row */
    size_t head_index;      /* index in rows of the row of heads; SIZE_MAX when none was found */
    struct value *exported; /* the book is our own export: {kind, columns: [{sheet, field, title}]}; else NULL */
};

/* Grid of one sheet of a document of FORMAT_XLSX or FORMAT_CSV: the named sheet, or with an empty name the first
 * visible one with a row of heads (else the first visible one with rows).  RC_UNSUPPORTED (other formats), RC_NOT_FOUND
 * (no such sheet, or no rows), RC_TOO_LARGE (over SHEET_ROWS_MAX or SHEET_COLUMNS_MAX). */
enum rc sheet_from_document(struct ctx *ctx, const struct document *document, struct str sheet_name,
                            struct sheet_grid *ret_grid) MUST_CHECK;
/* Names of the visible sheets that have rows: a list of texts; NULL when the arena refuses. */
struct value *sheet_names(struct arena *arena, const struct document *document);
/* "B7" for row 7, column 2. */
struct str sheet_address(int row, int column, char text[SHEET_ADDRESS_BYTES]);

#endif
