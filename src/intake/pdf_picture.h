/* pdf_picture.h: one page of a PDF as a PNG, for looking at it without opening it. */
#ifndef BIHUAN_INTAKE_PDF_PICTURE_H
#define BIHUAN_INTAKE_PDF_PICTURE_H

#include "base/buf.h"
#include "base/ctx.h"

enum { PDF_PICTURE_PAGE_MAX = 2000 };

/* Draws page `number` (from 1) of the file on fd, read from its start; the PNG is appended to out, whose ceiling holds.
 * The tool runs under the sandbox's limits (sandbox.h) and is ended after wall_ms.  RC_NOT_FOUND: no such page;
 * RC_DAMAGED, RC_TIMEOUT, RC_TOO_LARGE, RC_IO.  Blocks; any thread. */
enum rc pdf_picture(struct ctx *ctx, int fd, int number, int wall_ms, struct buf *out) MUST_CHECK;

#endif
