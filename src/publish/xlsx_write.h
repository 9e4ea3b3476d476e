/* xlsx_write.h: writes an .xlsx as rows come, in flat memory.
 *
 * Owns libxlsxwriter.  The same rows give the same bytes (fixed dates).  Text is always
 * written as text, never as a formula.  For the round trip each sheet carries, when
 * asked, two hidden last columns "_id" and "_revision", and the book a hidden sheet "_bihuan" with
 * the kind of book and the field name of each column, so that rows may be sorted and columns moved; what may be chosen
 * stands in a hidden sheet "_lists". One thread.
 */
#ifndef BIHUAN_PUBLISH_XLSX_WRITE_H
#define BIHUAN_PUBLISH_XLSX_WRITE_H

#include "base/ctx.h"

enum xlsx_kind {
    XLSX_TEXT,
    XLSX_INT,
    XLSX_MONEY,  /* int64 fen, shown as yuan with two decimals */
    XLSX_DATE,   /* day number of base/clock.h */
    XLSX_PERCENT /* int64 basis points, shown as a percentage with two decimals */
};

enum { XLSX_COLUMNS_MAX = 200, XLSX_SHEETS_MAX = 50, XLSX_LISTS_MAX = 26 };

struct xlsx_column {
    struct str title; /* head, in the reader's language */
    struct str field; /* machine name, for the round trip; may be empty */
    enum xlsx_kind kind;
    int width_chars; /* 0: by kind */
    bool is_wrapped; /* long text breaks into lines */
    bool is_open;    /* may be changed: all else in a sheet with such columns is locked, without a password */
    int least,
        most; /* of an open column that is no text: what may be typed (yuan for money, per cent, days), when most > 0 */
    const char *const
        *choices;    /* of an open column: what may be chosen, NULL at the end; borrowed until the book ends */
    struct str help; /* of an open column: shown beside the cell, in the reader's language */
};

struct xlsx_cell {
    struct str text; /* XLSX_TEXT */
    int64_t number;  /* the others */
    bool is_null;    /* empty cell */
};

struct xlsx_book {
    struct str title, author, kind; /* kind: "findings"; written into "_bihuan"; empty for no such sheet */
    struct str stamp;               /* kept in "_bihuan" with the kind; may be empty */
    int64_t created_ms;             /* UTC; 0 means 2000-01-01 */
};

struct xlsx_write;

/* Starts a book that xlsx_write_close will put at path.  RC_IO, RC_NOMEM. */
enum rc xlsx_write_open(struct ctx *ctx, const char *path, const struct xlsx_book *book,
                        struct xlsx_write **ret_write) MUST_CHECK;
/* Starts a sheet: frozen head with a filter.  Name: at most 31 characters, []:*?/\ become spaces.  With has_ids each
 * row carries a stable id and a revision in hidden columns.  RC_INVALID (too many columns, name taken), RC_NOMEM. */
enum rc xlsx_write_sheet(struct ctx *ctx, struct xlsx_write *write, struct str name, const struct xlsx_column *columns,
                         size_t column_count, bool has_ids) MUST_CHECK;
/* Next row; cells as many as columns.  id and revision only for sheets with has_ids.  RC_TOO_LARGE after 1 048 575
 * rows, RC_IO. */
enum rc xlsx_write_row(struct ctx *ctx, struct xlsx_write *write, const struct xlsx_cell *cells, struct str id,
                       int64_t revision) MUST_CHECK;
/* Cells that were cut to the 32 767 characters a cell may hold. */
long xlsx_write_cut_count(const struct xlsx_write *write);
/* Finishes the file and frees write, also on failure.  RC_IO. */
enum rc xlsx_write_close(struct ctx *ctx, struct xlsx_write *write) MUST_CHECK;
/* Gives up: frees write and leaves no file.  Takes NULL. */
void xlsx_write_drop(struct xlsx_write *write);

#endif
