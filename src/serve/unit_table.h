/* unit_table.h: units and people as a workbook, out and in again. */
#ifndef BIHUAN_SERVE_UNIT_TABLE_H
#define BIHUAN_SERVE_UNIT_TABLE_H

#include "base/ctx.h"
#include "base/value.h"
#include "intake/document.h"
#include "serve/messages.h"

/* The columns of both sheets, in their order: the fields of loop/unit_import.h. */
enum { UNIT_COLUMNS = 10, PERSON_COLUMNS = 8 };
extern const char *const unit_columns[UNIT_COLUMNS];
extern const char *const person_columns[PERSON_COLUMNS];

/* Head of a column in a language; sheet is "units" or "people". */
struct str unit_table_title(enum lang lang, const char *sheet, const char *column);
/* Writes the workbook to path: rows are maps with the fields, id and changed_seq; with NULL for both the empty form
 * with its instructions.  RC_IO, RC_NOMEM. */
enum rc unit_table_write(struct ctx *ctx, const char *path, enum lang lang, const struct value *units,
                         const struct value *people) MUST_CHECK;
/* Rows of every sheet whose heads are known: *ret_input is {units: [...], people: [...]} for loop/unit_import.h.  Heads
 * in either language, machine names and the words of data/unit_words.def count.  RC_UNSUPPORTED (not a sheet),
 * RC_NOT_FOUND (no sheet with known heads), RC_TOO_LARGE. */
enum rc unit_table_read(struct ctx *ctx, const struct document *document, struct value **ret_input) MUST_CHECK;

#endif
