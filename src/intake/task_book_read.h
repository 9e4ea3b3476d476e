/* task_book_read.h: a unit's workbook that came back, as rows for loop/task_sheet.h. */
#ifndef BIHUAN_INTAKE_TASK_BOOK_READ_H
#define BIHUAN_INTAKE_TASK_BOOK_READ_H

#include "intake/document.h"
#include "base/ctx.h"
#include "base/value.h"

/* Rows of a book that task_book_write made; columns may have been moved and rows sorted.  *ret_stamp: of
 * loop/book_stamp.h, not looked at here; empty when there is none.  RC_INVALID: another book. */
enum rc task_book_read(struct ctx *ctx, const struct document *document, struct value **ret_rows,
                       struct str *ret_stamp) MUST_CHECK;

#endif
