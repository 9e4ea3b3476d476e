/* sheet_read.h: rows of a sheet (.xlsx, .csv) as texts, for importing an existing ledger.
 *
 * Owns: CSV in the forms people have (separator , ; tab; UTF-8 or GB18030), rows of .xlsx, finding
 * the head row and guessing which column is which field.  Other than the document readers it
 * keeps the grid: a cell is row and column.  Numbers, dates and booleans come as the text that a person would
 * type ("1234.5", "2024-07-08", "TRUE").  Reads untrusted bytes: belongs into the reading child.
 * One thread.  Everything returned lives in ctx->arena.  Source: RFC 4180, ECMA-376 part 1, 18.3.
 */
#ifndef BIHUAN_INTAKE_SHEET_READ_H
#define BIHUAN_INTAKE_SHEET_READ_H

#include "base/ctx.h"
#include "base/value.h"

enum { SHEET_COLUMNS_MAX = 256, SHEET_CELL_BYTES_MAX = 128 * 1024 };

struct sheet_row {
    int number;         /* 1-based row of the sheet; for CSV the number of the record */
    struct str *cells;  /* column 1 is cells[0]; empty cells are empty */
    size_t cell_count;
};

struct sheet_grid {
    struct str name;      /* of the sheet; "" for CSV */
    struct str encoding;  /* "UTF-8", "GB18030" */
    char separator;       /* CSV only */
    struct sheet_row *rows; /* rows with at least one filled cell */
    size_t row_count;
    size_t column_count;  /* widest row */
    int head_row;         /* number of the row of heads, 0 when none was found */
    size_t head_index;    /* its index in rows */
};

/* Reads a .csv held in memory.  max_rows 0 means 200 000.  RC_TOO_LARGE, RC_BAD_ENCODING, RC_DAMAGED with the row as place. */
enum rc sheet_read_csv(struct ctx *ctx, struct str bytes, size_t max_rows, struct sheet_grid *ret_grid) MUST_CHECK;
/* Reads one sheet of an .xlsx held in memory: the named one, or with an empty name the first visible one that has rows.
 * Merged cells hold their text in the first cell.  RC_NOT_FOUND (no such sheet), RC_DAMAGED, RC_TOO_LARGE, RC_UNSUPPORTED (encrypted). */
enum rc sheet_read_xlsx(struct ctx *ctx, struct str bytes, struct str sheet_name, size_t max_rows, struct sheet_grid *ret_grid) MUST_CHECK;
/* Names of the visible sheets of an .xlsx: a list of texts. */
enum rc sheet_read_names(struct ctx *ctx, struct str bytes, struct value **ret_names) MUST_CHECK;
/* Either, told by the first bytes. */
enum rc sheet_read(struct ctx *ctx, struct str bytes, struct str sheet_name, size_t max_rows, struct sheet_grid *ret_grid) MUST_CHECK;
/* "B7" for row 7, column 2 into text[16]. */
struct str sheet_address(int row, int column, char text[16]);

#endif
