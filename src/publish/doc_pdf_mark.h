/* doc_pdf_mark.h: what cairo 1.16 leaves out of a tagged PDF. */
#ifndef BIHUAN_PUBLISH_DOC_PDF_MARK_H
#define BIHUAN_PUBLISH_DOC_PDF_MARK_H

#include "base/buf.h"

/* Says in the catalog of the PDF in out (which begins at from) that it is tagged, Chinese, and shows its title, as an
 * incremental update (ISO 32000-1, 7.5.6; 14.7.1).  Leaves a PDF alone whose catalog it does not find. */
void doc_pdf_mark(struct buf *out, size_t from);

#endif
