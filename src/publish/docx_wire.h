/* docx_wire.h: an opened Word file as bytes between the child that unpacked it and the parent, who trusts nothing in
 * them.
 *
 * XML comes as trees: the parent never inflates or parses what came from outside.  It writes the parts anew from the
 * trees, and looks at them with the same rules as the child.
 */
#ifndef BIHUAN_PUBLISH_DOCX_WIRE_H
#define BIHUAN_PUBLISH_DOCX_WIRE_H

#include "publish/docx.h"

#define DOCX_WIRE_MAGIC "BHT1"

void docx_wire_encode(struct buf *out, const struct docx *docx, struct xml_item *const *roots);
/* RC_DAMAGED with reader.crashed when the bytes are no complete answer; as docx_open. */
enum rc docx_wire_decode(struct ctx *ctx, struct str bytes, struct docx *ret_docx) MUST_CHECK;

#endif
