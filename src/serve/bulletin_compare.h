/* bulletin_compare.h: a bulletin against the document that its source was read from, both read by the same reader. */
#ifndef BIHUAN_SERVE_BULLETIN_COMPARE_H
#define BIHUAN_SERVE_BULLETIN_COMPARE_H

#include "db/db.h"
#include "intake/reader.h"
#include "record/filestore.h"
#include "serve/messages.h"

/* row: of query bulletin_get or bulletin_get_any; the caller may read the bulletin and its source.  *ret_result: as
 * draft_compare makes it; NULL when the source is no bulletin or has no document.  limits: NULL takes the reader's.
 * Slow: reads the bulletin in a child. */
enum rc bulletin_compare(struct ctx *ctx, struct db *db, struct filestore *files, const struct reader_limits *limits,
                         const struct value *row, struct value **ret_result) MUST_CHECK;

/* The differences as CSV, with the words of a language: what, place, field, in the document, in the bulletin; the
 * counts first. */
void bulletin_compare_csv(struct ctx *ctx, enum lang lang, const struct value *result, struct buf *out);

#endif
