/* reader_wire.h: a document, or the reason why there is none, as bytes between the child and its parent.
 *
 * The parent trusts nothing in them: the child may have been taken over by the file it read.
 */
#ifndef BIHUAN_INTAKE_READER_WIRE_H
#define BIHUAN_INTAKE_READER_WIRE_H

#include "base/buf.h"
#include "base/ctx.h"
#include "intake/document.h"

/* Writes the document (rc RC_OK) or the first issue of ctx. */
void reader_wire_encode(struct buf *out, enum rc rc, const struct ctx *ctx, const struct document *document);
/* Reads an answer; texts are copied to ctx->arena.  The child's own failure becomes an issue on ctx and is returned;
 * RC_DAMAGED with "reader.crashed" when the bytes are no complete answer. */
enum rc reader_wire_decode(struct ctx *ctx, struct str bytes, struct document *ret) MUST_CHECK;

#endif
