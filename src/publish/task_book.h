/* task_book.h: the workbook in which a unit without access reports: its open tasks, locked keys, checks, guidance. */
#ifndef BIHUAN_PUBLISH_TASK_BOOK_H
#define BIHUAN_PUBLISH_TASK_BOOK_H

#include "base/ctx.h"
#include "base/value.h"

/* rows: of query task_book_rows; stamp: of loop/book_stamp.h.  RC_IO, RC_NOMEM. */
enum rc task_book_write(struct ctx *ctx, const char *path, struct str unit_name, struct str stamp,
                        const struct value *rows) MUST_CHECK;

#endif
